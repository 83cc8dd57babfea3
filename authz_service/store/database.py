"""One database, SQLite or PostgreSQL, with the same behaviour: opening it, writing in turn, reading without waiting."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from authz_service.store import conversation, schema, tables
from authz_service.store.errors import (
    KeyFileMismatchError,
    SchemaOutdatedError,
    StoreConflictError,
    StoreError,
    StoreUnavailableError,
)
from authz_service.store.held_connections import HeldConnection, HeldPostgreSQL, HeldSQLite
from authz_service.store.keys import Key, KeyRing, read_key_file

__all__ = ["Database", "translated_errors"]

BUSY_SECONDS: Final = 10
"""How long a writer waits for its turn."""
CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 5

_CONNECT_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    # A connection is used by one thread at a time, but may be closed by another.
    "sqlite": {"timeout": BUSY_SECONDS, "check_same_thread": False},
    "postgresql": {"connect_timeout": CONNECT_SECONDS, "application_name": "authz"},
}
_SQLITE_SETTINGS: Final = (
    "PRAGMA foreign_keys = ON",
    # In WAL mode, NORMAL may forget the last commits in a power cut; a revocation that was confirmed must last.
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -8000",
)
_READING_SETTINGS: Final = {
    # Each thread has a connection: their caches together are what a worker holds.
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA cache_size = -1000"),
    "postgresql": (
        "-c default_transaction_read_only=on",
        f"-c statement_timeout={READ_SECONDS}s",
        # One generic plan that walks indexes, whatever the statistics say or lack: no surprise after a bulk load.
        "-c plan_cache_mode=force_generic_plan",
        "-c enable_seqscan=off",
        "-c enable_hashjoin=off",
        "-c enable_mergejoin=off",
        "-c enable_material=off",
        "-c jit=off",
        "-c max_parallel_workers_per_gather=0",
    ),
}
_PARENTS_CONNECTIONS: Final[list[object]] = []


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn errors of the database into ours, which hold no values (those of the drivers do).

    Raises StoreConflictError for a broken constraint and StoreUnavailableError for anything else of the database's.
    """
    try:
        yield
    except IntegrityError:
        raise StoreConflictError("what was to be recorded contradicts what stands in the store") from None
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailableError(f"the database does not do what is asked ({type(cause).__name__})") from None


