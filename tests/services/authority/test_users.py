"""Users and the applications of their profiles."""

import dataclasses

import pytest

from authz_service.domain.actors import Outcome
from authz_service.domain.commands import (
    BlockUser,
    Command,
    CreateUser,
    DeleteUser,
    GrantApplication,
    RevokeApplication,
    UnblockUser,
)
from authz_service.domain.vocabulary import Reason
from authz_service.services.authority.reports import ConflictCode
from tests.support.door import REACHED, Door, niss, person

FRANK, UMAR = person("frank", "alpha"), person("umar", "alpha")
NSSO = "alpha.nsso"
CREATE = CreateUser(NSSO, niss("umar"), REACHED, "u1")


def test_a_user_opens_what_he_is_given_until_he_is_blocked_and_again_when_unblocked(every_door: Door) -> None:
    door = every_door
    assert door.do(FRANK, CREATE, GrantApplication("u1", "DMFA")).done
    assert door.opens(UMAR, "DMFA", NSSO)
    assert door.do(FRANK, BlockUser("u1")).done
    assert not door.opens(UMAR, "DMFA", NSSO)
    assert door.do(FRANK, UnblockUser("u1")).done
    assert door.opens(UMAR, "DMFA", NSSO)
    assert door.do(FRANK, RevokeApplication("u1", "DMFA")).done
    assert not door.opens(UMAR, "DMFA", NSSO)


def test_a_deleted_user_who_is_created_again_starts_with_nothing(door: Door) -> None:
    door.do(FRANK, CREATE, GrantApplication("u1", "DMFA"))
    assert door.do(FRANK, DeleteUser("u1")).done
    assert not door.opens(UMAR, "DMFA", NSSO)
    assert door.do(FRANK, dataclasses.replace(CREATE, account_id="u2")).done
    assert not door.opens(UMAR, "DMFA", NSSO)


@pytest.mark.parametrize("command", [GrantApplication("u1", "DMFA"), RevokeApplication("u1", "DIMONA")])
def test_giving_what_is_held_and_taking_what_is_not_changes_nothing(door: Door, command: Command) -> None:
    door.do(FRANK, CREATE, GrantApplication("u1", "DMFA"))
    report = door.do(FRANK, command)
    assert report.done
    assert not report.changed


def test_one_refusal_in_a_group_takes_the_others_back(door: Door) -> None:
    """F02; each is told by itself, and each stands in the audit log."""
    before = len(door.audited())
    report = door.do(FRANK, CREATE, GrantApplication("u1", "DMFA"), GrantApplication("u1", "no such thing"))
    assert [result.outcome for result in report.results] == [Outcome.WITHDRAWN, Outcome.WITHDRAWN, Outcome.REFUSED]
    assert report.results[2].decision.answer.reasons == (Reason.UNKNOWN_APPLICATION,)
    assert not report.changed
    assert door.messages("mail") == []
    assert [entry["outcome"] for entry in door.audited()[before:]] == ["withdrawn", "withdrawn", "refused"]
    assert all(entry["facts_made"] is None for entry in door.audited()[before:])
    assert door.do(FRANK, CREATE).done, "nothing of it was left behind"


def test_each_for_itself_carries_out_those_that_are_allowed(door: Door) -> None:
    door.do(FRANK, CREATE)
    report = door.do(FRANK, BlockUser("acc_greet"), BlockUser("u1"), together=False)
    assert [result.outcome for result in report.results] == [Outcome.REFUSED, Outcome.ALLOWED]
    assert report.changed


def test_the_same_target_twice_is_decided_on_what_the_first_made(door: Door) -> None:
    door.do(FRANK, CREATE)
    report = door.do(FRANK, BlockUser("u1"), BlockUser("u1"), together=False)
    assert [result.outcome for result in report.results] == [Outcome.ALLOWED, Outcome.REFUSED]
    assert report.results[1].decision.answer.reasons == (Reason.TARGET_STATE,)


def test_a_user_name_is_one_persons_and_a_person_has_one(door: Door) -> None:
    named = dataclasses.replace(CREATE, contact=dataclasses.replace(REACHED, user_name="umar.u"))
    door.do(FRANK, named)
    taken = CreateUser(NSSO, niss("anne"), dataclasses.replace(REACHED, user_name="umar.u"), "u2")
    (result,) = door.do(FRANK, taken).results
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.USER_NAME_TAKEN
    door.do(FRANK, DeleteUser("u1"))
    other = CreateUser(NSSO, niss("umar"), dataclasses.replace(REACHED, user_name="another"), "u3")
    (result,) = door.do(FRANK, other).results
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.USER_NAME_CHOSEN
