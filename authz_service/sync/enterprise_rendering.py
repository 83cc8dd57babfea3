"""What there is of one enterprise, as entries of a target. Pure; what stays as it was is not made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from authz_service.domain.projections import Group, ProjectedCapacity, ProjectedPerson, Projection
from authz_service.services.projection.groups import ENTERPRISE_WIDE
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.entry_checks import Problem, RenderingError
from authz_service.sync.fields import capacity_fields, enterprise_fields, group_fields, person_fields
from authz_service.sync.filling import Filler
from authz_service.sync.targets import ContainerMapping, EachOf, EmptyGroups, Target

__all__ = ["NOTHING", "EnterpriseRenderer", "Made"]

_Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """The entries of one enterprise by their keys, and what they were made from; None: nothing."""

    projection: Projection | None
    entries: Mapping[str, DesiredEntry]


NOTHING: Final = Made(None, MappingProxyType({}))


class _Known:
    """What was made before, as far as it can stand for what is asked for now."""

    def __init__(self, made: Made, projection: Projection) -> None:
        before = made.projection
        usable = before is not None and before.enterprise == projection.enterprise
        self._entries = made.entries if usable else {}
        self._people = {each.person_id: each for each in before.people} if before and usable else {}
        self._groups = before.groups if before and usable else {}

    def person(self, key: str, person: ProjectedPerson) -> DesiredEntry | None:
        known = self._people.get(person.person_id)
        return self._entries.get(key) if known is person or known == person else None

    def group(self, key: str, group: Group, members: frozenset[str]) -> DesiredEntry | None:
        return self._entries.get(key) if self._groups.get(group) == members else None


class EnterpriseRenderer:
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

    def of_enterprise(self, projection: Projection, before: Made = NOTHING) -> Iterator[DesiredEntry]:
        """Yield what there is of an enterprise. `before`: what was made of it last. Raises RenderingError."""
        domains, known = self._target.domains, _Known(before, projection)
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
            key = self._key_of(person, projection)
            keys[person.person_id] = key
            yield known.person(key, person) or self._person(projection, values, person, key)
        for group in groups:
            members = projection.groups[group]
            if members or self._groups[group.kind][0].empty is not EmptyGroups.DELETE:
                key = f"{EntryKind.GROUP}/{group.key}"
                yield known.group(key, group, members) or self._group(
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

    def _key_of(self, person: ProjectedPerson, projection: Projection) -> str:
        key = f"{EntryKind.PERSON}/{person.person_id}"
        return f"{key}/{projection.enterprise.number}" if self._one_for_each_enterprise else key

    def _person(self, projection: Projection, values: _Values, person: ProjectedPerson, key: str) -> DesiredEntry:
        mapping = self._target.mapped.people
        fields = person_fields(person, national_number=self._target.entitled_to_national_number)
        dn, spelled, attributes = self._people.fill({**values, **fields})
        logins = attributes.get(mapping.login_attribute)
        return DesiredEntry(
            key=key,
            kind=EntryKind.PERSON,
            dn=dn,
            spelled=spelled,
            attributes=attributes,
            disabled=person.blocked,
            enterprises=frozenset({projection.enterprise.number}),
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
            members=self._keys_of(projection, group, keys),
            enterprises=frozenset({projection.enterprise.number}),
            group=group,
        )

    def _keys_of(self, projection: Projection, group: Group, keys: Mapping[str, str]) -> frozenset[str]:
        members = projection.groups[group]
        if not members <= keys.keys():
            told = "somebody is a member who is not among the people of the enterprise"
            raise RenderingError(self._target.name, [Problem((f"{EntryKind.GROUP}/{group.key}",), told)])
        return frozenset([keys[person_id] for person_id in members])


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
    )
