"""What actions are asked of in an enterprise: each resource, those that are alike together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.facts import RelationFact
from authz_service.domain.moments import Phase
from authz_service.domain.records import ApplicationRecord, CapacityRecord, MandateRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action, MandateSystem, RelationKind, ResourceType
from authz_service.services.matrix.likeness import ENTERPRISE, Topic
from authz_service.services.matrix.surroundings import Surroundings

__all__ = ["OWN_RECORD", "Target", "targets_of"]

OWN_RECORD: Final = "own record"
"""Stands for the number of whoever asks about himself."""
_REGISTRIES: Final = {MandateSystem.MAHIS: Action.CREATE_MANDATE, MandateSystem.SSM: Action.CREATE_SSM_MANDATE}
_MANDATE_APPLICATIONS: Final = frozenset({"EBOX", "MAHIS_CONSULT", "MAHIS_MANAGE"})
"""What opens mandates and the e-Box to a user, from whatever social-security capacity (S-14)."""
_EVERYWHERE: Final = Topic(applications=_MANDATE_APPLICATIONS)


@dataclass(frozen=True, slots=True)
class Target:
    """Resources that are alike, of which the same actions are asked and answered alike.

    `holders`: by the id of an account or role assignment, whose it is; whoever holds one is asked about his own apart.
    `capacity_id`: where they are, "" for the whole enterprise. `told`: what they are, in a few words of English.
    `mandators`: numbers of enterprises that are acted for, alike. `side`: of the enterprise in a mandate.
    """

    resource_type: ResourceType
    resource_ids: tuple[str, ...]
    topic: Topic
    actions: tuple[Action, ...]
    capacity_id: str = ""
    told: str = ""
    holders: Mapping[str, str] = field(default_factory=dict)
    mandators: tuple[str, ...] = ()
    side: str = ""

    @property
    def is_own_record(self) -> bool:
        """Whether it is everybody's own personal record."""
        return self.resource_type is ResourceType.PERSON


_OF_ENTERPRISE: Final = (
    Action.ACTIVATE_ACCOUNT,
    Action.DESIGNATE_CHIEF_ACCESS_MANAGER,
    Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER,
    Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER,
    Action.LINK_PERSON,
    Action.REMOVE_CO_CHIEF_ACCESS_MANAGER,
    Action.REMOVE_FLEMISH_HEAD_LOCAL_MANAGER,
    Action.VIEW_CHIEF_ACCESS_MANAGER,
)
_OF_EBOX: Final = (Action.ACTIVATE_EBOX, Action.READ_EBOX)
_OF_RIGHT: Final = (Action.END_FLEMISH_RIGHT, Action.GRANT_FLEMISH_RIGHT, Action.USE_FLEMISH_RIGHT)


def _asked_of(kind: ResourceType) -> tuple[Action, ...]:
    return tuple(action for action, resource_type in RESOURCE_OF.items() if resource_type is kind)


def targets_of(around: Surroundings) -> Iterator[Target]:
    """Yield all that actions are asked of: the enterprise, then capacity by capacity, then mandates, then oneself."""
    number = (around.enterprise.number,)
    kind = ResourceType.ENTERPRISE
    yield Target(kind, number, ENTERPRISE, _OF_ENTERPRISE)
    yield Target(kind, number, _EVERYWHERE, _OF_EBOX, told="e-Box")
    for code in sorted(around.rights):
        yield Target(kind, number, Topic(rights=frozenset({code})), _OF_RIGHT, told=code)
    for capacity_id in sorted(around.capacities):
        capacity = around.capacities[capacity_id]
        topic = Topic(capacity_id)
        yield Target(ResourceType.CAPACITY, (capacity_id,), topic, _asked_of(ResourceType.CAPACITY), capacity_id)
        yield from _accounts(around, capacity)
        yield from _applications(around, capacity)
    yield from _role_assignments(around)
    for system, action in _REGISTRIES.items():
        yield Target(ResourceType.MANDATE_REGISTRY, (system.value,), _EVERYWHERE, (action,))
    yield from _mandates(around)
    yield Target(ResourceType.PERSON, (OWN_RECORD,), ENTERPRISE, _asked_of(ResourceType.PERSON), told=OWN_RECORD)


def _accounts(around: Surroundings, capacity: CapacityRecord) -> Iterator[Target]:
    """An account is seen by its kind and its state, when it is in force; whose it is matters to himself alone."""
    alike: dict[tuple[str, str], dict[str, str]] = {}
    for relation in _relations(around):
        is_here = relation.kind in ACCOUNT_KINDS and relation.capacity_id == capacity.capacity_id
        if is_here and relation.period.phase(around.at) is Phase.DURING:
            state = "blocked" if relation.state == "blocked" else "active"
            alike.setdefault((relation.kind, state), {})[relation.relation_id] = relation.person_id
    for (kind, state), holders in sorted(alike.items()):
        told = f"{kind.replace('_', ' ')}, {state}"
        place, topic = capacity.capacity_id, Topic(capacity.capacity_id)
        yield Target(
            ResourceType.ACCOUNT, tuple(sorted(holders)), topic, _asked_of(ResourceType.ACCOUNT), place, told, holders
        )


