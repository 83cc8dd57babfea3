"""The tables' versions: which one a database has, which one this program needs, and the ways up and down."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

__all__ = ["current", "downgrade", "needed", "upgrade"]

_ONE_AT_A_TIME: Final = threading.Lock()
"""Alembic keeps its context in module variables."""


def _configuration(connection: Connection | None = None) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration


def needed() -> str:
    """Return the schema revision that this program works with."""
    head = ScriptDirectory.from_config(_configuration()).get_current_head()
    if head is None:
        raise RuntimeError("the package has no migrations")
    return head


def current(engine: Engine) -> str | None:
    """Return the schema revision of the database, None when it has no tables of ours."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a schema revision in one transaction: all of it or nothing."""
    with _ONE_AT_A_TIME, engine.begin() as connection:
        command.upgrade(_configuration(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Bring the database down to a schema revision in one transaction. What has no place there is lost."""
    with _ONE_AT_A_TIME, engine.begin() as connection:
        command.downgrade(_configuration(connection), revision)
