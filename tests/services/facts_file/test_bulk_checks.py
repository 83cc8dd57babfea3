"""All that is refused when a file is loaded as a whole is refused in bulk, in the same words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.tree import Form
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from tests.services.facts_file.bulk_support import bulk, check, lines_of
from tests.services.facts_file.conftest import Store
from tests.services.facts_file.test_errors import CASES

OF_LISTS = {"no list", "unknown kind of facts"}
"""What is wrong with a list as a whole, of which there is none in lines."""
HINT = re.compile(r": did you mean [^,]*\?$")


def told(error: FactsFileError) -> set[tuple[int, str, str]]:
    """What was told, but for hints, which need all ids at hand."""
    return {
        (each.line, each.place, HINT.sub("", each.message).replace("in the lines before", "in the file"))
        for each in error.errors
    }


@pytest.mark.parametrize("case", sorted(CASES.keys() - OF_LISTS))
def test_what_is_wrong_in_a_file_is_wrong_in_bulk(empty_store: Any, small_world: str, case: str) -> None:
    old, new, _, _ = CASES[case]
    lines = lines_of(small_world.replace(old, new, 1))
    with pytest.raises(FactsFileError) as as_a_whole:
        empty_store.check(lines, Form.NDJSON)

    with pytest.raises(FactsFileError) as in_bulk:
        bulk(empty_store, lines)

    assert told(in_bulk.value) == told(as_a_whole.value)


JUDGED_TOGETHER = sorted(
    case
    for case in CASES
    if case.startswith(
        (
            "two ",
            "the same ",
            "an application ",
            "technical user of",
            "preferred channel that",
            "a user name of",
            "enterprise number of",
            "unknown mandate group",
        )
    )
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty store on each of the database systems, which stays empty as all is refused."""
    directory = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        url = f"sqlite:///{directory / 'authz.db'}"
    else:
        url = request.getfixturevalue("postgresql").create_database()
    database = Database(url, ensure_key_file(directory / "keys"))
    database.upgrade()
    yield Store(database)
    database.close()


@pytest.fixture(scope="module")
def believing_store(shared_store: Store, small_world: str) -> Store:
    """The same store, once it believes the small world; it goes on to believe that and nothing else."""
    shared_store.load(small_world)
    return shared_store


def assert_refused_alike(store: Store, lines: str) -> None:
    before = store.believed()
    with pytest.raises(FactsFileError) as as_a_whole:
        store.check(lines, Form.NDJSON)

    with pytest.raises(FactsFileError) as in_bulk:
        bulk(store, lines)

    assert told(in_bulk.value) == told(as_a_whole.value)
    assert store.believed() == before


@pytest.mark.parametrize("case", JUDGED_TOGETHER)
def test_each_rule_holds_on_each_database(shared_store: Store, small_world: str, case: str) -> None:
    old, new, _, _ = CASES[case]

    assert_refused_alike(shared_store, lines_of(small_world.replace(old, new, 1)))


@pytest.mark.parametrize("case", JUDGED_TOGETHER)
def test_each_rule_holds_beside_facts_that_are_believed(believing_store: Store, small_world: str, case: str) -> None:
    old, new, _, _ = CASES[case]

    assert_refused_alike(believing_store, lines_of(small_world.replace(old, new, 1)))


def test_whatever_is_left_out_bulk_loads_or_refuses_what_a_file_does(empty_store: Any, small_world: str) -> None:
    """Each line left out: its parts are missing to others, or nobody misses it."""
    lines = lines_of(small_world).splitlines(keepends=True)
    for position in range(len(lines)):
        rest = "".join(lines[:position] + lines[position + 1 :])
        expected: set[tuple[int, str, str]] = set()
        try:
            empty_store.check(rest, Form.NDJSON)
        except FactsFileError as error:
            expected = told(error)
        found: set[tuple[int, str, str]] = set()
        try:
            check(empty_store, rest)
        except FactsFileError as error:
            found = told(error)
        assert found <= expected, lines[position]
        assert bool(found) == bool(expected), lines[position]
