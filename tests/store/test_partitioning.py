"""The relation table divided by enterprise, as docs/scaling.md does it: the reading statement looks into one part."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg
import pytest

from authz_service.domain.facts import FactsQuery
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import FOREVER
from authz_service.domain.records import PersonIdentity, RelationRecord
from authz_service.store.database import Database
from authz_service.store.keys import KeyRing
from authz_service.store.questions import payload
from authz_service.store.reading import FactsReader
from authz_service.store.statements import read_statement
from authz_service.store.writing import Recorder
from tests.store import facts

SCALING: Final = Path(__file__).parents[2] / "docs" / "scaling.md"
PARTS: Final = 16
ENTERPRISES: Final = range(300)
PEOPLE: Final = range(10)
ASKED: Final = ENTERPRISES[::10]


def niss(enterprise: int, person: int = 0) -> str:
    return f"{enterprise * len(PEOPLE) + person + 1:011}"


def number(enterprise: int) -> str:
    return f"{enterprise:010}"


def question(enterprise: int, account: str = "") -> FactsQuery:
    """What somebody may use in his capacity, or do to an account."""
    return FactsQuery(
        at=1_000,
        known_at=FOREVER,
        subject_niss=niss(enterprise),
        enterprise_number=number(enterprise),
        capacity="" if account else f"e{enterprise}.nsso",
        account=account,
    )


@pytest.fixture
def whole(postgresql_url: str, key_ring: KeyRing) -> Iterator[Database]:
    """Enterprises with people who hold something: enough that walking through all of it is not the shortest way."""
    database = Database(postgresql_url, key_ring)
    database.upgrade()
    people = {
        (index, position): PersonIdentity(f"p{index}_{position}", Niss(niss(index, position)))
        for index in ENTERPRISES
        for position in PEOPLE
    }
    with Recorder(database) as recorder:
        recorder.add_identities(people.values())
        places = [facts.enterprise(f"e{index}", number(index)) for index in ENTERPRISES]
        capacities = [facts.capacity(f"e{index}.nsso") for index in ENTERPRISES]
        held = [
            facts.relation(f"account{index}_{position}", "user", person, f"e{index}.nsso")
            for (index, position), person in people.items()
        ]
        recorder.record([*places, *capacities, *held], [])
    yield database
    database.close()


@pytest.fixture
def divided(whole: Database, postgresql_url: str) -> Database:
    """The same, divided by the very text of the page."""
    [text] = re.findall(r"```sql\n(.*?)```", SCALING.read_text(encoding="utf-8"), re.DOTALL)
    with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(text)
    return whole


def parts_read(database: Database, query: FactsQuery) -> list[int]:
    """In how many parts each access to the relation table looks."""
    questions, needs = payload([query], database.key)
    statement = read_statement("postgresql", needs).replace("$1", f"'{questions}'")
    plan = [str(row[0]) for row in database.query(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", ())]
    assert not [line for line in plan if "Seq Scan on relation" in line]
    scans = [line for line in plan if re.search(r"Scan .*on relation_\d+", line)]
    assert len(scans) % PARTS == 0
    return [
        sum("never executed" not in line for line in scans[first : first + PARTS])
        for first in range(0, len(scans), PARTS)
    ]


def test_a_question_about_an_enterprise_looks_into_one_part(divided: Database) -> None:
    for index in ASKED:
        assert set(parts_read(divided, question(index))) == {1}


def test_only_by_an_account_are_all_parts_looked_into(divided: Database) -> None:
    assert set(parts_read(divided, question(3, "account3_0"))) == {1, PARTS}


def test_the_facts_are_the_same(whole: Database, request: pytest.FixtureRequest) -> None:
    queries = [question(index, account) for index in ASKED for account in ("", f"account{index}_0")]
    before = FactsReader(whole).read(queries)
    request.getfixturevalue("divided")
    whole.release()
    assert FactsReader(whole).read(queries) == before
    assert all(each.relations or each.target for each in before)


def test_facts_are_written_as_before(divided: Database) -> None:
    with Recorder(divided) as recorder:
        [known] = recorder.find(RelationRecord, relation_id="account7_0")
        recorder.record(add=[replace(known, state="blocked")], close=[known])
    [read] = FactsReader(divided).read([question(7)])
    assert [relation.state for relation in read.relations] == ["blocked"]
