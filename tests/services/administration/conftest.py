"""The reading side of administration over the reference world, on each of the two systems."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.services.administration.administration import Administration
from authz_service.services.administration.settings import AdministrationSettings
from tests.support.door import Door, open_door
from tests.support.postgresql import PostgreSQL
from tests.support.reference import load_reference

SETTINGS = AdministrationSettings(
    check_days=180,
    password_url="https://password.example.org",
    certificate_url="https://certificate.example.org",
)


@dataclasses.dataclass(frozen=True, repr=False)
class Office:
    """What reads, and the write door to change what is read."""

    read: Administration
    door: Door


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The reference world, to be changed."""
    with_door = _office(database_url, tmp_path)
    yield with_door
    with_door.door.reference.database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unchanged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The reference world as it is, for all tests of a module."""
    directory = tmp_path_factory.mktemp("reading")
    server: PostgreSQL | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    url = f"sqlite:///{directory / 'authz.db'}" if server is None else server.create_database()
    office = _office(url, directory)
    yield office
    office.door.reference.database.close()
    if server is not None:
        server.drop_database(url)


@pytest.fixture
def reading(unchanged: Office) -> Administration:
    """What reads the reference world as it is."""
    return unchanged.read


def _office(url: str, directory: Path) -> Office:
    reference = load_reference(url, directory)
    door = open_door(reference, directory)
    return Office(Administration(reference.database, reference.decisions, door.authority, SETTINGS), door)
