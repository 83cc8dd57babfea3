"""An enterprise and its capacities, as people see them (GGA-CAM-09, UM-QUA, UM-MGT), and the first login (ACC-07)."""

import pytest

from authz_service.domain.actors import Actor
from authz_service.domain.commands import UpdateCapacity
from authz_service.domain.moments import begin_of, now
from authz_service.domain.vocabulary import Domain, Reason, SubjectType
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.views import AdministeringSystem
from tests.services.administration.conftest import Office
from tests.services.administration.telling import reasons, told
from tests.support.door import NUMBER, operator, person

EVERY_CAPACITY = ("alpha.finance", "alpha.mobility", "alpha.nsso", "alpha.social_action")
UNKNOWN = "0999999922"
"""An enterprise number that is right, of no enterprise here."""


# --- the enterprise ---------------------------------------------------------------------------------------------------


def test_an_enterprise_is_shown_with_its_name_number_and_dates(reading: Administration) -> None:
    alpha = told(reading.enterprise(person("carla", "alpha")))
    assert (alpha.number, alpha.name, alpha.kind) == (NUMBER["alpha"], "Alpha Bouw NV", "private_employer")
    assert alpha.registered_at == begin_of("2021-02-01")
    assert alpha.account_active_since == begin_of("2021-02-03")


def test_what_never_happened_has_no_date(reading: Administration) -> None:
    beta = told(reading.enterprise(person("peter", "beta")))
    assert (beta.registered_at, beta.account_active_since) == (None, None)


@pytest.mark.parametrize(
    ("name", "capacities"),
    [
        ("carla", EVERY_CAPACITY),
        ("els", EVERY_CAPACITY),
        ("frank", ("alpha.nsso",)),
        ("karen", ("alpha.social_action",)),
        ("ines", ()),
        ("pavel", ()),
        ("anne", ()),
    ],
)
def test_an_enterprise_comes_with_the_capacities_that_one_may_see(
    reading: Administration, name: str, capacities: tuple[str, ...]
) -> None:
    shown = told(reading.enterprise(person(name, "alpha"))).capacities
    assert tuple(capacity.capacity_id for capacity in shown) == capacities


@pytest.mark.parametrize("name", ["umar", "oscar", "dirk", "milan", "quinten"])
def test_an_enterprise_is_refused_to_who_has_no_role_there(reading: Administration, name: str) -> None:
    assert reasons(reading.enterprise(person(name, "alpha")))


def test_an_enterprise_is_refused_to_programs_and_agents(reading: Administration) -> None:
    assert reasons(reading.enterprise(Actor(SubjectType.OPERATOR, "an operator", NUMBER["alpha"])))
    assert reasons(reading.enterprise(Actor(SubjectType.AGENT, "agent_1", NUMBER["alpha"])))


def test_an_enterprise_that_is_not_known_is_nothing(reading: Administration) -> None:
    assert reading.enterprise(person("carla", UNKNOWN)) is None


# --- the first login --------------------------------------------------------------------------------------------------


def test_the_first_login_of_the_gap_makes_the_account_active(office: Office) -> None:
    gust = person("gust", "eta")
    assert told(office.read.enterprise(gust)).account_active_since is None
    office.read.sign_in(gust)
    active_since = told(office.read.enterprise(gust)).account_active_since
    assert active_since is not None
    assert active_since <= now()
    assert [entry["action"] for entry in office.door.audited()][-1] == "activate_account"


@pytest.mark.parametrize(
    ("name", "enterprise"),
    [("ivan", "eta"), ("hana", "eta"), ("carla", "eta"), ("gust", ""), ("gust", UNKNOWN), ("carla", "alpha")],
)
def test_other_logins_change_nothing_and_leave_no_audit_record(unchanged: Office, name: str, enterprise: str) -> None:
    before = unchanged.door.audited()
    unchanged.read.sign_in(person(name, enterprise))
    assert unchanged.door.audited() == before


def test_the_gap_activates_nothing_with_a_login_that_is_too_weak(unchanged: Office) -> None:
    unchanged.read.sign_in(person("gust", "eta", means="password"))
    assert told(unchanged.read.enterprise(person("gust", "eta"))).account_active_since is None


def test_a_program_activates_nothing(unchanged: Office) -> None:
    before = unchanged.door.audited()
    unchanged.read.sign_in(operator())
    assert unchanged.door.audited() == before


# --- capacities -------------------------------------------------------------------------------------------------------


def test_a_capacity_is_shown_with_its_identifier_and_where_it_is_administered(reading: Administration) -> None:
    capacity = told(reading.capacity(person("frank", "alpha"), "alpha.nsso"))
    assert (capacity.enterprise_number, capacity.enterprise_name) == (NUMBER["alpha"], "Alpha Bouw NV")
    assert (capacity.type, capacity.domain) == ("nsso_employer", Domain.SOCIAL_SECURITY)
    assert (capacity.identifier_scheme, capacity.identifier) == ("nsso_number", "199001125")
    assert capacity.created_at == begin_of("2021-02-03")
    assert capacity.administered_in is AdministeringSystem.USER_MANAGEMENT


