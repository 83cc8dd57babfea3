"""Where a person is registered, and with which roles: from his own relations, and no one else's (GGA-CAM-10)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from authz_service.domain.moments import Phase
from authz_service.domain.records import CapacityRecord, EnterpriseRecord, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, DESIGNATION_KINDS, Domain, RelationKind
from authz_service.services.administration.relations import beginnings
from authz_service.services.administration.text_order import folded
from authz_service.services.administration.views import HeldRole, RoleName
from authz_service.store.snapshot import Snapshot

__all__ = ["Registration", "registrations"]

KINDS: Final = tuple(sorted({RelationKind.LEGAL_FUNCTION, *DESIGNATION_KINDS, *ACCOUNT_KINDS}))
ORDER: Final = {role: position for position, role in enumerate(RoleName)}


@dataclass(frozen=True, slots=True)
class Registration:
    """An enterprise, and what a person is there."""

    enterprise: EnterpriseRecord
    roles: tuple[HeldRole, ...]


def registrations(snapshot: Snapshot, person_id: str) -> list[Registration]:
    """Return where a person holds a role in force, by name of the enterprise, then its number.

    A legal function counts with signing power only (ACC-02), an account only while its capacity is in force.
    """
    known = snapshot.find(RelationRecord, person_id=person_id, kind=KINDS)
    since = beginnings(known)
    relations = [relation for relation in known if relation.valid.phase(snapshot.at) is Phase.DURING]
    places = tuple(sorted({relation.capacity_id for relation in relations if relation.capacity_id}))
    capacities = {place.capacity_id: place for place in snapshot.all_in_force(CapacityRecord, capacity_id=places)}
    held: dict[str, set[HeldRole]] = defaultdict(set)
    for relation in relations:
        role = _role(relation, since[relation.relation_id], capacities.get(relation.capacity_id))
        if role is not None:
            held[relation.enterprise_id].add(role)
    enterprises = snapshot.all_in_force(EnterpriseRecord, enterprise_id=tuple(sorted(held)))
    return [
        Registration(enterprise, tuple(sorted(held[enterprise.enterprise_id], key=_in_order)))
        for enterprise in sorted(enterprises, key=lambda each: (folded(each.name), each.number))
    ]


def _role(relation: RelationRecord, since: int, capacity: CapacityRecord | None) -> HeldRole | None:
    kind = RelationKind(relation.kind)
    if kind is RelationKind.LEGAL_FUNCTION:
        return HeldRole(RoleName.LEGAL_REPRESENTATIVE, since) if relation.state == "signing" else None
    if kind in DESIGNATION_KINDS:
        return HeldRole(RoleName(kind.value), since)
    if capacity is None or capacity.enterprise_id != relation.enterprise_id:
        return None
    return HeldRole(
        RoleName(kind.value),
        since,
        capacity.capacity_id,
        capacity.type,
        Domain(capacity.domain),
        blocked=relation.state == "blocked",
    )


def _in_order(role: HeldRole) -> tuple[int, str, int]:
    return ORDER[role.role], role.capacity_id, role.since
