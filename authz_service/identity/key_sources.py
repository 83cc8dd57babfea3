"""Keys that are remembered for a while: read again when they grow old, and when a token names one that is not there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import jwt

from authz_service.identity.failures import IssuerUnreachableError
from authz_service.identity.issuers import Issuer
from authz_service.identity.key_sets import KeySet, key_set_of

__all__ = ["KeySource", "read_keys_file"]

SEARCH_SECONDS: Final = 60.0
"""How long after the keys were read a token that names an unknown one may have them read again."""
FAILURE_SECONDS: Final = 10.0
"""How long nothing is tried again after the keys could not be had."""
WAIT_SECONDS: Final = 2.0
"""How long one thread waits for another that reads the keys: one slow issuer must not take all threads."""
MAX_FILE_OCTETS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Held:
    """What was read, and when by the monotonic clock."""

    keys: KeySet
    read_at: float


@dataclass(slots=True)
class KeySource:
    """The keys of one issuer, for any thread.

    Keys older than half their lifetime are read anew by whoever comes next; when that fails they serve until the end of
    their lifetime. `read` returns the keys as they are now, or raises IssuerUnreachableError.
    """

    read: Callable[[], KeySet]
    lifetime_seconds: float
    clock: Callable[[], float] = time.monotonic
    _held: _Held | None = None
    _failed_at: float | None = None
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """Return the key as KeySet.find does. Raises IssuerUnreachableError when that cannot be known."""
        held = self._current()
        key = held.keys.find(key_id, algorithm)
        if key is None and key_id is not None and self.clock() - held.read_at >= SEARCH_SECONDS:
            key = self._renewed(held).keys.find(key_id, algorithm)
        return key

    def _current(self) -> _Held:
        held = self._held
        if held is None or self._age(held) >= self.lifetime_seconds:
            return self._renewed(held)
        if self._age(held) >= self.lifetime_seconds / 2 and self._reading.acquire(blocking=False):
            try:
                return self._read_again()
            except IssuerUnreachableError:
                return held
            finally:
                self._reading.release()
        return held

    def _age(self, held: _Held) -> float:
        return self.clock() - held.read_at

    def _renewed(self, old: _Held | None) -> _Held:
        """Return newer keys than the old ones: those that another thread has read meanwhile, or read now."""
        if not self._reading.acquire(timeout=WAIT_SECONDS):
            raise IssuerUnreachableError("the keys of an issuer are being read, which takes long")
        try:
            if self._held is not None and self._held is not old:
                return self._held
            return self._read_again()
        finally:
            self._reading.release()

    def _read_again(self) -> _Held:
        if self._failed_at is not None and self.clock() - self._failed_at < FAILURE_SECONDS:
            raise IssuerUnreachableError("the keys of an issuer could not be had a moment ago")
        try:
            self._held = _Held(self.read(), self.clock())
        except IssuerUnreachableError:
            self._failed_at = self.clock()
            raise
        return self._held


def read_keys_file(path: Path, issuer: Issuer) -> KeySet:
    """Return the keys of a JWK set in a file. Raises IssuerUnreachableError."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_OCTETS)
    except OSError as error:
        raise IssuerUnreachableError(f"the keys of an issuer cannot be read: {path}: {error.strerror}") from None
    try:
        return key_set_of(text, issuer.algorithms)
    except ValueError as error:
        raise IssuerUnreachableError(f"the keys of an issuer are of no use: {path}: {error}") from None
