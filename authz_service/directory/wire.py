"""Messages over one connection: sending many, receiving them one by one, and knowing when the connection is no good."""

from __future__ import annotations

import socket
from collections.abc import Container
from typing import Final, Protocol

from authz_service.directory.answers import Answer, opened
from authz_service.directory.ber import MalformedError, whole
from authz_service.directory.errors import ConnectionLostError

__all__ = ["LowerConnection", "Wire"]

_RECEIVE_AT_ONCE: Final = 1 << 18
_LONGEST_MESSAGE: Final = 1 << 28
_LAST_MESSAGE_ID: Final = (1 << 31) - 1
_UNSOLICITED: Final = 0


class LowerConnection(Protocol):
    """What the connection lies on: who says goodbye and who cuts it."""

    def leave(self) -> None:
        """Say goodbye and close."""

    def cut(self) -> None:
        """Close without a word."""


class Wire:
    """One connection that is bound. Not for several threads.

    `receive_timeout_seconds` of the socket count for each silence. Once the connection is lost it stays so: every use
    raises ConnectionLostError, because an answer that comes late could be taken for the answer to something else.
    """

    def __init__(self, connected: socket.socket, lower: LowerConnection, first_message_id: int) -> None:
        self._socket = connected
        self._lower = lower
        self._next_id = first_message_id
        self._buffer = bytearray()
        self._position = 0
        self._expected: set[int] = set()
        self._aside: list[Answer] = []
        self._lost: str | None = None

    @property
    def is_lost(self) -> bool:
        return self._lost is not None

    def next_id(self) -> int:
        """Return a message id that no other request of this connection has. Its answers are expected from now on."""
        message_id = self._next_id
        self._next_id = 1 if message_id == _LAST_MESSAGE_ID else message_id + 1
        self._expected.add(message_id)
        return message_id

    def answered(self, message_id: int) -> None:
        """Say that no more answers to this request are to come."""
        self._expected.discard(message_id)

    def send(self, data: bytes) -> None:
        """Send messages. Raises ConnectionLostError: nobody knows how much of it arrived."""
        self._refuse_if_lost()
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self.lose(_cause(error)) from None

    def receive(self, wanted: Container[int]) -> Answer:
        """Wait for an answer to one of these requests. Those to others are put aside for who waits for them.

        Raises ConnectionLostError; not before what had arrived by then was asked for.
        """
        for place, answer in enumerate(self._aside):
            if answer.message_id in wanted:
                return self._aside.pop(place)
        while (answer := self._next()).message_id not in wanted:
            self._aside.append(answer)
        return answer

    def has_message(self) -> bool:
        """Return whether a whole message is here already, or none can come."""
        try:
            return self.is_lost or whole(self._buffer, self._position, _LONGEST_MESSAGE) is not None
        except MalformedError:
            return True

    def _next(self) -> Answer:
        self._refuse_if_lost()
        try:
            while (end := whole(self._buffer, self._position, _LONGEST_MESSAGE)) is None:
                self._fill()
            answer = opened(bytes(memoryview(self._buffer)[self._position : end]))
        except MalformedError as error:
            raise self.lose(f"the server sends {error}") from None
        except OSError as error:
            raise self.lose(_cause(error)) from None
        self._position = end
        if answer.message_id == _UNSOLICITED:
            raise self.lose("the server says it disconnects")
        if answer.message_id not in self._expected:
            raise self.lose("the server answers what was not asked")
        return answer

    def close(self) -> None:
        """Say goodbye where somebody may still listen. May be called again."""
        if self._lost is None:
            self._lost = "the session was closed"
            self._lower.leave()

    def lose(self, reason: str) -> ConnectionLostError:
        """Give the connection up, for what it brings or does not bring; return the error to raise."""
        self._lost = reason
        self._lower.cut()
        return ConnectionLostError(reason)

    def _fill(self) -> None:
        if self._position:
            del self._buffer[: self._position]
            self._position = 0
        data = self._socket.recv(_RECEIVE_AT_ONCE)
        if not data:
            raise ConnectionResetError
        self._buffer += data

    def _refuse_if_lost(self) -> None:
        if self._lost is not None:
            raise ConnectionLostError(self._lost)


def _cause(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "the server does not answer in time"
    return f"the connection to the server was lost ({type(error).__name__})"
