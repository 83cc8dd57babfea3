"""Reading with odd texts, by one statement, on connections that break."""

import dataclasses
import os
import random
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import FOREVER
from authz_service.domain.records import Record
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreUnavailableError
from authz_service.store.keys import KeyRing
from authz_service.store.reading import FactsReader
from tests.store import worlds
from tests.store.facts import (
    ANNE,
    EVERYTHING,
    enterprise,
    load,
    relation,
)

ALPHA, BETA = "0999010126", "0999020222"


def ask(**named: Any) -> FactsQuery:
    return FactsQuery(**{"at": 1_000, "known_at": FOREVER, **named})


def read(database: Database, **named: Any) -> QuestionFacts:
    (facts,) = FactsReader(database).read([ask(**named)])
    return facts


# --- texts ------------------------------------------------------------------------------------------------------------

TEXTS = [
    "a\0b",
    "\0",
    "\ud800",
    "\udfff",
    "'",
    '"',
    "\\",
    "%s",
    "$1",
    "?",
    "🙂",
    "null",
    " ",
    "x" * 100_000,
    "{}",
    "\x7f",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_any_text_is_an_answer_of_nothing(database: Database, text: str) -> None:
    load(database, EVERYTHING)
    names = [field.name for field in dataclasses.fields(FactsQuery) if field.type == "str"]
    assert len(names) == 13
    empty = read(database)
    assert [read(database, **{name: text}) for name in names] == [empty] * 13
    assert read(database, applications=(text,), mandate_groups=(text,)) == empty
    everything = ask(**dict.fromkeys(names, text), applications=(text, "EBOX"), all_representatives=True)
    (facts,) = FactsReader(database).read([everything])
    assert [fact.code for fact in facts.applications] == ["EBOX"]
    assert dataclasses.replace(facts, applications=(), rights=()) == empty


def test_a_text_that_cannot_be_is_still_one_that_was_given(database: Database) -> None:
    load(database, EVERYTHING)
    assert read(database, technical_user="\0", capacity="alpha.nsso").sender is None
    assert (
        read(database, mandate="\0", enterprise_number=BETA, capacity="alpha.nsso").enterprise
        == read(database, mandate="none", enterprise_number=BETA, capacity="alpha.nsso").enterprise
    )


# --- how it is read ---------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the statements that the database itself sees on this thread's reading connection."""
    FactsReader(database).read([ask()])
    connection = database._local.held._connection
    if database.dialect == "sqlite":
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        return lambda: len(seen)
    server = connection.pgconn

    class Counting:
        """A connection to the server that counts the statements which go through it."""

        count = 0

        def exec_prepared(self, *arguments: Any) -> Any:
            self.count += 1
            return server.exec_prepared(*arguments)

        def prepare(self, *arguments: Any) -> Any:
            return server.prepare(*arguments)

    counting = Counting()
    monkeypatch.setattr(database._local.held, "_server", counting)
    return lambda: counting.count


@pytest.mark.parametrize("number", [1, 2, 100])
def test_one_statement_however_many_questions(database: Database, counted: Callable[[], int], number: int) -> None:
    load(database, EVERYTHING)
    reader = FactsReader(database)
    chance = random.Random(number)
    queries = [worlds.question(chance, [1]) for _ in range(number)]
    before = counted()
    assert len(reader.read(queries)) == number
    assert counted() == before + 1
    assert reader.read([]) == []
    assert counted() == before + 1


def test_the_statement_stays_prepared(postgresql_url: str, key_ring: KeyRing) -> None:
    """On PostgreSQL, where it is prepared by us; sqlite3 keeps prepared statements by their text."""
    with closing(Database(postgresql_url, key_ring)) as database:
        database.upgrade()
        reader = FactsReader(database)
        for number in (1, 1, 50, 100, 1):
            reader.read([ask(capacity="alpha.nsso", subject_niss=ANNE.niss.digits)] * number)
        ((prepared,),) = database.query("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'WITH%'", ())
        assert prepared == 2, "one for a question by itself, one for several"


def test_a_name_means_the_same_statement_to_all_who_share_a_connection(postgresql_url: str, key_ring: KeyRing) -> None:
    """As a pooler has them share it: one has its statement prepared there, and the other asks for another one."""
    first, second = Database(postgresql_url, key_ring), Database(postgresql_url, key_ring)
    assert first.query("SELECT 'first', $1::text", ("a",)) == [("first", "a")]
    assert second.query("SELECT 'second', $1::text", ("b",)) == [("second", "b")]
    first._local.held._server, second._local.held._server = second._local.held._server, first._local.held._server
    assert first.query("SELECT 'first', $1::text", ("a",)) == [("first", "a")]
    assert second.query("SELECT 'second', $1::text", ("b",)) == [("second", "b")]
    first.close()
    second.close()


def test_reading_cannot_write(database: Database) -> None:
    load(database, EVERYTHING)
    with pytest.raises(StoreUnavailableError):
        database.query("DELETE FROM agent", ())
    assert read(database, agent="agent_1").agent_known


# --- when something breaks --------------------------------------------------------------------------------------------


def test_a_broken_connection_is_opened_again(database: Database) -> None:
    load(database, EVERYTHING)
    reader = FactsReader(database)
    query = ask(agent="agent_1")
    before = reader.read([query])
    database._local.held._connection.close()
    assert reader.read([query]) == before
    if database.dialect == "postgresql":
        kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with database.engine.connect() as connection:
            connection.exec_driver_sql(kill)
        assert reader.read([query]) == before


def test_a_forked_process_reads_on_its_own(database: Database) -> None:
    load(database, EVERYTHING)
    reader = FactsReader(database)
    query = ask(agent="agent_1")
    before = reader.read([query])
    child = os.fork()
    if not child:
        # Nothing of the test run may go on in here, whatever happens.
        status = 1
        try:
            status = 0 if reader.read([query]) == before else 2
            database.release()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert reader.read([query]) == before


def test_a_store_that_is_gone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = FactsReader(database)
    reader.read([ask()])

    def refuse(*_arguments: object, **_named: object) -> None:
        raise database.engine.dialect.loaded_dbapi.OperationalError("71031490293")

    database._local.held._connection.close()
    monkeypatch.setattr(database.engine.dialect.loaded_dbapi, "connect", refuse)
    for _ in range(2):
        with pytest.raises(StoreUnavailableError) as failure:
            reader.read([ask(subject_niss=ANNE.niss.digits)])
        assert ANNE.niss.digits not in str(failure.value)
        assert failure.value.__cause__ is None
    monkeypatch.undo()
    assert reader.read([ask()])


def test_words_that_this_program_does_not_know(database: Database) -> None:
    load(database, EVERYTHING)
    with database.engine.begin() as connection:
        connection.execute(
            tables.relation.update().values(kind="friend").where(tables.relation.c.relation_id == "lf_anne")
        )
    with pytest.raises(StoreUnavailableError):
        read(database, enterprise_number=ALPHA, subject_niss=ANNE.niss.digits)


def test_a_migration_under_a_running_reader(database: Database) -> None:
    """A prepared statement whose tables changed is prepared again."""
    load(database, EVERYTHING)
    reader = FactsReader(database)
    before = reader.read([ask(agent="agent_1", capacity="alpha.nsso")])
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE agent ADD COLUMN more TEXT")
        connection.exec_driver_sql("DROP INDEX capacity_by_enterprise_id")
        connection.exec_driver_sql("CREATE INDEX capacity_by_enterprise_id ON capacity (enterprise_id)")
    assert reader.read([ask(agent="agent_1", capacity="alpha.nsso")]) == before


def test_the_same_order_on_every_database(database: Database) -> None:
    names = ["a", "B", "_", "é", "z", "Z", "1", "ß", "aa"]
    random.Random(1).shuffle(names)
    records: list[Record] = [enterprise("alpha", ALPHA)]
    records += [relation(name, "employment", ANNE, "alpha", state="") for name in names]
    load(database, records)
    found = read(database, enterprise_number=ALPHA, subject_niss=ANNE.niss.digits)
    assert [fact.relation_id for fact in found.relations] == sorted(names)
