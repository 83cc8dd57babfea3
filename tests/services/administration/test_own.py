"""What people read about themselves (UM-SELF, GGA-CAM-10)."""

import dataclasses
from pathlib import Path

import pytest
import yaml

from authz_service.domain.actors import Actor
from authz_service.domain.commands import BlockUser, UnblockUser, UpdateCapacity, UpdateOwnDetails
from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import begin_of, now
from authz_service.domain.vocabulary import Action, Reason, SubjectType
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.settings import AdministrationSettings
from authz_service.services.administration.views import ReminderCode, RoleName
from tests.services.administration.conftest import SETTINGS, Office
from tests.services.administration.telling import reasons, told
from tests.support.door import NISS, NUMBER, niss, operator, own_means, person
from tests.support.reference import WORLD

STRANGER = Actor(SubjectType.PERSON, "85010100115", means="eid")
"""A number that is right, of somebody whom the service does not know."""


# --- own details ------------------------------------------------------------------------------------------------------


def test_own_details_are_the_registers_names_and_what_one_says_oneself(office: Office) -> None:
    changes = {"email": "carla@alpha.example", "user_name": "cclaes", "language": "fr"}
    office.door.do(person("carla"), UpdateOwnDetails(niss("carla"), changes, checked=False, expected=None))
    details = told(office.read.own_details(person("carla")))
    assert (details.first_name, details.name, details.language) == ("Carla", "Claes", "nl")
    assert (details.contact.email, details.contact.user_name, details.contact.language) == (
        "carla@alpha.example",
        "cclaes",
        "fr",
    )
    assert details.niss == niss("carla")


def test_the_tag_of_own_details_is_the_one_that_the_door_expects_and_changes_with_them(office: Office) -> None:
    before = told(office.read.own_details(person("carla"))).tag
    command = UpdateOwnDetails(niss("carla"), {"telephone": "+3225556677"}, checked=False, expected=before)
    assert office.door.do(person("carla"), command).done
    assert told(office.read.own_details(person("carla"))).tag != before
    assert not office.door.do(person("carla"), command).done


def test_own_details_are_refused_to_a_login_that_is_too_weak(reading: Administration) -> None:
    assert reasons(reading.own_details(person("carla", means="password"))) == (Reason.ASSURANCE_TOO_LOW,)


@pytest.mark.parametrize("actor", [STRANGER, operator(), Actor(SubjectType.AGENT, "agent_1")])
def test_own_details_are_refused_to_who_is_nobody_here(reading: Administration, actor: Actor) -> None:
    assert reasons(reading.own_details(actor))


def test_details_that_were_said_to_be_right_are_due_again_after_the_days_that_were_chosen(office: Office) -> None:
    assert told(office.read.own_details(person("ines"))).check_due
    office.door.do(person("ines"), UpdateOwnDetails(niss("ines"), {}, checked=True, expected=None))
    details = told(office.read.own_details(person("ines")))
    assert details.checked_at is not None
    assert details.checked_at <= now()
    assert not details.check_due
    assert details.reminders == ()
    days_later = dataclasses.replace(SETTINGS, check_days=0)
    assert told(_with(office, days_later).own_details(person("ines"))).check_due


def test_who_may_change_a_capacity_is_reminded_of_it_until_it_is_checked(office: Office) -> None:
    """UM-MGT-04: a GA of his capacity, not of another; a user and a blocked GA of none."""
    assert _capacities_due(office, "frank") == {(NUMBER["alpha"], "alpha.nsso")}
    assert _capacities_due(office, "milan") == {(NUMBER["kappa"], "kappa.nsso")}
    assert _capacities_due(office, "ines") == set()
    assert _capacities_due(office, "pavel") == set()
    checked = UpdateCapacity("alpha.nsso", {}, checked=True, expected=None)
    assert office.door.do(person("frank", "alpha"), checked).done
    assert _capacities_due(office, "frank") == set()


def test_the_gap_is_reminded_of_every_capacity_of_the_enterprise(reading: Administration) -> None:
    reminders = told(reading.own_details(person("carla"))).reminders
    due = {each.capacity_id for each in reminders if each.code is ReminderCode.CHECK_CAPACITY}
    assert due == {"alpha.nsso", "alpha.finance", "alpha.mobility", "alpha.social_action"}


def _capacities_due(office: Office, name: str) -> set[tuple[str, str]]:
    reminders = told(office.read.own_details(person(name))).reminders
    return {
        (each.enterprise_number, each.capacity_id) for each in reminders if each.code is ReminderCode.CHECK_CAPACITY
    }


def _with(office: Office, settings: AdministrationSettings) -> Administration:
    reference = office.door.reference
    return Administration(reference.database, reference.decisions, office.door.authority, settings)


# --- credentials ------------------------------------------------------------------------------------------------------


def test_own_credentials_are_kept_elsewhere(reading: Administration) -> None:
    credentials = told(reading.own_credentials(person("ines")))
    assert credentials.password_url == SETTINGS.password_url
    assert credentials.certificate_url == SETTINGS.certificate_url


def test_own_credentials_are_refused_to_a_login_that_is_too_weak(reading: Administration) -> None:
    assert reasons(reading.own_credentials(person("ines", means="password"))) == (Reason.ASSURANCE_TOO_LOW,)


# --- registrations ----------------------------------------------------------------------------------------------------