class Database:
    """The database at a URL (`sqlite:///path` or `postgresql+psycopg://…`) and the keys to its identities.

    One for a process; its methods may be called from any thread. Nothing is opened before it is needed.
    """

    def __init__(self, url: str, keys: KeyRing) -> None:
        """Raises StoreError when the URL is none of the two kinds; the message does not show it (it has a password)."""
        try:
            self.engine: Engine = _engine(url)
            self._readers = _readers(self.engine.url)
        except (ArgumentError, NoSuchModuleError, ImportError):
            raise StoreError("the database URL is not one of sqlite:///… or postgresql+psycopg://…") from None
        self.dialect: str = self.engine.dialect.name
        self._readers_process = os.getpid()
        self._keys = keys
        self._key: Key | None = None
        self._local = threading.local()
        self._all_held: weakref.WeakSet[HeldConnection] = weakref.WeakSet()

    # --- keys ---------------------------------------------------------------------------------------------------------

    @property
    def key(self) -> Key:
        """The key that the identities are under, as far as is known. Raises KeyFileMismatchError."""
        return self._key or self.key_with(self.fingerprint())

    @property
    def keys(self) -> KeyRing:
        """The key file as it was last read."""
        return self._keys

    def fingerprint(self) -> str:
        """Return the fingerprint of the key that the identities are under. Raises KeyFileMismatchError."""
        with translated_errors(), self.engine.connect() as connection:
            fingerprint = connection.scalar(select(tables.key_check.c.fingerprint))
        if fingerprint is None:
            raise KeyFileMismatchError("the database has no keys yet; `db upgrade` gives it the key file's")
        return str(fingerprint)

    def key_with(self, fingerprint: str) -> Key:
        """Return the key with the fingerprint and remember it; reads the key file again when it is not known yet.

        A rotation by another process is noticed that way. Raises KeyFileError, KeyFileMismatchError.
        """
        try:
            key = self._keys.with_fingerprint(fingerprint)
        except KeyFileMismatchError:
            self._keys = read_key_file(self._keys.path)
            key = self._keys.with_fingerprint(fingerprint)
        self._key = key
        return key

    # --- the schema ---------------------------------------------------------------------------------------------------

    def upgrade(self) -> None:
        """Create or migrate the tables, and give a database without keys those of the key file.

        Raises KeyFileMismatchError when the database has other keys, StoreUnavailableError.
        """
        path = self.engine.url.database
        with translated_errors():
            if self.dialect == "sqlite" and path:
                _make_private(Path(path))
            schema.upgrade(self.engine)
            with self.engine.begin() as connection:
                lock_counter(connection)
                if connection.scalar(select(tables.key_check.c.fingerprint)) is None:
                    fingerprint = self._keys.newest.fingerprint
                    connection.execute(tables.key_check.insert().values(one=1, fingerprint=fingerprint))
        self.key_with(self.fingerprint())

    def check(self) -> None:
        """Make sure that this program and this key file can work with the database.

        Raises SchemaOutdatedError, KeyFileMismatchError, StoreUnavailableError.
        """
        with translated_errors():
            current = schema.current(self.engine)
        if current != schema.needed():
            raise SchemaOutdatedError("the database is not of this version; run `authz db upgrade`")
        self.key_with(self.fingerprint())

    # --- writing and reading ------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Enter one transaction that is alone in writing; commits at the end, rolls back on any error.

        Raises StoreUnavailableError, StoreConflictError.
        """
        with translated_errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Enter one transaction that sees the database as it is when it first reads, and can change nothing.

        It waits for no writer and blocks none. For reading more than one statement can; short, as the database keeps
        what it sees until its end. Raises StoreUnavailableError.
        """
        if self._readers_process != os.getpid():
            self._readers_process = os.getpid()
            self._readers.dispose(close=False)  # after a fork, its connections are the parent's
        with translated_errors(), self._readers.begin() as connection:
            yield connection

    def query(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run one prepared reading statement on this thread's own connection, outside of any transaction.

        A broken connection is opened anew once. Raises StoreUnavailableError.
        """
        try:
            return self._run(statement, parameters)
        except (sqlite3.Error, psycopg.Error, SQLAlchemyError):
            self.release()
        with translated_errors():
            return self._run(statement, parameters)

    def _run(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        held: HeldConnection | None = getattr(self._local, "held", None)
        if held is None or held.process != os.getpid():
            held = self._open()
        return held.run(statement, parameters)

    def _open(self) -> HeldConnection:
        """Give this thread a connection of its own."""
        inherited: HeldConnection | None = getattr(self._local, "held", None)
        if inherited is not None:
            # A fork: the connections are the parent's. Closing them, even by forgetting them, could end them there too.
            _PARENTS_CONNECTIONS.append(inherited)
            self.engine.dispose(close=False)
        positional, named = self.engine.dialect.create_connect_args(self.engine.url)
        arguments = {**named, **_CONNECT_ARGUMENTS[self.dialect]}
        settings = _READING_SETTINGS[self.dialect]
        if self.dialect == "postgresql":
            # At the connection's start, not by SET: behind a pooler that would stay with whoever has it next.
            arguments["options"] = " ".join([named.get("options", ""), *settings]).strip()
        connection = self.engine.dialect.loaded_dbapi.connect(*positional, **arguments)
        held: HeldConnection
        if isinstance(connection, psycopg.Connection):
            connection.autocommit = True
            held = HeldPostgreSQL(connection)
        else:
            _prepare_sqlite(connection)
            held = HeldSQLite(connection)
            for setting in settings:
                connection.execute(setting)
        self._local.held = held
        self._all_held.add(held)
        return held

    def release(self) -> None:
        """Close this thread's reading connection; the next reading opens one."""
        held: HeldConnection | None = getattr(self._local, "held", None)
        self._local.held = None
        if held is not None:
            held.close()

    def close(self) -> None:
        """Close all connections. To be called when no other thread uses the database any more."""
        self._local = threading.local()
        for held in list(self._all_held):
            held.close()
        self._readers.dispose(close=self._readers_process == os.getpid())
        self.engine.dispose()


def lock_counter(connection: Connection) -> tuple[int, int]:
    """Wait until nobody else writes; return the last revision and its instant (UTC microseconds)."""
    counter = tables.revision_counter
    row = connection.execute(select(counter.c.revision, counter.c.recorded_at).with_for_update()).one()
    return int(row.revision), int(row.recorded_at)


def _make_private(path: Path) -> None:
    """Create the file, and the directory it is in, where they are missing: national numbers are nobody else's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _engine(url: str) -> Engine:
    parsed = sqlalchemy.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _writers(parsed)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise ArgumentError
    return _sqlite(parsed)


def _postgresql(url: sqlalchemy.URL, **arguments: Any) -> Engine:
    return sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={**_CONNECT_ARGUMENTS["postgresql"], **arguments},
    )


def _writers(url: sqlalchemy.URL) -> Engine:
    engine = _postgresql(url)

    @event.listens_for(engine, "connect")
    def connect(driver: psycopg.Connection[Any], _record: object) -> None:
        # The driver prepares what it is asked often, under names that a pooler's other clients have as well.
        if conversation.is_pooled(driver):
            driver.prepare_threshold = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection) and not driver.autocommit:
            conversation.begin(driver, BUSY_SECONDS)

    return engine


def _sqlite(url: sqlalchemy.URL, transactions: str = "IMMEDIATE") -> Engine:
    engine = sqlalchemy.create_engine(url, hide_parameters=True, connect_args=_CONNECT_ARGUMENTS["sqlite"])

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        _prepare_sqlite(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {transactions}")

    return engine


def _readers(url: sqlalchemy.URL) -> Engine:
    """Return connections whose transactions are snapshots that only read."""
    if url.get_backend_name() == "postgresql":
        # Planned anew each time: a generic plan would compare every row with each of the many identifiers it is given.
        engine = _postgresql(url, prepare_threshold=None)
        snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

        @event.listens_for(snapshots, "begin")
        def limit(connection: Connection) -> None:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{READ_SECONDS}s'")

        return snapshots
    readers = _sqlite(url, "DEFERRED")

    @event.listens_for(readers, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    return readers


def _prepare_sqlite(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    for setting in _SQLITE_SETTINGS:
        connection.execute(setting)
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
