"""Who may call the service: keys are shown once and kept as their hash."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from authz_service.domain.callers import Caller
from authz_service.domain.moments import FOREVER, now
from authz_service.domain.vocabulary import Scope
from authz_service.store import tables
from authz_service.store.database import Database, lock_counter, translated_errors
from authz_service.store.errors import CallerError
from authz_service.store.rows import json_text, storable

__all__ = ["CallerEntry", "Callers"]

KEY_PREFIX: Final = "authz_"
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

    def add(self, name: str, scopes: Iterable[Scope], purpose: str = "", ends_at: int | None = None) -> str:
        """Add a caller and return its key, "authz_" and base64url of 256 random bits. The key cannot be had again.

        `ends_at`: UTC microseconds. Raises CallerError when the name is empty, cannot be stored, or is that of a caller
        that is neither revoked nor past its end; ValueError for an unknown scope.
        """
        if not name or not storable(name) or not storable(purpose):
            raise CallerError("a caller needs a name, and texts without NUL or lone surrogates")
        allowed = sorted({Scope(scope) for scope in scopes})
        key = KEY_PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        caller = tables.caller
        with self._database.writing() as connection:
            lock_counter(connection)
            rows = connection.execute(select(caller).where(caller.c.name == name)).all()
            created_at = max([now(), *(row.created_at + 1 for row in rows)])
            if any(min(row.ends_at, row.revoked_at) > created_at for row in rows):
                raise CallerError("there is a caller of that name; revoke it first")
            connection.execute(
                insert(caller).values(
                    name=name,
                    key_sha256=_hash(key),
                    scopes=json_text(allowed),
                    purpose=purpose,
                    created_at=created_at,
                    ends_at=FOREVER if ends_at is None else ends_at,
                    revoked_at=FOREVER,
                )
            )
        return key

    def list(self) -> list[CallerEntry]:
        """Return all callers there are and were, by name and then by age."""
        caller = tables.caller.c
        with translated_errors(), self._database.engine.connect() as connection:
            rows = connection.execute(select(tables.caller).order_by(caller.name, caller.created_at)).all()
        return [_entry(row) for row in rows]

    def revoke(self, name: str) -> None:
        """Take the caller's access away: its key is not found any more by whoever looks next. Raises CallerError."""
        caller = tables.caller
        if not storable(name):
            raise CallerError("there is no such caller")
        with self._database.writing() as connection:
            lock_counter(connection)
            revoked = connection.execute(
                update(caller).where(caller.c.name == name, caller.c.revoked_at == FOREVER).values(revoked_at=now())
            )
        if revoked.rowcount == 0:
            raise CallerError("there is no such caller")

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key; None when nobody does, or its access has ended or was revoked.

        Known and unknown keys take the same work; nothing is remembered.
        """
        found = self._database.query(_FIND[self._database.dialect], (_hash(key_text),))
        name, scopes, purpose, ends_at, revoked_at = (found or [_NOBODY])[0]
        caller = _caller(name, scopes, purpose, ends_at)
        return caller if revoked_at == FOREVER and now() < ends_at else None


def _hash(key_text: str) -> bytes:
    return hashlib.sha256(key_text.encode("utf-8", "surrogatepass")).digest()


def _caller(name: str, scopes: str, purpose: str, ends_at: int) -> Caller:
    # A scope that a newer version of this program gave says nothing to this one.
    known = frozenset(Scope(scope) for scope in json.loads(scopes) if scope in _SCOPES)
    return Caller(name, known, purpose, None if ends_at == FOREVER else ends_at)


def _entry(row: Row[Any]) -> CallerEntry:
    revoked_at = None if row.revoked_at == FOREVER else row.revoked_at
    return CallerEntry(_caller(row.name, row.scopes, row.purpose, row.ends_at), row.created_at, revoked_at)
