"""Commands that were carried out under an Idempotency-Key: what was answered, for as long as a repetition may come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from authz_service.store import tables

__all__ = ["KeptOutcome", "keep_outcome", "kept_outcome"]

RETENTION: Final = 24 * 3600 * 1_000_000
"""How long a key stands for its request, in microseconds."""


@dataclass(frozen=True, slots=True)
class KeptOutcome:
    """`request_hash`: which request it was the outcome of; `outcome`: JSON text."""

    request_hash: str
    outcome: str


def kept_outcome(connection: Connection, actor: str, key_hash: str, at: int) -> KeptOutcome | None:
    """Return what was answered to this actor under this key, None when nothing was in the last 24 hours."""
    kept = tables.idempotency.c
    query = select(kept.request_hash, kept.outcome).where(
        kept.actor == actor, kept.key_hash == key_hash, kept.created_at > at - RETENTION
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else KeptOutcome(row.request_hash, row.outcome)


def keep_outcome(connection: Connection, actor: str, key_hash: str, kept: KeptOutcome, at: int) -> None:
    """Keep what is answered, and forget what is too old to be asked for again. `at`: now, UTC microseconds."""
    table = tables.idempotency
    connection.execute(delete(table).where(table.c.created_at <= at - RETENTION))
    connection.execute(
        insert(table).values(
            actor=actor, key_hash=key_hash, request_hash=kept.request_hash, created_at=at, outcome=kept.outcome
        )
    )
