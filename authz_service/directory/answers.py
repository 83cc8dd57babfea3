"""Answers as they come (RFC 4511 section 4): taking messages apart, strictly enough to believe what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from authz_service.directory.ber import ENUMERATED, INTEGER, OCTETS, SEQUENCE, SET, MalformedError, part

__all__ = ["ENTRY", "REFERENCE", "SEARCH_DONE", "Answer", "Result", "opened", "page_cookie", "raw_entry", "result"]

ENTRY: Final = 0x64
SEARCH_DONE: Final = 0x65
REFERENCE: Final = 0x73
_CONTROLS: Final = 0xA0


@dataclass(frozen=True, slots=True)
class Answer:
    """One message. `tag`: which kind of answer; its content lies from `start` to `end`, its controls after that."""

    message_id: int
    tag: int
    data: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended. `text`: the server's own words."""

    code: int
    text: str


def opened(data: bytes) -> Answer:
    """Return a message with its envelope open. Raises MalformedError."""
    _, position, _ = part(data, 0)
    tag, start, end = part(data, position)
    if tag != INTEGER:
        raise MalformedError("a message without an id")
    message_id = int.from_bytes(data[start:end])
    tag, start, end = part(data, end)
    return Answer(message_id, tag, data, start, end)


def result(answer: Answer) -> Result:
    """Return how the operation ended. Raises MalformedError."""
    tag, start, end = part(answer.data, answer.start)
    if tag != ENUMERATED or end == start:
        raise MalformedError("an answer without a result code")
    code = int.from_bytes(answer.data[start:end])
    _, _, end = part(answer.data, end)
    tag, start, end = part(answer.data, end)
    if tag != OCTETS or end > answer.end:
        raise MalformedError("an answer without a text")
    return Result(code, answer.data[start:end].decode("utf-8", "replace"))


def raw_entry(answer: Answer) -> tuple[str, dict[str, tuple[bytes, ...]]]:
    """Return name and attributes of an entry, both as the server spells them. Raises MalformedError.

    A full read of a directory spends its time here, so that short lengths are read in place.
    """
    data = answer.data
    tag, start, end = part(data, answer.start)
    name = _utf8(data[start:end])
    list_tag, position, last = part(data, end)
    if tag != OCTETS or list_tag != SEQUENCE or last > answer.end:
        raise MalformedError("an entry without a name or a list")
    attributes: dict[str, tuple[bytes, ...]] = {}
    while position < last:
        _, start, following = part(data, position)
        # The type, whose name is short.
        length = data[start + 1] if start + 1 < following else 0x80
        start, end = (start + 2, start + 2 + length) if length < 0x80 else part(data, start)[1:]
        kind = _kind(data[start:end])
        tag, start, end = part(data, end)
        if tag != SET or end != following or following > last:
            raise MalformedError("an attribute without values")
        attributes[kind] = _values(data, start, end)
        position = following
    return name, attributes


@lru_cache(maxsize=256)
def _kind(octets: bytes) -> str:
    """Return the name of an attribute, which every entry has again."""
    return octets.decode("ascii", "replace")


def _values(data: bytes, position: int, end: int) -> tuple[bytes, ...]:
    found = []
    while position < end:
        length = data[position + 1] if position + 1 < end else 0x80
        if length < 0x80:
            start = position + 2
            position = start + length
        else:
            _, start, position = part(data, position)
        found.append(data[start:position])
    if position != end:
        raise MalformedError("a value is cut off")
    return tuple(found)


def page_cookie(answer: Answer, oid: str) -> bytes | None:
    """Return the cookie for the next page; empty: this was the last. None: the answer has no such control."""
    value = _controls(answer).get(oid)
    if value is None:
        return None
    _, start, _ = part(value, 0)
    tag, _, end = part(value, start)
    cookie_tag, start, end = part(value, end)
    if tag != INTEGER or cookie_tag != OCTETS:
        raise MalformedError("a page without a size or a cookie")
    return value[start:end]


def _controls(answer: Answer) -> Mapping[str, bytes]:
    """Return the values of the controls of an answer by their numbers."""
    data = answer.data
    found: dict[str, bytes] = {}
    if answer.end >= len(data):
        return found
    tag, position, last = part(data, answer.end)
    while tag == _CONTROLS and position < last:
        _, start, following = part(data, position)
        _, start, end = part(data, start)
        oid, value = data[start:end].decode("ascii", "replace"), b""
        while end < following:
            kind, start, end = part(data, end)
            if kind == OCTETS:
                value = data[start:end]
        found[oid] = value
        position = following
    return found


def _utf8(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
