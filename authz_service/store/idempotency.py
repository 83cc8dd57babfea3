"""Commands that were carried out under an Idempotency-Key: what was answered, for as long as a repetition may come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from authz_service.store import tables
from authz_service.store.database import translated_errors
from authz_service.store.direct import Batch, Prepared

__all__ = ["KeptOutcome", "keep_outcome", "kept_outcome"]

RETENTION: Final = 24 * 3600 * 1_000_000
"""How long a key stands for its request, in microseconds."""
_TABLE: Final = tables.idempotency
_FIND: Final = Prepared(
    lambda: select(_TABLE.c.request_hash, _TABLE.c.outcome).where(
        _TABLE.c.actor == bindparam("actor"),
        _TABLE.c.key_hash == bindparam("key_hash"),
        _TABLE.c.created_at > bindparam("oldest"),
    )
)
_FORGET: Final = Prepared(lambda: delete(_TABLE).where(_TABLE.c.created_at <= bindparam("oldest")))
_KEEP: Final = Prepared(lambda: insert(_TABLE))


@dataclass(frozen=True, slots=True)
class KeptOutcome:
    """`request_hash`: which request it was the outcome of; `outcome`: JSON text."""

    request_hash: str
    outcome: str


def kept_outcome(connection: Connection, actor: str, key_hash: str, at: int) -> KeptOutcome | None:
    """Return what was answered to this actor under this key, None when nothing was in the last 24 hours.

    Raises StoreUnavailableError.
    """
    reading = Batch()
    reading.add(_FIND, {"actor": actor, "key_hash": key_hash, "oldest": at - RETENTION})
    with translated_errors():
        rows = reading.ask(connection)[0]
    return KeptOutcome(*rows[0]) if rows else None


def keep_outcome(batch: Batch, actor: str, key_hash: str, kept: KeptOutcome, at: int) -> None:
    """Have kept what is answered, and forgotten what is too old to be asked for again. `at`: now, UTC microseconds."""
    batch.add(_FORGET, {"oldest": at - RETENTION})
    batch.add(
        _KEEP,
        {
            "actor": actor,
            "key_hash": key_hash,
            "request_hash": kept.request_hash,
            "created_at": at,
            "outcome": kept.outcome,
        },
    )
