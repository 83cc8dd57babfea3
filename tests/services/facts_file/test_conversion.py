"""What the objects of a facts file become: the records that are believed after the small world is loaded."""

from typing import Any

import pytest

from authz_service.domain.moments import BEGINNING, FOREVER, Period, begin_of, end_of, parse_instant
from authz_service.domain.records import (
    AgentRecord,
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
    RelationRecord,
    RequestRecord,
    SenderRecord,
)
from authz_service.services.facts_file.dates import begin_text, end_text

ALWAYS = Period()


@pytest.fixture
def loaded(store: Any, small_world: str) -> Any:
    store.load(small_world)
    return store


@pytest.fixture
def person(loaded: Any) -> dict[str, str]:
    numbers = loaded.identities()
    return {"anne": numbers["71031490293"], "leo": numbers["89440293518"], "carla": numbers["85091291489"]}


def relation(person_id: str, kind: str, relation_id: str, **fields: Any) -> RelationRecord:
    said: dict[str, Any] = {
        "enterprise_id": "alpha",
        "capacity_id": "",
        "object": "",
        "opens": "",
        "context": "",
        "state": "",
        "notes": (),
    }
    return RelationRecord(relation_id=relation_id, person_id=person_id, kind=kind, **(said | fields))


def test_a_person_is_known_by_an_opaque_id(loaded: Any, person: dict[str, str]) -> None:
    assert person["anne"].startswith("p_")
    assert loaded.one(PersonRecord, name="Aerts") == PersonRecord(
        person["anne"], "Anne", "Aerts", "nl", has_card=True, digital_keys=("eid", "itsme"), valid=ALWAYS
    )


def test_an_enterprise(loaded: Any) -> None:
    assert loaded.one(EnterpriseRecord, enterprise_id="alpha") == EnterpriseRecord(
        "alpha", "0999010126", "Alpha Bouw NV", "private_employer", "active",
        registered_at=begin_of("2021-02-01"), account_active_since=begin_of("2021-02-03"), ebox_active_since=None,
        approved_for_service_vouchers=False, valid=ALWAYS,
    )  # fmt: skip


def test_a_capacity_is_there_from_its_creation(loaded: Any) -> None:
    assert loaded.one(CapacityRecord, capacity_id="alpha.nsso") == CapacityRecord(
        "alpha.nsso",
        "alpha",
        "nsso_employer",
        "social_security",
        "nsso_number",
        "199001125",
        Period(begin_of("2021-02-03")),
    )


def test_an_application_without_mandates_and_one_without_a_level(loaded: Any) -> None:
    assert loaded.one(ApplicationRecord, code="EBOX") == ApplicationRecord(
        "EBOX", "e-Box", "social_security", ("nsso_employer",), "none", "", ("portal",), 450, ALWAYS
    )
    assert loaded.one(ApplicationRecord, code="DMFA") == ApplicationRecord(
        "DMFA", "DmfA", "social_security", ("nsso_employer",), "mahis", "dmfa_dimona", ("ftp", "portal"), 0, ALWAYS
    )


