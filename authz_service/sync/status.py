"""How a target stands: its last run, how far it is behind, what is wrong with which entry, when it runs next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from authz_service.store.directories import Directories, Failure, Run, RunOutcome
from authz_service.sync.targets import Target

__all__ = ["TargetStatus", "status_of"]

_SECOND: Final = 1_000_000
_REACHED: Final = (RunOutcome.DONE, RunOutcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """Instants in UTC microseconds. `last`: the last run, `reached`: the last one that wrote what it had to.

    `lag_revisions`, `lag_seconds`: how far `reached` is behind the facts, None when there was none. `drift`: how many
    entries others had changed. `next_at`: when a running sync compares everything or tries again, None: at once.
    `failing`: how many runs have failed one after the other.
    """

    target: str
    last: Run | None
    reached: Run | None
    lag_revisions: int | None
    lag_seconds: float | None
    drift: int
    failures: tuple[Failure, ...]
    next_at: int | None
    failing: int
    holder: str | None


def status_of(target: Target, directories: Directories, revision: int, revision_at: int, now: int) -> TargetStatus:
    """Return how a target stands at `now`. `revision`, `revision_at`: the last of the facts, and when it came.

    Raises StoreUnavailableError.
    """
    runs = directories.runs(target.name)
    last = runs[0] if runs else None
    reached = directories.last_run(target.name, *_REACHED)
    failing = next((number for number, run in enumerate(runs) if run.outcome in _REACHED), len(runs))
    behind = revision - reached.revision if reached is not None else None
    return TargetStatus(
        target=target.name,
        last=last,
        reached=reached,
        lag_revisions=behind,
        lag_seconds=None if behind is None else max(0, now - revision_at) / _SECOND if behind > 0 else 0.0,
        drift=sum(count for name, count in last.counts.items() if name.startswith("drift_")) if last else 0,
        failures=last.failures if last else (),
        next_at=_next_at(target, last, failing),
        failing=failing,
        holder=directories.holder(target.name, now),
    )


def _next_at(target: Target, last: Run | None, failing: int) -> int | None:
    """Return when the next run is due at the latest; a running sync adds some chance to a repetition."""
    if last is None or last.ended_at is None:
        return None
    schedule = target.schedule
    if last.outcome is RunOutcome.FAILED:
        doubled = schedule.first_retry_seconds * 2.0 ** min(failing - 1, 30)
        return last.ended_at + int(min(doubled, schedule.longest_retry_seconds) * _SECOND)
    return last.ended_at + int(schedule.full_seconds * _SECOND)
