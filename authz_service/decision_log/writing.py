"""The thread that writes, beside those that answer."""

from __future__ import annotations

import threading
from typing import Protocol

import structlog

__all__ = ["Writing"]

log = structlog.get_logger()


class Works(Protocol):
    """What is done again and again."""

    def __call__(self, *, last: bool) -> None:
        """Do it. `last`: it is not called again."""


class Writing:
    """Does the same work again and again, until the process ends or it is told to stop.

    `work`: whatever it raises is logged, and it is called again. `seconds`: how often at least.
    The thread starts with the first `go`, so in the process that has something to write, and holds up the end of that
    process until the work was done a last time: interpreters and workers that were forked end alike.
    """

    def __init__(self, work: Works, seconds: float) -> None:
        self._work = work
        self._seconds = seconds
        self._wake = threading.Event()
        self._stopping = False
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def ended(self) -> bool:
        """Whether the work is not done any more."""
        return self._stopping

    @property
    def started(self) -> bool:
        """Whether there is a thread."""
        return self._thread is not None

    def go(self) -> None:
        """Start the thread, if there is none yet."""
        with self._starting:
            if self._thread is None:
                # Threads of a server are daemons, and a thread takes after the one that makes it.
                self._thread = threading.Thread(target=self._run, name="decision log", daemon=False)
                self._thread.start()

    def wake(self) -> None:
        """Have the work done now."""
        self._wake.set()

    def stop(self) -> None:
        """Return when the work was done a last time."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        main = threading.main_thread()
        last = False
        while not last:
            self._wake.wait(self._seconds)
            self._wake.clear()
            last = self._stopping = self._stopping or not main.is_alive()
            try:
                self._work(last=last)
            except Exception as fault:  # noqa: BLE001 - whatever it is, what comes later is to be written
                log.error("decision log not written", fault=type(fault).__name__)  # noqa: TRY400 it can show values
