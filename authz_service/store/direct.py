"""Statements that are put into words once and then go to the driver as they are, several in one round trip.

Putting a statement together anew, and reading its result by way of SQLAlchemy, takes longer than the database does: on
the writing side that is time in which nobody else can write. The statements are SQLAlchemy's, for both dialects.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from authz_service.store.conversation import results_of
from authz_service.store.errors import StoreConflictError, StoreUnavailableError

__all__ = ["Batch", "Prepared", "Row"]

Row = tuple[Any, ...]
Values = Mapping[str, Any]

_NOTHING: Final[Values] = {}
_DIALECTS: Final = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}


class Prepared:
    """A statement in the words of each dialect. May be used from any thread."""

    def __init__(self, make: Callable[[], ClauseElement]) -> None:
        """`make`: returns the statement; its constants may be in it, all else are named parameters."""
        self._make = make
        self._words: dict[str, tuple[str, tuple[str, ...], Values]] = {}

    def on(self, dialect: str, values: Sequence[Values]) -> tuple[str, list[Row]]:
        """Return the text for a dialect, and each of these sets of values in the order of its parameters."""
        words = self._words.get(dialect)
        if words is None:
            compiled: Any = self._make().compile(dialect=_DIALECTS[dialect])
            words = str(compiled), tuple(compiled.positiontup or ()), compiled.params
            self._words[dialect] = words
        text, names, constants = words
        return text, [tuple([row[name] if name in row else constants[name] for name in names]) for row in values]


@dataclass(frozen=True, slots=True)
class _Part:
    statement: Prepared
    values: Sequence[Values]
    failure: str | None
    """What to say when a row is not there for each set of values; None where that does not matter."""


class Answer(NamedTuple):
    """What came of a statement: its rows, None where it is of a kind that gives none; and how many rows it changed."""

    rows: list[Row] | None
    changed: int


@dataclass(slots=True)
class Batch:
    """Statements that are run in their order, each on what those before it made, in as few round trips as can be."""

    _parts: list[_Part] = field(default_factory=list)
    _failed: bool = False

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, statement: Prepared, *values: Values, failure: str | None = None) -> None:
        """Add a statement, to be run once for each set of values; `failure`: what to say when one changes no row."""
        self._parts.append(_Part(statement, values, failure))

    def forget(self, *, taken_back: bool) -> None:
        """Have nothing to run. `taken_back`: so has been what was run, and with it whatever failed."""
        self._parts, self._failed = [], self._failed and not taken_back

    def run(self, connection: Connection) -> None:
        """Run the statements within a transaction and forget them.

        Raises StoreConflictError, and errors of the driver (`translated_errors`); the transaction is then to be left:
        nothing more can be run in it.
        """
        self._run(connection)

    def ask(self, connection: Connection) -> list[list[Row]]:
        """Run the statements, and return the rows of each of those that give rows. Raises as `run`."""
        return [answer.rows for answer in self._run(connection) if answer.rows is not None]

    def _run(self, connection: Connection) -> list[Answer]:
        if self._failed:
            # Some of it may have been written: SQLite would commit that, and PostgreSQL nothing at all, without a word.
            raise StoreConflictError("a transaction in which something failed is to be left")
        parts, self._parts = self._parts, []
        if not parts:
            return []
        self._failed = True
        answers = _answers(connection, parts)
        for part, answer in zip(parts, answers, strict=True):
            if part.failure is not None and answer.changed != len(part.values):
                raise StoreConflictError(part.failure)
        self._failed = False
        return answers


def _answers(connection: Connection, parts: Sequence[_Part]) -> list[Answer]:
    driver = connection.connection.driver_connection
    try:
        if isinstance(driver, psycopg.Connection):
            return _on_postgresql(driver, parts)
        if isinstance(driver, sqlite3.Connection):
            return [_on_sqlite(driver, part) for part in parts]
    except (sqlite3.IntegrityError, psycopg.IntegrityError):
        raise StoreConflictError("what was to be recorded contradicts what stands in the store") from None
    raise StoreUnavailableError("the connection to the database is gone")


def _on_sqlite(driver: sqlite3.Connection, part: _Part) -> Answer:
    text, rows = part.statement.on("sqlite", part.values or (_NOTHING,))
    cursor = driver.execute(text, rows[0]) if len(rows) == 1 else driver.executemany(text, rows)
    return Answer(cursor.fetchall() if cursor.description else None, cursor.rowcount)


def _on_postgresql(driver: psycopg.Connection[Any], parts: Sequence[_Part]) -> list[Answer]:
    runs = [part.statement.on("postgresql", part.values or (_NOTHING,)) for part in parts]
    transformer = Transformer(driver)
    return [_answer(results, transformer) for results in results_of(driver, runs)]


def _answer(results: Sequence[PGresult], transformer: abc.Transformer) -> Answer:
    if results[0].status == ExecStatus.TUPLES_OK:
        transformer.set_pgresult(results[0])
        return Answer(transformer.load_rows(0, results[0].ntuples, tuple), 0)
    return Answer(None, sum(result.command_tuples or 0 for result in results))
