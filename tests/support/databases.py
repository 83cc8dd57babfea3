"""The tables of a database, made once in a process: a migration takes longer than most of what is tested on it."""

import functools
import itertools
import tempfile
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from authz_service.store import schema
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file

_POSTGRESQL: Final[list[tuple[str, Any]]] = []
"""What the migrations run on PostgreSQL, with its parameters; nothing before they ran once."""


def make_tables(database: Database) -> None:
    """Do as `Database.upgrade` does."""
    if schema.current(database.engine) is None:
        if database.dialect == "sqlite":
            _copy(database)
        elif _POSTGRESQL:
            _run_again(database)
        else:
            _run_and_keep(database)
    database.upgrade()


def _copy(database: Database) -> None:
    database.close()
    path = Path(str(database.engine.url.database))
    path.touch(0o600)
    path.write_bytes(_sqlite())


@functools.cache
def _sqlite() -> bytes:
    """Return a file with all tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "authz.db"
        database = Database(f"sqlite:///{path}", ensure_key_file(Path(folder) / "keys"))
        schema.upgrade(database.engine)
        database.close()
        return path.read_bytes()


def _run_and_keep(database: Database) -> None:
    ran: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith("SELECT"):
            ran.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", keep)
    schema.upgrade(database.engine)
    event.remove(database.engine, "before_cursor_execute", keep)
    _POSTGRESQL.extend(ran)


def _run_again(database: Database) -> None:
    with database.engine.begin() as connection:
        for has_parameters, statements in itertools.groupby(_POSTGRESQL, lambda each: bool(each[1])):
            if has_parameters:
                for statement, parameters in statements:
                    connection.exec_driver_sql(statement, parameters)
            else:
                connection.exec_driver_sql("; ".join(statement for statement, _ in statements))
