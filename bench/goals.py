"""The goals, each beside what was measured for it in the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bench.peers.interface import Shape
from bench.rounds import Cell, Figures
from bench.suite import Results

__all__ = ["Verdict", "verdicts"]

POSTGRESQL: Final = "authz, PostgreSQL"
SQLITE: Final = "authz, SQLite"
AUTHZEN: Final = "Cerbos AuthZEN"
NATIVE: Final = "Cerbos native"
SPICEDB: Final = "SpiceDB on PostgreSQL"
_FEWEST_WRITES: Final = 190
"""A second, that count as two hundred."""
_MOST_MEMORY: Final = 300 * 2**20


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row. `met` None: there was nothing to measure it by. `why`: a row is missed, or was not measured."""

    workload: str
    goal: str
    measured: str
    met: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Against:
    """A goal against a peer: how many times its rate, and how much of its p99 (None: nothing is asked of that)."""

    shape: Shape
    ours: str
    peer: str
    rate: float
    p99: float | None


_PEERS: Final = (
    _Against(Shape.SINGLE, POSTGRESQL, AUTHZEN, 2, 0.6),
    _Against(Shape.SINGLE, SQLITE, AUTHZEN, 4, 0.5),
    _Against(Shape.MIXED, POSTGRESQL, AUTHZEN, 5, 0.25),
    _Against(Shape.MIXED, SQLITE, AUTHZEN, 5, 0.25),
    _Against(Shape.PERSON, POSTGRESQL, NATIVE, 6, None),
    _Against(Shape.SINGLE, POSTGRESQL, SPICEDB, 8, None),
    _Against(Shape.MIXED, POSTGRESQL, SPICEDB, 50, None),
)


def verdicts(results: Results) -> Iterator[Verdict]:
    """Yield all rows, in the order of the goals."""
    for each in _PEERS:
        for connections in results.plan.connections[each.shape]:
            yield _against(results, each, connections)
    yield _growth(results)
    yield from _growth_of_memory(results)
    yield from _under_writes(results)
    yield from _consistency(results)
    yield from _memory(results)
    for name, seconds in results.started.items():
        why = "" if seconds <= 1 else "reading its modules takes most of it, as bench/profile.md says"
        yield Verdict(f"{name}: start to first answer", "≤ 1 s", f"{seconds:.2f} s", seconds <= 1, why)
    yield from _bulk(results)
    yield from _engines(results.engines)


def _under_writes(results: Results) -> Iterator[Verdict]:
    for writes in results.writes:
        if not writes.idle.p99:
            continue
        ratio = writes.busy.p99 / writes.idle.p99
        measured = (
            f"p99 {ratio:.2f} × ({_ms(writes.idle.p99)} → {_ms(writes.busy.p99)} ms) beside {writes.rate:.0f} writes/s;"
            f" {writes.stale} stale of {writes.writes}"
        )
        enough = writes.rate >= _FEWEST_WRITES
        met = ratio <= 2 and writes.stale == 0 and enough
        slow = f"writes go one at a time, and half of them took {_ms(writes.write_p50)} ms or more beside this load"
        why = "the writers take the processors' time" if enough else slow
        goal = "p99 ≤ 2 × idle at 200 writes/s; 0 stale"
        yield Verdict(f"{writes.name}: decisions under writes", goal, measured, met, "" if met else why)


def _consistency(results: Results) -> Iterator[Verdict]:
    for revoked in results.revoked:
        measured = f"{revoked.stale} stale of {revoked.revocations}, asked of {revoked.workers} workers"
        met = revoked.stale == 0 and revoked.workers > 1
        yield Verdict(f"{revoked.name}: revocations", "0 stale, several workers", measured, met)
    for name, logged in results.logged.items():
        measured = f"{logged.records:,} records, {logged.dropped:,} dropped"
        met = logged.records > 0 and logged.dropped == 0
        yield Verdict(f"{name}: decision log, on in all of this", "nothing lost", measured, met)


def _bulk(results: Results) -> Iterator[Verdict]:
    for load in results.bulk:
        told = f"{load.facts:,} facts in {load.seconds:.0f} s ({load.facts / load.seconds:,.0f}/s)"
        measured = f"{told}, at most {load.memory / 1e6:.0f} MB (RSS)"
        # Ten minutes for two millions; a small file has its share of that, and at least one minute.
        fast = load.seconds <= max(600 * load.facts / 2_000_000, 60)
        met = not load.failed and fast and load.memory <= _MOST_MEMORY
        goal = "2 M facts in minutes (≤ 10), memory bounded (≤ 300 MiB)"
        yield Verdict(f"{load.name}: bulk load", goal, "not loaded" if load.failed else measured, met, load.failed)


