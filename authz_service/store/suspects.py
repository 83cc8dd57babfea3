"""Finding the few records among millions that may contradict one another, for somebody to judge who knows the rules.

What is found is more than what is wrong, never less. tests/services/facts_file/test_bulk_checks.py holds that.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import FromClause

from authz_service.domain.moments import FOREVER
from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
    EnterpriseRecord,
    MandateRecord,
    Record,
    RelationRecord,
    SenderRecord,
)
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.store import tables
from authz_service.store.believed import find_records
from authz_service.store.rows import SHAPES

__all__ = ["suspects", "within_things"]

FEW: Final = 200
"""Records that are looked at together."""
Stream = Callable[[Any], Iterator[Any]]
"""Takes a query and yields its rows as they come."""
AnyRecord = TypeVar("AnyRecord", bound=Record)


class _OneAtATime(NamedTuple):
    """Of the rows with one key, among those that meet the condition, only one may be in force at any instant."""

    record_type: type[Record]
    key: tuple[str, ...]
    condition: Callable[[Any], ColumnElement[bool]] = lambda _: true()


_PARTS: Final = (
    _OneAtATime(RelationRecord, ("relation_id",), lambda row: row.kind == RelationKind.APPLICATION_GRANT.value),
    _OneAtATime(ChannelRecord, ("sender_id", "channel")),
)
_OTHERS: Final = (
    _OneAtATime(EnterpriseRecord, ("number",)),
    _OneAtATime(RelationRecord, ("enterprise_id",), lambda row: row.kind == RelationKind.CHIEF_ACCESS_MANAGER.value),
    _OneAtATime(RelationRecord, ("capacity_id",), lambda row: row.kind == RelationKind.ACCESS_MANAGER.value),
    _OneAtATime(RelationRecord, ("capacity_id", "person_id"), lambda row: row.kind.in_(sorted(ACCOUNT_KINDS))),
    _OneAtATime(SenderRecord, ("capacity_id",), lambda row: row.state == "active"),
    _OneAtATime(SenderRecord, ("technical_user",), lambda row: row.state == "active"),
    _OneAtATime(ContactRecord, ("user_name",), lambda row: and_(row.owner_kind == "person", row.user_name != "")),
)


def within_things(stream: Stream, staged: Mapping[type[Record], Table]) -> Iterator[list[Record]]:
    """Yield the staged records of each application in a profile, and each channel, that overlap in time."""
    for rule in _PARTS:
        rows = select(*staged[rule.record_type].columns).distinct().subquery()
        yield from _overlapping(stream, rule, rows, rule.condition(rows.c))


def suspects(stream: Stream, connection: Connection) -> Iterator[list[Record]]:
    """Yield believed records that may contradict one another, each group with all that it is to be judged beside."""
    for rule in _OTHERS:
        table = SHAPES[rule.record_type].table
        for records in _overlapping(stream, rule, table, and_(table.c.recorded_to == FOREVER, rule.condition(table.c))):
            yield _with_channels(connection, records)
    for grants in _few(stream, RelationRecord, _wrong_offers(connection.dialect.name)):
        codes = tuple({grant.object for grant in grants})
        capacities = tuple({grant.capacity_id for grant in grants})
        yield [
            *grants,
            *find_records(connection, ApplicationRecord, code=codes),
            *find_records(connection, CapacityRecord, capacity_id=capacities),
        ]
    for found in _few(stream, CapacityRecord, _foreign_identifiers()):
        enterprises = tuple({capacity.enterprise_id for capacity in found})
        yield [*found, *find_records(connection, EnterpriseRecord, enterprise_id=enterprises)]
    for mandates in _few(stream, MandateRecord, _unknown_groups(connection.dialect.name)):
        systems = tuple({mandate.system for mandate in mandates})
        groups = tuple({group for mandate in mandates for group in mandate.groups})
        known = find_records(connection, ApplicationRecord, mandate_system=systems, mandate_group=groups)
        yield [*mandates, *known]
    sender = tables.sender
    preferring = and_(sender.c.recorded_to == FOREVER, sender.c.preferred_channels != "[]")
    for senders in _few(stream, SenderRecord, select(*SHAPES[SenderRecord].columns).where(preferring)):
        yield _with_channels(connection, list(senders))


def _with_channels(connection: Connection, records: list[Record]) -> list[Record]:
    """Return the records, with the channels of the senders among them."""
    senders = tuple({record.sender_id for record in records if isinstance(record, SenderRecord)})
    return [*records, *find_records(connection, ChannelRecord, sender_id=senders)] if senders else records


def _overlapping(
    stream: Stream, rule: _OneAtATime, rows: FromClause, condition: ColumnElement[bool]
) -> Iterator[list[Record]]:
    """Yield the records of each key of which one begins before an earlier one has ended."""
    key = [rows.c[name] for name in rule.key]
    latest = func.max(rows.c.valid_to).over(
        partition_by=key, order_by=(rows.c.valid_from, rows.c.valid_to), rows=(None, -1)
    )
    late = case((latest > rows.c.valid_from, 1), else_=0)
    bare = select(late.label("late")).where(condition).subquery()
    # Nearly always there is none, which is found out without carrying whole rows about.
    if next(iter(stream(select(bare.c.late).where(bare.c.late == 1).limit(1))), None) is None:
        return
    shape = SHAPES[rule.record_type]
    columns = [rows.c[column.name] for column in shape.columns]
    marked = select(*columns, late.label("late")).where(condition).subquery()
    names = [marked.c[name] for name in rule.key]
    judged = select(marked, func.max(marked.c.late).over(partition_by=names).label("suspect")).subquery()
    query = select(judged).where(judged.c.suspect == 1).order_by(*(judged.c[name] for name in rule.key))
    found = (row._mapping for row in stream(query))  # noqa: SLF001 - the public way to a row by name
    for _, group in itertools.groupby(found, key=lambda row: tuple(row[name] for name in rule.key)):
        yield [shape.record(row) for row in group]


def _few(stream: Stream, record_type: type[AnyRecord], query: Select[Any]) -> Iterator[list[AnyRecord]]:
    """Yield the records of a query, so many at a time that others can be looked up by them."""
    shape = SHAPES[cast("type[Record]", record_type)]
    records: Iterator[Any] = (shape.record(row._mapping) for row in stream(query))  # noqa: SLF001 - as above
    while few := list(itertools.islice(records, FEW)):
        yield few


def _wrong_offers(dialect: str) -> Select[Any]:
    """Applications in a profile that are not offered to the type of the capacity."""
    grant, application, capacity = tables.relation.c, tables.application.c, tables.capacity.c
    offered = _holds(dialect, application.offered_to, capacity.type)
    return (
        select(*SHAPES[RelationRecord].columns)
        .join(tables.application, application.code == grant.object)
        .join(tables.capacity, capacity.capacity_id == grant.capacity_id)
        .where(
            grant.kind == RelationKind.APPLICATION_GRANT.value,
            grant.recorded_to == FOREVER,
            application.recorded_to == FOREVER,
            capacity.recorded_to == FOREVER,
            ~offered,
        )
    )


def _foreign_identifiers() -> Select[Any]:
    """Capacities with an enterprise number that is not their enterprise's."""
    capacity, enterprise = tables.capacity.c, tables.enterprise.c
    return (
        select(*SHAPES[CapacityRecord].columns)
        .join(tables.enterprise, enterprise.enterprise_id == capacity.enterprise_id)
        .where(
            capacity.identifier_scheme == "enterprise_number",
            capacity.identifier != enterprise.number,
            capacity.recorded_to == FOREVER,
            enterprise.recorded_to == FOREVER,
        )
    )


