"""From the tables of a target to its mapping, with everything checked that can be before there is any entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import UNSET

from authz_service.directory.names import Dn, InvalidDnError
from authz_service.domain.projections import GroupKind
from authz_service.sync.fields import CONTAINER_FIELDS, GROUP_FIELDS, NATIONAL_NUMBER, PERSON_FIELDS
from authz_service.sync.target_tables import (
    Attributes,
    ContainerTable,
    DisablingTable,
    GroupsTable,
    GroupTable,
    PeopleTable,
    TargetTable,
)
from authz_service.sync.targets import (
    OBJECT_CLASS,
    AttributeMapping,
    ContainerMapping,
    Disabling,
    DisablingBit,
    DisablingValue,
    EmptyGroups,
    GroupClass,
    GroupMapping,
    Mapped,
    Marker,
    PeopleMapping,
)
from authz_service.sync.templates import ATTRIBUTE_TYPE, DnTemplate, Template, TemplateError
from authz_service.sync.toml_lines import Path as Keys

__all__ = ["FaultError", "mapped_of"]

_ALWAYS_UNIQUE: Final = frozenset({"samaccountname", "userprincipalname", "gidnumber", "uidnumber"})
_WRITTEN_BY_OTHERS: Final = frozenset(
    {"memberof", "unicodepwd", "userpassword", "entryuuid", "objectguid", "objectsid"}
)


_Named = ContainerTable | PeopleTable | GroupTable


class FaultError(Exception):
    """Something in the file is wrong. `path`: what it is about."""

    def __init__(self, path: Keys, told: str) -> None:
        super().__init__(told)
        self.path = path


class _Templates:
    """Reads the templates of one target."""

    def __init__(self, path: Keys, table: TargetTable) -> None:
        self._path = path
        self._containers = table.containers
        self._entered: list[str] = []
        self._words = MappingProxyType(dict(table.words))
        taken = [table.marker.attribute, OBJECT_CLASS]
        if table.people.disabling is not UNSET:
            taken.append(table.people.disabling.attribute)
        self._taken = {name.lower() for name in taken} | _WRITTEN_BY_OTHERS

    def dn(self, path: Keys, table: _Named, fields: Collection[str]) -> DnTemplate:
        """Read the name of an entry that has these fields, down from the base."""
        own = self._own_dn(path, table, fields)
        above = self._container(path, table, fields)
        return own if above is None else DnTemplate((*own.rdns, *above.rdns))

    def _own_dn(self, path: Keys, table: _Named, fields: Collection[str]) -> DnTemplate:
        try:
            return DnTemplate.parse(table.dn, fields, self._words)
        except TemplateError as error:
            raise FaultError((*path, "dn"), str(error)) from None

    def _container(self, path: Keys, table: _Named, fields: Collection[str]) -> DnTemplate | None:
        """Return the name of the container that `under` names. It must be the same for all that these fields tell."""
        if not table.under:
            return None
        container = self._containers.get(table.under)
        if container is None:
            raise FaultError((*path, "under"), f"there is no such container; there are: {', '.join(self._containers)}")
        if table.under in self._entered:
            raise FaultError((*path, "under"), "a container cannot lie in itself")
        self._entered.append(table.under)
        above = self.dn((*self._path, "containers", table.under), container, CONTAINER_FIELDS[container.each])
        self._entered.pop()
        if above.fields - set(fields):
            raise FaultError((*path, "under"), f"there is one for each {container.each}, and this is of no single one")
        return above

    def attributes(self, path: Keys, table: Attributes, fields: Collection[str], taken: str = "") -> AttributeMapping:
        """Read attributes and their templates. `taken`: a further attribute that is ours to fill."""
        mapping: dict[str, tuple[str, tuple[Template, ...]]] = {}
        for name, sources in table.items():
            here = (*path, "attributes", name)
            checked_attribute(here, name)
            if name.lower() in self._taken | {taken.lower()}:
                raise FaultError(here, "this attribute is filled otherwise; no template may")
            if name.lower() in mapping:
                raise FaultError(here, "this attribute is there twice, in two spellings")
            texts = (sources,) if isinstance(sources, str) else sources
            mapping[name.lower()] = (name, tuple(self._template(here, text, fields) for text in texts))
        return tuple(mapping.values())

    def _template(self, path: Keys, source: str, fields: Collection[str]) -> Template:
        try:
            return Template.parse(source, fields, self._words)
        except TemplateError as error:
            raise FaultError(path, str(error)) from None


def checked_attribute(path: Keys, name: str) -> str:
    """Return the name of an attribute, which may have options after semicolons. Raises FaultError."""
    kind, *options = name.split(";")
    if not ATTRIBUTE_TYPE.fullmatch(kind) or not all(option.isascii() and option.isalnum() for option in options):
        raise FaultError(path, "this is no name of an attribute")
    return name


def mapped_of(path: Keys, table: TargetTable) -> Mapped:
    """Return the mapping of the target whose table the path leads to. Raises FaultError."""
    base = _dn((*path, "base"), table.base)
    if table.marker.attribute.lower() == OBJECT_CLASS.lower():
        raise FaultError((*path, "marker", "attribute"), "an object class marks nothing as ours")
    checked_attribute((*path, "marker", "attribute"), table.marker.attribute)
    templates = _Templates(path, table)
    groups = _groups((*path, "groups"), table.groups, templates)
    unique = {name.lower() for name in table.unique} | _ALWAYS_UNIQUE
    if any(not mapping.group_class.names_entries for mapping in groups.values()):
        unique.add(table.people.login_attribute.lower())
    return Mapped(
        base=base,
        marker=Marker(table.marker.attribute, table.marker.value),
        containers=_containers(path, table, templates),
        people=_people((*path, "people"), table, templates, groups),
        groups=groups,
        unique=frozenset(unique),
    )


def _dn(path: Keys, text: str) -> Dn:
    try:
        name = Dn.parse(text)
    except InvalidDnError as error:
        raise FaultError(path, str(error)) from None
    if not name.rdns:
        raise FaultError(path, "this is no name of an entry")
    return name


def _containers(path: Keys, table: TargetTable, templates: _Templates) -> tuple[ContainerMapping, ...]:
    mappings = []
    for name, container in table.containers.items():
        here = (*path, "containers", name)
        fields = CONTAINER_FIELDS[container.each]
        mappings.append(
            ContainerMapping(
                name=name,
                each=container.each,
                dn=templates.dn(here, container, fields),
                object_classes=container.object_classes,
                attributes=templates.attributes(here, container.attributes, fields),
            )
        )
    return tuple(mappings)


def _people(
    path: Keys, target: TargetTable, templates: _Templates, groups: Mapping[GroupKind, GroupMapping]
) -> PeopleMapping:
    table = target.people
    fields = PERSON_FIELDS | {NATIONAL_NUMBER} if target.entitled_to_national_number else PERSON_FIELDS
    attributes = templates.attributes(path, table.attributes, fields, table.random_password)
    dn = templates.dn(path, table, fields)
    spelled = {name.lower(): name for name in (dn.rdns[0][0], *(name for name, _ in attributes))}
    login = table.login_attribute.lower()
    if login not in spelled and any(not group.group_class.names_entries for group in groups.values()):
        told = f"posixGroup names people by {table.login_attribute}, and people get none; see login_attribute"
        raise FaultError((*path, "login_attribute"), told)
    return PeopleMapping(
        dn=dn,
        object_classes=table.object_classes,
        attributes=attributes,
        login_attribute=spelled.get(login, table.login_attribute),
        disabling=_disabling((*path, "disabling"), table, target.marker.attribute),
        random_password=checked_attribute((*path, "random_password"), table.random_password)
        if table.random_password
        else "",
    )


def _disabling(path: Keys, people: PeopleTable, marker: str) -> Disabling | None:
    if people.disabling is UNSET:
        return None
    table: DisablingTable = people.disabling
    checked_attribute((*path, "attribute"), table.attribute)
    if table.attribute.lower() in {marker.lower(), OBJECT_CLASS.lower()}:
        raise FaultError((*path, "attribute"), "this attribute is filled otherwise; it cannot disable")
    if bool(table.disabled) == bool(table.bit):
        raise FaultError(path, "say what disables: a value (disabled, enabled) or a bit of a number (bit, at_creation)")
    if table.bit:
        if table.bit & (table.bit - 1) or table.at_creation & table.bit:
            raise FaultError((*path, "bit"), "one bit, as the number it stands for, and not set in at_creation")
        return DisablingBit(table.attribute, table.bit, table.at_creation)
    if table.disabled == table.enabled:
        raise FaultError((*path, "enabled"), "the value of somebody blocked and of everybody else is the same")
    return DisablingValue(table.attribute, table.disabled, table.enabled)


def _groups(path: Keys, table: GroupsTable, templates: _Templates) -> Mapping[GroupKind, GroupMapping]:
    tables: dict[GroupKind, GroupTable | object] = {kind: getattr(table, kind) for kind in GroupKind}
    mappings = {
        kind: _group(path, kind, table, own, templates) for kind, own in tables.items() if isinstance(own, GroupTable)
    }
    if not mappings:
        raise FaultError(path, f"no kind of group is there: {', '.join(GroupKind)}")
    return MappingProxyType(mappings)


def _group(path: Keys, kind: GroupKind, shared: GroupsTable, own: GroupTable, templates: _Templates) -> GroupMapping:
    here = (*path, kind)
    group_class = shared.class_ if own.class_ is UNSET else own.class_
    if group_class is UNSET:
        raise FaultError((*path, "class"), f"say which: {', '.join(GroupClass)}")
    empty, placeholder = _emptiness(path, kind, group_class, shared, own)
    fields = GROUP_FIELDS[kind]
    taken = group_class.member_attribute
    attributes = {
        name.lower(): (name, filled)
        for name, filled in (
            *templates.attributes(path, shared.attributes, fields, taken),
            *templates.attributes(here, own.attributes, fields, taken),
        )
    }
    if group_class is GroupClass.POSIX_GROUP and "gidnumber" not in attributes:
        raise FaultError(
            (*here, "attributes"), "posixGroup needs gidNumber, for instance {key|number:100000:2000000000}"
        )
    return GroupMapping(
        kind=kind,
        group_class=group_class,
        dn=templates.dn(here, own, fields),
        object_classes=shared.object_classes if own.object_classes is UNSET else own.object_classes,
        attributes=tuple(attributes.values()),
        empty=empty,
        placeholder=placeholder,
    )


def _emptiness(
    path: Keys, kind: GroupKind, group_class: GroupClass, shared: GroupsTable, own: GroupTable
) -> tuple[EmptyGroups, Dn | None]:
    """Return what becomes of a group without members, and the placeholder where there is to be one."""
    empty = shared.empty if own.empty is UNSET else own.empty
    if empty is UNSET:
        if group_class.needs_a_member:
            told = f"{group_class} may not be empty everywhere; say what becomes of a group without members"
            raise FaultError((*path, "empty"), f"{told}: {', '.join(EmptyGroups)}")
        empty = EmptyGroups.ALLOWED
    if empty is not EmptyGroups.PLACEHOLDER:
        return empty, None
    where = (*path, kind, "placeholder") if own.placeholder is not UNSET else (*path, "placeholder")
    text = shared.placeholder if own.placeholder is UNSET else own.placeholder
    if not group_class.names_entries:
        raise FaultError(where, f"{group_class} names people by their login names and takes no placeholder")
    return empty, _dn(where, text)
