"""On which line of a TOML text something stands; the standard library reads TOML and does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

__all__ = ["Path", "TomlDocument", "TomlError", "read_toml"]

Path = tuple[str | int, ...]
"""Keys and indexes from the top of a document to something in it."""

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]\}#\n]+")
_POSITION: Final = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


class TomlError(ValueError):
    """The text is no TOML. `line`: where that shows, from 1."""

    def __init__(self, line: int, told: str) -> None:
        super().__init__(told)
        self.line = line


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """What a TOML text says, and on which line (from 1) each key and each element of an array stands."""

    content: dict[str, object]
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of what the path leads to, or of the nearest thing around it that is there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def read_toml(text: str) -> TomlDocument:
    """Read a TOML text. Raises TomlError, whose message never repeats a value."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        position = _POSITION.search(told)
        line = int(position["line"]) if position and position["line"] else text.count("\n") + 1
        raise TomlError(line, "this is no TOML: " + _POSITION.sub("", told).partition(":")[0]) from None
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return TomlDocument(content, MappingProxyType(scanner.lines))


@dataclass(slots=True)
class _Scanner:
    """Walks through a text that is known to be TOML and notes where keys and elements begin."""

    text: str
    lines: dict[Path, int] = field(default_factory=dict)
    _at: int = 0
    _tables: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        table: Path = ()
        while not self._end():
            if self.text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _end(self) -> bool:
        self._skip()
        return self._at >= len(self.text)

    def _skip(self) -> None:
        self._at = self._match(_SPACE).end()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self._at)
        if found is None:
            raise AssertionError("tomllib read this text and this scanner cannot")
        return found

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, self._at) + 1)

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]`; a name that is an array of tables leads to its last table."""
        start, array = self._at, self.text.startswith("[[", self._at)
        self._at += 2 if array else 1
        keys = self._keys()
        path: Path = ()
        for position, key in enumerate(keys, 1):
            path = (*path, key)
            self.lines.setdefault(path, self.text.count("\n", 0, start) + 1)
            if path in self._tables and not (array and position == len(keys)):
                path = (*path, self._tables[path])
        if array:
            index = self._tables.get(path, -1) + 1
            self._tables[path] = index
            path = (*path, index)
        self.lines[path] = self.text.count("\n", 0, start) + 1
        self._at = self.text.index("]", self._at) + (2 if array else 1)
        return path

    def _keys(self) -> tuple[str, ...]:
        """Read a dotted key, up to what follows it."""
        keys: list[str] = []
        while True:
            self._skip()
            quoted = self.text[self._at] in "\"'"
            found = self._match(_STRING if quoted else _BARE_KEY)
            keys.append(next(iter(tomllib.loads(f"{found.group()} = 0"))))
            self._at = found.end()
            self._skip()
            if self.text[self._at] != ".":
                return tuple(keys)
            self._at += 1

    def _pair(self, table: Path) -> None:
        """Read `a.b = value`."""
        self._skip()
        start = self._at
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, self.text.count("\n", 0, start) + 1)
        self._at = self.text.index("=", self._at) + 1
        self._skip()
        self._value(path)

    def _value(self, path: Path) -> None:
        match self.text[self._at]:
            case "[":
                self._elements(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._at = self._match(_STRING).end()
            case _:
                self._at = self._match(_SCALAR).end()

    def _elements(self, path: Path) -> None:
        self._at += 1
        index = 0
        while not self._closed("]"):
            self._note((*path, index))
            self._value((*path, index))
            index += 1
            self._comma()

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while not self._closed("}"):
            self._pair(path)
            self._comma()

    def _closed(self, bracket: str) -> bool:
        self._skip()
        if self.text[self._at] != bracket:
            return False
        self._at += 1
        return True

    def _comma(self) -> None:
        self._skip()
        if self.text[self._at] == ",":
            self._at += 1
