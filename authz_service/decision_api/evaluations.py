"""Putting the questions of one request: a single one, or a batch (AuthZEN Authorization API 1.0, 6 and 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple, Protocol

from authz_service.decision_api.answers import Answer, Explains, answer_of, asks_why, new_evaluation_ids, unanswered
from authz_service.decision_api.batches import Batch, Semantic, batch_in
from authz_service.decision_api.bodies import object_of
from authz_service.decision_api.errors import WireError
from authz_service.decision_api.plain import plain_question
from authz_service.decision_api.questions import LOOKED_AT, question_of, refuse_unless_permitted
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import Scope, SubjectType

__all__ = ["Decides", "Evaluated", "Evaluator", "asks_plainly", "question_in"]

_PERSON: Final = SubjectType.PERSON.value


def question_in(octets: bytes, depth: int) -> Question:
    """Return the question that a body asks. `depth`: the levels it may have. Raises WireError (400)."""
    plain = plain_question(octets, depth)
    return question_of(object_of(octets, depth)) if plain is None else plain


def asks_plainly(question: Question) -> bool:
    """Tell whether it is clear, before it is known who asks, that the answer would be the same to all who may ask.

    A person asks of now: the standing of operators has the caller's scopes in it.
    """
    return question.subject_type == _PERSON and LOOKED_AT.isdisjoint(question.context)


class Decides(Protocol):
    """Who answers questions."""

    def decide(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        """Return a decision for each question, in order. Raises StoreUnavailableError."""


class Evaluated(NamedTuple):
    """The answer to a request, and each question that was decided for it, with its decision."""

    answer: Answer
    decided: Sequence[tuple[Question, Decision]]


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Answers the questions of requests. May be used from any thread.

    `most`: how many questions a batch may hold; `most_explained`: how many of them may ask for an explanation;
    `depth`: the levels that a body may have.
    """

    decisions: Decides
    explanations: Explains
    most: int
    most_explained: int
    depth: int

    def single(self, question: Question, scopes: frozenset[Scope]) -> Evaluated:
        """Return the answer to one question.

        Raises WireError (400, 403); StoreUnavailableError when nothing can be decided.
        """
        refuse_unless_permitted(question, scopes)
        [decision] = self.decisions.decide([question], scopes)
        [evaluation_id] = new_evaluation_ids(1)
        return Evaluated(answer_of(question, decision, self.explanations, evaluation_id), [(question, decision)])

    def batch(self, octets: bytes, scopes: frozenset[Scope]) -> Evaluated:
        """Return the answers to all questions of a body, or the one answer when it holds no `evaluations` (7.1).

        What is wrong with one of the questions is told in its place. All are decided at once, from the same facts: what
        a semantic would have left out is taken from the answers. Raises as `single` does.
        """
        batch = batch_in(octets, self.most, self.depth)
        if not isinstance(batch, Batch):
            return self.single(batch, scopes)
        questions = [_permitted(question, scopes, position) for position, question in enumerate(batch.questions)]
        sound = [question for question in questions if isinstance(question, Question)]
        if sum(map(asks_why, sound)) > self.most_explained:
            message = f"evaluations holds more than {self.most_explained} questions that ask for an explanation"
            raise WireError(HTTPStatus.BAD_REQUEST, message)
        decided = list(zip(sound, self.decisions.decide(sound, scopes) if sound else (), strict=True))
        answers = _until_decided(self._answers(questions, decided), batch.semantic)
        return Evaluated({"evaluations": answers}, decided)

    def _answers(
        self, questions: Sequence[Question | WireError], decided: Sequence[tuple[Question, Decision]]
    ) -> list[Answer]:
        explanations = self.explanations
        answers = [
            answer_of(question, decision, explanations, evaluation_id)
            for (question, decision), evaluation_id in zip(decided, new_evaluation_ids(len(decided)), strict=True)
        ]
        if len(answers) == len(questions):
            return answers
        answered = iter(answers)
        return [unanswered(question) if isinstance(question, WireError) else next(answered) for question in questions]


def _permitted(question: Question | WireError, scopes: frozenset[Scope], position: int) -> Question | WireError:
    """Return a question of a batch where the caller may ask it; else what is wrong with it, and where."""
    if isinstance(question, Question):
        if LOOKED_AT.isdisjoint(question.context):
            return question
        try:
            refuse_unless_permitted(question, scopes)
        except WireError as error:
            return _at(position, error)
        return question
    return _at(position, question)


def _at(position: int, error: WireError) -> WireError:
    return WireError(error.status, f"evaluations[{position}]: {error.message}")


def _until_decided(answers: list[Answer], semantic: Semantic) -> list[Answer]:
    """Return the answers up to and including the one that ends the batch."""
    if semantic is Semantic.EXECUTE_ALL:
        return answers
    ending = semantic is Semantic.PERMIT_ON_FIRST_PERMIT
    for position, answer in enumerate(answers):
        if answer["decision"] is ending:
            return answers[: position + 1]
    return answers
