"""Which records grant a right: each set of somebody's records that is enough for a yes, and no larger than needed."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from authz_service.domain.facts import QuestionFacts, RelationFact
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action
from authz_service.services.decisions import DecisionService
from authz_service.services.matrix.likeness import Likenesses, Topic
from authz_service.services.standings.families import FAMILIES, FamilyQuestion
from authz_service.services.standings.reading import Asker, Reading

__all__ = ["Ground", "grounds_of"]

_AT_MOST: Final = 3
"""So many kinds of records together are looked at; more than an account with a grant is never needed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Marks of the records that are enough by themselves, and the rules that grant because of them.

    No marks: it takes none of the asker's relations.
    """

    marks: frozenset[Hashable]
    rules: tuple[str, ...]


def grounds_of(
    decisions: DecisionService,
    asked: list[tuple[Question, Topic]],
    likenesses: Likenesses,
    at: int,
    levels: Mapping[str, int],
) -> list[tuple[Ground, ...]]:
    """Return for each question to which the answer is yes what it rests on, the smallest sets first.

    The facts are read as for a decision, in one statement; some are then left out and the policy is asked again.
    `at`: UTC microseconds. Raises StoreUnavailableError.
    """
    asker = Asker(frozenset(), at, levels)
    families = [_family(question, asker) for question, _ in asked]
    facts = decisions.facts.read([family.query() for family in families])
    return [
        tuple(_grounds(decisions, family, each, likenesses, topic))
        for family, each, (_, topic) in zip(families, facts, asked, strict=True)
    ]


def _family(question: Question, asker: Asker) -> FamilyQuestion:
    action = Action(question.action)
    return FAMILIES[action](Reading(question, action, asker))


def _grounds(
    decisions: DecisionService, family: FamilyQuestion, facts: QuestionFacts, likenesses: Likenesses, topic: Topic
) -> Iterator[Ground]:
    own = facts.subject.person_id if facts.subject else ""
    marked = [(each, likenesses.mark(each, topic)) for each in facts.relations if each.person_id == own]
    counting = sorted({mark for _, mark in marked if mark is not None}, key=repr)
    found: list[frozenset[Hashable]] = []
    for size in range(min(_AT_MOST, len(counting)) + 1):
        for chosen in map(frozenset, combinations(counting, size)):
            if any(known <= chosen for known in found):
                continue
            kept = tuple(each for each in facts.relations if each.person_id != own or _is_kept(each, chosen, marked))
            answer = decisions.policy.ask(family.standing(replace(facts, relations=kept)))
            if answer.allowed:
                found.append(chosen)
                yield Ground(chosen, answer.rules)


def _is_kept(
    relation: RelationFact, chosen: frozenset[Hashable], marked: list[tuple[RelationFact, Hashable | None]]
) -> bool:
    return any(each is relation and mark in chosen for each, mark in marked)
