"""What a target should hold, kept enterprise by enterprise, is what rendering all of it anew gives."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.domain.projections import Group, GroupKind, ProjectedPerson, Projection
from authz_service.sync.entries import DesiredEntry
from authz_service.sync.entry_checks import RenderingError
from authz_service.sync.rendered import Rendered
from authz_service.sync.rendering import render_all
from authz_service.sync.targets import Target
from tests.sync.mappings import (
    ALPHA,
    CARLA,
    ELS,
    OMEGA,
    PEOPLE,
    alpha,
    by_key,
    chief,
    example,
    person,
    projection,
    small,
)

SIGMA = "0999060606"
NUMBERS = (ALPHA, OMEGA, SIGMA)


@pytest.fixture
def target() -> Target:
    return example("uman")


def seen(entries: tuple[DesiredEntry, ...]) -> dict[str, tuple[object, ...]]:
    """What of entries is to be seen in a directory."""
    return {
        each.key: (each.spelled, dict(each.attributes), each.members, each.disabled, each.enterprises)
        for each in entries
    }


def any_projection(chance: random.Random, number: str) -> Projection | None:
    """An enterprise of people who stand elsewhere, too; sometimes there is none."""
    people = tuple(_any_person(chance, each) for each in PEOPLE if chance.random() < 0.7)
    if not people or chance.random() < 0.1:
        return None
    members = frozenset(each.person_id for each in people if chance.random() < 0.5)
    groups = {
        chief(number): frozenset({people[0].person_id}),
        Group(GroupKind.CO_CHIEF_ACCESS_MANAGERS, number): members,
    }
    name = chance.choice(["One", "Other"])
    return projection(number=number, name=f"{name} {number}", capacities=(), people=people, groups=groups)


def _any_person(chance: random.Random, known: ProjectedPerson) -> ProjectedPerson:
    return replace(known, email=chance.choice(["", "a@x", "b@x"]), blocked=chance.random() < 0.3)


@pytest.mark.parametrize("seed", range(20))
def test_it_holds_what_rendering_all_of_it_gives_and_tells_what_changed(seed: int, target: Target) -> None:
    chance = random.Random(seed)
    rendered, held = Rendered(target), dict[str, Projection]()
    before = seen(rendered.entries())
    for _ in range(15):
        number = chance.choice(NUMBERS)
        anew = any_projection(chance, number)
        held.pop(number, None)
        held |= {} if anew is None else {number: anew}
        changed = rendered.put(number, anew)
        after = seen(rendered.entries())
        assert after == seen(render_all(target, held.values()))
        differing = {key for key in {**before, **after} if before.get(key, ())[:4] != after.get(key, ())[:4]}
        assert changed == differing
        before = after


def test_what_stays_as_it_was_is_not_made_anew(target: Target) -> None:
    rendered = Rendered(target)
    rendered.put(ALPHA, alpha())
    before = by_key(rendered.entries())
    people = tuple(replace(each, name="Elsewhere") if each.person_id == ELS else each for each in PEOPLE)
    assert rendered.put(ALPHA, replace(alpha(), people=people)) == {f"person/{ELS}"}
    after = by_key(rendered.entries())
    made_anew = {key for key in before if before[key] is not after[key] and not key.startswith("container/")}
    assert made_anew == {f"person/{ELS}"}


def test_groups_are_told_when_a_member_is_called_otherwise(tmp_path: Path) -> None:
    rendered = Rendered(small(tmp_path, ("uid={person_id}", "cn={name}")))
    rendered.put(ALPHA, projection())
    people = (person(CARLA, "Carla", "Cools"), *PEOPLE[1:])
    assert rendered.put(ALPHA, projection(people=people)) == {f"person/{CARLA}", f"group/{chief().key}"}


def test_what_cannot_be_is_refused_until_it_is_otherwise(tmp_path: Path) -> None:
    rendered = Rendered(small(tmp_path, ("uid={person_id}", "cn={name}")))
    rendered.put(ALPHA, projection(people=(person(CARLA, "Carla", "Claes"), person(ELS, "Els", "claes"))))
    with pytest.raises(RenderingError, match=f"person/{CARLA} and person/{ELS}: both would have the same DN"):
        rendered.entries()
    rendered.put(ALPHA, projection(people=(person(CARLA, "Carla", ""), person(ELS, "Els", "Claes"))))
    with pytest.raises(RenderingError, match="its DN has no value for cn"):
        rendered.entries()
    rendered.put(ALPHA, projection(people=(person(CARLA, "Carla", "Cools"), person(ELS, "Els", "Claes"))))
    assert len(rendered.entries()) == 3


def test_an_enterprise_that_cannot_be_taken_changes_nothing(target: Target) -> None:
    rendered = Rendered(target)
    rendered.put(ALPHA, alpha())
    before = rendered.entries()
    nobody: dict[Group, frozenset[str]] = {chief(): frozenset({"p_nobody"})}
    with pytest.raises(RenderingError, match="somebody is a member who is not among the people"):
        rendered.put(ALPHA, projection(groups=nobody))
    assert rendered.entries() == before


def test_of_an_enterprise_that_is_none_of_the_targets_business_nothing_is_taken(target: Target) -> None:
    rendered = Rendered(replace(target, enterprises=frozenset({OMEGA})))
    assert rendered.put(ALPHA, alpha()) == frozenset()
