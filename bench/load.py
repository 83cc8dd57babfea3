"""Load on a server by wrk, a generator of load in C: requests that were prepared before, each connection kept alive."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench.peers.interface import HttpRequest
from bench.processes import cpu_seconds

__all__ = ["Measured", "put_load_on", "write_requests", "wrk_version"]

SCRIPT: Final = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one slice of load found. Times in microseconds; `failed`: requests without a good answer."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int
    cpu: float
    """Of the server's processes, a request."""
    database_cpu: float
    """Of its database's processes, a request."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def wrk_version() -> str:
    """Return the version of wrk. Raises RuntimeError where there is none."""
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is missing; on Debian `make bench` installs it (as root)")
    told = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    return told.split()[1] if len(told.split()) > 1 else told.strip()


def write_requests(file: Path, requests: Iterable[HttpRequest]) -> str:
    """Write requests as wrk's script reads them; return the address of the server that all of them are for."""
    address = ""
    with file.open("wb") as out:
        for request in requests:
            parts = urlsplit(request.url)
            address = f"{parts.scheme}://{parts.netloc}"
            headers = {"Host": parts.netloc, **request.headers, "Content-Length": str(len(request.body))}
            lines = [
                f"{request.method} {parts.path} HTTP/1.1",
                *(f"{name}: {value}" for name, value in headers.items()),
            ]
            text = "\r\n".join([*lines, "", ""]).encode() + request.body
            out.write(b"%d\n%b" % (len(text), text))
    return address


def put_load_on(
    address: str, file: Path, connections: int, seconds: float, pids: list[int], database_pids: list[int], begin: int
) -> Measured:
    """Send the requests of a file over so many connections for a time. Raises RuntimeError when wrk fails."""
    mine, theirs = cpu_seconds(pids), cpu_seconds(database_pids)
    command: list[str | Path] = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds:g}s",
        "--timeout",
        "10s",
        "-s",
        SCRIPT,
        address,
        "--",
    ]
    done = subprocess.run([*command, file, str(begin)], capture_output=True, text=True, check=False)
    told = next((line for line in reversed(done.stdout.splitlines()) if line.startswith("{")), "")
    if done.returncode != 0 or not told:
        raise RuntimeError(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    read = json.loads(told)
    requests = max(read["requests"], 1)
    return Measured(
        requests=read["requests"],
        seconds=read["microseconds"] / 1e6,
        p50=read["p50"],
        p99=read["p99"],
        failed=read["status"] + read["broken"],
        cpu=(cpu_seconds(pids) - mine) / requests * 1e6,
        database_cpu=(cpu_seconds(database_pids) - theirs) / requests * 1e6,
    )
