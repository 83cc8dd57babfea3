"""Fixtures for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.national_numbers import leaks_in_files, leaks_in_postgresql, national_numbers_in
from tests.support.postgresql import PostgreSQL

# How long an example takes says something about the machine, and nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SEEN: list[str] = []
"""Where the run has met a national number so far."""
WITH_NUMBERS_BY_NATURE = {".json", ".ndjson", ".yaml", ".yml"}
"""Files that tests hand in or export: the numbers are in them on purpose."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look at all that a test wrote and logged."""
    for name, content in report.sections:
        if national_numbers_in(content):
            SEEN.append(f"{report.nodeid}: {name}")


@pytest.fixture(scope="session", autouse=True)
def no_national_number_anywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing that the run logs, prints or stores outside the encrypted column holds a national number (F34)."""
    yield
    files = (path for path in tmp_path_factory.getbasetemp().rglob("*") if path.is_file() and not path.is_symlink())
    SEEN.extend(leaks_in_files(path for path in files if path.suffix not in WITH_NUMBERS_BY_NATURE))
    assert SEEN == [], "\n".join(SEEN)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A private PostgreSQL server, started when the first test asks for it; with xdist, one for each worker."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """An empty PostgreSQL database."""
    url = postgresql.create_database()
    yield url
    SEEN.extend(leaks_in_postgresql(url))
    postgresql.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path / 'authz.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, on each of the two systems the service runs on."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
