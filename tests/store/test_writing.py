"""Recording: all or nothing, in turn, only ever adding and closing."""

import dataclasses
import sqlite3
import time
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import now
from authz_service.domain.person_ids import is_person_id, new_person_id
from authz_service.domain.records import AgentRecord, PersonIdentity, Record
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.direct import Prepared
from authz_service.store.errors import StoreConflictError, StoreError, UnstorableError
from authz_service.store.keys import KeyRing
from authz_service.store.rows import SHAPES
from authz_service.store.writing import Recorder
from tests.store.facts import (
    ANNE,
    CARLA,
    EVERYTHING,
    agent,
    application,
    capacity,
    changed,
    channel,
    enterprise,
    load,
    mandate,
    person,
    relation,
    since,
    until,
)


def _believed(database: Database) -> set[Record]:
    with Recorder(database) as recorder:
        records = list(recorder.believed())
    assert len(records) == len(set(records))
    return set(records)


def _revisions(database: Database) -> list[tuple[int, int]]:
    with database.engine.connect() as connection:
        rows = connection.execute(select(tables.revision).order_by(tables.revision.c.revision)).all()
    return [(row.revision, row.recorded_at) for row in rows]


def test_what_is_added_is_believed_as_it_was_told(database: Database) -> None:
    assert load(database, EVERYTHING) == 1
    assert _believed(database) == set(EVERYTHING)


def test_closing_and_changing(database: Database) -> None:
    load(database, EVERYTHING)
    old = relation("acc_carla", "user", CARLA, "alpha.nsso")
    new = changed(old, valid=until(now()))
    assert load(database, [new], [old]) == 2
    assert _believed(database) == {*EVERYTHING, new} - {old}
    assert load(database, [], [new]) == 3
    assert _believed(database) == set(EVERYTHING) - {old}
    assert load(database, [old]) == 4
    assert _believed(database) == set(EVERYTHING)


@pytest.mark.parametrize(
    "record", {type(record): record for record in EVERYTHING}.values(), ids=lambda record: type(record).__name__
)
def test_every_record_can_be_closed_and_only_if_equal(database: Database, record: Record) -> None:
    load(database, EVERYTHING)
    # A record that differs in any one thing is another record.
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        other = _otherwise(value)
        with pytest.raises(StoreConflictError):
            load(database, [], [changed(record, **{field.name: other})])
    assert load(database, [], [record]) == 2
    assert _believed(database) == set(EVERYTHING) - {record}
    with pytest.raises(StoreConflictError):
        load(database, [], [record])