def _against(results: Results, goal: _Against, connections: int) -> Verdict:
    workload = f"{goal.ours}: {goal.shape.value}, {connections} connection{'s' if connections > 1 else ''}"
    asked = f"≥ {goal.rate:g} × {goal.peer}" + (f"; p99 ≤ {goal.p99:g} ×" if goal.p99 else "")
    mine = results.cells.get(Cell(goal.shape, connections, goal.ours))
    theirs = results.cells.get(Cell(goal.shape, connections, goal.peer))
    if mine is None or theirs is None:
        missing = goal.ours if mine is None else goal.peer
        left_out = results.left_out
        why = left_out.get(f"{missing}, {goal.shape.value}") or left_out.get(missing, f"{missing} was not asked")
        return Verdict(workload, asked, "not measured", None, why)
    silent = next((name for name, each in ((goal.ours, mine), (goal.peer, theirs)) if not each.rate), "")
    if silent:
        return Verdict(
            workload, asked, "not measured", None, f"{silent} answered nothing in half of the slices or more"
        )
    rate, p99 = mine.rate / theirs.rate, mine.p99 / theirs.p99
    met = rate >= goal.rate and (goal.p99 is None or p99 <= goal.p99) and mine.failed == 0
    measured = f"{rate:.2f} × ({mine.rate:,.0f} to {theirs.rate:,.0f}/s); p99 {p99:.2f} ×"
    return Verdict(workload, asked, measured, met, "" if met else _why(mine, theirs))


def _why(mine: Figures, theirs: Figures) -> str:
    """Return where the time of a row that is missed goes: in us or in our database."""
    if mine.failed:
        return f"{mine.failed} requests had no good answer"
    both = f"{mine.cpu:,.0f} µs of CPU a request in the service and {mine.database_cpu:,.0f} in its database"
    return f"{both}, to {theirs.cpu + theirs.database_cpu:,.0f} of the peer"


def _growth(results: Results) -> Verdict:
    workload, goal = "growth of the facts tenfold: single", "≤ 1.5 × slower"
    grown = results.grown
    if grown is None:
        return Verdict(workload, goal, "not measured", None, "only in `make bench-full`")
    slower = {
        count: figures.rate / max(grown.large.single[count].rate, 1e-9) for count, figures in grown.small.single.items()
    }
    told = ", ".join(f"{ratio:.2f} × at {count}" for count, ratio in slower.items())
    wrong = grown.small.wrong + grown.large.wrong
    met = max(slower.values()) <= 1.5 and wrong == 0
    return Verdict(workload, goal, f"{told} connections; {wrong} wrong", met, _missed(met))


def _growth_of_memory(results: Results) -> Iterator[Verdict]:
    if results.grown is not None:
        small, large = results.grown.small.memory, results.grown.large.memory
        measured = f"{small / 1e6:.0f} → {large / 1e6:.0f} MB (PSS)"
        flat = large <= 1.1 * small
        yield Verdict("growth of the facts tenfold: memory", "flat (≤ 1.1 ×)", measured, flat, _missed(flat))


def _memory(results: Results) -> Iterator[Verdict]:
    theirs = results.memory.get(AUTHZEN)
    for name in (POSTGRESQL, SQLITE):
        mine = results.memory.get(name)
        if mine is None or theirs is None:
            yield Verdict(f"{name}: memory, 2 workers", "below Cerbos'", "not measured", None, "no Cerbos here")
        else:
            measured = f"{mine / 1e6:.0f} to {theirs / 1e6:.0f} MB (PSS)"
            why = "" if mine < theirs else "three interpreters; bench/profile.md says what fills them"
            yield Verdict(f"{name}: memory, 2 workers", "below Cerbos'", measured, mine < theirs, why)


def _engines(engines: Mapping[str, Figures]) -> Iterator[Verdict]:
    """Yield the rows of the engines in process, ours against each of the others."""
    mine, fresh = engines.get("authz, remembered"), engines.get("authz, not remembered")
    for name, theirs in engines.items():
        if mine is None or fresh is None or name.startswith("authz"):
            continue
        least = 8 if "regorus" in name.lower() else 20
        ratio, bare = mine.rate / theirs.rate, fresh.rate / theirs.rate
        goal = f"≥ {least} × remembered"
        met = ratio >= least
        if "cedar" in name.lower():
            goal, met = f"{goal}; ≥ 1.2 × not remembered", met and bare >= 1.2
        measured = f"{ratio:.1f} × ({mine.rate:,.0f} to {theirs.rate:,.0f}/s); not remembered {bare:.2f} ×"
        yield Verdict(f"in process: against {name}", goal, measured, met, _missed(met))


def _missed(met: bool) -> str:  # noqa: FBT001 - a verdict is one
    return "" if met else "see bench/profile.md for where the time goes"


def _ms(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f}"
