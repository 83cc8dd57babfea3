"""As much of Protocol Buffers as the requests and replies of SpiceDB need."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["fields", "flag", "message", "text"]

_VARINT = 0
_FIXED_64 = 1
_OCTETS = 2
_FIXED_32 = 5


def message(number: int, *parts: bytes) -> bytes:
    """Return a field with a message, made of its encoded fields."""
    content = b"".join(parts)
    return _varint(number << 3 | _OCTETS) + _varint(len(content)) + content


def text(number: int, value: str) -> bytes:
    """Return a field with a text."""
    return message(number, value.encode())


def flag(number: int) -> bytes:
    """Return a field with a boolean that is true."""
    return _varint(number << 3 | _VARINT) + b"\x01"


def fields(content: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Yield the fields of a message, by number: integers, or octets that are a text or a message.

    Raises ValueError for what is no message.
    """
    at = 0
    while at < len(content):
        tag, at = _read_varint(content, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _read_varint(content, at)
            yield number, value
            continue
        if kind == _OCTETS:
            length, at = _read_varint(content, at)
        elif kind in {_FIXED_32, _FIXED_64}:
            length = 4 if kind == _FIXED_32 else 8
        else:
            raise ValueError("not a message")
        if at + length > len(content):
            raise ValueError("a message that is cut off")
        yield number, content[at : at + length]
        at += length


def _varint(value: int) -> bytes:
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(content):
            raise ValueError("a message that is cut off")
        octet = content[at]
        value |= (octet & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if octet < 0x80:
            return value, at