@pytest.mark.parametrize(
    ("name", "enterprise", "capacity_id", "system"),
    [
        ("carla", "alpha", "alpha.finance", AdministeringSystem.ROLE_MANAGEMENT),
        ("carla", "alpha", "alpha.mobility", AdministeringSystem.ROLE_MANAGEMENT),
        ("chris", "epsilon", "epsilon.flanders", AdministeringSystem.FLEMISH_USER_MANAGEMENT),
    ],
)
def test_each_domain_is_administered_somewhere(
    reading: Administration, name: str, enterprise: str, capacity_id: str, system: AdministeringSystem
) -> None:
    """SYS-10, SYS-11, SYS-12."""
    assert told(reading.capacity(person(name, enterprise), capacity_id)).administered_in is system


def test_the_tag_of_a_capacity_is_the_one_that_the_door_expects_and_changes_with_it(office: Office) -> None:
    frank = person("frank", "alpha")
    before = told(office.read.capacity(frank, "alpha.nsso"))
    assert (before.email, before.checked_at, before.check_due) == ("", None, True)
    changes = {"email": "hr@alpha.example", "telephone": "+3225556677"}
    assert office.door.do(frank, UpdateCapacity("alpha.nsso", changes, checked=True, expected=before.tag)).done
    after = told(office.read.capacity(frank, "alpha.nsso"))
    assert (after.email, after.telephone, after.check_due) == ("hr@alpha.example", "+3225556677", False)
    assert after.checked_at is not None
    assert after.tag != before.tag
    assert not office.door.do(frank, UpdateCapacity("alpha.nsso", changes, checked=True, expected=before.tag)).done
    assert office.door.do(frank, UpdateCapacity("alpha.nsso", changes, checked=True, expected=after.tag)).done


@pytest.mark.parametrize(
    ("name", "capacity_id", "reason"),
    [
        ("ines", "alpha.nsso", Reason.NOT_A_MANAGER),
        ("frank", "alpha.finance", Reason.WRONG_CAPACITY),
        ("pavel", "alpha.nsso", Reason.ACCOUNT_BLOCKED),
        ("milan", "alpha.nsso", Reason.NOT_A_MANAGER),
    ],
)
def test_a_capacity_is_refused_to_who_does_not_manage_it(
    reading: Administration, name: str, capacity_id: str, reason: Reason
) -> None:
    assert reason in reasons(reading.capacity(person(name, "alpha"), capacity_id))
    assert reasons(reading.offered_applications(person(name, "alpha"), capacity_id))


@pytest.mark.parametrize("capacity_id", ["kappa.nsso", "no.such", ""])
def test_a_capacity_that_the_enterprise_does_not_have_is_nothing(reading: Administration, capacity_id: str) -> None:
    assert reading.capacity(person("carla", "alpha"), capacity_id) is None
    assert reading.offered_applications(person("carla", "alpha"), capacity_id) is None
    assert reading.capacity(person("milan", "alpha"), capacity_id) is None


def test_applications_are_those_offered_to_the_capacity(reading: Administration) -> None:
    offered = told(reading.offered_applications(person("carla", "alpha"), "alpha.finance"))
    assert [(each.code, each.label) for each in offered] == [
        ("INTERVAT", "Intervat (TVA)"),
        ("TAX_ON_WEB", "Tax-on-web"),
    ]
    assert {each.domain for each in offered} == {Domain.FINANCE}


def test_capacities_are_listed_by_enterprise_number(reading: Administration) -> None:
    found = reading.capacities(person("carla"), enterprise_number=NUMBER["alpha"])
    assert tuple(each.capacity_id for each in found) == EVERY_CAPACITY


def test_capacities_are_listed_by_employer_number(reading: Administration) -> None:
    found = reading.capacities(person("frank"), employer_id="199001125")
    assert [each.capacity_id for each in found] == ["alpha.nsso"]


@pytest.mark.parametrize(("name", "known"), [("ines", ()), ("milan", ()), ("frank", ("alpha.nsso",))])
def test_capacities_that_one_may_not_see_are_not_listed(
    reading: Administration, name: str, known: tuple[str, ...]
) -> None:
    found = reading.capacities(person(name), enterprise_number=NUMBER["alpha"])
    assert tuple(each.capacity_id for each in found) == known


def test_there_is_nothing_to_list_under_numbers_that_are_not_known(reading: Administration) -> None:
    assert reading.capacities(person("carla"), enterprise_number=UNKNOWN) == ()
    assert reading.capacities(person("carla"), employer_id="199001226") == ()
    assert reading.capacities(person("carla")) == ()
