"""Choosing where to read: in which order, what is left alone, how long is waited. Servers are real, faults too."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authz_service.domain.callers import Caller
from authz_service.domain.moments import Period
from authz_service.domain.records import AgentRecord
from authz_service.domain.vocabulary import Scope
from authz_service.store import replicas
from authz_service.store.database import Database
from authz_service.store.errors import FactsBehindError, StoreUnavailableError
from authz_service.store.keys import KeyRing
from authz_service.store.replicas import Found, Patience, ReplicatedCallers, Server, Source, Sources
from authz_service.store.revisions import last_revision
from authz_service.store.writing import Recorder
from tests.support.callers import WritableCallers


class Place:
    """A database that reads its last revision when it is asked, and counts how often."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.server = Server(database)
        self.asked = 0

    def read(self) -> Found[str]:
        self.asked += 1
        return Found(last_revision(self.database), str(self.database.engine.url.database))

    @property
    def source(self) -> Source["Place"]:
        return Source(self.server, self)

    def come_to(self, revision: int) -> None:
        while (last := last_revision(self.database)) < revision:
            with Recorder(self.database) as recorder:
                recorder.record(add=[AgentRecord(f"agent {last}", "contact centre", Period())], close=[])


@pytest.fixture
def place(tmp_path: Path, key_ring: KeyRing) -> Iterator[Callable[[str, int], Place]]:
    """Make a database that has come to a revision: what a replica is to whoever reads."""
    made: list[Database] = []

    def one(name: str, revision: int) -> Place:
        database = Database(f"sqlite:///{tmp_path / name}.db", key_ring)
        made.append(database)
        database.upgrade()
        there = Place(database)
        there.come_to(revision)
        return there

    yield one
    for database in made:
        database.close()


@pytest.fixture
def gone(tmp_path: Path, key_ring: KeyRing) -> Place:
    """A database that does not answer."""
    return Place(Database("postgresql+psycopg://nobody@127.0.0.1:1/none", key_ring))


def sources(primary: Place, *others: Place, seconds: float = 0.0, threads: int = 1) -> Sources[Place]:
    return Sources(primary.source, tuple(other.source for other in others), Patience(seconds, threads))


def test_a_replica_that_has_the_revision_answers(place: Callable[[str, int], Place]) -> None:
    primary, replica = place("primary", 7), place("replica", 5)
    assert sources(primary, replica).fresh(5, Place.read).revision == 5
    assert primary.asked == 0


def test_replicas_take_turns(place: Callable[[str, int], Place]) -> None:
    first, second = place("first", 5), place("second", 5)
    both = sources(place("primary", 5), first, second)
    for _ in range(6):
        both.fresh(5, Place.read)
    assert (first.asked, second.asked) == (3, 3)


def test_a_replica_that_is_behind_is_passed_over(place: Callable[[str, int], Place]) -> None:
    primary, behind, there = place("primary", 7), place("behind", 5), place("there", 7)
    both = sources(primary, behind, there)
    assert {both.fresh(7, Place.read).revision for _ in range(4)} == {7}
    assert primary.asked == 0


def test_the_primary_comes_last(place: Callable[[str, int], Place]) -> None:
    primary, replica = place("primary", 7), place("replica", 5)
    assert sources(primary, replica).fresh(6, Place.read).revision == 7
    assert (replica.asked, primary.asked) == (1, 1)


def test_where_replicas_will_not_do_they_are_not_asked(place: Callable[[str, int], Place]) -> None:
    primary, replica = place("primary", 7), place("replica", 7)
    assert sources(primary, replica).fresh(5, Place.read, replicas=False).revision == 7
    assert replica.asked == 0


def test_what_says_itself_that_it_is_behind_is_passed_over(place: Callable[[str, int], Place]) -> None:
    primary, replica = place("primary", 7), place("replica", 5)

    def read(there: Place) -> Found[str]:
        found = there.read()
        if found.revision < 6:
            raise FactsBehindError("behind")
        return found

    assert sources(primary, replica).fresh(6, read).revision == 7
    assert not replica.server.rests
    with pytest.raises(FactsBehindError):
        sources(replica).fresh(6, read)


def test_what_is_nowhere_is_told_with_the_newest_there_is(place: Callable[[str, int], Place]) -> None:
    assert sources(place("primary", 7), place("replica", 5)).fresh(9, Place.read).revision == 7


def test_without_the_primary_the_newest_replica_counts(place: Callable[[str, int], Place], gone: Place) -> None:
    some = sources(gone, place("older", 5), place("newer", 6))
    assert [some.fresh(9, Place.read).revision for _ in range(2)] == [6, 6]


def test_a_revision_that_comes_is_waited_for(place: Callable[[str, int], Place]) -> None:
    primary = place("primary", 7)
    writer = threading.Timer(0.1, primary.come_to, [8])
    writer.start()
    assert sources(primary, seconds=10).fresh(8, Place.read).revision == 8
    writer.join()


def test_the_wait_has_an_end(place: Callable[[str, int], Place]) -> None:
    started = time.monotonic()
    assert sources(place("primary", 7), seconds=0.2).fresh(8, Place.read).revision == 7
    assert 0.2 <= time.monotonic() - started < 5


def test_only_so_many_wait_at_once(place: Callable[[str, int], Place]) -> None:
    """The others are told at once: threads that wait answer nobody."""
    primary = place("primary", 7)
    some = sources(primary, seconds=30, threads=1)
    waiting = threading.Thread(target=some.fresh, args=(8, Place.read))
    waiting.start()
    while primary.asked == 0:
        time.sleep(0.01)
    time.sleep(0.1)
    started = time.monotonic()
    assert some.fresh(8, Place.read).revision == 7
    assert time.monotonic() - started < 10
    primary.come_to(8)
    waiting.join()


def test_where_no_thread_may_wait_none_does(place: Callable[[str, int], Place]) -> None:
    started = time.monotonic()
    assert sources(place("primary", 7), seconds=30, threads=0).fresh(8, Place.read).revision == 7
    assert time.monotonic() - started < 10


def test_a_server_that_does_not_answer_is_left_alone_for_a_while(
    place: Callable[[str, int], Place], gone: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "REST_SECONDS", 0.3)
    both = sources(place("primary", 7), gone)
    for _ in range(5):
        assert both.fresh(7, Place.read).revision == 7
    assert gone.asked == 1
    time.sleep(0.4)
    both.fresh(7, Place.read)
    assert gone.asked == 2


def test_a_server_that_rests_is_asked_when_no_other_answers(place: Callable[[str, int], Place], gone: Place) -> None:
    replica = place("replica", 7)
    replica.server.rest()
    assert sources(gone, replica).fresh(7, Place.read).revision == 7


def test_without_any_server_nothing_is_said(gone: Place) -> None:
    with pytest.raises(StoreUnavailableError):
        sources(gone, gone, seconds=0.1).fresh(1, Place.read)


def test_callers_are_looked_up_on_a_replica_only_where_the_primary_does_not_answer(
    place: Callable[[str, int], Place], gone: Place
) -> None:
    primary, replica = place("primary", 1), place("replica", 1)
    key = WritableCallers(replica.database).add("portal", [Scope.DECIDE])
    found = ReplicatedCallers(gone.server, [replica.server]).find(key)
    assert isinstance(found, Caller)
    assert ReplicatedCallers(primary.server, [replica.server]).find(key) is None
    with pytest.raises(StoreUnavailableError):
        ReplicatedCallers(gone.server, [gone.server]).find(key)
