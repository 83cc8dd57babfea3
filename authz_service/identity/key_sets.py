"""Public keys of an issuer (RFC 7517), each for one algorithm: what the key may be used for is no token's choice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = ["KeySet", "key_set_of"]

_PUBLIC_MEMBERS: Final[tuple[str, ...]] = ("kty", "crv", "x", "y", "n", "e")
_MIN_RSA_BITS: Final = 2048
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


@dataclass(frozen=True, slots=True)
class _Entry:
    key_id: str | None
    algorithm: str
    key: jwt.PyJWK


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of an issuer that are of use here."""

    entries: tuple[_Entry, ...]

    def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """Return the one key with this id for this algorithm; without an id, the only one for the algorithm.

        None where there is no such key, or more than one.
        """
        fitting = [
            entry.key
            for entry in self.entries
            if entry.algorithm == algorithm and (key_id is None or entry.key_id == key_id)
        ]
        return fitting[0] if len(fitting) == 1 else None


def key_set_of(text: bytes, algorithms: Iterable[str]) -> KeySet:
    """Return the keys of a JWK set that can check one of the algorithms; what else is in it is passed over.

    Raises ValueError when it is no JWK set or holds no such key.
    """
    try:
        given = json.loads(text)
        keys = given["keys"]
        entries = tuple(entry for key in keys if isinstance(key, dict) for entry in _entries(key, algorithms))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("they are no JWK set") from None
    if not entries:
        raise ValueError("there is no key among them for the algorithms of this issuer")
    return KeySet(entries)


def _entries(key: dict[str, Any], algorithms: Iterable[str]) -> Iterator[_Entry]:
    key_id = key.get("kid")
    if not isinstance(key_id, str | None) or not _may_verify(key):
        return
    public = {name: key[name] for name in _PUBLIC_MEMBERS if name in key}
    for algorithm in sorted(algorithms):
        if not _fits(key, algorithm):
            continue
        try:
            loaded = jwt.PyJWK(public, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if not isinstance(loaded.key, RSAPublicKey) or loaded.key.key_size >= _MIN_RSA_BITS:
            yield _Entry(key_id, algorithm, loaded)


def _may_verify(key: dict[str, Any]) -> bool:
    operations = key.get("key_ops", ["verify"])
    return key.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _fits(key: dict[str, Any], algorithm: str) -> bool:
    if key.get("alg", algorithm) != algorithm:
        return False
    match key.get("kty"):
        case "EC":
            return algorithm in _CURVES and key.get("crv") == _CURVES[algorithm]
        case "OKP":
            return algorithm == "EdDSA" and key.get("crv") == "Ed25519"
        case "RSA":
            return algorithm.startswith(("RS", "PS"))
        case _:
            return False
