"""Why somebody is, or is not, in a group: the question it stands for, the answer with its rules, the facts behind it.

The answers are the policy's, asked as for a projection: one question for all who stand alike, since a standing is all
that the policy sees of anybody (alike.py).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from authz_service.domain import moments
from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import Phase
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.questions import Answer
from authz_service.domain.records import ApplicationRecord, MandateRecord, PersonRecord
from authz_service.domain.vocabulary import REASON_CLASSES, Reason, ReasonClass
from authz_service.services.decisions import DecisionService
from authz_service.services.projection.accounts import Holders, accounts_of
from authz_service.services.projection.alike import PeopleAlike
from authz_service.services.projection.bearing import (
    Fact,
    bearing_relations,
    enterprise_fact,
    latest,
    mandate_fact,
    record_fact,
)
from authz_service.services.projection.errors import ProjectionError, UndecidedError
from authz_service.services.projection.groups import NEVER_IN_FORCE, Posed, groups_of
from authz_service.services.projection.memberships import MEMBERSHIPS, Own, question_of, strongest
from authz_service.services.projection.places import Place, bearer_of, place_of
from authz_service.store.database import Database
from authz_service.store.enterprise_changes import given_in
from authz_service.store.enterprise_facts import EnterpriseFacts, LastRevision, last_revision, read_enterprise
from authz_service.store.snapshot import Snapshot

__all__ = ["Cause", "Causes", "EnterpriseCauses"]

BATCH: Final = 1000
"""Questions in one statement."""
FEW: Final = 500
"""Of so many people, only what is theirs is read."""
_OF_CAPACITY: Final = frozenset({Reason.APPLICATION_NOT_IN_CAPACITY, Reason.UNKNOWN_RESOURCE})
"""Reasons that a capacity's own record may be behind."""
_OF_APPLICATION: Final = frozenset(
    {
        Reason.APPLICATION_NOT_IN_CAPACITY,
        Reason.APPLICATION_NOT_MANDATABLE,
        Reason.ASSURANCE_TOO_LOW,
        Reason.UNKNOWN_APPLICATION,
        Reason.UNKNOWN_RESOURCE,
    }
)
"""Reasons that an application's own record may be behind."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a person is, or is not, a member of a group.

    `asked`: the action, and the type and id of the resource that it is asked of; None: no question tells, only the
    relation (`rules` is empty then), or there is nothing to ask about. `answer`: what was answered. `facts`: what
    bears on it, in force at the instant asked about or over. `revision`: of the facts.
    """

    group: Group
    person_id: str
    is_member: bool
    asked: tuple[str, str, str] | None
    answer: Answer | None
    facts: tuple[Fact, ...]
    revision: int

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that grant or refuse."""
        return self.answer.rules if self.answer else ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason codes of a "no"."""
        return self.answer.reasons if self.answer else ()


@dataclass(slots=True)
class _Answers:
    """What was answered, by likeness, and under which likenesses each person stands towards each group.

    An own resource has an id and a likeness of its own, so that somebody can have several towards one group.
    """

    likenesses: dict[Group, dict[str, list[tuple[str, Hashable]]]] = field(default_factory=dict)
    given: dict[Hashable, Answer] = field(default_factory=dict)

    def of(self, group: Group, person_id: str) -> tuple[str, Answer | None]:
        """Return the id of the own resource ("": none) and the answer; of several the yes, as one is enough."""
        known = self.likenesses.get(group, {}).get(person_id, ())
        answers = [(own, self.given[likeness]) for own, likeness in known]
        return min(answers, key=lambda each: not each[1].allowed, default=("", None))


