"""What slapd itself takes: requests encoded beforehand, many under way at once, over a bare socket."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from authz_service.directory.ber import element, integer, octets, part, whole
from authz_service.directory.operations import Add, Modify
from authz_service.directory.requests import add, message
from authz_service.directory.splitting import Limits, requests_for
from tests.directory.slapd import PASSWORD, Slapd

__all__ = ["adds_a_second", "seconds_for"]

_LONGEST: Final = 1 << 28
_FIRST_ID: Final = 2
_BIND: Final = 0x60
_SIMPLE: Final = 0x80


class RefusedError(RuntimeError):
    """The server did not do what it was asked."""


def adds_a_second(slapd: Slapd, phases: Sequence[Iterable[Add]], connections: int, window: int) -> float:
    """Return how many entries a second the server adds when the client costs next to nothing.

    `phases`: each is begun when all of the one before are there; `window`: requests under way on each connection.
    Raises RefusedError.
    """
    prepared = [[add(each.dn, each.attributes) for each in phase] for phase in phases]
    lines = [_Line(slapd) for _ in range(connections)]
    try:
        begun = time.perf_counter()
        for phase in prepared:
            _drive(lines, phase, window)
        return sum(map(len, prepared)) / (time.perf_counter() - begun)
    finally:
        for line in lines:
            line.socket.close()


def seconds_for(slapd: Slapd, modifies: Iterable[Modify], limits: Limits) -> float:
    """Return how long the server takes over modifies, each cut into requests that are sent one after the other.

    Raises RefusedError.
    """
    requests = [request for each in modifies for request in requests_for(each, limits)]
    line = _Line(slapd)
    try:
        begun = time.perf_counter()
        _drive([line], requests, 1)
        return time.perf_counter() - begun
    finally:
        line.socket.close()


@dataclass(slots=True)
class _Line:
    """A connection that is bound, with the messages that are still to go over it."""

    slapd: Slapd
    socket: socket.socket = field(init=False)
    buffer: bytearray = field(default_factory=bytearray)
    waiting: list[bytes] = field(default_factory=list)
    sent: int = 0
    answered: int = 0

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.slapd.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bind = integer(3) + octets(self.slapd.sync_dn.encode()) + octets(PASSWORD.encode(), _SIMPLE)
        self.prepare([element(_BIND, bind)], 1)
        self.send(1)
        while not self.is_done:
            self.receive()

    @property
    def is_done(self) -> bool:
        return self.answered == len(self.waiting)

    def prepare(self, requests: Iterable[bytes], first_id: int = _FIRST_ID) -> None:
        self.waiting = [message(number, request) for number, request in enumerate(requests, first_id)]
        self.sent = self.answered = 0

    def send(self, count: int) -> None:
        following = self.waiting[self.sent : self.sent + count]
        self.sent += len(following)
        self.socket.sendall(b"".join(following))

    def receive(self) -> int:
        """Take what is there; return how many requests it answers."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise RefusedError("the server closed the connection")
        self.buffer += data
        position = count = 0
        while (end := whole(self.buffer, position, _LONGEST)) is not None:
            _require_success(self.buffer, position)
            position, count = end, count + 1
        del self.buffer[:position]
        self.answered += count
        return count


def _drive(lines: Sequence[_Line], requests: Sequence[bytes], window: int) -> None:
    poll = select.poll()
    under_way = {line.socket.fileno(): line for line in lines}
    for number, line in enumerate(lines):
        line.prepare(requests[number :: len(lines)])
        poll.register(line.socket, select.POLLIN)
    for line in lines:
        line.send(window)
    under_way = {number: line for number, line in under_way.items() if not line.is_done}
    while under_way:
        for number, _ in poll.poll(30_000):
            line = under_way[number]
            line.send(line.receive())
            if line.is_done:
                poll.unregister(number)
                del under_way[number]


def _require_success(data: bytearray, position: int) -> None:
    _, inner, _ = part(data, position)
    _, _, after_id = part(data, inner)
    _, start, _ = part(data, after_id)
    _, code_at, code_end = part(data, start)
    if any(data[code_at:code_end]):
        raise RefusedError(f"the server answers code {int.from_bytes(data[code_at:code_end])}")
