"""The write door over the reference world, and commands as its people give them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from tests.support.door import Door, open_door
from tests.support.reference import load_reference


@pytest.fixture
def door(sqlite_url: str, tmp_path: Path) -> Iterator[Door]:
    """The door on SQLite."""
    reference = load_reference(sqlite_url, tmp_path)
    yield open_door(reference, tmp_path)
    reference.database.close()


@pytest.fixture
def every_door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    """The door, on each of the two systems."""
    reference = load_reference(database_url, tmp_path)
    yield open_door(reference, tmp_path)
    reference.database.close()


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[[Database], Database]]:
    """Open a database once more, as another process would."""
    opened: list[Database] = []

    def once_more(database: Database) -> Database:
        url = database.engine.url.render_as_string(hide_password=False)
        opened.append(Database(url, read_key_file(tmp_path / "keys")))
        return opened[-1]

    yield once_more
    for database in opened:
        database.close()
