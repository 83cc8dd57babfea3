"""Callers of the decision endpoints: by a key of ours, or by the access token of a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from authz_service.domain.callers import Caller, CallersUnreachableError
from authz_service.domain.principals import MachinePrincipal, Principal
from authz_service.identity.failures import IssuerUnreachableError, TokenFailure
from authz_service.store.callers import CallerAhead, Callers
from authz_service.store.replicas import ReplicatedCallers

__all__ = ["KeysAndTokens"]

DOTS: Final = "."
"""A signed token has two in it (RFC 7515, 7.1), a key of ours none."""


class ReadsTokens(Protocol):
    """What says who comes with an access token."""

    def principal(self, token: str, /) -> Principal | TokenFailure:
        """Return who comes, or why the token is not accepted. Raises IssuerUnreachableError."""


class KeysAndTokens:
    """Finds callers. May be called from any thread."""

    def __init__(self, keys: Callers | ReplicatedCallers, tokens: ReadsTokens) -> None:
        self._keys = keys
        self._tokens = tokens

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key or the token now, None when nobody does or a person does.

        Raises StoreUnavailableError, CallersUnreachableError when the token's issuer does not answer.
        """
        if DOTS not in key_text:
            return self._keys.find(key_text)
        try:
            principal = self._tokens.principal(key_text)
        except IssuerUnreachableError:
            raise CallersUnreachableError("the issuer of the token does not answer") from None
        if not isinstance(principal, MachinePrincipal):
            return None
        # Not to be taken for the holder of a key who has the same name.
        return Caller(f"{principal.name} ({principal.issuer})", principal.scopes, "", None)

    def sought(self, key_text: str, judge: Callable[[Caller | None], None]) -> CallerAhead | None:
        """Return the holder of a key as one to be read along with facts; None: it is to be found by itself."""
        keys = self._keys
        if DOTS in key_text or not isinstance(keys, Callers) or not keys.gains_by_reading_ahead:
            return None
        return keys.ahead(key_text, judge)
