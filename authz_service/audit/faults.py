"""What can be wrong with a log, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from authz_service.audit.entries import Json

__all__ = ["BrokenLine", "Fault", "FaultKind"]


class FaultKind(StrEnum):
    """What can be wrong with a log."""

    ALTERED = "altered"
    NOT_CANONICAL = "not_canonical"
    MISPLACED = "misplaced"
    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    UNCHAINED = "unchained"
    NOT_THE_FIRST = "not_the_first"
    REWRITTEN = "rewritten"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    CUT_OFF = "cut_off"
    UNSIGNED = "unsigned"
    FACTS_AHEAD = "facts_ahead"
    FACTS_BEHIND = "facts_behind"
    NOT_HELD = "not_held"
    BROKEN_LINE = "broken_line"


_SENTENCES: Final = {
    FaultKind.ALTERED: "text and hash do not belong together: one of them was changed",
    FaultKind.NOT_CANONICAL: "the text is not that of a record in canonical form",
    FaultKind.MISPLACED: "the text is that of {what}: records were reordered, inserted or renumbered",
    FaultKind.MISSING: "missing",
    FaultKind.OUT_OF_ORDER: "stands {what}: reordered, or inserted",
    FaultKind.UNCHAINED: "the later does not name the hash of the earlier: one of them was changed or inserted",
    FaultKind.NOT_THE_FIRST: "it names a record before it: it was changed or inserted",
    FaultKind.REWRITTEN: "not what was signed: one was changed, and those behind it chained anew",
    FaultKind.BAD_SIGNATURE: "the signature of {what} does not fit what it says",
    FaultKind.UNKNOWN_KEY: "{what} is signed with a key that is not known here",
    FaultKind.CUT_OFF: "cut off: they were signed, and the log ends before them",
    FaultKind.UNSIGNED: "no checkpoint covers this end of the log: inserted, or the checkpoint was taken away",
    FaultKind.FACTS_AHEAD: "the log ends with {what}: records were cut off, or facts written past the log",
    FaultKind.FACTS_BEHIND: "the log tells of {what}: the facts were put back to an earlier state",
    FaultKind.NOT_HELD: "the checkpoint given is of a record that is not in here: nothing to compare it with",
    FaultKind.BROKEN_LINE: "{what}",
}


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of an export, counted from 1, that is not as an export writes it."""

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the records from `first` to `last` (of a broken line: its number)."""

    kind: FaultKind
    first: int
    last: int
    what: str = ""

    @property
    def place(self) -> str:
        """Which records it is about, for people."""
        if self.kind is FaultKind.BROKEN_LINE:
            return f"line {self.first}"
        if self.last == 0:
            return "the empty log"
        return f"record {self.first}" if self.first == self.last else f"records {self.first} to {self.last}"

    def __str__(self) -> str:
        return f"{self.place}: {_SENTENCES[self.kind].format(what=self.what)}"

    def as_json(self) -> Json:
        """Return the JSON object."""
        return {"kind": self.kind.value, "first": self.first, "last": self.last, "message": str(self)}
