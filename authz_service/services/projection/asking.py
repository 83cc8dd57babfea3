"""Asking the policy who is in the groups of a place: one question for all who must be answered alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.projections import Group
from authz_service.services.decisions import DecisionService
from authz_service.services.projection.accounts import Holders
from authz_service.services.projection.alike import Alike, PeopleAlike
from authz_service.services.projection.errors import ProjectionError, UndecidedError
from authz_service.services.projection.groups import Posed
from authz_service.services.projection.memberships import MEMBERSHIPS, question_of, strongest
from authz_service.services.projection.places import Place
from authz_service.store.enterprise_facts import LastRevision

__all__ = ["Asking"]

BATCH: Final = 1000
"""Questions in one statement."""


@dataclass(frozen=True, slots=True)
class _Example:
    """One of those who are answered alike. `own`: the id of his own resource, where the group asks for one."""

    likeness: Hashable
    group: Group
    person_id: str
    own: str


class Asking:
    """The groups of a place, and what has to be asked to know who is in them."""

    def __init__(self, place: Place, groups: Iterable[Posed], levels: Mapping[str, int]) -> None:
        self._place = place
        self._means = {person_id: strongest(person.digital_keys, levels) for person_id, person in place.persons.items()}
        people = PeopleAlike(place, self._means)
        self._alike: dict[Group, tuple[Alike, ...]] = {}
        self._examples: dict[Hashable, _Example] = {}
        for posed in groups:
            self._alike[posed.group] = tuple(people.towards(posed))
            for alike in self._alike[posed.group]:
                self._exemplify(posed.group, alike)

    def _exemplify(self, group: Group, alike: Alike) -> None:
        if alike.likeness not in self._examples:
            person_id = next(iter(alike), None)
            if person_id is not None:
                self._examples[alike.likeness] = _Example(alike.likeness, group, person_id, alike.own)

    @property
    def people(self) -> Iterator[str]:
        """The ids of the persons to be asked about."""
        return (example.person_id for example in self._examples.values())

    def answers(
        self, decisions: DecisionService, last: LastRevision, numbers: Mapping[str, Niss]
    ) -> dict[Hashable, bool]:
        """Return what the policy says of each likeness, all from what was known at one revision.

        `numbers`: those of `people`. Raises StoreUnavailableError, UndecidedError, ProjectionError.
        """
        known_at = moments.text_of(last.recorded_at)
        examples = list(self._examples.values())
        answers: dict[Hashable, bool] = {}
        for start in range(0, len(examples), BATCH):
            batch = examples[start : start + BATCH]
            questions = [
                question_of(each.group, numbers[each.person_id], self._means[each.person_id], known_at, each.own)
                for each in batch
            ]
            for example, decision in zip(batch, decisions.decide(questions, now=self._place.at), strict=True):
                if decision.error is not None:
                    raise UndecidedError("some question could not be decided, so nothing is known of the groups")
                if decision.facts != last.revision:
                    raise ProjectionError("decisions are answered from another store than the people are read from")
                answers[example.likeness] = decision.answer.allowed
        return answers

    def members(self, answers: Mapping[Hashable, bool], holders: Holders) -> dict[Group, frozenset[str]]:
        """Return who is in each group, by person id."""
        return {group: self._members(group, alike, answers, holders) for group, alike in self._alike.items()}

    @staticmethod
    def _members(
        group: Group, alike: tuple[Alike, ...], answers: Mapping[Hashable, bool], holders: Holders
    ) -> frozenset[str]:
        membership = MEMBERSHIPS[group.kind]
        if membership.asked is None:
            return holders.of(group)
        allowed = frozenset(person_id for each in alike if answers.get(each.likeness) for person_id in each)
        return allowed if membership.held is None else allowed & holders.of(group)
