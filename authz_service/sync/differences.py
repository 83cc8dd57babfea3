"""What differs between entries found and those that should be, pair by pair: changes, drift, what is as it should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from authz_service.directory.operations import FoundEntry
from authz_service.store.directories import RememberedEntry
from authz_service.sync.comparing import Comparer
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.fingerprints import NOT_KNOWN, Fingerprints
from authz_service.sync.plans import Action, Drift, DriftKind, PlannedChange
from authz_service.sync.reading import TargetReader
from authz_service.sync.renaming import Places, is_aside

__all__ = ["ORDER", "Differences", "moves"]

ORDER: Final[Mapping[EntryKind, int]] = {kind: position for position, kind in enumerate(EntryKind)}


class Differences:
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
        for desired, found in sorted(pairs, key=lambda pair: depth_first(pair[0])):
            self._compare(comparer, desired, found, places, can_be_renamed=desired.key not in clashing)

    def _compare(
        self, comparer: Comparer, desired: DesiredEntry, found: FoundEntry, places: Places, *, can_be_renamed: bool
    ) -> None:
        known = self._remembered.get(desired.key)
        place = places.current(found.dn)
        has_moved = place != desired.dn or comparer.is_spelled_anew(desired, place, found, known)
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
            places.will_be(found.dn, desired.dn)
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
        places = moves(pair for pair in pairs if pair[0].kind is EntryKind.CONTAINER)
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
        if not known.place:
            return False  # it was being renamed by us
        return known.place != self._fingerprints.place(found.dn) and not is_aside(found.dn, found.entry_id)

    def _is_where_it_was_put(self, desired: DesiredEntry, known: RememberedEntry | None) -> bool:
        """Return whether the name that an entry should have is still the one that it was given."""
        return known is not None and known.place == self._fingerprints.place(desired.dn)

    def _is_outdated(self, comparer: Comparer, desired: DesiredEntry, known: RememberedEntry | None) -> bool:
        """Return whether an entry is not what is remembered of it: a run was cut off, or others did our work."""
        if known is None or not known.entry_id or desired.key in self._adopted or known.members == NOT_KNOWN:
            return True
        return known.state != comparer.state(desired) or known.place != self._fingerprints.place(desired.dn)


def moves(pairs: Iterable[tuple[DesiredEntry, FoundEntry]]) -> Places:
    """Return where everything will be when these entries, containers most of all, have the names they should have."""
    places = Places()
    for desired, found in sorted(pairs, key=lambda pair: depth_first(pair[0])):
        if places.current(found.dn) != desired.dn:
            places.will_be(found.dn, desired.dn)
    return places


def depth_first(entry: DesiredEntry) -> tuple[int, int]:
    """Return the key of the order in which what is above comes before what is below."""
    return ORDER[entry.kind], len(entry.dn.rdns)
