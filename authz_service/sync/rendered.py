"""What a target should hold, kept enterprise by enterprise: one that changes costs what changes of it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from authz_service.domain.projections import Projection
from authz_service.sync.enterprise_rendering import NOTHING, EnterpriseRenderer, Made
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.entry_checks import Claims, Problem, RenderingError, faults
from authz_service.sync.filling import distinct
from authz_service.sync.targets import Mapped, Target

__all__ = ["Rendered"]

_ORDER: Final = {kind: position for position, kind in enumerate(EntryKind)}


class Rendered:
    """The entries of one target. Not for several threads.

    Somebody who stands in several enterprises has one entry (one in each, when the mapping says so): disabled when he
    is blocked in all of them, with the values that name an enterprise side by side, and all else as the enterprise with
    the lowest number says.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._renderer = EnterpriseRenderer(target)
        self._shared = _shared_attributes(target.mapped)
        self._made: dict[str, Made] = {}
        self._entries: dict[str, DesiredEntry] = {}
        self._faults: dict[str, tuple[Problem, ...]] = {}
        self._claims = Claims(target.mapped)
        for entry in self._renderer.of_target():
            self._keep(entry.key, entry)

    def put(self, number: str, projection: Projection | None) -> frozenset[str]:
        """Take what an enterprise is now (None: nothing); return the keys of the entries that are otherwise now.

        Entries that come and go are among them, and groups with a member who is called otherwise. What another
        enterprise says too, and what is not the target's business, is not. Raises RenderingError: then nothing was
        taken.
        """
        before = self._made.get(number, NOTHING)
        after = NOTHING
        if projection is not None and self._target.is_for(number):
            entries = {entry.key: entry for entry in self._renderer.of_enterprise(projection, before)}
            after = Made(projection, MappingProxyType(entries))
        self._made[number] = after
        touched = [
            key for key in {**before.entries, **after.entries} if before.entries.get(key) is not after.entries.get(key)
        ]
        changed, called = set[str](), set[str]()
        for key in touched:
            known, entry = self._entries.get(key), self._merged(key, number)
            self._keep(key, entry)
            if known is None or entry is None:
                changed.add(key)
                continue
            if _said(known) != _said(entry):
                changed.add(key)
            if (known.spelled, known.login) != (entry.spelled, entry.login):
                called.add(key)
        return frozenset(changed | self._groups_of(called))

    def entries(self) -> tuple[DesiredEntry, ...]:
        """Return all entries: containers from the top, then people, then groups.

        Raises RenderingError: an entry cannot be, or two of them cannot be beside each other.
        """
        problems = [problem for found in self._faults.values() for problem in found]
        problems.extend(self._claims.problems())
        if problems:
            raise RenderingError(self._target.name, problems)
        return tuple(sorted(self._entries.values(), key=lambda entry: (_ORDER[entry.kind], _depth(entry), entry.key)))

    def _keep(self, key: str, entry: DesiredEntry | None) -> None:
        known = self._entries.pop(key, None)
        if known is not None:
            self._claims.give_up(known)
            self._faults.pop(key, None)
        if entry is not None:
            self._entries[key] = entry
            self._claims.make(entry)
            if found := tuple(faults(self._target.mapped, entry)):
                self._faults[key] = found

    def _merged(self, key: str, changed: str) -> DesiredEntry | None:
        """Return the entry that several enterprises make together, None when none makes it any more."""
        known = self._entries.get(key)
        if known is None:
            return self._made[changed].entries.get(key)
        numbers = {changed, *known.enterprises}
        parts = [part for number in sorted(numbers) if (part := self._made[number].entries.get(key)) is not None]
        if len(parts) < 2:
            return parts[0] if parts else None
        first = parts[0]
        attributes = dict(first.attributes)
        for name in self._shared:
            if values := {value for part in parts for value in part.attributes.get(name, ())}:
                attributes[name] = distinct(sorted(values))
        return replace(
            first,
            attributes=MappingProxyType(attributes),
            disabled=all(part.disabled for part in parts),
            enterprises=frozenset().union(*(part.enterprises for part in parts)),
        )

    def _groups_of(self, people: set[str]) -> set[str]:
        """Return the keys of the groups in which one of these stands."""
        if not people:
            return set()
        return {key for key, entry in self._entries.items() if entry.members and not people.isdisjoint(entry.members)}


def _shared_attributes(mapped: Mapped) -> frozenset[str]:
    """Return the attributes of people in which the values of several enterprises stand side by side."""
    return frozenset(
        name
        for name, templates in mapped.people.attributes
        if any(asked.startswith("enterprise_") for template in templates for asked in template.fields)
    )


def _depth(entry: DesiredEntry) -> int:
    return len(entry.dn.rdns) if entry.kind is EntryKind.CONTAINER else 0


def _said(entry: DesiredEntry) -> tuple[object, ...]:
    """Return what of an entry is to be seen in a directory."""
    return entry.spelled, entry.attributes, entry.members, entry.disabled, entry.login
