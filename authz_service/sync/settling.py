"""A write that was not simply done: the entry is read again, and the rest is done, or the cause told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from authz_service.directory.operations import (
    FoundEntry,
    OutcomeKind,
    ResultCode,
    WriteOutcome,
    named,
)
from authz_service.directory.session import Session
from authz_service.store.directories import RememberedEntry
from authz_service.sync.comparing import Comparer, Difference
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.plans import Action, PlannedChange, changes_of
from authz_service.sync.reading import TargetReader
from authz_service.sync.renaming import is_spelled_as

__all__ = ["Settled", "Settler", "told"]

_ATTEMPTS: Final = 3
_MAY_PASS: Final = frozenset({ResultCode.ASSERTION_FAILED, ResultCode.BUSY, ResultCode.UNAVAILABLE})
"""What a server may take the next time although it has refused it twice."""
_WORDS: Final = {
    ResultCode.NO_SUCH_OBJECT: "there is no such entry, or none above it",
    ResultCode.ENTRY_ALREADY_EXISTS: "somebody else's entry stands there",
    ResultCode.ASSERTION_FAILED: "the entry is not ours any more, or keeps being changed by others",
    ResultCode.OBJECT_CLASS_VIOLATION: "the server's schema does not allow it",
    ResultCode.NOT_ALLOWED_ON_NON_LEAF: "entries that are not ours lie under it",
}


@dataclass(slots=True)
class Settled:
    """`cause`: why it could not be done, "" when it is; `is_unknown`: the connection was lost over it.

    `is_gone`: the entry was deleted, because what should stand in it could not be written.
    """

    cause: str = ""
    is_unknown: bool = False
    is_gone: bool = False
    writes: Counter[str] = field(default_factory=Counter)


class Settler:
    """Settles writes over one session. `others`: ids of entries that are ours under other keys."""

    def __init__(
        self,
        session: Session,
        reader: TargetReader,
        comparer: Comparer,
        remembered: Mapping[str, RememberedEntry],
        others: Collection[str],
    ) -> None:
        self._session = session
        self._reader = reader
        self._comparer = comparer
        self._remembered = remembered
        self._others = others

    def settle(self, change: PlannedChange, outcome: WriteOutcome) -> Settled:
        """Find out what became of a change, and do what is still to be done: what it wants counts, not how it was put.

        Raises IncompleteReadError, ConnectionLostError.
        """
        settled = Settled()
        for _ in range(_ATTEMPTS):
            found = self._reader.of_id(change.entry_id) if change.entry_id else self._reader.at(change.dn)
            cause = self._cause_to_stop(change, found, outcome)
            if cause is not None:
                settled.cause = cause
                return settled
            if found is not None and self._is_emptied(change):
                settled.is_gone, settled.cause = True, "none of its members could be written"
                return self._taken(self._delete(found, settled.writes), settled)
            written = None if found is None else self._write(change, found, settled.writes)
            if written is None or written.kind is not OutcomeKind.REFUSED:
                return self._taken(written, settled)
            if written.code == outcome.code and found is not None and written.code not in _MAY_PASS:
                return self._one_by_one(change, found, written, settled)
            outcome = written
        settled.cause = told(outcome)
        return settled

    def _taken(self, outcome: WriteOutcome | None, settled: Settled) -> Settled:
        """Return what became of the last write that there was."""
        if outcome is not None and outcome.kind is not OutcomeKind.DONE:
            settled.is_gone = False
            settled.is_unknown = outcome.kind is not OutcomeKind.REFUSED
            settled.cause = told(outcome)
        return settled

    def _one_by_one(self, change: PlannedChange, found: FoundEntry, outcome: WriteOutcome, settled: Settled) -> Settled:
        """Do by itself whatever the server takes of a change that it refuses as a whole: one bad value must not keep
        somebody unlocked, or in a group.
        """
        again = self._reader.of_id(found.entry_id)
        if change.desired is None or again is None or not is_spelled_as(again.dn, change.new_dn or again.dn):
            settled.cause = told(outcome)
        if change.desired is None or again is None:
            return settled
        difference = self._difference(change.desired, again)
        for each in changes_of(difference.attributes, difference.members):
            written = self._session.modify(again.dn, [each], self._reader.ours(again.entry_id))
            _counted(settled.writes, "modify", written)
            if written.kind is not OutcomeKind.DONE:
                settled = self._taken(written, settled)
            if settled.is_unknown:
                break
        return settled

    def _is_emptied(self, change: PlannedChange) -> bool:
        """Return whether this is a group that must not be without members, and nobody may stand in it."""
        desired = change.desired
        return desired is not None and change.action is Action.CHANGE and self._comparer.is_emptied(desired)

    def _cause_to_stop(self, change: PlannedChange, found: FoundEntry | None, outcome: WriteOutcome) -> str | None:
        """Return why nothing more can be done, None: it can, or nothing is left to do."""
        if found is None:
            if change.action is Action.DELETE:
                return None
            return told(outcome) if change.action is Action.ADD else "the entry is gone"
        if not self._reader.is_marked(found):
            return "somebody else's entry stands there" if change.action is Action.ADD else "our mark was taken from it"
        if change.action is Action.ADD and found.entry_id in self._others:
            return "another entry of ours still stands there"
        return None

    def _write(self, change: PlannedChange, found: FoundEntry, writes: Counter[str]) -> WriteOutcome | None:
        """Do the next thing that is to be done with an entry, None: there is nothing left."""
        only_if = self._as_read(found)
        if change.action is Action.DELETE:
            return self._delete(found, writes)
        if change.desired is None:
            return None
        new_dn = change.new_dn
        if new_dn is not None and not is_spelled_as(found.dn, new_dn):
            renamed = _counted(writes, "rename", self._session.rename(found.dn, new_dn, only_if))
            if renamed.kind is not OutcomeKind.DONE:
                return renamed
            again = self._reader.of_id(found.entry_id)
            return self._modify(change.desired, again, writes) if again is not None else None
        return self._modify(change.desired, found, writes)

    def _modify(self, desired: DesiredEntry, found: FoundEntry, writes: Counter[str]) -> WriteOutcome | None:
        difference = self._difference(desired, found)
        if difference.is_none:
            return None
        outcome = self._session.modify(
            found.dn, changes_of(difference.attributes, difference.members), self._as_read(found)
        )
        return _counted(writes, "modify", outcome)

    def _difference(self, desired: DesiredEntry, found: FoundEntry) -> Difference:
        known = self._remembered.get(desired.key)
        return self._comparer.difference(desired, found, known, renamed=found.dn != desired.dn)

    def _delete(self, found: FoundEntry, writes: Counter[str]) -> WriteOutcome:
        return _counted(writes, "delete", self._session.delete(found.dn, self._as_read(found)))

    def _as_read(self, found: FoundEntry) -> str:
        """Return the filter that an entry matches that is ours and as it was found."""
        ours, tag = self._reader.ours(found.entry_id), self._reader.unchanged(found)
        return f"(&{ours}{tag})" if tag else ours


def told(outcome: WriteOutcome) -> str:
    """Return in one line why a server refused a write."""
    if outcome.code is None:
        return outcome.text or "it was not done"
    words = next((words for code, words in _WORDS.items() if code == outcome.code), "")
    meant = f"code {outcome.code}, {words}" if words else named(outcome.code)
    return ", ".join(filter(None, [meant, outcome.text]))


def _counted(writes: Counter[str], kind: str, outcome: WriteOutcome) -> WriteOutcome:
    if outcome.kind is OutcomeKind.DONE:
        writes[kind] += 1
    return outcome
