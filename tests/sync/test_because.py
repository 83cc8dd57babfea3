"""Why a plan does what it does: the reference world in a private OpenLDAP, and what changes in either of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.domain.moments import Period
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.records import EnterpriseRecord
from authz_service.domain.vocabulary import Domain
from authz_service.policy.engine import PolicyEngine
from authz_service.services.projection.because import Causes
from authz_service.sync.because import Because
from authz_service.sync.reasons import ReasonKind, membership_reason
from authz_service.sync.saved_plans import SavedPlan, plan_document, staleness
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import NISS, NUMBERS, WorldInUse, in_use, questions
from tests.services.test_decisions_agree import REFERENCE
from tests.sync.offices import Office
from tests.sync.reasons_told import ALPHA, CO_CHIEFS, DAY, DMFA, USERS, because, lines, projected, real_policy

OMEGA = NUMBERS["omega"]
MANAGERS = Group(GroupKind.ACCESS_MANAGERS, ALPHA, "alpha.nsso", Domain.SOCIAL_SECURITY)
ROLE = Group(GroupKind.EGOV_ROLE, ALPHA, "alpha.finance", Domain.FINANCE, "FPSFIN_OWN_ENTERPRISE")
UNDER_MANDATE = Group(
    GroupKind.MANDATE_APPLICATION, OMEGA, "omega.provider", Domain.SOCIAL_SECURITY, "DMFA", mandator_number=ALPHA
)


@pytest.fixture(scope="module")
def policy() -> PolicyEngine:
    return real_policy()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world as it is."""
    folder = tmp_path_factory.mktemp("because")
    with in_use(REFERENCE, f"sqlite:///{folder / 'facts.db'}", folder, policy) as world:
        yield world


