"""The Basic Encoding Rules as far as LDAP uses them (RFC 4511 section 5.1): definite lengths, tags of one octet."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BOOLEAN",
    "ENUMERATED",
    "INTEGER",
    "OCTETS",
    "SEQUENCE",
    "SET",
    "MalformedError",
    "element",
    "integer",
    "octets",
    "part",
    "whole",
]

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
OCTETS: Final = 0x04
ENUMERATED: Final = 0x0A
SEQUENCE: Final = 0x30
SET: Final = 0x31

_ONE_OCTET: Final = tuple(bytes((number,)) for number in range(256))


class MalformedError(ValueError):
    """The octets are no BER of the kind that LDAP allows."""


def element(tag: int, content: bytes) -> bytes:
    """Return tag, length and content."""
    length = len(content)
    if length < 0x80:
        return _ONE_OCTET[tag] + _ONE_OCTET[length] + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return _ONE_OCTET[tag] + _ONE_OCTET[0x80 | len(size)] + size + content


def integer(number: int, tag: int = INTEGER) -> bytes:
    """Return a whole number, in the fewest octets."""
    return element(tag, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def octets(value: bytes, tag: int = OCTETS) -> bytes:
    """Return an octet string."""
    return element(tag, value)


def part(data: bytes | bytearray, position: int) -> tuple[int, int, int]:
    """Return the tag of the element at this place, and where its content begins and ends. Raises MalformedError."""
    try:
        tag, length = data[position], data[position + 1]
        start = position + 2
        if length >= 0x80:
            count = length - 0x80
            length = int.from_bytes(data[start : start + count])
            start += count
            if not 1 <= count <= 8:
                raise MalformedError("a length that LDAP does not allow")
        end = start + length
    except IndexError:
        raise MalformedError("an element is cut off") from None
    if end > len(data):
        raise MalformedError("an element is cut off")
    return tag, start, end


def whole(data: bytes | bytearray, position: int, longest: int) -> int | None:
    """Return where the message at this place ends; None: not all of it is there yet.

    Raises MalformedError: no LDAP message begins here, or one of more than `longest` octets.
    """
    available = len(data) - position
    if available < 2:
        return None
    if data[position] != SEQUENCE:
        raise MalformedError("no LDAP message")
    length, start = data[position + 1], position + 2
    if length >= 0x80:
        count = length - 0x80
        if not 1 <= count <= 8:
            raise MalformedError("a length that LDAP does not allow")
        if available < 2 + count:
            return None
        length = int.from_bytes(data[start : start + count])
        start += count
    if length > longest:
        raise MalformedError("a message of more than is believable")
    return start + length if start + length <= len(data) else None
