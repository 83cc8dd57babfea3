"""Walking through all that people may have to be reminded of, a portion at a time and each once.

A portion is found along a key, so that it takes as long in a large installation as in a small one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, select

from authz_service.domain.moments import FOREVER
from authz_service.store import tables
from authz_service.store.snapshot import Snapshot

__all__ = ["facts_revision", "next_capacities", "next_persons"]


def next_capacities(snapshot: Snapshot, after: str, limit: int) -> tuple[str, ...]:
    """Return the ids of the next capacities that are believed, in force or not; `after`: the last one's id, or ""."""
    believed = tables.capacity.c.recorded_to == FOREVER
    return _next(snapshot, tables.capacity.c.capacity_id, after, limit, believed)


def next_persons(snapshot: Snapshot, after: str, limit: int) -> tuple[str, ...]:
    """Return the ids of the next persons there are; `after`: the last one's id, or ""."""
    return _next(snapshot, tables.person.c.person_id, after, limit)


def facts_revision(snapshot: Snapshot) -> int:
    """Return the last facts revision that the snapshot sees."""
    return int(snapshot.connection.execute(select(tables.revision_counter.c.revision)).scalar_one())


def _next(snapshot: Snapshot, key: Column[str], after: str, limit: int, *which: Any) -> tuple[str, ...]:
    query = select(key).where(key > after, *which).distinct().order_by(key).limit(limit)
    return tuple(snapshot.connection.scalars(query))
