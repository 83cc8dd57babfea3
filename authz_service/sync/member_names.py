"""Whom the values of a group's member attribute stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authz_service.directory.names import Dn, InvalidDnError
from authz_service.store.directories import RememberedEntry
from authz_service.sync.entries import EntryKind
from authz_service.sync.plans import Action, Plan, PlannedChange
from authz_service.sync.targets import Mapped

__all__ = ["MemberNames", "Moves"]


@dataclass(frozen=True, slots=True)
class Moves:
    """Who comes into a group and who goes, by key, sorted.

    `renamed`: how many stand in it under another name than before; `unknown`: how many values that go stand for nobody
    of ours; `placeholder`: whether it comes (True) or goes, None: neither.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: int = 0
    unknown: int = 0
    placeholder: bool | None = None

    def side(self, *, comes: bool) -> tuple[str, ...]:
        """Return those who come, or those who go."""
        return self.added if comes else self.removed


class MemberNames:
    """The names of all people of a plan: as they are called, were called, and are remembered."""

    def __init__(self, mapped: Mapped, plan: Plan, remembered: Mapping[str, RememberedEntry]) -> None:
        people = [entry for entry in plan.entries.values() if entry.kind is EntryKind.PERSON]
        self._mapped = mapped
        self._values = {entry.spelled: entry.key for entry in people}
        self._logins = {entry.login: entry.key for entry in people if entry.login}
        self._dns: dict[Dn, str] = {}
        self._remembered = remembered
        self._changes = [change for change in plan.changes if change.kind is EntryKind.PERSON]
        self._entries = people
        self._placeholders = {
            mapping.placeholder for mapping in mapped.groups.values() if mapping.placeholder is not None
        }

    def moves(self, change: PlannedChange) -> Moves:
        """Return who comes into a group and who goes."""
        if change.action is Action.ADD:
            desired = change.desired
            return Moves(added=tuple(sorted(desired.members or ())) if desired else ())
        if change.members is None:
            return Moves()
        is_login = change.members.attribute.lower() == "memberuid"
        added, _, comes = self._keys(change.members.added, is_login=is_login)
        removed, unknown, goes = self._keys(change.members.removed, is_login=is_login)
        placeholder = True if comes else False if goes else None
        if change.action is Action.DELETE:
            placeholder = None
        both = added & removed
        return Moves(tuple(sorted(added - both)), tuple(sorted(removed - both)), len(both), unknown, placeholder)

    def _keys(self, values: Iterable[bytes], *, is_login: bool) -> tuple[set[str], int, bool]:
        """Return whom values stand for, how many stand for nobody, and whether the placeholder is among them."""
        keys, unknown, placeholder = set[str](), 0, False
        for value in values:
            key = (self._logins if is_login else self._values).get(value)
            dn = _dn(value) if key is None and not is_login else None
            if dn is not None and dn in self._placeholders:
                placeholder = True
                continue
            if key is None:
                key = self._login(value) if is_login else self._named(dn)
            if key is None:
                unknown += 1
            else:
                keys.add(key)
        return keys, unknown, placeholder

    def _named(self, dn: Dn | None) -> str | None:
        """Return whose entry has, had or is remembered to have this name."""
        if not self._dns:
            remembered = ((_dn(each.dn.encode()), each.key) for each in self._remembered.values() if each.dn)
            people = ((name, key) for name, key in remembered if name and key.startswith(f"{EntryKind.PERSON}/"))
            self._dns = dict(people)
            self._dns |= {change.dn: change.key for change in self._changes}
            self._dns |= {entry.dn: entry.key for entry in self._entries}
        return self._dns.get(dn) if dn is not None else None

    def _login(self, value: bytes) -> str | None:
        """Return who of those who go has this login in the name of his entry."""
        attribute = self._mapped.people.login_attribute.lower()
        for change in self._changes:
            for kind, text in change.dn.rdns[0] if change.dn.rdns else ():
                if kind.lower() == attribute and text.encode("utf-8", "surrogateescape") == value:
                    return change.key
        return None


def _dn(value: bytes) -> Dn | None:
    try:
        return Dn.parse(value.decode("utf-8", "surrogateescape"))
    except InvalidDnError:
        return None
