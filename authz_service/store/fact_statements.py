"""The statements by which whoever writes facts reads, each put into words once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Boolean, Select, bindparam, select

from authz_service.domain.moments import FOREVER
from authz_service.domain.records import Record
from authz_service.store import tables
from authz_service.store.direct import Prepared, Row
from authz_service.store.rows import SHAPES, Shape

__all__ = ["KEY_CHECK", "LOCK", "PERSON", "Finding", "finding"]

LOCK: Final = Prepared(
    lambda: select(tables.revision_counter.c.revision, tables.revision_counter.c.recorded_at).with_for_update()
)
KEY_CHECK: Final = Prepared(lambda: select(tables.key_check.c.fingerprint))
PERSON: Final = Prepared(
    lambda: select(tables.person.c.person_id).where(tables.person.c.niss_hash == bindparam("niss_hash"))
)
_BY_NAME: Final = {shape.table.name: shape for shape in SHAPES.values()}


@dataclass(frozen=True, slots=True)
class Finding:
    """How the believed records of a type are found by what some of their fields say."""

    shape: Shape
    statement: Prepared
    columns: tuple[tuple[str, bool], ...]
    """Their names, and whether they hold truth, which SQLite keeps as a number."""

    def records(self, rows: list[Row]) -> list[Record]:
        """Return the records that rows of the statement hold."""
        return [
            self.shape.record(
                {name: bool(value) if flag else value for (name, flag), value in zip(self.columns, row, strict=True)}
            )
            for row in rows
        ]


@cache
def finding(table_name: str, fields: tuple[str, ...]) -> Finding:
    """Return what finds the records of a table by a value of each of these fields, in the order of their key."""
    shape = _BY_NAME[table_name]
    columns = tuple((column.name, isinstance(column.type, Boolean)) for column in shape.columns)
    return Finding(shape, Prepared(lambda: _believed(shape, fields)), columns)


def _believed(shape: Shape, fields: tuple[str, ...]) -> Select[Any]:
    columns = shape.table.c
    said = (columns[name] == bindparam(name) for name in fields)
    query = select(*shape.columns).where(columns.recorded_to == FOREVER, *said)
    return query.order_by(*cast("Any", shape.table.primary_key))
