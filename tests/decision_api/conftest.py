"""The decision endpoints over the reference world."""

from collections.abc import Iterator

import pytest
import yaml

from tests.support.postgresql import PostgreSQL
from tests.support.reference import WORLD, Reference, load_reference
from tests.support.service import Service, start_service
from tests.support.wire import Wire

LOGGED = {"AUTHZ_ACCESS_LOG": "true", "AUTHZ_LOG_LEVEL": "info"}


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    """The reference world in SQLite."""
    directory = tmp_path_factory.mktemp("reference")
    loaded = load_reference(f"sqlite:///{directory / 'authz.db'}", directory)
    yield loaded
    loaded.database.close()


@pytest.fixture(scope="session")
def reference_in_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[Reference]:
    """The reference world in PostgreSQL."""
    url = postgresql.create_database()
    loaded = load_reference(url, tmp_path_factory.mktemp("reference"))
    yield loaded
    loaded.database.close()
    postgresql.drop_database(url)


@pytest.fixture(params=["reference", "reference_in_postgresql"])
def every_reference(request: pytest.FixtureRequest) -> Reference:
    """The reference world in each of the two databases."""
    loaded: Reference = request.getfixturevalue(request.param)
    return loaded


@pytest.fixture(scope="session")
def wire(reference: Reference) -> Wire:
    """The decision endpoints for a caller that may do everything."""
    return reference.wire(reference.add_caller("everything"))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole service, two workers on SQLite."""
    directory = tmp_path_factory.mktemp("service")
    with start_service(f"sqlite:///{directory / 'authz.db'}", directory, workers=2, settings=LOGGED) as started:
        yield started


@pytest.fixture(scope="session")
def service_on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[Service]:
    """The whole service, two workers on PostgreSQL."""
    url = postgresql.create_database()
    with start_service(url, tmp_path_factory.mktemp("service"), workers=2, settings=LOGGED) as started:
        yield started
    postgresql.drop_database(url)


@pytest.fixture(params=["service", "service_on_postgresql"])
def every_service(request: pytest.FixtureRequest) -> Service:
    """The whole service on each of the two databases."""
    started: Service = request.getfixturevalue(request.param)
    return started


@pytest.fixture(scope="session")
def people() -> dict[str, str]:
    """The national numbers of the reference world's persons by their names in it."""
    world = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["world"]
    return {each["id"]: each["niss"] for each in world["persons"]}
