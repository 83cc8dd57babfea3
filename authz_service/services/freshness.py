"""How fresh an answer must be: `context.min_facts`, a facts revision that the answer must have seen.

Whoever does not say is answered from the primary. Whoever says is answered from a replica that has come so far, else
from the primary, else not at all: never from facts that are older than was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import Scope
from authz_service.services.decisions import UNDECIDED, DecisionService
from authz_service.services.search.searches import Searches
from authz_service.services.search.sought import Found, Progress, Sought
from authz_service.store import replicas
from authz_service.store.errors import FactsBehindError
from authz_service.store.replicas import Sources

__all__ = ["MIN_FACTS", "FreshDecisions", "FreshSearches", "MinFactsError", "min_facts_of"]

MIN_FACTS: Final = "min_facts"
MOST: Final = 2**63 - 1
NOT_THERE: Final = "The facts have not come to context.min_facts; this says nothing about the subject."
_PROBE: Final = Question("", "", "", "", "")
"""A question that is asked along to have the last facts revision: it reads nothing else."""


class MinFactsError(ValueError):
    """`context.min_facts` is no facts revision."""


def min_facts_of(question: Question) -> int | None:
    """Return the facts revision that the answer must have seen; None: all there are. Raises MinFactsError."""
    named = question.context.get(MIN_FACTS)
    if named is None:
        return None
    if not isinstance(named, int) or isinstance(named, bool) or not 0 <= named <= MOST:
        raise MinFactsError(f"context.{MIN_FACTS} must be a facts revision: a whole number of 0 or more")
    return named


@dataclass(frozen=True, slots=True)
class FreshDecisions:
    """Answers questions from facts that are as fresh as each asks for. May be used from any thread."""

    sources: Sources[DecisionService]

    def decide(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        """Return a decision for each question, in order, all from one facts revision.

        That has come to the highest `min_facts` of them; where it cannot be had, the questions whose own has not been
        reached are not decided, and say so. One question without `min_facts` takes all to the primary.
        Raises FactsBehindError when none can be decided for that reason, StoreUnavailableError, MinFactsError.
        """
        for question in questions:
            if MIN_FACTS in question.context:
                return self._decide_fresh(questions, scopes)
        return self.sources.primary.reads.decide(questions, scopes)

    def _decide_fresh(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        wanted = [min_facts_of(question) for question in questions]
        highest = max((each for each in wanted if each is not None), default=None)
        if highest is None:
            return self.sources.primary.reads.decide(questions, scopes)
        found = self.sources.fresh(
            highest, lambda service: _decided(service, questions, scopes), replicas=None not in wanted
        )
        if all(each is not None and each > found.revision for each in wanted):
            raise FactsBehindError("the facts have not come to context.min_facts")
        return [
            decision if each is None or each <= found.revision else _undecided(decision)
            for each, decision in zip(wanted, found.content, strict=True)
        ]


def _decided(
    service: DecisionService, questions: Sequence[Question], scopes: frozenset[Scope]
) -> replicas.Found[list[Decision]]:
    """Return the decisions and the last facts revision that was there when they were made."""
    if not any(question.context.get("known_at") is not None for question in questions):
        decisions = service.decide(questions, scopes)
        return replicas.Found(decisions[0].facts, decisions)
    # Their decisions name the revision of then. How far the facts have come now is read by the same statement.
    *decisions, probe = service.decide([*questions, _PROBE], scopes)
    return replicas.Found(probe.facts, decisions)


def _undecided(decision: Decision) -> Decision:
    status = HTTPStatus.SERVICE_UNAVAILABLE.value
    return replace(decision, answer=UNDECIDED, error=NOT_THERE, error_status=status, basis=None)


@dataclass(frozen=True, slots=True)
class FreshSearches:
    """Finds what may be, from facts that are as fresh as is asked for. May be used from any thread."""

    sources: Sources[Searches]

    @property
    def policy(self) -> str:
        """The revision of the policy that answers."""
        return self.sources.primary.reads.policy

    def page_key(self) -> bytes:
        """Return the key that page tokens are signed with. Raises StoreUnavailableError, KeyFileMismatchError."""
        return self.sources.primary.reads.page_key()

    def find(
        self, sought: Sought, caller: str, scopes: frozenset[Scope], limit: int, since: Progress | None = None
    ) -> Found:
        """Return the next page, all of it from one server. Raises as `Searches.find` does, and MinFactsError."""
        wanted = min_facts_of(sought.question)
        if wanted is None:
            return self.sources.primary.reads.find(sought, caller, scopes, limit, since)

        def found(searches: Searches) -> replicas.Found[Found]:
            # A page that is there has come to what was wanted: it says nothing otherwise.
            return replicas.Found(wanted, searches.find(sought, caller, scopes, limit, since, wanted))

        return self.sources.fresh(wanted, found).content
