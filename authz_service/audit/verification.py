"""Verifying the log: every fault is named with the records it is about, in one pass and in constant memory.

What the log says is held against itself (hashes, chain, sequence), against its signed checkpoints, and against what is
known from outside: how far the facts have come, and checkpoints that were kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from authz_service.audit.chain import FIRST, GENESIS, hash_of, link_in
from authz_service.audit.faults import BrokenLine, Fault, FaultKind
from authz_service.audit.signing import PublicKeys, Signature, judged
from authz_service.store.audit_log import StoredCheckpoint, StoredRecord

__all__ = ["MOST_FAULTS", "Expectations", "Item", "Report", "Verifier", "verify"]

MOST_FAULTS: Final = 100
"""Faults that a report names; of more it tells the number only."""

Item = StoredRecord | StoredCheckpoint | BrokenLine
"""What a log consists of: records by sequence, each checkpoint after its record; and lines that are neither."""

_BY_SIGNATURE: Final = {Signature.BAD: FaultKind.BAD_SIGNATURE, Signature.OF_UNKNOWN_KEY: FaultKind.UNKNOWN_KEY}


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is known of a log from elsewhere.

    `first`: the sequence it must begin with. `checkpoints`: those that were kept outside.
    """

    first: int = FIRST
    checkpoints: Sequence[StoredCheckpoint] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `last`: the sequence of the last record, 0 when there is none; `hash`: its hash.

    `faults` holds the first MOST_FAULTS of `fault_count`.
    """

    records: int
    checkpoints: int
    last: int
    hash: bytes
    faults: tuple[Fault, ...]
    fault_count: int

    @property
    def whole(self) -> bool:
        """True when nothing is wrong."""
        return self.fault_count == 0


def verify(
    items: Iterable[Item], keys: PublicKeys, expectations: Expectations, facts_revision: int | None = None
) -> Report:
    """Return what is wrong with a log of which these are the records and checkpoints.

    `facts_revision`: how far the facts have come, None when that is not known.
    """
    verifier = Verifier(keys, expectations)
    for item in items:
        verifier.take(item)
    return verifier.report(facts_revision)


class Verifier:
    """One verification: takes a log item by item, then reports."""

    def __init__(self, keys: PublicKeys, expectations: Expectations) -> None:
        self._keys = keys
        self._expected = expectations
        self._outside: dict[int, list[StoredCheckpoint]] = {}
        self._faults: list[Fault] = []
        self._fault_count = 0
        self._records = 0
        self._checkpoints = 0
        self._last = expectations.first - 1
        self._hash = b""
        # The hashes that the next record may name: two where the last record's text and hash do not belong together,
        # since either can be the one that was changed. Empty: not known, so anything goes.
        self._ends: frozenset[bytes] = frozenset({GENESIS} if expectations.first == FIRST else ())
        self._signed = self._last
        self._compared = self._last
        self._highest_signed = 0
        self._facts = 0
        self._facts_certain = True
        for checkpoint in expectations.checkpoints:
            if self._is_good(checkpoint, "the checkpoint given"):
                self._outside.setdefault(checkpoint.sequence, []).append(checkpoint)

    def take(self, item: Item) -> None:
        """Look at the next item."""
        match item:
            case StoredRecord():
                self._take_record(item)
            case StoredCheckpoint():
                self._take_checkpoint(item)
            case BrokenLine():
                self._found(FaultKind.BROKEN_LINE, item.number, item.number, item.what)

    def report(self, facts_revision: int | None = None) -> Report:
        """Look at how the log ends, and return everything that was found; `facts_revision` as in `verify`."""
        self._check_outside()
        if self._highest_signed > self._last:
            self._found(FaultKind.CUT_OFF, self._last + 1, self._highest_signed)
        elif self._compared < self._last:
            self._found(FaultKind.UNSIGNED, self._compared + 1, self._last)
        self._check_facts(facts_revision)
        last = self._last if self._records else 0
        faults = tuple(self._faults)
        return Report(self._records, self._checkpoints, last, self._hash, faults, self._fault_count)

    def _found(self, kind: FaultKind, first: int, last: int | None = None, what: str = "") -> None:
        self._fault_count += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(kind, first, first if last is None else last, what))

    # --- records ------------------------------------------------------------------------------------------------------

    def _take_record(self, record: StoredRecord) -> None:
        self._records += 1
        sequence, expected = record.sequence, self._last + 1
        computed = hash_of(record.record)
        if sequence < expected:
            self._found(FaultKind.OUT_OF_ORDER, sequence, what=f"after record {self._last}")
            self._check_text(record, computed, frozenset())
            return
        if sequence > expected:
            self._found(FaultKind.MISSING, expected, sequence - 1)
            self._ends = frozenset()
        self._check_text(record, computed, self._ends)
        self._last, self._hash = sequence, record.hash
        self._ends = frozenset({record.hash, computed})
        for checkpoint in self._outside.pop(sequence, ()):
            self._compare(checkpoint)

    def _check_text(self, record: StoredRecord, computed: bytes, ends: frozenset[bytes]) -> None:
        sequence = record.sequence
        link = link_in(record.record) if record.hash == computed else None
        if link is None:
            self._found(FaultKind.NOT_CANONICAL if record.hash == computed else FaultKind.ALTERED, sequence)
            self._facts_certain = False
            return
        if link.sequence != sequence:
            self._found(FaultKind.MISPLACED, sequence, what=f"record {link.sequence}")
        if ends and link.previous not in {end.hex() for end in ends}:
            is_first = sequence == FIRST
            kind = FaultKind.NOT_THE_FIRST if is_first else FaultKind.UNCHAINED
            self._found(kind, sequence if is_first else sequence - 1, sequence)
        # What a command read had been made before it, if not by a command of this log: facts can be older than the log.
        told = (link.entry.get(name) for name in ("facts_read", "facts_made"))
        self._facts = max([self._facts, *(revision for revision in told if type(revision) is int)])
        self._facts_certain = True

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def _take_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        self._checkpoints += 1
        if not self._is_good(checkpoint, "its checkpoint"):
            return
        self._highest_signed = max(self._highest_signed, checkpoint.sequence)
        if checkpoint.sequence < self._last:
            self._found(FaultKind.OUT_OF_ORDER, checkpoint.sequence, what=f"(its checkpoint) after record {self._last}")
        elif checkpoint.sequence == self._last:
            self._compare(checkpoint)

    def _is_good(self, checkpoint: StoredCheckpoint, what: str) -> bool:
        worth = judged(checkpoint, self._keys)
        if worth is not Signature.GOOD:
            self._found(_BY_SIGNATURE[worth], checkpoint.sequence, what=what)
        return worth is Signature.GOOD

    def _compare(self, checkpoint: StoredCheckpoint) -> None:
        """Hold the last record against what was signed of it."""
        self._compared = self._last
        if checkpoint.hash in self._ends:
            self._signed = self._last
        else:
            self._found(FaultKind.REWRITTEN, min(self._signed + 1, self._last), self._last)

    def _check_outside(self) -> None:
        for sequence in sorted(self._outside):
            if sequence > self._last:
                self._highest_signed = max(self._highest_signed, sequence)
            elif sequence < self._expected.first:
                self._found(FaultKind.NOT_HELD, sequence)

    # --- facts --------------------------------------------------------------------------------------------------------

    def _check_facts(self, revision: int | None) -> None:
        told = self._facts
        # A part of a log without records cannot say how far the facts had come, nor a record that was changed.
        is_silent = not self._facts_certain or (self._records == 0 and self._expected.first > FIRST)
        if revision is None or revision == told or (is_silent and revision > told):
            return
        kind = FaultKind.FACTS_AHEAD if revision > told else FaultKind.FACTS_BEHIND
        self._found(kind, self._last, what=f"facts revision {told}, the facts are at {revision}")
