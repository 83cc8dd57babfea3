"""The fields that templates may ask for: which there are where, and what they hold. "" where nothing is known."""

from __future__ import annotations

from typing import Final

from authz_service.domain.projections import (
    Group,
    GroupKind,
    ProjectedCapacity,
    ProjectedEnterprise,
    ProjectedPerson,
)
from authz_service.sync.targets import EachOf

__all__ = [
    "CONTAINER_FIELDS",
    "GROUP_FIELDS",
    "NATIONAL_NUMBER",
    "PERSON_FIELDS",
    "capacity_fields",
    "enterprise_fields",
    "group_fields",
    "person_fields",
]

NATIONAL_NUMBER: Final = "national_number"
"""Only there for people, and for a target that is entitled to it."""

_ENTERPRISE: Final = frozenset({"enterprise_id", "enterprise_number", "enterprise_name"})
_CAPACITY: Final = frozenset({"capacity_id", "capacity_type", "capacity_identifier", "domain"})
_ANY_GROUP: Final = _ENTERPRISE | {"key", "kind"}
_OF_CAPACITY: Final = _ANY_GROUP | _CAPACITY

PERSON_FIELDS: Final = _ENTERPRISE | {"person_id", "first_name", "name", "language", "user_name", "email"}
CONTAINER_FIELDS: Final = {
    EachOf.TARGET: frozenset[str](),
    EachOf.ENTERPRISE: _ENTERPRISE,
    EachOf.CAPACITY: _ENTERPRISE | _CAPACITY,
}
GROUP_FIELDS: Final = {
    GroupKind.CHIEF_ACCESS_MANAGER: _ANY_GROUP,
    GroupKind.CO_CHIEF_ACCESS_MANAGERS: _ANY_GROUP,
    GroupKind.ACCESS_MANAGERS: _OF_CAPACITY,
    GroupKind.CO_ACCESS_MANAGERS: _OF_CAPACITY,
    GroupKind.USERS: _OF_CAPACITY,
    GroupKind.APPLICATION: _OF_CAPACITY | {"application"},
    GroupKind.FLEMISH_RIGHT: _ANY_GROUP | {"domain", "right", "context"},
    GroupKind.EGOV_ROLE: _OF_CAPACITY | {"role"},
    GroupKind.MANDATE_APPLICATION: _OF_CAPACITY | {"application", "mandator_number"},
}


def enterprise_fields(enterprise: ProjectedEnterprise) -> dict[str, str]:
    """Return the fields of an enterprise."""
    return {
        "enterprise_id": enterprise.enterprise_id,
        "enterprise_number": enterprise.number,
        "enterprise_name": enterprise.name,
    }


def capacity_fields(capacity: ProjectedCapacity) -> dict[str, str]:
    """Return the fields of a capacity."""
    return {
        "capacity_id": capacity.capacity_id,
        "capacity_type": capacity.type,
        "capacity_identifier": capacity.identifier,
        "domain": capacity.domain,
    }


def person_fields(person: ProjectedPerson, *, national_number: bool) -> dict[str, str]:
    """Return the fields of a person, the national number only where that is asked for."""
    fields = {
        "person_id": person.person_id,
        "first_name": person.first_name,
        "name": person.name,
        "language": person.language,
        "user_name": person.user_name,
        "email": person.email,
    }
    if national_number:
        fields[NATIONAL_NUMBER] = person.niss.digits if person.niss else ""
    return fields


def group_fields(group: Group, capacity: ProjectedCapacity | None) -> dict[str, str]:
    """Return the fields of a group in its capacity. `domain`: that of the capacity; without one, of the group."""
    of_capacity = capacity_fields(capacity) if capacity else dict.fromkeys(_CAPACITY, "") | {"domain": group.domain}
    return of_capacity | {
        "key": group.key,
        "kind": group.kind,
        "application": group.object,
        "right": group.object,
        "role": group.object,
        "context": group.context,
        "mandator_number": group.mandator_number,
    }
