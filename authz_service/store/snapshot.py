"""Reading records for people to see: one snapshot, what is in force at an instant, the numbers of whom is shown."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, select

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import Phase
from authz_service.domain.records import Record
from authz_service.store import tables
from authz_service.store.believed import find_records
from authz_service.store.database import Database
from authz_service.store.errors import StoreError
from authz_service.store.identities import person_with
from authz_service.store.keys import Key

__all__ = ["CHUNK", "Snapshot"]

CHUNK: Final = 500
"""How many identifiers stand in one statement."""
AnyRecord = TypeVar("AnyRecord", bound=Record)


class Snapshot:
    """One reading transaction, as a context manager. `at` (UTC microseconds): when what is told is in force.

    It waits for no writer and sees nothing of what is written meanwhile. Not for more than one thread.
    """

    def __init__(self, database: Database, at: int) -> None:
        self.at = at
        self._database = database
        self._exits = ExitStack()
        self._connection: Connection | None = None
        self._key: Key | None = None

    def __enter__(self) -> Self:
        """Raises StoreUnavailableError, KeyFileMismatchError."""
        with self._exits as exits:
            connection = exits.enter_context(self._database.reading())
            fingerprint = connection.scalar(select(tables.key_check.c.fingerprint))
            # The key that this snapshot's identities are under, whatever a rotation does meanwhile.
            self._key = self._database.key_with(fingerprint or "")
            self._connection = connection
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection = None
        self._exits.__exit__(kind, error, traceback)

    @property
    def connection(self) -> Connection:
        """The transaction itself."""
        if self._connection is None:
            raise StoreError("a snapshot works only as a context manager")
        return self._connection

    def find(self, record_type: type[AnyRecord], **said: str | tuple[str, ...]) -> list[AnyRecord]:
        """Return the believed records of a type that say this, in force or not, in the order of their key.

        `said`: a field and its value, or the values of which it has one, in any number.
        """
        for name, values in said.items():
            if isinstance(values, tuple) and len(values) > CHUNK:
                portions = (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
                rest: dict[str, Any] = {**said}
                return [record for portion in portions for record in self.find(record_type, **{**rest, name: portion})]
        return find_records(self.connection, record_type, **said)

    def all_in_force(self, record_type: type[AnyRecord], **said: str | tuple[str, ...]) -> list[AnyRecord]:
        """Return the records of a type that say this and are in force."""
        return [record for record in self.find(record_type, **said) if record.valid.phase(self.at) is Phase.DURING]

    def in_force(self, record_type: type[AnyRecord], **said: str) -> AnyRecord | None:
        """Return the record that says this and is in force, None when there is none."""
        return next(iter(self.all_in_force(record_type, **said)), None)

    def identify(self, niss: Niss) -> str | None:
        """Return the person id that stands for the number, None when it is not known."""
        return person_with(self.connection, self._known_key, niss)

    def national_numbers(self, person_ids: Iterable[str]) -> dict[str, Niss]:
        """Return the numbers of persons by their id. Raises KeyFileMismatchError."""
        person, wanted = tables.person.c, sorted(set(person_ids))
        numbers: dict[str, Niss] = {}
        for start in range(0, len(wanted), CHUNK):
            query = select(person.person_id, person.niss_encrypted).where(
                person.person_id.in_(wanted[start : start + CHUNK])
            )
            for person_id, sealed in self.connection.execute(query):
                numbers[person_id] = Niss(self._known_key.unseal(person_id, sealed))
        return numbers

    @property
    def _known_key(self) -> Key:
        if self._key is None:
            raise StoreError("a snapshot works only as a context manager")
        return self._key
