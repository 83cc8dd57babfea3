"""Targets: which directory gets what, under which names, and how much of it may change by itself. Values only.

`target_files.py` reads them from `config/directories.toml`, `rendering.py` applies their mappings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from authz_service.directory.filters import escape
from authz_service.directory.names import Dn
from authz_service.directory.servers import ServerSettings
from authz_service.domain.projections import GroupKind
from authz_service.domain.vocabulary import Domain
from authz_service.sync.templates import DnTemplate, Template

__all__ = [
    "OBJECT_CLASS",
    "AttributeMapping",
    "ContainerMapping",
    "Disabling",
    "DisablingBit",
    "DisablingValue",
    "Drift",
    "EachOf",
    "EmptyGroups",
    "GroupClass",
    "GroupMapping",
    "Limit",
    "Limits",
    "Mapped",
    "Marker",
    "PeopleMapping",
    "Schedule",
    "SecretSource",
    "Target",
    "disabling_values",
]

OBJECT_CLASS: Final = "objectClass"

AttributeMapping = tuple[tuple[str, tuple[Template, ...]], ...]
"""Attributes as they are spelled, each with a template for every value."""


class GroupClass(StrEnum):
    """What a group is made of: its structural object class."""

    GROUP_OF_NAMES = "groupOfNames"
    GROUP_OF_UNIQUE_NAMES = "groupOfUniqueNames"
    GROUP_OF_MEMBERS = "groupOfMembers"
    ACTIVE_DIRECTORY = "group"
    POSIX_GROUP = "posixGroup"

    @property
    def member_attribute(self) -> str:
        """The attribute that names the members (RFC 4519 3.5 and 3.6, RFC 2307; groupOfMembers: RFC 2307bis)."""
        return _MEMBER_ATTRIBUTES.get(self, "member")

    @property
    def needs_a_member(self) -> bool:
        """Whether its schema asks for a member (RFC 4519 3.5 and 3.6). OpenLDAP holds to that, 389-ds does not."""
        return self in {GroupClass.GROUP_OF_NAMES, GroupClass.GROUP_OF_UNIQUE_NAMES}

    @property
    def names_entries(self) -> bool:
        """Whether members are DNs; else they are login names."""
        return self is not GroupClass.POSIX_GROUP


_MEMBER_ATTRIBUTES: Final = {GroupClass.GROUP_OF_UNIQUE_NAMES: "uniqueMember", GroupClass.POSIX_GROUP: "memberUid"}


class EmptyGroups(StrEnum):
    """What becomes of a group without members."""

    ALLOWED = "allowed"
    DELETE = "delete"
    PLACEHOLDER = "placeholder"


class EachOf(StrEnum):
    """How often there is a container."""

    TARGET = "target"
    ENTERPRISE = "enterprise"
    CAPACITY = "capacity"


class Drift(StrEnum):
    """What is done about changes that others made to our entries."""

    REPAIR = "repair"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Marker:
    """The value by which an entry is known as ours; it may stand among others."""

    attribute: str
    value: str

    @property
    def filter(self) -> str:
        """The search filter that finds what is marked."""
        return f"({self.attribute}={escape(self.value)})"

    def is_on(self, attributes: Mapping[str, tuple[bytes, ...]]) -> bool:
        """Return whether the marker is among these values, its attribute spelled in any case."""
        wanted = self.value.casefold()
        return any(
            value.decode("utf-8", "replace").casefold() == wanted
            for name, values in attributes.items()
            if name.lower() == self.attribute.lower()
            for value in values
        )


@dataclass(frozen=True, slots=True)
class DisablingValue:
    """Whoever is blocked has one value in the attribute, everybody else another; "": none."""

    attribute: str
    disabled: str
    enabled: str


@dataclass(frozen=True, slots=True)
class DisablingBit:
    """Whoever is blocked has a bit set in a number; its other bits belong to others."""

    attribute: str
    bit: int
    at_creation: int


Disabling = DisablingValue | DisablingBit


def disabling_values(disabling: Disabling, *, disabled: bool, current: tuple[bytes, ...] = ()) -> tuple[bytes, ...]:
    """Return what the disabling attribute has to hold, given what it holds now; nothing: the entry is new."""
    if isinstance(disabling, DisablingValue):
        value = disabling.disabled if disabled else disabling.enabled
        return (value.encode(),) if value else ()
    try:
        number = int(current[0]) if current else disabling.at_creation
    except ValueError:
        number = disabling.at_creation
    return (str(number | disabling.bit if disabled else number & ~disabling.bit).encode(),)


@dataclass(frozen=True, slots=True)
class ContainerMapping:
    """Entries that others lie under."""

    name: str
    each: EachOf
    dn: DnTemplate
    object_classes: tuple[str, ...]
    attributes: AttributeMapping


@dataclass(frozen=True, slots=True)
class PeopleMapping:
    """The entries of people. `random_password`: an attribute that a new entry gets a password in; "": none."""

    dn: DnTemplate
    object_classes: tuple[str, ...]
    attributes: AttributeMapping
    login_attribute: str
    disabling: Disabling | None
    random_password: str

    @property
    def one_for_each_enterprise(self) -> bool:
        """Whether somebody has an entry in each enterprise: his DN names it."""
        return any(name.startswith("enterprise_") for name in self.dn.fields)


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """The groups of one kind. `placeholder`: who stands in a group without members, where that is the rule."""

    kind: GroupKind
    group_class: GroupClass
    dn: DnTemplate
    object_classes: tuple[str, ...]
    attributes: AttributeMapping
    empty: EmptyGroups
    placeholder: Dn | None

    @property
    def all_object_classes(self) -> tuple[str, ...]:
        """The class that makes it a group, and the further ones."""
        return (self.group_class, *self.object_classes)


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which entries there are below `base`. `unique`: attributes, in lower case, of which no two may share a value."""

    base: Dn
    marker: Marker
    containers: tuple[ContainerMapping, ...]
    people: PeopleMapping
    groups: Mapping[GroupKind, GroupMapping]
    unique: frozenset[str]

    def attributes_read(self) -> tuple[str, ...]:
        """Return the attributes that a search has to ask for to compare: all that are ours, sorted, without options."""
        names = {OBJECT_CLASS, self.marker.attribute}
        mappings: list[ContainerMapping | PeopleMapping | GroupMapping] = [*self.containers, self.people]
        mappings += self.groups.values()
        names |= {name for mapping in mappings for name, _ in mapping.attributes}
        names |= {kind for mapping in mappings for kind, _ in mapping.dn.rdns[:1]}
        names |= {mapping.group_class.member_attribute for mapping in self.groups.values()}
        if self.people.disabling:
            names.add(self.people.disabling.attribute)
        return tuple({name.lower(): name for name in sorted(names)}.values())


