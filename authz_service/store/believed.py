"""Records that are believed now, found by what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, select

from authz_service.domain.moments import FOREVER
from authz_service.domain.records import Record
from authz_service.store.rows import SHAPES

__all__ = ["find_records"]

AnyRecord = TypeVar("AnyRecord", bound=Record)


def find_records(
    connection: Connection, record_type: type[AnyRecord], **said: str | tuple[str, ...]
) -> list[AnyRecord]:
    """Return the believed records of a type that say this, in the order of their key.

    `said`: a field and its value, or the values of which it has one.
    """
    return list(_found(connection, record_type, said))


def _found(connection: Connection, record_type: type[AnyRecord], said: dict[str, Any]) -> Iterator[AnyRecord]:
    shape = SHAPES[cast("type[Record]", record_type)]
    columns = shape.table.c
    conditions = [
        columns[name].in_(value) if isinstance(value, tuple) else columns[name] == value for name, value in said.items()
    ]
    query = select(*shape.columns).where(columns.recorded_to == FOREVER, *conditions).order_by(*shape.table.primary_key)
    for row in connection.execute(query).mappings():
        yield cast("AnyRecord", shape.record(cast("Mapping[str, Any]", row)))
