"""A sink with what waits for it: while it takes nothing, lines are kept; what goes beyond that is counted, and told."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from authz_service.decision_log.rendering import marker
from authz_service.decision_log.sinks import Sink, SinkError

__all__ = ["Outlet"]

TRY_AGAIN_SECONDS: Final = 0.5


class Outlet:
    """Hands lines to a sink, in order. For one thread; what it counts may be read by any.

    `most`: how many lines may wait. `fault`: what the sink says while it takes nothing, else "". `dropped`: how many
    lines it never got, since the start.
    """

    def __init__(self, sink: Sink, most: int) -> None:
        self.sink = sink
        self.fault = ""
        self.dropped = 0
        self._most = most
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._count = 0
        self._full = False
        self._untold = 0
        self._again_at = 0.0

    @property
    def waiting(self) -> int:
        """How many lines wait."""
        return self._count

    def offer(self, lines: bytes, count: int) -> None:
        """Take lines to be written, or count them as dropped when too many wait already."""
        if not count:
            return
        if self._full or self._count + count > self._most:
            # All of them from here on, until the sink takes something: one gap, not many.
            self._full = True
            self.drop(count)
            return
        self._tell_dropped()
        self._waiting.append((lines, count))
        self._count += count

    def drop(self, count: int) -> None:
        """Count lines that will never be written; the next one that is tells how many they were."""
        self.dropped += count
        self._untold += count

    def flush(self, *, last: bool = False) -> None:
        """Write what waits, as far as the sink takes it. `last`: try now, however short ago it took nothing."""
        if self.fault and not last and time.monotonic() < self._again_at:
            return
        try:
            while self._waiting or self._untold:
                if not self._waiting:
                    self._tell_dropped()
                lines, count = self._waiting[0]
                self.sink.write(lines)
                self._waiting.popleft()
                self._count -= count
                self._full = False
        except SinkError as error:
            self.fault = str(error)
            self._again_at = time.monotonic() + TRY_AGAIN_SECONDS
            self._keep_rest(error.written)
        else:
            self.fault = ""

    def commit(self, lines: bytes) -> bool:
        """Write lines to where they stay, and return whether they are there."""
        try:
            self.sink.write(lines)
            self.sink.settle()
        except SinkError as error:
            self.fault = str(error)
            return False
        self.fault = ""
        return True

    def give_up(self) -> int:
        """Let go of what waits and of the sink; return how many lines are lost by that."""
        lost = self._count
        self.dropped += lost
        self._waiting.clear()
        self._count = 0
        self.sink.close()
        return lost

    def _tell_dropped(self) -> None:
        """Put a line in its place that tells how many there are missing."""
        if self._untold:
            self._waiting.append((marker("dropped", time.time_ns(), dropped=self._untold), 0))
            self._untold = 0

    def _keep_rest(self, written: int) -> None:
        if not written:
            return
        self._full = False
        lines, count = self._waiting.popleft()
        rest = lines[written:]
        left = min(count, rest.count(b"\n"))
        self._count -= count - left
        self._waiting.appendleft((rest, left))
