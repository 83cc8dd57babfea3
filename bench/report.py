"""A run as tables to read, and as JSON for what comes after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.goals import Verdict
from bench.peers.interface import Shape
from bench.plans import QUESTIONS
from bench.suite import Results

__all__ = ["as_json", "markdown"]

_WORDS = {True: "met", False: "**missed**", None: "—"}


def as_json(results: Results, verdicts: Sequence[Verdict], machine: Mapping[str, str], date: str) -> dict[str, Any]:
    """Return all of it as what JSON can hold."""
    return {
        "date": date,
        "plan": asdict(results.plan),
        "facts": results.facts,
        "machine": dict(machine),
        "versions": results.versions,
        "left_out": results.left_out,
        "checked": [
            {"name": name, "shape": shape.value, **asdict(found)} for (name, shape), found in results.checked.items()
        ],
        "cells": [
            {"shape": cell.shape.value, "connections": cell.connections, "name": cell.name, **asdict(figures)}
            for cell, figures in results.cells.items()
        ],
        "memory": results.memory,
        "started": results.started,
        "logged": {name: asdict(logged) for name, logged in results.logged.items()},
        "writes": [asdict(each) for each in results.writes],
        "revocations": [asdict(each) for each in results.revoked],
        "growth": asdict(results.grown) if results.grown else None,
        "bulk": [asdict(each) for each in results.bulk],
        "engines": {name: asdict(figures) for name, figures in results.engines.items()},
        "goals": [asdict(verdict) for verdict in verdicts],
    }


def markdown(results: Results, verdicts: Sequence[Verdict], machine: Mapping[str, str], date: str) -> Iterator[str]:
    """Yield the lines of the report."""
    plan = results.plan
    yield f"# Decisions, measured on {date} (`{plan.name}`)"
    yield ""
    yield f"{plan.size:,} enterprises, {results.facts:,} facts; {plan.rounds} rounds of {plan.seconds} s, all in turns."
    yield "; ".join(f"{name}: {said}" for name, said in machine.items()) + "."
    yield "Absolute figures are this machine's at that time; the ratios within the run are what counts."
    yield ""
    yield "## Goals"
    yield ""
    yield from _table(
        ["workload", "goal", "measured", "", "why"],
        [[each.workload, each.goal, each.measured, _WORDS[each.met], each.why] for each in verdicts],
    )
    yield from _servers(results)
    if results.engines:
        yield "\n## Engines in process\n"
        rows = [
            [name, f"{each.rate:,.0f}", f"{each.p50:.1f}", f"{each.p99:.1f}"] for name, each in results.engines.items()
        ]
        yield from _table(["engine", "decisions/s", "p50 µs", "p99 µs"], rows)
    yield "\n## Checked before they were timed\n"
    yield from _table(
        ["server", "version", "shape", "asked", "allowed", "wrong"],
        [
            [name, results.versions.get(name, ""), shape.value, each.asked, each.allowed, each.wrong]
            for (name, shape), each in results.checked.items()
        ],
    )
    if results.left_out:
        yield "\n## Left out\n"
        yield from (f"- {name}: {why}" for name, why in results.left_out.items())


def _servers(results: Results) -> Iterator[str]:
    """Yield a table for each shape."""
    for shape in Shape:
        cells = {cell: figures for cell, figures in results.cells.items() if cell.shape is shape}
        if not cells:
            continue
        yield f"\n## {shape.value.capitalize()}\n"
        rows = [
            [
                cell.name,
                cell.connections,
                f"{each.rate:,.0f} ({each.slowest:,.0f}–{each.fastest:,.0f})",
                f"{each.rate * QUESTIONS[shape]:,.0f}",
                f"{each.p50 / 1000:.2f}",
                f"{each.p99 / 1000:.2f}",
                f"{each.cpu:,.0f}",
                f"{each.database_cpu:,.0f}",
                f"{results.memory.get(cell.name, 0) / 1e6:.0f}",
            ]
            for cell, each in sorted(cells.items(), key=lambda item: item[0].connections)
        ]
        heads = ["server", "connections", "requests/s (min–max)", "decisions/s", "p50 ms", "p99 ms", "CPU µs a request"]
        yield from _table([*heads, "its database's", "PSS MB"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(str(value).replace('|', '/') for value in row)} |" for row in rows)
