"""How a target stands: its last run, how far it is behind, what is wrong with which entry, when it runs next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from authz_service.store.directories import Directories, Failure, Run, RunOutcome
from authz_service.sync.leading import leader_of
from authz_service.sync.retries import longest_wait
from authz_service.sync.targets import Target

__all__ = ["TargetStatus", "status_of"]

_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """Instants in UTC microseconds. `last`: the last run, `full`: the last one that looked at everything.

    `reached`: the last run that did its work with none left undone before it; `lag_revisions`, `lag_seconds`: how far
    that is behind the facts, None when there was none. `drift`: how many entries others had changed when everything was
    looked at. `failures`: what is still wrong. `waits_for_approval`: a run was blocked, and none has done its work
    since. `next_at`: when a running sync compares everything or tries again at the latest, None: at once. `failing`:
    how many runs have failed one after the other. `holder`: who writes now; `follower`: whose sync keeps it.
    """

    target: str
    last: Run | None
    full: Run | None
    reached: Run | None
    lag_revisions: int | None
    lag_seconds: float | None
    drift: int
    failures: tuple[Failure, ...]
    waits_for_approval: bool
    next_at: int | None
    failing: int
    holder: str | None
    follower: str | None


def status_of(
    target: Target, directories: Directories, revision: int, recorded_after: Callable[[int], int | None], now: int
) -> TargetStatus:
    """Return how a target stands at `now`. `revision`: the last of the facts.

    `recorded_after`: when the first revision after one came (UTC microseconds). Raises StoreUnavailableError.
    """
    runs = directories.runs(target.name)
    ended = [run for run in runs if run.ended_at is not None and not run.is_refusal]
    full = directories.last_full(target.name)
    reached = directories.reached(target.name)
    failing = sum(1 for _ in takewhile(lambda run: run.outcome is RunOutcome.FAILED, ended))
    return TargetStatus(
        target=target.name,
        last=runs[0] if runs else None,
        full=full,
        reached=reached,
        lag_revisions=None if reached is None else max(0, revision - reached.revision),
        lag_seconds=None if reached is None else _lag(reached, revision, recorded_after, now),
        drift=sum(count for name, count in full.counts.items() if name.startswith("drift_")) if full else 0,
        failures=ended[0].failures if ended else (),
        waits_for_approval=directories.is_blocked(target.name),
        next_at=_next_at(target, full, ended, failing),
        failing=failing,
        holder=directories.holder(target.name, now),
        follower=leader_of(target.name, directories, now),
    )


def _lag(reached: Run, revision: int, recorded_after: Callable[[int], int | None], now: int) -> float:
    """Return how many seconds ago the first revision came that the target has not reached."""
    if revision <= reached.revision:
        return 0.0
    return max(0, now - (recorded_after(reached.revision) or now)) / _SECOND


def _next_at(target: Target, full: Run | None, ended: Sequence[Run], failing: int) -> int | None:
    """Return when the next run is due at the latest: chance makes a repetition come sooner."""
    if failing:
        return (ended[0].ended_at or 0) + int(longest_wait(target.schedule, failing) * _SECOND)
    if full is None or full.ended_at is None:
        return None
    return full.ended_at + int(target.schedule.full_seconds * _SECOND)
