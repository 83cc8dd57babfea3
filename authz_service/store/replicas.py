"""Where facts are read when it must be from a revision on: on a replica that has it, on the primary, or nowhere.

A streaming replica is the primary as it was a moment ago: it takes over whole commits in their order, and every commit
has its revision in it. So what one statement reads there belongs to the revision that the same statement reads, and
nobody has to know how far the replica is behind.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from authz_service.domain.callers import Caller
from authz_service.store.callers import Callers
from authz_service.store.database import Database
from authz_service.store.errors import FactsBehindError, StoreError, StoreUnavailableError
from authz_service.store.revisions import last_revision

__all__ = ["Found", "Patience", "ReplicatedCallers", "Server", "Source", "Sources"]

Reads = TypeVar("Reads")
Content = TypeVar("Content")
REST_SECONDS: Final = 1.0
"""How long a server that did not answer is left alone, so that not every request waits for it."""
POLL_SECONDS: Final = 0.02
"""How often it is looked whether a revision is there by now."""


class Server:
    """A database server that may be left alone for a while. May be used from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._rests_until = 0.0

    @property
    def rests(self) -> bool:
        """Whether it did not answer a moment ago. Such a one is asked only when no other answers."""
        return time.monotonic() < self._rests_until

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._rests_until = time.monotonic() + REST_SECONDS


class Patience:
    """Waiting for a revision, for so many seconds at most, and for so many threads of a process at once.

    The threads that wait answer nobody else. Whoever comes when as many wait as may is not made to wait.
    """

    def __init__(self, seconds: float, threads: int) -> None:
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(threads) if threads else None

    def until(self, is_there: Callable[[], bool]) -> bool:
        """Wait until it is there; False: it is not, and there is no more waiting."""
        if self._places is None or not self._places.acquire(blocking=False):
            return False
        try:
            deadline = time.monotonic() + self._seconds
            while time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
                if is_there():
                    return True
            return False
        finally:
            self._places.release()


class Found(NamedTuple, Generic[Content]):
    """What was read, and the facts revision that it belongs to."""

    revision: int
    content: Content


@dataclass(frozen=True, slots=True)
class Source(Generic[Reads]):
    """A server and what reads from it."""

    server: Server
    reads: Reads


@dataclass(frozen=True, slots=True)
class Sources(Generic[Reads]):
    """The primary and its replicas, asked in turn. May be used from any thread."""

    primary: Source[Reads]
    replicas: Sequence[Source[Reads]]
    patience: Patience
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def fresh(self, revision: int, ask: Callable[[Reads], Found[Content]], *, replicas: bool = True) -> Found[Content]:
        """Return what is read somewhere from that revision on, from the first that has come to it.

        A replica that has not is passed over for the next one, the primary comes last; where none has come to it, or
        the primary does not answer, that is waited for. `ask` may raise FactsBehindError itself. After the wait, what
        is returned may be of an older revision, the newest that was found: look at it. `replicas`: will they do?
        Raises StoreUnavailableError when nobody has an answer.
        """
        newest, fault = self._round(revision, ask, replicas=replicas)
        if newest is not None and newest.revision >= revision:
            return newest
        if self.patience.until(lambda: self._has_come(revision, replicas=replicas)):
            later, fault = self._round(revision, ask, replicas=replicas)
            newest = later or newest
        if newest is None:
            raise fault or StoreUnavailableError("no database server can be asked")
        return newest

    def _round(
        self, revision: int, ask: Callable[[Reads], Found[Content]], *, replicas: bool
    ) -> tuple[Found[Content] | None, StoreError | None]:
        """Ask each in turn until one has come to the revision; else the newest that was found, and why not."""
        newest: Found[Content] | None = None
        fault: StoreError | None = None
        answered = False
        for source in self._in_turn(replicas=replicas):
            if answered and source.server.rests:
                break
            try:
                found = ask(source.reads)
            except FactsBehindError as behind:
                fault, answered = fault or behind, True
                continue
            except StoreError as error:
                source.server.rest()
                fault = error
                continue
            answered = True
            if newest is None or found.revision > newest.revision:
                newest = found
            if found.revision >= revision:
                break
        return newest, fault

    def _in_turn(self, *, replicas: bool) -> list[Source[Reads]]:
        """The replicas, a different one first each time, then the primary; those that rest come last."""
        if not replicas or not self.replicas:
            return [self.primary]
        first = next(self._turns) % len(self.replicas)
        return sorted((*self.replicas[first:], *self.replicas[:first], self.primary), key=_rests)

    def _has_come(self, revision: int, *, replicas: bool) -> bool:
        for source in self._in_turn(replicas=replicas):
            if source.server.rests:
                continue
            try:
                if last_revision(source.server.database) >= revision:
                    return True
            except StoreError:
                source.server.rest()
        return False


def _rests(source: Source[Any]) -> bool:
    return source.server.rests


class ReplicatedCallers:
    """Finds callers by their keys: on the primary, and where it does not answer, on a replica.

    A replica may not know yet that a key was revoked just before the primary went away.
    """

    def __init__(self, primary: Server, replicas: Sequence[Server]) -> None:
        self._primary = primary
        self._replicas = replicas

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key, None when nobody does. Raises StoreUnavailableError."""
        servers = [self._primary, *self._replicas]
        fault: StoreError | None = None
        for server in sorted(servers, key=lambda each: each.rests):
            try:
                return Callers(server.database).find(key_text)
            except StoreError as error:
                server.rest()
                fault = error
        raise fault or StoreUnavailableError("no database server can be asked")