@pytest.fixture
def used(tmp_path: Path, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world, to be changed."""
    with in_use(REFERENCE, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as world:
        yield world


def told_of(used: WorldInUse, group: Group, name: str, at: int = DAY) -> str:
    """What is told of somebody and a group."""
    person_id = used.person_id(name)
    causes = Causes(used.database, used.decisions, LEVELS).of(group.enterprise_number, {group: {person_id}}, at)
    cause = causes.of(group, person_id)
    return membership_reason(cause, comes=cause.is_member).told.replace(person_id, name)


# --- people in groups -------------------------------------------------------------------------------------------------


def test_somebody_with_an_application_in_his_profile(reference: WorldInUse) -> None:
    told = told_of(reference, DMFA, "ines")
    assert told.startswith("ines is a member: use_application DMFA in alpha.nsso is allowed by ACC-07, ")
    assert "UM-APP-01" in told
    assert told.endswith(
        "; user acc_ines in alpha.nsso since 2021-02-28T23:00:00Z"
        "; application grant acc_ines/DMFA of DMFA in alpha.nsso since 2021-02-28T23:00:00Z"
    )


def test_the_chief_access_manager_is_implicitly_access_manager(reference: WorldInUse) -> None:
    told = told_of(reference, MANAGERS, "carla")
    assert told.startswith("carla is a member: list_users alpha.nsso is allowed by ")
    assert "GGA-CAM-03" in told
    assert told.endswith("; chief access manager ds02 since 2023-05-31T22:00:00Z")


def test_a_blocked_user(reference: WorldInUse) -> None:
    assert told_of(reference, DMFA, "jan") == (
        "jan is no member: use_application DMFA in alpha.nsso is denied by UM-BLK-05 (ACCOUNT_BLOCKED)"
        "; user acc_jan in alpha.nsso (blocked) since 2021-02-28T23:00:00Z"
        "; application grant acc_jan/DMFA of DMFA in alpha.nsso since 2021-02-28T23:00:00Z"
    )
    assert told_of(reference, USERS, "jan") == (
        "jan is no member: no user's account that is not blocked in alpha.nsso"
        "; user acc_jan in alpha.nsso (blocked) since 2021-02-28T23:00:00Z"
    )


def test_an_egov_role_that_is_not_accepted_has_expired_or_was_never_given(reference: WorldInUse) -> None:
    assert told_of(reference, ROLE, "tess") == (
        "tess is no member: use_role r_tess (FPSFIN_OWN_ENTERPRISE) in alpha.finance is denied by RMA-ROL-02"
        " (ROLE_NOT_ACCEPTED); role assignment r_tess of FPSFIN_OWN_ENTERPRISE in alpha.finance (pending acceptance)"
        " since 2024-03-09T23:00:00Z"
    )
    assert told_of(reference, ROLE, "greet").endswith("(accepted) ended 2024-02-29T23:00:00Z")
    assert told_of(reference, ROLE, "karen") == (
        "karen is no member: no assignment of FPSFIN_OWN_ENTERPRISE in alpha.finance"
    )


def test_an_application_under_a_mandate(reference: WorldInUse) -> None:
    told = told_of(reference, UNDER_MANDATE, "yann")
    assert told.startswith(
        f"yann is a member: act_under_mandate DMFA in omega.provider for {ALPHA} is allowed by ACC-07, "
    )
    assert "MAN-GEN-01" in told
    assert told.endswith(
        "; application grant acc_yann/DMFA of DMFA in omega.provider since 2021-02-28T23:00:00Z"
        "; mandate m_alpha_omega of dmfa_dimona (signed by both) since 2023-09-30T22:00:00Z"
    )


def test_a_relation_that_no_question_tells(reference: WorldInUse) -> None:
    assert told_of(reference, CO_CHIEFS, "els") == (
        f"els is a member: a designation as co-Chief Access Manager in {ALPHA}"
        "; co chief access manager ds03 since 2023-06-14T22:00:00Z"
    )
    assert told_of(reference, CO_CHIEFS, "ruben") == (
        f"ruben is no member: no designation as co-Chief Access Manager in {ALPHA}"
        "; co chief access manager ds04 ended 2023-12-31T23:00:00Z"
    )


# --- a first plan -----------------------------------------------------------------------------------------------------


def test_each_change_of_a_first_plan_has_its_reasons(reference: WorldInUse, office: Office) -> None:
    plan = office.plan(*projected(reference, office))
    reasons = because(reference, office, plan)
    assert reasons.keys() == {change.key for change in plan.changes}
    assert all(reasons.values())
    for change in plan.changes:
        members = change.desired.members if change.desired and change.desired.members else frozenset()
        told = {f"person/{each.person_id}" for each in reasons[change.key] if each.kind is ReasonKind.MEMBERSHIP}
        assert told == members
    assert lines(reference, reasons, f"group/{USERS.key}")[0] == (
        "stands for: capacity alpha.nsso since 2021-02-02T23:00:00Z"
    )
    assert lines(reference, reasons, f"person/{reference.person_id('jan')}") == [
        "jan stands there: user acc_jan in alpha.nsso (blocked) since 2021-02-28T23:00:00Z",
        "jan: every account is blocked: user acc_jan in alpha.nsso (blocked) since 2021-02-28T23:00:00Z",
    ]


def test_the_rules_of_each_member_are_those_of_the_decision_endpoint(reference: WorldInUse, office: Office) -> None:
    plan = office.plan(*projected(reference, office))
    reasons = because(reference, office, plan)
    persons = {each["id"]: each for each in reference.world["persons"]}
    compared = 0
    for change in plan.changes:
        group = change.desired.group if change.desired else None
        for reason in reasons[change.key]:
            if group is None or reason.question is None:
                continue
            asked = questions(reference.world, group, persons[reference.names[reason.person_id]], DAY)
            answers = [decision.answer for decision in reference.decisions.decide(asked)]
            assert (reason.allowed, reason.rules) in [(answer.allowed, answer.rules) for answer in answers]
            compared += 1
    assert compared > 50


def test_of_the_members_beyond_so_many_it_is_told_how_many_there_are_for_the_same_rules(
    reference: WorldInUse, office: Office
) -> None:
    plan = office.plan(*projected(reference, office))
    all_of_them = because(reference, office, plan)
    few = Because(office.target, reference.projections, most_told=5).of(plan, at=DAY)
    singly = [each for told in few.values() for each in told if each.kind is ReasonKind.MEMBERSHIP]
    assert len(singly) == 5
    for key, told in all_of_them.items():
        counted: dict[tuple[str, ...], int] = {}
        for kind in (ReasonKind.MEMBERSHIP, ReasonKind.MORE):
            for each in few[key]:
                if each.kind is kind:
                    counted[each.rules] = counted.get(each.rules, 0) + each.count
        rules = [each.rules for each in told if each.kind is ReasonKind.MEMBERSHIP]
        assert counted == {each: rules.count(each) for each in rules}
        assert few[key]


# --- as a document ----------------------------------------------------------------------------------------------------


def test_nothing_that_is_told_holds_a_national_number(used: WorldInUse, office: Office) -> None:
    office.without_limits()
    plans = [office.plan(*projected(used, office))]
    office.done()
    used.change(EnterpriseRecord, {"enterprise_id": "alpha"}, valid=Period(moments.BEGINNING, DAY - 1))
    plans.append(office.plan(*projected(used, office, *(NUMBERS.keys() - {"alpha"}))))
    for plan in plans:
        document = plan_document(plan, (), because(used, office, plan))
        for change in document["changes"]:
            text = json.dumps(change["because"])
            assert not holds_national_number(text)
            assert not any(digits in text for digits in NISS.values())


def test_reasons_are_told_in_fields_and_are_no_part_of_what_a_plan_is_known_by(
    reference: WorldInUse, office: Office
) -> None:
    plan = office.plan(*projected(reference, office))
    document = plan_document(plan, (), because(reference, office, plan))
    (change,) = [each for each in document["changes"] if each["key"] == f"group/{DMFA.key}"]
    ines = reference.person_id("ines")
    (reason,) = [each for each in change["because"] if each.get("person") == ines]
    assert reason["kind"] == "membership"
    assert reason["question"] == {"action": "use_application", "resource": {"type": "application", "id": "DMFA"}}
    assert reason["allowed"] is True
    assert "UM-APP-01" in reason["rules"]
    assert reason["facts"][0] == {
        "kind": "user",
        "id": "acc_ines",
        "capacity": "alpha.nsso",
        "state": "active",
        "since": "2021-02-28T23:00:00Z",
        "in_force": True,
    }
    assert staleness(SavedPlan.parse(json.dumps(document)), plan) == ()
    assert "because" not in plan_document(plan)["changes"][0]
