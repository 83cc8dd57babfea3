"""Making a plan: what a directory holds against what it should hold. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from authz_service.directory.operations import FoundEntry
from authz_service.store.directories import RememberedEntry
from authz_service.sync import targets
from authz_service.sync.comparing import Comparer
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.fingerprints import Fingerprints
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
from authz_service.sync.renaming import Places
from authz_service.sync.rendering import new_entry_attributes
from authz_service.sync.targets import Target

__all__ = ["Planner", "Wanted"]

_ORDER: Final[Mapping[EntryKind, int]] = {kind: position for position, kind in enumerate(EntryKind)}


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
            elif wanted is None:
                matched.gone.append(key)
        met = {entry.key for entry, _ in matched.pairs} | {clash.key for clash in matched.clashes}
        matched.missing = [entry for key, entry in desired.items() if key not in met]
        wanted_at = {entry.dn: entry.key for entry in matched.missing}
        for dn in free:
            matched.clashes.append(Clash(ClashKind.NOT_REMEMBERED, dn, wanted_at.get(dn, "")))
        return matched

    def _found_as(self, known: RememberedEntry, found: Found, at_place: Mapping[str, FoundEntry]) -> FoundEntry | None:
        """Return the entry that is remembered; one that was about to be made is known by its place and our mark."""
        if known.entry_id:
            return found.marked.get(known.entry_id) or found.unmarked.get(known.entry_id)
        return at_place.get(known.place)

    def _find_strangers(self, reader: TargetReader, matched: _Matched) -> None:
        """Find out who stands where an entry of ours is to come and is none of those found."""
        ours = {entry.dn for _, entry in [*matched.pairs, *matched.going]}
        places = _moves(pair for pair in matched.pairs if pair[0].kind is EntryKind.CONTAINER)
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
        left = [entry for entry in matched.missing if self._leave and self._id(entry.key)]
        clashing = {clash.key for clash in matched.clashes if clash.key}
        absent = {entry.key for entry in left}
        not_ours = (clashing - {entry.key for entry, _ in matched.pairs}) | absent
        withheld = frozenset(key for key in not_ours if key in desired and desired[key].kind is EntryKind.PERSON)
        differences = _Differences(self._remembered, self._fingerprints, reader, matched.adopted, leave=self._leave)
        people = {**desired, **differences.where_they_stay(matched.pairs, clashing)}
        comparer = Comparer(self._target.mapped, people, self._fingerprints, withheld=withheld, leave=self._leave)
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
            people=sum(entry.kind is EntryKind.PERSON for entry in wanted.entries),
            groups=sum(entry.kind is EntryKind.GROUP for entry in wanted.entries),
            unchanged=differences.unchanged,
            refreshed=tuple(differences.refreshed),
            gone=tuple(matched.gone),
            withheld=withheld,
            entries=people,
        )

    def _there(self, wanted: Wanted, matched: _Matched) -> int:
        """Return how many entries of ours there are; where only some were read, how many there should still be."""
        if wanted.only is None:
            return len(matched.pairs) + len(matched.going)
        return sum(bool(known.entry_id) for known in self._remembered.values())

    def _addition(self, comparer: Comparer, desired: Mapping[str, DesiredEntry], entry: DesiredEntry) -> PlannedChange:
        shown = comparer.without_withheld(entry)
        values = new_entry_attributes(self._target.mapped, shown, desired)
        drift = (DriftKind.DELETED,) if self._id(entry.key) else ()
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


class _Differences:
    """Compares pair after pair; containers first, as what lies under them moves with them."""

    def __init__(
        self,
        remembered: Mapping[str, RememberedEntry],
        fingerprints: Fingerprints,
        reader: TargetReader,
        adopted: set[str],
        *,
        leave: bool,
    ) -> None:
        self._remembered = remembered
        self._fingerprints = fingerprints
        self._reader = reader
        self._adopted = adopted
        self._leave = leave
        self.changes: list[PlannedChange] = []
        self.reported: list[Drift] = []
        self.refreshed: list[tuple[DesiredEntry, str]] = []
        self.unchanged = 0

    def compare(self, comparer: Comparer, pairs: Iterable[tuple[DesiredEntry, FoundEntry]], clashing: set[str]) -> None:
        """Compare all pairs. `clashing`: keys of entries that cannot get their name."""
        places = Places()
        for desired, found in sorted(pairs, key=lambda pair: _depth_first(pair[0])):
            self._compare(comparer, desired, found, places, can_be_renamed=desired.key not in clashing)

    def _compare(
        self, comparer: Comparer, desired: DesiredEntry, found: FoundEntry, places: Places, *, can_be_renamed: bool
    ) -> None:
        known = self._remembered.get(desired.key)
        has_moved = places.current(found.dn) != desired.dn
        moved_by_others = has_moved and self._was_moved(found, known)
        stays = moved_by_others and self._leave and self._is_where_it_was_put(desired, known)
        renames = has_moved and can_be_renamed and not stays
        difference = comparer.difference(desired, found, known, renamed=has_moved)
        kinds = [DriftKind.MOVED] if stays else []
        kinds += [DriftKind.CHANGED] if difference.left_attributes else []
        kinds += [DriftKind.MEMBERS] if difference.left_members else []
        if kinds:
            self.reported.append(Drift(desired.key, found.dn, tuple(kinds)))
        if renames and desired.kind is EntryKind.CONTAINER:
            places.moved(found.dn, desired.dn, with_others=True)
        if not renames and difference.is_none:
            self.unchanged += 1
            if self._is_outdated(comparer, desired, known) and not kinds and not has_moved:
                self.refreshed.append((desired, found.entry_id))
            return
        drift = [DriftKind.MOVED] if renames and moved_by_others else []
        drift += [DriftKind.CHANGED] if any(change.by_others for change in difference.attributes) else []
        drift += [DriftKind.MEMBERS] if difference.members and difference.members.by_others else []
        self.changes.append(
            PlannedChange(
                desired.key,
                desired.kind,
                Action.CHANGE,
                found.dn,
                found.entry_id,
                new_dn=desired.dn if renames else None,
                tag=self._reader.unchanged(found),
                attributes=difference.attributes,
                members=difference.members,
                drift=tuple(drift),
                desired=desired,
            )
        )

    def where_they_stay(
        self, pairs: Iterable[tuple[DesiredEntry, FoundEntry]], clashing: set[str]
    ) -> dict[str, DesiredEntry]:
        """Return the people whose entries keep another name than they should have, by key and with that name."""
        pairs = list(pairs)
        places = _moves(pair for pair in pairs if pair[0].kind is EntryKind.CONTAINER)
        staying = {}
        for desired, found in pairs:
            known = self._remembered.get(desired.key)
            current = places.current(found.dn)
            if desired.kind is EntryKind.PERSON and current != desired.dn:
                left = self._leave and self._was_moved(found, known) and self._is_where_it_was_put(desired, known)
                if left or desired.key in clashing:
                    staying[desired.key] = replace(desired, dn=current, spelled=str(current).encode())
        return staying

    def _was_moved(self, found: FoundEntry, known: RememberedEntry | None) -> bool:
        """Return whether somebody else gave an entry another name."""
        if known is None or not self._fingerprints.knows(known.state):
            return False
        return known.place != self._fingerprints.place(found.dn)

    def _is_where_it_was_put(self, desired: DesiredEntry, known: RememberedEntry | None) -> bool:
        """Return whether the name that an entry should have is still the one that it was given."""
        return known is not None and known.place == self._fingerprints.place(desired.dn)

    def _is_outdated(self, comparer: Comparer, desired: DesiredEntry, known: RememberedEntry | None) -> bool:
        """Return whether an entry is not what is remembered of it: a run was cut off, or others did our work."""
        if known is None or not known.entry_id or desired.key in self._adopted:
            return True
        return known.state != comparer.state(desired) or known.place != self._fingerprints.place(desired.dn)


def _moves(pairs: Iterable[tuple[DesiredEntry, FoundEntry]]) -> Places:
    places = Places()
    for desired, found in sorted(pairs, key=lambda pair: _depth_first(pair[0])):
        if places.current(found.dn) != desired.dn:
            places.moved(found.dn, desired.dn, with_others=True)
    return places


def _depth_first(entry: DesiredEntry) -> tuple[int, int]:
    return _ORDER[entry.kind], len(entry.dn.rdns)


def _in_order(changes: list[PlannedChange]) -> list[PlannedChange]:
    """Return changes in the order in which they are carried out: what comes from the top down, what goes last."""

    def place(change: PlannedChange) -> tuple[int, int, int, str]:
        order = _ORDER[change.kind]
        if change.action is Action.DELETE:
            return 1, -order, -len(change.dn.rdns), change.key
        depth = len((change.new_dn or change.dn).rdns) if change.kind is EntryKind.CONTAINER else 0
        return 0, order, depth, change.key

    return sorted(changes, key=place)


def _identity(entry: FoundEntry) -> str:
    return entry.entry_id or str(entry.dn)
