"""A question as it was put, and what is answered to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Protocol

from authz_service.domain.facts import QuestionFacts
from authz_service.domain.standings import Standing, UnknownStanding
from authz_service.domain.values import value
from authz_service.domain.vocabulary import Reason

__all__ = ["Answer", "Basis", "Decision", "Examines", "Need", "Question", "RuleText"]


@value
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


@value
class Answer:
    """What the policy says of a standing.

    `reasons` are told in order and are empty on an allow; `rules` are never empty: those that grant, or those that
    refuse. `unmet` names the needs that are not met.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    rules: tuple[str, ...]
    unmet: tuple[str, ...] = ()


@value
class Need:
    """One need of an action, seen against a standing.

    `rules` demand it. `met_by`: the rules that meet it, empty when it is not met; then `reasons` and `refused_by` say
    why. `judged` is False for what lies behind a gate that is shut: of that nothing can be said.
    """

    name: str
    rules: tuple[str, ...]
    met_by: tuple[str, ...]
    reasons: tuple[Reason, ...]
    refused_by: tuple[str, ...]
    judged: bool


@value
class RuleText:
    """A rule as the policy states it: its plain sentence, its source, and the place (`file:line`) of both."""

    rule: str
    sentence: str
    source: str
    place: str


class Examines(Protocol):
    """A policy that says more of a standing than yes or no."""

    def examine(self, standing: Standing) -> tuple[Need, ...]:
        """Return each need of the standing's action, by name. Raises PolicyEvaluationError."""

    def unmet(self, standing: Standing) -> frozenset[str]:
        """Return the names of the needs that are not met, gates or not. Raises PolicyEvaluationError."""

    def rule_text(self, rule: str) -> RuleText | None:
        """Return what the policy says of a rule; None when it has no heading."""


@value
class Basis:
    """What a decision was made from, so that it can be explained from the very same facts.

    `standing_of` folds facts into the standing of this question: of these facts, or of facts that were otherwise.
    `levels`: the assurance level of each means of authentication. Its repr shows nothing of them.
    """

    question: Question
    facts: QuestionFacts
    standing_of: Callable[[QuestionFacts], Standing | UnknownStanding]
    policy: Examines
    levels: Mapping[str, int]

    def __repr__(self) -> str:
        return "Basis()"


@value
class Decision:
    """An answer with what it was made from.

    `policy`: the policy revision; `facts`: the facts revision that was read; `at`: the moment asked about in UTC
    microseconds; `error`: a sentence for the caller when the question could not be decided (then it is a deny), and
    `error_status`: the HTTP status that says so, were it the only question.
    `basis`: what an explanation starts from, None where there is none.
    """

    answer: Answer
    policy: str
    facts: int
    at: int
    error: str | None = None
    basis: Basis | None = field(default=None, compare=False, repr=False)
    error_status: int = 500
