"""What is remembered of directories: which entries are ours and how they were left, runs, approvals, who may write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from authz_service.domain.national_numbers import holds_national_number
from authz_service.store import tables
from authz_service.store.database import Database, translated_errors
from authz_service.store.errors import UnstorableError

__all__ = ["Approval", "Directories", "Failure", "RememberedEntry", "Run", "RunOutcome", "add_approval"]

_SECOND: Final = 1_000_000
_AT_ONCE: Final = 1000
_ENTRY: Final = tables.directory_entry
_RUN: Final = tables.directory_run
_APPROVAL: Final = tables.directory_approval
_LEASE: Final = tables.directory_lease
_FULL: Final = "full"
"""Which count of a run tells that it looked at everything."""
_STALE: Final = "stale"
"""Which count tells that it was to carry out a plan that was not the one of now any more."""
_CLEAN: Final = ("done", "partial")
_LEFT_UNDONE: Final = ("blocked", "failed")


@dataclass(frozen=True, slots=True)
class RememberedEntry:
    """An entry of ours as it was last written.

    `entry_id`: what the server knows it by for ever; "": it was about to be made, and may be there. `dn`: where it was
    put, "" when that holds a national number. `place`, `state` (of the attributes) and `members`: keyed digests;
    `written_at`: UTC microseconds.
    """

    key: str
    entry_id: str
    dn: str
    place: str
    state: str
    members: bytes = b""
    written_at: int = 0


class RunOutcome(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    """Or its process is gone: the lease tells."""
    DONE = "done"
    PARTIAL = "partial"
    """Some entries could not be written, or clash with what others have there."""
    BLOCKED = "blocked"
    """It goes beyond the limits, and nobody has approved that."""
    FAILED = "failed"
    """Something kept it from doing its work: nothing, or not all of it, was written."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with the entry that has this key ("": with all of them). One line, without a value."""

    key: str
    cause: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run against a target; instants in UTC microseconds. `token`: the directory's own mark of its last change.

    `failures`: also those of runs before that this one, which did not look at everything, left as they were.
    """

    run_id: str
    target: str
    started_at: int
    revision: int
    policy: str
    ended_at: int | None = None
    outcome: RunOutcome = RunOutcome.RUNNING
    token: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether it looked at everything there is; else only at what had changed."""
        return bool(self.counts.get(_FULL))

    @property
    def is_refusal(self) -> bool:
        """Whether it did nothing because the plan it was given was not the one of now."""
        return bool(self.counts.get(_STALE))


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's leave to carry out one plan once, although it goes beyond limits. Instants in UTC microseconds."""

    target: str
    digest: str
    approved_by: str
    approved_at: int
    until: int
    used_at: int | None = None


def add_approval(connection: Connection, approval: Approval) -> None:
    """Keep an approval, within the transaction that has its audit record.

    Raises UnstorableError (a text holds a national number), StoreConflictError, StoreUnavailableError.
    """
    _require_no_number(approval.approved_by)
    with translated_errors():
        connection.execute(
            insert(_APPROVAL).values(
                target=approval.target,
                digest=approval.digest,
                approved_at=approval.approved_at,
                approved_by=approval.approved_by,
                until=approval.until,
                used_at=approval.used_at,
            )
        )


