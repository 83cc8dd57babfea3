"""Loading: what the file does not mention stays, what it does is believed as it says, and again changes nothing."""

import re
from dataclasses import replace
from typing import Any

import pytest

from authz_service.domain.moments import Period, begin_of
from authz_service.domain.records import (
    ChannelRecord,
    EnterpriseRecord,
    PersonRecord,
    RelationRecord,
    SenderRecord,
)
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.loading import LoadReport
from authz_service.store.errors import StoreConflictError
from authz_service.store.writing import Recorder


def grants(store: Any) -> list[str]:
    records = store.believed()
    return sorted(
        record.relation_id
        for record in records
        if isinstance(record, RelationRecord) and record.kind == "application_grant"
    )


def renamed(text: str, person: str, name: str) -> str:
    return re.sub(rf"\b{person}\b", name, text)


@pytest.fixture
def loaded(store: Any, small_world: str) -> Any:
    assert store.load(small_world) == LoadReport(added=34, closed=0, unchanged=0, revision=1)
    return store


def test_the_same_file_again_changes_nothing(loaded: Any, small_world: str) -> None:
    before = loaded.believed()

    assert loaded.load(small_world) == LoadReport(added=0, closed=0, unchanged=34, revision=1)
    assert loaded.believed() == before


def test_a_check_tells_what_a_load_would_change_and_writes_nothing(store: Any, small_world: str) -> None:
    assert store.check(small_world) == LoadReport(added=34, closed=0, unchanged=0, revision=0)
    assert store.believed() == set()
    assert store.identities() == {}


def test_a_file_with_an_error_writes_nothing(store: Any, small_world: str) -> None:
    with pytest.raises(FactsFileError):
        store.load(small_world.replace("type: user", "type: boss"))

    assert store.believed() == set()
    assert store.identities() == {}


def test_when_writing_fails_nothing_was_written(store: Any, small_world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise StoreConflictError("it failed")

    monkeypatch.setattr(Recorder, "record", fail)
    with pytest.raises(StoreConflictError):
        store.load(small_world)

    assert store.identities() == {}


def test_what_the_file_does_not_mention_stays(loaded: Any) -> None:
    assert loaded.load("world:\n  agents:\n  - {id: agent_2, service: Contact Centre}") == LoadReport(
        added=1, closed=0, unchanged=0, revision=2
    )
    assert len(loaded.believed()) == 35


def test_what_the_file_says_otherwise_is_closed_and_said_anew(loaded: Any, small_world: str) -> None:
    report = loaded.load(small_world.replace("name: Alpha Bouw NV", "name: Alpha NV"))

    assert report == LoadReport(added=1, closed=1, unchanged=33, revision=2)
    assert loaded.one(EnterpriseRecord, enterprise_id="alpha").name == "Alpha NV"


def test_an_application_no_longer_in_the_profile_is_closed(loaded: Any, small_world: str) -> None:
    assert grants(loaded) == ["acc_leo/DMFA", "acc_leo/EBOX"]

    assert loaded.load(small_world.replace("[DMFA, EBOX]", "[EBOX]")).closed == 1

    assert grants(loaded) == ["acc_leo/EBOX"]


def test_a_channel_no_longer_at_the_sender_is_closed(loaded: Any, small_world: str) -> None:
    row = next(line for line in small_world.splitlines(keepends=True) if "channel: webservice" in line)

    assert loaded.load(small_world.replace(row, "")).closed == 1

    assert loaded.one(ChannelRecord).channel == "ftp"


def test_a_changed_account_leaves_the_applications_that_stay(loaded: Any, small_world: str) -> None:
    assert loaded.load(small_world.replace("status: blocked", "status: active")) == LoadReport(1, 1, 33, 2)


# --- persons ---------------------------------------------------------------------------------------------------------


def test_a_person_is_found_again_by_the_number_whatever_the_file_calls_him(loaded: Any, small_world: str) -> None:
    before = loaded.identities()

    assert loaded.load(renamed(small_world, "leo", "leopold")) == LoadReport(
        added=0, closed=0, unchanged=34, revision=1
    )

    assert loaded.identities() == before


def test_an_opaque_id_of_the_file_is_kept(store: Any, small_world: str) -> None:
    opaque = "p_" + 5 * "abc27" + "a"

    store.load(renamed(small_world, "anne", opaque))

    assert store.identities()["71031490293"] == opaque
    assert store.one(PersonRecord, person_id=opaque).name == "Aerts"


def test_an_opaque_id_gives_way_to_the_one_in_the_store(loaded: Any, small_world: str) -> None:
    before = loaded.identities()

    assert loaded.load(renamed(small_world, "anne", "p_" + 26 * "a")).revision == 1

    assert loaded.identities() == before


def test_an_opaque_id_of_somebody_else_in_the_store_is_refused(loaded: Any, small_world: str) -> None:
    carla = loaded.identities()["85091291489"]

    with pytest.raises(
        FactsFileError, match=r"world\.persons\[0\]\.id: in the store this id is a person's with another number"
    ):
        loaded.load(renamed(renamed(small_world, "carla", "someone"), "anne", carla))


def test_the_file_may_refer_to_what_is_in_the_store(loaded: Any) -> None:
    leo = loaded.identities()["89440293518"]
    text = f"""
world:
  accounts:
  - {{id: acc_leo_finance, person: {leo}, capacity: alpha.finance, type: user, status: active, applications: [INTERVAT], begin: '2024-01-01', end: null}}
"""
    assert loaded.load(text).added == 2
    assert loaded.one(RelationRecord, relation_id="acc_leo_finance").enterprise_id == "alpha"


# --- checks on what would be believed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said", "member", "message"),
    [
        (
            "designations",
            "{id: new, role: chief_access_manager, enterprise: alpha, person: LEO, designated_by: null, begin: '2024-01-01', end: null, end_reason: null}",
            "",
            "overlaps with 'designations ds2' in the store",
        ),
        (
            "accounts",
            "{id: new, person: LEO, capacity: alpha.nsso, type: access_manager, status: active, applications: [], begin: '2020-01-01', end: '2021-02-28'}",
            "",
            "",
        ),
        (
            "accounts",
            "{id: new, person: LEO, capacity: alpha.nsso, type: user, status: active, applications: [], begin: '2024-01-01', end: null}",
            "",
            "overlaps with 'accounts acc_leo' in the store",
        ),
        (
            "senders",
            "{id: EXPNEW, capacity: alpha.nsso, status: active, technical_user: EXPNEW, contact_person: LEO, channels: [], preferred_channel: {}}",
            "",
            "overlaps with 'senders EXPALPHA01' in the store",
        ),
        (
            "enterprises",
            "{id: new, enterprise_number: '0999010126', name: New, kind: private_employer, cbe_status: active, registered_in_csam: null, portal_account_active_since: null, ebox_active_since: null, approved_for_service_vouchers: false}",
            ".enterprise_number",
            "is also that of 'enterprises alpha' in the store",
        ),
        (
            "applications",
            "{id: EBOX, label: e-Box, domain: social_security, offered_to: [social_action], mandate_system: null, mandate_group: null, channels: [portal], min_level: 450}",
            "",
            "EBOX is not offered to a capacity of type nsso_employer (account 'acc_leo')",
        ),
    ],
)
def test_what_contradicts_the_store_is_refused(loaded: Any, kind: str, said: str, member: str, message: str) -> None:
    text = f"world:\n  {kind}:\n  - {said.replace('LEO', loaded.identities()['89440293518'])}"
    if not message:
        loaded.load(text)
        return

    with pytest.raises(FactsFileError) as caught:
        loaded.load(text)

    (error,) = caught.value.errors
    assert (error.line, error.place) == (3, f"world.{kind}[0]{member}")
    assert message in error.message


