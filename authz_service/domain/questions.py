"""A question as it was put, and what is answered to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authz_service.domain.vocabulary import Reason

__all__ = ["Answer", "Decision", "Question"]


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """May this subject do this action on this resource? Strings and JSON values as the caller sent them, unchecked.

    Its repr shows types and names only: identifiers and properties can hold a national number.
    """

    subject_type: str
    subject_id: str
    action: str
    resource_type: str
    resource_id: str
    subject_properties: Mapping[str, Any] = field(default_factory=dict)
    action_properties: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Question({self.subject_type!r}, {self.action!r}, {self.resource_type!r})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says of a standing.

    `reasons` are told in order and are empty on an allow; `rules` are never empty: those that grant, or those that
    refuse. `unmet` names the needs that are not met.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    rules: tuple[str, ...]
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with what it was made from.

    `policy`: the policy revision; `facts`: the facts revision that was read; `at`: the moment asked about in UTC
    microseconds; `error`: a sentence for the caller when the question could not be decided (then it is a deny).
    """

    answer: Answer
    policy: str
    facts: int
    at: int
    error: str | None = None
