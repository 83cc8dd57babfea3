"""Naming, replacing and removing the GAP and co-GAPs; the account that his first login activates."""

import dataclasses

from authz_service.domain.actors import Outcome
from authz_service.domain.commands import ActivateAccount, DesignateCoChiefAccessManager, RemoveCoChiefAccessManager
from authz_service.domain.vocabulary import Action, Reason
from authz_service.services.authority.reports import ConflictCode
from tests.support.door import NUMBER, REACHED, Door, designation, niss, person

PETER, BETA = person("peter", "beta"), NUMBER["beta"]
QUINTEN = person("quinten", "beta")


def test_the_first_designation_is_in_force_at_once_and_registers_the_enterprise(every_door: Door) -> None:
    door = every_door
    assert not door.allows(QUINTEN, Action.VIEW_CHIEF_ACCESS_MANAGER, BETA)
    report = door.do(PETER, designation("beta", "quinten", made="d1"))
    assert report.done
    assert report.made == ({"designation": "d1"},)
    assert door.allows(QUINTEN, Action.VIEW_CHIEF_ACCESS_MANAGER, BETA)
    assert report.revision == door.reference.decisions.decide([QUINTEN.asks(Action.READ_EBOX, BETA, {})])[0].facts


def test_a_replaced_chief_has_no_power_from_that_instant(door: Door) -> None:
    door.do(PETER, designation("beta", "quinten", made="d1"))
    assert door.do(PETER, designation("beta", "peter", replaces="d1")).done
    assert not door.allows(QUINTEN, Action.VIEW_CHIEF_ACCESS_MANAGER, BETA)


def test_who_was_shown_another_chief_replaces_nobody(door: Door) -> None:
    door.do(PETER, designation("beta", "quinten", made="d1"))
    report = door.do(PETER, designation("beta", "peter"))
    (result,) = report.results
    assert result.outcome is Outcome.CONFLICT
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.CHIEF_ACCESS_MANAGER_CHANGED
    assert result.conflict.facts["designation"] == "d1"
    assert result.conflict.facts["first_name"] == "Quinten"
    assert not report.changed
    assert door.allows(QUINTEN, Action.VIEW_CHIEF_ACCESS_MANAGER, BETA)


def test_who_is_not_a_representative_learns_nothing_of_the_chief(door: Door) -> None:
    report = door.do(person("quinten", "beta"), designation("beta", "quinten"))
    (result,) = report.results
    assert result.outcome is Outcome.REFUSED
    assert result.conflict is None
    assert Reason.NOT_LEGAL_REPRESENTATIVE in result.decision.answer.reasons


def test_the_text_that_was_confirmed_must_be_the_present_one(door: Door) -> None:
    outdated = dataclasses.replace(designation("beta", "quinten"), declaration="2015-01")
    (result,) = door.do(PETER, outdated).results
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.OUTDATED_DECLARATION


def test_the_chief_and_the_requester_are_told(door: Door) -> None:
    door.do(PETER, designation("beta", "quinten", made="d1"))
    assert {(mail["kind"], mail["to"]) for mail in door.messages("mail")} == {
        ("chief_access_manager_designated", "access@enterprise.example"),
        ("designation_confirmed", "owner@enterprise.example"),
    }
    door.do(PETER, designation("beta", "peter", replaces="d1"))
    assert "chief_access_manager_replaced" in {mail["kind"] for mail in door.messages("mail")}


def test_a_co_chief_who_becomes_the_chief_is_one_no_more(door: Door) -> None:
    """Replaced in his turn, he has no power left (DRV-07)."""
    door.do(PETER, designation("beta", "quinten", made="d1"))
    door.do(QUINTEN, DesignateCoChiefAccessManager(BETA, niss("peter"), REACHED, "c1"))
    door.do(PETER, designation("beta", "peter", replaces="d1", made="d2"))
    assert door.do(PETER, designation("beta", "quinten", replaces="d2")).done
    names = Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER
    assert not door.allows(PETER, names, BETA, candidate=niss("quinten").digits)


def test_his_own_login_activates_the_account_and_nobody_elses(door: Door) -> None:
    door.do(PETER, designation("beta", "quinten"))
    assert not door.do(PETER, ActivateAccount(BETA)).done
    first = door.do(QUINTEN, ActivateAccount(BETA))
    assert first.done
    assert first.changed
    again = door.do(QUINTEN, ActivateAccount(BETA))
    assert again.done
    assert not again.changed


def test_a_co_chief_is_named_once_and_removed_at_once(door: Door) -> None:
    door.do(PETER, designation("beta", "quinten", made="d1"))
    assert door.do(QUINTEN, DesignateCoChiefAccessManager(BETA, niss("peter"), REACHED, "c1")).done
    (twice,) = door.do(QUINTEN, DesignateCoChiefAccessManager(BETA, niss("peter"), REACHED, "c2")).results
    assert twice.conflict is not None
    assert twice.conflict.code is ConflictCode.ALREADY_CO_CHIEF_ACCESS_MANAGER
    (himself,) = door.do(QUINTEN, DesignateCoChiefAccessManager(BETA, niss("quinten"), REACHED, "c3")).results
    assert himself.conflict is not None
    assert himself.conflict.code is ConflictCode.ALREADY_CHIEF_ACCESS_MANAGER
    assert door.do(QUINTEN, RemoveCoChiefAccessManager(BETA, niss("peter"))).done
    (gone,) = door.do(QUINTEN, RemoveCoChiefAccessManager(BETA, niss("peter"))).results
    assert gone.decision.answer.reasons == (Reason.TARGET_STATE,)
