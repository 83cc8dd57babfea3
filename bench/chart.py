"""The rates of a run as a picture (SVG): a group of bars for each shape and number of connections."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Final

from bench.plans import QUESTIONS
from bench.rounds import Cell
from bench.suite import Results

__all__ = ["chart"]

_WIDTH: Final = 960
_LEFT: Final = 240
_BAR: Final = 16
_HEAD: Final = 26
_TOP: Final = 56
_COLOURS: Final = ("#1b6ca8", "#58a4d6", "#c8553d", "#e3a387", "#6b8f4e", "#8d6cab")


def chart(results: Results, date: str) -> str:
    """Return the picture. Bars of one group are of one scale: the longest is the fastest."""
    names = sorted({cell.name for cell in results.cells}, key=lambda name: (not name.startswith("authz"), name))
    colours = dict(zip(names, _COLOURS * len(names), strict=False))
    lines, height = [], _TOP
    order = sorted(results.cells, key=lambda cell: (list(QUESTIONS).index(cell.shape), cell.connections))
    for (shape, connections), group in groupby(order, key=lambda cell: (cell.shape, cell.connections)):
        cells = sorted(group, key=lambda cell: -results.cells[cell].rate)
        title = f"{shape.value}, {connections} connection{'s' if connections > 1 else ''}"
        lines.append(_text(8, height + 18, title, "font-weight='bold'"))
        lines += _bars(results, cells, height + _HEAD, colours)
        height += _HEAD + len(cells) * (_BAR + 4) + 10
    head = f"Decisions a second ({results.facts:,} facts, {date}); p99 of a request behind each bar"
    return "\n".join(
        [
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' font-size='12'>",
            "<style>text { font-family: sans-serif }</style>",
            f"<rect width='{_WIDTH}' height='{height}' fill='#ffffff'/>",
            _text(8, 28, head, "font-size='16'"),
            *lines,
            "</svg>\n",
        ]
    )


def _bars(results: Results, cells: list[Cell], top: int, colours: dict[str, str]) -> Iterator[str]:
    most = max(results.cells[cell].rate for cell in cells)
    for place, cell in enumerate(cells):
        figures, y = results.cells[cell], top + place * (_BAR + 4)
        length = max(figures.rate / most * (_WIDTH - _LEFT - 190), 1)
        told = f"{figures.rate * QUESTIONS[cell.shape]:,.0f}/s, p99 {figures.p99 / 1000:.2f} ms"
        yield _text(_LEFT - 8, y + 12, cell.name, "text-anchor='end'")
        yield f"<rect x='{_LEFT}' y='{y}' width='{length:.1f}' height='{_BAR}' fill='{colours[cell.name]}'/>"
        yield _text(_LEFT + int(length) + 6, y + 12, told, "fill='#444444'")


def _text(x: int, y: int, said: str, style: str = "") -> str:
    return f"<text x='{x}' y='{y}' {style}>{escape(said)}</text>"
