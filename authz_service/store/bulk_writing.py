"""Writing facts by the million: they are staged in temporary tables, and merged into the believed ones by the database.

Staged are the rows that are said and, for each object they came from, its name, its line and what tells it from others
of that name. The temporary tables are this transaction's own and go with it; like all tables but `person` they hold no
national number. What is kept in memory is one chunk.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    MetaData,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.types import TypeEngine

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import FOREVER
from authz_service.domain.records import ContactRecord, PersonIdentity, Record, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, DESIGNATION_KINDS, RelationKind
from authz_service.store import tables
from authz_service.store.database import translated_errors
from authz_service.store.errors import StoreConflictError
from authz_service.store.keys import Key
from authz_service.store.rows import SHAPES, Shape
from authz_service.store.staged import Found, Mention, Merged
from authz_service.store.suspects import suspects, within_things
from authz_service.store.writing import CHUNK, Recorder

__all__ = ["BulkWriter"]

_PREFIX: Final = "bulk_"
_STREAMING: Final = {
    # The staged tables grow while they are read, and nobody counts them: walk their indexes whatever they seem to be.
    "postgresql": ("SET LOCAL enable_seqscan = off", "SET LOCAL plan_cache_mode = force_custom_plan"),
    "sqlite": ("PRAGMA main.cache_size = -32000", "PRAGMA temp.cache_size = -32000"),
}
_MERGING: Final = {
    "postgresql": ("SET LOCAL enable_seqscan = on", "SET LOCAL jit = off", "SET LOCAL work_mem = '64MB'"),
    "sqlite": (),
}
_DONE: Final = {"postgresql": (), "sqlite": ("PRAGMA main.cache_size = -8000", "PRAGMA temp.cache_size = -2000")}


class BulkWriter:
    """Stages and merges, in the transaction of a recorder, as a context manager. Errors leave it to be rolled back."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._connection = recorder.connection
        self._dialect = self._connection.dialect.name
        metadata = MetaData()
        self.names = _temporary("name", _columns_of_names(), metadata)
        self.staged = {
            shape.record_type: _temporary(shape.table.name, _copies(shape.columns), metadata)
            for shape in SHAPES.values()
        }
        self._metadata = metadata
        self._among = "= ANY(:names)" if self._dialect == "postgresql" else "IN (SELECT value FROM json_each(:names))"
        self.was_empty = False
        """Nothing has ever been believed: what is staged need not be compared with anything."""
        self._nobody = False

    def __enter__(self) -> Self:
        with translated_errors():
            self.was_empty = self._recorder.revision == 0
            self._nobody = self._connection.execute(select(tables.person.c.person_id).limit(1)).first() is None
            self._set(_STREAMING)
            self._metadata.create_all(self._connection, checkfirst=False)
            Index(f"{_PREFIX}by_name", self.names.c.kind, self.names.c.name).create(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._set(_DONE)
        if error is None:
            self._metadata.drop_all(self._connection, checkfirst=False)

    # --- staging ------------------------------------------------------------------------------------------------------

    def keyed_digest(self, octets: bytes) -> str:
        """Return what says whether two texts are the same, and nothing of what they hold."""
        return self._recorder.keyed_digest(octets)

    def identified(self, numbers: Collection[Niss]) -> dict[Niss, str]:
        """Return the person ids that stand for numbers, of those that are known."""
        if self._nobody or not numbers:
            return {}
        key = self._recorder.key
        hashes = {key.hash_of(niss.digits): niss for niss in numbers}
        found = self._of("SELECT niss_hash, person_id FROM person WHERE niss_hash", hashes)
        return {hashes[niss_hash]: person_id for niss_hash, person_id in found}

    def before(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Found]:
        """Return what stands for names (kind and id): what a line has said, else what the store believes."""
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for kind, name in names:
            by_kind[kind].add(name)
        found: dict[tuple[str, str], Found] = {}
        for kind, asked in by_kind.items():
            query = "SELECT name, detail FROM bulk_name WHERE kind = :kind AND name"
            here = {name: Found(detail, stored=False) for name, detail in self._of(query, asked, kind=kind)}
            if not self.was_empty:
                here = self._stored(kind, asked - here.keys()) | here
            found.update({(kind, name): value for name, value in here.items()})
        return found

    def _stored(self, kind: str, names: set[str]) -> dict[str, Found]:
        query = _STORED.get(kind)
        if query is None:
            return {}
        believed = f"recorded_to = {FOREVER} AND {query[1]}"
        return {name: Found(detail, stored=True) for name, detail in self._of(f"{query[0]} WHERE {believed}", names)}

    def _of(self, query: str, names: Iterable[str], **given: str) -> Sequence[Any]:
        wanted = list(names)
        if not wanted:
            return []
        many: Any = wanted if self._dialect == "postgresql" else json.dumps(wanted)
        with translated_errors():
            return self._connection.execute(text(f"{query} {self._among}"), {"names": many, **given}).all()

    def stage(
        self, identities: Sequence[PersonIdentity], mentions: Sequence[Mention], records: Iterable[Record]
    ) -> None:
        """Keep new identities, what was mentioned and what was said of it.

        Raises UnstorableError, StoreConflictError (an id or a number is known already), StoreUnavailableError.
        """
        with translated_errors():
            if identities:
                self._nobody = False
                self._fill(tables.person, [_sealed(self._recorder.key, identity) for identity in identities])
            self._fill(self.names, mentions)
            by_type: defaultdict[type[Record], list[tuple[Any, ...]]] = defaultdict(list)
            for record in records:
                by_type[type(record)].append(tuple(SHAPES[type(record)].row(record).values()))
            for record_type, rows in by_type.items():
                self._fill(self.staged[record_type], rows)

    def _fill(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        driver: Any = self._connection.connection.driver_connection
        try:
            if isinstance(driver, psycopg.Connection):
                with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ",".join("?" * len(table.columns))
                driver.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)  # noqa: S608 - names of ours
        except (psycopg.IntegrityError, sqlite3.IntegrityError):
            raise StoreConflictError("what was to be recorded contradicts what stands in the store") from None

    # --- merging ------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Say that all is staged: what follows reads it as a whole."""
        with translated_errors():
            self._set(_MERGING)
            Index(f"{_PREFIX}by_thing", self.names.c.kind, self.names.c.thing).create(self._connection)
            self._count_rows(self._metadata.sorted_tables)

    def merge(self, lists: Mapping[type[Record], str]) -> Merged:
        """Believe what is staged of the things that are mentioned and nothing else of them, as one revision.

        `lists`: the kind of thing that each type of record but relations is about. Raises StoreConflictError.
        """
        instant = self._recorder.instant
        said = added = closed = 0
        with translated_errors():
            for shape in SHAPES.values():
                count = self._connection.scalar(select(func.count()).select_from(self._distinct(shape).subquery()))
                said += int(count or 0)
                if not self.was_empty:
                    closed += self._close(shape, lists, instant, int(count or 0))
                if count:
                    added += self._add(shape, instant)
            if added or closed:
                self._recorder.count()
            self._count_rows([shape.table for shape in SHAPES.values()])
        return Merged(added, closed, said - added)

    def _distinct(self, shape: Shape) -> Any:
        return select(*self.staged[shape.record_type].columns).distinct()

    def _close(self, shape: Shape, lists: Mapping[type[Record], str], instant: int, said: int) -> int:
        table, staged, names = shape.table, self.staged[shape.record_type], self.names.c
        key = [column for column in staged.columns if table.c[column.name].primary_key]
        if said:
            Index(f"{_PREFIX}{table.name}_by_key", *key).create(self._connection)
        kind, thing = _thing(shape, lists)
        statement = (
            update(table)
            .where(
                table.c.recorded_to == FOREVER,
                exists().where(names.kind == kind, names.thing == thing),
                ~exists().where(_alike(shape, staged)),
            )
            .values(recorded_to=instant)
        )
        return int(self._connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount)

    def _add(self, shape: Shape, instant: int) -> int:
        table, staged = shape.table, self.staged[shape.record_type]
        columns = [column.name for column in shape.columns]
        rows = select(*staged.columns, literal(instant, BigInteger), literal(FOREVER, BigInteger)).distinct()
        if not self.was_empty:
            rows = rows.where(~exists().where(table.c.recorded_to == FOREVER, _alike(shape, staged)))
        # In the order of the key, which is written as fast as it can be.
        rows = rows.order_by(*(staged.c[column.name] for column in table.primary_key if column.name in columns))
        statement = insert(table).from_select([*columns, "recorded_from", "recorded_to"], rows)
        return int(self._connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount)

    # --- reading again ------------------------------------------------------------------------------------------------

    def mentions(self, things: Iterable[tuple[str, str]]) -> list[Mention]:
        """Return what the file mentions of these things (kind and id), in the order of its lines."""
        by_kind: defaultdict[str, list[str]] = defaultdict(list)
        for kind, thing in things:
            by_kind[kind].append(thing)
        found: list[Mention] = []
        for kind, asked in by_kind.items():
            rows = self._of("SELECT * FROM bulk_name WHERE kind = :kind AND thing", asked, kind=kind)
            found.extend(Mention(*row) for row in rows)
        return sorted(found, key=lambda mention: mention.line)

    def clashing(self) -> Iterator[list[Mention]]:
        """Yield the mentions of each name that cannot be successive states of one thing."""
        names = self.names.c
        one = (names.kind, names.name)
        in_order = (names.since, names.line)
        earlier = func.max(names.until).over(partition_by=one, order_by=in_order, rows=(None, -1))
        alike = func.min(names.same).over(partition_by=one) == func.max(names.same).over(partition_by=one)
        marked = select(names.kind, names.name, earlier.label("earlier"), names.since, alike.label("alike")).subquery()
        clash = or_(marked.c.earlier > marked.c.since, ~marked.c.alike)
        yield from self._mentioned(select(marked.c.kind, marked.c.name).where(clash).distinct(), names.name)

    def sharing(self) -> Iterator[list[Mention]]:
        """Yield the mentions of each person who stands under several names."""
        names = self.names.c
        shared = (
            select(names.kind, names.thing)
            .where(names.kind == "persons")
            .group_by(names.kind, names.thing)
            .having(func.min(names.name) != func.max(names.name))
        )
        yield from self._mentioned(shared, names.thing)

    def overlapping_parts(self) -> Iterator[list[Record]]:
        """Yield what is staged of each account or sender that has a part of it twice at the same time, perhaps."""
        yield from within_things(self.stream, self.staged)

    def suspects(self) -> Iterator[list[Record]]:
        """Yield, a few at a time, all believed records that may contradict one another, each with what it is beside."""
        yield from suspects(self.stream, self._connection)

    def _mentioned(self, query: Any, column: Column[str]) -> Iterator[list[Mention]]:
        for kind, value in self.stream(query.order_by(*query.selected_columns)):
            these = select(*self.names.columns).where(self.names.c.kind == kind, column == value)
            rows = self._connection.execute(these.order_by(self.names.c.line, self.names.c.position))
            yield [Mention(*row) for row in rows]

    def stream(self, query: Any) -> Iterator[Any]:
        """Yield the rows of a query as they come."""
        options = {"stream_results": True, "yield_per": CHUNK}
        with translated_errors(), closing(self._connection.execute(query, execution_options=options)) as rows:
            yield from rows

    def _set(self, settings: Mapping[str, tuple[str, ...]]) -> None:
        for setting in settings[self._dialect]:
            self._connection.exec_driver_sql(setting)

    def _count_rows(self, these: Iterable[Table]) -> None:
        if self._dialect == "postgresql":
            for table in these:
                self._connection.exec_driver_sql(f"ANALYZE {table.name}")


_STORED: Final[Mapping[str, tuple[str, str]]] = {
    "persons": ("SELECT person_id, person_id FROM person_detail", "person_id"),
    "enterprises": ("SELECT enterprise_id, '' FROM enterprise", "enterprise_id"),
    "capacities": ("SELECT capacity_id, enterprise_id FROM capacity", "capacity_id"),
    "applications": ("SELECT code, '' FROM application", "code"),
    "flemish_rights_catalogue": ("SELECT code, '' FROM flemish_right", "code"),
    **{
        kind: (
            "SELECT relation_id, '' FROM relation",
            f"kind IN ({', '.join(repr(str(word)) for word in sorted(words))}) AND relation_id",
        )
        for kind, words in (("accounts", ACCOUNT_KINDS), ("designations", DESIGNATION_KINDS))
    },
}
"""Where the ids stand that a file may refer to: the query, and what is to be one of the names."""


def _sealed(key: Key, identity: PersonIdentity) -> tuple[Any, ...]:
    digits = identity.niss.digits
    return identity.person_id, key.hash_of(digits), key.seal(identity.person_id, digits), key.version


def _columns_of_names() -> list[Column[Any]]:
    words, numbers = tables.WORD, BigInteger()
    types: dict[str, TypeEngine[Any]] = {
        "line": numbers,
        "position": numbers,
        "since": numbers,
        "until": numbers,
        "named": Boolean(),
    }
    return [Column(name, types.get(name, words), nullable=False) for name in Mention._fields]


def _copies(columns: Iterable[Column[Any]]) -> list[Column[Any]]:
    return [Column(column.name, column.type) for column in columns]


def _temporary(name: str, columns: Iterable[Column[Any]], metadata: MetaData) -> Table:
    return Table(f"{_PREFIX}{name}", metadata, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


def _alike(shape: Shape, staged: Table) -> ColumnElement[bool]:
    """Return the condition that a row of the table says what a staged one says."""
    table = shape.table
    return and_(
        *(
            table.c[column.name].is_not_distinct_from(column)
            if table.c[column.name].nullable
            else table.c[column.name] == column
            for column in staged.columns
        )
    )


def _thing(shape: Shape, lists: Mapping[type[Record], str]) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return which list of the file a row belongs to, and what it is about."""
    columns = shape.table.c
    if shape.record_type is RelationRecord:
        grant = columns.kind == RelationKind.APPLICATION_GRANT.value
        accounts = or_(grant, columns.kind.in_(sorted(ACCOUNT_KINDS)))
        kind = case(
            (accounts, "accounts"),
            (columns.kind.in_(sorted(DESIGNATION_KINDS)), "designations"),
            else_=case({kind.value: name for kind, name in _OTHERS.items()}, value=columns.kind),
        )
        length = func.length(columns.relation_id) - func.length(columns.object)
        in_profile = func.substr(columns.relation_id, length) == literal_column("'/'") + columns.object
        account = func.substr(columns.relation_id, 1, length - 1)
        return kind, case((and_(grant, in_profile), account), else_=columns.relation_id)
    if shape.record_type is ContactRecord:
        return literal(lists[ContactRecord]), columns.owner_kind + literal_column("'/'") + columns.owner_id
    (first, *_) = shape.table.primary_key
    return literal(lists[shape.record_type]), shape.table.c[first.name]


_OTHERS: Final = {
    RelationKind.LEGAL_FUNCTION: "legal_functions",
    RelationKind.EMPLOYMENT: "employments",
    RelationKind.WORK_RELATION: "work_relations",
    RelationKind.ROLE_ASSIGNMENT: "role_assignments",
    RelationKind.FLEMISH_RIGHT: "flemish_rights",
}
