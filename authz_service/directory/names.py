"""Distinguished names (RFC 4514): all legal spellings are read, one is written; equal is what a directory holds equal.

Servers hand names back in other spellings than they were given, so names are compared here and never as strings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Self

from authz_service.directory.errors import told

__all__ = ["Dn", "InvalidDnError", "Rdn"]

Rdn = tuple[tuple[str, str], ...]
"""A relative name: pairs of attribute type and value. Octets that are no UTF-8 stand in a value as lone surrogates."""

_TYPE: Final = re.compile(r" *(?:[Oo][Ii][Dd]\.)?([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+) *= *")
_QUOTED: Final = re.compile(r'"((?:[^"\\\0]|\\(?:[0-9A-Fa-f]{2}|[ "#+,;<=>\\]))*)" *')
_HEXADECIMAL: Final = re.compile(r"#((?:[0-9A-Fa-f]{2})+) *")
_PLAIN: Final = re.compile(r'(?:[^\\,+;"<>\0]|\\(?:[0-9A-Fa-f]{2}|[ "#+,;<=>\\]))*')
_ESCAPED: Final = re.compile(rb"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_PLAINEST: Final = re.compile(r'[^\\"+;#<>\0. ]+')
"""Most names: told apart from those that need care by the cheapest look."""
_NEEDS_CARE: Final = re.compile(r'[\\"+;#<>\0]|(?:^|[,=]) | (?:[,=]|$)|[Oo][Ii][Dd]\.')
_TO_ESCAPE: Final = re.compile(r'[\\"+,;<>=]')
_AS_OCTETS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACES: Final = re.compile(r"  +")
_TYPE_ONLY: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+")

_STRING_TAGS: Final = frozenset({0x04, 0x0C, 0x12, 0x13, 0x14, 0x16})
"""OCTET STRING, UTF8String and the other strings of one octet a character, in the BER of a `#…` value."""

_SAME_TYPE: Final = {
    "2.5.4.3": "cn",
    "commonname": "cn",
    "2.5.4.4": "sn",
    "surname": "sn",
    "2.5.4.5": "serialnumber",
    "2.5.4.6": "c",
    "countryname": "c",
    "2.5.4.7": "l",
    "localityname": "l",
    "2.5.4.8": "st",
    "stateorprovincename": "st",
    "2.5.4.9": "street",
    "streetaddress": "street",
    "2.5.4.10": "o",
    "organizationname": "o",
    "2.5.4.11": "ou",
    "organizationalunitname": "ou",
    "2.5.4.42": "givenname",
    "gn": "givenname",
    "0.9.2342.19200300.100.1.1": "uid",
    "userid": "uid",
    "0.9.2342.19200300.100.1.3": "mail",
    "rfc822mailbox": "mail",
    "0.9.2342.19200300.100.1.25": "dc",
    "domaincomponent": "dc",
}
"""Types with several names (RFC 4519 section 2, RFC 4524), in lower case."""

_CASE_COUNTS: Final = frozenset({"memberuid", "homedirectory", "loginshell", "labeleduri"})
"""Types whose values differ by case (RFC 2307, RFC 2079); all others that name entries ignore it."""


class InvalidDnError(ValueError):
    """The text is no distinguished name. The message never repeats it."""


class Dn:
    """A distinguished name, `rdns` from the entry up to the root. Equal names are those a directory holds equal."""

    __slots__ = ("_key", "rdns")

    def __init__(self, rdns: tuple[Rdn, ...] = ()) -> None:
        self.rdns = rdns
        self._key: tuple[Rdn, ...] | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name in any spelling of RFC 4514, and in those of LDAPv2 that it tolerates. Raises InvalidDnError."""
        if _PLAINEST.fullmatch(text) is not None or _NEEDS_CARE.search(text) is None:
            return cls(tuple(map(_simple, text.split(",")))) if text else cls()
        return cls(tuple(_rdns(text)))

    def child(self, attribute_type: str, value: str) -> Dn:
        """Return the name of an entry right below. Raises InvalidDnError: this is no attribute type, or no value."""
        if _TYPE_ONLY.fullmatch(attribute_type) is None or not value:
            raise InvalidDnError("a relative name needs an attribute type and a value")
        return Dn((((attribute_type, value),), *self.rdns))

    @property
    def parent(self) -> Dn:
        """The name right above; the root is its own parent."""
        return Dn(self.rdns[1:])

    @property
    def rdn(self) -> str:
        """The leftmost part, as it is written on the wire. Empty for the root."""
        return _spelt(self.rdns[0]) if self.rdns else ""

    def normalised(self) -> tuple[Rdn, ...]:
        """Return what makes names equal, part by part, from the entry up; a tail of it is an ancestor's."""
        if self._key is None:
            self._key = tuple(map(_normalised, self.rdns))
        return self._key

    def is_below(self, other: Dn) -> bool:
        """Return whether this entry lies somewhere under that one; an entry is not below itself."""
        mine, theirs = self.normalised(), other.normalised()
        return len(mine) > len(theirs) and mine[len(mine) - len(theirs) :] == theirs

    def __str__(self) -> str:
        """The one spelling that is written: RFC 4514, only what needs escaping escaped."""
        return ",".join(map(_spelt, self.rdns))

    def __repr__(self) -> str:
        return f"Dn({told(str(self))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dn) and self.normalised() == other.normalised()

    def __hash__(self) -> int:
        return hash(self.normalised())


