"""What would go wrong if entries were written, found before: names and values no directory takes, and collisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authz_service.directory.names import Dn
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.targets import GroupClass, Mapped

__all__ = ["Claims", "Problem", "RenderingError", "faults"]

_SHOWN: Final = 5
_SAM: Final = "samaccountname"
_REFUSED_BY_SAM: Final = re.compile(r'["/\\\[\]:;|=,+*?<>\x00-\x1f]|^ | $|\.$')
_LONGEST_SAM: Final = {EntryKind.PERSON: 20, EntryKind.GROUP: 256, EntryKind.CONTAINER: 256}
_LONGEST_NAME: Final = 64
"""The longest `cn` or `ou` of Active Directory, in characters (MS-ADSC: rangeUpper)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the entries that have these keys; no value is repeated."""

    keys: tuple[str, ...]
    told: str

    def __str__(self) -> str:
        return f"{' and '.join(self.keys)}: {self.told}"


class RenderingError(Exception):
    """What a target should hold cannot be written. One line, with keys of entries and no value of theirs."""

    def __init__(self, target: str, problems: Iterable[Problem]) -> None:
        self.target = target
        self.problems = tuple(problems)
        told = "; ".join(map(str, self.problems[:_SHOWN]))
        more = len(self.problems) - _SHOWN
        super().__init__(f"target {target}: {told}" + (f"; and {more} more" if more > 0 else ""))


def faults(mapped: Mapped, entry: DesiredEntry) -> Iterator[Problem]:
    """Yield what is wrong with one entry by itself."""
    for told in [*_faults_of_name(mapped, entry), *_faults_of_values(mapped, entry)]:
        yield Problem((entry.key,), told)


def _is_active_directory(mapped: Mapped) -> bool:
    return any(mapping.group_class is GroupClass.ACTIVE_DIRECTORY for mapping in mapped.groups.values())


def _faults_of_name(mapped: Mapped, entry: DesiredEntry) -> Iterator[str]:
    own = entry.dn.rdns[: len(entry.dn.rdns) - len(mapped.base.rdns)]
    for rdn in own:
        for kind, value in rdn:
            if not value.strip():
                yield f"its DN has no value for {kind}; the template can name another field with |or:"
            elif "\0" in value:
                yield f"the {kind} in its DN has a character that cannot be in a name"
            elif len(value) > _LONGEST_NAME and _is_active_directory(mapped):
                yield f"the {kind} in its DN is longer than {_LONGEST_NAME} characters; |first:{_LONGEST_NAME} cuts it"


def _faults_of_values(mapped: Mapped, entry: DesiredEntry) -> Iterator[str]:
    for name, values in entry.attributes.items():
        is_sam = len(name) == len(_SAM) and name.lower() == _SAM
        for value in values:
            if b"\0" in value or not (value.isascii() or _is_utf8(value)):
                yield f"{name} has a character that cannot be in a text"
            elif is_sam and _is_refused_by_sam(value.decode(), _LONGEST_SAM[entry.kind]):
                yield f"{name} is not what Active Directory takes; use |sam and |first:{_LONGEST_SAM[entry.kind]}"
    if entry.kind is EntryKind.PERSON and not entry.login and not _all_name_entries(mapped):
        yield f"there is no {mapped.people.login_attribute} to stand in groups of login names"


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_refused_by_sam(text: str, longest: int) -> bool:
    return len(text) > longest or _REFUSED_BY_SAM.search(text) is not None


def _all_name_entries(mapped: Mapped) -> bool:
    return all(mapping.group_class.names_entries for mapping in mapped.groups.values())


class Claims:
    """Who has which name, and which value of those that no two may share.

    Names and values are equal when a directory holds them equal: case and runs of spaces do not count.
    """

    def __init__(self, mapped: Mapped) -> None:
        self._mapped = mapped
        self._unique: dict[str, str] = {}
        self._holders: dict[Dn | tuple[str, str], str] = {}
        self._crowds: dict[Dn | tuple[str, str], list[str]] = {}
        """By what several entries claim: their keys, the first of them as in `_holders`."""
        for mapping in mapped.groups.values():
            if mapping.placeholder:
                self._holders[mapping.placeholder] = "placeholder"

    def make(self, entry: DesiredEntry) -> None:
        """Note what an entry that was not there claims."""
        for claim in self._of(entry):
            holder = self._holders.setdefault(claim, entry.key)
            if holder != entry.key:
                self._crowds.setdefault(claim, [holder]).append(entry.key)

    def give_up(self, entry: DesiredEntry) -> None:
        """Take back what an entry has claimed."""
        for claim in self._of(entry):
            crowd = self._crowds.pop(claim, None)
            if crowd is None:
                self._holders.pop(claim, None)
                continue
            others = [key for key in crowd if key != entry.key]
            self._holders[claim] = others[0]
            if len(others) > 1:
                self._crowds[claim] = others

    def problems(self) -> Iterator[Problem]:
        """Yield each pair of entries that would have one name, or one value where no two may share any."""
        for claim, (first, *others) in self._crowds.items():
            what = "DN" if isinstance(claim, Dn) else self._unique[claim[0]]
            yield from (Problem((first, other), f"both would have the same {what}") for other in others)

    def _of(self, entry: DesiredEntry) -> set[Dn | tuple[str, str]]:
        claims: set[Dn | tuple[str, str]] = {entry.dn}
        if not self._mapped.unique:
            return claims
        for name, values in entry.attributes.items():
            lowered = name.lower()
            if lowered in self._mapped.unique:
                self._unique.setdefault(lowered, name)
                claims.update((lowered, _folded(value)) for value in values)
        return claims


def _folded(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").casefold().split())
