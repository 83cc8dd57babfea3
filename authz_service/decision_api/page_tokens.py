"""Page tokens: how far a search has come, signed, and worth something only to whoever got it, for the same search.

A token is `<content>.<signature>`, both base64url. The content is a JSON object without any identifier of a person on
the wire; the signature (HMAC-SHA-256) also covers what the token is bound to, which stands in the request anyway. So a
token says nothing of the request, and cannot be tried out against guesses of it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from typing import Final

import msgspec

from authz_service.services.search.sought import Progress

__all__ = ["PageState", "PageTokenError", "issue", "read"]

LIFETIME: Final = 3600 * 1_000_000
"""How long a search may go on after its first page, in microseconds: what it says may no longer be so."""
_FORM: Final = 1


class PageTokenError(Exception):
    """The token is no good here: changed, of another caller, search or policy, or too old; which one is not told."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What a token holds. `policy`: the policy revision of the search; `limit`: results a page."""

    progress: Progress
    policy: str
    limit: int


class _Content(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    form: int
    begun: int
    known_at: int
    policy: str
    limit: int
    position: list[str]


def issue(state: PageState, bound_to: object, key: bytes) -> str:
    """Return the token. `bound_to`: a JSON value that must be equal when the token comes back."""
    progress = state.progress
    content = _Content(_FORM, progress.begun, progress.known_at, state.policy, state.limit, list(progress.position))
    encoded = msgspec.json.encode(content)
    return f"{_text(encoded)}.{_text(_signature(encoded, bound_to, key))}"


def read(token: str, bound_to: object, key: bytes, policy: str, now: int) -> PageState:
    """Return what the token holds. `policy`: the present revision, `now`: UTC microseconds. Raises PageTokenError."""
    encoded_text, _, signature_text = token.partition(".")
    encoded, signature = _octets(encoded_text), _octets(signature_text)
    if not hmac.compare_digest(signature, _signature(encoded, bound_to, key)):
        raise PageTokenError
    try:
        content = msgspec.json.decode(encoded, type=_Content)
    except msgspec.MsgspecError:
        raise PageTokenError from None
    if content.form != _FORM or content.policy != policy or not 0 <= now - content.begun <= LIFETIME:
        raise PageTokenError
    progress = Progress(content.begun, content.known_at, tuple(content.position))
    return PageState(progress, content.policy, content.limit)


def _signature(content: bytes, bound_to: object, key: bytes) -> bytes:
    bound = json.dumps(bound_to, sort_keys=True, separators=(",", ":")).encode()
    # The lengths keep the end of one from being taken for the beginning of the other.
    return hmac.digest(key, len(content).to_bytes(8, "big") + content + bound, "sha256")


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    try:
        octets = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise PageTokenError from None
    # One token, one spelling.
    if _text(octets) != text:
        raise PageTokenError
    return octets
