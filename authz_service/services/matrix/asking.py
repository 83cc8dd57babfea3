"""Asking the policy for the cells of an enterprise's matrix: one question for all that must be answered alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.questions import Answer, Question
from authz_service.domain.vocabulary import Action, ResourceType, SubjectType
from authz_service.services.decisions import DecisionService
from authz_service.services.matrix.columns import NAMES_PERSON, Filling, fillings_of
from authz_service.services.matrix.likeness import Likenesses, Topic
from authz_service.services.matrix.surroundings import Surroundings
from authz_service.services.matrix.targets import Target, targets_of
from authz_service.services.projection.errors import UndecidedError

__all__ = ["Asking", "Cell", "Numbers"]

BATCH: Final = 1000
"""Questions in one statement."""
Numbers = Callable[[Collection[str]], Mapping[str, Niss]]
"""Finds the national numbers of persons by their ids."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One question, and all that it is asked for: whoever asks, of whichever resource, about whomever.

    `people`: who asks, alike. `own`: of their own account or assignment only, else of everybody else's. `resource_id`:
    one of the target's. `others`: whom the action is about, alike; () where it names nobody. `other`: one of them.
    """

    action: Action
    target: Target
    own: bool
    people: tuple[str, ...]
    person_id: str
    resource_id: str
    filling: Filling
    other: str = ""
    others: tuple[str, ...] = ()


class Asking:
    """The cells of one enterprise. Not for more than one thread."""

    def __init__(self, around: Surroundings, levels: Mapping[str, int], numbers: Numbers) -> None:
        """`levels`: of the means of authentication."""
        self.around: Final = around
        self.likenesses: Final = Likenesses(around, levels)
        self._find_numbers = numbers
        self._numbers: dict[str, Niss] = {}
        self._subjects: dict[Topic, tuple[tuple[str, ...], ...]] = {}
        self._candidates: dict[Topic, tuple[tuple[str, ...], ...]] = {}

    def allowed(
        self, decisions: DecisionService, people: Collection[str] | None, capacity_id: str
    ) -> Iterator[tuple[Cell, Answer]]:
        """Yield the cells to which the policy says yes, target by target. `people`: who asks (None: everybody).

        `capacity_id`: only what is asked there. Raises StoreUnavailableError, UndecidedError.
        """
        cells = self._cells(people, capacity_id)
        while batch := list(islice(cells, BATCH)):
            questions = self.questions(batch)
            for cell, decision in zip(batch, decisions.decide(questions, now=self.around.at), strict=True):
                if decision.error is not None:
                    raise UndecidedError("some question could not be decided, so nothing is known of the matrix")
                if decision.answer.allowed:
                    yield cell, decision.answer

    def questions(self, cells: Iterable[Cell]) -> list[Question]:
        """Return what is asked for each cell. Raises StoreUnavailableError."""
        asked = list(cells)
        wanted = {each for cell in asked for each in (cell.person_id, cell.other) if each} - self._numbers.keys()
        if wanted:
            self._numbers.update(self._find_numbers(wanted))
        return [self._question(cell) for cell in asked]

    def _question(self, cell: Cell) -> Question:
        number, target = self._numbers[cell.person_id].digits, cell.target
        context: dict[str, Any] = {"known_at": moments.text_of(self.around.last.recorded_at)}
        means = self.likenesses.means[cell.person_id]
        if means is not None:
            context["authentication_means"] = means
        if target.resource_type is ResourceType.APPLICATION:
            context["capacity"] = target.capacity_id
        if target.mandators:
            context["for_enterprise"] = target.mandators[0]
        properties = dict(cell.filling.properties)
        if cell.other:
            properties[NAMES_PERSON[cell.action]] = self._numbers[cell.other].digits
        return Question(
            subject_type=SubjectType.PERSON,
            subject_id=number,
            subject_properties={"acting_for": self.around.enterprise.number},
            action=cell.action,
            action_properties=properties,
            resource_type=target.resource_type,
            resource_id=number if target.is_own_record else cell.resource_id,
            context=context,
        )

    # --- what there is to ask -----------------------------------------------------------------------------------------

    def _cells(self, people: Collection[str] | None, capacity_id: str) -> Iterator[Cell]:
        for target in targets_of(self.around):
            if capacity_id and target.capacity_id != capacity_id:
                continue
            for action in target.actions:
                yield from self._of_column(target, action, people)

    def _of_column(self, target: Target, action: Action, people: Collection[str] | None) -> Iterator[Cell]:
        fillings = fillings_of(action, self.around, target)
        if not fillings:
            return
        named = self._candidates_of(target.topic) if action in NAMES_PERSON else ()
        for alike in self._subjects_of(target.topic, people):
            for own, asking, person_id, resource_id in _parts(target, alike):
                for filling in fillings:
                    if action not in NAMES_PERSON:
                        yield Cell(action, target, own, asking, person_id, resource_id, filling)
                    for others in named:
                        # Somebody else where there is one, so that what is his is not taken for the asker's own.
                        other = next((each for each in others if each != person_id), person_id)
                        yield Cell(action, target, own, asking, person_id, resource_id, filling, other, others)

    def _subjects_of(self, topic: Topic, people: Collection[str] | None) -> tuple[tuple[str, ...], ...]:
        if topic not in self._subjects:
            self._subjects[topic] = _classes(self.likenesses.subjects(topic, people))
        return self._subjects[topic]

    def _candidates_of(self, topic: Topic) -> tuple[tuple[str, ...], ...]:
        if topic not in self._candidates:
            self._candidates[topic] = _classes(self.likenesses.candidates(topic))
        return self._candidates[topic]


def _classes(alike: Mapping[Hashable, list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(sorted(people)) for people in alike.values())


def _parts(target: Target, alike: tuple[str, ...]) -> Iterator[tuple[bool, tuple[str, ...], str, str]]:
    """Yield who asks of what is another's, and who of what is his own: with one of them, and one resource of the kind.

    Of a target that is nobody's, all ask the same.
    """
    if not target.holders:
        yield False, alike, alike[0], target.resource_ids[0]
        return
    first: dict[str, str] = {}
    for resource_id in target.resource_ids:
        first.setdefault(target.holders[resource_id], resource_id)
    asking = alike if len(first) > 1 else tuple(each for each in alike if each not in first)
    if asking:
        person_id = asking[0]
        another = next(resource_id for holder, resource_id in first.items() if holder != person_id)
        yield False, asking, person_id, another
    holding = tuple(each for each in alike if each in first)
    if holding:
        yield True, holding, holding[0], first[holding[0]]
