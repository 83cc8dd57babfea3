"""Opening the database of an installation; apart from what is done to it as a whole, which serving need not import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authz_service.bootstrap.errors import StartError
from authz_service.settings import Settings
from authz_service.store.database import Database
from authz_service.store.errors import KeyFileError
from authz_service.store.keys import read_key_file

__all__ = ["key_file_named", "open_database"]


def open_database(settings: Settings) -> Database:
    """Return the database, which must be of this version and of this key file. Raises StartError, StoreError."""
    with key_file_named(settings):
        database = Database(settings.database_url.get_secret_value(), read_key_file(settings.key_file))
        path = database.engine.url.database
        # SQLite would make an empty file, which others may read, and then miss the tables in it.
        if database.dialect == "sqlite" and path and not Path(path).exists():
            raise StartError(f"there is no database {path}; run `authz db upgrade`")
        try:
            database.check()
        except BaseException:
            database.close()
            raise
    return database


@contextmanager
def key_file_named(settings: Settings) -> Iterator[None]:
    """Name the key file in what is wrong with it. Raises StartError for KeyFileError."""
    try:
        yield
    except KeyFileError as error:
        hint = "" if settings.key_file.exists() else "; `authz db upgrade` makes one for a new database"
        raise StartError(f"{error} ({settings.key_file}){hint}") from None
