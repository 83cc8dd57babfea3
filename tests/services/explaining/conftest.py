"""The reference world, asked by a service whose policy is the one that ships."""

from collections.abc import Iterator

import pytest

from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations
from tests.services.test_decisions_agree import REFERENCE, service_over


@pytest.fixture(scope="session")
def explanations() -> Explanations:
    return Explanations.load()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, policy: PolicyEngine) -> Iterator[DecisionService]:
    folder = tmp_path_factory.mktemp("explaining")
    with service_over(REFERENCE, f"sqlite:///{folder / 'facts.db'}", folder, policy) as over_reference:
        yield over_reference
