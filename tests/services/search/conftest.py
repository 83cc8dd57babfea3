"""The policy, and the reference world to be searched: as it is, and in use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.services.search.searches import Searches
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import WorldInUse, in_use
from tests.services.test_decisions_agree import PROJECT, REFERENCE


@pytest.fixture(scope="session")
def policy() -> PolicyEngine:
    return PolicyEngine(read_policy(PROJECT / "policies", levels=LEVELS))


@pytest.fixture
def used(database_url: str, tmp_path: Path, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world, to be changed, on each of the two systems."""
    with in_use(REFERENCE, database_url, tmp_path, policy) as world:
        yield world


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory, policy: PolicyEngine) -> Iterator[Searches]:
    """Searches over the reference world as it is, for all tests of a module."""
    folder = tmp_path_factory.mktemp("search")
    with in_use(REFERENCE, f"sqlite:///{folder / 'facts.db'}", folder, policy) as world:
        yield Searches(world.database, world.decisions)