class EnterpriseCauses:
    """Why people are in the groups of one enterprise, at one facts revision and one instant. Values only."""

    def __init__(
        self,
        facts: EnterpriseFacts,
        last: LastRevision,
        at: int,
        levels: Mapping[str, int],
        place: Place | None = None,
        groups: Iterable[Group] = (),
        answers: _Answers | None = None,
    ) -> None:
        """`at`: UTC microseconds; `levels`: of the means of authentication; `groups`: those that the enterprise has.

        `place`: with the people asked about, None: the enterprise is not in force then.
        """
        self.revision: Final = last.revision
        self.at: Final = at
        self._facts = facts
        self._levels = levels
        self._place = place
        self._groups = frozenset(groups)
        self._answers = answers or _Answers()
        self._holders = Holders(place, accounts_of(place)) if place else None
        self._held: dict[Group, frozenset[str]] = {}
        self._persons: dict[str, list[PersonRecord]] = {}
        for person in facts.persons:
            self._persons.setdefault(person.person_id, []).append(person)
        numbers = {each.enterprise_id: each.number for each in facts.mandators}
        self._mandates: dict[str, list[MandateRecord]] = {}
        for mandate in _newest(facts.mandates, at):
            self._mandates.setdefault(numbers.get(mandate.mandator_id, ""), []).append(mandate)

    def has(self, group: Group) -> bool:
        """Return whether the enterprise has this group now, be anybody in it or nobody."""
        return group in self._groups

    def verdict(self, group: Group, person_id: str) -> tuple[bool, Answer | None]:
        """Return whether a person is a member, and what was answered: `of` without the facts."""
        membership = MEMBERSHIPS[group.kind]
        if self._place is None:
            return False, None
        holds = membership.held is None or self._is_held(group, person_id)
        if membership.asked is None:
            return holds, None
        answer = self._answers.of(group, person_id)[1]
        return holds and answer is not None and answer.allowed, answer

    def of(self, group: Group, person_id: str) -> Cause:
        """Return why a person is, or is not, in a group; both are among those that were asked for."""
        if self._place is None:
            facts = self._enterprise()
            return Cause(
                group, person_id, is_member=False, asked=None, answer=None, facts=facts, revision=self.revision
            )
        is_member, answer = self.verdict(group, person_id)
        bearing = bearing_relations(group, self._place.relations.get(person_id, ()), self._place)
        mandates = self._covering(group) if group.kind is GroupKind.MANDATE_APPLICATION else ()
        facts = _telling(is_member, (*bearing, *latest(mandates)))
        if answer is not None and not answer.allowed:
            facts += self._behind(answer.reasons, group, person_id)
        own = self._answers.of(group, person_id)[0]
        return Cause(group, person_id, is_member, _asked(group, own), answer, facts, self.revision)

    def group(self, group: Group) -> tuple[Fact, ...]:
        """Return what a group stands for: enterprise or capacity, what stands in the catalogue, mandates; or stood."""
        found = [*self._enterprise()] if self._place is None or not group.capacity_id else [*self._capacity(group)]
        if group.kind in {GroupKind.APPLICATION, GroupKind.MANDATE_APPLICATION}:
            found += self._application(group)
        if group.kind is GroupKind.FLEMISH_RIGHT:
            records = [right for right in self._facts.rights if right.code == group.object]
            found += latest(record_fact("right", right.code, right.valid, self.at) for right in records)
        if group.kind is GroupKind.MANDATE_APPLICATION:
            found += latest(self._covering(group))
        return tuple(found)

    # --- facts --------------------------------------------------------------------------------------------------------

    def _is_held(self, group: Group, person_id: str) -> bool:
        if group not in self._held:
            self._held[group] = self._holders.of(group) if self._holders else frozenset()
        return person_id in self._held[group]

    def _behind(self, reasons: Collection[Reason], group: Group, person_id: str) -> tuple[Fact, ...]:
        """Return the records, other than relations, that the reasons of a "no" may come from."""
        classes = {REASON_CLASSES[reason] for reason in reasons}
        found: list[Fact] = []
        if ReasonClass.IDENTITY in classes:
            records = self._persons.get(person_id, ())
            found += latest(record_fact("person", person_id, each.valid, self.at, self._key(each)) for each in records)
        if ReasonClass.ENTERPRISE in classes:
            found += self._enterprise()
        if not _OF_CAPACITY.isdisjoint(reasons):
            found += self._capacity(group)
        if not _OF_APPLICATION.isdisjoint(reasons):
            found += self._application(group)
        return tuple(found)

    def _key(self, person: PersonRecord) -> str:
        means = strongest(person.digital_keys, self._levels)
        return "no_digital_key" if means is None else f"strongest digital key {means}"

    def _enterprise(self) -> tuple[Fact, ...]:
        return latest(enterprise_fact(record, self.at) for record in self._facts.namesakes)

    def _capacity(self, group: Group) -> tuple[Fact, ...]:
        records = [capacity for capacity in self._facts.capacities if capacity.capacity_id == group.capacity_id]
        return latest(record_fact("capacity", record.capacity_id, record.valid, self.at) for record in records)

    def _application(self, group: Group) -> tuple[Fact, ...]:
        records = self._applications(group)
        return latest(record_fact("application", record.code, record.valid, self.at) for record in records)

    def _applications(self, group: Group) -> list[ApplicationRecord]:
        return [application for application in self._facts.applications if application.code == group.object]

    def _covering(self, group: Group) -> list[Fact]:
        """Return the mandates of the group's mandator that cover its application."""
        covered = {(each.mandate_system, each.mandate_group) for each in self._applications(group)}
        return [
            mandate_fact(mandate, self.at)
            for mandate in self._mandates.get(group.mandator_number, ())
            if not covered.isdisjoint((mandate.system, covers) for covers in mandate.groups)
        ]


def _telling(is_member: bool, facts: Iterable[Fact]) -> tuple[Fact, ...]:  # noqa: FBT001 - the answer
    """Return what makes a member: what is in force; what keeps somebody out may also be what has ended."""
    return tuple(fact for fact in facts if fact.is_in_force) if is_member else tuple(facts)


def _newest(mandates: Iterable[MandateRecord], at: int) -> list[MandateRecord]:
    """Return each mandate once, in the wording that is valid, else in its last one."""
    wordings: dict[str, MandateRecord] = {}
    for mandate in sorted(mandates, key=lambda each: (each.valid.phase(at) is Phase.DURING, each.valid.since)):
        wordings[mandate.mandate_id] = mandate
    return list(wordings.values())


