"""From what a directory should contain to the entries it should contain, by the mapping of a target. Pure.

What cannot be an entry, or cannot be beside another, is refused here, before anything is written.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from authz_service.domain.projections import Group, ProjectedCapacity, ProjectedPerson, Projection
from authz_service.services.projection.groups import ENTERPRISE_WIDE
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.entry_checks import RenderingError, collisions, faults
from authz_service.sync.fields import capacity_fields, enterprise_fields, group_fields, person_fields
from authz_service.sync.filling import Filler
from authz_service.sync.targets import (
    ContainerMapping,
    EachOf,
    EmptyGroups,
    GroupMapping,
    Mapped,
    Target,
    disabling_values,
)

__all__ = [
    "member_values",
    "new_entry_attributes",
    "new_password",
    "render",
    "render_all",
]

_Values = Mapping[str, str]
_ORDER: Final = {kind: position for position, kind in enumerate(EntryKind)}


def render(target: Target, projection: Projection) -> tuple[DesiredEntry, ...]:
    """Return what a target should hold of one enterprise; nothing when the enterprise is not its business.

    Raises RenderingError: an entry cannot be, or two of them cannot be beside each other.
    """
    return render_all(target, (projection,))


def render_all(target: Target, projections: Iterable[Projection]) -> tuple[DesiredEntry, ...]:
    """Return what a target should hold of all these enterprises: containers from the top, then people, then groups.

    Somebody who stands in several enterprises has one entry (one in each, when the mapping says so): disabled when he
    is blocked in all of them, with the values that name an enterprise side by side, and all else as the newest says.
    Raises RenderingError.
    """
    renderer = _Renderer(target)
    entries = {entry.key: entry for entry in renderer.of_target()}
    shared = _shared_attributes(target.mapped)
    for projection in projections:
        if target.is_for(projection.enterprise.number):
            for entry in renderer.of_enterprise(projection):
                known = entries.get(entry.key)
                entries[entry.key] = entry if known is None else _merged(known, entry, shared)
    problems = [problem for entry in entries.values() for problem in faults(target.mapped, entry)]
    problems.extend(collisions(target.mapped, entries.values()))
    if problems:
        raise RenderingError(target.name, problems)
    return tuple(sorted(entries.values(), key=lambda entry: (_ORDER[entry.kind], _depth(entry), entry.key)))


def member_values(mapped: Mapped, group: DesiredEntry, people: Mapping[str, DesiredEntry]) -> tuple[bytes, ...]:
    """Return what the member attribute of a group should hold; `people` by key, at least all of its members."""
    mapping = _group_mapping(mapped, group)
    if not group.members:
        return () if mapping.placeholder is None else (str(mapping.placeholder).encode(),)
    if mapping.group_class.names_entries:
        return tuple(people[key].spelled for key in sorted(group.members))
    return tuple(sorted({people[key].login for key in group.members}))


def new_entry_attributes(
    mapped: Mapped, entry: DesiredEntry, people: Mapping[str, DesiredEntry], password: str = ""
) -> dict[str, tuple[bytes, ...]]:
    """Return everything an entry that is not there yet is made with, members and what disables included.

    `password`: for a target whose new entries get one; "": leave it out, as a plan that is only shown does.
    """
    attributes = dict(entry.attributes)
    if entry.members is not None and (values := member_values(mapped, entry, people)):
        attributes[_group_mapping(mapped, entry).group_class.member_attribute] = values
    if entry.kind is EntryKind.PERSON:
        disabling = mapped.people.disabling
        if disabling and (values := disabling_values(disabling, disabled=entry.disabled)):
            attributes[disabling.attribute] = values
        if password and (name := mapped.people.random_password):
            attributes[name] = (_password_value(name, password),)
    return attributes


def new_password() -> str:
    """Return a password of 256 random bits with signs of four classes, as Active Directory asks by default."""
    return f"aA1-{secrets.token_urlsafe(32)}"


def _password_value(attribute: str, password: str) -> bytes:
    """Return the value as the attribute wants it (unicodePwd: MS-ADTS 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le") if attribute.lower() == "unicodepwd" else password.encode()


def _group_mapping(mapped: Mapped, entry: DesiredEntry) -> GroupMapping:
    if entry.group is None:
        raise ValueError(f"{entry.key} is no group")
    return mapped.groups[entry.group.kind]


def _depth(entry: DesiredEntry) -> int:
    return len(entry.dn.rdns) if entry.kind is EntryKind.CONTAINER else 0


def _shared_attributes(mapped: Mapped) -> frozenset[str]:
    """Return the attributes of people in which the values of several enterprises stand side by side."""
    return frozenset(
        name
        for name, templates in mapped.people.attributes
        if any(asked.startswith("enterprise_") for template in templates for asked in template.fields)
    )


def _merged(one: DesiredEntry, other: DesiredEntry, shared: frozenset[str]) -> DesiredEntry:
    """Return the one entry of two with the same key, whichever came first."""
    older, newer = sorted((one, other), key=lambda entry: (entry.revision, sorted(entry.enterprises)))
    attributes = dict(newer.attributes)
    for name in shared:
        values = {*older.attributes.get(name, ()), *newer.attributes.get(name, ())}
        if values:
            attributes[name] = tuple(sorted(values))
    return replace(
        newer,
        attributes=MappingProxyType(attributes),
        disabled=older.disabled and newer.disabled,
        enterprises=older.enterprises | newer.enterprises,
    )


class _Renderer:
    """Renders enterprises for one target; what is the same for all of them is made once."""

    def __init__(self, target: Target) -> None:
        self._target = target
        mapped = target.mapped
        self._containers = [
            (mapping, Filler(mapped, mapping.dn, mapping.object_classes, mapping.attributes))
            for mapping in mapped.containers
        ]
        people = mapped.people
        self._people = Filler(mapped, people.dn, people.object_classes, people.attributes)
        self._groups = {
            kind: (mapping, Filler(mapped, mapping.dn, mapping.all_object_classes, mapping.attributes))
            for kind, mapping in mapped.groups.items()
        }
        self._one_for_each_enterprise = people.one_for_each_enterprise

    def of_target(self) -> Iterator[DesiredEntry]:
        """Yield the containers there are once."""
        for mapping, filler in self._containers:
            if mapping.each is EachOf.TARGET:
                yield _container(mapping, filler, "", {})

    def of_enterprise(self, projection: Projection) -> Iterator[DesiredEntry]:
        """Yield what there is of an enterprise."""
        domains = self._target.domains
        groups = [
            group
            for group in projection.groups
            if group.kind in self._groups and (group.kind in ENTERPRISE_WIDE or group.domain in domains)
        ]
        used = {group.capacity_id for group in groups}
        capacities = {
            capacity.capacity_id: capacity
            for capacity in projection.enterprise.capacities
            if capacity.domain in domains or capacity.capacity_id in used
        }
        values = enterprise_fields(projection.enterprise)
        yield from self._containers_of(projection, values, capacities.values())
        keys: dict[str, str] = {}
        for person in projection.people:
            entry = self._person(projection, values, person)
            keys[person.person_id] = entry.key
            yield entry
        for group in groups:
            if projection.groups[group] or self._groups[group.kind][0].empty is not EmptyGroups.DELETE:
                yield self._group(
                    projection, values | group_fields(group, capacities.get(group.capacity_id)), group, keys
                )

    def _containers_of(
        self, projection: Projection, values: _Values, capacities: Iterable[ProjectedCapacity]
    ) -> Iterator[DesiredEntry]:
        for mapping, filler in self._containers:
            if mapping.each is EachOf.ENTERPRISE:
                yield _container(mapping, filler, projection.enterprise.number, values, projection)
            elif mapping.each is EachOf.CAPACITY:
                for capacity in capacities:
                    more = {**values, **capacity_fields(capacity)}
                    yield _container(mapping, filler, capacity.capacity_id, more, projection)

    def _person(self, projection: Projection, values: _Values, person: ProjectedPerson) -> DesiredEntry:
        mapping = self._target.mapped.people
        fields = person_fields(person, national_number=self._target.entitled_to_national_number)
        dn, spelled, attributes = self._people.fill({**values, **fields})
        key = f"{EntryKind.PERSON}/{person.person_id}"
        number = projection.enterprise.number
        logins = attributes.get(mapping.login_attribute)
        return DesiredEntry(
            key=f"{key}/{number}" if self._one_for_each_enterprise else key,
            kind=EntryKind.PERSON,
            dn=dn,
            spelled=spelled,
            attributes=attributes,
            disabled=person.blocked,
            enterprises=frozenset({number}),
            revision=projection.revision,
            person_id=person.person_id,
            login=logins[0] if logins else b"",
        )

    def _group(self, projection: Projection, values: _Values, group: Group, keys: Mapping[str, str]) -> DesiredEntry:
        dn, spelled, attributes = self._groups[group.kind][1].fill(values)
        return DesiredEntry(
            key=f"{EntryKind.GROUP}/{group.key}",
            kind=EntryKind.GROUP,
            dn=dn,
            spelled=spelled,
            attributes=attributes,
            members=frozenset([keys[person_id] for person_id in projection.groups[group]]),
            enterprises=frozenset({projection.enterprise.number}),
            revision=projection.revision,
            group=group,
        )


def _container(
    mapping: ContainerMapping, filler: Filler, of: str, values: _Values, projection: Projection | None = None
) -> DesiredEntry:
    dn, spelled, attributes = filler.fill(values)
    return DesiredEntry(
        key="/".join(filter(None, (EntryKind.CONTAINER, mapping.name, quote(of, safe=" ")))),
        kind=EntryKind.CONTAINER,
        dn=dn,
        spelled=spelled,
        attributes=attributes,
        enterprises=frozenset({projection.enterprise.number} if projection else ()),
        revision=projection.revision if projection else 0,
    )
