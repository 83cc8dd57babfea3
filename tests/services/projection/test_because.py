"""Why somebody is, or is not, in a group: what the decision endpoint answers, and the records behind it."""

from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.domain.moments import Period
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.records import EnterpriseRecord
from authz_service.domain.vocabulary import Domain, Reason
from authz_service.policy.engine import PolicyEngine
from authz_service.services.projection.bearing import telling
from authz_service.services.projection.because import Cause, Causes, EnterpriseCauses
from tests.services.projection.agreement import HELD
from tests.services.projection.worlds import NISS, NUMBERS, WorldInUse, fuller, in_use, questions

DAYS = ["2023-12-31", "2024-03-15", "2024-06-03"]
DAY = moments.moment_of("2024-03-15")
ALPHA = NUMBERS["alpha"]
DMFA = Group(GroupKind.APPLICATION, ALPHA, "alpha.nsso", Domain.SOCIAL_SECURITY, "DMFA")
USERS = Group(GroupKind.USERS, ALPHA, "alpha.nsso", Domain.SOCIAL_SECURITY)
OWN_ENTERPRISE = Group(GroupKind.EGOV_ROLE, ALPHA, "alpha.finance", Domain.FINANCE, "FPSFIN_OWN_ENTERPRISE")


def causes(used: WorldInUse) -> Causes:
    return Causes(used.database, used.decisions, used.projections.levels)


def everything(used: WorldInUse, name: str, at: int) -> tuple[EnterpriseCauses, list[Cause]]:
    """Why everybody of the world is, or is not, in each of the groups of an enterprise."""
    groups = used.projection(name, at).groups
    found = causes(used).of(NUMBERS[name], dict.fromkeys(groups, used.names.keys()), at)
    return found, [found.of(group, person_id) for group in groups for person_id in used.names]


def the(used: WorldInUse, group: Group, name: str, at: int | None = DAY) -> Cause:
    person_id = used.person_id(name)
    return causes(used).of(group.enterprise_number, {group: {person_id}}, at).of(group, person_id)


def differing(used: WorldInUse, name: str, at: int) -> list[Cause]:
    """Return what is answered otherwise than the decision endpoint and the projection do."""
    projection = used.projection(name, at)
    persons = {each["id"]: each for each in used.world["persons"]}
    found = []
    for cause in everything(used, name, at)[1]:
        asked = questions(used.world, cause.group, persons[used.names[cause.person_id]], at)
        answers = [decision.answer for decision in used.decisions.decide(asked)]
        is_right = cause.is_member == (cause.person_id in projection.groups[cause.group])
        if cause.answer is None:
            is_right &= cause.group.kind in HELD or not any(answer.allowed for answer in answers)
        else:
            is_right &= cause.answer in answers
            is_right &= cause.answer.allowed == any(answer.allowed for answer in answers)
        found += [] if is_right else [cause]
    return found


@pytest.mark.parametrize("name", sorted(NUMBERS))
@pytest.mark.parametrize("day", DAYS)
def test_rules_and_reasons_are_those_that_the_decision_endpoint_gives(
    reference: WorldInUse, name: str, day: str
) -> None:
    assert differing(reference, name, moments.moment_of(day)) == []


