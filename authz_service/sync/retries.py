"""How long to wait after a failure: longer each time, and never two targets in step."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from authz_service.sync.targets import Schedule

__all__ = ["Retries", "longest_wait"]

_RANDOM: Final = secrets.SystemRandom()


def longest_wait(schedule: Schedule, failures: int) -> float:
    """Return how many seconds pass at most after so many failures (1 or more) one after the other."""
    # Beyond any longest waiting, and still a number that a float can hold.
    return min(schedule.first_retry_seconds * 2.0 ** min(failures, 30), _longest(schedule))


@dataclass(slots=True)
class Retries:
    """Counts failures. `chance`: returns a number between two others."""

    schedule: Schedule
    chance: Callable[[float, float], float] = _RANDOM.uniform
    failures: int = 0

    def failed(self) -> float:
        """Return how many seconds to wait after one more failure: any number from the first retry to the longest."""
        self.failures += 1
        first = min(self.schedule.first_retry_seconds, _longest(self.schedule))
        return self.chance(first, longest_wait(self.schedule, self.failures))

    def succeeded(self) -> None:
        """Begin anew."""
        self.failures = 0


def _longest(schedule: Schedule) -> float:
    return max(schedule.longest_retry_seconds, schedule.first_retry_seconds)