def _unknown_groups(dialect: str) -> Select[Any]:
    """Mandates for groups that no application of their system belongs to."""
    mandate, application = tables.mandate.c, tables.application.c
    group = _entries(dialect, mandate.groups)
    known = (
        select(application.code)
        .where(
            application.mandate_system == mandate.system,
            application.mandate_group == group.c.value,
            application.recorded_to == FOREVER,
        )
        .correlate(tables.mandate, group)
        .exists()
    )
    unknown = select(group.c.value).select_from(group).where(~known).correlate(tables.mandate).exists()
    return select(*SHAPES[MandateRecord].columns).where(mandate.recorded_to == FOREVER, unknown)


def _entries(dialect: str, array: ColumnElement[str]) -> Any:
    """Return the entries of a column with a JSON array of texts as rows of one column, `value`."""
    if dialect == "postgresql":
        return func.jsonb_array_elements_text(array.cast(JSONB)).table_valued("value")
    return func.json_each(array).table_valued("value")


def _holds(dialect: str, array: ColumnElement[str], text: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a column with a JSON array of texts has the text in it."""
    if dialect == "postgresql":
        held: ColumnElement[bool] = array.cast(JSONB).has_key(text)
        return held
    entry = func.json_each(array).table_valued("value")
    return select(entry.c.value).select_from(entry).where(entry.c.value == text).exists()
