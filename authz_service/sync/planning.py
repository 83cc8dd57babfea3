"""Making a plan: what a directory holds against what it should hold. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from authz_service.directory.operations import FoundEntry
from authz_service.store.directories import RememberedEntry
from authz_service.sync import targets
from authz_service.sync.comparing import Comparer, is_emptied
from authz_service.sync.differences import ORDER, Differences, moves
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.fingerprints import Fingerprints, MemberName
from authz_service.sync.plans import (
    Action,
    Basis,
    Clash,
    ClashKind,
    Drift,
    DriftKind,
    MemberChange,
    Plan,
    PlannedChange,
)
from authz_service.sync.reading import Found, TargetReader
from authz_service.sync.rendering import new_entry_attributes
from authz_service.sync.targets import Target

__all__ = ["Planner", "Wanted"]

_LATE: Final = 15 * 60 * 1_000_000
"""For so long (microseconds) after it was sent, a write may still be done by a server that did not answer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a target should hold (`entries`: as `rendering.render_all` gives them), and of which facts and policy it is.

    `only`: keys that are looked at, whether they are wanted or have to go; None: everything there is.
    """

    entries: tuple[DesiredEntry, ...]
    revision: int
    policy: str
    only: frozenset[str] | None = None


@dataclass(slots=True)
class _Matched:
    """Which entry found is which."""

    pairs: list[tuple[DesiredEntry, FoundEntry]] = field(default_factory=list)
    missing: list[DesiredEntry] = field(default_factory=list)
    going: list[tuple[str, FoundEntry]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    adopted: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    """Keys by the ids of the entries found that are ours."""


class Planner:
    """Makes plans for one target. `remembered`: of all its entries, by key."""

    def __init__(
        self, target: Target, fingerprints: Fingerprints, remembered: Mapping[str, RememberedEntry], now: int
    ) -> None:
        self._target = target
        self._fingerprints = fingerprints
        self._remembered = remembered
        self._now = now
        self._leave = target.drift is targets.Drift.REPORT

    def plan(self, reader: TargetReader, wanted: Wanted) -> Plan:
        """Return what has to be done. Raises IncompleteReadError, ConnectionLostError: then nothing is known."""
        desired = {entry.key: entry for entry in wanted.entries}
        keys = wanted.only
        looked_at = desired if keys is None else {key: desired[key] for key in desired if key in keys}
        remembered = {key: each for key, each in self._remembered.items() if keys is None or key in keys}
        found = self._read(reader, looked_at, remembered, everything=keys is None)
        matched = self._match(looked_at, remembered, found)
        self._find_strangers(reader, matched)
        return self._put_together(reader, wanted, desired, found, matched)

    # --- reading and matching -----------------------------------------------------------------------------------------

    def _read(
        self,
        reader: TargetReader,
        desired: Mapping[str, DesiredEntry],
        remembered: Mapping[str, RememberedEntry],
        *,
        everything: bool,
    ) -> Found:
        ids = [each.entry_id for each in remembered.values() if each.entry_id]
        if everything:
            return reader.everything(ids)
        unknown = [entry.dn for key, entry in desired.items() if not self._id(key)]
        return reader.some(ids, unknown)

    def _id(self, key: str) -> str:
        known = self._remembered.get(key)
        return known.entry_id if known else ""

    def _was_taken_away(self, key: str) -> bool:
        """Return whether an entry that is not there was, and was not about to be deleted by us."""
        known = self._remembered.get(key)
        return known is not None and bool(known.entry_id and known.state)

    def _match(
        self, desired: Mapping[str, DesiredEntry], remembered: Mapping[str, RememberedEntry], found: Found
    ) -> _Matched:
        matched = _Matched()
        known_ids = {each.entry_id: key for key, each in self._remembered.items() if each.entry_id}
        free = {entry.dn: entry for entry_id, entry in found.marked.items() if entry_id not in known_ids}
        at_place = {self._fingerprints.place(dn): entry for dn, entry in free.items() if entry.entry_id}
        for key, known in remembered.items():
            entry = self._found_as(known, found, at_place)
            wanted = desired.get(key)
            if entry is not None and known.entry_id in found.unmarked:
                matched.clashes.append(Clash(ClashKind.MARK_GONE, entry.dn, key))
            elif entry is not None:
                matched.held[_identity(entry)] = key
                if not known.entry_id:
                    matched.adopted.add(key)
                    free.pop(entry.dn, None)
                if wanted is None:
                    matched.going.append((key, entry))
                else:
                    matched.pairs.append((wanted, entry))
            elif wanted is None and not self._may_come_late(known):
                matched.gone.append(key)
        met = {entry.key for entry, _ in matched.pairs} | {clash.key for clash in matched.clashes}
        matched.missing = [entry for key, entry in desired.items() if key not in met]
        wanted_at = {entry.dn: entry.key for entry in matched.missing}
        for dn in free:
            matched.clashes.append(Clash(ClashKind.NOT_REMEMBERED, dn, wanted_at.get(dn, "")))
        return matched

    def _may_come_late(self, known: RememberedEntry) -> bool:
        """Return whether a server that fell silent over an entry may yet make it: then it has to be known as ours."""
        return not known.entry_id and self._now - known.written_at < _LATE

    def _found_as(self, known: RememberedEntry, found: Found, at_place: Mapping[str, FoundEntry]) -> FoundEntry | None:
        """Return the entry that is remembered; one that was about to be made is known by its place and our mark."""
        if known.entry_id:
            return found.marked.get(known.entry_id) or found.unmarked.get(known.entry_id)
        return at_place.get(known.place)

    def _find_strangers(self, reader: TargetReader, matched: _Matched) -> None:
        """Find out who stands where an entry of ours is to come and is none of those found."""
        ours = {entry.dn for _, entry in [*matched.pairs, *matched.going]}
        places = moves(pair for pair in matched.pairs if pair[0].kind is EntryKind.CONTAINER)
        comes = {entry.dn: entry for entry in matched.missing}
        comes |= {entry.dn: entry for entry, found in matched.pairs if places.current(found.dn) != entry.dn}
        known = {clash.key for clash in matched.clashes}
        wanted = {dn: entry for dn, entry in comes.items() if dn not in ours and entry.key not in known}
        strangers = reader.strangers_at(wanted.keys()) if wanted else {}
        for dn, stranger in strangers.items():
            kind = ClashKind.IN_THE_WAY if reader.is_marked(stranger) else ClashKind.FOREIGN
            matched.clashes.append(Clash(kind, stranger.dn, wanted[dn].key))
        clashing = {clash.key for clash in matched.clashes}
        matched.missing = [entry for entry in matched.missing if entry.key not in clashing]

    # --- what has to be done ------------------------------------------------------------------------------------------

    def _put_together(
        self,
        reader: TargetReader,
        wanted: Wanted,
        desired: Mapping[str, DesiredEntry],
        found: Found,
        matched: _Matched,
    ) -> Plan:
        left = [entry for entry in matched.missing if self._leave and self._was_taken_away(entry.key)]
        clashing = {clash.key for clash in matched.clashes if clash.key}
        absent = {entry.key for entry in left}
        not_ours = (clashing - {entry.key for entry, _ in matched.pairs}) | absent
        withheld = frozenset(key for key in not_ours if key in desired and desired[key].kind is EntryKind.PERSON)
        if wanted.only is not None:
            withheld |= self._strangers_among_members(reader, desired, wanted.only, matched)
        self._leave_out_emptied(matched, withheld)
        differences = Differences(self._remembered, self._fingerprints, reader, matched.adopted, leave=self._leave)
        people = {**desired, **differences.where_they_stay(matched.pairs, clashing)}
        comparer = Comparer(
            self._target.mapped,
            people,
            self._fingerprints,
            withheld=withheld,
            leave=self._leave,
            renamed=_renamed(matched.pairs, people),
        )
        differences.compare(comparer, matched.pairs, clashing)
        adds = [self._addition(comparer, people, entry) for entry in matched.missing if entry.key not in absent]
        deletions = [self._deletion(reader, key, entry) for key, entry in matched.going]
        reported = [*differences.reported, *(Drift(entry.key, entry.dn, (DriftKind.DELETED,)) for entry in left)]
        return Plan(
            target=self._target.name,
            basis=Basis(wanted.revision, wanted.policy, found.token),
            made_at=self._now,
            changes=tuple(_in_order([*adds, *differences.changes, *deletions])),
            clashes=tuple(sorted(matched.clashes, key=lambda clash: (clash.kind, clash.key, str(clash.dn)))),
            reported=tuple(sorted(reported, key=lambda drift: drift.key)),
            there=self._there(wanted, matched),
            unchanged=differences.unchanged,
            refreshed=tuple(differences.refreshed),
            gone=tuple(matched.gone),
            withheld=withheld,
            entries=people,
        )

    def _strangers_among_members(
        self, reader: TargetReader, desired: Mapping[str, DesiredEntry], only: frozenset[str], matched: _Matched
    ) -> frozenset[str]:
        """Return the keys of people who are to come into groups, are not looked at, and whose entries are not ours."""
        coming: set[str] = set()
        for group, found in [*matched.pairs, *((entry, None) for entry in matched.missing)]:
            if group.group is not None and group.members:
                group_class = self._target.mapped.groups[group.group.kind].group_class
                there = set(found.attributes.get(group_class.member_attribute, ())) if found is not None else set()
                members = (desired[key] for key in group.members.difference(only))
                coming.update(
                    each.key
                    for each in members
                    if (each.spelled if group_class.names_entries else each.login) not in there
                )
        ids = {entry_id: key for key in coming if (entry_id := self._id(key))}
        ours = reader.some(ids, ()).marked if ids else {}
        return frozenset(coming.difference(key for entry_id, key in ids.items() if entry_id in ours))

    def _leave_out_emptied(self, matched: _Matched, withheld: frozenset[str]) -> None:
        """Take groups for unwanted that are not to be there empty, and whose members may all stand in no group."""
        if withheld:
            pairs = matched.pairs
            emptied = {
                each.key
                for each in [*(entry for entry, _ in pairs), *matched.missing]
                if is_emptied(self._target.mapped, each, withheld)
            }
            matched.going += [(entry.key, found) for entry, found in pairs if entry.key in emptied]
            matched.pairs = [pair for pair in pairs if pair[0].key not in emptied]
            matched.missing = [entry for entry in matched.missing if entry.key not in emptied]

    def _there(self, wanted: Wanted, matched: _Matched) -> int:
        """Return how many entries of ours there are; where only some were read, how many there should still be."""
        if wanted.only is None:
            return len(matched.pairs) + len(matched.going)
        return sum(bool(known.entry_id) for known in self._remembered.values())

    def _addition(self, comparer: Comparer, desired: Mapping[str, DesiredEntry], entry: DesiredEntry) -> PlannedChange:
        shown = comparer.without_withheld(entry)
        values = new_entry_attributes(self._target.mapped, shown, desired)
        drift = (DriftKind.DELETED,) if self._was_taken_away(entry.key) else ()
        return PlannedChange(
            entry.key, entry.kind, Action.ADD, entry.dn, drift=drift, desired=entry, values=tuple(values.items())
        )

    def _deletion(self, reader: TargetReader, key: str, entry: FoundEntry) -> PlannedChange:
        kind = EntryKind(key.partition("/")[0])
        members = None
        if kind is EntryKind.GROUP:
            members = self._members_going(entry)
        return PlannedChange(
            key, kind, Action.DELETE, entry.dn, entry.entry_id, tag=reader.unchanged(entry), members=members
        )

    def _members_going(self, entry: FoundEntry) -> MemberChange | None:
        """Return who stands in a group that goes. The group is not wanted, so its mapping is known by its attribute."""
        for mapping in self._target.mapped.groups.values():
            attribute = mapping.group_class.member_attribute
            values = entry.attributes.get(attribute, ())
            if values:
                placeholder = str(mapping.placeholder).encode() if mapping.placeholder else b""
                count = sum(value.lower() != placeholder.lower() for value in values)
                return MemberChange(attribute, (), values, there=count, going=count)
        return None


def _renamed(
    pairs: Iterable[tuple[DesiredEntry, FoundEntry]], people: Mapping[str, DesiredEntry]
) -> dict[MemberName, MemberName]:
    """Return what people will be called in groups, by what those are called there now who get another name."""
    return {
        found.dn.normalised(): people[desired.key].dn.normalised()
        for desired, found in pairs
        if desired.kind is EntryKind.PERSON and found.dn != people[desired.key].dn
    }


def _in_order(changes: list[PlannedChange]) -> list[PlannedChange]:
    """Return changes in the order in which they are carried out: what comes from the top down, what goes last."""

    def place(change: PlannedChange) -> tuple[int, int, int, str]:
        order = ORDER[change.kind]
        if change.action is Action.DELETE:
            return 1, -order, -len(change.dn.rdns), change.key
        depth = len((change.new_dn or change.dn).rdns) if change.kind is EntryKind.CONTAINER else 0
        return 0, order, depth, change.key

    return sorted(changes, key=place)


def _identity(entry: FoundEntry) -> str:
    return entry.entry_id or str(entry.dn)
