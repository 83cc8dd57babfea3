"""The database of an installation: opening it, and what administrators do to it as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authz_service.bootstrap.errors import StartError
from authz_service.domain.person_ids import new_person_id
from authz_service.services.facts_file import exporting, loading
from authz_service.services.facts_file.tree import FactsFile, Form
from authz_service.settings import Settings
from authz_service.store import rotation
from authz_service.store.database import Database
from authz_service.store.errors import KeyFileError
from authz_service.store.keys import ensure_key_file, read_key_file
from authz_service.store.writing import Recorder

__all__ = ["checked_database", "export_facts", "load_facts", "open_database", "rotate_keys", "upgrade_database"]


def upgrade_database(settings: Settings) -> str:
    """Create or migrate the database, and make the key file where there is none; return what was made.

    Raises StoreError, StartError.
    """
    with _key_file_named(settings):
        made = "" if settings.key_file.exists() else f"made the key file {settings.key_file}"
        database = Database(settings.database_url.get_secret_value(), ensure_key_file(settings.key_file))
        try:
            database.upgrade()
        finally:
            database.close()
    return made


@contextmanager
def checked_database(settings: Settings) -> Iterator[Database]:
    """Open the database and close it at the end. Raises StartError, StoreError."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def open_database(settings: Settings) -> Database:
    """Return the database, which must be of this version and of this key file. Raises StartError, StoreError."""
    with _key_file_named(settings):
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
def _key_file_named(settings: Settings) -> Iterator[None]:
    try:
        yield
    except KeyFileError as error:
        hint = "" if settings.key_file.exists() else "; `authz db upgrade` makes one for a new database"
        raise StartError(f"{error} ({settings.key_file}){hint}") from None


def rotate_keys(settings: Settings) -> int:
    """Put all identities under a new key and return its version. Raises StoreError, StartError."""
    with checked_database(settings) as database:
        return rotation.rotate(database, settings.key_file)


def load_facts(settings: Settings, file: FactsFile, *, dry_run: bool) -> loading.LoadReport:
    """Load a facts file, or say what that would change. Raises FactsFileError, StoreError, StartError."""
    load = loading.check if dry_run else loading.load
    with checked_database(settings) as database, Recorder(database) as recorder:
        return load(recorder, file, means=settings.assurance.levels, new_person_id=new_person_id)


def export_facts(settings: Settings, form: Form) -> str:
    """Return all that is believed as the text of a facts file, in YAML or JSON. It holds national numbers.

    Raises StoreError, StartError.
    """
    with checked_database(settings) as database, Recorder(database) as recorder:
        try:
            if form is Form.JSON:
                return json.dumps(exporting.export(recorder), ensure_ascii=False, indent=1) + "\n"
            return exporting.export_text(recorder)
        except ValueError as error:
            raise StartError(str(error)) from None
