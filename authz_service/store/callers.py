"""Who may call the service. Keys are kept as their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Row, select

from authz_service.domain.callers import Caller
from authz_service.domain.moments import FOREVER, now
from authz_service.domain.vocabulary import Scope
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreUnavailableError

__all__ = ["CallerAhead", "CallerEntry", "Callers", "caller_ahead", "hash_of_key"]

_FIND: Final = {
    "sqlite": "SELECT name, scopes, purpose, ends_at, revoked_at FROM caller WHERE key_sha256 = ?",
    "postgresql": "SELECT name, scopes, purpose, ends_at, revoked_at FROM caller WHERE key_sha256 = $1",
}
_SCOPES: Final = frozenset(scope.value for scope in Scope)
_NOBODY: Final = ("", "[]", "", FOREVER, 0)


@dataclass(frozen=True, slots=True)
class CallerEntry:
    """A caller as an administrator sees it; instants in UTC microseconds, None: not so (yet)."""

    caller: Caller
    created_at: int
    revoked_at: int | None


class Callers:
    """The callers of the service. May be used from any thread. Methods raise StoreUnavailableError beside their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[CallerEntry]:
        """Return all callers there are and were, by name and then by age."""
        caller = tables.caller.c
        with self._database.reading() as connection:
            rows = connection.execute(select(tables.caller).order_by(caller.name, caller.created_at)).all()
        return [_entry(row) for row in rows]

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key; None when nobody does, or its access has ended or was revoked.

        Known and unknown keys take the same work; nothing is remembered.
        """
        found = self._database.query(_FIND[self._database.dialect], (hash_of_key(key_text),))
        name, scopes, purpose, ends_at, revoked_at = (found or [_NOBODY])[0]
        caller = _caller(name, scopes, purpose, ends_at)
        return caller if revoked_at == FOREVER and now() < ends_at else None

    @property
    def gains_by_reading_ahead(self) -> bool:
        """Whether a caller read along with facts takes less than one found by itself: only where it spares a wait."""
        return self._database.dialect == "postgresql"

    def ahead(self, key_text: str, judge: Callable[[Caller | None], None]) -> CallerAhead:
        """Return what has the caller read together with the facts of the one question that is asked within it.

        `judge` is told who holds the key, as `find` would say it, and raises what refuses it.
        """
        return CallerAhead(self, self._database, key_text, judge)


class CallerAhead:
    """A key whose holder is read by the same statement as the facts of a question: one round trip instead of two.

    To be used as a context manager, around the asking. Facts that are read of its database by the same thread are read
    for the holder of the key alone: the statement finds nothing for anybody else, and what it found is handed on only
    after the judge has accepted the caller. Whatever happens inside, it is not left without a judgement, which comes
    before any other error; only where the database does not answer, there is none.
    """

    def __init__(
        self, callers: Callers, database: Database, key_text: str, judge: Callable[[Caller | None], None]
    ) -> None:
        self.database = database
        self._callers = callers
        self._key_text = key_text
        self._judge = judge
        self._caller: Caller | None = None
        self._refusal: Exception | None = None
        self._token: Token[CallerAhead | None] | None = None

    def __enter__(self) -> Self:
        self._token = _AHEAD.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _AHEAD.reset(self._token)
        unsettled = error is None or isinstance(error, Exception)
        refused = error is not None and error is self._refusal
        if unsettled and not refused and not isinstance(error, StoreUnavailableError):
            self.settle()

    @property
    def wanted(self) -> tuple[bytes, int] | None:
        """The hash of the key and the present (UTC microseconds); None: it is known already who holds it."""
        return None if self._caller is not None else (hash_of_key(self._key_text), now())

    def settle(self) -> Caller:
        """Return the caller; where it was not read along, it is looked for now. Raises what the judge does."""
        if self._refusal is not None:
            raise self._refusal
        if self._caller is None:
            self._told(self._callers.find(self._key_text))
        if self._caller is None:
            raise StoreUnavailableError("nobody has accepted the caller")
        return self._caller

    def read(self, name: str | None, scopes: str | None) -> None:
        """Take what was read along: None when nobody holds the key. Raises what the judge does."""
        self._told(None if name is None or scopes is None else Caller(name, _known_scopes(scopes), "", None))

    def _told(self, caller: Caller | None) -> None:
        try:
            self._judge(caller)
        except Exception as refusal:
            self._refusal = refusal
            raise
        self._caller = caller


_AHEAD: Final[ContextVar[CallerAhead | None]] = ContextVar("caller_ahead", default=None)


def caller_ahead(database: Database) -> CallerAhead | None:
    """Return whose question this thread is about to read facts for, where that is to be read with them."""
    ahead = _AHEAD.get()
    return ahead if ahead is not None and ahead.database is database else None


def hash_of_key(key_text: str) -> bytes:
    """Return what is kept of a key: its SHA-256."""
    return hashlib.sha256(key_text.encode("utf-8", "surrogatepass")).digest()


@lru_cache(256)
def _known_scopes(scopes: str) -> frozenset[Scope]:
    """Return what a JSON array of scopes means, whoever has them. There are few different arrays."""
    # A scope that a newer version of this program gave says nothing to this one.
    return frozenset(Scope(scope) for scope in json.loads(scopes) if scope in _SCOPES)


def _caller(name: str, scopes: str, purpose: str, ends_at: int) -> Caller:
    return Caller(name, _known_scopes(scopes), purpose, None if ends_at == FOREVER else ends_at)


def _entry(row: Row[Any]) -> CallerEntry:
    revoked_at = None if row.revoked_at == FOREVER else row.revoked_at
    return CallerEntry(_caller(row.name, row.scopes, row.purpose, row.ends_at), row.created_at, revoked_at)
