"""Measures engines inside one Python process, one thread, in turn: `python -m bench.engines`.

Each has the same slice of questions in turn, in another order every round, and is measured only if it answered all of
them rightly before. What is timed is from a question to its answer: looking the person's facts up in a dictionary and
handing the engine what it needs of them are part of it.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bench.dataset import Dataset
from bench.peers.in_process import Casbin, Cedar, Facts, Opa, Regorus
from bench.peers.interface import PeerUnavailableError
from bench.peers.ours_in_process import AtHand, Evaluated, Remembered
from bench.questions import Question
from bench.requests import Asking
from bench.rounds import Figures

__all__ = ["Engine", "EngineRun", "all_engines", "engines_table", "measure_engines"]

_SEED: Final = 20240315
_CHECKED: Final = 1000
"""Questions that an engine has to answer rightly before it is timed; it is timed on these, again and again."""
_FEWEST: Final = 20
"""Questions in a slice, however slow the engine."""


class Engine(Protocol):
    """An engine that is asked in process."""

    name: str
    version: str

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Get ready for these questions. Raises PeerUnavailableError."""

    def allows(self, question: Question) -> bool:
        """Return the decision; the person's facts are those that `prepare` was given."""


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What was measured, by name, with the versions; `left_out`: why whatever is missing is. `cpu` is the mean."""

    figures: dict[str, Figures]
    versions: dict[str, str]
    left_out: dict[str, str]


def all_engines() -> list[Engine]:
    """Return ours and the others'."""
    return [Remembered(), AtHand(), Evaluated(), Cedar(), Casbin(), Regorus(), Opa()]


def measure_engines(
    dataset: Dataset, rounds: int, seconds: float, tell: Callable[[str], None], engines: Sequence[Engine] = ()
) -> EngineRun:
    """Check the engines (all there are, unless given), then time those that were never wrong.

    `seconds`: of a slice, of which there is one for each engine in each round.
    """
    questions = list(itertools.islice(Asking(dataset, _SEED).mixed(), _CHECKED))
    facts = {(question.enterprise, question.person_id): question.facts for question in questions}
    ready: list[Engine] = []
    left_out: dict[str, str] = {}
    for engine in engines or all_engines():
        try:
            engine.prepare(facts, questions)
        except PeerUnavailableError as error:
            left_out[engine.name] = str(error)
            continue
        wrong = _wrong(engine, questions)
        if wrong:
            left_out[engine.name] = f"{wrong} of {len(questions)} answers were wrong"
        else:
            ready.append(engine)
    for name, why in left_out.items():
        tell(f"left out: {name}: {why}")
    times = _timed(ready, questions, rounds, seconds, tell)
    figures = {engine.name: _figures(times[engine.name]) for engine in ready}
    return EngineRun(figures, {engine.name: engine.version for engine in ready}, left_out)


def engines_table(run: EngineRun) -> str:
    """Return what was measured as a Markdown table."""
    lines = ["| engine | version | decisions/s | lowest to highest | p50 µs | p99 µs |", "|" + " --- |" * 6]
    for name, each in sorted(run.figures.items(), key=lambda item: -item[1].rate):
        spread = f"{each.slowest:,.0f} to {each.fastest:,.0f}"
        lines.append(
            f"| {name} | {run.versions[name]} | {each.rate:,.0f} | {spread} | {each.p50:.1f} | {each.p99:.1f} |"
        )
    lines += [f"| {name} | | left out: {why} | | | |" for name, why in run.left_out.items()]
    return "\n".join(lines)


def _wrong(engine: Engine, questions: Iterable[Question]) -> int:
    return sum(engine.allows(question) is not question.expected for question in questions)


def _timed(
    engines: Sequence[Engine],
    questions: Sequence[Question],
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> dict[str, list[list[int]]]:
    """Return the nanoseconds of each decision, by engine and round."""
    times: dict[str, list[list[int]]] = {engine.name: [] for engine in engines}
    for turn in range(rounds):
        begin = turn * 101 % len(questions)
        these = [*questions[begin:], *questions[:begin]]
        first = turn % len(engines) if engines else 0
        for engine in [*engines[first:], *engines[:first]]:
            gc.collect()
            times[engine.name].append(_slice(engine.allows, these, int(seconds * 1e9)))
        tell(f"engines in process: round {turn + 1} of {rounds}")
    return times


def _slice(allows: Callable[[Question], bool], questions: Sequence[Question], nanoseconds: int) -> list[int]:
    """Ask for a time and return what each decision took."""
    clock = time.perf_counter_ns
    taken: list[int] = []
    until = clock() + nanoseconds
    while len(taken) < _FEWEST or clock() < until:
        for question in questions[len(taken) % len(questions) :][:_FEWEST]:
            begun = clock()
            allows(question)
            taken.append(clock() - begun)
    return taken


def _figures(rounds: Sequence[Sequence[int]]) -> Figures:
    rates = [len(taken) / sum(taken) * 1e9 for taken in rounds]
    cuts = [statistics.quantiles(taken, n=100, method="inclusive") for taken in rounds]
    return Figures(
        rate=statistics.median(rates),
        slowest=min(rates),
        fastest=max(rates),
        p50=statistics.median(cut[49] for cut in cuts) / 1000,
        p99=statistics.median(cut[98] for cut in cuts) / 1000,
        cpu=1e6 / statistics.median(rates),
        database_cpu=0.0,
        failed=0,
        rounds=len(rounds),
    )


def main() -> None:
    """Measure and print the table."""

    def tell(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    run = measure_engines(Dataset(1000), rounds=7, seconds=0.5, tell=tell)
    sys.stdout.write(f"{engines_table(run)}\n")


if __name__ == "__main__":
    main()
