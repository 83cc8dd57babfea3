"""What tests have other processes do: in a module of its own, since a spawned process imports it by name."""

from __future__ import annotations

from pathlib import Path

from authz_service.audit.log import AuditLog
from authz_service.audit.signing import read_signing_key
from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from tests.audit.logs import entry


def append_entries(url: str, key_file: Path, signing_key: Path, writer: int, number: int) -> list[int]:
    """Append so many entries, each in a transaction of its own, and return their sequences."""
    database = Database(url, read_key_file(key_file))
    log = AuditLog(read_signing_key(signing_key))
    sequences = []
    for each in range(number):
        with database.writing() as transaction:
            sequences.append(log.append(transaction, [entry(request_id=f"{writer}/{each}")]))
    database.close()
    return sequences
