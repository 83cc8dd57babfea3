"""What the policy may speak of: the attributes of standings with their types, and the words they can hold."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain import standings

__all__ = ["CLASSES", "ROOTS", "attribute_types"]

CLASSES: Final[Mapping[str, type]] = MappingProxyType(
    {"Capacity": standings.Capacity, "Enterprise": standings.Enterprise, "Subject": standings.Subject}
)
"""The classes that Polar text may name."""


def _families(base: type) -> Iterator[type]:
    subclasses: list[type] = type.__subclasses__(base)
    for family in subclasses:
        # A dataclass with slots is made twice; only the second one is the type of values.
        if "__slots__" in vars(family) and family is getattr(standings, family.__name__, None):
            yield family
            yield from _families(family)


ROOTS: Final[Mapping[str, tuple[type, ...]]] = MappingProxyType(
    {
        "capacity": (standings.Capacity,),
        "enterprise": (standings.Enterprise,),
        "mandate": (standings.Mandate,),
        "role": (standings.Role,),
        "standing": (standings.Standing, *_families(standings.Standing)),
        "subject": (standings.Subject,),
    }
)
"""The variables whose attributes the policy reads, by name, with the types that they may be of."""


@functools.cache
def attribute_types(owners: tuple[type, ...], attribute: str) -> set[Any]:
    """Return the types that an attribute has in any of the owners; empty when none has it."""
    found = set()
    for owner in owners:
        if attribute in {field.name for field in dataclasses.fields(owner)}:
            found.add(_hints(owner)[attribute])
    return found


@functools.cache
def _hints(owner: type) -> dict[str, Any]:
    return typing.get_type_hints(owner)


def words_of(kind: object) -> frozenset[str] | None:
    """Return the words that an attribute of this type can hold, None when it is no enumeration."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return frozenset(member.value for member in kind)
    return None
