"""Once SQLite has gathered statistics, a question still takes an index to each table, and prepares none of its own."""

import dataclasses
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from authz_service.domain.moments import FOREVER
from authz_service.store.database import Database
from authz_service.store.keys import KeyRing
from authz_service.store.questions import parameters
from authz_service.store.statements import read_statement
from tests.store import worlds
from tests.store.facts import EVERYTHING, load


@pytest.fixture
def analyzed(tmp_path: Path, key_ring: KeyRing) -> Iterator[Database]:
    path = tmp_path / "analyzed.db"
    with closing(Database(f"sqlite:///{path}", key_ring)) as database:
        database.upgrade()
        load(database, EVERYTHING)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("ANALYZE")
        database.release()
        yield database


@pytest.mark.parametrize("many", [1, 2])
def test_no_table_is_gone_through(analyzed: Database, many: int) -> None:
    chance = random.Random(many)
    for _ in range(100):
        query = worlds.question(chance, [10])
        for known_at in (FOREVER, 1_000):
            values, needs = parameters([dataclasses.replace(query, known_at=known_at)] * many, analyzed.key)
            plan = [row[3] for row in analyzed.query("EXPLAIN QUERY PLAN " + read_statement("sqlite", needs), values)]
            assert not [line for line in plan if "BLOOM" in line or "AUTOMATIC" in line]
