"""Member of the group, if and only if the decision endpoint says so: for every person, group and world.

What is expected is put together in agreement.py, apart from the table that the service uses.
"""

import random
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.domain.projections import Projection
from authz_service.policy.engine import PolicyEngine
from authz_service.services.facts_file.errors import FactsFileError
from tests.services.projection.agreement import disagreements
from tests.services.projection.worlds import NUMBERS, WorldInUse, fuller, in_use
from tests.services.test_decisions_agree import DATES, REFERENCE

DAYS = ["2023-12-31", "2024-03-15", "2024-06-03"]
RICH = ["alpha", "epsilon", "omega", "sigma"]


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_members_are_those_to_whom_the_decision_endpoint_says_yes(reference: WorldInUse, name: str) -> None:
    for day in DAYS:
        projection = reference.projections.of(NUMBERS[name], at=moments.moment_of(day))
        assert projection is not None
        assert disagreements(reference, projection, day) == []


@pytest.mark.parametrize("part", range(2))
def test_members_are_those_to_whom_the_decision_endpoint_says_yes_in_changed_worlds(
    part: int, tmp_path: Path, policy: PolicyEngine
) -> None:
    assert projected_worlds(range(part * 100, part * 100 + 20), 3, tmp_path, policy) == 3


def test_members_are_those_to_whom_the_decision_endpoint_says_yes_on_postgresql(
    postgresql_url: str, tmp_path: Path, policy: PolicyEngine
) -> None:
    with in_use(REFERENCE, postgresql_url, tmp_path, policy) as used:
        for name in ("alpha", "epsilon", "omega"):
            assert disagreements(used, used.projection(name, moments.moment_of("2024-03-15")), "2024-03-15") == []


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("part", range(8))
def test_members_are_those_to_whom_the_decision_endpoint_says_yes_in_many_worlds(
    part: int, tmp_path: Path, policy: PolicyEngine
) -> None:
    assert projected_worlds(range(1000 * (part + 1), 1000 * (part + 2)), 30, tmp_path, policy) == 30


def projected_worlds(seeds: range, wanted: int, folder: Path, policy: PolicyEngine) -> int:
    """Return in how many of the worlds that can be every projection agreed, at most as many as wanted."""
    held = 0
    for seed in seeds:
        if held == wanted:
            break
        chance = random.Random(seed)
        try:
            with in_use(fuller(seed), f"sqlite:///{folder / f'{seed}.db'}", folder, policy) as used:
                day = chance.choice([*DAYS, *DATES])
                for name in RICH:
                    projection = used.projection(name, moments.moment_of(day))
                    assert disagreements(used, projection, day) == [], f"world {seed}"
                    assert changes_alone(used, name, projection), f"world {seed}: {name} at {projection.at}"
                held += 1
        except FactsFileError:
            continue  # two titulars at once, an end before its begin: such a world is refused, and rightly
    return held


def changes_alone(used: WorldInUse, name: str, projection: Projection) -> bool:
    """Whether the projection stays what it is until the instant it says, and says the same instant until then."""
    until = projection.changes_at or moments.FOREVER
    instants = {projection.at + 1, (projection.at + until) // 2, until - 1} - {until}
    said = (projection.groups, projection.people, projection.enterprise, projection.changes_at)
    later = [used.projection(name, max(instant, projection.at)) for instant in instants]
    return all((each.groups, each.people, each.enterprise, each.changes_at) == said for each in later)