def _applications(around: Surroundings, capacity: CapacityRecord) -> Iterator[Target]:
    for code, application in sorted(around.applications.items()):
        if capacity.type not in application.offered_to:
            continue
        opening = frozenset(right.code for right in around.rights.values() if right.opens == code)
        topic = Topic(capacity.capacity_id, frozenset({code}), opening)
        kind, place = ResourceType.APPLICATION, capacity.capacity_id
        yield Target(kind, (code,), topic, (Action.USE_APPLICATION,), place)
        for numbers in _mandators(around, application):
            under = (Action.ACT_UNDER_MANDATE,)
            yield Target(kind, (code,), topic, under, place, "under a mandate", mandators=numbers)


def _mandators(around: Surroundings, application: ApplicationRecord) -> Iterator[tuple[str, ...]]:
    """Yield the numbers of enterprises whose mandates stand alike towards an application."""
    standing: dict[str, set[Hashable]] = {}
    group, system = application.mandate_group, application.mandate_system
    for mandate in around.mandates:
        party = around.parties.get(mandate.mandator_id)
        covers = bool(group) and mandate.system == system and group in mandate.groups
        if party and covers and mandate.mandatary_id == around.enterprise.enterprise_id:
            standing.setdefault(party.number, set()).add(_seen(mandate, around.at))
    alike: dict[Hashable, list[str]] = {}
    for number in sorted(standing):
        alike.setdefault(frozenset(standing[number]), []).append(number)
    yield from map(tuple, alike.values())


def _seen(mandate: MandateRecord, at: int) -> Hashable:
    dated = (mandate.mandator_signed_at, mandate.mandatary_signed_at, mandate.ended_at)
    return (mandate.term.phase(at), *(instant is not None and instant <= at for instant in dated))


def _role_assignments(around: Surroundings) -> Iterator[Target]:
    """An assignment is seen by its state, and of several periods by one: the one in force, else the one last begun."""
    rows: dict[str, list[RelationFact]] = {}
    for relation in _relations(around):
        if relation.kind is RelationKind.ROLE_ASSIGNMENT:
            rows.setdefault(relation.relation_id, []).append(relation)
    alike: dict[tuple[str, ...], dict[str, str]] = {}
    for relation_id, periods in rows.items():
        shown = min(periods, key=lambda row: _distance(row, around.at))
        phase = shown.period.phase(around.at)
        key = (shown.capacity_id, shown.object, shown.state, phase)
        alike.setdefault(key, {})[relation_id] = shown.person_id
    for (capacity_id, role, state, seen), holders in sorted(alike.items()):
        when = {Phase.BEFORE: ", not begun", Phase.DURING: "", Phase.AFTER: ", over"}[Phase(seen)]
        told = f"{role}, {state.replace('_', ' ')}{when}"
        topic, ids = Topic(capacity_id), tuple(sorted(holders))
        yield Target(
            ResourceType.ROLE_ASSIGNMENT,
            ids,
            topic,
            _asked_of(ResourceType.ROLE_ASSIGNMENT),
            capacity_id,
            told,
            holders,
        )


def _distance(row: RelationFact, at: int) -> tuple[int, int]:
    phase = row.period.phase(at)
    if phase is Phase.BEFORE:
        return 2, row.period.since
    return (0 if phase is Phase.DURING else 1), -row.period.since


def _mandates(around: Surroundings) -> Iterator[Target]:
    alike: dict[tuple[str, bool, Hashable], list[str]] = {}
    for mandate in around.mandates:
        is_given = mandate.mandator_id == around.enterprise.enterprise_id
        party = around.parties.get(mandate.mandatary_id if is_given else mandate.mandator_id)
        other = (party.kind, party.capacity_types) if party else None
        key = (mandate.system, is_given, (other, _seen(mandate, around.at)))
        alike.setdefault(key, []).append(mandate.mandate_id)
    for (system, is_given, _), mandate_ids in alike.items():
        told = f"{system} mandates {'given' if is_given else 'received'}"
        side = "mandator" if is_given else "mandatary"
        ids = tuple(mandate_ids)
        yield Target(ResourceType.MANDATE, ids, _EVERYWHERE, _asked_of(ResourceType.MANDATE), told=told, side=side)


def _relations(around: Surroundings) -> Iterator[RelationFact]:
    """Yield the relations of everybody, in the order of the persons' ids."""
    for person_id in sorted(around.relations):
        yield from around.relations[person_id]
