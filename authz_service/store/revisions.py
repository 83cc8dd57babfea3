"""When facts revisions were recorded."""

from __future__ import annotations

from sqlalchemy import func, select

from authz_service.store import tables
from authz_service.store.database import Database

__all__ = ["recorded_after"]


def recorded_after(database: Database, revision: int) -> int | None:
    """Return when the first facts revision after that one was recorded (UTC microseconds), None: there is none.

    Raises StoreUnavailableError.
    """
    recorded = tables.revision.c
    first = select(func.min(recorded.recorded_at)).where(recorded.revision > revision)
    with database.reading() as connection:
        instant: int | None = connection.scalar(first)
    return instant
