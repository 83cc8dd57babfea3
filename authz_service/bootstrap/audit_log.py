"""The audit log of an installation for those who review it: verifying, exporting, its checkpoints."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from authz_service.audit.chain import FIRST
from authz_service.audit.entries import Json
from authz_service.audit.errors import AuditError
from authz_service.audit.exports import (
    ExportError,
    ExportHeader,
    ExportReader,
    checkpoint_json,
    checkpoint_of,
    export_lines,
)
from authz_service.audit.signing import PublicKeys, public_keys, read_public_keys
from authz_service.audit.verification import Expectations, Report, Verifier, verify
from authz_service.bootstrap.audit import read_audit_key
from authz_service.bootstrap.databases import checked_database
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.operators import require
from authz_service.domain.vocabulary import Action
from authz_service.settings import Settings
from authz_service.store.audit_log import AuditLogReader, StoredCheckpoint, StoredRecord

__all__ = ["exported_log", "latest_checkpoint", "public_key", "verify_database", "verify_export"]

LOWEST: Final = -(2**62)
"""Below every sequence: rows that should not be there are read as well."""
LARGEST_CHECKPOINT: Final = 10_000
"""Octets of a file with a checkpoint."""


@contextmanager
def _log_of(settings: Settings) -> Iterator[AuditLogReader]:
    """Open the log of the database for the operator: the one way to read it, and where the policy is asked.

    Raises RefusedError, StartError, StoreError.
    """
    with checked_database(settings) as database:
        require(settings, database, Action.READ_AUDIT)
        yield AuditLogReader(database)


def verify_database(settings: Settings, *, key_files: Sequence[Path] = (), checkpoint: Path | None = None) -> Report:
    """Verify the log of the database. Signatures are to be of its own key or of one in `key_files` (PEM).

    `checkpoint`: a file with a checkpoint that was kept elsewhere. Raises RefusedError, StartError, StoreError.
    """
    with _named_errors():
        keys = _trusted(settings, key_files)
        kept = _kept(checkpoint)
        with _log_of(settings) as log:
            bounds = log.bounds()
            items = _merged(log.records(LOWEST, bounds.last_record), log.checkpoints(LOWEST, bounds.last_checkpoint))
            return verify(items, keys, Expectations(checkpoints=kept), bounds.facts_revision)


def verify_export(file: Path, *, key_files: Sequence[Path] = (), checkpoint: Path | None = None) -> Report:
    """Verify an export, with nothing but the file. Raises StartError, OSError.

    Without `key_files` (PEM) the keys are those that the export itself names.
    """
    with _named_errors(), file.open("rb") as lines:
        reader = ExportReader(lines)
        keys = read_public_keys(key_files) or reader.header.keys
        verifier = Verifier(keys, Expectations(first=reader.header.since, checkpoints=_kept(checkpoint)))
        for item in reader.items():
            verifier.take(item)
        return verifier.report(reader.facts_revision)


@contextmanager
def exported_log(settings: Settings, since: int = FIRST, *, key_files: Sequence[Path] = ()) -> Iterator[Iterator[str]]:
    """Yield the lines of an export of the log from a sequence on. Raises RefusedError, StartError, StoreError."""
    with _named_errors():
        header = ExportHeader(since, _trusted(settings, key_files))
        with _log_of(settings) as log:
            bounds = log.bounds()
            first = LOWEST if since == FIRST else since
            items = _merged(log.records(first, bounds.last_record), log.checkpoints(first, bounds.last_checkpoint))
            yield export_lines(header, items, bounds.facts_revision)


def latest_checkpoint(settings: Settings) -> Json | None:
    """Return the last signed checkpoint as it is to be kept elsewhere, None when nothing was recorded yet.

    Raises RefusedError, StartError, StoreError.
    """
    with _log_of(settings) as log:
        last = log.last_checkpoint()
    return None if last is None else checkpoint_json(last)


def public_key(settings: Settings) -> str:
    """Return the public key that the log is signed with, as PEM. Raises StartError."""
    return read_audit_key(settings).public_pem


def _trusted(settings: Settings, key_files: Sequence[Path]) -> PublicKeys:
    """Return the installation's own key, if it is here, and those in the files: at least one."""
    given = read_public_keys(key_files)
    if given and not settings.audit_key_file.exists():
        return given
    return {**given, **public_keys([read_audit_key(settings).private.public_key()])}


def _kept(path: Path | None) -> tuple[StoredCheckpoint, ...]:
    if path is None:
        return ()
    with path.open("rb") as file:
        content = file.read(LARGEST_CHECKPOINT)
    try:
        return (checkpoint_of(json.loads(content)),)
    except (ValueError, RecursionError, ExportError):
        raise ExportError(f"{path} holds no checkpoint of an audit log") from None


def _merged(
    records: Iterator[StoredRecord], checkpoints: Iterator[StoredCheckpoint]
) -> Iterator[StoredRecord | StoredCheckpoint]:
    """Yield both by sequence, each checkpoint after its record."""
    return heapq.merge(records, checkpoints, key=lambda item: (item.sequence, isinstance(item, StoredCheckpoint)))


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except AuditError as error:
        raise StartError(str(error)) from None
