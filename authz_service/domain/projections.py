"""What a directory should contain of an enterprise: people and groups, without any word about how they are written.

A group stands for a question to the policy (services/projection/memberships.py says which); its members are those to
whom the answer is yes. No value here holds a national number but the `niss` of a person, which is masked when shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Domain

__all__ = ["Group", "GroupKind", "ProjectedCapacity", "ProjectedEnterprise", "ProjectedPerson", "Projection"]

_SEPARATOR: Final = "/"


class GroupKind(StrEnum):
    """What the members of a group have in common."""

    CHIEF_ACCESS_MANAGER = "chief_access_manager"
    CO_CHIEF_ACCESS_MANAGERS = "co_chief_access_managers"
    ACCESS_MANAGERS = "access_managers"
    """Of a capacity: whoever manages its users, the implicit ones included (GGA-CAM-03)."""
    CO_ACCESS_MANAGERS = "co_access_managers"
    USERS = "users"
    APPLICATION = "application"
    """Whoever may open an application in a capacity."""
    FLEMISH_RIGHT = "flemish_right"
    """Whoever may use a Flemish right with a context."""
    EGOV_ROLE = "egov_role"
    """Whoever may use an eGov role in a capacity, once it is accepted (RMA-ROL-02)."""
    MANDATE_APPLICATION = "mandate_application"
    """Whoever may open an application in a mandatary's capacity for the enterprise that gave the mandate."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group by what it stands for; what does not apply is "".

    `domain`: of the capacity, the application or the right; NONE for what is of the whole enterprise. `object`: code of
    the application, right or role. `context`: of the Flemish right. `mandator_number`: enterprise number of whoever
    gave the mandate.
    """

    kind: GroupKind
    enterprise_number: str
    capacity_id: str = ""
    domain: Domain = Domain.NONE
    object: str = ""
    context: str = ""
    mandator_number: str = ""

    @property
    def key(self) -> str:
        """One spelling of all fields, in printable ASCII, unique among groups; it changes only when they do."""
        fields = (
            self.kind,
            self.enterprise_number,
            self.capacity_id,
            self.domain,
            self.object,
            self.context,
            self.mandator_number,
        )
        return _SEPARATOR.join(quote(field, safe=" ") for field in fields).rstrip(_SEPARATOR)


@dataclass(frozen=True, slots=True)
class ProjectedPerson:
    """A person as a directory may know him; "" where nothing is known.

    `blocked`: he has accounts in force in the capacities of the domains asked for, each one is blocked (UM-BLK-05), and
    nothing else makes him a member of any group.
    `niss`: only filled where it was asked for.
    """

    person_id: str
    first_name: str
    name: str
    language: str
    user_name: str
    email: str
    blocked: bool
    niss: Niss | None = None


@dataclass(frozen=True, slots=True)
class ProjectedCapacity:
    """A qualité that is in force. `identifier`: the number it has in its own domain, "" when it has none."""

    capacity_id: str
    type: str
    domain: Domain
    identifier: str


@dataclass(frozen=True, slots=True)
class ProjectedEnterprise:
    """An enterprise with those of its capacities in force that are of the domains asked for, or have a group."""

    enterprise_id: str
    number: str
    name: str
    capacities: tuple[ProjectedCapacity, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """An enterprise at one facts revision, one policy revision and one instant.

    `at`: UTC microseconds. `people`: sorted by id, each a member of a group or the holder of an account in force in a
    capacity of the domains asked for. `groups`: members by person id; a group that exists and has no members is there
    with an empty set. `changes_at`: no instant before this one gives another content at the same two revisions (UTC
    microseconds; None: none ever does).
    """

    enterprise: ProjectedEnterprise
    revision: int
    policy: str
    at: int
    people: tuple[ProjectedPerson, ...]
    groups: Mapping[Group, frozenset[str]]
    changes_at: int | None
