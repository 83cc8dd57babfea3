"""Recording before the answer: it is told once its record stays, else not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog

from authz_service.decision_log.log import RequiredLog
from authz_service.decision_log.sinks import Sink
from tests.decision_log.conftest import (
    DISK_OCTETS,
    NEVER,
    ReluctantSink,
    file_sink,
    limited,
    lines_of,
    numbers_in,
    record,
    renderer,
)


def required(*sinks: Sink, seconds: float = 10) -> RequiredLog:
    return RequiredLog(renderer(), sinks, 1000, seconds)


def test_what_may_be_told_is_on_the_disk(path: Path) -> None:
    log = required(file_sink(path, NEVER, durable=True))
    for number in range(20):
        assert log.record([record(number)])
        assert numbers_in(*path.parent.iterdir()) == list(range(number + 1))
    log.close()


def test_requests_are_put_on_the_disk_together() -> None:
    sink = ReluctantSink(seconds=0.01)
    log = required(sink)
    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(lambda number: log.record([record(number)]), range(320)))
    log.close()
    assert sorted(line["facts"] for line in sink.lines()) == list(range(320))
    assert sink.settled < 160


def test_what_a_sink_does_not_take_must_not_be_told() -> None:
    sink, other = ReluctantSink(willing=False), ReluctantSink()
    log = required(other, sink)
    with structlog.testing.capture_logs() as logged:
        assert not log.record([record(1)])
        assert not log.record([record(2)])
        assert log.state() == "reluctant: not now"
        sink.willing = True
        assert log.record([record(3)])
        assert log.state() == ""
        log.close()
    assert [line["facts"] for line in sink.lines()] == [3]
    assert [(event["event"], event["log_level"]) for event in logged] == [("decision log not written", "error")]


def test_asking_how_it_is_notices_that_it_can_be_written_again() -> None:
    """Who is told that it cannot sends no requests by which it could be noticed."""
    sink = ReluctantSink(willing=False)
    log = required(sink)
    assert not log.record([record(1)])
    sink.willing = True
    assert log.state() == ""
    log.close()
    assert [line["kind"] for line in sink.lines()] == ["resumed"]


def test_nobody_waits_for_ever() -> None:
    sink = ReluctantSink()
    sink.ready.clear()
    log = required(sink, seconds=0.1)
    assert not log.record([record(1)])
    assert sink.written == b""
    sink.ready.set()
    log.close()
    assert [line["facts"] for line in sink.lines()] == [1], "a record without its answer, never the other way round"


def test_after_the_end_nothing_may_be_told() -> None:
    log = required(ReluctantSink())
    assert log.record([record(1)])
    log.close()
    assert not log.record([record(2)])


def test_on_a_full_disk_nothing_is_told_that_is_not_there(path: Path) -> None:
    log = required(file_sink(path, NEVER, durable=True))
    told: list[int] = []
    lock = threading.Lock()

    def ask(number: int) -> None:
        if log.record([record(number)]):
            with lock:
                told.append(number)

    with limited(DISK_OCTETS), ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(1000)))
    assert 0 < len(told) < 1000
    assert log.state() == "", "there is room again"
    log.close()
    written = lines_of(*path.parent.iterdir())
    assert set(told) <= {line["facts"] for line in written if line["kind"] == "decision"}
    assert written[-1]["kind"] == "resumed"


def test_a_record_that_cannot_be_made_a_line_of_must_not_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = renderer()
    monkeypatch.setattr(made, "_pseudonym", lambda named: 1 // 0)
    log = RequiredLog(made, [ReluctantSink()], 1000, 10)
    with structlog.testing.capture_logs():
        assert not log.record([record(1, person_id="")])
        assert log.record([record(2)])
        log.close()
