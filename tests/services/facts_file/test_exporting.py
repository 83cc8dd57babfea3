"""The export is a facts file that loads to the same records, also of a store that has lived."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from authz_service.domain.moments import FOREVER, Period, begin_of
from authz_service.domain.records import (
    AgentRecord,
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
    EnterpriseRecord,
    MandateRecord,
    PersonRecord,
    RelationRecord,
    RequestRecord,
    SenderRecord,
)

CHANGE = begin_of("2024-04-03T10:20:30.123456Z")


def test_the_reference_world_goes_round(any_store: Any, other_store: Any, reference_world: str) -> None:
    any_store.load(reference_world)
    before, text = any_store.believed(), any_store.export_text()

    assert any_store.load(text).revision == 1
    assert any_store.believed() == before
    assert other_store.load(text).added == len(before)
    assert other_store.believed() == before
    assert other_store.identities() == any_store.identities()
    assert other_store.export_text() == text


def test_the_export_says_what_the_file_said(store: Any, small_world: str) -> None:
    store.load(small_world)
    people = {person_id: number for number, person_id in store.identities().items()}
    said = yaml.safe_load(small_world)["world"]
    names = {person["niss"]: person["id"] for person in said["persons"]}

    exported = store.export()

    text = yaml.safe_dump(exported)
    for person_id, number in people.items():
        text = text.replace(person_id, names[number])
    assert _in_order(yaml.safe_load(text)) == _in_order(said)


def _in_order(value: Any) -> Any:
    """The value with every list in one order: a file's lists are sets."""
    if isinstance(value, list):
        return sorted((_in_order(item) for item in value), key=repr)
    if isinstance(value, dict):
        return {key: _in_order(item) for key, item in sorted(value.items())}
    return value


def test_the_text_is_one_object_a_line_with_quoted_numbers(store: Any, small_world: str) -> None:
    store.load(small_world)

    text = store.export_text()

    assert yaml.safe_load(text)["world"] == store.export()
    assert "  - {id: acc_leo, person: p_" in text
    assert "enterprise_number: '0999010126'" in text
    assert len(text.splitlines()) == 1 + 17 + 30


def test_an_empty_store_exports_an_empty_world(store: Any) -> None:
    assert store.load(store.export_text()).revision == 0


def test_a_store_that_has_lived_goes_round(store: Any, other_store: Any, small_world: str) -> None:
    store.load(small_world)
    anne = store.identities()["71031490293"]
    lived = {record: _later(record, anne) for record in store.believed()}
    store.record([state for states in lived.values() for state in states], list(lived))
    believed, text = store.believed(), store.export_text()

    assert store.load(text).revision == 2
    assert store.believed() == believed
    other_store.load(text)
    assert other_store.believed() == believed


def _later(record: Any, anne: str) -> list[Any]:  # noqa: C901 - a case for each kind of change
    """The states that a record of the small world has after changes of every kind."""
    before = replace(record, valid=Period(record.valid.since, CHANGE))
    after = replace(record, valid=Period(CHANGE, FOREVER))
    match record:
        case EnterpriseRecord(enterprise_id="alpha"):
            return [before, replace(after, ebox_active_since=CHANGE)]
        case PersonRecord(name="Aerts"):
            return [before, replace(after, name="l'Été: \u00a0„x” #1")]
        case RelationRecord(relation_id="acc_leo"):
            return [before, replace(after, state="active", notes=(("unblocked_by", "the manager"),))]
        case RelationRecord(relation_id="acc_leo/DMFA"):
            return [before]
        case RelationRecord(relation_id="acc_leo/EBOX"):
            return [record, replace(after, relation_id="acc_anne/EBOX", person_id=anne, notes=(("granted_by", "him"),))]
        case RelationRecord(relation_id="r1" | "f1" | "ds2" | "lf1"):
            return [before, replace(after, notes=(*record.notes, ("why", "no: reason")))]
        case RelationRecord(kind="work_relation"):
            return [replace(record, relation_id="linked-1", notes=(("linked_by", "him"),))]
        case SenderRecord():
            return [before, replace(after, preferred_channels=(("DMFA", "sftp"),))]
        case ChannelRecord(channel="ftp"):
            return [before, replace(after, state="stopped"), replace(after, channel="sftp", has_ssh_key=True)]
        case MandateRecord():
            return [before, replace(after, ended_at=CHANGE)]
        case ContactRecord(owner_kind="person"):
            return [before, replace(after, user_name="", title="", email="anne@alpha.example", checked_at=CHANGE)]
        case ContactRecord(owner_kind="account"):
            return [replace(record, email="")]
        case CapacityRecord() | ApplicationRecord() | RequestRecord() | AgentRecord():
            return [before, after]
        case _:
            return [record]


def test_a_grant_in_no_account_cannot_be_exported(store: Any, small_world: str) -> None:
    store.load(small_world)
    grant = store.one(RelationRecord, relation_id="acc_leo/DMFA")
    store.record([replace(grant, relation_id="lost/DMFA")], [])

    with pytest.raises(ValueError, match="parts of what is not there cannot be exported: accounts lost"):
        store.export()
