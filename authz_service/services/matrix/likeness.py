"""Who stands alike: what the policy could see of one of them, asking about something, it would see of the others.

A standing holds no identity, no date and no name of a thing (domain/standings.py), so people of whom the same marks are
known towards a topic are answered alike. What is put together here is never a decision, only which ones must agree.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from authz_service.domain.facts import RelationFact
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.matrix.surroundings import Surroundings
from authz_service.services.projection.memberships import strongest
from authz_service.services.standings.common import account_in_force

__all__ = ["ENTERPRISE", "Likenesses", "Topic"]

_CANDIDATE_KINDS: Final = frozenset(RelationKind) - ACCOUNT_KINDS


@dataclass(frozen=True, slots=True)
class Topic:
    """What of people's relations bears on a question, beside what always does.

    `capacity_id`: where it is asked, "" for the whole enterprise. `applications`: codes whose grants count, in that
    capacity, or in any when there is none. `rights`: codes of Flemish rights that count.
    """

    capacity_id: str = ""
    applications: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()


ENTERPRISE: Final = Topic()


class Likenesses:
    """The people of an enterprise, sorted by how they stand. Not for more than one thread."""

    def __init__(self, around: Surroundings, levels: Mapping[str, int]) -> None:
        """`levels`: of the means of authentication."""
        self._around = around
        self.means: Final = {
            person_id: strongest(person.digital_keys, levels) for person_id, person in around.persons.items()
        }
        """How each logs in: with the strongest of his own digital keys, None when he has none."""

    def subjects(self, topic: Topic, people: Iterable[str] | None = None) -> dict[Hashable, list[str]]:
        """Return the people (default: all) who are answered alike when they ask."""
        alike: dict[Hashable, list[str]] = {}
        for person_id in self._around.persons if people is None else people:
            alike.setdefault(self._subject(person_id, topic), []).append(person_id)
        return alike

    def candidates(self, topic: Topic) -> dict[Hashable, list[str]]:
        """Return the people by how they stand when something is asked about them."""
        alike: dict[Hashable, list[str]] = {}
        for person_id, held in self._around.relations.items():
            marks = frozenset(
                mark
                for relation in held
                if relation.kind in _CANDIDATE_KINDS or relation.capacity_id == topic.capacity_id
                if (mark := self.mark(relation, topic)) is not None
            )
            alike.setdefault(marks, []).append(person_id)
        return alike

    def mark(self, relation: RelationFact, topic: Topic) -> Hashable | None:
        """Return what of a relation counts towards the topic, None when it does not count at all."""
        kind, phase = relation.kind, relation.period.phase(self._around.at)
        here = relation.capacity_id == topic.capacity_id
        if kind in ACCOUNT_KINDS:
            return (kind, self._place(relation.capacity_id, here=here), relation.state, phase)
        if kind is RelationKind.APPLICATION_GRANT:
            counts = relation.object in topic.applications and (here or not topic.capacity_id)
            return (kind, relation.capacity_id, relation.object, phase) if counts else None
        if kind is RelationKind.ROLE_ASSIGNMENT:
            return (kind, relation.state, phase) if here and relation.opens in topic.applications else None
        if kind is RelationKind.FLEMISH_RIGHT:
            return (kind, relation.object, relation.context, phase) if relation.object in topic.rights else None
        return (kind, relation.state, phase)

    def _place(self, capacity_id: str, *, here: bool) -> Hashable:
        """Return what it matters where an account is: here, or in which domain, in a capacity in force or not."""
        return here or (self._around.domains.get(capacity_id), capacity_id in self._around.capacities)

    def _subject(self, person_id: str, topic: Topic) -> Hashable:
        around, accounts = set[Hashable](), dict[str, list[RelationFact]]()
        granted: dict[str, set[Hashable]] = {}
        for relation in self._around.relations[person_id]:
            mark = self.mark(relation, topic)
            if mark is None:
                continue
            if relation.kind in ACCOUNT_KINDS:
                accounts.setdefault(relation.capacity_id, []).append(relation)
            elif relation.kind is RelationKind.APPLICATION_GRANT:
                granted.setdefault(relation.capacity_id, set()).add(mark[2:] if isinstance(mark, tuple) else mark)
            else:
                around.add(mark)
        there = frozenset(
            (
                self._place(capacity_id, here=capacity_id == topic.capacity_id),
                account_in_force(accounts.get(capacity_id, ()), self._around.at),
                frozenset(self.mark(each, topic) for each in accounts.get(capacity_id, ())),
                frozenset(granted.get(capacity_id, ())),
            )
            for capacity_id in accounts.keys() | granted.keys()
        )
        has_card = self._around.persons[person_id].has_card
        return (self.means[person_id], has_card, frozenset(around), there)
