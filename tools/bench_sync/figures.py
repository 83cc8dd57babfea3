"""Figures beside what is demanded of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

__all__ = ["Figure", "as_json", "table"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `demand`: what it has to reach (`at_least`) or must not go beyond; None: told only, of no demand.

    `parts`: what it is made up of, in words.
    """

    name: str
    value: float
    unit: str
    demand: float | None = None
    at_least: bool = False
    parts: tuple[str, ...] = field(default=())

    @property
    def ratio(self) -> float | None:
        """How much of what is allowed was used, or of what is asked was reached; above 1 is good for the latter."""
        return None if self.demand is None else self.value / self.demand

    @property
    def holds(self) -> bool:
        """Whether the demand is met."""
        if self.demand is None:
            return True
        return self.value >= self.demand if self.at_least else self.value <= self.demand


def as_json(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """Return figures as what JSON can hold."""
    return [{**asdict(each), "ratio": each.ratio, "holds": each.holds} for each in figures]


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield the lines of a table."""
    row = "{:<58} {:>12} {:>14} {:>7}  {}"
    yield row.format("figure", "measured", "demand", "ratio", "")
    for each in figures:
        demand, ratio, verdict = "", "", ""
        if each.demand is not None:
            demand = f"{'≥' if each.at_least else '≤'} {_number(each.demand)} {each.unit}"
            ratio, verdict = f"{each.ratio:.2f}", "" if each.holds else "MISSED"
        yield row.format(each.name, f"{_number(each.value)} {each.unit}", demand, ratio, verdict).rstrip()
        yield from (f"    {told}" for told in each.parts)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
