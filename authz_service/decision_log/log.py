"""The two ways of recording: beside the answer, which never waits for it; or before the answer, which is not told else.

Both collect what many threads hand in and let one thread write it in groups.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from authz_service.decision_log.alarm import Alarm
from authz_service.decision_log.outlets import Outlet
from authz_service.decision_log.rendering import Record, Renderer, marker
from authz_service.decision_log.sinks import Sink
from authz_service.decision_log.writing import Writing

__all__ = ["BufferedLog", "DecisionLog", "RequiredLog"]

log = structlog.get_logger()
PORTION: Final = 128
"""Records that are made into lines in one go: between portions, those who answer have the interpreter."""
IDLE_SECONDS: Final = 0.1
"""How often is looked whether the process ends."""
GROUP: Final = 256
"""Requests whose records are put on the disk together."""


class DecisionLog(Protocol):
    """Where decisions are recorded. May be called from any thread."""

    def record(self, records: Sequence[Record]) -> bool:
        """Take the records of one request. False: they are not recorded, and what they say must not be told."""

    def check(self) -> None:
        """Make sure that every sink can be written to, and hold none of them. Raises SinkError."""

    def state(self) -> str:
        """Return "" when all is recorded, else what is wrong."""

    def close(self) -> None:
        """Return when what was taken is written, as far as it can be."""


class BufferedLog:
    """Records are written a moment later; an answer waits for nothing.

    `most`: how many records may wait for the thread that writes, and lines for each sink. What comes when so many
    wait already is dropped: that is counted, logged as an error and told by a line of the log itself.
    """

    def __init__(self, renderer: Renderer, sinks: Sequence[Sink], most: int, seconds: float) -> None:
        self._renderer = renderer
        self._outlets = [Outlet(sink, most) for sink in sinks]
        self._most = most
        self._queue: deque[Record] = deque()
        self._counting = threading.Lock()
        self._overflown = 0
        self._alarm = Alarm("dropped")
        self._writing = Writing(self._work, seconds)

    def record(self, records: Sequence[Record]) -> bool:
        """Take the records, or count them as dropped. True."""
        if not self._writing.started:
            self._writing.go()
        waiting = len(self._queue)
        if self._writing.ended:
            log.error("decision log ended before the answer", lost=len(records))
        elif waiting + len(records) > self._most:
            with self._counting:
                self._overflown += len(records)
        else:
            self._queue.extend(records)
        if waiting * 2 > self._most:
            self._writing.wake()
        return True

    def check(self) -> None:
        """Make sure that every sink can be written to, and hold none of them. Raises SinkError."""
        for outlet in self._outlets:
            outlet.sink.check()

    def state(self) -> str:
        """Return "" when all is recorded, else which sinks take nothing and how many decisions are not there."""
        faults = [f"{name}: {fault}" for name, fault in self._faults().items()]
        dropped = self._dropped()
        if dropped:
            faults.append(f"{dropped} decisions of this process are not in the decision log")
        return "; ".join(faults)

    def close(self) -> None:
        """Return when what was taken is written; what no sink takes now is lost, and that is logged."""
        self._writing.stop()

    # --- in the thread that writes ------------------------------------------------------------------------------------

    def _work(self, *, last: bool) -> None:
        # What comes meanwhile is for the next time: what is lost is to be told however much there is to write.
        for portion in _portions(self._queue, len(self._queue)):
            lines, lost = _rendered(self._renderer, portion)
            for outlet in self._outlets:
                outlet.drop(lost)
                outlet.offer(lines, len(portion) - lost)
                outlet.flush()
            time.sleep(0)
        with self._counting:
            lost, self._overflown = self._overflown, 0
        for outlet in self._outlets:
            outlet.drop(lost)
            outlet.flush(last=last)
        if last:
            self._end()
        else:
            self._alarm.tell(self._faults(), self._dropped())

    def _end(self) -> None:
        faults = self._faults()
        lost = max(outlet.give_up() for outlet in self._outlets) + len(self._queue)
        if lost:
            log.error("decision log ended with records unwritten", faults=faults, lost=lost)

    def _faults(self) -> dict[str, str]:
        return {outlet.sink.name: outlet.fault for outlet in self._outlets if outlet.fault}

    def _dropped(self) -> int:
        return max((outlet.dropped for outlet in self._outlets), default=0) + self._overflown


@dataclass(slots=True, eq=False)
class _Waiting:
    """The records of a request that waits until they are on the disk."""

    records: Sequence[Record]
    settled: threading.Lock = field(default_factory=threading.Lock)
    durable: bool = False

    def __post_init__(self) -> None:
        self.settled.acquire()


class RequiredLog:
    """An answer is told once its record is in every sink, in files: on the disk. Else there is no answer.

    What is handed in while others are put on the disk is put there together. `most`: how many records may wait;
    `seconds`: how long a request waits at most. A record without its answer is possible, an answer without its record
    is not.
    """

    def __init__(self, renderer: Renderer, sinks: Sequence[Sink], most: int, seconds: float) -> None:
        self._renderer = renderer
        self._outlets = [Outlet(sink, most) for sink in sinks]
        self._most = most
        self._seconds = seconds
        self._queue: deque[_Waiting] = deque()
        self._refused = 0
        self._alarm = Alarm("refused")
        self._writing = Writing(self._work, IDLE_SECONDS)

    def record(self, records: Sequence[Record]) -> bool:
        """Return whether the records are where they stay, after a while."""
        if not self._writing.started:
            self._writing.go()
        if len(self._queue) >= self._most or self._writing.ended:
            return False
        waiting = _Waiting(records)
        self._queue.append(waiting)
        self._writing.wake()
        return waiting.settled.acquire(timeout=self._seconds) and waiting.durable

    def check(self) -> None:
        """Make sure that every sink can be written to, and hold none of them. Raises SinkError."""
        for outlet in self._outlets:
            outlet.sink.check()

    def state(self) -> str:
        """Return "" when records can be written, else why not: once something was wrong, that is tried anew."""
        if self._faults():
            self.record(())
        return "; ".join(f"{name}: {fault}" for name, fault in self._faults().items())

    def close(self) -> None:
        """Return when what was taken is written."""
        self._writing.stop()

    # --- in the thread that writes ------------------------------------------------------------------------------------

    def _work(self, *, last: bool) -> None:
        while self._queue:
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
            records = [record for waiting in group for record in waiting.records]
            durable = False
            try:
                durable = self._committed(records)
                self._refused += 0 if durable else len(records)
            finally:
                for waiting in group:
                    waiting.durable = durable
                    waiting.settled.release()
        self._alarm.tell(self._faults(), self._refused)
        if last:
            for outlet in self._outlets:
                outlet.give_up()

    def _committed(self, records: Sequence[Record]) -> bool:
        lines, lost = _rendered(self._renderer, records)
        # A request without records asks whether the log can be written again: it can when this is.
        if not records:
            lines = marker("resumed", time.time_ns())
        committed = [outlet.commit(lines) for outlet in self._outlets]
        return all(committed) and not lost

    def _faults(self) -> dict[str, str]:
        return {outlet.sink.name: outlet.fault for outlet in self._outlets if outlet.fault}


def _portions(queue: deque[Record], count: int) -> Iterator[list[Record]]:
    """Take so many records, in portions."""
    for begin in range(0, count, PORTION):
        yield [queue.popleft() for _ in range(min(PORTION, count - begin))]


def _rendered(renderer: Renderer, records: Sequence[Record]) -> tuple[bytes, int]:
    """Return the lines, and how many records no line could be made of, which is a fault of ours and logged."""
    try:
        return renderer.lines(records), 0
    except Exception as fault:  # noqa: BLE001 - whatever it is, the other records are written
        log.error("decision not recorded", fault=type(fault).__name__)  # noqa: TRY400 it can show values
    if len(records) < 2:
        return b"", len(records)
    middle = len(records) // 2
    parts = [_rendered(renderer, half) for half in (records[:middle], records[middle:])]
    return b"".join(lines for lines, _ in parts), sum(lost for _, lost in parts)
