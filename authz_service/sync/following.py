"""Following: each target is kept as the facts and the policy say, as they change, by a thread of its own."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

import structlog

from authz_service.directory.errors import DirectoryError
from authz_service.directory.session import Session
from authz_service.domain import moments
from authz_service.services.projection.errors import ProjectionError
from authz_service.store.directories import Directories, Failure, Run, RunOutcome
from authz_service.store.errors import StoreError, UnstorableError
from authz_service.store.outbox import Outbox
from authz_service.sync.changes import changed_since
from authz_service.sync.entry_checks import RenderingError
from authz_service.sync.leading import Leading
from authz_service.sync.planning import Wanted
from authz_service.sync.plans import Clash, Drift, Plan
from authz_service.sync.retries import Retries
from authz_service.sync.runs import Runner, RunReport, TargetBusyError
from authz_service.sync.source import Source
from authz_service.sync.target_files import TargetFileError
from authz_service.sync.targets import Target

__all__ = ["Follower", "Memory", "follow"]

log = structlog.get_logger()
_LOOK_SECONDS: Final = 0.2
_SHORTEST_SECONDS: Final = 0.005
_IDLE_SECONDS: Final = 1.0
_SET_SECONDS: Final = 2.0
"""By how much the clock may go otherwise than time does before somebody must have set it."""
_LOOKS_SHARE: Final = 10
"""Looking for changes by others takes one part of so many of the time, however busy a directory is."""
_BUSY_FIRST_SECONDS: Final = 1.0
_BUSY_LONGEST_SECONDS: Final = 30.0
_EXPECTED: Final = (DirectoryError, StoreError, ProjectionError, RenderingError, TargetFileError)
_SECOND: Final = 1_000_000


class _StoppedError(Exception):
    """Nothing more is to be begun."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Where a follower reads what has changed, and notes what it did. All of the same database."""

    directories: Directories
    outbox: Outbox


@dataclass(frozen=True, slots=True)
class _Left:
    """What is still otherwise in a directory than it should be after a run, and stays so."""

    digest: str = ""
    clashes: tuple[Clash, ...] = ()
    reported: tuple[Drift, ...] = ()

    @classmethod
    def by(cls, plan: Plan, *, carried_out: bool = False) -> _Left:
        digest = plan.digest if plan.changes and not carried_out else ""
        return cls(digest, plan.clashes, plan.reported)


