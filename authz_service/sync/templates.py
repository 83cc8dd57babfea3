"""The language in which a mapping says what an entry is called and what it holds: text with fields, and no code.

`{name}` is a field, `{name|ascii|lower}` goes through filters from left to right, `{{` and `}}` are braces. Which
fields there are, the caller says; a field, a filter or an argument that is not known is refused when the template is
read, so that rendering cannot fail. A DN template is a list of RDNs with a template as each value; it is taken apart
before any field has a value, so no value can add to it or take away from it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from types import MappingProxyType
from typing import Final

__all__ = ["ATTRIBUTE_TYPE", "DnTemplate", "Template", "TemplateError"]

ATTRIBUTE_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-2](?:\.(?:0|[1-9][0-9]*))+")
"""How the type of an attribute is spelled: a name or an object identifier (RFC 4512 1.4)."""

_TOKEN: Final = re.compile(
    r"(?P<brace>\{\{|\}\})|\{(?P<slot>[^{}]*)\}|(?P<stray>[{}])|\\(?P<escaped>.?)|[^{}\\]+", re.DOTALL
)
_MAY_BE_ESCAPED: Final = frozenset(' "#+,;<=>\\')
_REFUSED_BY_SAM: Final = re.compile(r'["/\\\[\]:;|=,+*?<>\x00-\x1f]')
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_WITHOUT_DECOMPOSITION: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"\u0131": "i", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "’": "'", "–": "-"}
)
_NUMBERS: Final = range(2**63)

Values = Mapping[str, str]
_Step = Callable[[str, Values], str]


class TemplateError(ValueError):
    """The text is no template, or asks for something that is not there. One line."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """A field and what is done to it."""

    field: str
    steps: tuple[_Step, ...]

    def render(self, values: Values) -> str:
        value = values[self.field]
        for step in self.steps:
            value = step(value, values)
        return value


@dataclass(frozen=True, slots=True)
class Template:
    """Text with fields. Two that were read from the same text with the same words are equal."""

    source: str
    words: Values = field(hash=False)
    fields: frozenset[str]
    """The fields it asks for."""
    render: Callable[[Values], str] = field(repr=False, compare=False)
    """Returns the text with the values in it. Every one of `fields` must have one."""

    @classmethod
    def parse(cls, source: str, fields: Collection[str], words: Values = MappingProxyType({})) -> Template:
        """Return the template in a text. `fields` there are; `words` that the filter `word` knows.

        Raises TemplateError.
        """
        reader = _Reader(fields, words)
        parts = tuple(reader.part(match, backslash_escapes=False) for match in _TOKEN.finditer(source))
        return cls(source, words, frozenset(reader.used), _renderer(parts))


def _renderer(parts: tuple[str | _Slot, ...]) -> Callable[[Values], str]:
    """Return what renders these parts, in the shortest way there is."""
    if len(parts) == 1 and isinstance(parts[0], _Slot):
        return parts[0].render if parts[0].steps else itemgetter(parts[0].field)
    if all(isinstance(part, str) for part in parts):
        text = "".join(map(str, parts))
        return lambda _: text
    return lambda values: "".join([part if isinstance(part, str) else part.render(values) for part in parts])


@dataclass(frozen=True, slots=True)
class DnTemplate:
    """RDNs from the left, each a type and a template; below the base of the target."""

    rdns: tuple[tuple[str, Template], ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields it asks for."""
        return frozenset().union(*(template.fields for _, template in self.rdns))

    @classmethod
    def parse(cls, source: str, fields: Collection[str], words: Values = MappingProxyType({})) -> DnTemplate:
        r"""Return the RDNs in a text such as `cn=GA {capacity_type},ou={enterprise_number}`.

        In the text itself a comma or another special sign of RFC 4514 is written with a backslash before it (`\,`); in
        the values of fields nothing has to be escaped. Raises TemplateError.
        """
        rdns: list[tuple[str, Template]] = []
        for parts in _between_commas(source):
            kind, equals, rest = parts[0].partition("=")
            if not equals or not ATTRIBUTE_TYPE.fullmatch(kind.strip()):
                raise TemplateError("each RDN is an attribute type, = and a value, with a comma before the next")
            value = [rest.lstrip(" "), *parts[1:]]
            if value[-1] != "\\ ":
                value[-1] = value[-1].rstrip(" ")
            rdns.append((kind.strip(), _rdn_value("".join(value), fields, words)))
        return cls(tuple(rdns))

    def render(self, values: Values) -> tuple[tuple[str, str], ...]:
        """Return type and value of each RDN from the left, nothing escaped."""
        return tuple((kind, template.render(values)) for kind, template in self.rdns)


def _between_commas(source: str) -> list[list[str]]:
    """Return the text of each RDN, cut where a field or an escape begins and ends, which may hide a comma."""
    rdns: list[list[str]] = [[""]]
    for match in _TOKEN.finditer(source):
        if match["slot"] is not None or match["escaped"] is not None or match["brace"]:
            rdns[-1].append(match.group())
            continue
        first, *others = match.group().split(",")
        rdns[-1].append(first)
        rdns.extend([other] for other in others)
    return [[parts[0] + parts[1], *parts[2:]] if len(parts) > 1 and not parts[0] else parts for parts in rdns]


