"""Why entries of people and containers come and go, and why any entry holds what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final
from urllib.parse import unquote

from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.vocabulary import Domain
from authz_service.services.projection.bearing import Fact
from authz_service.services.projection.known import Known, KnownPerson
from authz_service.sync.entries import EntryKind
from authz_service.sync.plans import Action, AttributeChange, DriftKind, PlannedChange
from authz_service.sync.reasons import Reason, ReasonKind, facts_told
from authz_service.sync.targets import ContainerMapping, GroupMapping, PeopleMapping, Target

__all__ = ["REPAIRS", "EntryReasons", "group_of", "person_id_of"]

REPAIRS: Final = "the target repairs what others change"
_OF_PERSON: Final = frozenset({"first_name", "name", "language", "national_number"})
_OF_CONTACT: Final = frozenset({"user_name", "email"})
_OF_CAPACITY: Final = frozenset({"capacity_type", "capacity_identifier"})
_OF_RECORDS: Final = _OF_PERSON | _OF_CONTACT | _OF_CAPACITY | {"enterprise_name"}
"""Fields that can say something else while what they are of stays the same."""
_HANDS: Final = {
    DriftKind.DELETED: "somebody else deleted the entry",
    DriftKind.MOVED: "somebody else moved the entry",
}


class EntryReasons:
    """Why entries of people and containers come and go, and why any entry looks as it does."""

    def __init__(self, target: Target, known: Known) -> None:
        self._target = target
        self._known = known

    def reasons(self, change: PlannedChange) -> Iterator[Reason]:
        """Yield the reasons of a change, members apart; of a person who is not known here, without facts."""
        for drift, told in _HANDS.items():
            if drift in change.drift:
                yield Reason(ReasonKind.HAND, f"{told}; {REPAIRS}")
        if change.action is not Action.CHANGE and change.kind is EntryKind.PERSON:
            yield self._person(change)
        if change.action is not Action.CHANGE and change.kind is EntryKind.CONTAINER:
            yield self._container(change)
        if change.kind is EntryKind.PERSON and change.action is Action.ADD and _is_disabled(change):
            yield self._disabled(change)
        if change.new_dn is not None and DriftKind.MOVED not in change.drift:
            yield self._said(change, "its name", self._mapping(change).dn.fields)
        for each in change.attributes:
            yield self._attribute(change, each)

    def _person(self, change: PlannedChange) -> Reason:
        facts = self._standing(change)
        if change.action is Action.ADD:
            facts = tuple(fact for fact in facts if fact.is_in_force)
            lead, otherwise = "stands there", "is a member of a group, or has an account in force"
        else:
            lead, otherwise = "has no account in a capacity in force there, and is a member of no group", ""
        told = facts_told(f"{person_id_of(change.key)} {lead}", facts, otherwise)
        return self._about_person(ReasonKind.ENTRY, change, told, facts)

    def _about_person(self, kind: ReasonKind, change: PlannedChange, told: str, facts: tuple[Fact, ...]) -> Reason:
        return Reason(kind, told, person_id=person_id_of(change.key), facts=facts, revision=self._known.revision)

    def _standing(self, change: PlannedChange) -> tuple[Fact, ...]:
        person = self._known_person(change)
        if person is None:
            return ()
        enterprises = self._target.enterprises
        if change.desired is not None:
            enterprises = change.desired.enterprises
        elif self._target.mapped.people.one_for_each_enterprise:
            enterprises = frozenset(change.key.split("/")[2:])
        return person.standing(self._target.domains, enterprises)

    def _known_person(self, change: PlannedChange) -> KnownPerson | None:
        return self._known.people.get(person_id_of(change.key)) if change.kind is EntryKind.PERSON else None

    def _disabled(self, change: PlannedChange) -> Reason:
        facts = self._standing(change)
        lead = "every account is blocked" if _is_disabled(change) else "not every account is blocked"
        told = facts_told(f"{person_id_of(change.key)}: {lead}", facts)
        return self._about_person(ReasonKind.DISABLED, change, told, facts)

    def _container(self, change: PlannedChange) -> Reason:
        _, name, *of = change.key.split("/")
        if not of:
            return Reason(ReasonKind.MAPPING, f"the target's container {name}")
        facts = self._place(unquote(of[0]))
        lead = "stands for" if change.action is Action.ADD else "what it stood for is no more, or none of the target's"
        return Reason(ReasonKind.ENTRY, facts_told(lead, facts), facts=facts, revision=self._known.revision)

    def _place(self, of: str) -> tuple[Fact, ...]:
        return self._known.enterprises.get(of) or self._known.capacities.get(of, ())

    # --- what entries hold --------------------------------------------------------------------------------------------

    def _attribute(self, change: PlannedChange, attribute: AttributeChange) -> Reason:
        name = attribute.change.attribute
        if attribute.by_others:
            return Reason(ReasonKind.HAND, f"somebody else changed {name}; {REPAIRS}")
        disabling = self._target.mapped.people.disabling
        if change.kind is EntryKind.PERSON and disabling is not None and name.lower() == disabling.attribute.lower():
            return self._disabled(change)
        return self._said(change, name, self._fields(change, name))

    def _said(self, change: PlannedChange, what: str, fields: frozenset[str]) -> Reason:
        """Return what says what is in an attribute, or in the name: records, where fields of theirs are asked for."""
        if not fields & _OF_RECORDS:
            return Reason(ReasonKind.MAPPING, f"the target's mapping says {what}")
        facts = tuple(dict.fromkeys(self._sources(change, fields)))
        told = facts_told(f"{what} says what is known, as the target's mapping has it", facts)
        return Reason(ReasonKind.DATA, told, facts=facts, revision=self._known.revision)

    def _sources(self, change: PlannedChange, fields: frozenset[str]) -> Iterator[Fact]:
        person = self._known_person(change)
        if person is not None and fields & _OF_PERSON:
            yield from person.records
        if person is not None and fields & _OF_CONTACT:
            yield from person.contacts
        desired = change.desired
        if desired is None:
            return
        if "enterprise_name" in fields:
            for number in sorted(desired.enterprises):
                yield from self._known.enterprises.get(number, ())
        if fields & _OF_CAPACITY:
            of = desired.group.capacity_id if desired.group else unquote(change.key.split("/")[-1])
            yield from self._known.capacities.get(of, ())

    def _fields(self, change: PlannedChange, attribute: str) -> frozenset[str]:
        mapping = self._mapping(change)
        lowered = attribute.lower()
        filled = [templates for name, templates in mapping.attributes if name.lower() == lowered]
        naming = [template for kind, template in mapping.dn.rdns[:1] if kind.lower() == lowered]
        return frozenset[str]().union(*(template.fields for template in chain(naming, *filled)))

    def _mapping(self, change: PlannedChange) -> ContainerMapping | PeopleMapping | GroupMapping:
        mapped = self._target.mapped
        if change.kind is EntryKind.PERSON:
            return mapped.people
        if change.kind is EntryKind.GROUP:
            return mapped.groups[group_of(change).kind]
        name = change.key.split("/")[1]
        return next(mapping for mapping in mapped.containers if mapping.name == name)


def _is_disabled(change: PlannedChange) -> bool:
    return change.desired is not None and change.desired.disabled


def person_id_of(key: str) -> str:
    """Return the id of the person whose entry has this key."""
    return key.split("/")[1]


def group_of(change: PlannedChange) -> Group:
    """Return which group a change is of: that of the entry wanted, else the one in the key."""
    if change.desired is not None and change.desired.group is not None:
        return change.desired.group
    kind, number, *rest = (unquote(part) for part in change.key.split("/")[1:])
    capacity_id, domain, thing, context, mandator = [*rest, *[""] * 5][:5]
    return Group(GroupKind(kind), number, capacity_id, Domain(domain), thing, context, mandator)
