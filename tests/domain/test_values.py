"""Values: compared and hashed by what they hold, however they were made."""

import dataclasses
import pickle
import subprocess
import sys

from authz_service.domain.moments import Phase
from authz_service.domain.standings import Enterprise, Role
from authz_service.domain.states import LegalFunction, RoleState
from authz_service.domain.values import HashedOnce, remembered, value


@value
class Place(HashedOnce):
    street: str
    number: int = 1


@value
class Corner(Place):
    other: str = ""


def test_equal_contents_make_equal_values() -> None:
    assert Place("a", 2) == Place("a", 2)
    assert hash(Place("a", 2)) == hash(Place("a", 2))
    assert Place("a", 2) != Place("a", 3)
    assert {Place("a"): "found"}[Place("a", 1)] == "found"


def test_values_of_two_kinds_are_not_equal() -> None:
    assert Place("a") != Corner("a")


def test_a_changed_copy_has_a_hash_of_its_own() -> None:
    before = Place("a")
    assert hash(before) == hash(Place("a"))
    after = dataclasses.replace(before, street="b")
    assert hash(after) == hash(Place("b")) != hash(before)


def test_its_fields_are_those_that_were_written() -> None:
    assert [field.name for field in dataclasses.fields(Corner)] == ["street", "number", "other"]
    assert repr(Corner("a")) == "Corner(street='a', number=1, other='')"
    assert not hasattr(Corner("a"), "__dict__")


def test_a_hash_does_not_go_to_another_process() -> None:
    standing = Enterprise(
        LegalFunction.NONE,
        chief_access_manager=False,
        co_chief_access_manager=False,
        head_local_manager=False,
        former_chief_access_manager=False,
        former_head_local_manager=False,
        account_active=True,
    )
    hash(standing)
    code = (
        "import pickle, sys; found = pickle.load(sys.stdin.buffer); kept = {found: 1}; "
        "import dataclasses; assert kept[dataclasses.replace(found)] == 1"
    )
    subprocess.run([sys.executable, "-c", code], input=pickle.dumps(standing), check=True)


def test_equal_arguments_are_given_the_same_value() -> None:
    role = remembered(Role)
    assert role(RoleState.PENDING, Phase.DURING) is role(RoleState.PENDING, Phase.DURING)
    assert role(RoleState.PENDING, Phase.DURING) == Role(RoleState.PENDING, Phase.DURING)
    assert role(RoleState.ENDED, Phase.DURING) != role(RoleState.PENDING, Phase.DURING)
