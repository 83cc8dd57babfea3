"""Reading the facts of questions: one prepared statement, whatever their number, and nothing kept afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import psycopg
from sqlalchemy import Connection

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.store.callers import caller_ahead
from authz_service.store.database import Database
from authz_service.store.errors import KeyFileMismatchError, StoreUnavailableError
from authz_service.store.folding import Folded, caller_of, fold
from authz_service.store.keys import Key
from authz_service.store.questions import parameters
from authz_service.store.statements import read_statement

__all__ = ["FactsReader", "read_within"]

ATTEMPTS: Final = 3


class FactsReader:
    """Reads what questions need. May be called from any thread; each has a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        """Return the facts of each question, in their order, all read by one statement at one facts revision.

        Where a caller is to be read ahead (`Callers.ahead`), nothing is returned but to one whom its judge accepts.
        Raises what the judge does, StoreUnavailableError, KeyFileMismatchError.
        """
        if not queries:
            return []
        database = self._database
        ahead = caller_ahead(database)
        if ahead is not None and len(queries) > 1:
            ahead.settle()
        key: Key = database.key
        for _ in range(ATTEMPTS):
            caller = None if ahead is None else ahead.wanted
            values, needs = parameters(queries, key, caller)
            rows = database.query(read_statement(database.dialect, needs), values)
            if ahead is not None and caller is not None:
                ahead.read(*caller_of(rows))
            folded: Folded = fold(queries, rows)
            if folded.fingerprint == key.fingerprint:
                return folded.facts
            # The keys were rotated: the numbers were looked for under hashes that are no longer there.
            key = database.key_with(folded.fingerprint)
        raise KeyFileMismatchError("the keys of the database keep changing")


def read_within(connection: Connection, key: Key, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
    """Return the facts of each question as a transaction with the counter's lock sees them, under the key in use."""
    values, needs = parameters(queries, key)
    statement = read_statement(connection.dialect.name, needs)
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        with psycopg.RawCursor(driver) as cursor:
            return fold(queries, cursor.execute(statement, values).fetchall()).facts
    if driver is None:
        raise StoreUnavailableError("the connection to the database is gone")
    return fold(queries, driver.execute(statement, values).fetchall()).facts
