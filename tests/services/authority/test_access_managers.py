"""The GA and the co-GAs of a capacity."""

import pytest

from authz_service.domain.commands import (
    AddCoAccessManager,
    ChangeAccessManager,
    GrantApplication,
    RemoveCoAccessManager,
)
from authz_service.domain.vocabulary import Action
from authz_service.services.authority.reports import ConflictCode
from tests.support.door import NISS, REACHED, Door, niss, person

CARLA, FRANK, UMAR = person("carla", "alpha"), person("frank", "alpha"), person("umar", "alpha")
NSSO = "alpha.nsso"


def manages(door: Door, name: str) -> bool:
    return door.allows(person(name, "alpha"), Action.LIST_USERS, NSSO)


def test_a_new_titular_ends_the_old_one_at_that_instant(every_door: Door) -> None:
    door = every_door
    assert manages(door, "frank")
    assert door.do(CARLA, ChangeAccessManager(NSSO, niss("umar"), REACHED, "ga2", "acc_frank")).done
    assert not manages(door, "frank")
    assert manages(door, "umar")


def test_who_was_shown_another_titular_replaces_nobody(door: Door) -> None:
    (result,) = door.do(CARLA, ChangeAccessManager(NSSO, niss("umar"), REACHED, "ga2", None)).results
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.ACCESS_MANAGER_CHANGED
    assert result.conflict.facts == {"account": "acc_frank"}
    assert manages(door, "frank")


def test_the_titular_cannot_be_named_again(door: Door) -> None:
    (result,) = door.do(CARLA, ChangeAccessManager(NSSO, niss("frank"), REACHED, "ga2", "acc_frank")).results
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.ALREADY_ACCESS_MANAGER


def test_a_user_who_becomes_co_manager_has_one_record(door: Door) -> None:
    """His record as a user ends, and what stood in his profile with it; what is ticked on the form is his."""
    add = AddCoAccessManager(NSSO, niss("ines"), REACHED, "co1")
    assert door.opens(person("ines", "alpha"), "DMFA", NSSO)
    assert door.do(CARLA, add, GrantApplication("co1", "DIMONA")).done
    assert manages(door, "ines")
    (twice,) = door.do(CARLA, AddCoAccessManager(NSSO, niss("ines"), REACHED, "co2")).results
    assert twice.conflict is not None
    assert twice.conflict.code is ConflictCode.ALREADY_CO_ACCESS_MANAGER


def test_a_removed_co_manager_has_no_power_and_no_application_left(door: Door) -> None:
    door.do(CARLA, AddCoAccessManager(NSSO, niss("umar"), REACHED, "co1"), GrantApplication("co1", "DIMONA"))
    assert door.opens(UMAR, "DIMONA", NSSO)
    assert door.do(CARLA, RemoveCoAccessManager("co1")).done
    assert not manages(door, "umar")
    assert not door.opens(UMAR, "DIMONA", NSSO)


@pytest.mark.parametrize("name", ["frank", "greet", "ines", "anne"])
def test_nobody_but_the_chiefs_names_managers(door: Door, name: str) -> None:
    report = door.do(person(name, "alpha"), AddCoAccessManager(NSSO, niss("umar"), REACHED, "co1"))
    assert not report.done
    assert not report.changed
    assert not door.allows(UMAR, Action.LIST_USERS, NSSO)


def test_the_audit_record_says_who_named_whom_and_holds_no_number(door: Door) -> None:
    door.do(CARLA, ChangeAccessManager(NSSO, niss("umar"), REACHED, "ga2", "acc_frank"))
    entry = door.audited()[-1]
    assert entry["action"] == "change_access_manager"
    assert entry["outcome"] == "allowed"
    assert entry["actor"]["id"].startswith("p_")
    assert entry["asked"]["candidate"].startswith("p_")
    assert entry["target"] == {"type": "capacity", "id": NSSO}
    assert entry["facts_made"] == entry["facts_read"] + 1
    assert {change["kind"] for change in entry["changes"]} == {"relation", "contact"}
    assert NISS["umar"] not in str(entry)
    assert NISS["carla"] not in str(entry)