class Follower:
    """Keeps one target, as long as no other process does. Everything but `stop` is for one thread.

    `holder`: as `holders.this_process` says, and as the `runner` has it; `connect`: opens a session with the directory;
    `clock`: UTC microseconds.
    """

    def __init__(
        self,
        target: Target,
        source: Source,
        runner: Runner,
        memory: Memory,
        connect: Callable[[], AbstractContextManager[Session]],
        holder: str,
        *,
        clock: Callable[[], int] = moments.now,
    ) -> None:
        self.target = target
        self._source = source
        self._runner = runner
        self._directories = memory.directories
        self._outbox = memory.outbox
        self._connect = connect
        self._clock = clock
        self._leading = Leading(target.name, memory.directories, holder, clock)
        self._retries = Retries(target.schedule)
        self._turns = Retries(
            replace(
                target.schedule, first_retry_seconds=_BUSY_FIRST_SECONDS, longest_retry_seconds=_BUSY_LONGEST_SECONDS
            )
        )
        self._log = log.bind(target=target.name)
        self._led: bool | None = None
        self._position = 0
        self._clean: Run | None = None
        self._is_blocked = False
        self._tried: set[tuple[str, int]] = set()
        self._left = _Left()
        self._mark: str | None = None
        """The directory's mark of its last change that we know to be ours or to change nothing; None: unknown."""
        # All in seconds of the monotonic clock.
        self._full_due = self._watch_due = self._approval_due = self._note_due = time.monotonic()
        self._is_halted = True
        """Nothing is written before everything has been compared anew."""
        self._times = clock(), time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Keep the target until `stop` is set; a run that has begun is finished. Raises nothing."""
        self._log.info("following")
        while not stop.is_set():
            stop.wait(self.step(stop.is_set))
        self.close()

    def close(self) -> None:
        """Let another process keep the target."""
        try:
            self._leading.give_back()
        except StoreError as error:
            self._log.warning("the lease was not given back", fault=type(error).__name__)
        self._log.info("stopped")

    def step(self, stopped: Callable[[], bool] = lambda: False) -> float:
        """Do what is due, and return how many seconds there is nothing to do. Raises nothing.

        `stopped`: asked before anything is written.
        """
        try:
            if self._leads():
                self._do_what_is_due(stopped)
        except _StoppedError:
            self._log.info("interrupted before anything was written")
        except TargetBusyError:
            self._wait_for_turn()
        except _EXPECTED as error:
            self._note_failure(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends no other target's keeping and is tried again
            self._log.exception("a fault of ours")
            self._note_failure(error, cause=f"a fault of ours ({type(error).__name__})")
        return self._rest()

    def _rest(self) -> float:
        if not self._led:
            return _IDLE_SECONDS
        if self._is_halted:
            return min(max(self._full_due - time.monotonic(), 0.0), _IDLE_SECONDS)
        dated_at = self._source.dated_at
        return _LOOK_SECONDS if dated_at is None else _within(dated_at - self._clock())

    def _leads(self) -> bool:
        try:
            leads = self._leading.ask()
        except StoreError:
            if self._is_halted and time.monotonic() < self._full_due:
                return False
            raise
        if leads and not self._led:
            self._log.info("this process keeps the directory")
            self._full_due, self._is_halted = time.monotonic(), True
        elif not leads and self._led is not False:
            self._log.info("another process keeps the directory")
        self._led = leads
        return leads

    def _do_what_is_due(self, stopped: Callable[[], bool]) -> None:
        self._notice_set_clock()
        if time.monotonic() >= self._full_due:
            self._compare_everything(stopped)
        elif not self._is_halted:
            self._follow_changes(stopped)
            self._look_for_approval(stopped)
            self._look_for_others(stopped)

    def _notice_set_clock(self) -> None:
        """Compare everything when the clock was set, or the machine slept: other facts may be in force."""
        (clock, running), now = self._times, (self._clock(), time.monotonic())
        if abs((now[0] - clock) / _SECOND - (now[1] - running)) > _SET_SECONDS and not self._is_halted:
            self._log.info("the clock was set")
            self._full_due = now[1]
        self._times = now

    # --- everything ---------------------------------------------------------------------------------------------------

    def _compare_everything(self, stopped: Callable[[], bool]) -> None:
        def asked(_done: int, _total: int) -> None:
            self._leading.keep()
            if stopped():
                raise _StoppedError

        self._is_halted = True
        wanted = self._source.everything(asked)
        report = self._written(wanted)
        self._mark = None
        if report.run.outcome is RunOutcome.FAILED or report.plan is None:
            self._put_off()
            return
        self._is_halted = False
        self._position = wanted.revision
        self._is_blocked = report.run.outcome is RunOutcome.BLOCKED
        self._left = _Left.by(report.plan, carried_out=not self._is_blocked)
        now = time.monotonic()
        self._full_due = now + self.target.schedule.full_seconds
        self._watch_due = now + self.target.schedule.watch_seconds
        if not report.writes.total():
            # What was written since this was read is not ours.
            self._mark = report.plan.basis.token
        if not self._retried(report, wanted):
            self._retries.succeeded()

    def _written(self, wanted: Wanted) -> RunReport:
        """Have what is wanted written. Raises TargetBusyError and StoreError."""
        report = self._runner.apply(wanted, progress=lambda _done, _total: self._leading.keep())
        self._turns.succeeded()
        run = report.run
        if run.outcome in (RunOutcome.DONE, RunOutcome.PARTIAL):
            self._clean = run
        tell = self._log.info if run.outcome is RunOutcome.DONE else self._log.warning
        failures = len(run.failures)
        tell("ran", outcome=run.outcome.value, full=run.is_full, writes=dict(report.writes), failures=failures)
        return report

    def _retried(self, report: RunReport, wanted: Wanted) -> bool:
        """Have everything compared again soon if that may mend what went wrong, and return whether it may."""
        if report.run.outcome is not RunOutcome.PARTIAL or report.plan is None:
            return False
        clashing = {clash.key for clash in report.plan.clashes}
        only = wanted.only
        failed = {failure.key for failure in report.run.failures if only is None or failure.key in only}
        if failed <= clashing:
            return False
        self._full_due = min(self._full_due, time.monotonic() + self._retries.failed())
        return True

    # --- changes ------------------------------------------------------------------------------------------------------

    def _follow_changes(self, stopped: Callable[[], bool]) -> None:
        projections = self._source.projections
        changed = changed_since(self._position, projections, self._outbox)
        numbers = self._source.dated_until(self._clock())
        if changed is not None and changed.numbers is not None:
            numbers |= changed.numbers
        elif changed is not None and self._is_blocked:
            numbers |= frozenset(projections.enterprises())
        elif changed is not None:
            self._compare_everything(stopped)
            return
        revision = self._position if changed is None else changed.revision
        if any(map(self.target.is_for, numbers)):
            # What is committed while this is made is looked at the next time.
            self._write_changes(replace(self._source.renewed(numbers), revision=revision))
        if not self._is_halted:
            self._position = revision
            self._note_what_was_seen()

    def _write_changes(self, wanted: Wanted) -> None:
        if not wanted.only:
            return
        self._is_halted = True
        report = self._written(wanted)
        if report.run.outcome is RunOutcome.FAILED or report.plan is None:
            self._put_off()
            return
        self._is_halted = False
        self._is_blocked |= report.run.outcome is RunOutcome.BLOCKED
        if report.plan.basis.token == self._mark:
            self._mark = report.run.token
        self._retried(report, wanted)

    def _note_what_was_seen(self) -> None:
        """Note that the target is as the last revision says, where that changed nothing."""
        if self._clean is None or self._clean.revision >= self._position or time.monotonic() < self._note_due:
            return
        self._note_due = time.monotonic() + _IDLE_SECONDS
        self._directories.seen(self._clean.run_id, self._position)
        self._clean = replace(self._clean, revision=self._position)

    def _look_for_approval(self, stopped: Callable[[], bool]) -> None:
        """Compare everything when there is leave for something, once for each."""
        if not self._is_blocked or time.monotonic() < self._approval_due:
            return
        self._approval_due = time.monotonic() + _IDLE_SECONDS
        approvals = self._directories.approvals(self.target.name, self._clock())
        usable = {(approval.digest, approval.approved_at) for approval in approvals}
        untried, self._tried = usable - self._tried, usable
        if untried:
            self._compare_everything(stopped)

    def _look_for_others(self, stopped: Callable[[], bool]) -> None:
        """Compare everything when somebody else has changed what is ours, or what is blocked is something else now."""
        begun = time.monotonic()
        if self._is_halted or begun < self._watch_due:
            return
        with self._connect() as session:
            mark = session.change_token(self.target.mapped.base)
        if self._is_blocked or (mark and mark != self._mark):
            # Most of what is written to a directory is none of ours: nothing is written or noted for that. What waits
            # for an approval may have become another plan, or none.
            wanted = replace(self._source.renewed(()), revision=self._position, only=None)
            plan, _ = self._runner.plan(wanted)
            self._mark = plan.basis.token
            if _Left.by(plan) != self._left:
                self._log.info("the directory is otherwise than it was left")
                self._compare_everything(stopped)
        ended = time.monotonic()
        self._watch_due = ended + max(self.target.schedule.watch_seconds, (ended - begun) * _LOOKS_SHARE)

    # --- failures -----------------------------------------------------------------------------------------------------

    def _put_off(self) -> None:
        self._is_halted = True
        self._mark = None
        self._full_due = time.monotonic() + self._retries.failed()

    def _wait_for_turn(self) -> None:
        if not self._turns.failures:
            self._log.info("another process writes to the directory")
        self._is_halted = True
        self._mark = None
        self._full_due = time.monotonic() + self._turns.failed()

    def _note_failure(self, error: Exception, cause: str = "") -> None:
        """Note why nothing was written, and try again later."""
        self._put_off()
        self._log.warning("nothing is written", fault=type(error).__name__, failures=self._retries.failures)
        try:
            self._note(cause or str(error))
        except UnstorableError:
            self._note(type(error).__name__)
        except StoreError as unnoted:
            self._log.warning("the failure cannot be noted", fault=type(unnoted).__name__)

    def _note(self, cause: str) -> None:
        last = self._directories.last_run(self.target.name)
        now = max(self._clock(), last.started_at + 1 if last else 0)
        policy = self._source.projections.decisions.policy.revision
        run = Run(str(uuid.uuid4()), self.target.name, now, self._position, policy, ended_at=now)
        self._directories.begin(replace(run, outcome=RunOutcome.FAILED, failures=(Failure("", cause),)))


def follow(followers: Iterable[Follower], stop: threading.Event) -> None:
    """Keep all targets, each in a thread of its own, until `stop` is set and what was begun is finished."""
    threads = [
        threading.Thread(target=follower.run, args=(stop,), name=f"following {follower.target.name}")
        for follower in followers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _within(microseconds: int) -> float:
    """Return how long to wait for an instant that is so far away, in seconds."""
    return min(max(microseconds / _SECOND, _SHORTEST_SECONDS), _LOOK_SECONDS)
