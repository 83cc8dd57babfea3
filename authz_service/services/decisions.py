"""Deciding: a question becomes a standing by way of the facts, and the policy answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from authz_service.domain import moments
from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.questions import Answer, Basis, Decision, Question
from authz_service.domain.standings import Standing, UnknownStanding
from authz_service.domain.values import value
from authz_service.domain.vocabulary import Action, Reason, Scope
from authz_service.policy.engine import PolicyEngine
from authz_service.services.standings.families import FAMILIES, FamilyQuestion
from authz_service.services.standings.reading import Asker, Reading, moment_asked

__all__ = ["DecisionService", "ReadsFacts"]

log = structlog.get_logger()
UNDECIDED: Final = Answer(allowed=False, reasons=(Reason.ENGINE_ERROR,), rules=("DRV-08",))
_ACTIONS: Final = {action.value: action for action in Action}
UNDECIDED_MESSAGE: Final = "The question could not be decided; this says nothing about the subject."


class ReadsFacts(Protocol):
    """What a decision needs of the store."""

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        """Return the facts of each question, read by one statement at one facts revision."""


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Answers questions from the facts as they are now: nothing is remembered from one question to the next.

    `whole`: read for every question what its explanation would look at; without it, for those only that ask for an
    explanation in their context.
    """

    facts: ReadsFacts
    policy: PolicyEngine
    levels: Mapping[str, int]
    whole: bool = True

    def decide(
        self, questions: Sequence[Question], scopes: frozenset[Scope] = frozenset(), now: int | None = None
    ) -> list[Decision]:
        """Return a decision for each question, in order, all from one facts revision.

        `scopes`: those of the caller; `now`: the present in UTC microseconds (default: the clock).
        Raises StoreUnavailableError when the facts cannot be read: then nothing can be decided.
        """
        return [self._decision(asked, facts) for asked, facts in self._read(questions, scopes, now)]

    def standings(
        self, questions: Sequence[Question], scopes: frozenset[Scope] = frozenset(), now: int | None = None
    ) -> list[Standing | UnknownStanding]:
        """Return what the policy would see of each question. Raises StoreUnavailableError."""
        return [asked.standing(facts) for asked, facts in self._read(questions, scopes, now)]

    def _read(
        self, questions: Sequence[Question], scopes: frozenset[Scope], now: int | None
    ) -> list[tuple[_Asked, QuestionFacts]]:
        asker = Asker(scopes, moments.now() if now is None else now, self.levels, self.whole)
        read = self._read_at(questions, asker)
        # Where the clock of whoever recorded goes ahead of ours, what was recorded last would not be in force yet.
        last = max((facts.recorded_at for _, facts in read), default=0)
        return self._read_at(questions, replace(asker, now=last)) if now is None and last > asker.now else read

    def _read_at(self, questions: Sequence[Question], asker: Asker) -> list[tuple[_Asked, QuestionFacts]]:
        asked = [_Asked.read(question, asker) for question in questions]
        return list(zip(asked, self.facts.read([each.query for each in asked]), strict=True))

    def _decision(self, asked: _Asked, facts: QuestionFacts) -> Decision:
        error = None
        try:
            answer = self.policy.ask(asked.standing(facts))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the other questions of the batch are answered
            # A fault of ours must never look like a "no" about the person. What it says may hold a value, so it stays.
            log.error("question not decided", action=asked.action_name, fault=type(fault).__name__)  # noqa: TRY400
            answer, error = UNDECIDED, UNDECIDED_MESSAGE
        basis = Basis(asked.question, facts, asked.standing, self.policy, self.levels)
        return Decision(answer, self.policy.revision, facts.revision, asked.query.at, error, basis)


@value
class _Asked:
    """A question that has been read."""

    question: Question
    action_name: str
    query: FactsQuery
    family: FamilyQuestion | None

    @classmethod
    def read(cls, question: Question, asker: Asker) -> _Asked:
        action = _ACTIONS.get(question.action)
        if action is None:
            return cls(question, "unknown", _nothing(question, asker), None)
        if not asker.whole and question.context.get("explain") is True:
            asker = replace(asker, whole=True)
        family = FAMILIES[action](Reading(question, action, asker))
        return cls(question, action.value, family.query(), family)

    def standing(self, facts: QuestionFacts) -> Standing | UnknownStanding:
        return self.family.standing(facts) if self.family else UnknownStanding()


def _nothing(question: Question, asker: Asker) -> FactsQuery:
    """Return what reads no facts, at the moments asked about as far as they can be read."""
    at, known_at = moment_asked(question, "at", asker.now), moment_asked(question, "known_at", moments.FOREVER)
    return FactsQuery(
        at=asker.now if at is None else at,
        known_at=moments.FOREVER if known_at is None else known_at,
        all_capacities=False,
        sender_of_capacity=False,
    )
