"""The authority matrix: enterprise by enterprise, who holds which right where, by which rules, since which record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import BEGINNING
from authz_service.domain.questions import Answer
from authz_service.domain.vocabulary import Action, ResourceType
from authz_service.services.decisions import DecisionService
from authz_service.services.matrix.asking import BATCH, Asking, Cell
from authz_service.services.matrix.grounds import Ground, grounds_of
from authz_service.services.matrix.likeness import Likenesses
from authz_service.services.matrix.surroundings import Surroundings, read_surroundings
from authz_service.services.matrix.targets import Target
from authz_service.services.projection.bearing import Fact, relation_fact
from authz_service.store.database import Database
from authz_service.store.enterprise_facts import last_revision
from authz_service.store.known_then import SnapshotThen
from authz_service.store.snapshot import Snapshot

__all__ = ["AuthorityMatrix", "EnterpriseMatrix", "Granted", "Right", "Wanted"]


@dataclass(frozen=True, slots=True)
class Granted:
    """What a right rests on: records that are enough together, and the rules that grant by them.

    `since`: when the last of them began (UTC microseconds), None when it has always been so.
    """

    records: tuple[Fact, ...]
    rules: tuple[str, ...]
    since: int | None


@dataclass(frozen=True, slots=True)
class Right:
    """One person may do one action on these resources: a cell of the matrix, and why.

    `own`: on what is his own. `of`: with which applications, channels, contexts or partners, () where none is named.
    `about`: ids of the persons whom it may be done with, () where none is named. `rules`: of the answer.
    `granted`: each by itself enough; after the first, it is also granted by the others.
    """

    person_id: str
    person_name: str
    action: Action
    target: Target
    own: bool
    of: tuple[str, ...]
    about: tuple[str, ...]
    rules: tuple[str, ...]
    granted: tuple[Granted, ...]

    @property
    def resource_ids(self) -> tuple[str, ...]:
        """The ids of all resources that this is said of."""
        holders, ids = self.target.holders, self.target.resource_ids
        return tuple(each for each in ids if (holders.get(each) == self.person_id) == self.own) if holders else ids


@dataclass(frozen=True, slots=True)
class _Line:
    """What a class of people may all do."""

    cell: Cell
    of: tuple[str, ...]
    about: tuple[str, ...]
    rules: tuple[str, ...]
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class EnterpriseMatrix:
    """Everything that people may do for one enterprise, at one instant, from what was known at one facts revision."""

    around: Surroundings
    policy: str
    _likenesses: Likenesses
    _lines: tuple[_Line, ...]

    @property
    def number(self) -> str:
        """The enterprise number."""
        return self.around.enterprise.number

    @property
    def name(self) -> str:
        """The name of the enterprise."""
        return self.around.enterprise.name

    def rights(self) -> Iterator[Right]:
        """Yield the rights: target by target, action by action, then by person."""
        for _, lines in groupby(self._lines, key=lambda line: (id(line.cell.target), line.cell.action)):
            yield from sorted(
                (self._right(person_id, line) for line in lines for person_id in line.cell.people),
                key=lambda right: (right.person_name, right.person_id, right.own, right.of),
            )

    def _right(self, person_id: str, line: _Line) -> Right:
        person, cell = self.around.persons[person_id], line.cell
        name = " ".join(filter(None, (person.first_name, person.name)))
        granted = tuple(self._granted(person_id, line, ground) for ground in line.grounds)
        return Right(
            person_id, name, cell.action, cell.target, cell.own, line.of, line.about, line.rules, _ordered(granted)
        )

    def _granted(self, person_id: str, line: _Line, ground: Ground) -> Granted:
        target, at = line.cell.target, self.around.at
        is_assignment = line.cell.own and target.resource_type is ResourceType.ROLE_ASSIGNMENT
        begun: dict[object, int] = {}
        records: list[Fact] = []
        for relation in self.around.relations[person_id]:
            mark: object = self._likenesses.mark(relation, target.topic)
            if is_assignment and relation.relation_id in target.holders:
                mark = relation.relation_id
            elif mark not in ground.marks:
                continue
            records.append(relation_fact(relation, at))
            begun[mark] = min(relation.period.since, begun.get(mark, relation.period.since))
        since = max(begun.values(), default=BEGINNING)
        return Granted(tuple(records), ground.rules, since if since > BEGINNING else None)


def _ordered(granted: tuple[Granted, ...]) -> tuple[Granted, ...]:
    """Return what has been so for longest first."""
    return tuple(sorted(granted, key=lambda each: each.since if each.since is not None else BEGINNING))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a matrix is wanted of; "" and None: of all. `at`, `known_at`: UTC microseconds, None: now.

    `person`: a national number, or the id of a person.
    """

    enterprise_number: str = ""
    person: Niss | str = ""
    capacity_id: str = ""
    at: int | None = None
    known_at: int | None = None


