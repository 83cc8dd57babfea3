"""The writing side: one transaction, alone in writing, that adds and closes records and keeps identities."""

from __future__ import annotations

import hmac
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast

from sqlalchemy import Column, ColumnElement, Connection, Select, Update, bindparam, insert, select, update

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import FOREVER, now
from authz_service.domain.records import PersonIdentity, Record
from authz_service.store import fact_statements as statements
from authz_service.store import tables
from authz_service.store.believed import find_records
from authz_service.store.database import Database, translated_errors
from authz_service.store.direct import Batch, Prepared, Row
from authz_service.store.errors import StoreError
from authz_service.store.keys import Key
from authz_service.store.reading import read_within
from authz_service.store.rows import SHAPES, Shape

__all__ = ["Recorder"]

CHUNK: Final = 2000
"""Rows a statement."""
AnyRecord = TypeVar("AnyRecord", bound=Record)

_OLD: Final = "old_"
"""What stands before the names of the values that a row to close has."""
_COUNT: Final = Prepared(
    lambda: update(tables.revision_counter).values(revision=bindparam("revision"), recorded_at=bindparam("recorded_at"))
)
_REVISION: Final = Prepared(lambda: insert(tables.revision))


def _closing(shape: Shape) -> Update:
    table = shape.table
    same = (_same(column) for column in shape.columns)
    return update(table).where(table.c.recorded_to == FOREVER, *same).values(recorded_to=bindparam("closed_at"))


def _same(column: Column[Any]) -> ColumnElement[bool]:
    old = bindparam(_OLD + column.name, type_=column.type)
    # `=` where it is enough: PostgreSQL has no index for IS NOT DISTINCT FROM.
    return column.is_not_distinct_from(old) if column.nullable else column == old


_ADDITIONS: Final = {record_type: Prepared(partial(insert, shape.table)) for record_type, shape in SHAPES.items()}
"""What adds a row, by type of record; its values are those of the columns."""
_CLOSINGS: Final = {record_type: Prepared(partial(_closing, shape)) for record_type, shape in SHAPES.items()}
"""What closes the believed row that has certain values (`_OLD` before their names), at `closed_at`."""