def test_each_enterprise_comes_with_the_roles_held_there_and_nowhere_else(reading: Administration) -> None:
    alpha, kappa = told(reading.own_enterprises(person("frank")))
    assert (alpha.number, alpha.name) == (NUMBER["alpha"], "Alpha Bouw NV")
    assert [(role.role, role.capacity_id) for role in alpha.roles] == [(RoleName.ACCESS_MANAGER, "alpha.nsso")]
    assert [(role.role, role.capacity_id) for role in kappa.roles] == [(RoleName.USER, "kappa.nsso")]


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("anne", {RoleName.LEGAL_REPRESENTATIVE}),
        ("petra", {RoleName.LEGAL_REPRESENTATIVE}),
        ("carla", {RoleName.CHIEF_ACCESS_MANAGER}),
        ("els", {RoleName.CO_CHIEF_ACCESS_MANAGER}),
        ("hilde", {RoleName.FLEMISH_HEAD_LOCAL_MANAGER}),
        ("willa", {RoleName.LEGAL_REPRESENTATIVE, RoleName.CHIEF_ACCESS_MANAGER}),
        ("greet", {RoleName.CO_ACCESS_MANAGER}),
        ("ines", {RoleName.USER}),
    ],
)
def test_roles_in_force_are_told(reading: Administration, name: str, roles: set[RoleName]) -> None:
    (enterprise,) = told(reading.own_enterprises(person(name, means=own_means(name))))
    assert {role.role for role in enterprise.roles} == roles


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bart", "his legal function is over"),
        ("oscar", "his legal function has no signing power"),
        ("dirk", "he was the GAP"),
        ("ruben", "he was a co-GAP"),
        ("hugo", "his account is deleted"),
        ("umar", "he is employed only"),
        ("dora", "a right is no role"),
    ],
)
def test_what_is_over_or_is_no_role_is_not_told(reading: Administration, name: str, why: str) -> None:
    assert told(reading.own_enterprises(person(name, means=own_means(name)))) == (), why


def test_an_account_that_is_blocked_is_told_as_such(reading: Administration) -> None:
    (enterprise,) = told(reading.own_enterprises(person("pavel")))
    assert [(role.role, role.blocked) for role in enterprise.roles] == [(RoleName.CO_ACCESS_MANAGER, True)]


def test_a_role_begins_when_it_was_given_whatever_happened_to_it_since(office: Office) -> None:
    begun = begin_of("2021-03-01")
    office.door.do(person("frank", "alpha"), BlockUser("acc_ines"), UnblockUser("acc_ines"))
    (enterprise,) = told(office.read.own_enterprises(person("ines")))
    assert [role.since for role in enterprise.roles] == [begun]


def test_registrations_are_told_to_who_is_known_and_logged_in_with_more_than_a_password(
    reading: Administration,
) -> None:
    assert told(reading.own_enterprises(person("carla", means="eid")))
    for means in (None, "password"):
        assert reasons(reading.own_enterprises(person("ines", means=means))) == (Reason.ASSURANCE_TOO_LOW,)
    assert Reason.UNKNOWN_SUBJECT in reasons(reading.own_enterprises(STRANGER))
    assert reasons(reading.own_enterprises(operator()))
    assert reasons(reading.own_enterprises(Actor(SubjectType.PERSON, "no number")))


def test_of_everybody_the_roles_are_those_that_the_facts_file_gives(reading: Administration) -> None:
    """For each person and enterprise of the reference world: nothing missing, nothing of another's."""
    expected = _roles_of_the_world(WORLD)
    logged_in = {name: person(name, means=own_means(name)) for name in NISS if own_means(name)}
    assert len(logged_in) > 30
    for name, actor in logged_in.items():
        held = {
            (enterprise.number, role.role.value, role.capacity_id)
            for enterprise in told(reading.own_enterprises(actor))
            for role in enterprise.roles
        }
        assert held == expected[name], name


def _roles_of_the_world(file: Path) -> dict[str, set[tuple[str, str, str]]]:
    """Return what is in force of each person without an end date, read from the file by itself."""
    world = yaml.safe_load(file.read_text(encoding="utf-8"))["world"]
    owner = {capacity["id"]: capacity["enterprise"] for capacity in world["capacities"]}
    roles: dict[str, set[tuple[str, str, str]]] = {name: set() for name in NISS}
    for function in world["legal_functions"]:
        holder = function["held_by"] or function["permanent_representative"]
        if holder and function["signing_power"] and function["end"] is None:
            roles[holder].add((NUMBER[function["enterprise"]], "legal_representative", ""))
    for designation in world["designations"]:
        if designation["end"] is None:
            roles[designation["person"]].add((NUMBER[designation["enterprise"]], designation["role"], ""))
    for account in world["accounts"]:
        if account["end"] is None:
            number = NUMBER[owner[account["capacity"]]]
            roles[account["person"]].add((number, account["type"], account["capacity"]))
    return roles


# --- names ------------------------------------------------------------------------------------------------------------


def test_the_registers_names_are_found_by_number(reading: Administration) -> None:
    assert reading.register_names(niss("leo")) == ("Leo", "Lisowski")
    assert reading.register_names(Niss(STRANGER.id)) is None


def test_a_refusal_names_the_action_that_was_asked(reading: Administration) -> None:
    refused = reading.own_credentials(person("ines", means="password"))
    assert getattr(refused, "action", None) is Action.CHANGE_OWN_PASSWORD