class Directories:
    """The memory of all targets. May be used from any thread. Methods raise StoreUnavailableError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- entries ------------------------------------------------------------------------------------------------------

    def remembered(self, target: str) -> dict[str, RememberedEntry]:
        """Return the entries of a target that are ours, by key."""
        wanted = select(_ENTRY).where(_ENTRY.c.target == target)
        with self._database.reading() as connection:
            return {row.key: _remembered(row) for row in connection.execute(wanted)}

    def remember(self, target: str, entries: Iterable[RememberedEntry]) -> None:
        """Note entries as they have been written, some hundred at a time, in place of what was known of them.

        Raises UnstorableError.
        """
        insertion = (sqlite if self._database.dialect == "sqlite" else postgresql).insert(_ENTRY)
        values = {column.name: insertion.excluded[column.name] for column in _ENTRY.c if not column.primary_key}
        statement = insertion.on_conflict_do_update(index_elements=["target", "key"], set_=values)
        waiting = iter(entries)
        while rows := [_entry_row(target, entry) for entry in islice(waiting, _AT_ONCE)]:
            with self._database.writing() as connection:
                connection.execute(statement, rows)

    def forget(self, target: str, keys: Iterable[str]) -> None:
        """Forget entries that are gone."""
        gone = sorted(keys)
        if not gone:
            return
        with self._database.writing() as connection:
            for first in range(0, len(gone), _AT_ONCE):
                these = _ENTRY.c.key.in_(gone[first : first + _AT_ONCE])
                connection.execute(delete(_ENTRY).where(_ENTRY.c.target == target, these))

    # --- runs ---------------------------------------------------------------------------------------------------------

    def begin(self, run: Run) -> None:
        """Note that a run has begun. Raises StoreConflictError."""
        with self._database.writing() as connection:
            connection.execute(insert(_RUN).values(_run_row(run)))

    def end(self, run: Run) -> None:
        """Note how a run that had begun has ended. Raises UnstorableError."""
        with self._database.writing() as connection:
            connection.execute(update(_RUN).where(_RUN.c.run_id == run.run_id).values(_run_row(run)))

    def runs(self, target: str, limit: int = 20, *outcomes: RunOutcome) -> list[Run]:
        """Return the last runs against a target, the newest first; with `outcomes`, only those that ended so."""
        wanted = select(_RUN).where(_RUN.c.target == target)
        if outcomes:
            wanted = wanted.where(_RUN.c.outcome.in_([outcome.value for outcome in outcomes]))
        wanted = wanted.order_by(_RUN.c.started_at.desc(), _RUN.c.run_id).limit(limit)
        with self._database.reading() as connection:
            return [_run(row) for row in connection.execute(wanted)]

    def last_run(self, target: str, *outcomes: RunOutcome) -> Run | None:
        """Return the last run against a target; with `outcomes`, the last one that ended so."""
        return next(iter(self.runs(target, 1, *outcomes)), None)

    def last_full(self, target: str) -> Run | None:
        """Return the last run against a target that looked at everything, and did not fail."""
        looked = (*_CLEAN, RunOutcome.BLOCKED.value)
        return self._last(_RUN.c.target == target, _counts(_FULL), _RUN.c.outcome.in_(looked))

    def reached(self, target: str) -> Run | None:
        """Return the last run that did its work and has no work before it that was left undone.

        A run that was blocked or failed leaves it undone, until one does its work that looks at everything.
        """
        clean = (_RUN.c.target == target, _RUN.c.outcome.in_(_CLEAN))
        full = self._last(*clean, _counts(_FULL))
        later = () if full is None else (_RUN.c.started_at > full.started_at,)
        undone = select(func.min(_RUN.c.started_at)).where(
            _RUN.c.target == target, _RUN.c.outcome.in_(_LEFT_UNDONE), ~_counts(_STALE), *later
        )
        with self._database.reading() as connection:
            first = connection.scalar(undone)
        return self._last(*clean, *(() if first is None else (_RUN.c.started_at < first,)))

    def is_blocked(self, target: str) -> bool:
        """Return whether a run was blocked, and none that looked at everything has done its work since."""
        this = (_RUN.c.target == target,)
        full = self._last(*this, _RUN.c.outcome.in_(_CLEAN), _counts(_FULL))
        later = () if full is None else (_RUN.c.started_at > full.started_at,)
        return self._last(*this, _RUN.c.outcome == RunOutcome.BLOCKED.value, *later) is not None

    def seen(self, run_id: str, revision: int) -> None:
        """Note that a run's target is as a later facts revision says, too: what has changed does not concern it."""
        with self._database.writing() as connection:
            this = (_RUN.c.run_id == run_id, _RUN.c.revision < revision)
            connection.execute(update(_RUN).where(*this).values(revision=revision))

    def _last(self, *which: ColumnElement[bool]) -> Run | None:
        wanted = select(_RUN).where(*which).order_by(_RUN.c.started_at.desc(), _RUN.c.run_id).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else _run(row)

    def forget_runs(self, target: str, before: int) -> int:
        """Delete the runs that began before that instant (UTC microseconds), and return how many there were.

        Those stay that tell how the target stands: the last one, the last that looked at everything, the last reached.
        """
        kept = {run.run_id for run in (self.last_run(target), self.last_full(target), self.reached(target)) if run}
        old = (_RUN.c.target == target, _RUN.c.started_at < before, _RUN.c.run_id.not_in(kept))
        with self._database.writing() as connection:
            return connection.execute(delete(_RUN).where(*old)).rowcount

    # --- approvals ----------------------------------------------------------------------------------------------------

    def approvals(self, target: str, now: int) -> list[Approval]:
        """Return the approvals for a target that can still be used, the newest first. `now`: UTC microseconds."""
        wanted = select(_APPROVAL).where(_APPROVAL.c.target == target, *_usable(now))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(_APPROVAL.c.approved_at.desc())).all()
        return [Approval(**row._mapping) for row in rows]  # noqa: SLF001 - its public name

    def use_approval(self, target: str, digest: str, now: int, *, not_by: str = "") -> Approval | None:
        """Use up the newest approval for this plan, None when there is none. `now`: UTC microseconds.

        `not_by`: whose approval does not count, since he carries it out himself.
        """
        this = (_APPROVAL.c.target == target, _APPROVAL.c.digest == digest, _APPROVAL.c.approved_by != not_by)
        this = (*this, *_usable(now))
        with self._database.writing() as connection:
            wanted = select(_APPROVAL).where(*this).order_by(_APPROVAL.c.approved_at.desc()).limit(1).with_for_update()
            row = connection.execute(wanted).one_or_none()
            if row is None:
                return None
            connection.execute(update(_APPROVAL).where(*this).values(used_at=now))
        return Approval(**{**row._mapping, "used_at": now})  # noqa: SLF001 - its public name

    # --- who may write ------------------------------------------------------------------------------------------------

    def lease(self, target: str, holder: str, now: int, seconds: float) -> bool:
        """Let a holder write to a target for so long, or longer when it may already; False: somebody else may now.

        `now`: UTC microseconds. The clocks of several holders must agree to well within a lease.
        """
        until = now + int(seconds * _SECOND)
        mine_or_over = or_(_LEASE.c.holder == holder, _LEASE.c.until <= now)
        insertion = (sqlite if self._database.dialect == "sqlite" else postgresql).insert(_LEASE)
        statement = insertion.values(target=target, holder=holder, until=until).on_conflict_do_update(
            index_elements=["target"], set_={"holder": holder, "until": until}, where=mine_or_over
        )
        with self._database.writing() as connection:
            return connection.scalar(statement.returning(_LEASE.c.holder)) is not None

    def release(self, target: str, holder: str) -> None:
        """End a holder's lease, if it still has it."""
        with self._database.writing() as connection:
            connection.execute(delete(_LEASE).where(_LEASE.c.target == target, _LEASE.c.holder == holder))

    def holder(self, target: str, now: int) -> str | None:
        """Return who may write to a target now (UTC microseconds), None when nobody does."""
        wanted = select(_LEASE.c.holder).where(_LEASE.c.target == target, _LEASE.c.until > now)
        with self._database.reading() as connection:
            return connection.scalar(wanted)


