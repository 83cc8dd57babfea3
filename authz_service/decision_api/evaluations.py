"""Putting the questions of one request: a single one, or a batch (AuthZEN Authorization API 1.0, 6 and 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, Protocol

from authz_service.decision_api.answers import Answer, Explains, answer_of, asks_why, unanswered
from authz_service.decision_api.errors import WireError
from authz_service.decision_api.questions import question_of, refuse_unless_permitted
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import Scope, SubjectType
from authz_service.services.freshness import MIN_FACTS

__all__ = ["Decides", "Evaluator", "asks_plainly"]

_PERSON: Final = SubjectType.PERSON.value
_MEMBERS: Final = ("subject", "action", "resource", "context")


class _Semantic(StrEnum):
    """When a batch ends (7.1.2.1). An error counts as a denial."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"


_SEMANTICS: Final = {semantic.value: semantic for semantic in _Semantic}


_BY_SCOPE: Final = frozenset({"at", "known_at", "explain", MIN_FACTS})
"""Members of the context for which the caller has to be known first, or that are read elsewhere."""


def asks_plainly(body: Mapping[str, Any]) -> bool:
    """Tell whether it is clear, before it is known who asks, that the answer would be the same to all who may ask.

    A person asks of now: the standing of operators has the caller's scopes in it.
    """
    subject, context = body.get("subject"), body.get("context")
    if type(subject) is not dict or subject.get("type") != _PERSON:
        return False
    return context is None or (type(context) is dict and _BY_SCOPE.isdisjoint(context))


class Decides(Protocol):
    """Who answers questions."""

    def decide(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        """Return a decision for each question, in order. Raises StoreUnavailableError."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Answers the bodies of requests.

    `most`: how many questions a batch may hold; `most_explained`: how many of them may ask for an explanation.
    """

    decisions: Decides
    explanations: Explains
    most: int
    most_explained: int

    def single(self, body: Mapping[str, Any], scopes: frozenset[Scope]) -> Answer:
        """Return the answer to the one question of a body.

        Raises WireError (400, 403); StoreUnavailableError when nothing can be decided.
        """
        question = question_of(body)
        refuse_unless_permitted(question, scopes)
        [decision] = self.decisions.decide([question], scopes)
        return answer_of(question, decision, self.explanations)

    def batch(self, body: Mapping[str, Any], scopes: frozenset[Scope]) -> Answer:
        """Return the answers to all questions of a body, or the one answer when it holds no `evaluations` (7.1).

        What is wrong with one of the questions is told in its place. All are decided at once, from the same facts: what
        a semantic would have left out is taken from the answers. Raises as `single` does.
        """
        semantic = _semantic_of(body)
        items = body.get("evaluations")
        if items is None or items == []:
            return self.single(body, scopes)
        if not isinstance(items, list):
            raise _bad("evaluations must be an array")
        if len(items) > self.most:
            raise _bad(f"evaluations holds more than {self.most} questions")
        questions = _questions(_defaults_of(body), items, scopes)
        if sum(isinstance(question, Question) and asks_why(question) for question in questions) > self.most_explained:
            raise _bad(f"evaluations holds more than {self.most_explained} questions that ask for an explanation")
        answers = self._answers(questions, scopes)
        return {"evaluations": _until_decided(answers, semantic)}

    def _answers(self, questions: Sequence[Question | WireError], scopes: frozenset[Scope]) -> list[Answer]:
        sound = [question for question in questions if isinstance(question, Question)]
        decisions = iter(self.decisions.decide(sound, scopes) if sound else ())
        return [
            unanswered(question)
            if isinstance(question, WireError)
            else answer_of(question, next(decisions), self.explanations)
            for question in questions
        ]


def _semantic_of(body: Mapping[str, Any]) -> _Semantic:
    options = body.get("options")
    if options is None:
        return _Semantic.EXECUTE_ALL
    if not isinstance(options, dict):
        raise _bad("options must be an object")
    named = options.get("evaluations_semantic")
    if named is None:
        return _Semantic.EXECUTE_ALL
    semantic = _SEMANTICS.get(named) if isinstance(named, str) else None
    if semantic is None:
        raise _bad(f"options.evaluations_semantic must be one of {', '.join(_SEMANTICS)}")
    return semantic


def _defaults_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands at the top for all questions. Clients send null for what they do not have."""
    defaults = {name: body[name] for name in _MEMBERS if body.get(name) is not None}
    for name, value in defaults.items():
        if not isinstance(value, dict):
            raise _bad(f"{name} must be an object")
    return defaults


def _questions(
    defaults: Mapping[str, Any], items: Sequence[object], scopes: frozenset[Scope]
) -> list[Question | WireError]:
    questions: list[Question | WireError] = []
    for position, item in enumerate(items):
        try:
            if not isinstance(item, dict):
                raise _bad("it must be an object")
            # What an item has replaces the default as a whole, an empty object or null too (7.1.1).
            question = question_of({**defaults, **item})
            refuse_unless_permitted(question, scopes)
            questions.append(question)
        except WireError as error:
            questions.append(WireError(error.status, f"evaluations[{position}]: {error.message}"))
    return questions


def _until_decided(answers: list[Answer], semantic: _Semantic) -> list[Answer]:
    """Return the answers up to and including the one that ends the batch."""
    if semantic is _Semantic.EXECUTE_ALL:
        return answers
    ending = semantic is _Semantic.PERMIT_ON_FIRST_PERMIT
    for position, answer in enumerate(answers):
        if answer["decision"] is ending:
            return answers[: position + 1]
    return answers


def _bad(message: str) -> WireError:
    return WireError(HTTPStatus.BAD_REQUEST, message)
