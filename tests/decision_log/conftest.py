"""Records, logs of them, and disks that are full or cannot be written to."""

import json
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from authz_service.decision_log.files import FileSink, Rotation
from authz_service.decision_log.records import DecisionRecord, Request, Told
from authz_service.decision_log.rendering import Renderer
from authz_service.decision_log.sinks import SinkError

MOMENT = 1_700_000_000_123_456_789
NEVER = Rotation(octets=100_000_000, seconds=0, kept=3)
DISK_OCTETS = 65_536


def record(number: int = 0, /, **told: str) -> DecisionRecord:
    """A decision; `number` is its revision of the facts."""
    asked = {"subject_type": "person", "subject_id": "85091291489", "person_id": "p_" + "a" * 26, **told}
    request = Request(MOMENT, 250, f"r-{number}", "portal")
    return DecisionRecord(request, None, True, evaluation_id=f"e-{number}", facts=number, told=Told(**asked))


def renderer() -> Renderer:
    return Renderer(lambda named: f"n_{len(named)}")


def lines_of(*paths: Path) -> list[dict[str, Any]]:
    """All lines of the files, each of which must be whole."""
    texts = [path.read_text("utf-8") for path in paths]
    assert all(text.endswith("\n") for text in texts if text)
    return [json.loads(line) for text in texts for line in text.splitlines()]


def numbers_in(*paths: Path) -> list[int]:
    """The numbers of the records in the files."""
    return [line["facts"] for line in lines_of(*paths) if line["kind"] == "decision"]


def file_sink(path: Path, rotation: Rotation = NEVER, *, durable: bool = False) -> FileSink:
    return FileSink(path, rotation, durable=durable)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class ReluctantSink:
    """A sink that takes lines when it is told to, as slowly as it is told to, and keeps them."""

    name = "reluctant"

    def __init__(self, *, willing: bool = True, seconds: float = 0) -> None:
        self.willing = willing
        self.seconds = seconds
        self.ready = threading.Event()
        self.ready.set()
        self.written = b""
        self.settled = 0

    def check(self) -> None:
        self.write(b"")

    def write(self, lines: bytes) -> None:
        time.sleep(self.seconds)
        self.ready.wait(60)
        if not self.willing:
            raise SinkError("not now")
        self.written += lines

    def settle(self) -> None:
        self.settled += 1

    def close(self) -> None:
        pass

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written.splitlines()]


@contextmanager
def mounted(folder: Path) -> Iterator[bool]:
    """A disk of its own that is small, where this machine lets us have one: else False."""
    options = f"size={DISK_OCTETS}"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "authz", folder],
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def limited(octets: int) -> Iterator[None]:
    """No file can grow beyond so many octets: writing stops in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log" / "decisions.ndjson"