@dataclass(frozen=True, slots=True)
class Limit:
    """How much may go by itself. The share counts once `percent_from` are to go."""

    number: int
    percent: float
    percent_from: int

    def is_exceeded(self, going: int, there: int) -> bool:
        """Return whether it is too much that so many go of so many that are there."""
        if going > self.number:
            return True
        return going >= self.percent_from and going * 100 > self.percent * there


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these, a plan waits for an approval. `shrunken_source`: fewer people, or groups, than at the last run."""

    deletions: Limit
    removed_members: Limit
    shrunken_source: Limit
    approve_empty_source: bool
    approve_policy_change: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a running sync compares everything, looks for changes by others, and tries again after a failure."""

    full_seconds: float
    watch_seconds: float
    first_retry_seconds: float
    longest_retry_seconds: float


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a password is to be read: in a file, else in an environment variable."""

    file: Path | None = field(default=None, repr=False)
    variable: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """A directory and what it gets. `enterprises`: their numbers; None: all.

    `server` has no secret yet: `target_files.server_settings` reads it when a connection is to be made.
    """

    name: str
    domains: frozenset[Domain]
    enterprises: frozenset[str] | None
    entitled_to_national_number: bool
    drift: Drift
    server: ServerSettings
    secret: SecretSource
    mapped: Mapped
    limits: Limits
    schedule: Schedule

    def is_for(self, enterprise_number: str) -> bool:
        """Return whether this enterprise is any business of the target's."""
        return self.enterprises is None or enterprise_number in self.enterprises
