"""Changing the keys that national numbers are under.

The key file is written before the database and again after it. In between it holds both versions, so at any moment,
whatever is interrupted, the file that stands there opens the database as it stands there:

1. the database's lock is taken (two rotations cannot mix: no file is written without it);
2. the file is replaced, at once, by one with the old and the new key;
3. every identity goes from the old key to the new one, and the fingerprint with them, in one transaction;
4. after its commit, and under the lock again, the file is replaced by one with the new key only.

Ended before the commit, the database is as it was, and the next rotation takes up the new key that lies ready. Ended
after it, the old key merely stays in the file until the next rotation. Running services notice the new fingerprint at
their next question and read the file again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from authz_service.store import tables
from authz_service.store.database import Database, lock_counter, translated_errors
from authz_service.store.errors import KeyFileMismatchError
from authz_service.store.keys import Key, read_key_file, replace_key_file

__all__ = ["rotate"]

CHUNK: Final = 2000


def rotate(database: Database, path: Path) -> int:
    """Put all identities under a new key, and return its version.

    `path`: the key file, replaced by one with the new key only. Raises KeyFileError, KeyFileMismatchError (the file is
    not this database's; nothing is changed then), StoreUnavailableError.
    """
    with database.writing() as connection:
        lock_counter(connection)
        ring = read_key_file(path)
        old = ring.with_fingerprint(_fingerprint(connection))
        lying_ready = [key for key in ring.keys if key.version > old.version]
        new = lying_ready[-1] if lying_ready else Key.new(old.version + 1)
        replace_key_file(path, (old, new))
        _reseal(connection, old, new)
        connection.execute(update(tables.key_check).values(fingerprint=new.fingerprint))
        if read_key_file(path).newest != new:
            raise KeyFileMismatchError("somebody else changed the key file during the rotation; nothing was changed")
    _retire(database, path)
    database.key_with(database.fingerprint())
    return new.version


def _retire(database: Database, path: Path) -> None:
    """Leave only the key in use in the file. Under the lock again: another rotation may have begun by now."""
    with database.writing() as connection:
        lock_counter(connection)
        in_use = read_key_file(path).with_fingerprint(_fingerprint(connection))
        replace_key_file(path, (in_use,))


def _fingerprint(connection: Connection) -> str:
    return connection.scalar(select(tables.key_check.c.fingerprint)) or ""


def _reseal(connection: Connection, old: Key, new: Key) -> None:
    person = tables.person
    change = (
        update(person)
        .where(person.c.person_id == bindparam("id"))
        .values(niss_hash=bindparam("hash"), niss_encrypted=bindparam("sealed"), key_version=new.version)
    )
    last = ""
    while chunk := _after(connection, last):
        rows = []
        for person_id, sealed in chunk:
            digits = old.unseal(person_id, sealed)
            rows.append({"id": person_id, "hash": new.hash_of(digits), "sealed": new.seal(person_id, digits)})
        with translated_errors():
            connection.execute(change, rows)
        last = chunk[-1][0]


def _after(connection: Connection, last: str) -> list[tuple[str, Any]]:
    person = tables.person.c
    query = select(person.person_id, person.niss_encrypted).where(person.person_id > last)
    with translated_errors():
        rows = connection.execute(query.order_by(person.person_id).limit(CHUNK)).all()
    return [(row.person_id, row.niss_encrypted) for row in rows]