@pytest.mark.parametrize("seed", [3, 5])
def test_rules_are_those_of_the_decision_endpoint_in_changed_worlds(
    seed: int, tmp_path: Path, policy: PolicyEngine
) -> None:
    with in_use(fuller(seed), f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as used:
        for name in ("alpha", "epsilon", "omega"):
            assert differing(used, name, DAY) == []


def test_few_people_are_answered_as_all_are(used: WorldInUse) -> None:
    """On both systems, and with only their own relations read."""
    found, _ = everything(used, "alpha", DAY)
    ines = used.person_id("ines")
    groups = used.projection("alpha", DAY).groups
    alone = causes(used).of(ALPHA, {group: {ines} for group in groups}, DAY)
    for group in groups:
        assert alone.of(group, ines) == found.of(group, ines)
        assert alone.has(group)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_every_member_has_a_record_in_force_behind_him(reference: WorldInUse, name: str) -> None:
    for cause in everything(reference, name, DAY)[1]:
        if cause.is_member:
            assert cause.facts
            assert all(fact.is_in_force for fact in cause.facts)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_nothing_that_is_told_holds_a_national_number(reference: WorldInUse, name: str) -> None:
    for cause in everything(reference, name, DAY)[1]:
        told = f"{cause} {telling(cause.facts)}"
        assert not holds_national_number(told)
        assert not any(digits in told for digits in NISS.values())


def test_what_was_asked_is_told_with_the_resource(reference: WorldInUse) -> None:
    assert the(reference, DMFA, "ines").asked == ("use_application", "application", "DMFA")
    assert the(reference, OWN_ENTERPRISE, "tess").asked == ("use_role", "role_assignment", "r_tess")
    assert the(reference, USERS, "ines").asked is None


def test_a_member_has_the_records_in_force_behind_him_with_their_period(reference: WorldInUse) -> None:
    account, grant = the(reference, DMFA, "ines").facts
    assert (account.kind, account.record_id, account.since, account.until) == (
        "user",
        "acc_ines",
        "2021-02-28T23:00:00Z",
        "",
    )
    assert (grant.kind, grant.object, grant.capacity_id) == ("application_grant", "DMFA", "alpha.nsso")


def test_whoever_is_out_has_what_ended_last_behind_him(reference: WorldInUse) -> None:
    cause = the(reference, Group(GroupKind.CO_CHIEF_ACCESS_MANAGERS, ALPHA), "ruben")
    assert [(fact.record_id, fact.until, fact.is_in_force) for fact in cause.facts] == [
        ("ds04", "2023-12-31T23:00:00Z", False)
    ]


def test_a_no_for_want_of_an_active_account_names_the_enterprise(reference: WorldInUse) -> None:
    eta = NUMBERS["eta"]
    (dmfa,) = [group for group in reference.projection("eta", DAY).groups if group.object == "DMFA"]
    cause = the(reference, dmfa, "ivan")
    assert cause.reasons == (Reason.ACCOUNT_NOT_ACTIVE,)
    assert cause.facts[-1].told.startswith(f"enterprise {eta} (account not active) ")


def test_what_a_group_stands_for(reference: WorldInUse) -> None:
    found = causes(reference).of(ALPHA, {DMFA: ()}, DAY)
    assert [fact.kind for fact in found.group(DMFA)] == ["capacity", "application"]
    assert [fact.kind for fact in found.group(Group(GroupKind.CHIEF_ACCESS_MANAGER, ALPHA))] == ["enterprise"]
    assert found.has(DMFA)
    assert not found.has(Group(GroupKind.APPLICATION, ALPHA, "alpha.nsso", Domain.SOCIAL_SECURITY, "NONE"))


def test_an_enterprise_that_is_not_in_force_has_no_members(used: WorldInUse) -> None:
    used.change(EnterpriseRecord, {"enterprise_id": "alpha"}, valid=Period(moments.BEGINNING, DAY - 1))
    cause = the(used, DMFA, "ines")
    assert not cause.is_member
    assert telling(cause.facts) == f"enterprise {ALPHA} ended {moments.text_of(DAY - 1)}"


def test_somebody_who_is_not_known_is_in_no_group(reference: WorldInUse) -> None:
    found = causes(reference).of(ALPHA, {DMFA: {"p_nobody"}}, DAY)
    assert found.of(DMFA, "p_nobody") == Cause(
        DMFA, "p_nobody", False, ("use_application", "application", "DMFA"), None, (), found.revision
    )


def test_somebody_of_another_enterprise_is_asked_about_all_the_same(reference: WorldInUse) -> None:
    cause = the(reference, DMFA, "yann")
    assert cause.reasons == (Reason.APPLICATION_NOT_GRANTED,)
    assert cause.facts == ()
