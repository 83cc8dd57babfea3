"""What is wrong in a facts file: every error names its place and what would be right, and repeats no number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

__all__ = ["Errors", "FactsFileError", "FileError"]

# Nine digits or more, whatever separates them: a national number stays one when it is mistyped or in the wrong place.
_NUMBER: Final = re.compile(r"[0-9](?:[ ./-]?[0-9]){8,}")


@dataclass(frozen=True, slots=True, order=True)
class FileError:
    """One error. `line` counts from 1; `place` is a path such as `world.accounts[3].capacity`."""

    line: int
    place: str
    message: str

    @classmethod
    def told(cls, line: int, place: str, message: str) -> Self:
        """Return the error with every long number in its texts masked."""
        return cls(line, _NUMBER.sub("(number)", place), _NUMBER.sub("(number)", message))

    def __str__(self) -> str:
        return f"line {self.line}, {self.place}: {self.message}"


class FactsFileError(ValueError):
    """The file cannot be loaded; `errors` are all that were found, in the order of their lines."""

    def __init__(self, errors: Iterable[FileError]) -> None:
        self.errors = tuple(sorted(errors))
        super().__init__(str(self))

    def __str__(self) -> str:
        """One line: the first error, and how many more there are."""
        more = len(self.errors) - 1
        return f"{self.errors[0]}{f' (and {more} more)' if more else ''}"


class Errors:
    """Collects errors, so that one reading of the file tells them all."""

    def __init__(self) -> None:
        self._found: dict[FileError, None] = {}

    def __len__(self) -> int:
        return len(self._found)

    def report(self, place: str, line: int, message: str) -> None:
        """Note an error. Long numbers in `place` and `message` are masked."""
        self._found[FileError.told(line, place, message)] = None

    def raise_any(self) -> None:
        """Raise FactsFileError when anything was reported."""
        if self._found:
            raise FactsFileError(self._found)
