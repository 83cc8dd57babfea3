"""An issuer of access tokens for tests: it signs whatever it is told to, also what no issuer would."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from authz_service.domain.principals import PrincipalKind
from authz_service.identity.issuers import Issuer
from authz_service.identity.key_sets import key_set_of
from authz_service.identity.key_sources import KeySource
from authz_service.identity.tokens import AccessTokens, TrustedIssuer
from tests.model.identifiers import niss_check_digits

URL = "https://idp.example.org"
AUDIENCE = "https://authz.example.org"
NOW = 1_750_000_000
"""The present instant in all these tests, in seconds since 1970."""
NUMBER = "850730033" + niss_check_digits("850730033", born_from_2000=False)
MEANS = {"urn:be:fedict:iam:fas:Level500": "eid", "urn:be:fedict:iam:fas:Level450": "itsme", "otp": "totp_app"}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

PERSON = {"sub": "somebody", "egovNRN": NUMBER, "client_id": "portal"}
AGENT = {"sub": "agent 7", "agent_id": "agent_7", "client_id": "portal"}
MACHINE = {"sub": "portal", "client_id": "portal", "scope": "openid authz:decide authz:explain"}


def encoded(octets: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def segment(value: object) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token of a machine with some changed; None leaves one out."""
    good = {"iss": URL, "aud": AUDIENCE, "iat": NOW - 10, "exp": NOW + 300, **MACHINE}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def claims_of(whom: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the claims of a good token of somebody."""
    everybody = dict.fromkeys(MACHINE)
    return claims(**{**everybody, **whom, **changes})


def public_key_of(key: PrivateKey, key_id: str, **members: Any) -> dict[str, Any]:
    """Return the public key as a JWK."""
    if isinstance(key, rsa.RSAPrivateKey):
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        jwk = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": key_id, "use": "sig", **members}


@dataclass
class Signer:
    """A private key and how it is used."""

    key: PrivateKey
    algorithm: str = "ES256"
    key_id: str = "key-1"

    def token(self, said: Mapping[str, Any], **header: Any) -> str:
        """Return a token that says this, with the header changed; None leaves a member of it out."""
        return self.token_of(json.dumps(said, separators=(",", ":")).encode(), **header)

    def token_of(self, payload: bytes, **header: Any) -> str:
        """Return a token with exactly these octets as its payload."""
        whole = {"alg": self.algorithm, "typ": "at+jwt", "kid": self.key_id, **header}
        shown = {name: value for name, value in whole.items() if value is not None}
        return self.signed(json.dumps(shown, separators=(",", ":")).encode(), payload)

    def signed(self, header: bytes, payload: bytes) -> str:
        """Return a token with exactly these octets, signed with this key whatever the header says."""
        signing_input = f"{encoded(header)}.{encoded(payload)}"
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        signature = algorithm.sign(signing_input.encode(), algorithm.prepare_key(self.key))
        return f"{signing_input}.{encoded(signature)}"

    def public_key(self, **members: Any) -> dict[str, Any]:
        return public_key_of(self.key, self.key_id, **members)


def signed_with_secret(secret: bytes, header: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Return a token with an HMAC-SHA-256 for a signature."""
    signing_input = f"{segment(header)}.{segment(said)}"
    return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def new_signer(key_id: str = "key-1") -> Signer:
    return Signer(ec.generate_private_key(ec.SECP256R1()), key_id=key_id)


def issuer(**changes: Any) -> Issuer:
    """Return the settings of the issuer of these tests, with some changed."""
    given: dict[str, Any] = {
        "url": URL,
        "audiences": frozenset({AUDIENCE}),
        "algorithms": frozenset({"ES256"}),
        "speaks_of": frozenset(PrincipalKind),
        "means": MEANS,
    }
    return Issuer(**{**given, **changes})


@dataclass
class Published:
    """A JWK set that can change, where the service reads it. `reads`: how often it did."""

    keys: list[dict[str, Any]]
    algorithms: frozenset[str] = frozenset({"ES256"})
    seconds: float = 0.0
    reads: int = field(default=0, init=False)

    def read(self) -> Any:
        self.reads += 1
        return key_set_of(json.dumps({"keys": self.keys}).encode(), self.algorithms)

    def source(self, lifetime_seconds: float = 3600) -> KeySource:
        return KeySource(self.read, lifetime_seconds, clock=lambda: self.seconds)


def tokens_of(settings: Issuer, *keys: dict[str, Any]) -> AccessTokens:
    """Return what accepts the tokens of one issuer with these keys, now being NOW."""
    source = Published(list(keys), settings.algorithms).source()
    return AccessTokens([TrustedIssuer(settings, source)], now=lambda: NOW * 1_000_000)
