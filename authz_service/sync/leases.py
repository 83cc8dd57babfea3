"""One writer at a time for a target: a lease that is renewed by itself for as long as its holder works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from authz_service.store.directories import Directories
from authz_service.store.errors import StoreUnavailableError
from authz_service.sync.holders import is_gone

__all__ = ["Lease", "TargetBusyError", "take"]

_LEASE_SECONDS: Final = 120.0
_SECOND: Final = 1_000_000
_AT_LEAST_SECONDS: Final = 1.0
_at_work: set[tuple[str, str]] = set()
"""Targets and holders with a lease in this process: a second thread of it is turned away too."""
_at_work_lock: Final = threading.Lock()


class TargetBusyError(Exception):
    """Another process, or another thread of this one, writes to this target now."""


def take(directories: Directories, name: str, holder: str, clock: Callable[[], int], seconds: float) -> int | None:
    """Take a lease, also from a process of this machine that ended without giving it back.

    Return when it was taken (by the clock), None when somebody else has it. Raises StoreUnavailableError.
    """
    now = clock()
    if directories.lease(name, holder, now, seconds):
        return now
    other = directories.holder(name, clock())
    if other is not None:
        if not is_gone(other):
            return None
        directories.release(name, other)
    now = clock()
    return now if directories.lease(name, holder, now, seconds) else None


class Lease:
    """The leave of one holder to write to one target. `holder`: as `holders.this_process` says.

    `clock`: UTC microseconds. `renewed_after_seconds`: how old it may become before it is renewed.
    """

    def __init__(
        self,
        directories: Directories,
        target: str,
        holder: str,
        clock: Callable[[], int],
        renewed_after_seconds: float = 20,
    ) -> None:
        self._directories = directories
        self._target = target
        self._holder = holder
        self._clock = clock
        self._renewed_after = renewed_after_seconds
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._last = 0
        self._is_lost = False

    @contextmanager
    def held(self) -> Iterator[Lease]:
        """Hold the lease; whatever is done meanwhile, however long, it is renewed.

        Raises TargetBusyError, StoreUnavailableError.
        """
        with self._alone_in_process():
            taken_at = take(self._directories, self._target, self._holder, self._clock, _LEASE_SECONDS)
            if taken_at is None:
                raise self._busy()
            self._last = taken_at
            renewing = threading.Thread(target=self._renew_until_ended, name=f"lease of {self._target}", daemon=True)
            renewing.start()
            try:
                yield self
            finally:
                self._ended.set()
                renewing.join()
                self._directories.release(self._target, self._holder)

    def holds(self) -> bool:
        """Return whether it is still held. Once it is lost it stays so, for others may have written since.

        Raises StoreUnavailableError.
        """
        with self._lock:
            age = self._clock() - self._last
            if not self._is_lost and age >= self._renewed_after * _SECOND:
                self._is_lost = age >= _LEASE_SECONDS * _SECOND or not self._take()
            return not self._is_lost

    def _renew_until_ended(self) -> None:
        while not self._ended.wait(max(self._renewed_after, _AT_LEAST_SECONDS)):
            try:
                if not self.holds():
                    return
            except StoreUnavailableError:
                continue  # while the lease lasts, the next time may be better

    def _take(self) -> bool:
        now = self._clock()
        taken = self._directories.lease(self._target, self._holder, now, _LEASE_SECONDS)
        if taken:
            self._last = now
        return taken

    @contextmanager
    def _alone_in_process(self) -> Iterator[None]:
        this = (self._target, self._holder)
        with _at_work_lock:
            if this in _at_work:
                raise self._busy()
            _at_work.add(this)
        try:
            yield
        finally:
            with _at_work_lock:
                _at_work.discard(this)

    def _busy(self) -> TargetBusyError:
        return TargetBusyError(f"target {self._target}: another process writes to it now")
