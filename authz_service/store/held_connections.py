"""Connections that one thread keeps for reading, with the statements that it prepared."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any, Final

import psycopg
import psycopg.errors
from psycopg.adapt import Transformer
from psycopg.pq import Format

from authz_service.store.conversation import checked

__all__ = ["HeldConnection", "HeldPostgreSQL", "HeldSQLite"]

MOST_PREPARED: Final = 200
"""Statements that a connection keeps prepared; one more, and it starts anew."""
MOST_SERVERS: Final = 100
"""Connections of a pooler on which one statement may have to be prepared, one after the other."""


class HeldConnection(ABC):
    """A reading connection that one thread keeps; closed with the thread that it was opened for."""

    def __init__(self, connection: Any) -> None:
        self.process = os.getpid()
        self._connection = connection

    @abstractmethod
    def run(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run a statement that gives rows; it stays prepared. Raises errors of the driver."""

    def close(self) -> None:
        with suppress(sqlite3.Error, psycopg.Error):
            self._connection.close()

    def __del__(self) -> None:
        if self.process == os.getpid():
            self.close()


class HeldSQLite(HeldConnection):
    """Reads through the one cursor it has; the module keeps what it prepared."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._cursor = connection.cursor()

    def run(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._cursor.execute(statement, parameters).fetchall()


class HeldPostgreSQL(HeldConnection):
    """Speaks to the server through libpq: a cursor takes longer than all else that this side does to read facts.

    A statement is prepared under a name that its text gives it. So where a pooler hands one connection of the server to
    many clients, a name means the same statement to all of them, and one that is unknown there is prepared again.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__(connection)
        self._server = connection.pgconn
        self._transformer = Transformer(connection)
        self._names: dict[str, bytes] = {}

    def run(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        name = self._names.get(statement) or self._prepare(statement)
        values: list[Any] = [_octets(value) for value in parameters]
        forms = [Format.BINARY if type(value) is bytes else Format.TEXT for value in parameters]
        for _ in range(MOST_SERVERS):
            with suppress(psycopg.errors.InvalidSqlStatementName):
                result = checked(self._server.exec_prepared(name, values, forms, Format.BINARY))
                break
            self._prepare(statement)
        else:
            raise psycopg.OperationalError
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def _prepare(self, statement: str) -> bytes:
        if len(self._names) >= MOST_PREPARED:
            checked(self._server.exec_(b"DEALLOCATE ALL"))
            self._names.clear()
        text = statement.encode()
        name = b"authz_" + hashlib.sha256(text).hexdigest()[:40].encode()
        with suppress(psycopg.errors.DuplicatePreparedStatement):
            checked(self._server.prepare(name, text))
        self._names[statement] = name
        return name


def _octets(value: str | int | bytes | None) -> bytes | None:
    """Return a parameter as the server reads it: text, or binary where it is binary."""
    if value is None or type(value) is bytes:
        return value
    return str(value).encode()
