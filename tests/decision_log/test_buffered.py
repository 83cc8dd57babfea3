"""Recording beside the answer: it never waits, and whatever is not recorded is counted, logged and told."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from authz_service.decision_log import outlets
from authz_service.decision_log.log import PORTION, BufferedLog
from authz_service.decision_log.rendering import Renderer
from authz_service.decision_log.sinks import Sink
from tests.decision_log.conftest import ReluctantSink, file_sink, numbers_in, record, renderer, wait_until

MOST = 1000
PROJECT = Path(__file__).parents[2]


def started(*sinks: Sink, most: int = MOST, seconds: float = 0.01) -> BufferedLog:
    return BufferedLog(renderer(), sinks, most, seconds)


def kinds(sink: ReluctantSink) -> list[object]:
    """The numbers of the decisions, and in their place what was dropped."""
    return [line["facts"] if line["kind"] == "decision" else f"dropped {line['dropped']}" for line in sink.lines()]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sink that takes nothing is tried again at once."""
    monkeypatch.setattr(outlets, "TRY_AGAIN_SECONDS", 0.0)


@pytest.fixture
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    with structlog.testing.capture_logs() as events:
        yield events


def test_all_of_many_threads_in_order_of_each(path: Path) -> None:
    log = started(file_sink(path), most=100_000)

    def hand_in(first: int) -> None:
        for number in range(first, first + 1000):
            assert log.record([record(number)])

    threads = [threading.Thread(target=hand_in, args=(first,)) for first in range(0, 8000, 1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    written = numbers_in(*path.parent.iterdir())
    for first in range(0, 8000, 1000):
        assert [number for number in written if first <= number < first + 1000] == list(range(first, first + 1000))
    assert log.state() == ""


def test_it_is_written_a_moment_later_without_being_asked(path: Path) -> None:
    log = started(file_sink(path))
    log.record([record(1), record(2)])
    wait_until(lambda: path.parent.is_dir() and numbers_in(*path.parent.iterdir()) == [1, 2])
    log.close()


def test_nothing_is_held_before_there_is_something_to_write(path: Path) -> None:
    before = threading.active_count()
    log = started(file_sink(path))
    assert log.state() == ""
    log.close()
    assert threading.active_count() == before
    assert not path.parent.exists()


def test_an_answer_does_not_wait_for_a_sink(logged: list[structlog.typing.EventDict]) -> None:
    sink = ReluctantSink()
    sink.ready.clear()
    log = started(sink, most=1_000_000)
    for number in range(20_000):
        log.record([record(number)])
    assert sink.written == b"", "all was handed in while the sink holds up whoever writes"
    sink.ready.set()
    log.close()
    assert kinds(sink) == list(range(20_000))
    assert logged == []


def test_what_does_not_fit_is_counted_and_told_where_it_is_missing(logged: list[structlog.typing.EventDict]) -> None:
    sink = ReluctantSink(willing=False)
    log = started(sink)
    for number in range(3 * MOST):
        log.record([record(number)])
        if number % 100 == 0:
            time.sleep(0.005)
    wait_until(lambda: "2" in log.state() and log._queue == type(log._queue)())
    state = log.state()
    sink.willing = True
    wait_until(lambda: bool(sink.lines()) and sink.lines()[-1]["kind"] == "dropped")
    log.record([record(9999)])
    log.close()

    told = kinds(sink)
    [dropped] = [each for each in told if isinstance(each, str)]
    kept = told[: told.index(dropped)]
    assert kept == list(range(len(kept)))
    assert MOST - PORTION <= len(kept) <= MOST
    assert dropped == f"dropped {3 * MOST - len(kept)}"
    assert told[-1] == 9999
    assert state == f"reluctant: not now; {3 * MOST - len(kept)} decisions of this process are not in the decision log"
    [first] = [event for event in logged if event["event"] == "decision log not written"]
    assert (first["log_level"], first["faults"]) == ("error", {"reluctant": "not now"}), "once a period"


def test_what_comes_faster_than_it_is_written_too() -> None:
    sink = ReluctantSink(seconds=0.3)
    log = started(sink)
    for number in range(5 * MOST):
        log.record([record(number)])
    sink.seconds = 0
    log.close()
    told = kinds(sink)
    dropped = sum(int(each.split()[1]) for each in told if isinstance(each, str))
    assert dropped > 0
    assert dropped + sum(isinstance(each, int) for each in told) == 5 * MOST


def test_one_sink_does_not_keep_the_others_from_theirs(path: Path) -> None:
    stuck = ReluctantSink(willing=False)
    log = started(stuck, file_sink(path))
    for number in range(3 * MOST):
        log.record([record(number)])
        if number % 100 == 0:
            time.sleep(0.005)
    wait_until(lambda: path.parent.is_dir() and len(numbers_in(*path.parent.iterdir())) == 3 * MOST)
    assert "reluctant" in log.state()
    stuck.willing = True
    log.close()
    assert kinds(stuck)[-1] == f"dropped {3 * MOST - len(kinds(stuck)) + 1}"


def test_what_no_sink_takes_at_the_end_is_logged(logged: list[structlog.typing.EventDict]) -> None:
    log = started(ReluctantSink(willing=False))
    log.record([record(number) for number in range(7)])
    log.close()
    assert logged[-1]["event"] == "decision log ended with records unwritten"
    assert logged[-1]["lost"] == 7
    log.record([record(8)])
    assert logged[-1]["event"] == "decision log ended before the answer"


def test_a_record_that_cannot_be_made_a_line_of_does_not_take_others_along(
    logged: list[structlog.typing.EventDict],
) -> None:
    def failing(named: str) -> str:
        raise ZeroDivisionError(named)

    sink = ReluctantSink()
    log = BufferedLog(Renderer(failing), [sink], MOST, 0.01)
    log.record([record(number, person_id="" if number == 5 else "p_x") for number in range(10)])
    log.close()
    assert [each for each in kinds(sink) if isinstance(each, int)] == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    assert "dropped 1" in kinds(sink)
    assert "85091291489" not in str(logged)


FORKED = """
import multiprocessing, sys, threading
from pathlib import Path
from authz_service.decision_log.log import BufferedLog
from tests.decision_log.conftest import file_sink, record, renderer

log = BufferedLog(renderer(), [file_sink(Path(sys.argv[1]))], 1000, 1)

def serve():
    answering = threading.Thread(target=lambda: log.record([record(1)]), daemon=True)
    answering.start()
    answering.join()

worker = multiprocessing.get_context("fork").Process(target=serve)
worker.start()
worker.join()
"""


def test_a_process_that_was_forked_writes_what_it_has_when_it_ends(path: Path) -> None:
    """As the workers of the server are, whose threads are daemons."""
    subprocess.run([sys.executable, "-c", FORKED, path], cwd=PROJECT, check=True, timeout=60)
    assert numbers_in(*path.parent.iterdir()) == [1]
