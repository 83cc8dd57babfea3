"""Reads the tree into entries: every object of the file with its typed values, its period and its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.services.facts_file.entry_checks import check_entry
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.members import Reading, read_object
from authz_service.services.facts_file.tree import UNREAD, Node

__all__ = ["Entry", "read_entries", "read_entry"]

_STEPS: Final = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One object of the file. `values` holds the members that could be read, `sound` says that there is no error in it.

    `name` is its id; an employment or work relation may have none (""), and a contact has none.
    """

    kind: str
    place: str
    node: Node
    name: str
    values: Mapping[str, Any]
    sound: bool

    def __getitem__(self, member: str) -> Any:
        """Return the value of a member of a sound entry."""
        return self.values[member]

    def complain(self, errors: Errors, message: str, member: str = "") -> None:
        """Report what is wrong with the object, or with a member of it: a path such as `identifier.value`."""
        errors.report(f"{self.place}.{member}" if member else self.place, _line_of(self.node, member), message)

    @property
    def valid(self) -> Period:
        """When it is so in the world; without limits where the file gives none that can be read."""
        kind = KINDS[self.kind]
        return Period(self.values.get(kind.since, BEGINNING), self.values.get(kind.until, FOREVER))


def _line_of(node: Node, path: str) -> int:
    """Return the line of what the path leads to, or of the last thing on the way that is there."""
    for name in _STEPS.findall(path):
        if isinstance(node.value, dict) and name in node.value:
            node = node.value[name]
        elif isinstance(node.value, list) and name.isdigit() and int(name) < len(node.value):
            node = node.value[int(name)]
    return node.line


def read_entries(
    world: Node, stored: Mapping[str, Collection[str]], means: Collection[str], errors: Errors
) -> list[Entry]:
    """Return the objects of the file in its order.

    `stored`: ids in the store by kind, which the file may refer to. `means`: names of means of authentication.
    Reports what is wrong with any single object.
    """
    if world.value is UNREAD:
        return []
    if not isinstance(world.value, dict):
        errors.report("world", world.line, "an object is needed, with a list for each kind of fact")
        return []
    known = {kind: {*stored.get(kind, ()), *_names(world.value.get(kind))} for kind in KINDS}
    reading = Reading(errors, known, tuple(sorted(means)))
    entries: list[Entry] = []
    for kind, listed in world.value.items():
        place = f"world.{kind}"
        if kind not in KINDS:
            errors.report(place, listed.line, f"unknown key: the kinds of facts are {', '.join(KINDS)}")
        elif isinstance(listed.value, list):
            entries.extend(read_entry(kind, item, f"{place}[{n}]", reading) for n, item in enumerate(listed.value))
        elif listed.value is not UNREAD:
            errors.report(place, listed.line, "a list is needed: write [] for none")
    return entries


def _names(listed: Node | None) -> Iterator[str]:
    if listed is not None and isinstance(listed.value, list):
        for item in listed.value:
            name = item.value.get("id") if isinstance(item.value, dict) else None
            if name is not None and isinstance(name.value, str):
                yield name.value


def read_entry(kind: str, node: Node, place: str, reading: Reading) -> Entry:
    """Return the object that stands at the place, and report what is wrong with it. `kind`: one of KINDS."""
    before = len(reading.errors)
    values = read_object(KINDS[kind].members, node, place, reading) or {}
    entry = Entry(kind, place, node, values.get("id") or "", values, sound=False)
    for member, message in check_entry(kind, values, reading.known):
        entry.complain(reading.errors, message, member)
    return replace(entry, sound=len(reading.errors) == before and values.keys() == KINDS[kind].members.keys())
