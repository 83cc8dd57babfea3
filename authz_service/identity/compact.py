"""A token taken apart: the JWS compact serialization (RFC 7515 section 3.1), read strictly and not believed yet."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authz_service.identity.failures import TokenFailure

__all__ = ["MAX_OCTETS", "Unverified", "taken_apart"]

MAX_OCTETS: Final = 16 * 1024
_FORM: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# A key, or a place to fetch one from, named by the very token it is to check (RFC 8725 section 3.10), and extensions
# that must be understood, of which none is (RFC 7515 section 4.1.11).
_REFUSED_HEADERS: Final = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5u", "zip"})


@dataclass(frozen=True, slots=True, repr=False)
class Unverified:
    """What a token says of itself. Nothing of it holds before its signature was checked."""

    algorithm: str
    key_id: str | None
    claims: Mapping[str, Any]


def taken_apart(token: str) -> Unverified | TokenFailure:
    """Return what the token says, or MALFORMED; whether the algorithm will do is not asked here."""
    form = _FORM.fullmatch(token) if len(token) <= MAX_OCTETS else None
    if form is None:
        return TokenFailure.MALFORMED
    try:
        header, claims = _object(form[1]), _object(form[2])
    except (ValueError, RecursionError):
        return TokenFailure.MALFORMED
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(algorithm, str) or not isinstance(key_id, str | None) or not isinstance(kind, str):
        return TokenFailure.MALFORMED
    # The type keeps tokens for other ends out, such as logout tokens (RFC 8725 section 3.11, RFC 9068 section 4).
    if kind.lower() not in _TYPES or not _REFUSED_HEADERS.isdisjoint(header):
        return TokenFailure.MALFORMED
    return Unverified(algorithm, key_id, claims)


def _object(segment: str) -> dict[str, Any]:
    try:
        octets = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error:
        raise ValueError("no base64url") from None
    value = json.loads(octets.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - one error for all that is malformed
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _no_constant(_name: str) -> None:
    raise ValueError("no JSON number")
