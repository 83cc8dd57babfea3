"""Measures decisions against other products, in one run, and writes what came of it to bench/results/."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.chart import chart
from bench.goals import verdicts
from bench.load import wrk_version
from bench.machine import machine
from bench.peers.cerbos import CerbosAuthzen, CerbosNative
from bench.peers.interface import Peer
from bench.peers.spicedb import SpiceDB
from bench.plans import FULL, SHORT
from bench.postgresql import Cluster
from bench.report import as_json, markdown
from bench.service import PROJECT
from bench.suite import Results, Suite

__all__ = ["main"]

RESULTS: Final = PROJECT / "bench" / "results"
CLUSTERS: Final = Path(f"/var/tmp/authz-bench-{os.getuid()}")  # noqa: S108 - kept between runs; whose it is is checked
_BEGUN: Final = time.monotonic()


def _tell(text: str) -> None:
    print(f"{time.monotonic() - _BEGUN:6.0f} s  {text}", file=sys.stderr, flush=True)


def _own(folder: Path) -> Path:
    """Return a folder that is ours, made if there is none. Raises RuntimeError where somebody else was first."""
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} is somebody else's")
    return folder


def _peers(cluster: Cluster, names: list[str] | None) -> Iterator[Peer]:
    every: list[Peer] = [CerbosAuthzen(), CerbosNative(), SpiceDB(cluster)]
    for peer in every:
        if names is None or any(name.lower() in peer.name.lower() for name in names):
            yield peer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="two and twenty million facts, and more of everything")
    parser.add_argument("--peer", action="append", metavar="NAME", help="only this peer (may be repeated; none: '')")
    parser.add_argument("--name", help="what the results are called (default: short or full)")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER", help="where they go")
    return parser.parse_args()


def _write(results: Results, about: dict[str, str], beside: Path, date: str) -> None:
    """Write the results beside this path, and print the report."""
    rows = list(verdicts(results))
    text = "\n".join(markdown(results, rows, about, date)) + "\n"
    content = json.dumps(as_json(results, rows, about, date), indent=1, ensure_ascii=False)
    beside.parent.mkdir(parents=True, exist_ok=True)
    for suffix, written in ((".json", content + "\n"), (".md", text), (".svg", chart(results, date))):
        beside.with_suffix(suffix).write_text(written, "utf-8")
    print(text)
    print(f"written to {beside}.json, .md and .svg", file=sys.stderr)


def main() -> int:
    """Measure. Return 0, also where a goal is missed: the table says so; 1 when nothing could be measured."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(128 + signal.SIGTERM))  # what runs is stopped then
    plan = FULL if asked.full else SHORT
    names = None if asked.peer is None else [name for name in asked.peer if name]
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    about = {**machine(), "wrk": ""}
    try:
        about["wrk"] = wrk_version()
        with Cluster(_own(CLUSTERS) / "postgresql") as cluster:
            about["PostgreSQL"] = cluster.version
            results = Suite(plan, PROJECT / "var" / "bench", cluster, _tell).run(_peers(cluster, names))
    except RuntimeError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    about["load after"] = f"{os.getloadavg()[0]:.1f}"
    _write(results, about, asked.results / f"{date}-{asked.name or plan.name}", date)
    return 0


if __name__ == "__main__":
    sys.exit(main())