_NO_ONE: Final = "-"
"""An id that nobody has."""


@dataclass(frozen=True, slots=True)
class AuthorityMatrix:
    """Makes matrices. `levels`: of the means of authentication; `decisions` must answer from the same store."""

    database: Database
    decisions: DecisionService
    levels: Mapping[str, int]

    def of(self, wanted: Wanted) -> Iterator[EnterpriseMatrix]:
        """Yield the matrix of each enterprise concerned, by number, as many as have something to say.

        One enterprise is in memory at a time, and all are told from one facts revision.
        Raises StoreUnavailableError, KeyFileMismatchError, UndecidedError.
        """
        with Snapshot(self.database, 0) as snapshot:
            person_id = self._person_id(snapshot, wanted)
            last = last_revision(snapshot)
        known_at = last.recorded_at if wanted.known_at is None else wanted.known_at
        # The clock of whoever recorded may go ahead of ours: what was recorded last is in force all the same.
        at = max(moments.now(), last.recorded_at) if wanted.at is None else wanted.at
        with SnapshotThen(self.database, at, known_at) as snapshot:
            kinds = snapshot.kinds_of_enterprise()
            for number in snapshot.numbers(person_id, wanted.capacity_id):
                if wanted.enterprise_number in {"", number}:
                    around = read_surroundings(snapshot, number, kinds)
                    if around is not None:
                        yield self._matrix(snapshot, around, person_id, wanted.capacity_id)

    @staticmethod
    def _person_id(snapshot: Snapshot, wanted: Wanted) -> str:
        if isinstance(wanted.person, Niss):
            return snapshot.identify(wanted.person) or _NO_ONE
        return wanted.person

    def _matrix(
        self, snapshot: SnapshotThen, around: Surroundings, person_id: str, capacity_id: str
    ) -> EnterpriseMatrix:
        asking = Asking(around, self.levels, snapshot.national_numbers)
        people = [person_id] if person_id in around.persons else [] if person_id else None
        allowed = asking.allowed(self.decisions, people, capacity_id)
        lines = tuple(self._lines(asking, _grouped(allowed)))
        return EnterpriseMatrix(around, self.decisions.policy.revision, asking.likenesses, lines)

    def _lines(
        self, asking: Asking, grouped: list[tuple[list[tuple[Cell, Answer]], tuple[str, ...]]]
    ) -> Iterator[_Line]:
        for start in range(0, len(grouped), BATCH):
            batch = grouped[start : start + BATCH]
            cells = [cells[0][0] for cells, _ in batch]
            questions = asking.questions(cells)
            asked = [(question, cell.target.topic) for question, cell in zip(questions, cells, strict=True)]
            grounds = grounds_of(self.decisions, asked, asking.likenesses, asking.around.at, self.levels)
            for (together, about), cell, ground in zip(batch, cells, grounds, strict=True):
                of = tuple(dict.fromkeys(each.filling.told for each, _ in together if each.filling.told))
                rules = tuple(sorted({rule for _, answer in together for rule in answer.rules}))
                yield _Line(cell, of, about, rules, ground)


def _grouped(allowed: Iterable[tuple[Cell, Answer]]) -> list[tuple[list[tuple[Cell, Answer]], tuple[str, ...]]]:
    """Return the cells that are told in one line: of the same people and target, about the same persons."""
    columns: dict[tuple[object, ...], dict[str, list[tuple[Cell, Answer]]]] = {}
    for cell, answer in allowed:
        # Whom an action is about may call for a rule of its own: that is told with the others.
        rules = () if cell.others else answer.rules
        column = (id(cell.target), cell.action, cell.own, cell.people, rules)
        columns.setdefault(column, {}).setdefault(cell.filling.told, []).append((cell, answer))
    lines: list[tuple[list[tuple[Cell, Answer]], tuple[str, ...]]] = []
    for fillings in columns.values():
        about: dict[tuple[str, ...], list[tuple[Cell, Answer]]] = {}
        for cells in fillings.values():
            people = tuple(sorted(person_id for cell, _ in cells for person_id in cell.others))
            about.setdefault(people, []).extend(cells)
        lines += [(cells, people) for people, cells in about.items()]
    return lines
