"""The policy that is shipped, and the reference world in use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import WorldInUse, in_use
from tests.services.test_decisions_agree import REFERENCE

PROJECT: Final = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def policy() -> PolicyEngine:
    return PolicyEngine(read_policy(PROJECT / "policies", levels=LEVELS))


@pytest.fixture
def used(database_url: str, tmp_path: Path, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world, to be changed, on each of the two systems."""
    with in_use(REFERENCE, database_url, tmp_path, policy) as world:
        yield world


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world as it is, for all tests of a module."""
    folder = tmp_path_factory.mktemp("reference")
    with in_use(REFERENCE, f"sqlite:///{folder / 'facts.db'}", folder, policy) as world:
        yield world