def _counts(name: str) -> ColumnElement[bool]:
    return _RUN.c.counts.contains(f'"{name}":1', autoescape=True)


def _usable(now: int) -> tuple[Any, ...]:
    return (_APPROVAL.c.used_at.is_(None), _APPROVAL.c.until > now)


def _entry_row(target: str, entry: RememberedEntry) -> dict[str, Any]:
    _require_no_number(entry.key)
    return {
        "target": target,
        "key": entry.key,
        "entry_id": entry.entry_id,
        "dn": "" if holds_national_number(entry.dn) else entry.dn,
        "place": entry.place,
        "state": entry.state,
        "members": entry.members,
        "written_at": entry.written_at,
    }


def _remembered(row: Row[Any]) -> RememberedEntry:
    return RememberedEntry(row.key, row.entry_id, row.dn, row.place, row.state, bytes(row.members), row.written_at)


def _run_row(run: Run) -> dict[str, Any]:
    failures = json.dumps([[failure.key, failure.cause] for failure in run.failures], separators=(",", ":"))
    _require_no_number(failures)
    return {
        "run_id": run.run_id,
        "target": run.target,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "revision": run.revision,
        "policy": run.policy,
        "outcome": run.outcome.value,
        "token": run.token,
        "counts": json.dumps(dict(run.counts), separators=(",", ":"), sort_keys=True),
        "failures": failures,
    }


def _run(row: Row[Any]) -> Run:
    values = {**row._mapping, "outcome": RunOutcome(row.outcome), "counts": json.loads(row.counts)}  # noqa: SLF001 - its public name
    return Run(**{**values, "failures": tuple(Failure(*pair) for pair in json.loads(row.failures))})


def _require_no_number(text: str) -> None:
    if holds_national_number(text):
        raise UnstorableError("directories: a text holds a national number")
