"""What is recorded of one decision, or of one page of a search, as it is handed to the log."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["LONGEST", "DecisionRecord", "Request", "SearchRecord", "Told", "cut"]

LONGEST: Final = 200
"""Characters of a text that a caller chose; a longer one is withheld."""
_TOO_LONG: Final = "\0"
"""Stands for a text that is too long: it cannot be told either, and takes no room while it waits."""


class Request(msgspec.Struct, frozen=True, gc=False):
    """What all records of one request have in common.

    `moment`: nanoseconds since 1970, when they were told; `microseconds`: how long the request took.
    """

    moment: int
    microseconds: int
    request_id: str
    caller: str


class Told(msgspec.Struct, frozen=True, gc=False):
    """What was asked, as the caller put it, and what the facts made of it.

    `person_id`: the opaque id of the subject, "" where the facts know no such person; `resource_person_id`: of the
    person that is the resource. `acting_for`, `capacity`, `known_at`: as they stand in the question, "" where they are
    not there or no text.
    """

    subject_type: str = ""
    subject_id: str = ""
    person_id: str = ""
    action: str = ""
    resource_type: str = ""
    resource_id: str = ""
    resource_person_id: str = ""
    acting_for: str = ""
    capacity: str = ""
    known_at: str = ""


class DecisionRecord(msgspec.Struct, frozen=True, gc=False):
    """One decision. `item`: its place in the batch, None outside of one.

    `error`: the status of what could not be decided, else None; a question that could not be put has no `told` and no
    evaluation. `at`: the moment asked about, None for "now". `evaluation_id` and `policy` are of our making: letters,
    digits and dashes.
    """

    request: Request
    item: int | None
    allowed: bool
    error: int | None = None
    evaluation_id: str = ""
    reasons: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    policy: str = ""
    facts: int = 0
    at: str | None = None
    told: Told | None = None


class SearchRecord(msgspec.Struct, frozen=True, gc=False):
    """One page of a search. `sought`: what was left open; `found`: how many results; `more`: whether there are others.

    Which they are is not recorded.
    """

    request: Request
    sought: str
    found: int
    more: bool
    policy: str
    facts: int
    at: str | None
    told: Told


def cut(text: object) -> str:
    """Return the text, one that is too long replaced, and "" for anything else: what waits is bounded in size too."""
    if type(text) is str:
        return text if len(text) <= LONGEST else _TOO_LONG
    return ""
