"""Random wishes of random people against an independent model: nobody comes to power outside the chain LR, GAP, GA.

The model (tests/model) imports nothing of the service. After each wish: what became of it, what stands, who may do what,
the facts revision and the audit log are as the model says; and no link of the chain was given by somebody without it.
"""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.administration.desk import Desk, Equipment
from tests.administration.machine import Administration


@pytest.fixture(scope="module")
def equipment(tmp_path_factory: pytest.TempPathFactory) -> Equipment:
    return Equipment.in_folder(tmp_path_factory.mktemp("administration"))


@pytest.fixture
def machine(equipment: Equipment, tmp_path: Path) -> type[Administration]:
    """The machine, over a database of its own each time it is made."""
    empty, count = tmp_path / "empty.db", itertools.count()
    desk = Desk(equipment, f"sqlite:///{empty}", {})
    desk.database.upgrade()
    desk.close()

    class Machine(Administration):
        def __init__(self) -> None:
            super().__init__(equipment, empty, tmp_path / f"{next(count)}.db")

    return Machine


def run(machine: type[Administration], examples: int, steps: int, *, derandomize: bool) -> None:
    chosen = settings(
        derandomize=derandomize,
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.timeout(900)  # for the shortest story, when there is one to tell
def test_no_wish_leads_to_power_outside_the_chain(machine: type[Administration]) -> None:
    """The same stories each time, so that a failure is one for everybody; the slow ones are new each time."""
    run(machine, examples=24, steps=25, derandomize=True)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("part", range(4))
def test_no_long_story_leads_to_power_outside_the_chain(part: int, machine: type[Administration]) -> None:
    run(machine, examples=150, steps=80, derandomize=False)
