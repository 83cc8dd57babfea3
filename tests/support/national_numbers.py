"""Looks for national numbers with right check digits where none may be."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.model.identifiers import is_niss

SEPARATED = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{11}(?![0-9A-Za-z])|(?<!\d)\d{2}[. ]\d{2}[. ]\d{2}[- ]\d{3}[. ]\d{2}(?!\d)"
)


def national_numbers_in(text: str) -> list[str]:
    """Return the national numbers in a text, each masked but for its first two digits."""
    today = datetime.now(UTC).date()
    found = (re.sub(r"\D", "", match.group()) for match in SEPARATED.finditer(text))
    return [f"{digits[:2]}*********" for digits in found if is_niss(digits, today)]


def leaks_in_files(files: Iterable[Path]) -> Iterator[str]:
    """Yield a line for each file that holds a national number; SQLite databases are read value by value."""
    for file in files:
        content = file.read_bytes()
        if content.startswith(b"SQLite format 3\0"):
            yield from (f"{file.name}: {leak}" for leak in _leaks_in_sqlite(file))
        elif found := national_numbers_in(content.decode("utf-8", "replace")):
            yield f"{file.name}: {len(found)} national numbers, the first {found[0]}"


def _leaks_in_sqlite(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            yield from leaks_in_rows(name, connection.execute(f'SELECT * FROM "{name}"'))  # noqa: S608 - its own names


def leaks_in_postgresql(url: str) -> Iterator[str]:
    """Yield a line for each value of a PostgreSQL database that holds a national number."""
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:", 1)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in tables:
            yield from leaks_in_rows(name, connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))))


def leaks_in_rows(table: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """Yield a line for each value of a table that holds a national number, binary ones too."""
    for row in rows:
        for value in row:
            text = bytes(value).decode("latin-1") if isinstance(value, (bytes, memoryview)) else str(value)
            if national_numbers_in(text):
                yield f"a national number stands in the table {table}"
