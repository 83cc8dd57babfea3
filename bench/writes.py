"""Administrative writes while decisions are asked for, and revocations that the very next answer has to follow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.load import Measured, put_load_on
from bench.rounds import Contender, Figures
from bench.service import PROJECT, AuthzService

__all__ = ["Revoked", "UnderWrites", "revocations", "under_writes"]

WRITERS: Final = 2
"""Processes that write beside each other: those of a service that has two workers."""
_WAIT_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Revoked:
    """What came of revocations. `workers`: how many worker processes held the connections that were asked over."""

    name: str
    revocations: int
    stale: int
    workers: int


@dataclass(frozen=True, slots=True)
class UnderWrites:
    """Decisions beside no writes and beside many, in turns. `rate`: writes a second that were reached."""

    name: str
    idle: Figures
    busy: Figures
    rate: float
    writes: int
    stale: int
    write_p50: float


class _Writer:
    """The process that writes; `ports` are those of the connections it asks over."""

    def __init__(self, process: subprocess.Popen[str], ports: list[int]) -> None:
        self._process = process
        self.ports = ports

    def told(self) -> dict[str, Any]:
        """Wait for its end and return what it found. Raises RuntimeError."""
        output, errors = self._process.communicate(timeout=_WAIT_SECONDS)
        if self._process.returncode != 0:
            raise RuntimeError(f"the writer failed: {errors.strip().splitlines()[-1:]}")
        found: dict[str, Any] = json.loads(output.splitlines()[-1])
        return found


@contextmanager
def _writers(service: AuthzService, count: int, *arguments: str) -> Iterator[list[_Writer]]:
    """Run processes that write beside each other, and give them once all have begun. Raises RuntimeError."""
    processes = [_started(service, *arguments, "--turn", str(turn), "--of", str(count)) for turn in range(count)]
    try:
        lines = [process.stdout.readline() if process.stdout else "" for process in processes]
        for process, line in zip(processes, lines, strict=True):
            if not line:
                raise RuntimeError(f"the writer failed: {process.communicate()[1].strip().splitlines()[-1:]}")
        yield [_Writer(each, json.loads(line)["ready"]) for each, line in zip(processes, lines, strict=True)]
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()
                process.wait(_WAIT_SECONDS)


def _started(service: AuthzService, *arguments: str) -> subprocess.Popen[str]:
    command = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "bench.writer"]
    return subprocess.Popen(
        [*command, "--size", str(service.size), "--ask", service.base_url, *arguments],
        cwd=PROJECT,
        env=os.environ | service.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def revocations(service: AuthzService, count: int) -> Revoked:
    """Revoke that many times, each followed by a question to one of the workers. Raises RuntimeError."""
    with _writers(service, 1, "--revocations", str(count)) as (writer,):
        workers = _holders(writer.ports, service.port, service.pids())
        found = writer.told()
    return Revoked(service.name, found["revocations"], found["stale"], workers)


def under_writes(contender: Contender, service: AuthzService, rate: int, rounds: int, seconds: int) -> UnderWrites:
    """Measure decisions over 8 connections beside no writes and beside `rate` a second. Raises RuntimeError."""
    idle: list[Measured] = []
    busy: list[Measured] = []
    told = []
    for turn in range(rounds):
        for writes in (False, True) if turn % 2 else (True, False):
            if not writes:
                idle.append(_slice(contender, service, seconds, turn))
                continue
            pace = ("--rate", str(rate / WRITERS), "--seconds", str(seconds + 0.5))
            with _writers(service, WRITERS, *pace) as writers:
                busy.append(_slice(contender, service, seconds, turn))
                told.append([writer.told() for writer in writers])
    found = [each for turn in told for each in turn]
    return UnderWrites(
        service.name,
        Figures.of(idle),
        Figures.of(busy),
        rate=sum(each["rate"] for each in found) / len(told),
        writes=sum(each["writes"] for each in found),
        stale=sum(each["stale"] for each in found),
        write_p50=sorted(each["write_p50"] for each in found)[len(found) // 2],
    )


def _slice(contender: Contender, service: AuthzService, seconds: int, turn: int) -> Measured:
    pids, theirs = service.pids(), service.database_pids()
    return put_load_on(contender.address, contender.file, 8, seconds, pids, theirs, turn * 101)


def _holders(ports: list[int], server_port: int, pids: list[int]) -> int:
    """Return how many of the processes hold the server's side of a connection from these ports."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        fields = line.split()
        local, remote = (int(fields[place].rpartition(":")[2], 16) for place in (1, 2))
        if local == server_port and remote in ports:
            inodes.add(f"socket:[{fields[9]}]")
    holders = 0
    for pid in pids:
        links = set()
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            with suppress(OSError):
                links.add(str(link.readlink()))
        holders += bool(links & inodes)
    return holders
