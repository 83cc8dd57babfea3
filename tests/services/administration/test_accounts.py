"""The accounts of a capacity, one by one: its GA, an account with its profile (GGA-AM, GGA-CAM-08, UM-LST)."""

import dataclasses

import pytest

from authz_service.domain.commands import (
    BlockUser,
    ChangeAccessManager,
    ContactDetails,
    CreateUser,
    DeleteUser,
    GrantApplication,
    RevokeApplication,
    UnblockUser,
)
from authz_service.domain.moments import begin_of
from authz_service.domain.vocabulary import Reason, RelationKind
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.views import AccountStatus
from tests.services.administration.conftest import Office
from tests.services.administration.telling import reasons, told
from tests.support.door import REACHED, niss, person

NSSO = "alpha.nsso"
FRANK, CARLA = person("frank", "alpha"), person("carla", "alpha")
UMAR = CreateUser(NSSO, niss("umar"), dataclasses.replace(REACHED, user_name="umar", title="M."), "u1")


# --- the GA -----------------------------------------------------------------------------------------------------------


def test_the_access_manager_is_the_titular(reading: Administration) -> None:
    manager = told(reading.access_manager(FRANK, NSSO))
    assert (manager.account_id, manager.kind, manager.implicit) == ("acc_frank", RelationKind.ACCESS_MANAGER, False)
    assert (manager.first_name, manager.name, manager.niss) == ("Frank", "Fontaine", niss("frank"))


def test_the_gap_is_shown_where_no_access_manager_is_named(reading: Administration) -> None:
    """GGA-CAM-08, AMB-07."""
    manager = told(reading.access_manager(CARLA, "alpha.mobility"))
    assert (manager.account_id, manager.first_name, manager.implicit) == ("ds02", "Carla", True)
    assert manager.kind is RelationKind.ACCESS_MANAGER


def test_an_access_manager_who_is_blocked_is_still_the_titular(reading: Administration) -> None:
    manager = told(reading.access_manager(person("victor", "delta"), "delta.nsso"))
    assert (manager.account_id, manager.status) == ("acc_noor", AccountStatus.BLOCKED)


def test_the_tag_of_the_access_manager_changes_when_another_is_named(office: Office) -> None:
    before = told(office.read.access_manager(CARLA, NSSO)).tag
    command = ChangeAccessManager(NSSO, niss("umar"), REACHED, "ga2", "acc_frank")
    assert office.door.do(CARLA, command).done
    after = told(office.read.access_manager(CARLA, NSSO))
    assert (after.account_id, after.contact.email) == ("ga2", REACHED.email)
    assert after.tag != before


# --- one account ------------------------------------------------------------------------------------------------------


def test_an_account_is_shown_with_its_profile(reading: Administration) -> None:
    detail = told(reading.user(FRANK, NSSO, "acc_ines"))
    account = detail.account
    assert (account.kind, account.status, account.name) == (RelationKind.USER, AccountStatus.ACTIVE, "Ickx")
    assert (account.since, account.changed_at) == (begin_of("2021-03-01"), begin_of("2021-03-01"))
    assert [(grant.code, grant.label) for grant in detail.applications] == [
        ("DIMONA", "DIMONA V2"),
        ("DMFA", "Déclaration multifonctionnelle DmfA"),
        ("PENSION_REGISTER", "Cadastre des pensions"),
    ]


def test_contact_details_of_an_account_are_its_own_and_the_user_name_the_persons(office: Office) -> None:
    office.door.do(FRANK, UMAR)
    contact = told(office.read.user(FRANK, NSSO, "u1")).account.contact
    assert contact == ContactDetails(REACHED.email, "", REACHED.telephone, "M.", "", "umar")


def test_a_profile_shows_what_was_granted_and_no_longer_what_was_revoked(office: Office) -> None:
    office.door.do(FRANK, UMAR, GrantApplication("u1", "DMFA"), GrantApplication("u1", "DIMONA"))
    before = told(office.read.user(FRANK, NSSO, "u1"))
    assert [grant.code for grant in before.applications] == ["DIMONA", "DMFA"]
    office.door.do(FRANK, RevokeApplication("u1", "DMFA"))
    after = told(office.read.user(FRANK, NSSO, "u1"))
    assert [grant.code for grant in after.applications] == ["DIMONA"]
    assert after.tag != before.tag
    assert after.account.tag == before.account.tag


def test_an_account_that_was_blocked_and_unblocked_is_as_old_as_it_was(office: Office) -> None:
    office.door.do(FRANK, BlockUser("acc_ines"))
    blocked = told(office.read.user(FRANK, NSSO, "acc_ines")).account
    assert (blocked.status, blocked.since) == (AccountStatus.BLOCKED, begin_of("2021-03-01"))
    assert blocked.changed_at > blocked.since
    office.door.do(FRANK, UnblockUser("acc_ines"))
    unblocked = told(office.read.user(FRANK, NSSO, "acc_ines")).account
    assert (unblocked.status, unblocked.since) == (AccountStatus.ACTIVE, begin_of("2021-03-01"))
    assert unblocked.changed_at > blocked.changed_at


def test_an_account_that_is_over_is_nothing(office: Office) -> None:
    assert office.read.user(FRANK, NSSO, "acc_hugo") is None
    office.door.do(FRANK, DeleteUser("acc_ines"))
    assert office.read.user(FRANK, NSSO, "acc_ines") is None


@pytest.mark.parametrize(
    "account_id", ["acc_olga", "acc_frank_kappa", "ds02", "acc_ines/DMFA", "lf01", "no such account", ""]
)
def test_what_is_no_account_of_the_capacity_is_nothing(reading: Administration, account_id: str) -> None:
    assert reading.user(CARLA, NSSO, account_id) is None


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "capacity_id", "reason"),
    [
        ("ines", NSSO, Reason.NOT_A_MANAGER),
        ("frank", "alpha.finance", Reason.WRONG_CAPACITY),
        ("pavel", NSSO, Reason.ACCOUNT_BLOCKED),
        ("dirk", NSSO, Reason.ROLE_ENDED),
        ("anne", NSSO, Reason.NOT_A_MANAGER),
    ],
)
def test_accounts_are_refused_to_who_does_not_manage_the_capacity(
    reading: Administration, name: str, capacity_id: str, reason: Reason
) -> None:
    actor = person(name, "alpha")
    assert reason in reasons(reading.access_manager(actor, capacity_id))
    assert reason in reasons(reading.user(actor, capacity_id, "acc_ines"))


def test_accounts_are_refused_to_a_login_that_is_too_weak(reading: Administration) -> None:
    weak = person("frank", "alpha", means="email_otp")
    assert Reason.ASSURANCE_TOO_LOW in reasons(reading.user(weak, NSSO, "acc_ines"))


@pytest.mark.parametrize("capacity_id", ["kappa.nsso", "no.such"])
def test_accounts_of_a_capacity_that_the_enterprise_does_not_have_are_nothing(
    reading: Administration, capacity_id: str
) -> None:
    """Also for who manages that capacity, but came by the path of another enterprise (F17)."""
    for actor in (CARLA, person("milan", "alpha")):
        assert reading.access_manager(actor, capacity_id) is None
        assert reading.user(actor, capacity_id, "acc_frank_kappa") is None
