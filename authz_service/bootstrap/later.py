"""An application that is put together when somebody first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Later"]


class Later:
    """Hands requests to what `build` returns, which is called once, by the first of them.

    Decisions need not wait for what they do not need, and a process that is asked for nothing else never holds it.
    """

    def __init__(self, build: Callable[[], WSGIApplication]) -> None:
        self._build = build
        self._lock = Lock()
        self._built: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request. Raises what `build` raises; then the next request has it tried again."""
        if self._built is None:
            with self._lock:
                if self._built is None:
                    self._built = self._build()
        return self._built(environ, start_response)
