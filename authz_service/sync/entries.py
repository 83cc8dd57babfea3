"""An entry as it should be in a directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from authz_service.directory.names import Dn
from authz_service.domain.projections import Group

__all__ = ["Attributes", "DesiredEntry", "EntryKind"]

Attributes = Mapping[str, tuple[bytes, ...]]


class EntryKind(StrEnum):
    """What an entry is for, in the order in which entries are written."""

    CONTAINER = "container"
    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True, repr=False)
class DesiredEntry:
    """An entry by its key, which no other has and which stays when its name changes. Its repr shows the key only.

    `spelled`: the DN as it is written. `attributes`: every value there should be; objectClass and the attribute of the
    marker may have further ones. Members, and what disables, are not in it: `rendering.member_values` and
    `targets.disabling_values` give them. `members`: keys of people; None: this is no group. `enterprises`: numbers of
    those it is there for; none: of no enterprise in particular. `login`: what stands for a person where members are
    login names.
    """

    key: str
    kind: EntryKind
    dn: Dn
    spelled: bytes
    attributes: Attributes
    members: frozenset[str] | None = None
    disabled: bool = False
    enterprises: frozenset[str] = frozenset()
    person_id: str = ""
    login: bytes = b""
    group: Group | None = None

    def __repr__(self) -> str:
        return f"DesiredEntry({self.key})"
