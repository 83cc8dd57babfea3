"""Candidates a portion at a time, from whatever gives them in an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from authz_service.services.search.sought import Position

__all__ = ["NOTHING", "Candidate", "Portion", "Source", "chained", "in_order", "one_of"]


class Candidate(NamedTuple):
    """Something that may be found. `name`: an id on the wire, or a person id where persons are sought."""

    position: Position
    name: str


class Portion(NamedTuple):
    """Some candidates, in order, and from where to go on; None: there are no more."""

    candidates: list[Candidate]
    onward: Position | None


Source = Callable[[Position, int], Portion]
"""Gives the candidates behind a position, at most so many, each of them once over all portions."""


def in_order(fetch: Callable[[str, int], list[str]]) -> Source:
    """Return a source that fetches names, those behind a name in order, at most so many."""

    def portion(after: Position, most: int) -> Portion:
        candidates = [Candidate((name,), name) for name in fetch(after[0] if after else "", most)]
        return Portion(candidates, candidates[-1].position if len(candidates) == most else None)

    return portion


def one_of(names: Iterable[str]) -> Source:
    """Return a source of names that are few and known."""
    known = sorted(set(names))
    return in_order(lambda after, most: [name for name in known if name > after][:most])


def chained(first: Source, second: Source) -> Source:
    """Return a source that has all of the first one, then all of the second. They must have nothing in common."""

    def portion(after: Position, most: int) -> Portion:
        turn, inner = (after[0], after[1:]) if after else ("1", ())
        candidates, onward = (first if turn == "1" else second)(inner, most)
        placed = [Candidate((turn, *position), name) for position, name in candidates]
        if onward is not None:
            return Portion(placed, (turn, *onward))
        return Portion(placed, ("2",) if turn == "1" else None)

    return portion


NOTHING: Source = one_of(())
"""No candidate at all."""
