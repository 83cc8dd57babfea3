"""The issuers that are trusted, as they are set up: whose tokens, for whom, signed how, and what their claims mean."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from authz_service.domain.principals import PrincipalKind

__all__ = ["ALGORITHMS", "ClaimNames", "Issuer", "is_loopback"]

ALGORITHMS: Final = frozenset(
    {"EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
)
"""Those that sign with a private key (RFC 7518, RFC 8037): never `none`, no shared secret (RFC 8725 section 2.1)."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """In which claims an issuer's tokens say what is needed here. Raises ValueError for names that cannot be right.

    `client` tells the program a token was issued to; a token whose `sub` is that same name is a machine's
    (RFC 9068 section 2.2).
    """

    national_number: str = "egovNRN"
    agent: str = "agent_id"
    scope: str = "scope"
    client: str = "client_id"

    def __post_init__(self) -> None:
        names = (self.national_number, self.agent, self.scope, self.client)
        if not all(names) or len(set(names)) != len(names):
            raise ValueError("the claims need names, each another one")
        if self.client == "sub":
            raise ValueError("the claim of the client is not sub: every token would be a machine's")


@dataclass(frozen=True, slots=True)
class Issuer:
    """A trusted issuer. Raises ValueError for one that cannot be right.

    `url`: as in the claim `iss`, octet by octet. `audiences`: what `aud` must name one of. `algorithms`: of ALGORITHMS.
    `speaks_of`: whom its tokens are believed to be of; a token of anybody else is refused.
    `means`: what a value of `acr` or `amr` says of the means of authentication. `keys_file`: a JWK set (RFC 7517);
    None takes the keys from the issuer's metadata. `leeway_seconds`: how far clocks may differ. `max_age_seconds`: how
    long after `iat` a token is taken at most. `keys_lifetime_seconds`: how long keys serve without being seen again.
    """

    url: str
    audiences: frozenset[str]
    algorithms: frozenset[str]
    speaks_of: frozenset[PrincipalKind] = frozenset({PrincipalKind.PERSON})
    means: Mapping[str, str] = field(default_factory=dict)
    keys_file: Path | None = None
    leeway_seconds: int = 30
    max_age_seconds: int = 3600
    keys_lifetime_seconds: int = 3600
    claims: ClaimNames = field(default_factory=ClaimNames)

    def __post_init__(self) -> None:
        _check_url(self.url)
        if not self.audiences or not all(self.audiences):
            raise ValueError("an issuer needs an audience: what its tokens name this service by")
        if not self.algorithms:
            raise ValueError("an issuer needs algorithms: those that its tokens are signed with")
        if not self.algorithms <= ALGORITHMS:
            raise ValueError(f"the algorithms of an issuer are among {', '.join(sorted(ALGORITHMS))}")
        if not self.speaks_of:
            raise ValueError("an issuer speaks of persons, agents or machines")
        limits = (
            (self.leeway_seconds, 0, 300),
            (self.max_age_seconds, 60, 86400),
            (self.keys_lifetime_seconds, 60, 86400),
        )
        if any(not low <= seconds <= high for seconds, low, high in limits):
            raise ValueError("of an issuer, leeway_seconds is 0 to 300, and what else is in seconds 60 to 86400")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc or not url.isascii():
        raise ValueError("the url of an issuer is absolute, and without user, query and fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("the url of an issuer is https, or http on this machine itself")


def is_loopback(host: str | None) -> bool:
    """Return True when the host of a URL is this machine itself."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
