"""Runs: one at a time for a target, planned, held to the limits, carried out, and remembered with their outcome."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final

from authz_service.directory.errors import DirectoryError, DirectoryUnreachableError
from authz_service.directory.session import Session
from authz_service.domain import moments
from authz_service.domain.national_numbers import holds_national_number
from authz_service.store.directories import Approval, Directories, Failure, RememberedEntry, Run, RunOutcome
from authz_service.sync.applying import Applier
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.leases import Lease, TargetBusyError
from authz_service.sync.limits import Excess, excesses
from authz_service.sync.planning import Planner, Wanted
from authz_service.sync.plans import Action, ClashKind, Plan
from authz_service.sync.reading import TargetReader
from authz_service.sync.saved_plans import SavedPlan, staleness
from authz_service.sync.targets import Target

__all__ = ["RunReport", "Runner", "TargetBusyError"]

_CONNECTIONS: Final = 3
"""How often a run connects: when a connection is lost, what it left is read anew over the next one."""
_MOST_FAILURES: Final = 1000
_LOOKED_BACK: Final = 10
_REMEMBERED: Final = 30 * 86_400_000_000
"""How long runs are remembered that tell nothing of how a target stands any more, in microseconds."""
_WORDS: Final = {
    ClashKind.FOREIGN: "an entry that is not ours stands where this one should be",
    ClashKind.NOT_REMEMBERED: "an entry with our mark, which is not remembered as ours, is left alone",
    ClashKind.MARK_GONE: "our mark was taken from this entry; it is left alone",
    ClashKind.IN_THE_WAY: "another entry of ours stands where this one should be",
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to. `plan`: the first one it made, None when it did not come to that.

    `waits_for`: limits beyond which the plan goes, when that is why nothing was written; `stale`: in which ways the
    saved plan is not the one of now, likewise. `writes`: operations done, by kind. `approval`: the one that was used.
    """

    run: Run
    plan: Plan | None = None
    waits_for: tuple[Excess, ...] = ()
    stale: tuple[str, ...] = ()
    writes: Counter[str] = field(default_factory=Counter)
    approval: Approval | None = None


