"""Fixtures for the audit log: every test that asks for `database` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.audit.log import AuditLog
from authz_service.audit.signing import SigningKey, ensure_signing_key
from authz_service.store.database import Database
from authz_service.store.keys import KeyRing, ensure_key_file
from tests.support.databases import make_tables


@pytest.fixture
def key_ring(tmp_path: Path) -> KeyRing:
    """Fresh keys in a file of their own."""
    return ensure_key_file(tmp_path / "keys.json")


@pytest.fixture
def signing_key(tmp_path: Path) -> SigningKey:
    """A fresh signing key in a file of its own."""
    return ensure_signing_key(tmp_path / "audit.pem")


@pytest.fixture
def database(database_url: str, key_ring: KeyRing) -> Iterator[Database]:
    """A database with all tables, no facts and an empty log."""
    made = Database(database_url, key_ring)
    make_tables(made)
    yield made
    made.close()


@pytest.fixture
def audit_log(signing_key: SigningKey) -> AuditLog:
    return AuditLog(signing_key)
