"""Callers read along with facts: the same facts for whoever may have them, and nothing for anybody else."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import select

from authz_service.domain.callers import Caller
from authz_service.domain.vocabulary import Scope
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreUnavailableError
from authz_service.store.keys import KeyRing
from authz_service.store.questions import parameters
from authz_service.store.reading import FactsReader
from authz_service.store.rotation import rotate
from authz_service.store.statements import read_statement
from tests.store import worlds
from tests.store.facts import load
from tests.support.callers import WritableCallers

NOBODY = "authz_" + "x" * 43


class RefusedError(Exception):
    """The judge does not accept the caller."""


class Judge:
    """Accepts whoever there is, and keeps who it was."""

    def __init__(self) -> None:
        self.told: list[Caller | None] = []

    def __call__(self, caller: Caller | None) -> None:
        self.told.append(caller)
        if caller is None:
            raise RefusedError


def a_world(database: Database) -> tuple[random.Random, list[int]]:
    """Load a random world; return what goes on drawing, and the revisions' instants."""
    chance = random.Random(11)
    load(database, *worlds.change(chance, []))
    with database.engine.connect() as connection:
        return chance, list(connection.execute(select(tables.revision.c.recorded_at)).scalars())


def test_the_facts_are_the_same_as_by_themselves(database: Database) -> None:
    chance, revisions = a_world(database)
    callers, reader = WritableCallers(database), FactsReader(database)
    key = callers.add("portal", [Scope.DECIDE])
    for query in [worlds.question(chance, revisions) for _ in range(150)]:
        judge = Judge()
        with callers.ahead(key, judge) as ahead:
            facts = reader.read([query])
            assert facts == reader.read([query])
        assert facts == reader.read([query])
        assert judge.told == [Caller("portal", frozenset({Scope.DECIDE}), "", None)]
        assert ahead.settle() == judge.told[0]


def test_nothing_is_found_for_a_stranger(database: Database) -> None:
    chance, revisions = a_world(database)
    for query in [worlds.question(chance, revisions) for _ in range(150)]:
        values, needs = parameters([query], database.key, (b"nobody's", 0))
        assert database.query(read_statement(database.dialect, needs), values) == []


@pytest.mark.parametrize("many", [1, 2])
def test_a_stranger_gets_no_facts(database: Database, many: int) -> None:
    chance, revisions = a_world(database)
    callers, reader, judge = WritableCallers(database), FactsReader(database), Judge()
    got = []
    with pytest.raises(RefusedError), callers.ahead(NOBODY, judge):
        got.append(reader.read([worlds.question(chance, revisions) for _ in range(many)]))
    assert got == []
    assert judge.told == [None]


def test_who_swallows_the_refusal_is_refused_again(database: Database) -> None:
    chance, revisions = a_world(database)
    callers, reader = WritableCallers(database), FactsReader(database)
    with pytest.raises(RefusedError), callers.ahead(NOBODY, Judge()):  # noqa: PT012 - that is what is tested
        with pytest.raises(RefusedError):
            reader.read([worlds.question(chance, revisions)])
        with pytest.raises(RefusedError):
            reader.read([worlds.question(chance, revisions)])


def test_the_judgement_comes_before_any_other_error(database: Database) -> None:
    callers = WritableCallers(database)
    key = callers.add("portal", [Scope.DECIDE])
    with pytest.raises(RefusedError), callers.ahead(NOBODY, Judge()):
        raise ValueError
    with pytest.raises(ValueError, match="mine"), callers.ahead(key, Judge()):
        raise ValueError("mine")
    with pytest.raises(StoreUnavailableError), callers.ahead(NOBODY, Judge()):
        raise StoreUnavailableError("gone")


def test_a_judge_that_refuses_nobody_lets_nobody_in(database: Database) -> None:
    callers = WritableCallers(database)
    with pytest.raises(StoreUnavailableError), callers.ahead(NOBODY, lambda _: None):
        pass


def test_it_goes_on_over_a_rotation_of_the_keys(
    connect: Callable[[], Database], database: Database, key_ring: KeyRing
) -> None:
    chance, revisions = a_world(database)
    running, judge = connect(), Judge()
    callers, reader = WritableCallers(running), FactsReader(running)
    key = callers.add("portal", [Scope.DECIDE])
    queries = [worlds.question(chance, revisions) for _ in range(20)]
    before = [reader.read([query]) for query in queries]
    rotate(database, key_ring.path)
    with callers.ahead(key, judge):
        assert [reader.read([query]) for query in queries] == before
    assert len(judge.told) == 1


def test_other_databases_are_not_concerned(connect: Callable[[], Database], database: Database) -> None:
    chance, revisions = a_world(database)
    callers, other = WritableCallers(database), FactsReader(connect())
    query = worlds.question(chance, revisions)
    key = callers.add("portal", [Scope.DECIDE])
    judge = Judge()
    with callers.ahead(key, judge):
        assert other.read([query]) == other.read([query])
        assert judge.told == []
    assert len(judge.told) == 1
