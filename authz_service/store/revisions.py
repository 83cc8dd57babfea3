"""How far the facts have come, and when their revisions were recorded."""

from __future__ import annotations

from sqlalchemy import func, select

from authz_service.store import tables
from authz_service.store.database import Database

__all__ = ["last_revision", "recorded_after"]


def last_revision(database: Database) -> int:
    """Return the last facts revision that the database has, 0 where nothing was ever recorded.

    Raises StoreUnavailableError.
    """
    [(revision,)] = database.query("SELECT revision FROM revision_counter", ())
    return int(revision)


def recorded_after(database: Database, revision: int) -> int | None:
    """Return when the first facts revision after that one was recorded (UTC microseconds), None: there is none.

    Raises StoreUnavailableError.
    """
    recorded = tables.revision.c
    first = select(func.min(recorded.recorded_at)).where(recorded.revision > revision)
    with database.reading() as connection:
        instant: int | None = connection.scalar(first)
    return instant
