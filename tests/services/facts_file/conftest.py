"""A small world, and a store to load it into."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from authz_service.domain.person_ids import new_person_id
from authz_service.domain.records import Record
from authz_service.services.facts_file.exporting import export, export_text
from authz_service.services.facts_file.loading import LoadReport, check, load
from authz_service.services.facts_file.tree import FactsFile, Form
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.writing import Recorder
from tests.support.databases import make_tables

MEANS = ("eid", "eidas_high", "itsme", "totp_app", "sms_otp", "eidas_substantial", "email_otp", "password")


@dataclass
class Store:
    """A database, one transaction a call."""

    database: Database

    def load(self, text: str, form: Form = Form.YAML) -> LoadReport:
        with Recorder(self.database) as recorder:
            return load(recorder, FactsFile(text, form), means=MEANS, new_person_id=new_person_id)

    def check(self, text: str, form: Form = Form.YAML) -> LoadReport:
        with Recorder(self.database) as recorder:
            return check(recorder, FactsFile(text, form), means=MEANS, new_person_id=new_person_id)

    def record(self, add: list[Record], close: list[Record]) -> int:
        with Recorder(self.database) as recorder:
            return recorder.record(add=add, close=close)

    def believed(self) -> set[Record]:
        with Recorder(self.database) as recorder:
            return set(recorder.believed())

    def identities(self) -> dict[str, str]:
        """The opaque id for every national number."""
        with Recorder(self.database) as recorder:
            return {identity.niss.digits: identity.person_id for identity in recorder.identities()}

    def one(self, record_type: type[Any], **fields: object) -> Any:
        """The one believed record of that type with these fields."""
        found = [
            record
            for record in self.believed()
            if isinstance(record, record_type) and all(getattr(record, name) == value for name, value in fields.items())
        ]
        assert len(found) == 1, found
        return found[0]

    def export(self) -> dict[str, Any]:
        with Recorder(self.database) as recorder:
            return export(recorder)["world"]

    def export_text(self) -> str:
        with Recorder(self.database) as recorder:
            return export_text(recorder)


def _store(url: str, directory: Path) -> Store:
    database = Database(url, ensure_key_file(directory / "keys"))
    make_tables(database)
    return Store(database)


@pytest.fixture
def store(sqlite_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    store = _store(sqlite_url, tmp_path)
    yield store
    store.database.close()


@pytest.fixture
def other_store(tmp_path: Path) -> Iterator[Store]:
    """Another empty store with another key file."""
    directory = tmp_path / "other"
    directory.mkdir()
    store = _store(f"sqlite:///{directory / 'authz.db'}", directory)
    yield store
    store.database.close()


@pytest.fixture
def any_store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store on each of the database systems."""
    store = _store(database_url, tmp_path)
    yield store
    store.database.close()


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that stays empty: for files that are refused, or only checked."""
    directory = tmp_path_factory.mktemp("empty")
    store = _store(f"sqlite:///{directory / 'authz.db'}", directory)
    yield store
    assert not store.believed()
    store.database.close()


@pytest.fixture(scope="session")
def small_world() -> str:
    return (Path(__file__).parent / "small_world.yaml").read_text()


@pytest.fixture(scope="session")
def reference_world() -> str:
    return (Path(__file__).parents[2] / "data" / "world.yaml").read_text()
