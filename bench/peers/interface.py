"""What a peer has to be able to do, so that the suite can load, start, check, measure and stop it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from bench.dataset import Dataset
from bench.questions import Question

__all__ = ["Call", "HttpRequest", "Peer", "PeerUnavailableError", "Shape"]


class PeerUnavailableError(RuntimeError):
    """The peer cannot be had here; one line that says why. The run goes on without it."""


class Shape(StrEnum):
    """How many questions a request carries: one; a hundred of many persons and enterprises; fifty of one person."""

    SINGLE = "single"
    MIXED = "batch of 100"
    PERSON = "one person x 50"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request; `url` is whole (`http://127.0.0.1:port/path`), and the same but for its body in all of a shape."""

    url: str
    body: bytes
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


Call: TypeAlias = Callable[[], bytes]
"""Asks in process (`kind` "in process"); gives what `answers` reads."""


class Peer(Protocol):
    """One product in one configuration.

    In order: `prepare` once, `start`, any number of requests, `stop`. `prepare` and `start` raise PeerUnavailableError.
    """

    name: str
    version: str
    kind: Literal["http", "in process"]
    shapes: frozenset[Shape]
    """What it can be asked. It is left out of the rows of other shapes."""

    def prepare(self, folder: Path, dataset: Dataset) -> None:
        """Fetch, configure and load into `folder`, its own, which is kept between runs (make again what is stale)."""

    def start(self) -> None:
        """Start it on a private port of the loopback interface, and wait until it answers."""

    def stop(self) -> None:
        """Stop what `start` started; does nothing where nothing runs."""

    def pids(self) -> list[int]:
        """Return the processes that do its work, without those of a database."""

    def database_pids(self) -> list[int]:
        """Return the processes of its database."""

    def request(self, questions: Sequence[Question], shape: Shape) -> HttpRequest | Call:
        """Return what asks these questions (as many as the shape says)."""

    def answers(self, reply: bytes) -> list[bool]:
        """Return the decisions in a reply, in the order of the questions. Raises ValueError for what is no decision."""
