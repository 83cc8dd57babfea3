"""Reading in a transaction: of one moment, without waiting for writers and without holding them up."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, text

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import Period
from authz_service.domain.records import AgentRecord, PersonIdentity, RelationRecord
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreError, StoreUnavailableError
from authz_service.store.rotation import rotate
from authz_service.store.snapshot import Snapshot
from authz_service.store.writing import Recorder
from tests.store.facts import ANNE, BART, CARLA, EVERYTHING, agent, load, relation

NOON = 1_000


def agents(snapshot: Snapshot) -> list[str]:
    return [record.agent_id for record in snapshot.find(AgentRecord)]


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_before(database: Database) -> None:
    load(database, [agent("one")])
    with Recorder(database) as recorder:
        recorder.record([agent("two")], [])
        with Snapshot(database, NOON) as snapshot:
            assert agents(snapshot) == ["one"]
    with Snapshot(database, NOON) as snapshot:
        assert agents(snapshot) == ["one", "two"]


def test_a_writer_does_not_wait_for_a_reader_who_keeps_seeing_what_was(database: Database) -> None:
    load(database, [agent("one")])
    with Snapshot(database, NOON) as snapshot:
        assert agents(snapshot) == ["one"]
        assert load(database, [agent("two")]) == 2
        assert agents(snapshot) == ["one"]


def test_many_readers_at_once(database: Database) -> None:
    load(database, [agent("one")])
    with Snapshot(database, NOON) as first, Snapshot(database, NOON) as second:
        assert agents(first) == agents(second) == ["one"]


def test_a_reader_can_change_nothing(database: Database) -> None:
    with pytest.raises(StoreUnavailableError), database.reading() as connection:
        connection.execute(insert(tables.revision).values(revision=9, recorded_at=9))
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM revision")) == 0


def test_a_reader_after_an_error_reads_on(database: Database) -> None:
    with pytest.raises(StoreUnavailableError), database.reading() as connection:
        connection.execute(text("SELECT no_such_column FROM revision"))
    with Snapshot(database, NOON) as snapshot:
        assert agents(snapshot) == []


def test_numbers_are_read_under_the_new_key_as_soon_as_there_is_one(
    connect: Callable[[], Database], database: Database
) -> None:
    load(database, EVERYTHING)
    other = connect()
    with Snapshot(database, NOON) as snapshot:
        assert snapshot.national_numbers(["p_anne"]) == {"p_anne": ANNE.niss}
        rotate(other, other.keys.path)
        assert snapshot.identify(BART.niss) == "p_bart", "a snapshot from before is under the key from before"
        assert snapshot.national_numbers(["p_bart"]) == {"p_bart": BART.niss}
    with Snapshot(database, NOON) as snapshot:
        assert snapshot.identify(CARLA.niss) == "p_carla"
        assert snapshot.national_numbers(["p_anne", "p_carla"]) == {"p_anne": ANNE.niss, "p_carla": CARLA.niss}


def test_who_is_not_known_has_no_id_and_no_number(database: Database) -> None:
    with Snapshot(database, NOON) as snapshot:
        assert snapshot.identify(ANNE.niss) is None
        assert snapshot.national_numbers(["p_anne", ""]) == {}
        assert snapshot.national_numbers([]) == {}


def test_what_is_in_force_is_what_is_believed_of_that_instant(database: Database) -> None:
    over, now, to_come = (
        relation(f"r{begin}", "user", ANNE, "alpha.nsso", valid=Period(begin, until))
        for begin, until in ((0, NOON), (NOON, NOON + 1), (NOON + 1, NOON + 2))
    )
    no_longer_believed = relation("r9", "user", BART, "alpha.nsso")
    load(database, [over, now, to_come, no_longer_believed])
    load(database, [], [no_longer_believed])
    with Snapshot(database, NOON) as snapshot:
        assert snapshot.all_in_force(RelationRecord, capacity_id="alpha.nsso") == [now]
        assert snapshot.in_force(RelationRecord, relation_id="r0") is None
        assert len(snapshot.find(RelationRecord, capacity_id="alpha.nsso")) == 3


def test_any_number_of_values_can_be_asked_for(database: Database) -> None:
    names = [f"agent_{number:04}" for number in range(1_201)]
    load(database, [agent(name) for name in names])
    with Snapshot(database, NOON) as snapshot:
        assert [record.agent_id for record in snapshot.find(AgentRecord, agent_id=tuple(names))] == names
        assert snapshot.find(AgentRecord, agent_id=()) == []


def test_any_number_of_numbers_can_be_asked_for(database: Database) -> None:
    identities = [PersonIdentity(f"p_{serial}", _niss(serial)) for serial in range(1, 700)]
    with Recorder(database) as recorder:
        recorder.add_identities(identities)
    with Snapshot(database, NOON) as snapshot:
        found = snapshot.national_numbers(identity.person_id for identity in identities)
    assert found == {identity.person_id: identity.niss for identity in identities}


def _niss(serial: int) -> Niss:
    first = f"600101{serial:03}"
    return Niss(f"{first}{97 - int(first) % 97:02}")


def test_a_snapshot_is_nothing_outside_of_itself(database: Database) -> None:
    snapshot = Snapshot(database, NOON)
    with pytest.raises(StoreError):
        agents(snapshot)
    with pytest.raises(StoreError):
        snapshot.identify(ANNE.niss)
    with snapshot:
        assert agents(snapshot) == []
    with pytest.raises(StoreError):
        agents(snapshot)


def test_a_database_that_does_not_answer_is_said_to_be_unavailable(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("DROP TABLE key_check"))
    with pytest.raises(StoreUnavailableError), Snapshot(database, NOON):
        pass