class Runner:
    """Runs for one target. `connect`: opens a session with its directory; `holder`: as `holders.this_process` says.

    `operator`: who carries plans out, so that his own approvals do not count; "": everybody's do.
    """

    def __init__(
        self,
        target: Target,
        directories: Directories,
        fingerprints: Fingerprints,
        connect: Callable[[], AbstractContextManager[Session]],
        holder: str,
        clock: Callable[[], int] = moments.now,
        *,
        operator: str = "",
        renewed_after_seconds: float = 20,
    ) -> None:
        self._target = target
        self._operator = operator
        self._directories = directories
        self._fingerprints = fingerprints
        self._connect = connect
        self._holder = holder
        self._clock = clock
        self._renewed_after_seconds = renewed_after_seconds

    def plan(self, wanted: Wanted) -> tuple[Plan, tuple[Excess, ...]]:
        """Return what has to be done, and which limits that is beyond. Writes nothing anywhere.

        Raises DirectoryError, StoreUnavailableError: then nothing is known.
        """
        with self._connect() as session:
            plan = self._planned(session, wanted, self._directories.remembered(self._target.name))
        return plan, self._excesses(plan, wanted)

    def _excesses(self, plan: Plan, wanted: Wanted) -> tuple[Excess, ...]:
        """Return which limits a plan is beyond.

        What shrank before is waiting for its approval, if it needs one: it keeps no change of something else back.
        """
        last = self._directories.reached(self._target.name)
        if last is not None and wanted.only is not None:
            before = self._directories.runs(self._target.name, _LOOKED_BACK)
            last = replace(last, counts=next((each.counts for each in before if "people" in each.counts), last.counts))
        return excesses(plan, self._target.limits, last)

    def apply(
        self,
        wanted: Wanted | Callable[[], Wanted],
        saved: SavedPlan | None = None,
        progress: Progress = lambda _done, _total: None,
    ) -> RunReport:
        """Make a plan and carry it out; with `saved`, only if it is still that one.

        `wanted`: what should be there, or who says that as soon as nobody else writes: so no facts older than those
        of another process are written after them. What he raises goes on, and no run is noted.
        What goes wrong with the directory is told by the report's run, and was noted. Raises TargetBusyError,
        StoreUnavailableError.
        """
        with self._lease().held() as lease:
            wanted = wanted() if callable(wanted) else wanted
            run, standing = self._begun(wanted)
            report = RunReport(run)
            try:
                report = self._carried_out(report, wanted, saved, progress, lease)
            except DirectoryError as error:
                report = _failed(report, str(error))
            finally:
                ended = report.run
                if ended.outcome is RunOutcome.RUNNING:
                    ended = _failed(report, "the run was cut off").run
                failures = tuple(map(_tellable, (*ended.failures, *standing)[:_MOST_FAILURES]))
                ended = replace(ended, failures=failures, ended_at=max(self._clock(), ended.started_at))
                self._directories.end(ended)
            if ended.is_full:
                self._directories.forget_runs(self._target.name, ended.started_at - _REMEMBERED)
        return replace(report, run=ended)

    def _begun(self, wanted: Wanted) -> tuple[Run, tuple[Failure, ...]]:
        """Note that a run begins, after all others; also return what failed in those and it does not look at."""
        name = self._target.name
        before = self._directories.runs(name, _LOOKED_BACK)
        started_at = max([self._clock(), *(each.started_at + 1 for each in before)])
        counts = {"full": 1} if wanted.only is None else {}
        run = Run(str(uuid.uuid4()), name, started_at, wanted.revision, wanted.policy, counts=counts)
        self._directories.begin(run)
        failures = next((each.failures for each in before if not each.is_refusal), ())
        only = wanted.only
        return run, () if only is None else tuple(each for each in failures if each.key not in only)

    def _lease(self) -> Lease:
        name = self._target.name
        return Lease(self._directories, name, self._holder, self._clock, self._renewed_after_seconds)

    def _planned(self, session: Session, wanted: Wanted, remembered: Mapping[str, RememberedEntry]) -> Plan:
        planner = Planner(self._target, self._fingerprints, remembered, self._clock())
        return planner.plan(TargetReader(session, self._target.mapped), wanted)

    def _carried_out(
        self, report: RunReport, wanted: Wanted, saved: SavedPlan | None, progress: Progress, lease: Lease
    ) -> RunReport:
        first: Plan | None = None
        writes: Counter[str] = Counter()
        for attempt in range(_CONNECTIONS):
            try:
                with self._connect() as session:
                    remembered = self._directories.remembered(self._target.name)
                    plan = self._planned(session, wanted, remembered)
                    if first is None:
                        first = plan
                        report = self._held_back(replace(report, plan=plan, writes=writes), wanted, saved)
                        if report.run.outcome is not RunOutcome.RUNNING:
                            return report
                    elif not _is_within(plan, first):
                        return _failed(report, "after the connection was lost, there is more to be taken away")
                    report, is_lost = self._applied(session, plan, remembered, report, progress, lease)
            except DirectoryUnreachableError:
                if first is None or attempt + 1 == _CONNECTIONS:
                    raise
                is_lost = True
            if not is_lost:
                return report
            time.sleep(attempt)
        return _failed(report, "the connection was lost again and again")

    def _held_back(self, report: RunReport, wanted: Wanted, saved: SavedPlan | None) -> RunReport:
        """Return the report with an outcome when the plan must not be carried out."""
        plan = report.plan
        if plan is None:
            return report
        run = replace(report.run, counts={**report.run.counts, **plan.counts()}, token=plan.basis.token)
        stale = staleness(saved, plan) if saved is not None else ()
        if stale:
            failures = tuple(Failure("", told) for told in stale)
            run = replace(run, outcome=RunOutcome.FAILED, failures=failures, counts={"stale": 1})
            return replace(report, stale=stale, run=run)
        beyond = self._excesses(plan, wanted)
        if not beyond:
            return replace(report, run=run)
        name, now = self._target.name, self._clock()
        approval = self._directories.use_approval(name, plan.digest, now, not_by=self._operator)
        if approval is not None:
            return replace(report, run=run, approval=approval)
        failures = tuple(Failure(each.key, each.told) for each in beyond)[:_MOST_FAILURES]
        if any(each.digest == plan.digest for each in self._directories.approvals(name, now)):
            failures = (
                Failure("", f"it was approved by {self._operator}, so somebody else has to carry it out"),
                *failures,
            )
        return replace(report, waits_for=beyond, run=replace(run, outcome=RunOutcome.BLOCKED, failures=failures))

    def _applied(
        self,
        session: Session,
        plan: Plan,
        remembered: Mapping[str, RememberedEntry],
        report: RunReport,
        progress: Progress,
        lease: Lease,
    ) -> tuple[RunReport, bool]:
        """Carry a plan out; also return whether the connection was lost over it."""
        applier = Applier(
            session,
            self._target,
            plan,
            self._directories,
            self._fingerprints,
            remembered,
            may_go_on=lease.holds,
            progress=progress,
        )
        try:
            applied = applier.apply()
        finally:
            report.writes.update(applier.applied.writes)
        if applied.stopped and session.is_lost:
            return report, True
        if applied.stopped:
            return _failed(report, applied.stopped), False
        failures = [*applied.failures, *(Failure(clash.key, _WORDS[clash.kind]) for clash in plan.clashes)]
        outcome = RunOutcome.PARTIAL if failures else RunOutcome.DONE
        token = session.change_token(self._target.mapped.base) or ""
        run = replace(report.run, outcome=outcome, failures=tuple(failures[:_MOST_FAILURES]), token=token)
        return replace(report, run=run), False


def _tellable(failure: Failure) -> Failure:
    """Return a failure without a key or a cause that looks like a national number."""
    key, cause = ("" if holds_national_number(text) else text for text in (failure.key, failure.cause))
    return Failure(key, cause or "an entry cannot be told without a national number")


def _is_within(plan: Plan, first: Plan) -> bool:
    """Return whether a plan takes away nothing that the first one did not: then what was allowed covers it too."""
    return _taken_away(plan) <= _taken_away(first)


def _taken_away(plan: Plan) -> set[tuple[str, bytes]]:
    gone = {(change.key, b"") for change in plan.changes if change.action is Action.DELETE}
    for change in plan.changes:
        if change.members is not None and change.action is not Action.DELETE:
            gone |= {(change.key, value) for value in change.members.removed}
    return gone


def _failed(report: RunReport, cause: str) -> RunReport:
    failures = (*report.run.failures, Failure("", cause))
    return replace(report, run=replace(report.run, outcome=RunOutcome.FAILED, failures=failures))
