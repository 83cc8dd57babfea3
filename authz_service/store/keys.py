"""The key file: two 256-bit keys a version, one to find a national number by, one to seal it; not in the database.

The file is JSON, mode 0600, with keys in hexadecimal: `{"format": 1, "keys": [{"version": 1, "hash": …, "encryption":
…}]}`. It can hold several versions while a rotation is under way; the database's fingerprint says which one is in use.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from authz_service.store.errors import KeyFileError, KeyFileMismatchError

__all__ = ["Key", "KeyRing", "ensure_key_file", "read_key_file", "replace_key_file"]

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One version of the two keys. Its repr shows the version only."""

    version: int
    hash_key: bytes
    encryption_key: bytes
    fingerprint: str = field(init=False)
    """Which key this is, in hexadecimal; says nothing about its bytes."""
    _keyed: HMAC = field(init=False, compare=False)
    """Has the hash key and nothing else: a copy of it takes a third of the time that beginning anew does."""

    def __post_init__(self) -> None:
        material = b"authz key file" + self.version.to_bytes(8, "big") + self.hash_key + self.encryption_key
        object.__setattr__(self, "fingerprint", hashlib.sha256(material).hexdigest())
        object.__setattr__(self, "_keyed", HMAC(self.hash_key, hashes.SHA256()))

    def __repr__(self) -> str:
        return f"Key(version={self.version})"

    @classmethod
    def new(cls, version: int) -> Key:
        """Return a random key."""
        return cls(version, secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_KEY_BYTES))

    def hash_of(self, digits: str) -> str:
        """Return the keyed hash (HMAC-SHA-256, hexadecimal) that finds the number. Raises UnicodeEncodeError."""
        keyed = self._keyed.copy()
        keyed.update(digits.encode())
        return keyed.finalize().hex()

    def seal(self, person_id: str, digits: str) -> bytes:
        """Return the number under AES-256-GCM, bound to this person: nonce, then ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.encryption_key).encrypt(nonce, digits.encode(), person_id.encode())

    def unseal(self, person_id: str, sealed: bytes) -> str:
        """Return the number that was sealed for this person. Raises KeyFileMismatchError."""
        try:
            clear = AESGCM(self.encryption_key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], person_id.encode()
            )
        except (InvalidTag, ValueError):
            raise KeyFileMismatchError("an identity in the database was not sealed with this key file") from None
        return clear.decode()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What the key file at `path` held when it was read: at least one key, versions ascending."""

    path: Path
    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        """The key of the highest version."""
        return self.keys[-1]

    def with_fingerprint(self, fingerprint: str) -> Key:
        """Return the key that has the fingerprint. Raises KeyFileMismatchError."""
        for key in self.keys:
            if hmac.compare_digest(key.fingerprint, fingerprint):
                return key
        raise KeyFileMismatchError("the key file does not belong to this database")


def _content(keys: tuple[Key, ...]) -> bytes:
    shown = [
        {"version": key.version, "hash": key.hash_key.hex(), "encryption": key.encryption_key.hex()} for key in keys
    ]
    return (json.dumps({"format": 1, "keys": shown}, indent=1) + "\n").encode()


def _write_beside(path: Path, keys: tuple[Key, ...]) -> Path:
    """Write a new file next to `path`, on the disk when this returns, and return where it is."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_content(keys))
        file.flush()
        os.fsync(file.fileno())
    return beside


def _settle(directory: Path) -> None:
    """Wait until names given in the directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def ensure_key_file(path: Path) -> KeyRing:
    """Make a key file with fresh keys where there is none, and return what the file holds.

    Whoever comes second finds the first one's file: it appears complete and at once, or not at all.
    Raises KeyFileError.
    """
    try:
        if not os.path.lexists(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = _write_beside(path, (Key.new(1),))
            try:
                os.link(beside, path)
            except FileExistsError:
                pass  # another process was first; its keys are the ones
            finally:
                beside.unlink()
            _settle(path.parent)
    except OSError as error:
        raise KeyFileError(f"the key file cannot be made: {error.strerror}") from None
    return read_key_file(path)


def replace_key_file(path: Path, keys: tuple[Key, ...]) -> KeyRing:
    """Put a file with these keys in place of the one at `path`, at once. Raises KeyFileError."""
    try:
        beside = _write_beside(path, keys)
        beside.replace(path)
        _settle(path.parent)
    except OSError as error:
        raise KeyFileError(f"the key file cannot be replaced: {error.strerror}") from None
    return KeyRing(path, keys)


def read_key_file(path: Path) -> KeyRing:
    """Return what the file holds. Raises KeyFileError, also when group or others may read it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise KeyFileError(f"the key file cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError("the key file is no regular file")
        if status.st_mode & 0o077:
            raise KeyFileError("the key file is open to others than its owner: chmod 600 it")
        text = os.read(descriptor, 1_000_000)
    except OSError as error:
        raise KeyFileError(f"the key file cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)
    return KeyRing(path, _keys(text))


def _keys(text: bytes) -> tuple[Key, ...]:
    try:
        content = json.loads(text)
        keys = tuple(
            sorted(
                (
                    Key(int(entry["version"]), bytes.fromhex(entry["hash"]), bytes.fromhex(entry["encryption"]))
                    for entry in content["keys"]
                ),
                key=lambda key: key.version,
            )
        )
        known = content["format"] == 1
    except (ValueError, KeyError, TypeError, OverflowError):
        raise KeyFileError("the key file holds no keys that can be read") from None
    lengths = {len(part) for key in keys for part in (key.hash_key, key.encryption_key)}
    if not known or lengths != {_KEY_BYTES} or len({key.version for key in keys}) != len(keys):
        raise KeyFileError("the key file holds no keys that can be read")
    return keys
