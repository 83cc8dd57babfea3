"""Reads single values, lists and objects of the tree: a typed value, or errors that name their place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from authz_service.domain.messages import is_address
from authz_service.domain.moments import FOREVER, begin_of, end_of, parse_instant
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.tree import UNREAD, Node

__all__ = [
    "BEGIN",
    "EMAIL",
    "END",
    "FLAG",
    "INSTANT",
    "LAST_DAY",
    "LEVEL",
    "TEXT",
    "TEXT_OR_EMPTY",
    "InOrder",
    "Member",
    "Reader",
    "Reading",
    "either",
    "known_name",
    "list_of",
    "mapping_of",
    "means_name",
    "nullable",
    "object_of",
    "one_of",
    "read_object",
    "reference",
    "scalar",
    "text",
]

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHORT: Final = 40
_DATE_OR_TIMESTAMP: Final = "a date (2024-03-15) or an RFC 3339 timestamp"
_TIMESTAMP: Final = "an RFC 3339 timestamp (2024-03-15T10:00:00Z)"


class InOrder(dict[str, Collection[str]]):
    """Ids by kind, where what is referred to stands before what refers to it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a value needs: where errors go, which ids may be referred to by kind, and the names of means."""

    errors: Errors
    known: Mapping[str, Collection[str]]
    means: tuple[str, ...]


class _Invalid:
    """Stands for a value that could not be read; its error has been reported."""


_INVALID: Final = _Invalid()

Reader = Callable[[Node, str, Reading], Any]
"""Takes a node, its place and the reading; returns the value, or _INVALID once the error is reported."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object. One with a default may be left out."""

    read: Reader
    required: bool = True
    default: Any = None


def _refused(node: Node, place: str, reading: Reading, message: str) -> _Invalid:
    if node.value is not UNREAD:
        reading.errors.report(place, node.line, message)
    return _INVALID


def scalar(parse: Callable[[Any], Any]) -> Reader:
    """Return a reader for what `parse` makes of the plain value; its ValueError says what is wrong."""

    def read(node: Node, place: str, reading: Reading) -> Any:
        try:
            return parse(node.value)
        except ValueError as error:
            return _refused(node, place, reading, str(error))

    return read


