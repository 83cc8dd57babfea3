"""Callers as tests make them: straight into the store, where nobody is asked."""

from collections.abc import Iterable

from authz_service.domain.vocabulary import Scope
from authz_service.store.caller_writing import add_caller, revoke_caller
from authz_service.store.callers import Callers
from authz_service.store.database import Database
from authz_service.store.errors import CallerError
from authz_service.store.writing import Recorder


class WritableCallers(Callers):
    """The callers of a database, which can also be added and revoked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._writable = database

    def add(self, name: str, scopes: Iterable[Scope], purpose: str = "", ends_at: int | None = None) -> str:
        """Return the key of a new caller. Raises CallerError, also when there is a caller of that name."""
        with Recorder(self._writable) as recorder:
            key = add_caller(recorder.connection, name, scopes, purpose, ends_at, recorder.instant)
        if key is None:
            raise CallerError("there is a caller of that name; revoke it first")
        return key

    def revoke(self, name: str) -> None:
        """Take a caller's access away. Raises CallerError when there is no such caller."""
        with Recorder(self._writable) as recorder:
            revoked = revoke_caller(recorder.connection, name, recorder.instant)
        if not revoked:
            raise CallerError("there is no such caller")
