"""Tables that are made the short way are those that the migrations make."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from tests.support.databases import make_tables
from tests.support.postgresql import PostgreSQL


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Open databases that are empty, of one system."""
    opened: list[Database] = []
    server: PostgreSQL | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None

    def another() -> Database:
        url = server.create_database() if server else f"sqlite:///{tmp_path / f'{len(opened)}.db'}"
        opened.append(Database(url, ensure_key_file(tmp_path / "keys.json")))
        return opened[-1]

    yield another
    for database in opened:
        database.close()
        if server is not None:
            server.drop_database(database.engine.url.render_as_string(hide_password=False))


def test_nothing_is_missing_or_otherwise(empty: Callable[[], Database]) -> None:
    migrated = empty()
    migrated.upgrade()
    for _ in range(2):
        made = empty()
        make_tables(made)
        made.check()
        assert _contents(made) == _contents(migrated)


def _contents(database: Database) -> dict[str, Any]:
    looked_at = inspect(database.engine)
    found: dict[str, Any] = {
        name: (
            [{**column, "type": str(column["type"])} for column in looked_at.get_columns(name)],
            sorted(looked_at.get_indexes(name), key=str),
            looked_at.get_pk_constraint(name),
            sorted(looked_at.get_check_constraints(name), key=str),
            looked_at.get_table_options(name),
        )
        for name in looked_at.get_table_names()
    }
    with database.reading() as connection:
        rows = [connection.execute(select(table)).all() for table in (tables.revision_counter, tables.key_check)]
    return {**found, "rows": rows}
