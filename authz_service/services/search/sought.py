"""What is searched for, how far a search has come, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from authz_service.domain.questions import Question

__all__ = ["Found", "Position", "Progress", "SearchKind", "SearchUndecidedError", "Sought"]

Position = tuple[str, ...]
"""Where a candidate stands in the order of a search: no national number is in it. (): before all of them."""


class SearchKind(StrEnum):
    """What is left open in the question (AuthZEN Authorization API 1.0, 8.4, 8.5, 8.6)."""

    SUBJECT = "subject"
    RESOURCE = "resource"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Sought:
    """A question with one thing left open: the id of the subject or of the resource, or the name of the action ("")."""

    kind: SearchKind
    question: Question


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come: it goes on behind `position`, at the moment at which it began.

    `begun`: when the first page was asked for, `known_at`: when the facts revision that it was answered from was
    recorded (UTC microseconds).
    """

    begun: int
    known_at: int
    position: Position = ()


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """One page: what may be, in order, and how to go on (None: that was all).

    `names`: ids (of persons the national number) or names of actions. `policy` and `facts`: the revisions that it was
    answered from; `at`: the moment asked about in UTC microseconds. `subject_id`, `other_id`: the opaque ids of the
    subject and of the other person in the question, None where it names none that the facts know.
    """

    names: tuple[str, ...]
    onward: Progress | None
    policy: str
    facts: int
    at: int
    subject_id: str | None = None
    other_id: str | None = None


class SearchUndecidedError(Exception):
    """Some candidate could not be decided on: to leave it out would say "no" of it."""
