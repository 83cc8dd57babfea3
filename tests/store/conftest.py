"""Fixtures for the store: every test that asks for `database` runs on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authz_service.store.database import Database
from authz_service.store.keys import KeyRing, ensure_key_file
from tests.support.databases import make_tables


@pytest.fixture
def key_ring(tmp_path: Path) -> KeyRing:
    """Fresh keys in a file of their own."""
    return ensure_key_file(tmp_path / "keys.json")


@pytest.fixture
def connect(database_url: str, key_ring: KeyRing) -> Iterator[Callable[[], Database]]:
    """Open the same database once more, as another process would."""
    opened: list[Database] = []

    def another() -> Database:
        opened.append(Database(database_url, key_ring))
        return opened[-1]

    yield another
    for database in opened:
        database.close()


@pytest.fixture
def database(connect: Callable[[], Database]) -> Database:
    """A database with all tables and no facts."""
    made = connect()
    make_tables(made)
    return made