def _what_it_is(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def text_or_empty(value: Any) -> str:
    """Return the value when it is a text without control characters. Raises ValueError."""
    match value:
        case str() if _CONTROL.search(value):
            raise ValueError("a text without control characters is needed")
        case str():
            return value
        case bool() | int() | float():
            raise ValueError(f"a text is needed, not {_what_it_is(value)}: put it between quotes")
        case _:
            raise ValueError(f"a text is needed, not {_what_it_is(value)}")


def text(value: Any) -> str:
    """Return the value when it is a text that says something. Raises ValueError."""
    words = text_or_empty(value)
    if not words.strip():
        raise ValueError("a text is needed, not an empty one")
    return words


def _flag(value: Any) -> bool:
    match value:
        case bool():
            return value
        case _:
            raise ValueError(f"true or false is needed, not {_what_it_is(value)}")


def _level(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a level (a whole number from 0) or null is needed")
    return value


def _instant(value: Any, read: Callable[[str], int], wanted: str = _DATE_OR_TIMESTAMP) -> int:
    try:
        return read(text(value))
    except ValueError:
        shown = f"{value[:_SHORT]!r} is none" if isinstance(value, str) else f"not {_what_it_is(value)}"
        raise ValueError(f"{wanted} is needed, {shown}") from None


def _email_address(value: Any) -> str:
    address = text(value)
    if not is_address(address):
        raise ValueError("an e-mail address is needed, such as name@example.be")
    return address


def _choice(value: Any, words: Iterable[str]) -> str:
    word = text(value)
    if word not in words:
        raise ValueError(f"{word[:_SHORT]!r} is unknown: write one of {', '.join(words)}")
    return word


TEXT: Final = scalar(text)
TEXT_OR_EMPTY: Final = scalar(text_or_empty)
FLAG: Final = scalar(_flag)
LEVEL: Final = scalar(_level)
BEGIN: Final = scalar(lambda value: _instant(value, begin_of))
"""The first instant of a date, or a timestamp."""
LAST_DAY: Final = scalar(lambda value: _instant(value, end_of))
"""The first instant after that last day, or a timestamp."""
END: Final = scalar(lambda value: FOREVER if value is None else _instant(value, end_of))
"""As LAST_DAY; null is FOREVER."""

INSTANT: Final = scalar(lambda value: _instant(value, parse_instant, _TIMESTAMP))
EMAIL: Final = scalar(_email_address)


def means_name(node: Node, place: str, reading: Reading) -> Any:
    """Read the name of a means of authentication."""
    return scalar(lambda value: _choice(value, reading.means))(node, place, reading)


def one_of(words: Iterable[str]) -> Reader:
    """Return a reader for one of these words."""
    return scalar(lambda value: _choice(value, words))


def nullable(read_value: Reader) -> Reader:
    """Return a reader that takes null as None."""
    return lambda node, place, reading: None if node.value is None else read_value(node, place, reading)


def known_name(value: Any, kind: str, known: Mapping[str, Collection[str]]) -> str:
    """Return the value when it is the id of an object of that kind, in the file or in the store. Raises ValueError."""
    name = text(value)
    if name not in known[kind]:
        near = difflib.get_close_matches(name, known[kind], 1) if len(known[kind]) < 1000 else []
        hint = f": did you mean {near[0]!r}?" if near else ""
        place = "in the lines before" if isinstance(known, InOrder) else "in the file"
        raise ValueError(f"{name[:_SHORT]!r} is no id in {kind}, neither {place} nor in the store{hint}")
    return name


def reference(kind: str) -> Reader:
    """Return a reader for the id of an object of that kind, in the file or in the store."""
    return lambda node, place, reading: scalar(lambda value: known_name(value, kind, reading.known))(
        node, place, reading
    )


def list_of(read_item: Reader) -> Reader:
    """Return a reader for a list of such items, as a tuple in the order of the file."""

    def read(node: Node, place: str, reading: Reading) -> Any:
        if not isinstance(node.value, list):
            hint = ": write [] for none" if node.value is None else ""
            return _refused(node, place, reading, f"a list is needed, not {_what_it_is(node.value)}{hint}")
        items = [read_item(item, f"{place}[{n}]", reading) for n, item in enumerate(node.value)]
        return _INVALID if _INVALID in items else tuple(items)

    return read


def mapping_of(read_key: Reader, read_value: Reader) -> Reader:
    """Return a reader for an object with free keys: pairs of key and value, sorted by key."""

    def read(node: Node, place: str, reading: Reading) -> Any:
        if not isinstance(node.value, dict):
            return _refused(node, place, reading, f"an object is needed, not {_what_it_is(node.value)}")
        pairs = []
        for key, value in node.value.items():
            inside = f"{place}.{key}"
            pairs.append((read_key(Node(key, value.line), inside, reading), read_value(value, inside, reading)))
        return _INVALID if any(_INVALID in pair for pair in pairs) else tuple(sorted(pairs))

    return read


def object_of(members: Mapping[str, Member]) -> Reader:
    """Return a reader for an object with these members: a dictionary of their values."""

    def read(node: Node, place: str, reading: Reading) -> Any:
        values = read_object(members, node, place, reading)
        return _INVALID if values is None or values.keys() != members.keys() else values

    return read


def either(read_text: Reader, read_other: Reader) -> Reader:
    """Return a reader that takes an object with `read_other`, anything else with `read_text`."""
    return lambda node, place, reading: (read_other if isinstance(node.value, dict) else read_text)(
        node, place, reading
    )


def read_object(members: Mapping[str, Member], node: Node, place: str, reading: Reading) -> dict[str, Any] | None:
    """Return the values of the members that could be read; None when it is no object at all.

    Reports every member that is unknown, missing or wrong; a misspelt one is not missing too.
    """
    if not isinstance(node.value, dict):
        _refused(node, place, reading, f"an object is needed, not {_what_it_is(node.value)}")
        return None
    meant = set()
    for key, value in node.value.items():
        if key not in members:
            near = difflib.get_close_matches(key, members.keys() - node.value.keys(), 1)
            meant.update(near)
            hint = f"did you mean {near[0]!r}?" if near else f"the members are {', '.join(members)}"
            reading.errors.report(f"{place}.{key}", value.line, f"unknown key: {hint}")
    values: dict[str, Any] = {}
    for name, member in members.items():
        if name in node.value:
            value = member.read(node.value[name], f"{place}.{name}", reading)
            if value is not _INVALID:
                values[name] = value
        elif not member.required:
            values[name] = member.default
        elif name not in meant:
            reading.errors.report(place, node.line, f"the key {name!r} is missing")
    return values
