"""How much is measured, and what is asked for it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.dataset import Dataset
from bench.peers.interface import Shape
from bench.questions import Question
from bench.requests import Asking

__all__ = ["FULL", "QUESTIONS", "SHORT", "Batches", "Plan", "batches_of"]

QUESTIONS: Final = {Shape.SINGLE: 1, Shape.MIXED: 100, Shape.PERSON: 50}
"""How many a request carries."""
_SEED: Final = 20240315

Batches = dict[Shape, list[list[Question]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. Sizes are numbers of enterprises, about 210 facts each; `grown` 0: growth is left out."""

    name: str
    size: int
    grown: int
    rounds: int
    seconds: int
    singles: int
    batches: int
    checked: int
    """Questions that every server has to answer rightly, at least."""
    revocations: int
    bulk: int
    connections: Mapping[Shape, Sequence[int]]


SHORT: Final = Plan(
    name="short",
    size=1000,
    grown=0,
    rounds=2,
    seconds=1,
    singles=10_000,
    batches=100,
    checked=300,
    revocations=200,
    bulk=200,
    connections={Shape.SINGLE: (1, 8, 32), Shape.MIXED: (8,), Shape.PERSON: (8,)},
)
FULL: Final = Plan(
    name="full",
    size=10_000,
    grown=100_000,
    rounds=7,
    seconds=2,
    singles=30_000,
    batches=200,
    checked=1500,
    revocations=1200,
    bulk=10_000,
    connections={Shape.SINGLE: (1, 8, 32), Shape.MIXED: (1, 8), Shape.PERSON: (1, 8)},
)


def batches_of(dataset: Dataset, plan: Plan) -> Batches:
    """Return the requests of every shape; no question is drawn for two of them."""
    asking = Asking(dataset, _SEED)
    drawn = asking.mixed()
    return {
        Shape.SINGLE: [[question] for question in itertools.islice(drawn, plan.singles)],
        Shape.MIXED: [list(itertools.islice(drawn, QUESTIONS[Shape.MIXED])) for _ in range(plan.batches)],
        Shape.PERSON: [asking.of_one_person(QUESTIONS[Shape.PERSON]) for _ in range(plan.batches)],
    }
