"""What is told and kept of the objects of a file while it is loaded in bulk."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Found", "Mention", "Merged"]


class Mention(NamedTuple):
    """An object of the file: line and position in its list, its name (`named`: its own id) and what it is about.

    `since` and `until`: its period; `same`: what has to be alike in all objects of the name; `detail`: of a person the
    opaque id, of a capacity the enterprise.
    """

    kind: str
    name: str
    named: bool
    thing: str
    line: int
    position: int
    since: int
    until: int
    same: str
    detail: str


class Found(NamedTuple):
    """What stands for a name: the `detail` of its mention; `stored`: no line has named it, the store knows it."""

    detail: str
    stored: bool


class Merged(NamedTuple):
    """How many rows were added and closed, and how many that were said were believed already."""

    added: int
    closed: int
    unchanged: int
