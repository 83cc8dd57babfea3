"""What processes have used: time of the processors, and memory."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["cpu_seconds", "family", "free_port", "memory"]

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def family(pid: int) -> list[int]:
    """Return a process and its descendants, those that are there."""
    found = []
    waiting = [pid]
    while waiting:
        this = waiting.pop()
        found.append(this)
        for tasks in Path(f"/proc/{this}/task").glob("*/children"):
            with suppress(OSError):
                waiting.extend(int(child) for child in tasks.read_text("ascii").split())
    return [each for each in found if Path(f"/proc/{each}").exists()]


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time that processes have used so far; those that have ended count for nothing."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def memory(pids: Iterable[int]) -> int:
    """Return the proportional set size of processes in octets: what they share is counted once among its users."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total
