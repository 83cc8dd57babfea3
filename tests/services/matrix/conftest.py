"""The reference world to be changed, on one system: what the matrix reads of it is compared on both by a slow test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.policy.engine import PolicyEngine
from tests.services.projection.worlds import WorldInUse, in_use
from tests.services.test_decisions_agree import REFERENCE


@pytest.fixture
def used(sqlite_url: str, tmp_path: Path, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world, to be changed."""
    with in_use(REFERENCE, sqlite_url, tmp_path, policy) as world:
        yield world
