"""Access tokens: checked for issuer, key, signature, audience and time, in that order, and read for who comes.

Tokens are signed JWTs (RFC 7519) in the compact form; RFC 9068 says what is in them, RFC 8725 what to beware of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

import jwt

from authz_service.domain import moments
from authz_service.domain.principals import Principal
from authz_service.identity.claims import acceptance_failure, principal_of
from authz_service.identity.compact import taken_apart
from authz_service.identity.failures import TokenFailure
from authz_service.identity.issuers import Issuer
from authz_service.identity.key_sources import KeySource, read_keys_file
from authz_service.identity.metadata import fetch_keys

__all__ = ["AccessTokens", "TrustedIssuer", "trusted"]

_JWS: Final = jwt.PyJWS(options={"enforce_minimum_key_length": True})


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer and where its keys come from."""

    issuer: Issuer
    keys: KeySource


def trusted(issuer: Issuer) -> TrustedIssuer:
    """Return the issuer with the keys of its file, which must be there now, or with those of its metadata, later.

    Raises IssuerUnreachableError for the file.
    """
    if issuer.keys_file is None:
        return TrustedIssuer(issuer, KeySource(partial(fetch_keys, issuer), issuer.keys_lifetime_seconds))
    read_keys_file(issuer.keys_file, issuer)
    return TrustedIssuer(
        issuer, KeySource(partial(read_keys_file, issuer.keys_file, issuer), issuer.keys_lifetime_seconds)
    )


class AccessTokens:
    """Says who comes with a token. May be used from any thread.

    `now` tells the present instant in UTC microseconds. Raises ValueError when an issuer is there twice.
    """

    def __init__(self, issuers: Iterable[TrustedIssuer], now: Callable[[], int] = moments.now) -> None:
        given = list(issuers)
        self._issuers = {each.issuer.url: each for each in given}
        self._now = now
        if len(self._issuers) != len(given):
            raise ValueError("an issuer is there twice")

    def principal(self, token: str) -> Principal | TokenFailure:
        """Return who comes with the token (what follows `Bearer`), or why it is not accepted.

        Raises IssuerUnreachableError when the keys to check it cannot be had: then nothing is known of it.
        """
        unverified = taken_apart(token)
        if isinstance(unverified, TokenFailure):
            return unverified
        url = unverified.claims.get("iss")
        if url is None:
            return TokenFailure.MISSING_CLAIM
        # The issuer that the token names only chooses among those that are set up, each with keys of its own.
        found = self._issuers.get(url) if isinstance(url, str) else None
        if found is None:
            return TokenFailure.WRONG_ISSUER
        if unverified.algorithm not in found.issuer.algorithms:
            return TokenFailure.UNACCEPTABLE_ALGORITHM
        key = found.keys.find(unverified.key_id, unverified.algorithm)
        if key is None:
            return TokenFailure.UNKNOWN_KEY
        if not _is_signed(token, key):
            return TokenFailure.BAD_SIGNATURE
        failure = acceptance_failure(unverified.claims, found.issuer, self._now())
        return failure or principal_of(unverified.claims, found.issuer)


def _is_signed(token: str, key: jwt.PyJWK) -> bool:
    """Ask the library, with the one algorithm that the key is for."""
    try:
        _JWS.decode_complete(token, key, algorithms=[key.algorithm_name])
    except jwt.PyJWTError:
        return False
    return True
