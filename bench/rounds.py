"""All contenders in one run: each has the same slice of time in turn, in another order every round; medians count."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.load import Measured, put_load_on, write_requests
from bench.peers.interface import HttpRequest, Peer, Shape
from bench.processes import cpu_seconds
from bench.questions import Question

__all__ = ["Cell", "Contender", "Figures", "measure"]

REST_SECONDS: Final = 0.1
MOST_RESTS: Final = 100
LONGEST_SECONDS: Final = 4
"""A slice of at most so many is made four times as long where nothing was answered in it."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that answered everything rightly in a shape, with its requests in a file."""

    peer: Peer
    shape: Shape
    address: str
    file: Path

    @classmethod
    def prepared(cls, peer: Peer, shape: Shape, batches: Sequence[Sequence[Question]], folder: Path) -> Contender:
        """Write the requests for these questions."""
        file = folder / f"{peer.name} {shape.value}.requests".replace(" ", "_").replace(",", "")
        requests = (peer.request(questions, shape) for questions in batches)
        http = (request for request in requests if isinstance(request, HttpRequest))
        return cls(peer, shape, write_requests(file, http), file)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What is measured: a server, asked in a shape over so many connections."""

    shape: Shape
    connections: int
    name: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the rounds; rates in requests a second, times and CPU (a request) in microseconds."""

    rate: float
    slowest: float
    fastest: float
    p50: float
    p99: float
    cpu: float
    database_cpu: float
    failed: int
    rounds: int

    @classmethod
    def of(cls, slices: Sequence[Measured]) -> Figures:
        rates = [each.rate for each in slices]

        def median(name: str) -> float:
            values: list[float] = [getattr(each, name) for each in slices]
            return statistics.median(values)

        return cls(
            rate=statistics.median(rates),
            slowest=min(rates),
            fastest=max(rates),
            p50=median("p50"),
            p99=median("p99"),
            cpu=median("cpu"),
            database_cpu=median("database_cpu"),
            failed=sum(each.failed for each in slices),
            rounds=len(slices),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(
    contenders: Sequence[Contender],
    connections: Mapping[Shape, Sequence[int]],
    rounds: int,
    seconds: int,
    tell: Callable[[str], None],
) -> dict[Cell, Figures]:
    """Measure all of them after a short warming up. Raises RuntimeError when the generator of load fails."""
    slices: dict[Cell, list[Measured]] = {}
    for each in contenders:
        _slice(each, max(connections[each.shape]), 1, 0)
    for turn in range(rounds):
        for shape in Shape:
            there = [each for each in contenders if each.shape is shape]
            for count in connections.get(shape, ()) if there else ():
                first = turn % len(there)
                for each in there[first:] + there[:first]:
                    found = _slice(each, count, seconds, turn * 101)
                    slices.setdefault(Cell(shape, count, each.peer.name), []).append(found)
        tell(f"round {turn + 1} of {rounds}")
    return {cell: Figures.of(found) for cell, found in slices.items()}


def _slice(each: Contender, connections: int, seconds: int, begin: int) -> Measured:
    """Put load on a server; again for longer where it takes longer than a slice for a single answer."""
    peer = each.peer
    while True:
        found = put_load_on(each.address, each.file, connections, seconds, peer.pids(), peer.database_pids(), begin)
        _let_it_rest(peer)
        if found.requests or seconds > LONGEST_SECONDS:
            return found
        seconds *= 4


def _let_it_rest(peer: Peer) -> None:
    """Wait until a server has done what is left of the load that went away: that is not the next one's time."""
    for _ in range(MOST_RESTS):
        before = cpu_seconds(peer.pids()) + cpu_seconds(peer.database_pids())
        time.sleep(REST_SECONDS)
        if cpu_seconds(peer.pids()) + cpu_seconds(peer.database_pids()) - before < REST_SECONDS / 4:
            return
