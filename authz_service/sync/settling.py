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
)
from authz_service.directory.session import Session
from authz_service.store.directories import RememberedEntry
from authz_service.sync.comparing import Comparer
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.plans import Action, PlannedChange, changes_of
from authz_service.sync.reading import TargetReader

__all__ = ["Settled", "Settler", "told"]

_ATTEMPTS: Final = 3
_WORDS: Final = {
    ResultCode.NO_SUCH_OBJECT: "there is no such entry, or none above it",
    ResultCode.ENTRY_ALREADY_EXISTS: "somebody else's entry stands there",
    ResultCode.ASSERTION_FAILED: "the entry is not ours any more, or keeps being changed by others",
    ResultCode.OBJECT_CLASS_VIOLATION: "the server's schema does not allow it",
}


@dataclass(slots=True)
class Settled:
    """`cause`: why it could not be done, "" when it is; `is_unknown`: the connection was lost over it."""

    cause: str = ""
    is_unknown: bool = False
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
            written = None if found is None else self._write(change, found, settled.writes)
            if written is None or written.kind is OutcomeKind.DONE:
                return settled
            outcome = written
            if outcome.kind is not OutcomeKind.REFUSED:
                settled.is_unknown = True
                return settled
        settled.cause = told(outcome)
        return settled

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
        ours = self._reader.ours(found.entry_id)
        tag = self._reader.unchanged(found)
        only_if = f"(&{ours}{tag})" if tag else ours
        if change.action is Action.DELETE:
            return _counted(writes, "delete", self._session.delete(found.dn, only_if))
        if change.desired is None:
            return None
        new_dn = change.new_dn
        if new_dn is not None and found.dn != new_dn:
            renamed = _counted(writes, "rename", self._session.rename(found.dn, new_dn, only_if))
            if renamed.kind is not OutcomeKind.DONE:
                return renamed
            again = self._reader.of_id(found.entry_id)
            return self._modify(change.desired, again, writes) if again is not None else None
        return self._modify(change.desired, found, writes)

    def _modify(self, desired: DesiredEntry, found: FoundEntry, writes: Counter[str]) -> WriteOutcome | None:
        known = self._remembered.get(desired.key)
        difference = self._comparer.difference(desired, found, known, renamed=found.dn != desired.dn)
        if difference.is_none:
            return None
        tag = self._reader.unchanged(found)
        ours = self._reader.ours(found.entry_id)
        outcome = self._session.modify(
            found.dn, changes_of(difference.attributes, difference.members), f"(&{ours}{tag})" if tag else ours
        )
        return _counted(writes, "modify", outcome)


def told(outcome: WriteOutcome) -> str:
    """Return in one line why a server refused a write."""
    if outcome.code is None:
        return outcome.text or "it was not done"
    words = _WORDS.get(ResultCode(outcome.code)) if outcome.code in ResultCode.__members__.values() else None
    return ", ".join(filter(None, [f"code {outcome.code}", words, outcome.text]))


def _counted(writes: Counter[str], kind: str, outcome: WriteOutcome) -> WriteOutcome:
    if outcome.kind is OutcomeKind.DONE:
        writes[kind] += 1
    return outcome
