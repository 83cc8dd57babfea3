"""Comparing an entry as found with the entry it should be. What servers merely spell otherwise is no difference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from authz_service.directory.names import Dn, InvalidDnError
from authz_service.directory.operations import Change, ChangeKind, FoundEntry, drops_old_values
from authz_service.store.directories import RememberedEntry
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.fingerprints import NOT_KNOWN, Fingerprints, MemberName, digests_in, member_digests, without
from authz_service.sync.plans import Action, AttributeChange, MemberChange, PlannedChange
from authz_service.sync.rendering import member_values
from authz_service.sync.targets import (
    OBJECT_CLASS,
    ContainerMapping,
    DisablingBit,
    EmptyGroups,
    GroupMapping,
    Mapped,
    PeopleMapping,
    disabling_values,
)

__all__ = ["Comparer", "Difference", "is_emptied"]

_Values = Mapping[str, tuple[bytes, ...]]
_OFF: Final = (b"0",)
_ON: Final = (b"1",)


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to change in an entry. `left`: others changed something that is to be left as it is."""

    attributes: tuple[AttributeChange, ...]
    members: MemberChange | None
    left_attributes: bool = False
    left_members: bool = False

    @property
    def is_none(self) -> bool:
        """Whether nothing has to be written."""
        return not self.attributes and self.members is None