def test_a_legal_function_of_a_person_and_one_of_an_enterprise(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(RelationRecord, relation_id="lf1") == relation(
        person["anne"],
        "legal_function",
        "lf1",
        object="director",
        state="signing",
        valid=Period(begin_of("2019-05-01")),
    )
    assert loaded.one(RelationRecord, relation_id="lf2") == relation(
        person["carla"], "legal_function", "lf2", object="director", state="without_signing",
        notes=(("held_by_enterprise", "omega"),), valid=Period(begin_of("2021-06-01")),
    )  # fmt: skip


def test_an_employment_and_a_work_relation_get_an_id_of_what_they_say(loaded: Any, person: dict[str, str]) -> None:
    leo = person["leo"]
    assert loaded.one(RelationRecord, kind="employment") == relation(
        leo,
        "employment",
        f"employment/alpha/{leo}/2020-01-01",
        valid=Period(begin_of("2020-01-01"), end_of("2023-10-31")),
    )
    assert loaded.one(RelationRecord, kind="work_relation") == relation(
        leo, "work_relation", f"work_relation/alpha/{leo}/2020-02-01", valid=Period(begin_of("2020-02-01"))
    )


def test_a_designation(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(RelationRecord, relation_id="ds1") == relation(
        person["leo"], "chief_access_manager", "ds1", valid=Period(begin_of("2021-02-01"), end_of("2023-05-31")),
        notes=(("designated_by", person["anne"]), ("end_reason", "replaced")),
    )  # fmt: skip


def test_an_account_and_a_grant_for_each_of_its_applications(loaded: Any, person: dict[str, str]) -> None:
    period = Period(begin_of("2021-03-01"))
    assert loaded.one(RelationRecord, relation_id="acc_leo") == relation(
        person["leo"], "user", "acc_leo", capacity_id="alpha.nsso", state="blocked", valid=period
    )
    assert {
        record
        for record in loaded.believed()
        if isinstance(record, RelationRecord) and record.kind == "application_grant"
    } == {
        relation(
            person["leo"], "application_grant", f"acc_leo/{code}", capacity_id="alpha.nsso", object=code, valid=period
        )
        for code in ("DMFA", "EBOX")
    }


def test_a_role_assignment_and_a_flemish_right(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(RelationRecord, relation_id="r1") == relation(
        person["leo"], "role_assignment", "r1", capacity_id="alpha.finance", object="FPSFIN_OWN_ENTERPRISE", opens="INTERVAT", state="accepted",
        notes=(("assigned_by", person["carla"]),), valid=Period(begin_of("2023-09-01"), end_of("2024-12-31")),
    )  # fmt: skip
    assert loaded.one(RelationRecord, relation_id="f1") == relation(
        person["leo"],
        "flemish_right",
        "f1",
        object="VOUCHERS",
        context="approval:1",
        notes=(("granted_by", person["carla"]),),
        valid=Period(begin_of("2022-01-01")),
    )
    assert loaded.one(FlemishRightRecord) == FlemishRightRecord(
        "VOUCHERS", "Titres-services", "EBOX", requires_approved_enterprise=True, contexts=("approval:1",), valid=ALWAYS
    )


def test_a_mandate_with_one_signature(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(MandateRecord) == MandateRecord(
        "m1", "mahis", "alpha", "omega", ("dmfa_dimona",), Period(begin_of("2023-10-01")),
        mandator_signed_by=person["anne"], mandator_signed_at=begin_of("2023-09-20"),
        mandatary_signed_by="", mandatary_signed_at=None, ended_at=end_of("2024-01-31"), valid=ALWAYS,
    )  # fmt: skip


def test_a_sender_and_its_channels(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(SenderRecord) == SenderRecord(
        "EXPALPHA01", "alpha.nsso", "active", "EXPALPHA01", person["leo"], (("DMFA", "ftp"),), ALWAYS
    )
    assert loaded.one(ChannelRecord, channel="ftp") == ChannelRecord(
        "EXPALPHA01",
        "ftp",
        "Router",
        "active",
        ("DMFA",),
        "4660",
        end_of("2025-06-30"),
        has_ssh_key=False,
        valid=ALWAYS,
    )
    assert loaded.one(ChannelRecord, channel="webservice").applications is None


def test_a_request_and_an_agent(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(RequestRecord) == RequestRecord(
        "req",
        "24A001TEST",
        "omega",
        person["anne"],
        person["leo"],
        "awaiting_signature",
        Period(begin_of("2024-03-04")),
    )
    assert loaded.one(AgentRecord) == AgentRecord("agent_1", "Contact Centre", ALWAYS)


def test_a_contact_of_a_person_with_all_that_can_be_known(loaded: Any, person: dict[str, str]) -> None:
    assert loaded.one(ContactRecord, owner_kind="person") == ContactRecord(
        "person", person["anne"], "aaerts", "Mevr.", "nl", "a.aerts@alpha.example", "bureau-3@alpha.example", "+32 2 509 99 11",
        checked_at=parse_instant("2024-01-15T09:30:00Z"), valid=ALWAYS,
    )  # fmt: skip


def test_a_contact_says_nothing_of_what_is_not_known(loaded: Any) -> None:
    assert loaded.one(ContactRecord, owner_kind="capacity") == ContactRecord(
        "capacity", "alpha.nsso", "", "", "", "", "", "+32 2 509 99 13",
        checked_at=None, valid=Period(begin_of("2023-01-01"), end_of("2025-12-31")),
    )  # fmt: skip


def test_a_designation_has_a_contact_of_the_designated_and_one_of_the_requester(loaded: Any) -> None:
    assert loaded.one(ContactRecord, owner_kind="designation", owner_id="ds2").email == "direction@alpha.example"
    assert loaded.one(ContactRecord, owner_kind="requester", owner_id="ds2").email == "a.aerts@alpha.example"


@pytest.mark.parametrize(
    "begin",
    ["2024-03-15", "1900-01-01", "2024-03-31", "2024-10-27", "2024-03-15T10:00:00Z", "2024-03-15T10:00:00.000001Z"],
)
def test_a_begin_is_written_as_it_was_read(begin: str) -> None:
    assert begin_text(begin_of(begin)) == begin


@pytest.mark.parametrize("end", ["2024-03-15", "1899-12-31", "2024-03-30", "2024-10-27", "2024-03-15T10:00:00Z"])
def test_an_end_is_written_as_it_was_read(end: str) -> None:
    assert end_text(end_of(end)) == end


def test_the_first_and_the_last_instant_can_be_written() -> None:
    assert parse_instant(begin_text(BEGINNING)) == BEGINNING
    assert end_text(FOREVER) is None
