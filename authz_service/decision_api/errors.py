"""What ends a request without a decision."""

from __future__ import annotations

from http import HTTPStatus

__all__ = ["WireError"]


class WireError(Exception):
    """A request is answered with an error (AuthZEN 10.1.2).

    `message` is for the caller: it names members, never their values. `headers` go out with the answer.
    """

    def __init__(self, status: HTTPStatus, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
