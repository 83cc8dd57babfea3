"""The database of an installation: opening it, and what administrators do to it as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from authz_service.bootstrap.audit import ensure_audit_key
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.opening import key_file_named, open_database
from authz_service.bootstrap.operators import carry_out, require
from authz_service.domain.service_commands import AddCaller, RevokeCaller
from authz_service.domain.vocabulary import Action
from authz_service.services.authority.bulk import LoadLines, check_lines
from authz_service.services.authority.facts import LoadFacts
from authz_service.services.authority.files import checked_file, exported_facts
from authz_service.services.facts_file.bulk import Stage
from authz_service.services.facts_file.loading import LoadReport
from authz_service.services.facts_file.tree import FactsFile, Form
from authz_service.settings import Settings
from authz_service.store import rotation
from authz_service.store.database import Database
from authz_service.store.errors import CallerError
from authz_service.store.keys import ensure_key_file
from authz_service.store.revisions import last_revision

__all__ = [
    "add_caller",
    "checked_database",
    "export_facts",
    "load_facts",
    "load_lines",
    "revoke_caller",
    "rotate_keys",
    "upgrade_database",
]


def upgrade_database(settings: Settings) -> list[str]:
    """Create or migrate the database, and make the two keys where they are missing; return a line about each made.

    Raises StoreError, StartError.
    """
    made = []
    with key_file_named(settings):
        if not settings.key_file.exists():
            made.append(f"made the key file {settings.key_file}: keep it safe, without it the database cannot be read")
        database = Database(settings.database_url.get_secret_value(), ensure_key_file(settings.key_file))
        try:
            database.upgrade()
        finally:
            database.close()
    if ensure_audit_key(settings):
        made.append(f"made {settings.audit_key_file}: the audit log is signed with it, so keep it from all others")
    return made


@contextmanager
def checked_database(settings: Settings) -> Iterator[Database]:
    """Open the database and close it at the end. Raises StartError, StoreError."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def rotate_keys(settings: Settings) -> int:
    """Put all identities under a new key and return its version. Raises StoreError, StartError."""
    with checked_database(settings) as database:
        return rotation.rotate(database, settings.key_file)


def load_facts(settings: Settings, file: FactsFile, *, dry_run: bool) -> LoadReport:
    """Load a facts file, or say what that would change.

    Raises FactsFileError, RefusedError, StoreError, StartError.
    """
    means = settings.assurance.levels
    with checked_database(settings) as database:
        if dry_run:
            require(settings, database, Action.LOAD_FACTS)
            return checked_file(database, file, means)
        report = carry_out(settings, database, [LoadFacts(file, means)])
    counts = {name: int(count) for name, count in report.made[0].items()}
    return LoadReport(**counts, revision=report.revision)


def load_lines(settings: Settings, file: BinaryIO, tell: Callable[[Stage], None], *, dry_run: bool) -> LoadReport:
    """Load NDJSON of any size, read once, or say what that would change. `tell` is told how far it is.

    Raises FactsFileError, RefusedError, StoreError, StartError.
    """
    command = LoadLines(file, settings.assurance.levels, tell)
    with checked_database(settings) as database:
        if dry_run:
            require(settings, database, Action.LOAD_FACTS)
            checked = check_lines(database, command)
            return LoadReport(checked.added, checked.closed, checked.unchanged, last_revision(database))
        report = carry_out(settings, database, [command])
    counts = {name: int(count) for name, count in report.made[0].items()}
    return LoadReport(**counts, revision=report.revision)


def add_caller(settings: Settings, command: AddCaller) -> str:
    """Add a caller and return its key. Raises CallerError, RefusedError, StoreError, StartError."""
    with checked_database(settings) as database:
        report = carry_out(settings, database, [command])
    if not report.done:
        raise CallerError("there is a caller of that name; revoke it first")
    return report.made[0]["key"]


def revoke_caller(settings: Settings, command: RevokeCaller) -> None:
    """Take a caller's access away. Raises CallerError, RefusedError, StoreError, StartError."""
    with checked_database(settings) as database:
        if not carry_out(settings, database, [command]).done:
            raise CallerError("there is no such caller")


def export_facts(settings: Settings, form: Form) -> str:
    """Return all that is believed as the text of a facts file, in YAML or JSON. It holds national numbers.

    Raises RefusedError, StoreError, StartError.
    """
    with checked_database(settings) as database:
        # Whoever may say what the facts are may have them.
        require(settings, database, Action.LOAD_FACTS)
        try:
            return exported_facts(database, form)
        except ValueError as error:
            raise StartError(str(error)) from None
