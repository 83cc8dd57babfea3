"""What a directory should contain of the enterprises of the reference world, and how that follows what changes."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import Period
from authz_service.domain.projections import GroupKind
from authz_service.domain.records import ContactRecord, EnterpriseRecord, RelationRecord
from authz_service.domain.vocabulary import Domain
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import PolicySource, PolicyText, read_policy
from authz_service.services.decisions import DecisionService
from authz_service.services.projection.errors import ProjectionError, UndecidedError
from authz_service.services.projection.projections import Projections
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import CONTEXTS, NISS, NUMBERS, RIGHT, WorldInUse, in_use
from tests.services.test_decisions_agree import PROJECT, REFERENCE

DAY = moments.moment_of("2024-03-15")
SOCIAL_SECURITY = frozenset({Domain.SOCIAL_SECURITY})
NSSO = {"capacity_id": "alpha.nsso"}


# --- groups -----------------------------------------------------------------------------------------------------------


def test_the_chief_access_manager_is_alone_in_his_group(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    assert reference.members(alpha, GroupKind.CHIEF_ACCESS_MANAGER) == {"carla"}
    assert reference.members(alpha, GroupKind.CO_CHIEF_ACCESS_MANAGERS) == {"els"}


def test_implicit_access_managers_are_among_those_of_every_capacity(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    assert reference.members(alpha, GroupKind.ACCESS_MANAGERS, **NSSO) == {"carla", "els", "frank", "greet"}
    assert reference.members(alpha, GroupKind.ACCESS_MANAGERS, capacity_id="alpha.mobility") == {"carla", "els"}


def test_co_access_managers_and_users_are_those_with_an_account_that_is_not_blocked(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    assert reference.members(alpha, GroupKind.CO_ACCESS_MANAGERS, **NSSO) == {"greet"}
    assert reference.members(alpha, GroupKind.USERS, **NSSO) == {"ines", "leo", "tess"}


def test_an_application_has_a_group_in_every_capacity_it_is_offered_to(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    managers = {"carla", "els", "frank", "greet"}
    assert reference.members(alpha, GroupKind.APPLICATION, object="DMFA", **NSSO) == managers | {"ines", "leo"}
    assert reference.members(alpha, GroupKind.APPLICATION, object="EBOX", **NSSO) == managers | {"tess"}
    assert not [group for group in alpha.groups if group.object == "SERVICE_VOUCHERS"]


def test_a_group_without_members_is_there(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    assert reference.members(alpha, GroupKind.USERS, capacity_id="alpha.mobility") == set()


def test_an_egov_role_has_those_who_accepted_it_in_its_period(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    role = {"object": "FPSFIN_OWN_ENTERPRISE", "capacity_id": "alpha.finance"}
    assert reference.members(alpha, GroupKind.EGOV_ROLE, **role) == {"ines", "leo"}


def test_an_egov_role_that_nobody_has_accepted_has_no_group(used: WorldInUse) -> None:
    used.change(RelationRecord, {"relation_id": "r_yann"}, state="pending_acceptance")
    omega = used.projection("omega", DAY)
    assert not [group for group in omega.groups if group.kind is GroupKind.EGOV_ROLE]


def test_a_flemish_right_has_its_holders_who_can_log_in_by_context(used: WorldInUse) -> None:
    enterprise_id, eva = used.projection("epsilon").enterprise.enterprise_id, used.person_id("eva")
    used.add(RelationRecord("f_eva", enterprise_id, eva, "flemish_right", "", RIGHT, "", CONTEXTS[1], "", (), Period()))
    epsilon = used.projection("epsilon", DAY)
    assert used.members(epsilon, GroupKind.FLEMISH_RIGHT, context=CONTEXTS[0]) == {"dora"}, "emil has no digital key"
    assert used.members(epsilon, GroupKind.FLEMISH_RIGHT, context=CONTEXTS[1]) == {"eva"}


def test_the_mandatarys_people_act_for_the_mandator(reference: WorldInUse) -> None:
    omega = reference.projection("omega", DAY)
    kind, alpha = GroupKind.MANDATE_APPLICATION, {"mandator_number": NUMBERS["alpha"]}
    assert reference.members(omega, kind, object="DMFA", **alpha) == {"willa", "xena", "yann"}
    assert reference.members(omega, kind, object="INTERVAT", **alpha) == {"yann"}
    assert reference.members(omega, kind, object="TEMP_UNEMPLOYMENT", **alpha) == set(), "signed by one party only"


def test_a_mandate_that_is_over_has_no_group_and_one_to_come_an_empty_one(reference: WorldInUse) -> None:
    omega, sigma = reference.projection("omega", DAY), reference.projection("sigma", DAY)
    kappa = {"mandator_number": NUMBERS["kappa"]}
    assert not [group for group in omega.groups if group.mandator_number == kappa["mandator_number"]]
    assert reference.members(sigma, GroupKind.MANDATE_APPLICATION, object="DMFA", **kappa) == set()


def test_nobody_is_in_a_group_before_the_account_of_the_enterprise_is_active(reference: WorldInUse) -> None:
    eta = reference.projection("eta", DAY)
    assert reference.members(eta, GroupKind.CHIEF_ACCESS_MANAGER) == {"gust"}
    assert reference.members(eta, GroupKind.APPLICATION, object="DMFA") == {"gust"}, "his login is what activates it"
    assert reference.members(eta, GroupKind.USERS) == {"ivan"}


def test_every_group_has_a_key_of_its_own(reference: WorldInUse) -> None:
    groups = [group for name in NUMBERS for group in reference.projection(name, DAY).groups]
    assert len({group.key for group in groups}) == len(groups)


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_blocked_user_is_in_no_group_and_is_shown_as_blocked(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    for name in ("jan", "pavel"):
        assert reference.shown(alpha, name).blocked
        assert not [group for group, members in alpha.groups.items() if reference.person_id(name) in members]
    assert not reference.shown(alpha, "ines").blocked


def test_whoever_is_unblocked_is_where_he_was(used: WorldInUse) -> None:
    before = used.projection("alpha")
    used.change(RelationRecord, {"relation_id": "acc_olga"}, state="blocked")
    blocked = used.projection("alpha")
    olga = used.person_id("olga")
    assert used.shown(blocked, "olga").blocked
    assert not [group for group, members in blocked.groups.items() if olga in members]
    used.change(RelationRecord, {"relation_id": "acc_olga"}, state="active")
    after = used.projection("alpha")
    assert (after.groups, after.people) == (before.groups, before.people)


def test_whoever_may_still_do_something_is_not_shown_as_blocked(used: WorldInUse) -> None:
    used.change(RelationRecord, {"relation_id": "acc_leo"}, state="blocked")
    alpha, social = used.projection("alpha", DAY), used.projection("alpha", DAY, domains=SOCIAL_SECURITY)
    role = {"object": "FPSFIN_OWN_ENTERPRISE", "capacity_id": "alpha.finance"}
    assert "leo" in used.members(alpha, GroupKind.EGOV_ROLE, **role), "blocked in another capacity than the role's"
    assert not used.shown(alpha, "leo").blocked
    assert used.shown(social, "leo").blocked, "in all that a directory of social security knows of him"


def test_whoever_is_blocked_in_one_of_two_capacities_is_not_blocked(used: WorldInUse) -> None:
    used.change(RelationRecord, {"relation_id": "acc_olga"}, state="blocked")
    enterprise_id, olga = used.projection("alpha").enterprise.enterprise_id, used.person_id("olga")
    more = RelationRecord("acc_more", enterprise_id, olga, "user", "alpha.nsso", "", "", "", "active", (), Period())
    used.add(more)
    assert not used.shown(used.projection("alpha", DAY), "olga").blocked


def test_people_are_members_and_holders_of_accounts_and_nobody_else(reference: WorldInUse) -> None:
    alpha = reference.people(reference.projection("alpha", DAY))
    assert alpha == {
        "carla", "els", "frank", "greet", "ines", "jan", "karen", "leo", "mia", "olga", "pavel", "tess",
    }  # fmt: skip


def contact(owner_kind: str, owner_id: str, user_name: str, email: str) -> ContactRecord:
    return ContactRecord(owner_kind, owner_id, user_name, "", "", email, "", "", None, Period())


def test_people_have_the_address_of_their_account_else_their_own(used: WorldInUse) -> None:
    for name in ("ines", "leo"):
        used.add(contact("person", used.person_id(name), f"{name}1", f"{name}@home.example"))
    used.add(contact("account", "acc_ines", "", "ines@work.example"))
    alpha = used.projection("alpha")
    ines, leo, tess = (used.shown(alpha, name) for name in ("ines", "leo", "tess"))
    assert (ines.first_name, ines.name, ines.language) == ("Ines", "Ickx", "fr")
    assert (ines.user_name, ines.email) == ("ines1", "ines@work.example")
    assert (leo.user_name, leo.email) == ("leo1", "leo@home.example")
    assert (tess.user_name, tess.email) == ("", "")


def test_national_numbers_are_there_only_when_asked_for(reference: WorldInUse) -> None:
    assert {person.niss for person in reference.projection("alpha", DAY).people} == {None}
    entitled = reference.projection("alpha", DAY, with_national_numbers=True)
    assert {reference.names[person.person_id]: person.niss for person in entitled.people} == {
        name: Niss(NISS[name]) for name in reference.people(entitled)
    }


# --- for whom ---------------------------------------------------------------------------------------------------------


def test_a_directory_receives_only_what_its_domains_are_about(reference: WorldInUse) -> None:
    finance = reference.projection("alpha", DAY, domains=frozenset({Domain.FINANCE, Domain.MOBILITY}))
    assert {group.domain for group in finance.groups} == {Domain.FINANCE, Domain.MOBILITY, Domain.NONE}
    assert {each.capacity_id for each in finance.enterprise.capacities} == {"alpha.finance", "alpha.mobility"}
    assert reference.people(finance) == {"carla", "els", "ines", "leo", "mia"}


def test_what_a_directory_receives_is_what_there_is_of_its_domains(reference: WorldInUse) -> None:
    everything = reference.projection("alpha", DAY)
    social = reference.projection("alpha", DAY, domains=SOCIAL_SECURITY)
    assert social.groups == {
        group: members
        for group, members in everything.groups.items()
        if group.domain in {Domain.SOCIAL_SECURITY, Domain.NONE}
    }


def test_an_enterprise_that_is_not_known_has_no_projection(reference: WorldInUse) -> None:
    assert reference.projections.of("0999999922") is None
    assert reference.projections.changes_at("0999999922") is None


def test_an_enterprise_to_come_changes_when_it_begins(used: WorldInUse) -> None:
    number, begins = "0999999922", moments.begin_of("2090-01-01")
    to_come = EnterpriseRecord(
        "later", number, "Later", "private_employer", "active", None, None, None, False, Period(begins)
    )
    used.add(to_come)
    assert used.projections.of(number) is None
    assert used.projections.changes_at(number) == begins
    projection = used.projections.of(number, at=begins)
    assert projection is not None
    assert (projection.people, set(projection.groups.values())) == ((), {frozenset()})


def test_all_enterprises_are_listed_by_number(reference: WorldInUse) -> None:
    assert reference.projections.enterprises() == tuple(sorted(NUMBERS.values()))


# --- at one instant, one revision -------------------------------------------------------------------------------------


def test_it_changes_where_the_next_period_ends(reference: WorldInUse) -> None:
    alpha = reference.projection("alpha", DAY)
    assert alpha.changes_at == moments.begin_of("2024-04-01"), "a director's function begins"
    assert alpha.changes_at == reference.projections.changes_at(NUMBERS["alpha"], DAY)
    last = moments.end_of("2024-12-31")
    assert reference.projection("alpha", last - 1).changes_at == last, "an eGov role ends"
    role = {"object": "FPSFIN_OWN_ENTERPRISE", "capacity_id": "alpha.finance"}
    assert "ines" in reference.members(reference.projection("alpha", last - 1), GroupKind.EGOV_ROLE, **role)
    assert "ines" not in reference.members(reference.projection("alpha", last), GroupKind.EGOV_ROLE, **role)


def test_a_mandate_begins_at_its_own_instant(reference: WorldInUse) -> None:
    begins = moments.begin_of("2024-04-01")
    assert reference.projection("sigma", DAY).changes_at == begins
    for instant, members in ((begins - 1, set()), (begins, {"stef", "sam"})):
        sigma = reference.projection("sigma", instant)
        kappa = {"object": "DMFA", "mandator_number": NUMBERS["kappa"]}
        assert reference.members(sigma, GroupKind.MANDATE_APPLICATION, **kappa) == members


class Interrupting:
    """Reads facts for decisions, and lets somebody else record something before the first of them."""

    def __init__(self, used: WorldInUse) -> None:
        self._used = used
        self._facts = FactsReader(used.database)
        self._recorded = False

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        if not self._recorded:
            self._recorded = True
            self._used.change(RelationRecord, {"relation_id": "acc_frank"}, state="blocked")
        return self._facts.read(queries)


def test_what_is_recorded_meanwhile_is_not_half_seen(used: WorldInUse) -> None:
    before = used.projection("alpha")
    decisions = DecisionService(Interrupting(used), used.decisions.policy, LEVELS)
    during = Projections(used.database, decisions, LEVELS).of(NUMBERS["alpha"])
    after = used.projection("alpha")
    assert during is not None
    assert (during.revision, during.groups, during.people) == (before.revision, before.groups, before.people)
    assert after.revision == before.revision + 1
    assert used.members(after, GroupKind.APPLICATION, object="DMFA", **NSSO) == {"carla", "els", "greet", "ines", "leo"}


def test_where_a_question_cannot_be_decided_nothing_is_known(reference: WorldInUse) -> None:
    text = read_policy(PROJECT / "policies", levels=LEVELS)
    broken = 'met("access to the application", "UM-APP-01", standing) if standing.nothing_of_the_kind = true;'
    sources = (*text.sources, PolicySource("broken.polar", broken))
    policy = PolicyEngine(PolicyText(sources, {}, LEVELS), checked=False)
    decisions = DecisionService(FactsReader(reference.database), policy, LEVELS)
    with pytest.raises(UndecidedError):
        Projections(reference.database, decisions, LEVELS).of(NUMBERS["alpha"], at=DAY)


def test_decisions_from_another_store_are_refused(reference: WorldInUse, tmp_path: Path, policy: PolicyEngine) -> None:
    with in_use(REFERENCE, f"sqlite:///{tmp_path / 'other.db'}", tmp_path, policy) as other:
        other.change(RelationRecord, {"relation_id": "acc_frank"}, state="blocked")
        other.change(RelationRecord, {"relation_id": "acc_frank"}, state="active")
        with pytest.raises(ProjectionError, match="another store"):
            Projections(other.database, reference.decisions, LEVELS).of(NUMBERS["alpha"])


def test_a_database_without_facts_has_no_enterprise(database_url: str, tmp_path: Path, policy: PolicyEngine) -> None:
    database = Database(database_url, ensure_key_file(tmp_path / "keys.json"))
    database.upgrade()
    decisions = DecisionService(FactsReader(database), policy, LEVELS)
    assert Projections(database, decisions, LEVELS).of(NUMBERS["alpha"]) is None
    database.close()


# --- how much is asked ------------------------------------------------------------------------------------------------


class Counting:
    """Reads facts for decisions, and counts the questions."""

    def __init__(self, database: Database) -> None:
        self.questions = 0
        self._facts = FactsReader(database)

    def read(self, queries: Sequence[FactsQuery]) -> list[QuestionFacts]:
        self.questions += len(queries)
        return self._facts.read(queries)


def test_people_who_stand_alike_are_asked_about_once(used: WorldInUse) -> None:
    counting = Counting(used.database)
    projections = Projections(used.database, DecisionService(counting, used.decisions.policy, LEVELS), LEVELS)
    before = projections.of(NUMBERS["alpha"], at=DAY)
    asked, counting.questions = counting.questions, 0
    assert before is not None
    alike = [name for name in sorted(NISS) if name in {"noor", "nele", "xena", "zoe", "stef", "sofie"}]
    for name in alike:
        person_id, enterprise_id = used.person_id(name), before.enterprise.enterprise_id
        account = RelationRecord(
            f"acc_{name}2", enterprise_id, person_id, "user", "alpha.nsso", "", "", "", "active", (), Period()
        )
        used.add(account, dataclasses.replace(account, kind="application_grant", object="PUBLIATO"))
    after = projections.of(NUMBERS["alpha"], at=DAY)
    assert after is not None
    assert used.members(after, GroupKind.APPLICATION, object="PUBLIATO", **NSSO) >= set(alike)
    assert counting.questions - asked < 2 * len(after.groups), "as if it were one person more"
