"""The decision endpoints over the reference world, with the documentation behind them."""

from collections.abc import Iterator

import pytest

from tests.support.reference import Reference, load_reference


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    directory = tmp_path_factory.mktemp("reference")
    loaded = load_reference(f"sqlite:///{directory / 'authz.db'}", directory)
    yield loaded
    loaded.database.close()
