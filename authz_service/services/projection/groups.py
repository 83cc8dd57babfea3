"""Which groups an enterprise has at an instant, whether or not anybody is in them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from typing import Final

from authz_service.domain.moments import Phase
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.records import ApplicationRecord, CapacityRecord, MandateRecord
from authz_service.domain.vocabulary import Domain, RelationKind
from authz_service.services.projection.places import Place
from authz_service.store.enterprise_changes import Given

__all__ = ["ENTERPRISE_WIDE", "NEVER_IN_FORCE", "Posed", "groups_of"]

ENTERPRISE_WIDE: Final = frozenset({GroupKind.CHIEF_ACCESS_MANAGER, GroupKind.CO_CHIEF_ACCESS_MANAGERS})
"""Of the whole enterprise: for every directory, whatever its domains (GGA-CAM-03)."""
OF_CAPACITY: Final = (GroupKind.ACCESS_MANAGERS, GroupKind.CO_ACCESS_MANAGERS, GroupKind.USERS)
NEVER_IN_FORCE: Final = frozenset({"pending_acceptance", "declined"})


@dataclass(frozen=True, slots=True)
class Posed:
    """A group, and all of it that the answer can hang on: two that pose alike are answered alike, to people alike."""

    group: Group
    alike: Hashable


def groups_of(
    place: Place, domains: frozenset[Domain] | None = None, given: Collection[Given] | None = None
) -> list[Posed]:
    """Return the groups, each once, in the order of their keys; with `domains`, only those of these domains.

    `given`: rights and roles that somebody was given, where the place does not have the relations of all.
    """
    posed = {
        each.group: each
        for each in _all(place, _given(place) if given is None else given)
        if domains is None or each.group.kind in ENTERPRISE_WIDE or each.group.domain in domains
    }
    return sorted(posed.values(), key=lambda each: each.group.key)


def _given(place: Place) -> frozenset[Given]:
    """Return the rights that somebody was given, and the roles that somebody accepted (RMA-ROL-02)."""
    return frozenset(
        Given(relation.kind, relation.capacity_id, relation.object, relation.context)
        for held in place.relations.values()
        for relation in held
        if relation.kind is RelationKind.FLEMISH_RIGHT
        or (relation.kind is RelationKind.ROLE_ASSIGNMENT and relation.state not in NEVER_IN_FORCE)
    )


def _all(place: Place, given: Collection[Given]) -> Iterator[Posed]:
    number = place.enterprise.number
    for kind in sorted(ENTERPRISE_WIDE):
        yield Posed(Group(kind, number), kind)
    yield from _flemish_rights(place, given)
    for capacity in place.capacities.values():
        for kind in OF_CAPACITY:
            group = Group(kind, number, capacity.capacity_id, Domain(capacity.domain))
            yield Posed(group, (kind, capacity.capacity_id))
        for application in place.applications.values():
            if capacity.type in application.offered_to:
                yield _application(place, capacity, application)
    yield from _egov_roles(place, given)
    yield from _mandates(place)


def _application(place: Place, capacity: CapacityRecord, application: ApplicationRecord) -> Posed:
    kind = GroupKind.APPLICATION
    domain = Domain(application.domain)
    group = Group(kind, place.enterprise.number, capacity.capacity_id, domain, application.code)
    return Posed(group, (kind, capacity.capacity_id, _opened(application)))


def _opened(application: ApplicationRecord) -> Hashable:
    """What of an application an answer can hang on, once it is offered: not its name."""
    mandatable = (application.mandate_system, bool(application.mandate_group))
    return (application.domain, application.minimum_level, *mandatable)


def _flemish_rights(place: Place, given: Collection[Given]) -> Iterator[Posed]:
    """A right with a context, once somebody of the enterprise was given it."""
    kind = GroupKind.FLEMISH_RIGHT
    for each in given:
        if each.kind is RelationKind.FLEMISH_RIGHT:
            number, right, context = place.enterprise.number, each.object, each.context
            yield Posed(Group(kind, number, "", Domain.FLANDERS, right, context), (kind, right))


def _egov_roles(place: Place, given: Collection[Given]) -> Iterator[Posed]:
    """A role in a capacity, once somebody accepted it (RMA-ROL-02)."""
    kind = GroupKind.EGOV_ROLE
    for each in given:
        capacity = place.capacities.get(each.capacity_id)
        if each.kind is RelationKind.ROLE_ASSIGNMENT and capacity:
            domain = Domain(capacity.domain)
            group = Group(kind, place.enterprise.number, capacity.capacity_id, domain, each.object)
            yield Posed(group, (kind, capacity.capacity_id))


def _mandates(place: Place) -> Iterator[Posed]:
    """What a mandate that is not over covers, in each capacity of the mandatary that it is offered to."""
    given: dict[str, list[MandateRecord]] = {}
    for mandate in place.mandates:
        if mandate.mandator_id in place.mandators:
            given.setdefault(mandate.mandator_id, []).append(mandate)
    for mandator_id, mandates in given.items():
        number = place.mandators[mandator_id].number
        for application in place.applications.values():
            covering = [mandate for mandate in mandates if _covers(mandate, application)]
            if all(_is_over(mandate, place.at) for mandate in covering):
                continue
            for capacity in place.capacities.values():
                if capacity.type in application.offered_to:
                    yield _under(place, capacity, application, number, covering)


def _covers(mandate: MandateRecord, application: ApplicationRecord) -> bool:
    group, system = application.mandate_group, application.mandate_system
    return bool(group) and mandate.system == system and group in mandate.groups


def _is_over(mandate: MandateRecord, at: int) -> bool:
    return mandate.term.phase(at) is Phase.AFTER or _by(mandate.ended_at, at)


def _by(instant: int | None, at: int) -> bool:
    return instant is not None and instant <= at


def _under(
    place: Place,
    capacity: CapacityRecord,
    application: ApplicationRecord,
    mandator_number: str,
    covering: list[MandateRecord],
) -> Posed:
    kind = GroupKind.MANDATE_APPLICATION
    group = Group(
        kind,
        place.enterprise.number,
        capacity.capacity_id,
        Domain(application.domain),
        application.code,
        mandator_number=mandator_number,
    )
    standing = frozenset(
        (
            mandate.term.phase(place.at),
            _by(mandate.mandator_signed_at, place.at),
            _by(mandate.mandatary_signed_at, place.at),
            _by(mandate.ended_at, place.at),
        )
        for mandate in covering
    )
    return Posed(group, (kind, capacity.capacity_id, _opened(application), standing))
