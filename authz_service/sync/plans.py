"""Plans: what is to be done in a directory and why, what is in the way, what others did. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from authz_service.directory.names import Dn
from authz_service.directory.operations import Change, ChangeKind
from authz_service.sync.entries import DesiredEntry, EntryKind

__all__ = [
    "Action",
    "AttributeChange",
    "Basis",
    "Clash",
    "ClashKind",
    "Drift",
    "DriftKind",
    "MemberChange",
    "Plan",
    "PlannedChange",
    "changes_of",
]


class Action(StrEnum):
    """What is done with an entry."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


class DriftKind(StrEnum):
    """What somebody else did to an entry of ours since we wrote it."""

    DELETED = "deleted"
    MOVED = "moved"
    CHANGED = "changed"
    MEMBERS = "members"


class ClashKind(StrEnum):
    """Why an entry is left alone although we have to do with it."""

    FOREIGN = "foreign"
    """It stands where one of ours should be, and does not have our mark."""
    NOT_REMEMBERED = "not_remembered"
    """It has our mark, and is none that we remember having made."""
    MARK_GONE = "mark_gone"
    """We made it, and our mark was taken from it."""
    IN_THE_WAY = "in_the_way"
    """It is ours, stands where another of ours should be, and is no part of this plan."""


@dataclass(frozen=True, slots=True, repr=False)
class AttributeChange:
    """What happens to an attribute that is no list of members. `by_others`: the old values are not those we wrote."""

    change: Change
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    by_others: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class MemberChange:
    """Who comes into a group and who goes, as values of the attribute. `there`: how many are in it, placeholder apart.

    `going`: how many of `removed` stand for somebody who does not stay under another name; `by_others`: some of them
    came or went by somebody else's hand.
    """

    attribute: str
    added: tuple[bytes, ...]
    removed: tuple[bytes, ...]
    there: int
    going: int
    by_others: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PlannedChange:
    """What is to be done with one entry.

    `dn`: where it is now, for ADD where it will be; `new_dn`: where it is to go, None: it stays. `tag`: a filter it
    matches as long as nobody changes it, "" where the server has none. `desired`: None for DELETE.
    """

    key: str
    kind: EntryKind
    action: Action
    dn: Dn
    entry_id: str = ""
    new_dn: Dn | None = None
    tag: str = ""
    attributes: tuple[AttributeChange, ...] = ()
    members: MemberChange | None = None
    drift: tuple[DriftKind, ...] = ()
    desired: DesiredEntry | None = None
    values: tuple[tuple[str, tuple[bytes, ...]], ...] = ()
    """Of an ADD: everything the entry is made with, a password apart."""

    def __repr__(self) -> str:
        return f"PlannedChange({self.action} {self.key})"


@dataclass(frozen=True, slots=True)
class Clash:
    """An entry that is left alone. `key`: what should stand there, or what it was; "": nothing we know of."""

    kind: ClashKind
    dn: Dn
    key: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """What others did to one of our entries, and is left as it is because the target says so."""

    key: str
    dn: Dn
    kinds: tuple[DriftKind, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was made from: the facts, the policy, the directory's mark of its last change ("": it has none)."""

    revision: int
    policy: str
    token: str = ""


@dataclass(frozen=True)
class Plan:
    """What has to be done for a target, in the order in which entries are made; nothing: it is as it should be.

    `there`: entries of ours that were found; `unchanged`: entries that are as they should be. `refreshed`: entries that
    are as they should be, and have to be remembered as they are. `gone`: keys of what is remembered, not wanted and not
    there.
    """

    target: str
    basis: Basis
    made_at: int
    changes: tuple[PlannedChange, ...]
    clashes: tuple[Clash, ...] = ()
    reported: tuple[Drift, ...] = ()
    there: int = 0
    unchanged: int = 0
    refreshed: tuple[tuple[DesiredEntry, str], ...] = field(default=(), repr=False)
    gone: tuple[str, ...] = field(default=(), repr=False)
    withheld: frozenset[str] = field(default=frozenset(), repr=False)
    """Keys of people who stand in no group, because their own entry is not ours."""
    entries: Mapping[str, DesiredEntry] = field(default_factory=dict, repr=False)
    """What should be there, by key; people whose entry keeps another name, under that name."""

    @cached_property
    def people(self) -> int:
        """How many entries of people there should be."""
        return sum(entry.kind is EntryKind.PERSON for entry in self.entries.values())

    @cached_property
    def groups(self) -> int:
        """How many groups there should be."""
        return sum(entry.kind is EntryKind.GROUP for entry in self.entries.values())

    @cached_property
    def digest(self) -> str:
        """A SHA-256 in hexadecimal over what is to be done, and under which policy; the same work, the same digest."""
        digest = sha256(repr((self.target, self.basis.policy)).encode())
        for change in sorted(self.changes, key=lambda each: (each.key, each.action)):
            digest.update(repr(_told(change)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def counts(self) -> dict[str, int]:
        """Return how many entries there are of each sort of change, clash and drift, and how many are unchanged."""
        counted = Counter[str](change.action.value for change in self.changes)
        renamed = sum(change.new_dn is not None for change in self.changes)
        drifted = Counter(kind for change in self.changes for kind in change.drift)
        drifted.update(kind for drift in self.reported for kind in drift.kinds)
        return {
            **{action.value: counted[action.value] for action in Action},
            "rename": renamed,
            "unchanged": self.unchanged,
            "clash": len(self.clashes),
            "there": self.there,
            "people": self.people,
            "groups": self.groups,
            "members_added": sum(len(change.members.added) for change in self.changes if change.members),
            "members_removed": sum(len(change.members.removed) for change in self.changes if change.members),
            **{f"drift_{kind}": drifted[kind] for kind in DriftKind},
        }


def changes_of(attributes: Iterable[AttributeChange], members: MemberChange | None) -> list[Change]:
    """Return what a modify of an entry consists of; nothing when there is nothing to modify."""
    changes = [each.change for each in attributes]
    if members is not None and members.added:
        changes.append(Change(ChangeKind.ADD, members.attribute, members.added))
    if members is not None and members.removed:
        changes.append(Change(ChangeKind.DELETE, members.attribute, members.removed))
    return changes


def _told(change: PlannedChange) -> tuple[object, ...]:
    """Return what a plan is known by: strings, octets and numbers only."""
    members = change.members
    return (
        change.key,
        change.action.value,
        change.dn.normalised(),
        change.entry_id,
        str(change.new_dn) if change.new_dn else "",
        [
            (each.change.kind.name, each.change.attribute, sorted(each.old), sorted(each.new))
            for each in change.attributes
        ],
        (members.attribute, sorted(members.added), sorted(members.removed)) if members else (),
        sorted((name, sorted(values)) for name, values in change.values),
    )