def _rdn_value(source: str, fields: Collection[str], words: Values) -> Template:
    reader = _Reader(fields, words)
    parts = tuple(reader.part(match, backslash_escapes=True) for match in _TOKEN.finditer(source))
    if not parts:
        raise TemplateError("an RDN needs a value")
    return Template(source, words, frozenset(reader.used), _renderer(parts))


class _Reader:
    """Reads the parts of one template and remembers which fields they ask for."""

    def __init__(self, fields: Collection[str], words: Values) -> None:
        self._fields = fields
        self._words = words
        self.used: set[str] = set()

    def part(self, match: re.Match[str], *, backslash_escapes: bool) -> str | _Slot:
        """Return the text or the field that was found. `backslash_escapes`: it stands in a DN."""
        if match["slot"] is not None:
            return self._slot(match["slot"])
        if match["stray"]:
            raise TemplateError(f"a single {match['stray']} at column {match.start() + 1}; write it twice")
        if match["brace"]:
            return match["brace"][0]
        if backslash_escapes:
            return _unescaped(match)
        return match.group()

    def _slot(self, text: str) -> _Slot:
        name, *filters = text.split("|")
        steps = tuple(self._step(*called.split(":")) for called in filters)
        return _Slot(self._known(name), steps)

    def _known(self, name: str) -> str:
        if name not in self._fields:
            raise TemplateError(f"there is no field {{{name}}} here, only {', '.join(sorted(self._fields))}")
        self.used.add(name)
        return name

    def _step(self, name: str, *arguments: str) -> _Step:
        if name in _PLAIN:
            _require(name, arguments, 0)
            return _plain(_PLAIN[name])
        match name:
            case "or":
                _require(name, arguments, 1)
                other = self._known(arguments[0])
                return lambda value, values: value or values[other]
            case "word":
                _require(name, arguments, 0)
                words = self._words
                return lambda value, _: words.get(value, value)
            case "default":
                _require(name, arguments, 1)
                return lambda value, _: value or arguments[0]
        if name in _WITH_NUMBERS:
            return _with_numbers(name, arguments)
        known = sorted([*_PLAIN, *_WITH_NUMBERS, "default", "or", "word"])
        raise TemplateError(f"there is no filter {name}, only {', '.join(known)}")


def _unescaped(match: re.Match[str]) -> str:
    escaped: str | None = match["escaped"]
    if escaped is None:
        if sign := re.search(r'[+;"<>]', match.group()):
            raise TemplateError(f"{sign.group()} in a DN is written \\{sign.group()}; an RDN has one attribute")
        return match.group()
    if escaped not in _MAY_BE_ESCAPED:
        raise TemplateError("a backslash in a DN stands before a special sign, itself included")
    return escaped


def _require(name: str, arguments: tuple[str, ...], count: int) -> None:
    if len(arguments) != count:
        raise TemplateError(f"the filter {name} takes {count or 'no'} argument{'s' * (count != 1)}, after a colon")


def _plain(change: Callable[[str], str]) -> _Step:
    return lambda value, _: change(value)


def _ascii(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value.translate(_WITHOUT_DECOMPOSITION))
    return plain.encode("ascii", "ignore").decode()


def _slug(value: str) -> str:
    return _NO_WORD.sub("-", _ascii(value).lower()).strip("-")


def _sam(value: str) -> str:
    """What Active Directory takes as sAMAccountName, but for its length (MS-SAMR 3.1.1.6, MS-ADTS 3.1.1.5.2.2)."""
    return _REFUSED_BY_SAM.sub("-", value).strip(" ").rstrip(". ")


def _dotted(value: str) -> str:
    """An enterprise number as the Crossroads Bank spells it; anything else as it is."""
    return f"{value[:4]}.{value[4:7]}.{value[7:]}" if re.fullmatch("[0-9]{10}", value) else value


def _with_numbers(name: str, arguments: tuple[str, ...]) -> _Step:
    make, count, allowed = _WITH_NUMBERS[name]
    _require(name, arguments, count)
    if not all(argument.isascii() and argument.isdigit() and int(argument) in allowed for argument in arguments):
        raise TemplateError(f"the filter {name} takes whole numbers from {allowed[0]} to {allowed[-1]}")
    return make(*map(int, arguments))


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode(errors="surrogatepass")).digest()


def _first(length: int) -> _Step:
    return lambda value, _: value[:length].rstrip()


def _hash(length: int) -> _Step:
    return lambda value, _: base64.b32encode(_digest(value)).decode().lower()[:length]


def _number(low: int, high: int) -> _Step:
    if low >= high:
        raise TemplateError("the filter number takes the lowest number, then the highest")
    size = high - low + 1
    return lambda value, _: str(low + int.from_bytes(_digest(value)) % size)


_PLAIN: Final[Mapping[str, Callable[[str], str]]] = {
    "ascii": _ascii,
    "dotted": _dotted,
    "lower": str.lower,
    "sam": _sam,
    "slug": _slug,
    "upper": str.upper,
}
_WITH_NUMBERS: Final[Mapping[str, tuple[Callable[..., _Step], int, range]]] = {
    "first": (_first, 1, range(1, 1025)),
    "hash": (_hash, 1, range(8, 53)),
    "number": (_number, 2, _NUMBERS),
}
