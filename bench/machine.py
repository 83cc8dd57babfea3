"""What the figures were measured on, without any name of a machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

__all__ = ["machine"]


def machine() -> dict[str, str]:
    """Return the processors, the memory, the system and the programs, and how busy the machine was just now."""
    processor = next(_values("/proc/cpuinfo", "model name"), platform.machine())
    memory = int(next(_values("/proc/meminfo", "MemTotal"), "0").split()[0]) / 2**20
    system = next(_values("/etc/os-release", "PRETTY_NAME", "="), platform.system()).strip('"')
    return {
        "processors": f"{os.cpu_count()} × {processor}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{system}, Linux {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        **{name: version(name) for name in ("granian", "psycopg", "oso")},
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _values(file: str, name: str, sign: str = ":") -> Iterator[str]:
    for line in Path(file).read_text("utf-8").splitlines():
        if line.startswith(name):
            yield line.partition(sign)[2].strip()