def _asked(group: Group, own: str) -> tuple[str, str, str] | None:
    asked = MEMBERSHIPS[group.kind].asked
    if asked is None:
        return None
    resource_id = own if isinstance(asked.resource, Own) else asked.resource(group)
    return asked.action.value, RESOURCE_OF[asked.action].value, resource_id


@dataclass(frozen=True, slots=True)
class _Example:
    """One of those who are answered alike. `own`: the id of his own resource, where the group asks for one."""

    group: Group
    person_id: str
    own: str


@dataclass(frozen=True, slots=True)
class Causes:
    """Finds out why. May be used from any thread. `levels`: of each means of authentication, as for a projection."""

    database: Database
    decisions: DecisionService
    levels: Mapping[str, int]

    def of(
        self, enterprise_number: str, asked: Mapping[Group, Collection[str]], at: int | None = None
    ) -> EnterpriseCauses:
        """Return why these people (by id) are, or are not, in these groups of an enterprise.

        `at`: UTC microseconds (default: the present). It reads the enterprise once (of few people, only what is
        theirs), and asks one question for all who stand alike, a thousand in a statement.
        Raises StoreUnavailableError, KeyFileMismatchError, UndecidedError, ProjectionError.
        """
        with Snapshot(self.database, moments.now() if at is None else at) as snapshot:
            last = last_revision(snapshot)
            instant = snapshot.at if at is not None else max(snapshot.at, last.recorded_at)
            named = read_enterprise(snapshot, enterprise_number, None)
            bearer = bearer_of(named.namesakes, enterprise_number, instant)
            if bearer is None:
                return EnterpriseCauses(named, last, instant, self.levels)
            wanted = frozenset(person_id for people in asked.values() for person_id in people)
            only = wanted if len(wanted) <= FEW else None
            facts = read_enterprise(snapshot, enterprise_number, bearer.enterprise_id, only)
            given = None if only is None else given_in(snapshot, bearer.enterprise_id, instant, never=NEVER_IN_FORCE)
            posed = {each.group: each for each in groups_of(place_of(facts, bearer, instant), given=given)}
            facts = replace(facts, persons=_persons(snapshot, facts, wanted))
            place = place_of(facts, bearer, instant)
            means = {person_id: strongest(each.digital_keys, self.levels) for person_id, each in place.persons.items()}
            answers, examples = _sorted(place, means, posed, asked)
            numbers = snapshot.national_numbers({example.person_id for example in examples.values()})
        self._ask(answers, examples, means, numbers, last, instant)
        return EnterpriseCauses(facts, last, instant, self.levels, place, posed, answers)

    def _ask(
        self,
        answers: _Answers,
        examples: Mapping[Hashable, _Example],
        means: Mapping[str, str | None],
        numbers: Mapping[str, Niss],
        last: LastRevision,
        at: int,
    ) -> None:
        known_at = moments.text_of(last.recorded_at)
        likenesses = list(examples)
        for start in range(0, len(likenesses), BATCH):
            batch = likenesses[start : start + BATCH]
            questions = [
                question_of(each.group, numbers[each.person_id], means[each.person_id], known_at, each.own)
                for each in map(examples.__getitem__, batch)
            ]
            for likeness, decision in zip(batch, self.decisions.decide(questions, now=at), strict=True):
                if decision.error is not None:
                    raise UndecidedError("some question could not be decided, so nothing is known of the groups")
                if decision.facts != last.revision:
                    raise ProjectionError("decisions are answered from another store than the people are read from")
                answers.given[likeness] = decision.answer


def _persons(snapshot: Snapshot, facts: EnterpriseFacts, wanted: frozenset[str]) -> tuple[PersonRecord, ...]:
    """Return those wanted, whether or not they still stand in the enterprise."""
    here = tuple(person for person in facts.persons if person.person_id in wanted)
    missing = wanted.difference(person.person_id for person in here)
    return (*here, *(snapshot.find(PersonRecord, person_id=tuple(sorted(missing))) if missing else ()))


def _sorted(
    place: Place,
    means: Mapping[str, str | None],
    posed: Mapping[Group, Posed],
    asked: Mapping[Group, Collection[str]],
) -> tuple[_Answers, dict[Hashable, _Example]]:
    """Return under which likeness each person stands towards each group, and of each likeness one who can be asked."""
    people = PeopleAlike(place, means)
    answers, examples = _Answers(), dict[Hashable, _Example]()
    for group, wanted in asked.items():
        standing: dict[str, list[tuple[str, Hashable]]] = {}
        for alike in people.towards(posed.get(group) or Posed(group, group)):
            for person_id in alike:
                if person_id in wanted:
                    standing.setdefault(person_id, []).append((alike.own, alike.likeness))
                    examples.setdefault(alike.likeness, _Example(group, person_id, alike.own))
        answers.likenesses[group] = standing
    return answers, examples
