"""Saying that the log misses something: at once, then now and then while it lasts, and when it is over."""

from __future__ import annotations

import time
from typing import Final

import structlog

__all__ = ["Alarm"]

log = structlog.get_logger()
PERIOD_SECONDS: Final = 60.0


class Alarm:
    """Logs, at most once a period, what is wrong with the decision log of this process. For one thread.

    `lost`: what became of the records that are not there: "dropped" or "refused".
    """

    def __init__(self, lost: str, seconds: float = PERIOD_SECONDS) -> None:
        self._lost = lost
        self._seconds = seconds
        self._told_at: float | None = None
        self._told_count = 0

    def tell(self, faults: dict[str, str], count: int) -> None:
        """Log it when there is something to say. `faults`: by sink; `count`: records that are lost since the start."""
        wrong = bool(faults) or count > self._told_count
        if self._told_at is None:
            if wrong:
                self._say(faults, count)
        elif time.monotonic() - self._told_at >= self._seconds:
            if wrong:
                self._say(faults, count)
            else:
                log.warning("decision log written again", **{self._lost: count})
                self._told_at = None

    def _say(self, faults: dict[str, str], count: int) -> None:
        log.error("decision log not written", faults=faults, **{self._lost: count})
        self._told_at = time.monotonic()
        self._told_count = count
