"""Signed checkpoints (Ed25519, RFC 8032): who holds the database but not the key cannot write the log anew.

The signing key is a file of its own, PEM (PKCS 8), mode 0600. A key's id is the SHA-256 of its public key in DER
(SubjectPublicKeyInfo), in hexadecimal. What is signed is the canonical JSON of `{"format": 1, "hash": …, "key_id": …,
"sequence": …, "signed_at": …}`. A new key has another id; checkpoints of the old one verify with its public key.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from authz_service.audit.chain import canonical
from authz_service.audit.errors import SigningKeyError, UnrecordableError
from authz_service.domain.moments import text_of

if TYPE_CHECKING:
    from authz_service.store.audit_log import StoredCheckpoint

__all__ = [
    "PublicKeys",
    "Signature",
    "SigningKey",
    "ensure_signing_key",
    "judged",
    "public_keys",
    "read_public_keys",
    "read_signing_key",
    "signed",
    "statement",
]

FORMAT: Final = 1
_LARGEST_FILE: Final = 100_000

PublicKeys = Mapping[str, Ed25519PublicKey]
"""Public keys by their ids."""


class Signature(StrEnum):
    """What a checkpoint's signature is worth."""

    GOOD = "good"
    BAD = "bad"
    """It does not fit what the checkpoint says."""
    OF_UNKNOWN_KEY = "of_unknown_key"


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """The private key that checkpoints are signed with. Its repr shows the id only."""

    private: Ed25519PrivateKey
    key_id: str

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self.key_id!r})"

    @classmethod
    def new(cls) -> SigningKey:
        """Return a random key."""
        private = Ed25519PrivateKey.generate()
        return cls(private, _key_id(private.public_key()))

    @property
    def public_pem(self) -> str:
        """The public key as PEM."""
        return public_pem(self.private.public_key())


def public_pem(key: Ed25519PublicKey) -> str:
    """Return a public key as PEM (SubjectPublicKeyInfo)."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def _key_id(key: Ed25519PublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def public_keys(keys: Iterable[Ed25519PublicKey]) -> PublicKeys:
    """Return the keys by their ids."""
    return {_key_id(key): key for key in keys}


# --- checkpoints ------------------------------------------------------------------------------------------------------


def statement(sequence: int, hash_: bytes, signed_at: int, key_id: str) -> str:
    """Return the text that is signed; `signed_at` in UTC microseconds. Raises UnrecordableError."""
    try:
        moment = text_of(signed_at)
    except (OverflowError, ValueError):
        raise UnrecordableError("a checkpoint's moment lies outside the years 1 to 9999") from None
    return canonical(
        {"format": FORMAT, "hash": hash_.hex(), "key_id": key_id, "sequence": sequence, "signed_at": moment}
    )


def signed(key: SigningKey, sequence: int, hash_: bytes, signed_at: int) -> StoredCheckpoint:
    """Return the signed statement that the log ended with this record at `signed_at` (UTC microseconds)."""
    from authz_service.store.audit_log import StoredCheckpoint  # noqa: PLC0415 - a process that only decides signs nothing

    signature = key.private.sign(statement(sequence, hash_, signed_at, key.key_id).encode())
    return StoredCheckpoint(sequence, signed_at, hash_, key.key_id, signature)


def judged(checkpoint: StoredCheckpoint, keys: PublicKeys) -> Signature:
    """Return what the checkpoint's signature is worth to somebody who trusts these keys."""
    key = keys.get(checkpoint.key_id)
    if key is None:
        return Signature.OF_UNKNOWN_KEY
    try:
        said = statement(checkpoint.sequence, checkpoint.hash, checkpoint.signed_at, checkpoint.key_id)
        key.verify(checkpoint.signature, said.encode())
    except (InvalidSignature, UnrecordableError):
        return Signature.BAD
    return Signature.GOOD


# --- key files --------------------------------------------------------------------------------------------------------


def ensure_signing_key(path: Path) -> SigningKey:
    """Make a file with a fresh key where there is none, and return the key that the file holds.

    Whoever comes second finds the first one's file: it appears complete and at once, or not at all.
    Raises SigningKeyError.
    """
    try:
        if not os.path.lexists(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _link_new_file(path, _private_pem(SigningKey.new()))
    except OSError as error:
        raise SigningKeyError(f"the signing key of the audit log cannot be made: {error.strerror}") from None
    return read_signing_key(path)


def _private_pem(key: SigningKey) -> bytes:
    return key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _link_new_file(path: Path, content: bytes) -> None:
    """Put a file of its owner's at the path, on the disk when this returns; one that is there already stays."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    except FileExistsError:
        pass  # another process was first; its key is the one
    finally:
        beside.unlink()
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_signing_key(path: Path) -> SigningKey:
    """Return the key in the file. Raises SigningKeyError, also when group or others may read it."""
    content = _content(path, secret=True)
    try:
        private = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise SigningKeyError("the signing key of the audit log is no Ed25519 key in PEM (PKCS 8, without a password)")
    return SigningKey(private, _key_id(private.public_key()))


def read_public_keys(paths: Iterable[Path]) -> PublicKeys:
    """Return the public key in each file (PEM) by its id. Raises SigningKeyError."""
    return public_keys(public_key_in(_content(path, secret=False)) for path in paths)


def public_key_in(pem: bytes) -> Ed25519PublicKey:
    """Return the public key in a PEM text. Raises SigningKeyError."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SigningKeyError("a public key of the audit log is no Ed25519 key in PEM")
    return key


def _content(path: Path, *, secret: bool) -> bytes:
    what = "the signing key of the audit log" if secret else "a public key of the audit log"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise SigningKeyError(f"{what} cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SigningKeyError(f"{what} is no regular file")
        if secret and status.st_mode & 0o077:
            raise SigningKeyError(f"{what} is open to others than its owner: chmod 600 it")
        return os.read(descriptor, _LARGEST_FILE)
    except OSError as error:
        raise SigningKeyError(f"{what} cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)
