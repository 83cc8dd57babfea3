"""Where entries are while a plan is carried out: what lies under a renamed entry moves with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from authz_service.directory.names import Dn
from authz_service.sync.plans import Action, PlannedChange

__all__ = ["Places", "aside", "in_the_way"]

_ID_SHOWN: Final = 8
_VALUE_SHOWN: Final = 40
"""Active Directory takes names of 64 characters."""


class Places:
    """Names as they are after some renames, in the order in which those were done."""

    def __init__(self) -> None:
        self._moves: list[tuple[Dn, Dn]] = []
        self._single: dict[Dn, tuple[Dn, int]] = {}

    def moved(self, original: Dn, new: Dn, *, with_others: bool) -> None:
        """Note a rename of the entry that had this name in the beginning. `with_others`: others may lie under it."""
        if with_others:
            self._moves.append((self.current(original), new))
        else:
            self._single[original] = (new, len(self._moves))

    def current(self, original: Dn) -> Dn:
        """Return where the entry is that had this name in the beginning."""
        dn, first = self._single.get(original, (original, 0))
        for old, new in self._moves[first:]:
            if dn == old:
                dn = new
            elif dn.is_below(old):
                dn = Dn((*dn.rdns[: len(dn.rdns) - len(old.rdns)], *new.rdns))
        return dn


def aside(dn: Dn, entry_id: str) -> Dn:
    """Return a name beside this one for an entry that has to make room for a while."""
    (kind, value), *more = dn.rdns[0]
    return Dn((((kind, f"{value[:_VALUE_SHOWN]} (aside {entry_id[:_ID_SHOWN]})"), *more), *dn.rdns[1:]))


def in_the_way(changes: Iterable[PlannedChange], places: Mapping[Dn, str]) -> set[str]:
    """Return the keys of entries that stand where others have to go. `places`: the names of ours, with their keys.

    They are moved aside first: so two entries can exchange their names, and one can take that of another that goes.
    """
    leaving = {}
    wanted = {}
    for change in changes:
        if change.new_dn is not None:
            wanted[change.new_dn] = change.key
        elif change.action is Action.ADD:
            wanted[change.dn] = change.key
        if change.new_dn is not None or change.action is Action.DELETE:
            leaving[change.key] = change
    standing = ((places[dn], key) for dn, key in wanted.items() if dn in places)
    return {there for there, key in standing if there != key and there in leaving}
