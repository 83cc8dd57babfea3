"""One run in a process of its own, as the command makes it: prints as JSON what it took, its memory included."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from authz_service.sync.collecting import collect_seldom
from tools.bench_sync.workshop import Tools, tools_in

__all__ = ["Once", "run_once"]


@dataclass(frozen=True, slots=True)
class Once:
    """What a run took, in seconds. `writing`: from the first write to the last; `peak`: octets of memory."""

    wanted: float
    planning: float
    writing: float
    ending: float
    whole: float
    writes: int
    unchanged: int
    outcome: str
    failures: tuple[str, ...]
    peak: int


def run_once(tools: Tools) -> Once:
    """Make one run for all that the store says. Raises what a run raises."""
    begun = time.perf_counter()
    wanted = tools.source.everything()
    made = time.perf_counter()
    report = tools.runner.apply(wanted)
    ended = time.perf_counter()
    first, last = (tools.writes.begun, tools.writes.ended) if report.writes else (ended, ended)
    return Once(
        wanted=made - begun,
        planning=first - made,
        writing=last - first,
        ending=ended - last,
        whole=ended - begun,
        writes=report.writes.total(),
        unchanged=report.run.counts["unchanged"],
        outcome=report.run.outcome.value,
        failures=tuple(f"{each.key}: {each.cause}" for each in report.run.failures[:5]),
        peak=_peak(),
    )


def _peak() -> int:
    """Return the most memory that this program ever had in use, without what its parent had before it began."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main(folder: str, url: str, authority: str) -> None:
    """Make a run against the server at this address, and print what it took."""
    collect_seldom()
    with tools_in(Path(folder), url, Path(authority)) as tools:
        print(json.dumps(asdict(run_once(tools))))


if __name__ == "__main__":
    main(*sys.argv[1:])
