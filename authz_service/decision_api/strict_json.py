"""JSON read strictly: what two readers could understand differently is refused (I-JSON, RFC 7493; AuthZEN 11.5).

Refused beside what is no JSON: bytes that are not UTF-8, a byte order mark, a member name that is there twice, a lone
surrogate, NaN and Infinity, a number that no double can hold, and nesting beyond a limit.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

__all__ = ["StrictJsonError", "read_object"]

_MAYBE_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_CONTAINERS: Final = frozenset({dict, list})
_SURELY_FINITE_DIGITS: Final = 300


class StrictJsonError(ValueError):
    """The text is refused; the message never repeats any of it."""


def read_object(octets: bytes, depth: int) -> dict[str, Any]:
    """Return the object that the octets are, nested `depth` levels at most (an object of texts is one level).

    Raises StrictJsonError.
    """
    try:
        text = octets.decode()
        value = _DECODER.decode(text)
    except StrictJsonError:
        raise
    except UnicodeDecodeError:
        raise StrictJsonError("the body is not UTF-8") from None
    except RecursionError:
        raise _too_deep(depth) from None
    except ValueError:
        raise StrictJsonError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise StrictJsonError("the body must be a JSON object")
    # Few brackets (those inside of texts counted too) cannot be nested deep: most questions need no second look.
    if octets.count(b"{") + octets.count(b"[") > depth and _deeper(value, depth):
        raise _too_deep(depth)
    if _MAYBE_SURROGATE.search(text):
        _refuse_lone_surrogates(value)
    return value


def _deeper(outermost: dict[str, Any], depth: int) -> bool:
    """True when the object is nested deeper: looks at it level by level."""
    level: list[Any] = [outermost]
    for _ in range(depth):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in _CONTAINERS
        ]
        if not level:
            return False
    return True


def _too_deep(depth: int) -> StrictJsonError:
    return StrictJsonError(f"the body is nested deeper than {depth} levels")


def _refuse_lone_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise StrictJsonError("the body holds half a surrogate pair") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise StrictJsonError("a member name is there twice in one object")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise StrictJsonError("the body holds NaN or Infinity, which are not JSON")


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise StrictJsonError("the body holds a number that is too large")
    return number


def _integer(digits: str) -> int:
    if len(digits) > _SURELY_FINITE_DIGITS:
        _fraction(digits)
    return int(digits)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_fraction, parse_int=_integer
)
