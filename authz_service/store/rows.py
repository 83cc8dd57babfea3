"""Records as rows and back: which table a record stands in, and how its fields stand in the columns.

A field has the column of its own name; a period has two (`valid` → `valid_from`, `valid_to`); a tuple is a JSON text.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Table

from authz_service.domain import records
from authz_service.domain.moments import Period
from authz_service.domain.records import Record
from authz_service.domain.vocabulary import Domain, MandateSystem, RelationKind
from authz_service.store import tables
from authz_service.store.errors import UnstorableError

__all__ = ["SHAPES", "Shape", "json_text", "storable"]

_VOCABULARIES: Final[dict[type[Record], tuple[tuple[str, frozenset[str]], ...]]] = {
    records.CapacityRecord: (("domain", frozenset(Domain)),),
    records.ApplicationRecord: (("domain", frozenset(Domain)), ("mandate_system", frozenset(MandateSystem))),
    records.RelationRecord: (("kind", frozenset(RelationKind)),),
    records.MandateRecord: (("system", frozenset(MandateSystem)),),
}
"""Fields that facts hold as a word of a closed vocabulary: any other word would make them unreadable."""

_FIRST: Final = "_from"
_LAST: Final = "_to"


def storable(text: str) -> bool:
    """Return True when every database of ours can keep and compare the text: no NUL, no lone surrogate."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_text(value: object) -> str:
    """Return the compact JSON text of an array."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Shape:
    """How one type of record stands in its table. `plain`, `periods` and `arrays` name its fields."""

    record_type: type[Record]
    table: Table
    plain: tuple[str, ...]
    periods: tuple[str, ...]
    arrays: tuple[str, ...]

    @property
    def columns(self) -> list[Column[Any]]:
        """The columns that say what the record says, in the order `record` wants them."""
        names = [*self.plain, *self.arrays, *(name + part for name in self.periods for part in (_FIRST, _LAST))]
        return [self.table.c[name] for name in names]

    def row(self, record: Record) -> dict[str, Any]:
        """Return the values by column name. Raises UnstorableError."""
        row: dict[str, Any] = {name: getattr(record, name) for name in self.plain}
        for name in self.arrays:
            value = getattr(record, name)
            row[name] = None if value is None else json_text(value)
        for value in row.values():
            if isinstance(value, str) and not storable(value):
                raise UnstorableError("a text of a record holds NUL or a lone surrogate")
        for name, words in _VOCABULARIES.get(self.record_type, ()):
            if row[name] not in words:
                raise UnstorableError(f"{self.table.name}: no such {name}")
        for name in self.periods:
            period: Period = getattr(record, name)
            row[name + _FIRST], row[name + _LAST] = period.since, period.until
        return row

    def record(self, row: Mapping[str, Any]) -> Record:
        """Return the record that a row of `columns` holds."""
        values: dict[str, Any] = {name: row[name] for name in self.plain}
        for name in self.arrays:
            text = row[name]
            values[name] = None if text is None else _tuples(json.loads(text))
        for name in self.periods:
            values[name] = Period(row[name + _FIRST], row[name + _LAST])
        return self.record_type(**values)


def _tuples(value: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(entry) if isinstance(entry, list) else entry for entry in value)


def _shape(record_type: type[Record], table: Table) -> Shape:
    hints = typing.get_type_hints(record_type)
    names = [field.name for field in dataclasses.fields(record_type)]
    periods = tuple(name for name in names if hints[name] is Period)
    arrays = tuple(name for name in names if "tuple[" in str(hints[name]))
    plain = tuple(name for name in names if name not in {*periods, *arrays})
    return Shape(record_type, table, plain, periods, arrays)


SHAPES: Final[dict[type[Record], Shape]] = {
    record_type: _shape(record_type, table)
    for record_type, table in (
        (records.PersonRecord, tables.person_detail),
        (records.EnterpriseRecord, tables.enterprise),
        (records.CapacityRecord, tables.capacity),
        (records.ApplicationRecord, tables.application),
        (records.RelationRecord, tables.relation),
        (records.MandateRecord, tables.mandate),
        (records.SenderRecord, tables.sender),
        (records.ChannelRecord, tables.channel),
        (records.RequestRecord, tables.request),
        (records.FlemishRightRecord, tables.flemish_right),
        (records.AgentRecord, tables.agent),
        (records.ContactRecord, tables.contact),
    )
}
"""Every type of record; whoever goes before another in here is written before it."""