class Recorder:
    """One transaction on the facts, as a context manager: commits at its end, rolls back on any error.

    Whoever records holds the counter's lock, so that nobody else writes meanwhile: what `believed` yields stays true
    until the end, and revisions are given out in commit order. Not for more than one thread.
    """

    def __init__(self, database: Database, *, gathering: bool = False, also: Sequence[Prepared] = ()) -> None:
        """`gathering`: keep what `record` is to write until something is read, or the end; errors come then.

        `also`: what else is to be read as soon as nobody else can write.
        """
        self._database = database
        self._gathering = gathering
        self._waiting = Batch()
        self._also = also
        self._also_read: list[list[Row]] = []
        self._exits = ExitStack()
        self._results = ExitStack()
        self._savepoint: ExitStack | None = None
        self._connection: Connection | None = None
        self._key: Key | None = None
        self._revision = 0
        self._recorded_at = 0
        self._instant: int | None = None

    def __enter__(self) -> Self:
        """Raises StoreUnavailableError (nobody answers, or another writer takes too long), KeyFileMismatchError."""
        with self._exits as exits:
            connection = exits.enter_context(self._database.writing())
            # Statements of their own: one that had to wait for the lock sees all else as it was before that.
            for statement in (statements.LOCK, statements.KEY_CHECK, *self._also):
                self._waiting.add(statement)
            locked, fingerprints, *self._also_read = self._waiting.ask(connection)
            self._revision, self._recorded_at = locked[0]
            self._key = self._database.key_with(fingerprints[0][0] if fingerprints else "")
            self._connection = connection
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Raises StoreUnavailableError, StoreConflictError: then nothing was recorded."""
        connection, self._connection = self._connection, None
        with self._exits as exits:
            with translated_errors():
                self._results.close()
                if error is None and connection is not None:
                    self._waiting.run(connection)
            if error is not None:
                exits.pop_all().__exit__(kind, error, traceback)

    @property
    def revision(self) -> int:
        """The last facts revision."""
        return self._revision

    @property
    def instant(self) -> int:
        """When the next `record` takes place (UTC microseconds): after all that is recorded, the same until then."""
        if self._instant is None:
            self._instant = max(now(), self._recorded_at + 1)
        return self._instant

    @property
    def connection(self) -> Connection:
        """The transaction itself, for what is written in it beside the facts."""
        return self._written()

    @property
    def batch(self) -> Batch:
        """What is still to be written in this transaction; for what is written beside the facts, and is never read."""
        return self._waiting

    @property
    def also_read(self) -> list[list[Row]]:
        """The rows of each statement of `also`."""
        return self._also_read

    @property
    def key(self) -> Key:
        """The keys that the identities are under."""
        return self._known_key

    @contextmanager
    def reversible(self) -> Iterator[None]:
        """Take back all that is written inside when an error leaves it, and keep what was written before.

        Not one within another. What is only gathered inside needs no savepoint to be forgotten.
        """
        self._written()
        before = self._revision, self._recorded_at
        try:
            with translated_errors(), ExitStack() as self._savepoint:
                yield
        except BaseException:
            self._waiting.forget(taken_back=self._savepoint is None)
            self._revision, self._recorded_at = before
            self._instant = None
            raise
        finally:
            self._savepoint = None

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        """Return the facts of each question as they stand in this transaction. Raises StoreUnavailableError."""
        with translated_errors():
            return read_within(self._settled, self._known_key, queries)

    def find(self, record_type: type[AnyRecord], **said: str | tuple[str, ...]) -> list[AnyRecord]:
        """Return the believed records of a type that say this (`find_records`)."""
        with translated_errors():
            if any(isinstance(value, tuple) for value in said.values()):
                return find_records(self._settled, record_type, **said)
            shape = SHAPES[cast("type[Record]", record_type)]
            finding = statements.finding(shape.table.name, tuple(said))
            return cast("list[AnyRecord]", finding.records(self._asked(finding.statement, said)))

    def believed(self) -> Iterator[Record]:
        """Yield all records that are believed now, as they come."""
        for shape in SHAPES.values():
            query = select(*shape.columns).where(shape.table.c.recorded_to == FOREVER)
            for row in self._stream(query):
                yield shape.record(row)

    def identities(self) -> Iterator[PersonIdentity]:
        """Yield every identity, deciphered. Raises KeyFileMismatchError."""
        person = tables.person.c
        for row in self._stream(select(person.person_id, person.niss_encrypted)):
            digits = self._known_key.unseal(row["person_id"], row["niss_encrypted"])
            yield PersonIdentity(row["person_id"], Niss(digits))

    def identify(self, niss: Niss) -> str | None:
        """Return the person id that stands for the number, None when it is not known."""
        with translated_errors():
            rows = self._asked(statements.PERSON, {"niss_hash": self._known_key.hash_of(niss.digits)})
        return rows[0][0] if rows else None

    def keyed_digest(self, octets: bytes) -> str:
        """Return what says whether two texts are the same, and nothing of what they hold (HMAC, hexadecimal)."""
        return hmac.digest(self._known_key.hash_key, octets, "sha256").hex()

    def pseudonym(self, niss: Niss) -> str:
        """Return what stands for a person the store does not know: a keyed hash, the same as long as the keys are."""
        return "n_" + self._known_key.hash_of(niss.digits)[:32]

    def add_identity(self, identity: PersonIdentity) -> None:
        """Keep a new identity. Raises StoreConflictError when the id or the number is known already."""
        self.add_identities([identity])

    def add_identities(self, identities: Iterable[PersonIdentity]) -> None:
        """Keep new identities. Raises StoreConflictError when an id or a number is known already."""
        key = self._known_key
        for chunk in _chunks(identities):
            rows = [
                {
                    "person_id": identity.person_id,
                    "niss_hash": key.hash_of(identity.niss.digits),
                    "niss_encrypted": key.seal(identity.person_id, identity.niss.digits),
                    "key_version": key.version,
                }
                for identity in chunk
            ]
            self._written().execute(insert(tables.person), rows)

    def record(self, add: Iterable[Record], close: Iterable[Record]) -> int:
        """Stop believing the records to close, believe those to add, and return the facts revision that makes.

        With nothing to do, no revision is made and the current one returned. A record is closed only if one equal to it
        is believed; to change one, close the old and add the new. Raises StoreConflictError (to close: not believed; to
        add: contradicts what is believed, or a period that is none), UnstorableError, StoreUnavailableError.
        After an error the transaction is to be left with it.
        """
        with translated_errors():
            recorded_at, self._instant = self.instant, None
            closed = sum(self._close(shape, chunk, recorded_at) for shape, chunk in _by_shape(close))
            added = sum(self._add(shape, chunk, recorded_at) for shape, chunk in _by_shape(add))
            if closed + added:
                self._count(recorded_at)
        return self._revision

    def count(self) -> int:
        """Give out the revision for what was written at `instant` by other means than `record`, and return it."""
        recorded_at, self._instant = self.instant, None
        with translated_errors():
            self._count(recorded_at)
        return self._revision

    def _close(self, shape: Shape, chunk: list[Record], recorded_at: int) -> int:
        rows = [{_OLD + name: value for name, value in shape.row(record).items()} for record in chunk]
        failure = f"a record to close is not believed ({shape.table.name})"
        statement = _CLOSINGS[shape.record_type]
        self._waiting.add(statement, *({**row, "closed_at": recorded_at} for row in rows), failure=failure)
        return self._taken(chunk)

    def _add(self, shape: Shape, chunk: list[Record], recorded_at: int) -> int:
        period = {"recorded_from": recorded_at, "recorded_to": FOREVER}
        rows = ({**shape.row(record), **period} for record in chunk)
        self._waiting.add(_ADDITIONS[shape.record_type], *rows)
        return self._taken(chunk)

    def _taken(self, chunk: list[Record]) -> int:
        """Return how many records were taken; a full chunk is written at once, so that no more than one waits."""
        if len(chunk) == CHUNK:
            self._written()
        return len(chunk)

    def _count(self, recorded_at: int) -> None:
        self._revision, self._recorded_at = self._revision + 1, recorded_at
        this = {"revision": self._revision, "recorded_at": recorded_at}
        self._waiting.add(_COUNT, this)
        self._waiting.add(_REVISION, this)
        if not self._gathering:
            self._written()

    def _asked(self, statement: Prepared, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows of a statement that is run after all that is waiting, in the same round trip."""
        connection = self._reversibly() if self._waiting else self._open
        self._waiting.add(statement, values)
        return self._waiting.ask(connection)[-1]

    def _written(self) -> Connection:
        """Write what is waiting, and return the transaction to write in."""
        connection = self._reversibly()
        with translated_errors():
            self._waiting.run(connection)
        return connection

    def _reversibly(self) -> Connection:
        """Return the transaction to write in, with a savepoint where that may have to be taken back."""
        if self._savepoint is not None:
            savepoint, self._savepoint = self._savepoint, None
            with translated_errors():
                savepoint.enter_context(self._open.begin_nested())
        return self._open

    def _stream(self, query: Select[Any]) -> Iterator[Any]:
        """Yield rows as they come. One that is not read to its end is closed when the transaction ends."""
        with translated_errors():
            options = {"stream_results": True, "yield_per": CHUNK}
            result = self._results.enter_context(closing(self._settled.execute(query, execution_options=options)))
            yield from result.mappings()

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise StoreError("a recorder works only as a context manager")
        return self._connection

    @property
    def _settled(self) -> Connection:
        """The transaction to read in, with all in it that was to be written."""
        return self._written() if self._waiting else self._open

    @property
    def _known_key(self) -> Key:
        if self._key is None:
            raise StoreError("a recorder works only as a context manager")
        return self._key


def _chunks(identities: Iterable[PersonIdentity]) -> Iterator[list[PersonIdentity]]:
    rest = iter(identities)
    while chunk := list(itertools.islice(rest, CHUNK)):
        yield chunk


def _by_shape(records: Iterable[Record]) -> Iterator[tuple[Shape, list[Record]]]:
    """Yield the records in chunks of one type."""
    waiting: dict[type[Record], list[Record]] = {}
    for record in records:
        chunk = waiting.setdefault(type(record), [])
        chunk.append(record)
        if len(chunk) == CHUNK:
            yield SHAPES[type(record)], waiting.pop(type(record))
    for record_type, chunk in waiting.items():
        yield SHAPES[record_type], chunk
