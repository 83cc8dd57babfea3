"""Who holds a lease: a process, told so that another one on the same machine sees whether it is still there."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

__all__ = ["is_gone", "this_process"]

_PROCESSES: Final = Path("/proc")
_ENDED: Final = frozenset("ZX")
_START_TIME: Final = 18
"""Which field after the state it is (proc(5): field 22 of stat)."""


def this_process() -> str:
    """Return what tells this process from every other, also from a later one with the same number."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def is_gone(holder: str) -> bool:
    """Return True when that holder was a process of this machine, and is no more; False also when it cannot be told."""
    machine, _, process = holder.rpartition(" ")[0].rpartition(" ")
    started = holder.rpartition(" ")[2]
    if machine != _machine() or not process.isdecimal() or not _started(os.getpid()):
        return False
    return _started(int(process)) != started


def _machine() -> str:
    """Return the name of the machine, and which of its name spaces the numbers of processes are of."""
    try:
        space = str((_PROCESSES / "self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{socket.gethostname()} {space}"


def _started(process: int) -> str:
    """Return when a process was started, in ticks since the machine was; "": it is not there, or cannot be seen."""
    try:
        state, *fields = (_PROCESSES / f"{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    # A process that has ended, and whose parent has not asked how, does nothing any more.
    return "" if state in _ENDED else fields[_START_TIME]