class Comparer:
    """Compares the entries of one target. `people`: those that should be, by key, with all members of groups.

    `withheld`: keys of people who must stand in no group. `leave`: what only others changed is not to be repaired.
    `renamed`: what people will be called as members, by what they are called now.
    """

    def __init__(
        self,
        mapped: Mapped,
        people: Mapping[str, DesiredEntry],
        fingerprints: Fingerprints,
        *,
        withheld: Collection[str] = (),
        leave: bool = False,
        renamed: Mapping[MemberName, MemberName] = MappingProxyType({}),
    ) -> None:
        self._mapped = mapped
        self._people = people
        self._fingerprints = fingerprints
        self._withheld = withheld
        self._leave = leave
        self._renamed = renamed
        self._managed: dict[int, tuple[str, ...]] = {}
        self._asked = {name.lower(): name for name in mapped.attributes_read()}

    # --- what should be -----------------------------------------------------------------------------------------------

    def wanted_members(self, desired: DesiredEntry) -> tuple[bytes, ...]:
        """Return what the member attribute of a group should hold."""
        return member_values(self._mapped, self.without_withheld(desired), self._people)

    def remembered(self, desired: DesiredEntry, entry_id: str, at: int) -> RememberedEntry:
        """Return what is to be remembered of an entry that is as it should be, at that instant (UTC microseconds)."""
        return RememberedEntry(
            key=desired.key,
            entry_id=entry_id,
            dn=str(desired.dn),
            place=self._fingerprints.place(desired.dn),
            state=self.state(desired),
            members=self._fingerprints.members(self._member_names(desired)) if desired.members is not None else b"",
            written_at=at,
        )

    def about_to_be(self, desired: DesiredEntry, at: int) -> RememberedEntry:
        """Return what is to be remembered before an entry is made: that it may be there."""
        return RememberedEntry(desired.key, "", str(desired.dn), self._fingerprints.place(desired.dn), "", b"", at)

    def about_to_change(self, change: PlannedChange, known: RememberedEntry) -> RememberedEntry:
        """Return what is known of an entry while it is being changed: of what changes, nothing."""
        if change.action is Action.DELETE:
            return replace(known, place="", state="", members=b"")
        names = {each.change.attribute.lower() for each in change.attributes}
        names |= {kind.lower() for kind, _ in change.new_dn.rdns[0]} if change.new_dn else set()
        return replace(
            known,
            place="" if change.new_dn else known.place,
            state=without(known.state, names),
            members=NOT_KNOWN if change.members else known.members,
        )

    def state(self, desired: DesiredEntry) -> str:
        """Return the digests of the attributes of an entry as it should be."""
        held = {name: _wanted(desired, name) for name in self._names(desired)}
        if desired.kind is EntryKind.PERSON and (disabling := self._mapped.people.disabling):
            held[disabling.attribute] = self._disabling(desired, ())
        return self._fingerprints.state(held)

    def without_withheld(self, desired: DesiredEntry) -> DesiredEntry:
        """Return an entry with those members only that may stand in it."""
        if not self._withheld or not desired.members or desired.members.isdisjoint(self._withheld):
            return desired
        return DesiredEntry(
            desired.key,
            desired.kind,
            desired.dn,
            desired.spelled,
            desired.attributes,
            members=desired.members.difference(self._withheld),
            group=desired.group,
        )

    def is_emptied(self, desired: DesiredEntry) -> bool:
        """Return whether a group that is not to be there empty has members, none of whom may stand in it."""
        return is_emptied(self._mapped, desired, self._withheld)

    def _member_names(self, desired: DesiredEntry) -> Iterable[MemberName]:
        members = (desired.members or frozenset()).difference(self._withheld)
        if self._group(desired).group_class.names_entries:
            return [self._people[key].dn.normalised() for key in members]
        return {self._people[key].login for key in members}

    # --- differences --------------------------------------------------------------------------------------------------

    def difference(
        self, desired: DesiredEntry, found: FoundEntry, remembered: RememberedEntry | None, *, renamed: bool = False
    ) -> Difference:
        """Return what has to change in an entry. `renamed`: what its name says is not looked at."""
        known = remembered.state if remembered and self._fingerprints.knows(remembered.state) else None
        changes: list[AttributeChange] = []
        left = False
        for name in self._names(desired):
            there = self._there(found, name)
            there = _after_rename(there, found, desired, name) if renamed else there
            change = self._attribute(desired, name, there)
            if change is None:
                continue
            judged = self._judged(desired, change, known)
            left = left or judged is None
            changes += [judged] if judged else []
        disabled = self._disabled(desired, found)
        if disabled is not None:
            judged = self._judged(desired, disabled, known)
            left = left or judged is None
            changes += [judged] if judged else []
        members, left_members = self._members(desired, found, remembered if known is not None else None)
        return Difference(tuple(changes), members, left, left_members)

    def is_spelled_anew(
        self, desired: DesiredEntry, place: Dn, found: FoundEntry, remembered: RememberedEntry | None
    ) -> bool:
        """Return whether its name is to be spelt otherwise than it was, and not only otherwise than others spell it.

        `place`: where the entry is, or will be by then.
        """
        (name, wanted), *_ = desired.dn.rdns[0]
        if remembered is None or place.rdns[0][0][1] == wanted or place != desired.dn:
            return False
        if not self._fingerprints.knows(remembered.state):
            return False
        written = digests_in(remembered.state).get(name.lower())
        there, values = self._there(found, name), _wanted(desired, name)
        return written == self._fingerprints.values(there) != self._fingerprints.values(values)

    def _judged(self, desired: DesiredEntry, change: AttributeChange, known: str | None) -> AttributeChange | None:
        """Return the change with whose doing it makes good; None: it is others' doing, and stays."""
        name = change.change.attribute.lower()
        written = digests_in(known).get(name) if known is not None else None
        if written is None or self._fingerprints.values(self._comparable(name, change.old)) == written:
            return change
        if self._leave and digests_in(self.state(desired))[name] == written:
            return None
        return AttributeChange(change.change, change.old, change.new, by_others=True)

    def _comparable(self, name: str, values: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return what the digest of an attribute is made from: of a number with bits of others, our bit."""
        disabling = self._mapped.people.disabling
        if isinstance(disabling, DisablingBit) and name == disabling.attribute.lower():
            return _ON if _has_bit(values, disabling.bit) else _OFF
        return values

    def _attribute(self, desired: DesiredEntry, name: str, found: tuple[bytes, ...]) -> AttributeChange | None:
        wanted = _wanted(desired, name)
        if found == wanted or set(found) == set(wanted):
            return None
        if name in {OBJECT_CLASS, self._mapped.marker.attribute}:
            held = {_folded(value) for value in found}
            missing = tuple(value for value in wanted if _folded(value) not in held)
            return AttributeChange(Change(ChangeKind.ADD, name, missing), found, wanted) if missing else None
        if _is_naming(desired, name) and _beside_name(desired, found) == _beside_name(desired, wanted):
            return None
        if _same_names(found, wanted):
            return None
        return AttributeChange(Change(ChangeKind.REPLACE, name, wanted), found, wanted)

    def _disabled(self, desired: DesiredEntry, found: FoundEntry) -> AttributeChange | None:
        disabling = self._mapped.people.disabling
        if desired.kind is not EntryKind.PERSON or disabling is None:
            return None
        there = self._there(found, disabling.attribute)
        wanted = disabling_values(disabling, disabled=desired.disabled, current=there)
        if set(wanted) == set(there):
            return None
        return AttributeChange(Change(ChangeKind.REPLACE, disabling.attribute, wanted), there, wanted)

    def _disabling(self, desired: DesiredEntry, current: tuple[bytes, ...]) -> tuple[bytes, ...]:
        disabling = self._mapped.people.disabling
        if disabling is None:
            return ()
        if isinstance(disabling, DisablingBit):
            return _ON if desired.disabled else _OFF
        return disabling_values(disabling, disabled=desired.disabled, current=current)

    # --- members ------------------------------------------------------------------------------------------------------

    def _members(
        self, desired: DesiredEntry, found: FoundEntry, remembered: RememberedEntry | None
    ) -> tuple[MemberChange | None, bool]:
        if desired.members is None:
            return None, False
        mapping = self._group(desired)
        attribute = mapping.group_class.member_attribute
        there = self._there(found, attribute)
        wanted = self.wanted_members(desired)
        if there == wanted:
            return None, False
        added, removed = _differing(wanted, there, names_entries=mapping.group_class.names_entries)
        if not added and not removed:
            return None, False
        placeholder = mapping.placeholder.normalised() if mapping.placeholder else None
        known = member_digests(remembered.members) if remembered and remembered.members != NOT_KNOWN else None
        strange = {
            name
            for names, was_there in ((added, True), (removed, False))
            for name in names
            if known is not None and name != placeholder and (self._fingerprints.member(name) in known) is was_there
        }
        left = self._leave and bool(strange)
        if left:
            added = {name: value for name, value in added.items() if name not in strange}
            removed = {name: value for name, value in removed.items() if name not in strange}
        if not added and not removed:
            return None, left
        change = MemberChange(
            attribute,
            tuple(added.values()),
            tuple(removed.values()),
            there=len(there) - _holds(there, mapping),
            going=sum(name != placeholder and self._renamed.get(name, name) not in added for name in removed),
            by_others=bool(strange) and not left,
        )
        return change, left

    # --- which attributes are ours ------------------------------------------------------------------------------------

    def _there(self, found: FoundEntry, name: str) -> tuple[bytes, ...]:
        return found.attributes.get(self._asked[name.lower()], ())

    def _names(self, desired: DesiredEntry) -> tuple[str, ...]:
        mapping = self._mapping(desired)
        known = self._managed.get(id(mapping))
        if known is None:
            names = {OBJECT_CLASS, self._mapped.marker.attribute, *(name for name, _ in mapping.attributes)}
            names.add(mapping.dn.rdns[0][0])
            known = self._managed[id(mapping)] = tuple({name.lower(): name for name in sorted(names)}.values())
        return known

    def _mapping(self, desired: DesiredEntry) -> ContainerMapping | PeopleMapping | GroupMapping:
        if desired.kind is EntryKind.PERSON:
            return self._mapped.people
        if desired.kind is EntryKind.GROUP:
            return self._group(desired)
        name = desired.key.split("/")[1]
        return next(mapping for mapping in self._mapped.containers if mapping.name == name)

    def _group(self, desired: DesiredEntry) -> GroupMapping:
        if desired.group is None:
            raise ValueError(f"{desired.key} is no group")
        return self._mapped.groups[desired.group.kind]


def is_emptied(mapped: Mapped, desired: DesiredEntry, withheld: Collection[str]) -> bool:
    """Return whether a group that is not to be there empty has members, none of whom may stand in it."""
    if desired.group is None or not desired.members or not all(key in withheld for key in desired.members):
        return False
    return mapped.groups[desired.group.kind].empty is EmptyGroups.DELETE


def _differing(
    wanted: tuple[bytes, ...], there: tuple[bytes, ...], *, names_entries: bool
) -> tuple[dict[MemberName, bytes], dict[MemberName, bytes]]:
    """Return the values to come and to go, by what makes members equal. Only what is spelt otherwise is parsed."""
    held, asked = set(there), set(wanted)
    coming = {_member_name(value, names_entries): value for value in wanted if value not in held}
    going = {_member_name(value, names_entries): value for value in there if value not in asked}
    same = coming.keys() & going.keys()
    return (
        {name: value for name, value in coming.items() if name not in same},
        {name: value for name, value in going.items() if name not in same},
    )


def _member_name(value: bytes, names_entries: bool) -> MemberName:  # noqa: FBT001 - of one caller
    if names_entries:
        try:
            return Dn.parse(value.decode("utf-8", "surrogateescape")).normalised()
        except InvalidDnError:
            return value
    return value


def _holds(there: tuple[bytes, ...], mapping: GroupMapping) -> int:
    """Return 1 when the placeholder is among few members, else 0."""
    if mapping.placeholder is None or len(there) > 2:
        return 0
    placeholder = mapping.placeholder.normalised()
    return int(any(_member_name(value, names_entries=True) == placeholder for value in there))


def _wanted(desired: DesiredEntry, name: str) -> tuple[bytes, ...]:
    """Return the values there should be; mappings of several kinds of entries may spell a name in several ways."""
    values = desired.attributes.get(name)
    if values is None:
        lowered = name.lower()
        values = next((held for kind, held in desired.attributes.items() if kind.lower() == lowered), ())
    return values


def _after_rename(values: tuple[bytes, ...], found: FoundEntry, desired: DesiredEntry, name: str) -> tuple[bytes, ...]:
    """Return the values of an attribute after a rename, which takes the old name's value and gives the new one's."""
    for kind, value in found.dn.rdns[0] if drops_old_values(found.dn, desired.dn) else ():
        if kind.lower() == name.lower():
            old = value.encode("utf-8", "surrogateescape")
            values = tuple(each for each in values if _folded(each) != _folded(old))
    for kind, value in desired.dn.rdns[0]:
        if kind.lower() == name.lower():
            values = (*values, value.encode("utf-8", "surrogateescape"))
    return values


def _is_naming(desired: DesiredEntry, name: str) -> bool:
    return any(kind.lower() == name.lower() for kind, _ in desired.dn.rdns[0])


def _beside_name(desired: DesiredEntry, values: tuple[bytes, ...]) -> set[bytes]:
    """Return the values of the attribute that names the entry but the one in its name, which servers spell anew."""
    name = {_folded(value.encode("utf-8", "surrogateescape")) for _, value in desired.dn.rdns[0]}
    return {value for value in values if _folded(value) not in name}


def _folded(value: bytes) -> str:
    """Return one form of values that a directory compares without case and runs of spaces."""
    return Dn(((("cn", value.decode("utf-8", "surrogateescape")),),)).normalised()[0][0][1]


def _same_names(found: tuple[bytes, ...], wanted: tuple[bytes, ...]) -> bool:
    """Return whether both are names of the same entries."""
    if len(found) != len(wanted) or not all(b"=" in value for value in (*found, *wanted)):
        return False
    try:
        names = [{Dn.parse(value.decode("utf-8", "surrogateescape")) for value in values} for values in (found, wanted)]
    except InvalidDnError:
        return False
    return names[0] == names[1]


def _has_bit(values: tuple[bytes, ...], bit: int) -> bool:
    try:
        return bool(values and int(values[0]) & bit)
    except ValueError:
        return False
