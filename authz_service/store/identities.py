"""Finding who stands for a national number."""

from __future__ import annotations

from sqlalchemy import Connection, select

from authz_service.domain.identifiers import Niss
from authz_service.store import tables
from authz_service.store.keys import Key

__all__ = ["person_with"]


def person_with(connection: Connection, key: Key, niss: Niss) -> str | None:
    """Return the person id that stands for the number, None when it is not known. `key`: of the identities."""
    person = tables.person.c
    query = select(person.person_id).where(person.niss_hash == key.hash_of(niss.digits))
    found: str | None = connection.scalar(query)
    return found
