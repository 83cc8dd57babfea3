"""Reading what was known at a moment: the rows on record then, whether or not they are believed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Table, and_, func, select

from authz_service.domain.records import Record
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.enterprise_facts import LastRevision
from authz_service.store.rows import SHAPES
from authz_service.store.snapshot import CHUNK, Snapshot

__all__ = ["EnterpriseKind", "SnapshotThen"]

AnyRecord = TypeVar("AnyRecord", bound=Record)
EnterpriseKind = tuple[str, frozenset[str]]
"""The kind of an enterprise, and the types of its capacities in force."""
PORTION = 5000
"""How many rows are taken at once."""


class SnapshotThen(Snapshot):
    """A snapshot in which only what was on record at `known_at` (UTC microseconds) is found."""

    def __init__(self, database: Database, at: int, known_at: int) -> None:
        """`at`: when what is told is in force (UTC microseconds)."""
        super().__init__(database, at)
        self.known_at = known_at

    def known(self, record_type: type[AnyRecord], **said: str | tuple[str, ...]) -> list[AnyRecord]:
        """Return the records of a type that say this, in force or not, some hundred values at a time.

        `said`: a field and its value, or the values of which it has one, in any number. Raises StoreUnavailableError.
        """
        return list(self._known(record_type, said))

    def _known(self, record_type: type[AnyRecord], said: Mapping[str, str | tuple[str, ...]]) -> Iterator[AnyRecord]:
        shape = SHAPES[cast("type[Record]", record_type)]
        columns = shape.table.c
        plain = [columns[name] == value for name, value in said.items() if isinstance(value, str)]
        several = [(columns[name], value) for name, value in said.items() if isinstance(value, tuple)]
        query = select(*shape.columns).where(self._on_record(shape.table), *plain).order_by(*shape.table.primary_key)
        for portion in _portions(several):
            for rows in self.connection.execute(query.where(*portion)).mappings().partitions(PORTION):
                for row in rows:
                    yield cast("AnyRecord", shape.record(cast("Mapping[str, Any]", row)))

    def revision_then(self) -> LastRevision:
        """Return the last facts revision of the moment of knowledge, 0 where nothing was recorded by then."""
        revision = tables.revision.c
        query = select(revision.revision, revision.recorded_at).where(revision.recorded_at <= self.known_at)
        row = self.connection.execute(query.order_by(revision.revision.desc()).limit(1)).one_or_none()
        return LastRevision(0, 0) if row is None else LastRevision(row.revision, row.recorded_at)

    def numbers(self, person_id: str = "", capacity_id: str = "") -> Iterator[str]:
        """Yield the numbers of enterprises in force, sorted: all, or those where the person or the capacity is.

        A portion at a time, so that their number does not matter. Raises StoreUnavailableError.
        """
        enterprise, relation, capacity = tables.enterprise, tables.relation, tables.capacity
        query = select(enterprise.c.number).where(*self._so(enterprise)).distinct().order_by(enterprise.c.number)
        if person_id:
            standing = select(relation.c.enterprise_id).where(
                self._on_record(relation), relation.c.person_id == person_id
            )
            query = query.where(enterprise.c.enterprise_id.in_(standing.scalar_subquery()))
        if capacity_id:
            having = select(capacity.c.enterprise_id).where(*self._so(capacity), capacity.c.capacity_id == capacity_id)
            query = query.where(enterprise.c.enterprise_id.in_(having.scalar_subquery()))
        after = ""
        while portion := list(self.connection.scalars(query.where(enterprise.c.number > after).limit(CHUNK))):
            yield from portion
            after = portion[-1]

    def kinds_of_enterprise(self) -> dict[EnterpriseKind, tuple[str, ...]]:
        """Return of each kind of enterprise in force the numbers of two, or of the one there is."""
        enterprise, capacity = tables.enterprise, tables.capacity
        joined = enterprise.outerjoin(
            capacity, and_(capacity.c.enterprise_id == enterprise.c.enterprise_id, *self._so(capacity))
        )
        types = func.coalesce(capacity.c.type, "")
        query = select(enterprise.c.number, enterprise.c.kind, types).select_from(joined).where(*self._so(enterprise))
        query = query.order_by(enterprise.c.number)
        found: dict[EnterpriseKind, tuple[str, ...]] = {}
        number, kind, having = "", "", set[str]()
        for rows in self.connection.execute(query).partitions(PORTION):
            for next_number, next_kind, capacity_type in rows:
                if next_number != number:
                    _note(found, number, kind, having)
                    number, kind, having = next_number, next_kind, set()
                having |= {capacity_type} - {""}
        _note(found, number, kind, having)
        return found

    def _on_record(self, table: Table) -> ColumnElement[bool]:
        return and_(table.c.recorded_from <= self.known_at, table.c.recorded_to > self.known_at)

    def _so(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        return self._on_record(table), table.c.valid_from <= self.at, table.c.valid_to > self.at


def _note(found: dict[EnterpriseKind, tuple[str, ...]], number: str, kind: str, having: set[str]) -> None:
    alike = found.get((kind, frozenset(having)), ())
    if number and len(alike) <= 1:
        found[kind, frozenset(having)] = (*alike, number)


def _portions(
    several: Sequence[tuple[ColumnElement[Any], tuple[str, ...]]],
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Yield conditions of some hundred values each: databases take so many parameters and no more."""
    if not several:
        yield ()
        return
    (column, values), *rest = several
    others = tuple(column.in_(values) for column, values in rest)
    for start in range(0, len(values), CHUNK):
        yield (column.in_(values[start : start + CHUNK]), *others)
