"""The tables' versions: which one a database has, which one this program needs, and the ways up and down."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, column, inspect, select, table

__all__ = ["current", "downgrade", "needed", "upgrade"]

_NEEDED: Final = "0004"
"""The last of the migrations. Reading their folder for it would have every start wait for Alembic."""
_ONE_AT_A_TIME: Final = threading.Lock()
"""Alembic keeps its context in module variables."""


def _configuration(connection: Connection | None = None) -> Any:
    from alembic.config import Config  # noqa: PLC0415 - slow to import, and only migrations need it

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration


def needed() -> str:
    """Return the schema revision that this program works with."""
    return _NEEDED


def current(engine: Engine) -> str | None:
    """Return the schema revision of the database, None when it has no tables of ours."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
        return revision


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a schema revision in one transaction: all of it or nothing."""
    from alembic import command  # noqa: PLC0415 - as above

    with _ONE_AT_A_TIME, engine.begin() as connection:
        command.upgrade(_configuration(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Bring the database down to a schema revision in one transaction. What has no place there is lost."""
    from alembic import command  # noqa: PLC0415 - as above

    with _ONE_AT_A_TIME, engine.begin() as connection:
        command.downgrade(_configuration(connection), revision)
