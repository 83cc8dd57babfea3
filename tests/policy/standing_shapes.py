"""All values a standing can have, consistent or not.

A standing is handled as a flat mapping of paths ("subject.level") to values: `build` makes a standing of one, `flat_of`
makes one of a standing.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
import math
import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from authz_service.domain.standings import FlemishStanding, Mandate, Standing
from authz_service.domain.states import AccountType
from authz_service.domain.vocabulary import Action
from authz_service.services.standings.families import FAMILIES

Flat = dict[str, Any]

STANDING_OF: Final[Mapping[Action, type[Standing]]] = {
    action: get_type_hints(cast("Any", question).standing)["return"] for action, question in FAMILIES.items()
}
"""Action to the type of its standings, as its builder says."""
ACTIONS_OF: Final[Mapping[type[Standing], tuple[Action, ...]]] = {
    family: tuple(action for action in Action if STANDING_OF[action] is family)
    for family in dict.fromkeys(STANDING_OF[action] for action in Action)
}

_OPEN_VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "channel": ("ftp", "sftp", "webservice", "none"),
    "delivery": ("post", "fax", "email", "scan", "unknown"),
    "level": (0, 100, 200, 350, 400, 450, 500),
    "minimum_level": (0, 350, 400, 450, 500),
    "problems": ((), ("INVALID_INPUT",), ("INVALID_IDENTIFIER",), ("MISSING_DATA",)),
}
MANAGERS: Final = frozenset({AccountType.ACCESS_MANAGER, AccountType.CO_ACCESS_MANAGER})


def is_any(action: Action, *names: str) -> bool:
    """Return True when the action is one of those named."""
    return action.value in names


# --- the raw space ---------------------------------------------------------------------------------------------------


def _values(name: str, kind: Any) -> tuple[Any, ...]:
    if name in _OPEN_VALUES:
        return _OPEN_VALUES[name]
    if kind is bool:
        return (False, True)
    if isinstance(kind, enum.EnumType):
        return tuple(cast("Any", kind))
    if get_origin(kind) is tuple:
        members = members_of(get_args(kind)[0])
        return tuple(some for size in range(3) for some in itertools.combinations(members, size))
    raise TypeError(f"no values are known of {name}: {kind}")


def members_of(kind: Any) -> tuple[Any, ...]:
    if not dataclasses.is_dataclass(kind):
        return _values("", kind)
    hints = get_type_hints(kind)
    made = (
        cast("Any", kind)(*values)
        for values in itertools.product(*(_values(field.name, hints[field.name]) for field in dataclasses.fields(kind)))
    )
    # The builders put in only mandates that cover the application.
    return tuple(sorted((one for one in made if kind is not Mandate or one.covers), key=repr))


def _values_in(family: type[Any], prefix: str = "") -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    hints = get_type_hints(family)
    for field in dataclasses.fields(family):
        kind, path = hints[field.name], prefix + field.name
        if path in {"action", "readable", "capacity.enterprise"}:
            continue  # given with the question, with `problems`, and with `enterprise`
        if dataclasses.is_dataclass(kind):
            found |= _values_in(cast("type[Any]", kind), path + ".")
        else:
            found[path] = _values(field.name, kind)
    return found


@cache
def values_of(action: Action) -> Mapping[str, tuple[Any, ...]]:
    """Return every attribute of the standings of an action with its values, parts included ("subject.level")."""
    found = _values_in(STANDING_OF[action])
    if STANDING_OF[action] is FlemishStanding:
        found["problems"] = (*found["problems"], ("CONTEXT_MISSING",))
    return types.MappingProxyType(found)


def full_size(action: Action) -> int:
    """Return the number of combinations of all values, consistent or not."""
    return math.prod(len(values) for values in values_of(action).values())


def paths_of(standing: object, prefix: str = "") -> Iterator[str]:
    """Yield the path of every attribute of a standing, of its parts as well, and of the parts themselves."""
    for field in dataclasses.fields(cast("Any", standing)):
        yield prefix + field.name
        value = getattr(standing, field.name)
        if dataclasses.is_dataclass(value):
            yield from paths_of(value, prefix + field.name + ".")


# --- flat and back ---------------------------------------------------------------------------------------------------


def build(action: Action, flat: Mapping[str, Any]) -> Standing:
    """Return the standing that a flat mapping describes."""
    return cast("Standing", _build(STANDING_OF[action], {**flat, "action": action, "readable": not flat["problems"]}))


def _build(kind: type[Any], flat: Mapping[str, Any], prefix: str = "") -> object:
    hints = get_type_hints(kind)
    parts: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        path, inner = prefix + field.name, hints[field.name]
        if path == "capacity.enterprise":
            parts[field.name] = _build(inner, flat, "enterprise.")
        elif dataclasses.is_dataclass(inner):
            parts[field.name] = _build(cast("type[Any]", inner), flat, path + ".")
        else:
            parts[field.name] = flat[path]
    return kind(**parts)


def flat_of(standing: Standing) -> Flat:
    """Return a standing as a flat mapping."""
    flat: Flat = {}
    for path in values_of(standing.action):
        value: Any = standing
        for name in path.split("."):
            value = getattr(value, name)
        flat[path] = value
    return flat


def put(flat: Flat, values: Mapping[str, Any]) -> None:
    """Set the values of which the standing has the attribute."""
    flat.update({path: value for path, value in values.items() if path in flat})
