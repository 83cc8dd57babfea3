"""Which of several processes keeps a target: one does, the others wait until it is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from authz_service.store.directories import Directories
from authz_service.store.errors import StoreError
from authz_service.sync.leases import take

__all__ = ["Leading", "leader_of"]

_LEASE_SECONDS: Final = 60.0
_RENEWED_AFTER_SECONDS: Final = 15.0
_ASKED_AGAIN_AFTER_SECONDS: Final = 1.0


class Leading:
    """One process's part in keeping a target. `holder`: as `holders.this_process` says; `clock`: UTC microseconds.

    It keeps others from following, not from writing: that is the lease of a run, which everybody takes who writes.
    """

    def __init__(self, target: str, directories: Directories, holder: str, clock: Callable[[], int]) -> None:
        self._lease = _lease_of(target)
        self._directories = directories
        self._holder = holder
        self._clock = clock
        self._asked_at: float | None = None
        self.leads = False

    def ask(self) -> bool:
        """Return whether this process keeps the target now; it does from the moment on at which no other one does.

        Asks the database now and then only. Raises StoreUnavailableError.
        """
        pause = _RENEWED_AFTER_SECONDS if self.leads else _ASKED_AGAIN_AFTER_SECONDS
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at >= pause:
            self._asked_at = now
            taken_at = take(self._directories, self._lease, self._holder, self._clock, _LEASE_SECONDS)
            self.leads = taken_at is not None
        return self.leads

    def keep(self) -> None:
        """Ask in the middle of some work, which goes on whatever the answer is."""
        try:
            self.ask()
        except StoreError:
            self._asked_at = None

    def give_back(self) -> None:
        """Let another process keep the target. Raises StoreUnavailableError."""
        if self.leads:
            self.leads = False
            self._asked_at = None
            self._directories.release(self._lease, self._holder)


def leader_of(target: str, directories: Directories, now: int) -> str | None:
    """Return who keeps a target (`now`: UTC microseconds), None when nobody does. Raises StoreUnavailableError."""
    return directories.holder(_lease_of(target), now)


def _lease_of(target: str) -> str:
    """Return what the lease is known by; no target has such a name."""
    return f"{target} (followed)"
