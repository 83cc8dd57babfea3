"""Adding and revoking callers, within the write door's transaction. A key is shown once and kept as its hash."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, insert, select, update

from authz_service.domain.moments import FOREVER
from authz_service.domain.vocabulary import Scope
from authz_service.store import tables
from authz_service.store.callers import hash_of_key
from authz_service.store.errors import CallerError
from authz_service.store.rows import json_text, storable

__all__ = ["add_caller", "revoke_caller"]

KEY_PREFIX: Final = "authz_"


def add_caller(
    connection: Connection, name: str, scopes: Iterable[Scope], purpose: str, ends_at: int | None, at: int
) -> str | None:
    """Add a caller and return its key, "authz_" and base64url of 256 random bits; it cannot be had again.

    None when there is a caller of that name that is neither revoked nor past its end. `ends_at`, `at` (now): UTC
    microseconds. Raises CallerError when the name is empty or cannot be stored, ValueError for an unknown scope.
    """
    if not name or not storable(name) or not storable(purpose):
        raise CallerError("a caller needs a name, and texts without NUL or lone surrogates")
    allowed = sorted({Scope(scope) for scope in scopes})
    caller = tables.caller
    rows = connection.execute(select(caller).where(caller.c.name == name)).all()
    created_at = max([at, *(row.created_at + 1 for row in rows)])
    if any(min(row.ends_at, row.revoked_at) > created_at for row in rows):
        return None
    key = KEY_PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    connection.execute(
        insert(caller).values(
            name=name,
            key_sha256=hash_of_key(key),
            scopes=json_text(allowed),
            purpose=purpose,
            created_at=created_at,
            ends_at=FOREVER if ends_at is None else ends_at,
            revoked_at=FOREVER,
        )
    )
    return key


def revoke_caller(connection: Connection, name: str, at: int) -> bool:
    """Take a caller's access away: its key is not found by whoever looks next. False when there is no such caller."""
    caller = tables.caller
    if not storable(name):
        return False
    of_name = (caller.c.name == name, caller.c.revoked_at == FOREVER)
    return connection.execute(update(caller).where(*of_name).values(revoked_at=at)).rowcount > 0
