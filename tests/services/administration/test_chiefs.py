"""The GAP and the co-GAPs, and what a designation would be (GGA-DES, GGA-CAM)."""

import dataclasses

import pytest

from authz_service.domain.commands import ContactDetails, DesignateChiefAccessManager, DesignateCoChiefAccessManager
from authz_service.domain.moments import begin_of, end_of
from authz_service.domain.vocabulary import Action, Reason
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.views import NoticeCode, Refused
from tests.services.administration.conftest import Office
from tests.services.administration.telling import reasons, told
from tests.support.door import DECLARATION, REACHED, designation, niss, person

ANNE = person("anne", "alpha")


def preview_of(enterprise: str, candidate: str, email: str = "direction@alpha.example") -> DesignateChiefAccessManager:
    command = designation(enterprise, candidate, confirmed=False)
    return dataclasses.replace(command, contact=dataclasses.replace(REACHED, email=email))


@pytest.mark.parametrize("name", ["anne", "carla", "els"])
def test_representatives_the_gap_and_co_gaps_see_who_is_the_gap(reading: Administration, name: str) -> None:
    """GGA-DES-03."""
    view = told(reading.chief(person(name, "alpha")))
    assert (view.designation_id, view.first_name, view.name) == ("ds02", "Carla", "Claes")
    assert (view.since, view.until, view.in_force) == (begin_of("2023-06-01"), None, True)


@pytest.mark.parametrize("name", ["frank", "ines", "oscar", "bart", "milan"])
def test_others_do_not_see_who_is_the_gap(reading: Administration, name: str) -> None:
    actor = person(name, "alpha")
    for result in (reading.chief(actor), reading.designations(actor), reading.co_chiefs(actor)):
        assert reasons(result)
        assert isinstance(result, Refused)
        assert result.action is Action.VIEW_CHIEF_ACCESS_MANAGER


def test_an_enterprise_that_is_not_known_is_refused_as_such(reading: Administration) -> None:
    assert Reason.UNKNOWN_RESOURCE in reasons(reading.chief(person("anne", "0999999922")))


def test_where_nobody_was_named_there_is_no_gap(reading: Administration) -> None:
    peter = person("peter", "beta")
    assert reading.chief(peter) is None
    assert told(reading.designations(peter)) == ()
    assert told(reading.co_chiefs(peter)) == ()


def test_designations_are_told_the_latest_first(reading: Administration) -> None:
    latest, first = told(reading.designations(ANNE))
    assert (latest.designation_id, latest.in_force) == ("ds02", True)
    assert (first.designation_id, first.first_name, first.in_force) == ("ds01", "Dirk", False)
    assert (first.since, first.until) == (begin_of("2021-02-01"), end_of("2023-05-31"))


def test_a_gap_who_was_replaced_is_told_without_how_he_was_reached(office: Office) -> None:
    assert office.door.do(ANNE, designation("alpha", "mia", replaces="ds02", made="first")).done
    assert told(office.read.chief(ANNE)).contact.email == REACHED.email
    assert office.door.do(ANNE, designation("alpha", "umar", replaces="first", made="second")).done
    second, first, *_ = told(office.read.designations(ANNE))
    assert (second.designation_id, second.contact.email) == ("second", REACHED.email)
    assert (first.designation_id, first.contact) == ("first", ContactDetails())
    assert first.until is not None


def test_the_tag_of_the_gap_changes_when_another_is_named(office: Office) -> None:
    before = told(office.read.chief(ANNE)).tag
    assert told(office.read.chief(ANNE)).tag == before
    office.door.do(ANNE, designation("alpha", "mia", replaces="ds02"))
    assert told(office.read.chief(ANNE)).tag != before


def test_co_gaps_are_those_in_force_by_name(office: Office) -> None:
    carla = person("carla", "alpha")
    assert [view.designation_id for view in told(office.read.co_chiefs(carla))] == ["ds03"]
    for candidate in ("mia", "dirk"):
        command = DesignateCoChiefAccessManager(carla.acting_for, niss(candidate), REACHED, f"co_{candidate}")
        assert office.door.do(carla, command).done
    assert [view.name for view in told(office.read.co_chiefs(carla))] == ["Dupont", "Everaert", "Maes"]
    assert told(office.read.co_chiefs(carla))[0].niss == niss("dirk")


# --- what a designation would be --------------------------------------------------------------------------------------


def test_a_preview_tells_what_is_to_be_confirmed_before_it_is(reading: Administration) -> None:
    """GGA-DES-06, GGA-DES-17: the register's names, the contact data as given, the text to confirm."""
    command = preview_of("beta", "quinten")
    shown = told(reading.preview(person("peter", "beta"), command))
    assert (shown.enterprise_name, shown.first_name, shown.name) == ("Beta Transport BV", "Quinten", "Quix")
    assert (shown.contact, shown.requester, shown.declaration) == (command.contact, command.requester, DECLARATION)
    assert shown.candidate == niss("quinten")
    assert shown.notices == ()


def test_a_preview_names_the_gap_who_would_be_replaced(reading: Administration) -> None:
    """GGA-DES-03."""
    (notice,) = told(reading.preview(ANNE, preview_of("alpha", "mia"))).notices
    assert notice.code is NoticeCode.ALREADY_REGISTERED
    assert notice.designation is not None
    assert (notice.designation.designation_id, notice.designation.name) == ("ds02", "Claes")


@pytest.mark.parametrize(
    ("email", "advised"),
    [
        ("direction@beta.example", False),
        ("info@quix.example", False),
        ("quinten.quix@beta.example", True),
        ("Q-Quix@beta.example", True),
        ("transport@gmail.com", True),
        ("transport@yahoo.fr", True),
    ],
)
def test_a_preview_advises_a_general_address_of_the_firm(reading: Administration, email: str, *, advised: bool) -> None:
    """GGA-DES-11, AMB-24: advice, no refusal."""
    shown = told(reading.preview(person("peter", "beta"), preview_of("beta", "quinten", email)))
    assert [notice.code for notice in shown.notices] == [NoticeCode.PERSONAL_EMAIL_ADDRESS] * advised


@pytest.mark.parametrize(
    ("name", "candidate", "reason"),
    [
        ("carla", "mia", Reason.NOT_LEGAL_REPRESENTATIVE),
        ("oscar", "mia", Reason.NO_SIGNING_POWER),
        ("anne", "carla", Reason.ALREADY_CHIEF_ACCESS_MANAGER),
        ("anne", "quinten", Reason.CANDIDATE_NOT_ELIGIBLE),
    ],
)
def test_a_preview_is_refused_where_the_designation_would_be(
    reading: Administration, name: str, candidate: str, reason: Reason
) -> None:
    found = reasons(reading.preview(person(name, "alpha"), preview_of("alpha", candidate)))
    assert reason in found
    assert Reason.NOT_CONFIRMED not in found


def test_a_preview_stores_nothing(office: Office) -> None:
    before = office.door.audited(), office.door.messages("mail")
    told(office.read.preview(ANNE, preview_of("alpha", "mia")))
    assert (office.door.audited(), office.door.messages("mail")) == before
    assert told(office.read.chief(ANNE)).designation_id == "ds02"


def test_a_preview_for_another_enterprise_than_the_paths_is_nothing(reading: Administration) -> None:
    assert reading.preview(ANNE, preview_of("beta", "quinten")) is None
