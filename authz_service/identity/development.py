"""The development issuer: tokens for trying things out, signed with a key in a file. Never in production.

Whoever has the key file can be anybody; the settings refuse it in production, and it does nothing unless switched on.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_encode

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import PrincipalKind
from authz_service.domain.vocabulary import Scope
from authz_service.identity.claims import SCOPE_PREFIX
from authz_service.identity.failures import DevelopmentKeyError
from authz_service.identity.issuers import ClaimNames, Issuer
from authz_service.identity.key_sets import key_set_of
from authz_service.identity.key_sources import KeySource
from authz_service.identity.tokens import TrustedIssuer

__all__ = ["MAX_LIFETIME_SECONDS", "DevelopmentIssuer", "ensure_development_key"]

MAX_LIFETIME_SECONDS: Final = 86400
ALGORITHM: Final = "ES256"
CLIENT: Final = "authz-token"
"""The program that people and agents come through."""
_NAMES: Final = ClaimNames()


@dataclass(frozen=True, slots=True)
class DevelopmentIssuer:
    """Makes tokens for one service. `means`: the names of means of authentication that tokens may carry.

    Lifetimes are in seconds, 1 to MAX_LIFETIME_SECONDS.
    """

    url: str
    audience: str
    means: frozenset[str]
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def person(self, niss: Niss, means: str | None, lifetime_seconds: int) -> str:
        """Return a token for the person, logged in with the means, None: the token does not say."""
        return self._token(
            "person", {_NAMES.national_number: niss.digits, _NAMES.client: CLIENT}, means, lifetime_seconds
        )

    def agent(self, agent_id: str, means: str | None, lifetime_seconds: int) -> str:
        """Return a token for the agent; `means` as for a person."""
        return self._token("agent", {_NAMES.agent: agent_id, _NAMES.client: CLIENT}, means, lifetime_seconds)

    def machine(self, name: str, scopes: Iterable[Scope], lifetime_seconds: int) -> str:
        """Return a token for a program that comes for itself."""
        scope = " ".join(sorted(SCOPE_PREFIX + given.value for given in scopes))
        return self._token(name, {_NAMES.client: name, _NAMES.scope: scope}, None, lifetime_seconds)

    def trusted(self) -> TrustedIssuer:
        """Return what accepts these tokens."""
        issuer = Issuer(
            url=self.url,
            audiences=frozenset({self.audience}),
            algorithms=frozenset({ALGORITHM}),
            speaks_of=frozenset(PrincipalKind),
            means={name: name for name in self.means},
            max_age_seconds=MAX_LIFETIME_SECONDS,
        )
        keys = key_set_of(json.dumps({"keys": [self._public_key()]}).encode(), issuer.algorithms)
        return TrustedIssuer(issuer, KeySource(lambda: keys, issuer.keys_lifetime_seconds))

    def _token(self, subject: str, said: dict[str, Any], means: str | None, lifetime_seconds: int) -> str:
        issued = moments.now() // 1_000_000
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "sub": subject,
            "iat": issued,
            "exp": issued + lifetime_seconds,
            "jti": secrets.token_urlsafe(16),
            **({} if means is None else {"acr": means}),
            **said,
        }
        headers = {"typ": "at+jwt", "kid": self._public_key()["kid"]}
        return jwt.encode(claims, self.key, ALGORITHM, headers)

    def _public_key(self) -> dict[str, Any]:
        """Return the JWK, its id being its thumbprint (RFC 7638)."""
        members = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        told = json.dumps({name: members[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
        return {**members, "kid": base64url_encode(hashlib.sha256(told.encode()).digest()).decode()}


def ensure_development_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Make a key file (PEM, PKCS #8, mode 0600) where there is none, and return the key that is in it.

    Whoever comes second finds the first one's file, complete. Raises DevelopmentKeyError.
    """
    try:
        if not os.path.lexists(path):
            _make(path)
        return _read(path)
    except OSError as error:
        raise DevelopmentKeyError(f"the key file of the development issuer: {error.strerror}") from None


def _make(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        os.link(beside, path)
    except FileExistsError:
        pass  # another process was first; its key is the one
    finally:
        beside.unlink()


def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise DevelopmentKeyError("the key file of the development issuer is open to others: chmod 600 it")
        text = file.read(10_000)
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise DevelopmentKeyError("the key file of the development issuer holds no P-256 key")
    return key
