"""What is asked of a directory, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum

from authz_service.directory.names import Dn

__all__ = [
    "Add",
    "Change",
    "ChangeKind",
    "Delete",
    "FoundEntry",
    "Modify",
    "Operation",
    "OutcomeKind",
    "Rename",
    "ResultCode",
    "Scope",
    "WriteOutcome",
    "drops_old_values",
    "named",
]


class ResultCode(IntEnum):
    """The result codes (RFC 4511 appendix A, RFC 4528) that somebody here has to tell apart."""

    SUCCESS = 0
    TIME_LIMIT_EXCEEDED = 3
    SIZE_LIMIT_EXCEEDED = 4
    REFERRAL = 10
    ADMIN_LIMIT_EXCEEDED = 11
    NO_SUCH_ATTRIBUTE = 16
    UNDEFINED_ATTRIBUTE_TYPE = 17
    CONSTRAINT_VIOLATION = 19
    ATTRIBUTE_OR_VALUE_EXISTS = 20
    INVALID_ATTRIBUTE_SYNTAX = 21
    NO_SUCH_OBJECT = 32
    INVALID_DN_SYNTAX = 34
    INVALID_CREDENTIALS = 49
    INSUFFICIENT_ACCESS_RIGHTS = 50
    BUSY = 51
    UNAVAILABLE = 52
    UNWILLING_TO_PERFORM = 53
    OBJECT_CLASS_VIOLATION = 65
    NOT_ALLOWED_ON_NON_LEAF = 66
    ENTRY_ALREADY_EXISTS = 68
    OTHER = 80
    ASSERTION_FAILED = 122


def named(code: int) -> str:
    """Return a result code with what it means, as far as it is one of those."""
    meant = next((known.name.lower().replace("_", " ") for known in ResultCode if known == code), "")
    return ", ".join(filter(None, [f"code {code}", meant]))


class Scope(Enum):
    """How far below its base a search looks (RFC 4511 section 4.5.1.2)."""

    BASE = 0
    ONE_LEVEL = 1
    SUBTREE = 2


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry as read. `entry_id`: what stays when it is renamed; empty where the server gives none.

    `attributes`: by the names they were asked for; what was not asked for by name, as the server spells it.
    """

    dn: Dn
    entry_id: str
    attributes: Mapping[str, tuple[bytes, ...]]


class ChangeKind(Enum):
    """What a modify does with the values of an attribute (RFC 4511 section 4.6)."""

    ADD = 0
    DELETE = 1
    REPLACE = 2


@dataclass(frozen=True, slots=True)
class Change:
    """One change within a modify. DELETE or REPLACE without values: the attribute goes."""

    kind: ChangeKind
    attribute: str
    values: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Add:
    """Make an entry."""

    dn: Dn
    attributes: Mapping[str, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Modify:
    """Change an entry. `only_if`: a filter the entry must match, else nothing is done (code 122)."""

    dn: Dn
    changes: Sequence[Change]
    only_if: str | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    """Give an entry another name, under another entry where the new name says so.

    The old name's values go, unless `drops_old_values` says otherwise.
    """

    dn: Dn
    new_dn: Dn
    only_if: str | None = None


def drops_old_values(dn: Dn, new_dn: Dn) -> bool:
    """Return whether a rename takes away the values that the old name says.

    Not where the new name is of other attributes: the entry may have to have a value in each.
    """
    old, new = ({kind for kind, _ in name.normalised()[0]} if name.rdns else set() for name in (dn, new_dn))
    return old <= new


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an entry away."""

    dn: Dn
    only_if: str | None = None


Operation = Add | Modify | Rename | Delete


class OutcomeKind(StrEnum):
    """What is known of a write."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It was sent and no answer came: it may have been done, or be done later. Only reading again can tell."""
    NOT_SENT = "not_sent"
    """The connection was gone before: nothing of it was done."""


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What became of one operation. `code`: the server's result code, None where it gave none.

    `text`: one line, long numbers masked. `partly`: the operation was too big for one request, and the first
    requests of it are done although the outcome is another.
    """

    kind: OutcomeKind
    code: int | None = None
    text: str = ""
    partly: bool = False
