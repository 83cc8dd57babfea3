"""The reference world is right, and the one that the demonstration loads says the same."""

from pathlib import Path
from typing import Any

import yaml

from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.loading import LoadReport

DEMONSTRATION = Path(__file__).parents[3] / "config" / "reference_world.yaml"


def test_the_reference_world_loads_clean_and_once(any_store: Any, reference_world: str) -> None:
    assert any_store.load(reference_world) == LoadReport(added=232, closed=0, unchanged=0, revision=1)
    assert any_store.load(reference_world) == LoadReport(added=0, closed=0, unchanged=232, revision=1)


def test_the_demonstration_loads_the_same_world(reference_world: str) -> None:
    assert yaml.safe_load(DEMONSTRATION.read_text()) == {"world": yaml.safe_load(reference_world)["world"]}


def test_the_table_of_kinds_is_the_shape_of_the_reference_world(reference_world: str) -> None:
    world = yaml.safe_load(reference_world)["world"]

    assert [kind for kind in KINDS if KINDS[kind].usual] == list(world)
    for kind, listed in world.items():
        usual = [name for name, member in KINDS[kind].members.items() if member.required]
        assert all(list(each) == usual for each in listed), kind