def test_a_file_may_replace_the_titular_it_ends(loaded: Any) -> None:
    anne, carla = (loaded.identities()[number] for number in ("71031490293", "85091291489"))
    text = f"""
world:
  designations:
  - {{id: ds2, role: chief_access_manager, enterprise: alpha, person: {carla}, designated_by: {anne}, begin: '2023-06-01', end: '2024-05-31', end_reason: replaced}}
  - {{id: ds3, role: chief_access_manager, enterprise: alpha, person: {anne}, designated_by: {anne}, begin: '2024-06-01', end: null, end_reason: null}}
"""
    assert loaded.load(text) == LoadReport(added=2, closed=1, unchanged=0, revision=2)


def test_a_contradiction_that_the_file_has_no_part_in_does_not_stop_it(loaded: Any) -> None:
    sender = loaded.one(SenderRecord)
    loaded.record([replace(sender, sender_id="EXPSECOND", technical_user="EXPSECOND", preferred_channels=())], [])

    assert loaded.load("world:\n  agents:\n  - {id: agent_2, service: Contact Centre}").added == 1


def test_successive_states_of_one_thing_share_its_id(loaded: Any, small_world: str) -> None:
    row = next(line for line in small_world.splitlines(keepends=True) if "id: acc_leo" in line)
    first = row.replace("blocked", "active").replace("end: null", "end: '2023-12-31'")
    second = row.replace("2021-03-01", "2024-01-01")

    assert loaded.load(small_world.replace(row, first + second)).revision == 2

    states = {
        record.state: record.valid
        for record in loaded.believed()
        if isinstance(record, RelationRecord) and record.relation_id == "acc_leo"
    }
    assert states == {
        "active": Period(begin_of("2021-03-01"), begin_of("2024-01-01")),
        "blocked": Period(begin_of("2024-01-01")),
    }


def test_successive_states_are_of_one_thing(loaded: Any, small_world: str) -> None:
    row = next(line for line in small_world.splitlines(keepends=True) if "id: acc_leo" in line)
    first = row.replace("end: null", "end: '2023-12-31'")
    other = row.replace("2021-03-01", "2024-01-01").replace("person: leo", "person: carla")

    with pytest.raises(
        FactsFileError, match=r"world\.accounts\[2\]: the id 'acc_leo' is taken by world\.accounts\[1\]"
    ):
        loaded.load(small_world.replace(row, first + other))
