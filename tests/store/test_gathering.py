"""One transaction that gathers what it writes: what of it stays, whatever goes wrong on the way."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import insert, select, text

from authz_service.domain.moments import FOREVER
from authz_service.domain.records import AgentRecord
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreConflictError, StoreUnavailableError
from authz_service.store.keys import KeyRing
from authz_service.store.writing import Recorder
from tests.store.facts import CARLA, agent, load


def _agents(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.scalars(select(tables.agent.c.agent_id).where(tables.agent.c.recorded_to == FOREVER)))


def _gathers(recorder: Recorder) -> None:
    recorder.record([agent("two")], [agent("one")])


def _reads_what_it_gathered(recorder: Recorder) -> None:
    _gathers(recorder)
    assert recorder.find(AgentRecord, agent_id="two") == [agent("two")]


def _gathers_after_it_read(recorder: Recorder) -> None:
    _reads_what_it_gathered(recorder)
    recorder.record([agent("three")], [agent("two")])


def _streams_what_it_gathered(recorder: Recorder) -> None:
    _gathers(recorder)
    assert set(recorder.believed()) == {agent("two")}


def _identifies(recorder: Recorder) -> None:
    recorder.add_identity(CARLA)


def _writes_beside(recorder: Recorder) -> None:
    recorder.connection.execute(insert(tables.agent).values(**_row("two")))


def _row(name: str) -> dict[str, object]:
    values = {column.name: 0 if column.type.python_type is int else name for column in tables.agent.c}
    return {**values, "valid_to": 1, "recorded_to": FOREVER}


WAYS = (
    _gathers,
    _reads_what_it_gathered,
    _gathers_after_it_read,
    _streams_what_it_gathered,
    _identifies,
    _writes_beside,
)


@pytest.mark.parametrize("gathering", [True, False], ids=["gathering", "at once"])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_taken_back_is_gone_however_far_it_came(
    database: Database, way: Callable[[Recorder], None], *, gathering: bool
) -> None:
    def fail(recorder: Recorder) -> None:
        with recorder.reversible():
            way(recorder)
            raise ZeroDivisionError

    with Recorder(database, gathering=gathering) as recorder:
        recorder.record([agent("one")], [])
        with pytest.raises(ZeroDivisionError):
            fail(recorder)
        assert recorder.revision == 1
        assert recorder.identify(CARLA.niss) is None
        assert recorder.record([agent("four")], []) == 2
    assert _agents(database) == {"one", "four"}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_taken_back_stays(database: Database, way: Callable[[Recorder], None]) -> None:
    with Recorder(database, gathering=True) as recorder:
        recorder.record([agent("one")], [])
        with recorder.reversible():
            way(recorder)
        recorder.record([agent("four")], [])
        known = recorder.identify(CARLA.niss) is not None
    expected: dict[Callable[[Recorder], None], set[str]] = {
        _identifies: {"one"},
        _writes_beside: {"one", "two"},
        _gathers_after_it_read: {"three"},
    }
    assert _agents(database) == expected.get(way, {"two"}) | {"four"}
    assert known is (way is _identifies)


def test_a_transaction_in_which_something_failed_cannot_be_ended_as_if_nothing_had(database: Database) -> None:
    """A database may hold half of it by then."""

    def go_on() -> None:
        with Recorder(database) as recorder, suppress(StoreConflictError):
            recorder.record([agent("two")], [agent("nobody")])

    load(database, [agent("one")])
    with pytest.raises(StoreConflictError, match="is to be left"):
        go_on()
    assert _agents(database) == {"one"}


def test_a_failure_that_was_taken_back_is_over(database: Database) -> None:
    def fail(recorder: Recorder) -> None:
        with recorder.reversible():
            recorder.record([agent("two")], [agent("nobody")])

    with Recorder(database) as recorder:
        with pytest.raises(StoreConflictError):
            fail(recorder)
        recorder.record([agent("three")], [])
    assert _agents(database) == {"three"}


def test_a_text_that_cannot_be_kept_is_not_taken_for_its_beginning(database: Database) -> None:
    load(database, [agent("one")])
    found: list[AgentRecord] = []
    try:
        with Recorder(database) as recorder:
            found = recorder.find(AgentRecord, agent_id="one\0two")
    except StoreUnavailableError:
        assert database.dialect == "postgresql"
    assert found == []


@pytest.fixture
def server(postgresql_url: str, key_ring: KeyRing) -> Iterator[Database]:
    """A database on PostgreSQL."""
    with closing(Database(postgresql_url, key_ring)) as database:
        database.upgrade()
        yield database


def _lose(database: Database, recorder: Recorder) -> None:
    process = recorder.connection.scalar(text("SELECT pg_backend_pid()"))
    with database.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})


@pytest.mark.parametrize("way", [_gathers, _reads_what_it_gathered, _identifies])
def test_a_connection_that_is_lost_leaves_nothing_and_is_given_to_nobody(
    server: Database, way: Callable[[Recorder], None]
) -> None:

    def write() -> None:
        with Recorder(server, gathering=True) as recorder:
            _lose(server, recorder)
            way(recorder)

    load(server, [agent("one")])
    with pytest.raises(StoreUnavailableError):
        write()
    assert _agents(server) == {"one"}
    for name in ("two", "three"):
        load(server, [agent(name)])
    assert _agents(server) == {"one", "two", "three"}


def test_an_error_in_the_middle_leaves_the_connection_fit_for_the_next(server: Database) -> None:
    """Nothing that belongs to one who failed is answered to another."""

    def fail() -> None:
        with Recorder(server, gathering=True) as recorder:
            recorder.record([agent("two"), agent("one")], [])
            recorder.record([agent("three")], [])

    load(server, [agent("one")])
    for _ in range(3):
        with pytest.raises(StoreConflictError):
            fail()
        with Recorder(server, gathering=True) as recorder:
            process = recorder.connection.scalar(text("SELECT pg_backend_pid()"))
            assert recorder.find(AgentRecord, agent_id="one") == [agent("one")]
        with Recorder(server) as recorder:
            assert recorder.connection.scalar(text("SELECT pg_backend_pid()")) == process
    assert _agents(server) == {"one"}
