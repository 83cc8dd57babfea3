"""Runs: one at a time for a target, planned, held to the limits, carried out, and remembered with their outcome."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from authz_service.directory.errors import DirectoryError, DirectoryUnreachableError
from authz_service.directory.session import Session
from authz_service.domain import moments
from authz_service.store.directories import Approval, Directories, Failure, RememberedEntry, Run, RunOutcome
from authz_service.sync.applying import Applier
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.holders import is_gone
from authz_service.sync.limits import Excess, excesses
from authz_service.sync.planning import Planner, Wanted
from authz_service.sync.plans import Action, ClashKind, Plan
from authz_service.sync.reading import TargetReader
from authz_service.sync.saved_plans import SavedPlan, staleness
from authz_service.sync.targets import Target

__all__ = ["RunReport", "Runner", "TargetBusyError"]

_LEASE_SECONDS: Final = 120.0
_CONNECTIONS: Final = 3
"""How often a run connects: when a connection is lost, what it left is read anew over the next one."""
_MOST_FAILURES: Final = 1000
_CLEAN: Final = (RunOutcome.DONE, RunOutcome.PARTIAL)
_WORDS: Final = {
    ClashKind.FOREIGN: "an entry that is not ours stands where this one should be",
    ClashKind.NOT_REMEMBERED: "an entry with our mark, which is not remembered as ours, is left alone",
    ClashKind.MARK_GONE: "our mark was taken from this entry; it is left alone",
    ClashKind.IN_THE_WAY: "another entry of ours stands where this one should be",
}

Progress = Callable[[int, int], None]


class TargetBusyError(Exception):
    """Another process writes to this target now."""


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
    """Runs for one target. `connect`: opens a session with its directory; `holder`: as `holders.this_process` says."""

    def __init__(
        self,
        target: Target,
        directories: Directories,
        fingerprints: Fingerprints,
        connect: Callable[[], AbstractContextManager[Session]],
        holder: str,
        clock: Callable[[], int] = moments.now,
        *,
        renewed_after_seconds: float = 20,
    ) -> None:
        self._target = target
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
        return plan, self.excesses(plan)

    def excesses(self, plan: Plan) -> tuple[Excess, ...]:
        """Return which limits a plan is beyond. Raises StoreUnavailableError."""
        last = self._directories.last_run(self._target.name, *_CLEAN)
        return excesses(plan, self._target.limits, last)

    def apply(
        self, wanted: Wanted, saved: SavedPlan | None = None, progress: Progress = lambda _done, _total: None
    ) -> RunReport:
        """Make a plan and carry it out; with `saved`, only if it is still that one.

        What goes wrong with the directory is told by the report's run, and was noted. Raises TargetBusyError,
        StoreUnavailableError.
        """
        with self._alone():
            now = self._clock()
            run = Run(str(uuid.uuid4()), self._target.name, now, wanted.revision, wanted.policy)
            self._directories.begin(run)
            report = RunReport(run)
            try:
                report = self._carried_out(report, wanted, saved, progress)
            except DirectoryError as error:
                report = _failed(report, str(error))
            finally:
                ended = report.run
                if ended.outcome is RunOutcome.RUNNING:
                    ended = _failed(report, "the run was cut off").run
                self._directories.end(replace(ended, ended_at=self._clock()))
        return replace(report, run=replace(ended, ended_at=self._clock()))

    def _planned(self, session: Session, wanted: Wanted, remembered: Mapping[str, RememberedEntry]) -> Plan:
        planner = Planner(self._target, self._fingerprints, remembered, self._clock())
        return planner.plan(TargetReader(session, self._target.mapped), wanted)

    def _carried_out(self, report: RunReport, wanted: Wanted, saved: SavedPlan | None, progress: Progress) -> RunReport:
        first: Plan | None = None
        writes: Counter[str] = Counter()
        for attempt in range(_CONNECTIONS):
            try:
                with self._connect() as session:
                    remembered = self._directories.remembered(self._target.name)
                    plan = self._planned(session, wanted, remembered)
                    if first is None:
                        first = plan
                        report = self._held_back(replace(report, plan=plan, writes=writes), saved)
                        if report.run.outcome is not RunOutcome.RUNNING:
                            return report
                    elif not _is_within(plan, first):
                        return _failed(report, "after the connection was lost, there is more to be taken away")
                    report, is_lost = self._applied(session, plan, remembered, report, progress)
            except DirectoryUnreachableError:
                if first is None or attempt + 1 == _CONNECTIONS:
                    raise
                is_lost = True
            if not is_lost:
                return report
            time.sleep(attempt)
        return _failed(report, "the connection was lost again and again")

    def _held_back(self, report: RunReport, saved: SavedPlan | None) -> RunReport:
        """Return the report with an outcome when the plan must not be carried out."""
        plan = report.plan
        if plan is None:
            return report
        run = replace(report.run, counts=plan.counts(), token=plan.basis.token)
        stale = staleness(saved, plan) if saved is not None else ()
        if stale:
            failures = tuple(Failure("", told) for told in stale)
            return replace(report, stale=stale, run=replace(run, outcome=RunOutcome.FAILED, failures=failures))
        beyond = self.excesses(plan)
        if not beyond:
            return replace(report, run=run)
        approval = self._directories.use_approval(self._target.name, plan.digest, self._clock())
        if approval is not None:
            return replace(report, run=run, approval=approval)
        failures = tuple(Failure(each.key, each.told) for each in beyond)[:_MOST_FAILURES]
        return replace(report, waits_for=beyond, run=replace(run, outcome=RunOutcome.BLOCKED, failures=failures))

    def _applied(
        self,
        session: Session,
        plan: Plan,
        remembered: Mapping[str, RememberedEntry],
        report: RunReport,
        progress: Progress,
    ) -> tuple[RunReport, bool]:
        """Carry a plan out; also return whether the connection was lost over it."""
        applier = Applier(
            session,
            self._target,
            plan,
            self._directories,
            self._fingerprints,
            remembered,
            may_go_on=_Renewing(self._lease, self._renewed_after_seconds),
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

    # --- one writer ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._lease() and not self._takes_over():
            raise TargetBusyError(f"target {self._target.name}: another process writes to it now")
        try:
            yield
        finally:
            self._directories.release(self._target.name, self._holder)

    def _takes_over(self) -> bool:
        """Take the lease of a process that ended without giving it back."""
        holder = self._directories.holder(self._target.name, self._clock())
        if holder is not None and is_gone(holder):
            self._directories.release(self._target.name, holder)
        return self._lease()

    def _lease(self) -> bool:
        return self._directories.lease(self._target.name, self._holder, self._clock(), _LEASE_SECONDS)


class _Renewing:
    """Renews a lease now and then; says whether it still holds."""

    def __init__(self, renew: Callable[[], bool], seconds: float) -> None:
        self._renew = renew
        self._seconds = seconds
        self._last = time.monotonic()

    def __call__(self) -> bool:
        if time.monotonic() - self._last < self._seconds:
            return True
        self._last = time.monotonic()
        return self._renew()


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
