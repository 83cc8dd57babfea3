"""Who may call the service. Keys are kept as their hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select

from authz_service.domain.callers import Caller
from authz_service.domain.moments import FOREVER, now
from authz_service.domain.vocabulary import Scope
from authz_service.store import tables
from authz_service.store.database import Database

__all__ = ["CallerEntry", "Callers", "hash_of_key"]

_FIND: Final = {
    "sqlite": "SELECT name, scopes, purpose, ends_at, revoked_at FROM caller WHERE key_sha256 = ?",
    "postgresql": "SELECT name, scopes, purpose, ends_at, revoked_at FROM caller WHERE key_sha256 = $1",
}
_SCOPES: Final = frozenset(scope.value for scope in Scope)
_NOBODY: Final = ("", "[]", "", FOREVER, 0)


@dataclass(frozen=True, slots=True)
class CallerEntry:
    """A caller as an administrator sees it; instants in UTC microseconds, None: not so (yet)."""

    caller: Caller
    created_at: int
    revoked_at: int | None


class Callers:
    """The callers of the service. May be used from any thread. Methods raise StoreUnavailableError beside their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[CallerEntry]:
        """Return all callers there are and were, by name and then by age."""
        caller = tables.caller.c
        with self._database.reading() as connection:
            rows = connection.execute(select(tables.caller).order_by(caller.name, caller.created_at)).all()
        return [_entry(row) for row in rows]

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key; None when nobody does, or its access has ended or was revoked.

        Known and unknown keys take the same work; nothing is remembered.
        """
        found = self._database.query(_FIND[self._database.dialect], (hash_of_key(key_text),))
        name, scopes, purpose, ends_at, revoked_at = (found or [_NOBODY])[0]
        caller = _caller(name, scopes, purpose, ends_at)
        return caller if revoked_at == FOREVER and now() < ends_at else None


def hash_of_key(key_text: str) -> bytes:
    """Return what is kept of a key: its SHA-256."""
    return hashlib.sha256(key_text.encode("utf-8", "surrogatepass")).digest()


def _caller(name: str, scopes: str, purpose: str, ends_at: int) -> Caller:
    # A scope that a newer version of this program gave says nothing to this one.
    known = frozenset(Scope(scope) for scope in json.loads(scopes) if scope in _SCOPES)
    return Caller(name, known, purpose, None if ends_at == FOREVER else ends_at)


def _entry(row: Row[Any]) -> CallerEntry:
    revoked_at = None if row.revoked_at == FOREVER else row.revoked_at
    return CallerEntry(_caller(row.name, row.scopes, row.purpose, row.ends_at), row.created_at, revoked_at)
