"""With many facts, a question is answered through indexes alone, and quickly."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.domain.facts import FactsQuery
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import FOREVER
from authz_service.domain.records import PersonIdentity, Record
from authz_service.store import tables
from authz_service.store.branches import NUMBERS, TEXTS
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.questions import Need, parameters, payload
from authz_service.store.reading import FactsReader
from authz_service.store.statements import read_statement
from authz_service.store.writing import Recorder
from tests.store import facts

ENTERPRISES = 2_000
PEOPLE_EACH = 25
FACTS_EACH = 4
FACT_TABLES = {name for name, table in tables.METADATA.tables.items() if "recorded_to" in table.c} | {
    "person",
    "revision",
}


def number(enterprise: int) -> str:
    return f"{enterprise:010}"


def niss(enterprise: int, person: int) -> str:
    return f"{enterprise * PEOPLE_EACH + person:011}"


def _world() -> Iterator[Record]:
    for index in range(ENTERPRISES):
        name = f"e{index:05}"
        yield facts.enterprise(name, number(index))
        for kind in ("nsso", "finance"):
            yield facts.capacity(f"{name}.{kind}")
        yield facts.sender(f"S{index}", f"{name}.nsso")
        yield facts.channel(f"S{index}", "sftp")
        yield facts.mandate(f"m{index}", name, f"e{(index + 1) % ENTERPRISES:05}")
        for position in range(PEOPLE_EACH):
            person = PersonIdentity(f"p{index}_{position}", Niss(niss(index, position)))
            yield facts.person(person)
            yield facts.relation(f"acc{index}_{position}", "user", person, f"{name}.nsso")
            for fact in range(FACTS_EACH - 1):
                yield facts.relation(
                    f"g{index}_{position}_{fact}", "application_grant", person, f"{name}.nsso", object_=f"APP{fact}"
                )
    for code in range(50):
        yield facts.application(f"APP{code}", group=f"group{code % 5}")
        yield facts.right(f"RIGHT{code}", f"APP{code}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """200,000 relations, just loaded: the database has had no occasion to gather statistics."""
    directory: Path = tmp_path_factory.mktemp("large")
    if request.param == "sqlite":
        url = f"sqlite:///{directory / 'authz.db'}"
    else:
        url = request.getfixturevalue("postgresql").create_database()
    database = Database(url, ensure_key_file(directory / "keys.json"))
    database.upgrade()
    with Recorder(database) as recorder:
        recorder.add_identities(
            PersonIdentity(f"p{index}_{position}", Niss(niss(index, position)))
            for index in range(ENTERPRISES)
            for position in range(PEOPLE_EACH)
        )
        recorder.record(_world(), [])
    yield database
    database.close()


def question(index: int) -> FactsQuery:
    """As for the use of an application."""
    return FactsQuery(
        at=1_000,
        known_at=FOREVER,
        subject_niss=niss(index, index % PEOPLE_EACH),
        enterprise_number=number(index),
        capacity=f"e{index:05}.nsso",
        applications=("APP1",),
    )


def anything(index: int) -> FactsQuery:
    """A question that has every part."""
    return FactsQuery(
        at=1_000,
        known_at=FOREVER,
        subject_niss=niss(index, 1),
        other_niss=niss(index, 2),
        agent="none",
        technical_user=f"S{index}" if index % 2 else "",
        enterprise_number=number(index),
        capacity=f"e{index:05}.nsso",
        account=f"acc{index}_2",
        request="none",
        mandate=f"m{index}",
        mandator_number=number(index),
        applications=("APP1", "APP2"),
        mandate_groups=("group1",),
        right="RIGHT7",
        all_representatives=True,
    )


def spared(index: int) -> FactsQuery:
    """As for the use of an application, where nothing is to be explained."""
    return replace(question(index), all_capacities=False, sender_of_capacity=False)


def _literal(value: str | int | bytes | None) -> str:
    if isinstance(value, bytes):
        return rf"'\x{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(value)


OF_OTHERS = (
    Need.ALONE
    | Need.CALLER
    | Need.APPLICATION
    | Need.CAPACITY
    | Need.SENDER_OF_CAPACITY
    | Need.TECHNICAL_USER
    | Need.THEN
)
"""What the question that has every part does without, as it has more, or goes among several."""
QUESTIONS = {"usual": question, "spared": spared, "every part": anything}
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("many", [1, 100])
def test_only_indexes_are_used(large: Database, kind: str, many: int) -> None:
    # Who asks is read along with a question by itself.
    caller = (b"key", 1) if many == 1 else None
    values, needs = parameters([QUESTIONS[kind](index) for index in range(many)], large.key, caller)
    statement = read_statement(large.dialect, needs)
    if kind == "every part":
        assert needs | OF_OTHERS == Need(sum(Need))
    if large.dialect == "sqlite":
        plan = [row[3] for row in large.query("EXPLAIN QUERY PLAN " + statement, values)]
        scans = [line for line in plan if line.startswith("SCAN")]
        # The questions themselves and what was found for them are gone through, nothing else.
        assert all(re.match(r"SCAN ([qnj]|r|h|\d+|.*json_each|CONSTANT ROW)\b", line) for line in scans), scans
        assert not [line for line in scans if re.match(rf"SCAN ({'|'.join(FACT_TABLES)})\b", line)]
        assert not [line for line in plan if "AUTOMATIC" in line]
        return
    large.query(statement, values)
    for number in range(len(values), 0, -1):
        statement = statement.replace(f"${number}", _literal(values[number - 1]))
    plan = [row[0] for row in large.query("EXPLAIN " + statement, ())]
    assert not [line for line in plan if re.search(rf"Seq Scan on ({'|'.join(FACT_TABLES)})\b", line)], plan
    assert not [line for line in plan if "Hash Join" in line or "Merge Join" in line]


def test_reading_takes_little(large: Database) -> None:
    """Generous limits, as the machine may be busy; what is measured is printed."""
    reader = FactsReader(large)
    for kind, ask in QUESTIONS.items():
        for many, limit in ((1, 0.005), (100, 0.3)):
            taken = []
            for turn in range(60):
                queries = [ask((turn * many + position) * 7 % ENTERPRISES) for position in range(many)]
                start = time.perf_counter()
                found = reader.read(queries)
                taken.append(time.perf_counter() - start)
                assert all(entry.enterprise is not None and entry.relations for entry in found)
            best, middle = min(taken), sorted(taken)[len(taken) // 2]
            print(f"\n{large.dialect}, {kind}, {many}: {best * 1e6:.0f} µs at best, {middle * 1e6:.0f} in the middle")  # noqa: T201
            assert best < limit


def test_rows_have_the_width_they_say(large: Database) -> None:
    questions, needs = payload([anything(1)], large.key)
    rows = large.query(read_statement(large.dialect, needs), (questions,))
    assert {len(row) for row in rows} == {2 + TEXTS + NUMBERS}
    assert len(rows) > 10
