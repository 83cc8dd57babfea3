"""Callers: keys shown once, kept as a hash, and gone the moment they are revoked."""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from authz_service.domain.callers import Caller
from authz_service.domain.moments import now
from authz_service.domain.vocabulary import Scope
from authz_service.store import callers as callers_module
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import CallerError
from tests.support.callers import WritableCallers


def test_a_key_is_found_and_never_kept(database: Database) -> None:
    callers = WritableCallers(database)
    key = callers.add("portal", [Scope.DECIDE, Scope.SEARCH, Scope.DECIDE], "the portal", None)
    assert key.startswith("authz_")
    assert len(base64.urlsafe_b64decode(key.removeprefix("authz_") + "=")) == 32
    assert callers.find(key) == Caller("portal", frozenset({Scope.DECIDE, Scope.SEARCH}), "the portal", None)
    with database.engine.connect() as connection:
        (row,) = connection.execute(select(tables.caller)).all()
    assert bytes(row.key_sha256) == hashlib.sha256(key.encode()).digest()
    assert key not in str(row)
    assert callers.add("other", [], "") != key


@pytest.mark.parametrize("text", ["", "authz_", "authz_" + "A" * 43, "a\0b", "\ud800", "x" * 1_000_000, "' OR 1=1 --"])
def test_other_texts_are_nobodys(database: Database, text: str) -> None:
    callers = WritableCallers(database)
    key = callers.add("portal", [Scope.DECIDE])
    assert callers.find(text) is None
    assert callers.find(key + " ") is None
    assert callers.find(key[:-1]) is None
    assert callers.find(key.upper()) is None


def test_a_revoked_key_is_gone_for_everybody_at_once(connect: Callable[[], Database], database: Database) -> None:
    callers, elsewhere = WritableCallers(database), WritableCallers(connect())
    for _ in range(5):
        key = callers.add("portal", [Scope.DECIDE])
        assert elsewhere.find(key) is not None
        callers.revoke("portal")
        assert elsewhere.find(key) is None
        assert callers.find(key) is None
    assert [entry.revoked_at is not None for entry in callers.list()] == [True] * 5
    with pytest.raises(CallerError):
        callers.revoke("portal")


def test_access_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    callers = WritableCallers(database)
    end = now() + 1_000_000_000
    key = callers.add("portal", [Scope.DECIDE], "", end)
    found = callers.find(key)
    assert found is not None
    assert found.ends_at == end
    monkeypatch.setattr(callers_module, "now", lambda: end - 1)
    assert callers.find(key) is not None
    monkeypatch.setattr(callers_module, "now", lambda: end)
    monkeypatch.setattr("authz_service.store.writing.now", lambda: end)
    assert callers.find(key) is None
    assert callers.add("portal", [Scope.DECIDE])  # the name is free again
    callers.revoke("portal")


def test_names(database: Database) -> None:
    callers = WritableCallers(database)
    callers.add("portal", [Scope.DECIDE])
    for name in ("portal", "", "a\0b", "\ud800"):
        with pytest.raises(CallerError):
            callers.add(name, [Scope.DECIDE])
    for name in ("nobody", "a\0b"):
        with pytest.raises(CallerError):
            callers.revoke(name)
    callers.add("audit", [Scope.AUDIT], "reads")
    assert [(entry.caller.name, entry.caller.purpose) for entry in callers.list()] == [
        ("audit", "reads"),
        ("portal", ""),
    ]


def test_scopes_of_tomorrow_say_nothing_today(database: Database) -> None:
    callers = WritableCallers(database)
    key = callers.add("portal", [Scope.DECIDE])
    with database.engine.begin() as connection:
        connection.execute(tables.caller.update().values(scopes='["decide","fly"]'))
    found = callers.find(key)
    assert found is not None
    assert found.scopes == {Scope.DECIDE}
    with pytest.raises(ValueError, match="fly"):
        callers.add("pilot", ["fly"])  # type: ignore[list-item]


def test_listing_waits_for_no_writer(connect: Callable[[], Database], database: Database) -> None:
    WritableCallers(database).add("portal", [Scope.DECIDE])
    listing = WritableCallers(connect())
    with database.writing():
        began = time.monotonic()
        assert [entry.caller.name for entry in listing.list()] == ["portal"]
        assert time.monotonic() - began < 5


def _noted(function: Callable[..., Any], name: str, steps: list[str]) -> Callable[..., Any]:
    def called(*arguments: Any) -> Any:
        steps.append(name)
        return function(*arguments)

    return called


def test_known_and_unknown_keys_take_the_same_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    callers = WritableCallers(database)
    key = callers.add("portal", [Scope.DECIDE])
    steps: list[str] = []
    for where, name in ((database, "query"), (callers_module, "_caller")):
        monkeypatch.setattr(where, name, _noted(getattr(where, name), name, steps))
    for text in (key, "authz_unknown", ""):
        callers.find(text)
        assert steps == ["query", "_caller"]
        steps.clear()
