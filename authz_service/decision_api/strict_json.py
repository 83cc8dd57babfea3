"""JSON read strictly: what two readers could understand differently is refused (I-JSON, RFC 7493; AuthZEN 11.5).

Refused beside what is no JSON: bytes that are not UTF-8, a byte order mark, a member name that is there twice, a lone
surrogate, NaN and Infinity, a number that no double can hold, and nesting beyond a limit.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

import msgspec

__all__ = ["StrictJsonError", "read_object"]

_MAYBE_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_TEXT: Final = re.compile(rb'"(?:[^"\\]+|\\.)*"')
_ROUND: Final = bytes.maketrans(b"{[]}", b"(())")
_NEITHER_BRACKET_NOR_QUOTE: Final = bytes(octet for octet in range(256) if octet not in b'{[]}"')
_SURELY_FINITE_DIGITS: Final = 300
_LONG_NUMBER: Final = b"9" * _SURELY_FINITE_DIGITS
_DIGITS_AS_NINES: Final = bytes.maketrans(b"012345678", b"9" * 9)
_QUICK_DECODER: Final = msgspec.json.Decoder()
_QUICK_ENCODER: Final = msgspec.json.Encoder()


class StrictJsonError(ValueError):
    """The text is refused; the message never repeats any of it."""


def read_object(octets: bytes, depth: int) -> dict[str, Any]:
    """Return the object that the octets are, nested `depth` levels at most (an object of texts is one level).

    Raises StrictJsonError.
    """
    value = _plainly(octets)
    if value is None:
        value = _closely(octets, depth)
    # Few brackets (those inside of texts counted too) cannot be nested deep: most questions need no second look.
    if octets.count(b"{") + octets.count(b"[") > depth and _deeper(octets, depth):
        raise _too_deep(depth)
    return value


def _plainly(octets: bytes) -> dict[str, Any] | None:
    """Return the object where it is plain that all readers understand the same; None: it takes a closer look.

    A reader that is quick takes the last of several members with one name. Written out again, such an object has fewer
    colons than it came with; those in texts are the same, as none of them is escaped.
    """
    if b"\\u" in octets or _LONG_NUMBER in octets.translate(_DIGITS_AS_NINES):
        return None
    try:
        value = _QUICK_DECODER.decode(octets)
        colons = _QUICK_ENCODER.encode(value).count(b":")
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return None
    return value if type(value) is dict and colons == octets.count(b":") else None


def _closely(octets: bytes, depth: int) -> dict[str, Any]:
    """Return the object, or say what is wrong with it. Raises StrictJsonError."""
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
    if _MAYBE_SURROGATE.search(text):
        _refuse_lone_surrogates(value)
    return value


def _deeper(octets: bytes, depth: int) -> bool:
    """True when the octets, which are JSON, are nested deeper: looks at nothing but the brackets outside of texts."""
    brackets = octets.translate(_ROUND, _NEITHER_BRACKET_NOR_QUOTE).replace(b'""', b"")
    if b'"' in brackets or b"\\" in octets:
        # A text has a bracket in it, or a quote.
        brackets = _TEXT.sub(b"", octets).translate(_ROUND, _NEITHER_BRACKET_NOR_QUOTE)
    for _ in range(depth):
        brackets = brackets.replace(b"()", b"")  # the innermost ones, each time
    return bool(brackets)


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
