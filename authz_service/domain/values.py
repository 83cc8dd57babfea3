"""Values that are made by the dozen for one question: never changed once made, as mypy sees to, and quick to make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Final, ParamSpec, TypeVar, cast, dataclass_transform

__all__ = ["HashedOnce", "remembered", "value"]

AnyClass = TypeVar("AnyClass")
AnyValue = TypeVar("AnyValue")
Given = ParamSpec("Given")

REMEMBERED: Final = 4_096
"""Values of one kind that are kept to be handed out again."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[AnyClass]) -> type[AnyClass]:
    """Make a class a dataclass with slots that is compared and hashed by what it holds, and frozen in the eyes of mypy.

    `dataclass(frozen=True)` would refuse a change at run time too, and takes three times as long to make a value.
    """
    made = dataclass(slots=True, unsafe_hash=True)(kind)
    if issubclass(made, HashedOnce):
        made.__hash__ = _once(made.__hash__)  # type: ignore[method-assign, assignment]
    return made


class HashedOnce:
    """Base of values that hold others and are looked for again and again: their hash is found the first time only."""

    __slots__ = ("_hash",)
    _hash: int

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        # In another process the same texts have other hashes.
        return None, {each.name: getattr(self, each.name) for each in fields(cast("Any", self))}


def _once(found_anew: Callable[[Any], int]) -> Callable[[HashedOnce], int]:
    def found(self: HashedOnce) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = found_anew(self)
            return self._hash

    return found


def remembered(make: Callable[Given, AnyValue]) -> Callable[Given, AnyValue]:
    """Have a pure function hand out again what it made of equal arguments, which can be hashed and never change.

    For what there are few of however many are asked for: one that is there takes a third of the time to make anew, and
    the same object equals itself at a glance.
    """
    return cast("Callable[Given, AnyValue]", lru_cache(REMEMBERED)(make))
