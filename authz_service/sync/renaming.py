"""Where entries are while a plan is carried out: what lies under a renamed entry moves with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from authz_service.directory.names import Dn, Rdn
from authz_service.sync.plans import Action, PlannedChange

__all__ = ["Places", "aside", "is_aside", "is_spelled_as", "places_wanted"]

_ID_SHOWN: Final = 8
_VALUE_SHOWN: Final = 40
"""Active Directory takes names of 64 characters."""


class Places:
    """Where entries are now, or will be, by the names that they had in the beginning."""

    def __init__(self) -> None:
        self._now: dict[tuple[Rdn, ...], Dn] = {}

    def will_be(self, original: Dn, new: Dn) -> None:
        """Note where the entry will be in the end that had this name in the beginning, with all that lies under it."""
        self._now[original.normalised()] = new

    def moved(self, original: Dn, new: Dn) -> None:
        """Note that the entry is somewhere else from now on, with all that lies under it now."""
        before = self.current(original)
        for name, place in self._now.items():
            if place.is_below(before):
                self._now[name] = _rebased(place, before, new)
        self._now[original.normalised()] = new

    def current(self, original: Dn) -> Dn:
        """Return where the entry is that had this name in the beginning."""
        if not self._now:
            return original
        name = original.normalised()
        for level in range(len(name)):
            place = self._now.get(name[level:])
            if place is not None:
                return Dn((*original.rdns[:level], *place.rdns)) if level else place
        return original


def _rebased(dn: Dn, old: Dn, new: Dn) -> Dn:
    return Dn((*dn.rdns[: len(dn.rdns) - len(old.rdns)], *new.rdns))


def is_spelled_as(dn: Dn, wanted: Dn) -> bool:
    """Return whether two names are equal, and the values of the entry's own part to the letter."""
    return dn == wanted and {value for _, value in dn.rdns[0]} == {value for _, value in wanted.rdns[0]}


def aside(dn: Dn, entry_id: str) -> Dn:
    """Return a name beside this one for an entry that has to make room for a while."""
    (kind, value), *more = dn.rdns[0]
    return Dn((((kind, f"{value[:_VALUE_SHOWN]}{_aside(entry_id)}"), *more), *dn.rdns[1:]))


def is_aside(dn: Dn, entry_id: str) -> bool:
    """Return whether an entry has a name that `aside` made: a run was cut off before it got its own."""
    return bool(dn.rdns) and any(value.endswith(_aside(entry_id)) for _, value in dn.rdns[0])


def _aside(entry_id: str) -> str:
    return f" (aside {entry_id[:_ID_SHOWN]})"


def places_wanted(changes: Iterable[PlannedChange]) -> dict[Dn, str]:
    """Return which names these changes give to entries, and the keys of those."""
    return {
        change.new_dn or change.dn: change.key
        for change in changes
        if change.new_dn is not None or change.action is Action.ADD
    }
