"""Where lines go beside files: standard output, and a socket of this machine (syslog). None of them is waited for."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from authz_service.decision_log.rendering import LARGEST_LINE

__all__ = ["Sink", "SinkError", "SinkKind", "StreamSink", "SyslogSink", "told"]

STANDARD_OUTPUT: Final = 1
SYSLOG_INFO: Final = b"<134>authz: "
"""Facility local0, severity informational (RFC 3164, 4.1.1), and the name of the program."""


PATIENCE_SECONDS: Final = 0.02
"""How long whoever reads may take to make room. Who reads at all is quicker; who does not holds nobody up."""


class SinkKind(StrEnum):
    """Where lines can go."""

    FILE = "file"
    STDOUT = "stdout"
    SYSLOG = "syslog"


class SinkError(Exception):
    """Lines could not be written; the message is what the system says. `written`: octets that were, in whole lines."""

    def __init__(self, message: str, written: int = 0) -> None:
        super().__init__(message)
        self.written = written


class Sink(Protocol):
    """Takes lines. For one thread."""

    name: str

    def check(self) -> None:
        """Make sure that lines can be written. Raises SinkError."""

    def write(self, lines: bytes) -> None:
        """Write whole lines. Raises SinkError."""

    def settle(self) -> None:
        """Return when all that was written is where it stays should the machine stop. Raises SinkError."""

    def close(self) -> None:
        """Give up what is held."""


class StreamSink:
    """Standard output, which several processes share: no line is torn, as a pipe takes one piece of them as a whole."""

    name = "stdout"

    def __init__(self, descriptor: int = STANDARD_OUTPUT) -> None:
        self._descriptor = descriptor
        self._ready = select.poll()

    def check(self) -> None:
        """Make sure that there is a standard output. Raises SinkError."""
        try:
            os.fstat(self._descriptor)
        except OSError as error:
            raise SinkError(told(error)) from None

    def write(self, lines: bytes) -> None:
        """Write whole lines. Raises SinkError, also when whoever reads them does not come along."""
        self._ready.register(self._descriptor, select.POLLOUT)
        for begin, end in _pieces(lines):
            try:
                if not self._ready.poll(PATIENCE_SECONDS * 1000):
                    raise SinkError("whoever reads it does not come along", begin)
                piece = lines[begin:end]
                while piece:
                    piece = piece[os.write(self._descriptor, piece) :]
            except OSError as error:
                raise SinkError(told(error), begin) from None

    def settle(self) -> None:
        """Return: what a stream has taken is with whoever reads it."""

    def close(self) -> None:
        """Do nothing: standard output is not ours."""


class SyslogSink:
    """A datagram socket of this machine, one line a datagram, as syslog takes them."""

    name = "syslog"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None

    def check(self) -> None:
        """Make sure that somebody listens. Raises SinkError."""
        try:
            self._connected()
        except OSError as error:
            raise SinkError(told(error)) from None
        finally:
            self.close()

    def write(self, lines: bytes) -> None:
        """Send each line. Raises SinkError, also when whoever listens does not come along."""
        done = 0
        try:
            for line in lines.splitlines(keepends=True):
                self._connected().send(SYSLOG_INFO + line[:-1])
                done += len(line)
        except OSError as error:
            # Whoever listens may have been started anew, on another socket of that name.
            self.close()
            raise SinkError(told(error), done) from None

    def settle(self) -> None:
        """Return: what was sent is with whoever listens."""

    def close(self) -> None:
        """Give back the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        """Return the socket. Raises OSError."""
        if self._socket is None:
            opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            opened.settimeout(PATIENCE_SECONDS)
            try:
                opened.connect(str(self._path))
            except OSError:
                opened.close()
                raise
            self._socket = opened
        return self._socket


def _pieces(lines: bytes) -> Iterator[tuple[int, int]]:
    """Yield where pieces begin and end that are whole lines, and that a pipe takes as a whole."""
    begin = 0
    while begin < len(lines):
        end = min(begin + LARGEST_LINE, len(lines))
        if end < len(lines):
            end = lines.rindex(b"\n", begin, end) + 1
        yield begin, end
        begin = end


def told(error: OSError) -> str:
    """Return what the system says, without a path."""
    return error.strerror or str(error)
