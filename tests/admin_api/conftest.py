"""The decision endpoints over the reference world, with the documentation behind them; the administration API over it."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.services.decisions import DecisionService
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from tests.support.administration import Administered, administration_over
from tests.support.callers import WritableCallers
from tests.support.contract import Contract
from tests.support.reference import Reference, load_reference


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    directory = tmp_path_factory.mktemp("reference")
    loaded = load_reference(f"sqlite:///{directory / 'authz.db'}", directory)
    yield loaded
    loaded.database.close()


@dataclasses.dataclass(frozen=True)
class Template:
    """A store with the reference world in it, to be copied."""

    directory: Path
    reference: Reference
    contract: Contract

    def copy(self, directory: Path) -> Reference:
        """Return what answers from a copy of the store."""
        shutil.copytree(self.directory, directory, dirs_exist_ok=True)
        database = Database(f"sqlite:///{directory / 'authz.db'}", ensure_key_file(directory / "keys"))
        known = self.reference.decisions
        decisions = DecisionService(FactsReader(database), known.policy, known.levels)
        return dataclasses.replace(
            self.reference, database=database, callers=WritableCallers(database), decisions=decisions
        )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    directory = tmp_path_factory.mktemp("template")
    reference = load_reference(f"sqlite:///{directory / 'authz.db'}", directory)
    administered = administration_over(reference, directory).held_to_document()
    reference.database.close()
    assert administered.contract
    return Template(directory, reference, administered.contract)


@pytest.fixture
def administered(template: Template, tmp_path: Path) -> Iterator[Administered]:
    """The administration API over a reference world of its own; every answer is held to the document."""
    reference = template.copy(tmp_path / "administered")
    whole = administration_over(reference, tmp_path)
    yield dataclasses.replace(whole, contract=template.contract)
    reference.database.close()


@pytest.fixture(scope="module")
def unchanged(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administered]:
    """The same, for all tests of a module: none of them changes anything."""
    directory = tmp_path_factory.mktemp("unchanged")
    reference = template.copy(directory)
    yield dataclasses.replace(administration_over(reference, directory), contract=template.contract)
    reference.database.close()
