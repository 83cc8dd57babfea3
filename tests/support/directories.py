"""What is remembered of directories, in a database of a test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authz_service.store.database import Database
from authz_service.store.directories import Directories
from authz_service.store.keys import ensure_key_file
from tests.support.databases import make_tables


@contextmanager
def own_memory(folder: Path) -> Iterator[Directories]:
    """Open an empty SQLite database in the folder, and close it at the end."""
    database = Database(f"sqlite:///{folder / 'memory.db'}", ensure_key_file(folder / "keys.json"))
    make_tables(database)
    try:
        yield Directories(database)
    finally:
        database.close()