@lru_cache(maxsize=4096)
def _simple(part: str) -> Rdn:
    """Read a relative name in which no character has a meaning but the first equals sign."""
    attribute_type, equals, value = part.partition("=")
    if not equals or _TYPE_ONLY.fullmatch(attribute_type) is None:
        raise InvalidDnError("not a distinguished name: an attribute type and an equals sign are needed")
    return ((attribute_type, value),)


def _rdns(text: str) -> Iterator[Rdn]:
    position, pairs = 0, []
    while True:
        pair, position = _pair(text, position)
        pairs.append(pair)
        separator = text[position : position + 1]
        if separator != "+":
            yield tuple(pairs)
            pairs = []
        if not separator:
            return
        if separator not in ",;+":
            raise InvalidDnError(f"not a distinguished name: character {position + 1} has no place there")
        position += 1


def _pair(text: str, position: int) -> tuple[tuple[str, str], int]:
    found = _TYPE.match(text, position)
    if found is None:
        raise InvalidDnError(f"not a distinguished name: an attribute type is needed at character {position + 1}")
    attribute_type, position = found[1], found.end()
    if (quoted := _QUOTED.match(text, position)) is not None:
        return (attribute_type, _unescaped(quoted[1])), quoted.end()
    if text.startswith("#", position):
        coded = _HEXADECIMAL.match(text, position)
        if coded is None:
            raise InvalidDnError(f"not a distinguished name: pairs of digits are needed after character {position + 1}")
        return (attribute_type, _decoded(bytes.fromhex(coded[1]))), coded.end()
    plain = _PLAIN.match(text, position)
    end = position if plain is None else plain.end()
    return (attribute_type, _unescaped(_without_trailing_spaces(text[position:end]))), end


def _without_trailing_spaces(raw: str) -> str:
    kept = raw.rstrip(" ")
    slashes = len(kept) - len(kept.rstrip("\\"))
    return kept if slashes % 2 == 0 else kept + " "


def _unescaped(raw: str) -> str:
    if "\\" not in raw:
        return raw
    octets = _ESCAPED.sub(
        lambda found: found[1] if len(found[1]) == 1 else bytes.fromhex(found[1].decode()), _octets(raw)
    )
    return octets.decode("utf-8", "surrogateescape")


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _decoded(value: bytes) -> str:
    """Return the string in the BER of a `#…` value."""
    if len(value) < 2 or value[0] not in _STRING_TAGS:
        raise InvalidDnError("not a distinguished name: a value in hexadecimal digits is no string")
    start = 2 + (value[1] & 0x7F if value[1] & 0x80 else 0)
    length = int.from_bytes(value[2:start]) if start > 2 else value[1]
    if len(value) != start + length:
        raise InvalidDnError("not a distinguished name: a value in hexadecimal digits is cut off")
    return value[start:].decode("utf-8", "surrogateescape")


def _spelt(rdn: Rdn) -> str:
    return "+".join(f"{attribute_type}={_escaped(value)}" for attribute_type, value in rdn)


@lru_cache(maxsize=4096)
def _escaped(value: str) -> str:
    text = _TO_ESCAPE.sub(r"\\\g<0>", value)
    text = _AS_OCTETS.sub(lambda found: "".join(f"\\{octet:02X}" for octet in _octets(found[0])), text)
    if text.startswith((" ", "#")):
        text = f"\\{text}"
    if text.endswith(" ") and text != "\\ ":
        text = f"{text[:-1]}\\ "
    return text


@lru_cache(maxsize=4096)
def _normalised(rdn: Rdn) -> Rdn:
    """Return one form for all relative names that are equal (RFC 4517 section 4.2.15, RFC 4518)."""
    pairs = []
    for attribute_type, value in rdn:
        kind = attribute_type.lower()
        kind = _SAME_TYPE.get(kind, kind)
        pairs.append((kind, _comparable(value, case_counts=kind in _CASE_COUNTS)))
    return tuple(sorted(pairs)) if len(pairs) > 1 else tuple(pairs)


def _comparable(value: str, *, case_counts: bool) -> str:
    """Return a value as servers compare it. Where they differ, values stay different: that is found out, and undone."""
    if not case_counts:
        value = value.lower() if value.isascii() else "".join(map(_lower, value))
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    if "  " in value:
        value = _SPACES.sub(" ", value)
    return value.strip(" ") or (" " if value else "")


def _lower(character: str) -> str:
    """Return the small letter; signs made of letters, and letters that would become two, stay as they are."""
    small = character.lower()
    return small if len(small) == 1 and unicodedata.category(character) in {"Lu", "Lt"} else character
