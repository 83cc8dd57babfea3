"""The rows of the audit log: appending to its end within a transaction, and reading it without holding up writers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Select, Table, insert, literal_column, select, union_all

from authz_service.store import tables
from authz_service.store.database import Database, lock_counter, translated_errors
from authz_service.store.direct import Batch, Prepared, Row

__all__ = [
    "END",
    "AuditLogReader",
    "Batch",
    "Bounds",
    "Row",
    "StoredCheckpoint",
    "StoredRecord",
    "Transaction",
    "append",
    "end_of_log",
    "log_end",
    "written",
]

Transaction: TypeAlias = Connection
"""A writing transaction (`Database.writing`), for rooms that hand it on and never look inside."""

PAGE: Final = 500
"""Rows that are read at once."""

_MARK: Final = {"sqlite": "?", "postgresql": "$1"}
# As octets: SQLite keeps a text that is no UTF-8, and a driver that trips over it would hide which record it is.
_OCTETS: Final = {"sqlite": "CAST(record AS BLOB)", "postgresql": "convert_to(record, 'UTF8')"}
_BOUNDS: Final = """
    SELECT (SELECT revision FROM revision_counter),
           (SELECT coalesce(max(sequence), 0) FROM audit_record),
           (SELECT coalesce(max(sequence), 0) FROM audit_checkpoint)
"""
END: Final = Prepared(lambda: union_all(*(_last(table) for table in (tables.audit_record, tables.audit_checkpoint))))
"""The sequence and the hash of the last record and of the last checkpoint, as far as there are such."""
_ADD_RECORD: Final = Prepared(lambda: insert(tables.audit_record))
_ADD_CHECKPOINT: Final = Prepared(lambda: insert(tables.audit_checkpoint))
_RECORDS: Final = f"""
    SELECT sequence, {{octets}}, hash FROM audit_record
    WHERE sequence > {{mark}} ORDER BY sequence LIMIT {PAGE}
"""  # noqa: S608 - a number of ours
_CHECKPOINTS: Final = f"""
    SELECT sequence, signed_at, hash, key_id, signature FROM audit_checkpoint
    WHERE sequence > {{mark}} ORDER BY sequence LIMIT {PAGE}
"""  # noqa: S608 - a number of ours
_LAST_CHECKPOINT: Final = """
    SELECT sequence, signed_at, hash, key_id, signature FROM audit_checkpoint ORDER BY sequence DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A row of the log: where it stands, the record's text, its hash. What they should be is for others to say."""

    sequence: int
    record: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed statement: at `signed_at` (UTC microseconds) the log ended with `sequence`, which had this hash."""

    sequence: int
    signed_at: int
    hash: bytes
    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far everything had come at one instant; 0 where there is nothing."""

    facts_revision: int
    last_record: int
    last_checkpoint: int


def _last(table: Table) -> Select[Any]:
    last = select(table.c.sequence, table.c.hash).order_by(table.c.sequence.desc()).limit(literal_column("1"))
    return select(last.subquery())


def log_end(rows: Iterable[Row]) -> tuple[int, bytes] | None:
    """Return the sequence and the hash that the next record follows on, None when the log is empty; `rows`: of END.

    Where a checkpoint tells of more records than there are, that is the end: what was cut off stays missing instead of
    being written over.
    """
    return max(((row[0], _octets(row[1])) for row in rows), key=lambda end: end[0], default=None)


def end_of_log(transaction: Transaction) -> list[Row]:
    """Return the rows of END.

    Waits until nobody else writes, and keeps others from it until the end of the transaction.
    Raises StoreUnavailableError.
    """
    reading = Batch()
    reading.add(END)
    with translated_errors():
        lock_counter(transaction)
        return reading.ask(transaction)[0]


def append(batch: Batch, records: Iterable[StoredRecord], checkpoint: StoredCheckpoint) -> None:
    """Have rows added after the end of the log, in the transaction in which that was read."""
    batch.add(_ADD_RECORD, *(asdict(record) for record in records))
    batch.add(_ADD_CHECKPOINT, asdict(checkpoint))


def written(transaction: Transaction, batch: Batch) -> None:
    """Run a batch within a transaction. Raises StoreConflictError, StoreUnavailableError."""
    with translated_errors():
        batch.run(transaction)


class AuditLogReader:
    """The log of a database, page by page, outside of any transaction. Methods raise StoreUnavailableError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bounds(self) -> Bounds:
        """Return how far facts and log had come at one and the same instant."""
        facts_revision, last_record, last_checkpoint = self._database.query(_BOUNDS, ())[0]
        return Bounds(facts_revision, last_record, last_checkpoint)

    def records(self, first: int, last: int) -> Iterator[StoredRecord]:
        """Yield the records from `first` to `last` that there are, by sequence."""
        for sequence, record, hash_ in self._rows(_RECORDS, first, last):
            yield StoredRecord(sequence, _octets(record).decode("utf-8", "surrogateescape"), _octets(hash_))

    def checkpoints(self, first: int, last: int) -> Iterator[StoredCheckpoint]:
        """Yield the checkpoints of the records from `first` to `last` that there are, by sequence."""
        for row in self._rows(_CHECKPOINTS, first, last):
            yield _checkpoint(row)

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """Return the checkpoint of the highest sequence, None when there is none."""
        rows = self._database.query(_LAST_CHECKPOINT, ())
        return _checkpoint(rows[0]) if rows else None

    def _rows(self, query: str, first: int, last: int) -> Iterator[tuple[Any, ...]]:
        statement = query.format(mark=_MARK[self._database.dialect], octets=_OCTETS[self._database.dialect])
        after = first - 1
        while rows := self._database.query(statement, (after,)):
            for row in rows:
                if row[0] > last:
                    return
                yield row
            after = rows[-1][0]


def _checkpoint(row: tuple[Any, ...]) -> StoredCheckpoint:
    sequence, signed_at, hash_, key_id, signature = row
    return StoredCheckpoint(
        sequence,
        signed_at if isinstance(signed_at, int) else 0,
        _octets(hash_),
        key_id if isinstance(key_id, str) else "",
        _octets(signature),
    )


def _octets(value: object) -> bytes:
    """Return what stands in a column of octets; nothing for another type, which SQLite keeps as well."""
    return bytes(value) if isinstance(value, (bytes, memoryview)) else b""
