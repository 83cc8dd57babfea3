"""How open questions were settled, read from the tables of `docs/ambiguities.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Reading", "ReadingsError", "readings_of"]

_ROW: Final = re.compile(r"^\|\s*(?P<id>(?:AMB|S)-[0-9]{2})(?P<star>\s\*)?\s*\|(?P<rest>.+)\|\s*$")


class ReadingsError(Exception):
    """The file is not the table of readings that it should be; the message says where."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One question of the tables: its number, what was asked, the reading chosen, and where that stands.

    `cited`: the policy's text names the number (no star). The last three may hold `code` marks.
    """

    id: str
    cited: bool
    question: str
    settled: str
    place: str

    @property
    def kind(self) -> str:
        """Return "AMB" where sources disagree, "S" where they are silent."""
        return self.id.partition("-")[0]


def readings_of(markdown: str) -> tuple[Reading, ...]:
    """Return the readings in order. Raises ReadingsError: a row without its four cells, a number twice, no row."""
    readings = tuple(_rows(markdown))
    if not readings:
        raise ReadingsError("there is no reading (a row AMB-nn or S-nn) in the table of ambiguities")
    seen: set[str] = set()
    for reading in readings:
        if reading.id in seen:
            raise ReadingsError(f"{reading.id} stands twice in the table of ambiguities")
        seen.add(reading.id)
    return readings


def _rows(markdown: str) -> Iterator[Reading]:
    for line in markdown.splitlines():
        found = _ROW.match(line)
        if found is None:
            continue
        cells = [cell.strip() for cell in found["rest"].split("|")]
        if len(cells) != 3:
            raise ReadingsError(f"{found['id']}: the row has {len(cells) + 1} cells, four are needed")
        yield Reading(found["id"], found["star"] is None, *cells)
