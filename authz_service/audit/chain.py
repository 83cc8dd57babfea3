"""The chain: each record's text names the hash of the record before it, so that none can be changed unnoticed.

A record's text is the canonical JSON (RFC 8785) of `{"entry": …, "previous": …, "sequence": …}`, its hash the SHA-256
of that text in UTF-8. Sequences begin at 1 and have no gaps.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import rfc8785

from authz_service.audit.errors import UnrecordableError

if TYPE_CHECKING:
    from authz_service.audit.entries import Json

__all__ = ["FIRST", "GENESIS", "Link", "canonical", "chained", "hash_of", "link_in"]

FIRST: Final = 1
"""The sequence of the first record."""
GENESIS: Final = bytes(32)
"""What the first record names as the hash of the one before it."""
_LARGEST: Final = 2**53
"""From here on canonical JSON has no whole numbers (RFC 8785, 3.2.2.3)."""
_encode_plain: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_MEMBERS: Final = frozenset({"entry", "previous", "sequence"})


@dataclass(frozen=True, slots=True)
class Link:
    """What a record's text says of its place: its sequence, the hash of the one before in hexadecimal, its entry."""

    sequence: int
    previous: str
    entry: Json


def canonical(value: object) -> str:
    """Return the canonical JSON text (RFC 8785) of a JSON value. Raises UnrecordableError."""
    try:
        if _is_plain(value):
            text = _encode_plain(value)
            text.encode()  # a lone surrogate has no form in UTF-8
            return text
        return rfc8785.dumps(value).decode()  # type: ignore[arg-type]
    except (ValueError, RecursionError):
        raise UnrecordableError("an entry of the audit log holds what canonical JSON cannot") from None


def _is_plain(value: object) -> bool:
    """Return True for what Python's own encoder, many times as fast, writes in the canonical form as well.

    Member names of ASCII have the same order as in UTF-16; numbers are whole, and small enough to be recorded.
    """
    if value is None or isinstance(value, (str, bool)):
        return True
    if isinstance(value, dict):
        return all(isinstance(name, str) and name.isascii() and _is_plain(each) for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return type(value) is int and abs(value) < _LARGEST


def hash_of(text: str) -> bytes:
    """Return the SHA-256 of a text in UTF-8; of one with a lone surrogate, a hash that fits no record."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def chained(entry_json: Json, sequence: int, previous_hash: bytes) -> tuple[str, bytes]:
    """Return the text and the hash of the record that has this place in the chain. Raises UnrecordableError."""
    text = canonical({"entry": entry_json, "previous": previous_hash.hex(), "sequence": sequence})
    return text, hash_of(text)


def link_in(text: str) -> Link | None:
    """Return what a record's text says, None when it is not the canonical text of any record."""
    try:
        value: Any = json.loads(text)
        if not isinstance(value, dict) or value.keys() != _MEMBERS or canonical(value) != text:
            return None
    except (ValueError, RecursionError):
        return None
    sequence, previous, entry = value["sequence"], value["previous"], value["entry"]
    if type(sequence) is not int or not isinstance(previous, str) or not isinstance(entry, dict):
        return None
    return Link(sequence, previous, entry)
