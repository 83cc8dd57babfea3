"""Several writers at once: revisions in commit order, and nothing that a reader misses."""

import itertools
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from authz_service.domain.facts import FactsQuery
from authz_service.domain.moments import FOREVER, now
from authz_service.store import database as database_module
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreUnavailableError
from authz_service.store.keys import KeyRing
from authz_service.store.reading import FactsReader
from authz_service.store.writing import Recorder
from tests.store import elsewhere
from tests.store.facts import (
    CARLA,
    EVERYTHING,
    agent,
    load,
    relation,
)


def _revisions(database: Database) -> list[tuple[int, int]]:
    with database.engine.connect() as connection:
        rows = connection.execute(select(tables.revision).order_by(tables.revision.c.revision)).all()
    return [(row.revision, row.recorded_at) for row in rows]


def test_revisions_rise_with_the_clock_and_without(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    load(database, [agent("one")])
    monkeypatch.setattr("authz_service.store.writing.now", lambda: 5)  # the clock was set back
    load(database, [agent("two")])
    load(database, [agent("three")], [agent("two")])
    (_, first), (_, second), (_, third) = _revisions(database)
    assert (second, third) == (first + 1, first + 2)


def test_writers_in_threads_are_given_revisions_in_turn(connect: Callable[[], Database], database: Database) -> None:
    """What a writer finds under the lock is all that was committed before, and its revision is the next."""
    seen: list[tuple[int, int]] = []
    lock = threading.Lock()

    def write(writer: int) -> None:
        for number in range(10):
            with Recorder(database if writer % 2 else connect()) as recorder:
                before = sum(1 for _ in recorder.believed())
                revision = recorder.record([agent(f"{writer}-{number}")], [])
                with lock:
                    seen.append((revision, before))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [(number + 1, number) for number in range(60)]
    assert seen == sorted(seen)
    _assert_strictly_ordered(database, 60)


def test_writers_in_processes(database: Database, database_url: str, key_ring: KeyRing) -> None:
    """Meanwhile a reader never sees revisions go back, nor a revision without all the facts up to it."""
    with elsewhere.processes(3) as processes:
        writers = [
            processes.submit(elsewhere.record_agents, database_url, key_ring.path, writer, 20) for writer in range(3)
        ]
        statement = "SELECT (SELECT max(revision) FROM revision), (SELECT count(*) FROM agent)"
        last = 0
        while not all(writer.done() for writer in writers):
            revision, agents = database.query(statement, ())[0]
            assert (revision or 0) == agents
            assert agents >= last
            last = agents
            time.sleep(0.001)
        revisions = [writer.result() for writer in writers]
    assert sorted(itertools.chain(*revisions)) == list(range(1, 61))
    assert all(one == sorted(one) for one in revisions)
    _assert_strictly_ordered(database, 60)


def _assert_strictly_ordered(database: Database, number: int) -> None:
    revisions = _revisions(database)
    assert [revision for revision, _ in revisions] == list(range(1, number + 1))
    instants = [instant for _, instant in revisions]
    assert instants == sorted(set(instants))
    with database.engine.connect() as connection:
        recorded = connection.execute(select(tables.agent.c.recorded_from)).scalars().all()
    assert set(recorded) <= set(instants)


def test_a_writer_that_waits_too_long(
    connect: Callable[[], Database], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 1)
    monkeypatch.setitem(database_module._CONNECT_ARGUMENTS["sqlite"], "timeout", 1)
    other = connect()
    with Recorder(database), pytest.raises(StoreUnavailableError), Recorder(other):
        pass
    assert load(other, [agent("one")]) == 1


def test_a_revocation_is_seen_by_the_very_next_question(connect: Callable[[], Database], database: Database) -> None:
    load(database, EVERYTHING)
    readers = [FactsReader(connect()) for _ in range(3)]
    query = FactsQuery(at=now(), known_at=FOREVER, subject_niss=CARLA.niss.digits, capacity="alpha.nsso")
    grant = relation("g_carla", "application_grant", CARLA, "alpha.nsso", object_="DMFA", state="")
    revision = 1
    for _ in range(20):
        for add, close, held in (([], [grant], False), ([grant], [], True)):
            revision += 1
            assert load(database, add, close) == revision
            for reader in readers:
                (facts,) = reader.read([query])
                assert facts.revision == revision
                assert ("g_carla" in {fact.relation_id for fact in facts.relations}) is held