def _otherwise(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case None:
            return 77
        case str():
            # A word of a closed vocabulary must stay one.
            words = {"social_security": "finance", "mahis": "ssm", "none": "ssm", "employment": "user"}
            return words.get(value, "mobility" if value == "finance" else "employment")
        case tuple():
            return (*value, ("more", "more")) if value and isinstance(value[0], tuple) else (*value, "more")
        case _:
            return dataclasses.replace(value, since=value.since + 1)


def test_nothing_to_do_makes_no_revision(database: Database) -> None:
    assert load(database, [], []) == 0
    load(database, [agent("one")])
    assert load(database, [], []) == 1
    assert len(_revisions(database)) == 1


def test_several_changes_in_one_transaction(database: Database) -> None:
    with Recorder(database) as recorder:
        assert recorder.revision == 0
        assert recorder.record([agent("one")], []) == 1
        assert recorder.record([agent("two")], [agent("one")]) == 2
        assert recorder.revision == 2
    assert _believed(database) == {agent("two")}


def _record_and_fail(recorder: Recorder) -> None:
    recorder.record([agent("two")], [agent("agent_1")])
    recorder.add_identity(PersonIdentity("p_dirk", Niss("79120191720")))
    raise ZeroDivisionError


def test_an_error_anywhere_takes_all_back(database: Database) -> None:
    load(database, EVERYTHING)
    with pytest.raises(ZeroDivisionError), Recorder(database) as recorder:
        _record_and_fail(recorder)
    with pytest.raises(StoreConflictError):
        load(database, [agent("two"), agent("agent_1")])
    assert _believed(database) == set(EVERYTHING)
    assert len(_revisions(database)) == 1
    with Recorder(database) as recorder:
        assert recorder.identify(Niss("79120191720")) is None


def test_what_contradicts_is_refused_without_telling(database: Database) -> None:
    load(database, EVERYTHING)
    wrong: list[list[Record]] = [
        [agent("agent_1")],  # believed already
        [changed(enterprise("alpha", "0999020222"), name="Another")],  # another wording of the same thing, same begin
        [agent("two", valid=since(5, 5))],  # a period that is none
        [agent("two"), agent("two")],
        [person(PersonIdentity("p_nobody", ANNE.niss))],  # no such identity
    ]
    for records in wrong:
        with pytest.raises(StoreConflictError) as refusal:
            load(database, records)
        assert refusal.value.__cause__ is None
        assert "alpha" not in str(refusal.value)
    assert _believed(database) == set(EVERYTHING)


def test_a_later_wording_of_the_same_thing(database: Database) -> None:
    load(database, [application("DMFA", valid=until(100))])
    load(database, [application("DMFA", group="dmfa", valid=since(100))])
    assert len(_believed(database)) == 2


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff tail"])
def test_texts_that_cannot_be_kept(database: Database, text: str) -> None:
    for record in (agent(text), application("X", group=text), changed(channel("S", "sftp"), applications=(text,))):
        if record == changed(channel("S", "sftp"), applications=("a\0b",)):
            continue  # JSON has a way to write NUL in an array, and no question ever matches it
        with pytest.raises(UnstorableError):
            load(database, [record])
    assert _believed(database) == set()


def test_unusual_texts_are_kept(database: Database) -> None:
    texts = [
        "é",
        "漢字",
        "🙂",
        "'; DROP TABLE agent; --",
        '"',
        "\\",
        "%s",
        ":x",
        "\x01",
        "\ufffe",
        "e\u0301",
        "a" * 2000,
    ]
    load(database, [agent(text) for text in texts])
    assert _believed(database) == {agent(text) for text in texts}


def test_words_outside_a_vocabulary(database: Database) -> None:
    for record in (
        capacity("a.b", domain="nowhere"),
        changed(mandate("m", "a", "b"), system="fax"),
        changed(application("X"), mandate_system=""),
        relation("r", "friend", ANNE, "alpha"),
    ):
        with pytest.raises(UnstorableError):
            load(database, [record])


def test_identities(database: Database) -> None:
    dirk = PersonIdentity(new_person_id(), Niss("79120191720"))
    with Recorder(database) as recorder:
        assert recorder.identify(dirk.niss) is None
        recorder.add_identity(dirk)
        assert recorder.identify(dirk.niss) == dirk.person_id
        assert list(recorder.identities()) == [dirk]
    for twice in (dirk, PersonIdentity(new_person_id(), dirk.niss), PersonIdentity(dirk.person_id, CARLA.niss)):
        with pytest.raises(StoreConflictError), Recorder(database) as recorder:
            recorder.add_identity(twice)


def test_opaque_ids() -> None:
    made = {new_person_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(is_person_id(text) and len(text) == 28 for text in made)
    for text in (
        "",
        "p_",
        "p_anne",
        next(iter(made)).upper(),
        next(iter(made)) + "\n",
        "p_" + "1" * 26,
        "p_" + "b" * 26,
    ):
        assert not is_person_id(text)


def test_more_than_a_chunk(database: Database) -> None:
    records = [agent(f"agent_{number}") for number in range(4100)]
    assert load(database, iter(records)) == 1
    with Recorder(database) as recorder:
        stream = recorder.believed()
        assert isinstance(next(stream), type(records[0]))  # and is left unread
    assert _believed(database) == set(records)
    assert load(database, [], iter(records)) == 2
    assert _believed(database) == set()


def test_a_recorder_is_a_context_manager(database: Database) -> None:
    recorder = Recorder(database)
    with pytest.raises(StoreError):
        recorder.record([agent("one")], [])
    with pytest.raises(StoreError):
        recorder.identify(ANNE.niss)
    with recorder:
        pass
    with pytest.raises(StoreError):
        list(recorder.believed())


def test_rows_are_only_added_or_closed(database: Database) -> None:
    """Where the database itself refuses that one is deleted, or changed but for `recorded_to`, all goes as ever."""
    everything = list(EVERYTHING)
    load(database, everything)
    history = _history(database)
    _refuse_other_changes(database)
    load(database, [changed(record, valid=until(50)) for record in everything], everything)
    load(database, [], [changed(record, valid=until(50)) for record in everything])
    load(database, everything)
    # Every row of before is still there; of those that were closed, only the end of the record period is new.
    later = _history(database)
    for name, rows in history.items():
        assert {row[:-1] for row in rows} <= {row[:-1] for row in later[name]}
    for change in ("DELETE FROM agent", "UPDATE agent SET service = 'other'", "DELETE FROM revision"):
        with pytest.raises(DBAPIError, match="rows are only added or closed"), database.engine.begin() as connection:
            connection.exec_driver_sql(change)


def _refuse_other_changes(database: Database) -> None:
    refusal, each = "SELECT RAISE(ABORT, 'rows are only added or closed');", "BEGIN {} END"
    with database.engine.begin() as connection:
        if database.dialect == "postgresql":
            connection.exec_driver_sql(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'rows are only added or closed'; END $$"
            )
            refusal, each = "", "FOR EACH ROW EXECUTE FUNCTION refuse()"
        facts = [table for table in tables.METADATA.sorted_tables if "recorded_to" in table.c]
        assert len(facts) == len(SHAPES)
        for table in (*facts, tables.revision, tables.person):
            columns = ", ".join(column.name for column in table.c if column.name != "recorded_to")
            for number, change in enumerate(("DELETE", f"UPDATE OF {columns}")):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {table.name}_{number} BEFORE {change} ON {table.name} {each.format(refusal)}"
                )


def test_what_is_gathered_is_there_for_whatever_is_read_next(database: Database) -> None:
    with Recorder(database, gathering=True) as recorder:
        assert recorder.record([agent("one")], []) == 1
        assert recorder.find(AgentRecord, agent_id="one") == [agent("one")]
        assert recorder.record([agent("two")], [agent("one")]) == 2
        assert set(recorder.believed()) == {agent("two")}
        assert recorder.record([agent("three")], []) == 3
    assert _believed(database) == {agent("two"), agent("three")}
    assert [revision for revision, _ in _revisions(database)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("add", "close"), [([agent("one"), agent("one")], []), ([agent("two")], [agent("nobody")])], ids=["add", "close"]
)
def test_what_is_gathered_and_contradicts_is_refused_at_the_end(
    database: Database, add: list[Record], close: list[Record]
) -> None:
    with pytest.raises(StoreConflictError), Recorder(database, gathering=True) as recorder:
        recorder.record(add, close)
    assert _believed(database) == set()
    assert load(database, [agent("one")]) == 1


def test_what_is_gathered_is_taken_back_with_the_rest(database: Database) -> None:
    def fail(recorder: Recorder) -> None:
        with recorder.reversible():
            recorder.record([agent("two")], [agent("one")])
            raise ZeroDivisionError

    with Recorder(database, gathering=True) as recorder:
        recorder.record([agent("one")], [])
        with pytest.raises(ZeroDivisionError):
            fail(recorder)
        assert recorder.revision == 1
    assert _believed(database) == {agent("one")}
    assert [revision for revision, _ in _revisions(database)] == [1]


def test_a_writer_that_waited_sees_what_the_one_before_has_written(database: Database) -> None:
    """Not only the counter, but also what is read as soon as the lock is had."""
    found = []
    agents = Prepared(lambda: select(tables.agent.c.agent_id))

    def write() -> None:
        with Recorder(database, also=(agents,)) as recorder:
            found.append((recorder.revision, recorder.also_read))

    with Recorder(database) as first:
        waiting = Thread(target=write)
        waiting.start()
        time.sleep(0.3)
        first.record([agent("one")], [])
    waiting.join()
    assert found == [(1, [[("one",)]])]


def _history(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    found = {}
    with database.engine.connect() as connection:
        for table in tables.METADATA.sorted_tables:
            if "recorded_to" in table.c:
                columns = [column for column in table.c if column.name != "recorded_to"]
                rows = connection.execute(select(*columns, table.c.recorded_to)).all()
                found[table.name] = {tuple(row) for row in rows}
    return found


def test_nothing_is_lost_on_the_way_to_the_disk(sqlite_url: str, key_ring: KeyRing) -> None:
    database = Database(sqlite_url, key_ring)
    database.upgrade()
    with database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.query("SELECT 1", ())
    with pytest.raises(sqlite3.OperationalError):
        database._local.held._cursor.execute("INSERT INTO agent VALUES ('a', 'b', 1, 2, 3, 4)")
    database.close()
