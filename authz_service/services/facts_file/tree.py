"""A facts file as text, and as a tree that knows the line of everything in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from authz_service.services.facts_file.errors import FactsFileError, FileError

__all__ = ["UNREAD", "FactsFile", "Form", "Node", "number"]

_SMALL_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,8})")


class _Unread:
    """Stands for what was not read; its error has been reported."""


UNREAD: Final = _Unread()


class Form(StrEnum):
    """How a facts file is written."""

    YAML = "yaml"
    JSON = "json"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True, repr=False)
class FactsFile:
    """The text of a facts file and its form. It holds national numbers, so its repr shows nothing."""

    text: str
    form: Form = Form.YAML

    @classmethod
    def at(cls, path: Path) -> Self:
        """Read a file; the form follows from the suffix: `.ndjson`, `.json`, and YAML for any other.

        Raises FactsFileError when it is not UTF-8, OSError when it cannot be read.
        """
        form = {".ndjson": Form.NDJSON, ".json": Form.JSON}.get(path.suffix.lower(), Form.YAML)
        octets = path.read_bytes()
        try:
            return cls(octets.decode("utf-8-sig"), form)
        except UnicodeDecodeError as error:
            line = octets.count(b"\n", 0, error.start) + 1
            raise FactsFileError([FileError(line, "world", "the file must be UTF-8 text")]) from None


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """A value of the file with its line (of a member: the line of its key).

    `value` is a text, a number, a boolean, None, a list of nodes, a dictionary of nodes, or UNREAD. A number that no
    fact can have (a fraction, more than nine digits) is NaN: only that it is a number matters.
    """

    value: Any
    line: int


def number(text: str) -> float:
    """Return the value of a number as it is written; NaN for one that no fact can have."""
    return int(text) if _SMALL_INTEGER.fullmatch(text) else float("nan")
