"""Fills the templates of one kind of entry: its name and its values. Made once, used for every entry of the kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize

from authz_service.directory.names import Dn
from authz_service.sync.entries import Attributes
from authz_service.sync.targets import OBJECT_CLASS, AttributeMapping, Mapped
from authz_service.sync.templates import DnTemplate

__all__ = ["Filler", "distinct"]


class Filler:
    """Makes names and attributes by one mapping of a target."""

    def __init__(
        self, mapped: Mapped, dn: DnTemplate, object_classes: Iterable[str], attributes: AttributeMapping
    ) -> None:
        self._base = mapped.base
        (self._kind, self._naming), *self._above = dn.rdns
        kind = self._kind.lower()
        own = {OBJECT_CLASS: _octets(object_classes), mapped.marker.attribute: _octets([mapped.marker.value])}
        self._always = {name: values for name, values in own.items() if name.lower() != kind}
        self._beside = next((values for name, values in own.items() if name.lower() == kind), ())
        self._single = [(name, filled[0]) for name, filled in attributes if len(filled) == 1 and name.lower() != kind]
        self._several = [(name, filled) for name, filled in attributes if len(filled) != 1 and name.lower() != kind]
        self._same = next(((name, filled) for name, filled in attributes if name.lower() == kind), None)

    def fill(self, values: Mapping[str, str]) -> tuple[Dn, bytes, Attributes]:
        """Return the name, the name as it is written, and the attributes that have a value.

        A value of the name that turns out empty, or is no text (a NUL stands for it), is in it all the same, and
        `entry_checks` finds it.
        """
        own = self._naming.render(values)
        parent, parent_spelled = _parent(
            self._base, tuple((kind, _text(part.render(values))) for kind, part in self._above)
        )
        dn = Dn((((self._kind, _text(own)),), *parent.rdns))
        attributes = self._always.copy()
        for name, template in self._single:
            text = template.render(values)
            if text and not text.isspace():
                attributes[name] = _alone(text)
        for name, templates in self._several:
            if filled := _octets(template.render(values) for template in templates):
                attributes[name] = filled
        name, more = self._same or (self._kind, ())
        attributes[name] = _octets([own, *(template.render(values) for template in more)], self._beside)
        return dn, f"{dn.rdn}{parent_spelled}".encode(), MappingProxyType(attributes)


def _text(value: str) -> str:
    """Return the value, or a NUL, which no name may have, where it cannot be encoded."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "\0"
    return value


@lru_cache(maxsize=4096)
def _alone(text: str) -> tuple[bytes]:
    """Return a text as the one value of an attribute: the same object for those of many entries."""
    return (text.encode("utf-8", "surrogatepass"),)


@lru_cache(maxsize=1024)
def _parent(base: Dn, above: tuple[tuple[str, str], ...]) -> tuple[Dn, str]:
    """Return the name that many entries lie under, and what stands behind theirs."""
    parent = Dn((*((pair,) for pair in above), *base.rdns))
    return parent, f",{parent}"


def _octets(values: Iterable[str], more: tuple[bytes, ...] = ()) -> tuple[bytes, ...]:
    """Return the values that are not blank, each once; what is no Unicode text becomes octets that are no UTF-8."""
    filled = [value.encode("utf-8", "surrogatepass") for value in values if value and not value.isspace()]
    return distinct([*filled, *more])


def distinct(values: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the values of an attribute that a directory tells apart, the first of those that it does not.

    Case, runs of spaces and how a letter is composed do not count: a server refuses the entry that has both.
    """
    found = tuple(dict.fromkeys(values))
    if len(found) < 2:
        return found
    first: dict[str, bytes] = {}
    for value in found:
        first.setdefault(_alike(value), value)
    return tuple(first.values())


def _alike(value: bytes) -> str:
    return " ".join(normalize("NFKC", value.decode("utf-8", "surrogateescape")).casefold().split())
