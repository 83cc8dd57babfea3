"""A cell of the matrix says yes, if and only if the decision endpoint does: for every person, action and resource."""

import random
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.policy.engine import PolicyEngine
from authz_service.services.facts_file.errors import FactsFileError
from tests.services.matrix.agreement import cells, live_cells, matrix_of
from tests.services.projection.worlds import NUMBERS, WorldInUse, fuller, in_use
from tests.services.test_decisions_agree import DATES, REFERENCE

DAY = "2024-03-15"
RICH = ["alpha", "epsilon", "omega", "sigma"]


def differences(used: WorldInUse, name: str, day: str, people: int | None = None) -> set[tuple[str, ...]]:
    """What only one of the two says; `people`: of so many of those who stand in it, and of all who do not."""
    at = moments.moment_of(day)
    (matrix,) = matrix_of(used, enterprise_number=NUMBERS[name], at=at)
    here = {used.names[person_id] for person_id in matrix.around.persons}
    left_out = set[str]() if people is None else here - set(random.Random(name).sample(sorted(here), people))
    said = {cell for cell in cells(used, matrix) if cell[0] not in left_out}
    return said ^ live_cells(used, name, at, here, left_out)


@pytest.mark.slow
def test_every_cell_of_the_largest_enterprise_is_the_live_decision(reference: WorldInUse) -> None:
    assert differences(reference, "alpha", DAY) == set()


def test_every_cell_of_some_people_of_the_largest_enterprise_is_the_live_decision(reference: WorldInUse) -> None:
    assert differences(reference, "alpha", DAY, people=8) == set()


@pytest.mark.parametrize("name", sorted(NUMBERS.keys() - {"alpha"}))
def test_every_cell_of_the_reference_world_is_the_live_decision(reference: WorldInUse, name: str) -> None:
    assert differences(reference, name, DAY) == set()


@pytest.mark.slow
def test_every_cell_is_the_live_decision_on_postgresql(
    postgresql_url: str, tmp_path: Path, policy: PolicyEngine
) -> None:
    with in_use(REFERENCE, postgresql_url, tmp_path, policy) as used:
        assert differences(used, "omega", DAY) == set()


def worlds_agree(seeds: range, wanted: int, folder: Path, policy: PolicyEngine) -> int:
    """Return in how many of the worlds that can be the matrix agreed, at most as many as wanted."""
    held = 0
    for seed in seeds:
        if held == wanted:
            break
        chance = random.Random(seed)
        try:
            with in_use(fuller(seed), f"sqlite:///{folder / f'{seed}.db'}", folder, policy) as used:
                name, day = chance.choice(RICH), chance.choice([DAY, *DATES])
                assert differences(used, name, day) == set(), f"world {seed}: {name} on {day}"
                held += 1
        except FactsFileError:
            continue  # two titulars at once, an end before its begin: such a world is refused, and rightly
    return held


@pytest.mark.slow
def test_every_cell_is_the_live_decision_in_a_changed_world(tmp_path: Path, policy: PolicyEngine) -> None:
    assert worlds_agree(range(300, 340), 1, tmp_path, policy) == 1


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("part", range(4))
def test_every_cell_is_the_live_decision_in_many_worlds(part: int, tmp_path: Path, policy: PolicyEngine) -> None:
    assert worlds_agree(range(2000 * (part + 1), 2000 * (part + 2)), 25, tmp_path, policy) == 25
