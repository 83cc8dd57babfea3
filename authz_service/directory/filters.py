"""Search filters: escaping a value, and turning the text (RFC 4515) into what is sent (RFC 4511 section 4.5.1.7)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from authz_service.directory.ber import element, octets

__all__ = ["InvalidFilterError", "encoded", "escape"]

_SPECIAL: Final = re.compile(r"[*()\\\x00-\x1f\x7f\ud800-\udfff]")
_ATTRIBUTE: Final = r"(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)(?:;[A-Za-z0-9-]+)*"
_ITEM: Final = re.compile(rf"({_ATTRIBUTE})(=|~=|>=|<=)((?:[^()\\\0]|\\[0-9A-Fa-f]{{2}})*)")
_EXTENSIBLE: Final = re.compile(
    rf"({_ATTRIBUTE})?(:dn)?(?::([A-Za-z0-9.-]+))?:=((?:[^()\\\0*]|\\[0-9A-Fa-f]{{2}})*)", re.IGNORECASE
)
_ESCAPED: Final = re.compile(rb"\\([0-9A-Fa-f]{2})")
_DEEPEST: Final = 50

_AND: Final = 0xA0
_OR: Final = 0xA1
_NOT: Final = 0xA2
_EQUALITY: Final = 0xA3
_SUBSTRINGS: Final = 0xA4
_PRESENT: Final = 0x87
_EXTENSIBLE_MATCH: Final = 0xA9
_ORDERED: Final = {">=": 0xA5, "<=": 0xA6, "~=": 0xA8}
_FIRST, _MIDDLE, _LAST = 0x80, 0x81, 0x82


class InvalidFilterError(ValueError):
    """The text is no search filter. The message never repeats it."""


def escape(value: str | bytes) -> str:
    """Return a value as it stands in a filter: it matches itself only, whatever is in it."""
    if isinstance(value, bytes):
        return "".join(f"\\{octet:02x}" for octet in value)
    return _SPECIAL.sub(lambda found: escape(found[0].encode("utf-8", "surrogateescape")), value)


@lru_cache(maxsize=1024)
def encoded(text: str) -> bytes:
    """Return the filter as it is sent. Raises InvalidFilterError."""
    content, end = _filter(text, 0, 0)
    if end != len(text):
        raise InvalidFilterError(f"not a search filter: it ends at character {end}, and more follows")
    return content


def _filter(text: str, position: int, depth: int) -> tuple[bytes, int]:
    if not text.startswith("(", position) or depth > _DEEPEST:
        raise InvalidFilterError(f"not a search filter: an opening bracket is needed at character {position + 1}")
    kind = text[position + 1 : position + 2]
    if kind in {"&", "|"}:
        content, end = _list(text, position + 2, depth)
        content = element(_AND if kind == "&" else _OR, content)
    elif kind == "!":
        content, end = _filter(text, position + 2, depth + 1)
        content = element(_NOT, content)
    else:
        content, end = _item(text, position + 1)
    if not text.startswith(")", end):
        raise InvalidFilterError(f"not a search filter: a closing bracket is needed at character {end + 1}")
    return content, end + 1


def _list(text: str, position: int, depth: int) -> tuple[bytes, int]:
    parts = []
    while text.startswith("(", position):
        content, position = _filter(text, position, depth + 1)
        parts.append(content)
    return b"".join(parts), position


def _item(text: str, position: int) -> tuple[bytes, int]:
    found = _ITEM.match(text, position)
    if found is None:
        return _extensible(text, position)
    attribute, operator, value = octets(found[1].encode()), found[2], found[3]
    if operator == "=" and value == "*":
        return octets(found[1].encode(), _PRESENT), found.end()
    if operator == "=" and "*" in value:
        return element(_SUBSTRINGS, attribute + _substrings(value)), found.end()
    if "*" in value:
        raise InvalidFilterError(f"not a search filter: an asterisk has no place after character {position + 1}")
    return element(_ORDERED.get(operator, _EQUALITY), attribute + octets(_value(value))), found.end()


def _substrings(value: str) -> bytes:
    first, *middle, last = value.split("*")
    pieces = [(_FIRST, first), *((_MIDDLE, piece) for piece in middle), (_LAST, last)]
    if any(not piece for _, piece in pieces[1:-1]):
        raise InvalidFilterError("not a search filter: two asterisks follow each other")
    return element(0x30, b"".join(octets(_value(piece), tag) for tag, piece in pieces if piece))


def _extensible(text: str, position: int) -> tuple[bytes, int]:
    found = _EXTENSIBLE.match(text, position)
    if found is None or not (found[1] or found[3]):
        raise InvalidFilterError(
            f"not a search filter: an attribute and a value are needed at character {position + 1}"
        )
    attribute, names_too, rule, value = found.groups()
    content = octets(rule.encode(), 0x81) if rule else b""
    content += octets(attribute.encode(), 0x82) if attribute else b""
    content += octets(_value(value), 0x83)
    content += b"\x84\x01\xff" if names_too else b""
    return element(_EXTENSIBLE_MATCH, content), found.end()


def _value(text: str) -> bytes:
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode("utf-8", "surrogateescape"))
