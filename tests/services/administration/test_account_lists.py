"""Lists of accounts: filters, order, pages, and all of them in one go (UM-LST)."""

import dataclasses
import math
from typing import Any

import pytest

from authz_service.domain.commands import BlockUser, CreateUser, UpdateOwnDetails
from authz_service.domain.moments import Period
from authz_service.domain.records import PersonRecord
from authz_service.domain.vocabulary import Reason, RelationKind
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.filters import AccountFilter, AccountOrder
from authz_service.services.administration.views import AccountStatus, AccountView
from authz_service.store.writing import Recorder
from tests.services.administration.conftest import Office
from tests.services.administration.telling import reasons, told
from tests.support.door import REACHED, niss, person

NSSO = "alpha.nsso"
FRANK, CARLA = person("frank", "alpha"), person("carla", "alpha")
BY_NAME = ["acc_frank", "acc_greet", "acc_ines", "acc_jan", "acc_leo", "acc_pavel", "acc_tess"]


def listed(reading: Administration, **wanted: Any) -> list[str]:
    page = told(reading.users(FRANK, NSSO, AccountFilter(**wanted), 1, 100))
    assert page.total == len(page.items)
    return [account.account_id for account in page.items]


# --- which ------------------------------------------------------------------------------------------------------------


def test_the_list_has_the_accounts_in_force_of_that_capacity_by_name(reading: Administration) -> None:
    assert listed(reading) == BY_NAME


def test_the_list_shows_types_states_and_numbers(reading: Administration) -> None:
    items = told(reading.users(FRANK, NSSO, AccountFilter(), 1, 100)).items
    shown = {account.account_id: account for account in items}
    assert shown["acc_frank"].kind is RelationKind.ACCESS_MANAGER
    assert shown["acc_greet"].kind is RelationKind.CO_ACCESS_MANAGER
    assert shown["acc_tess"].kind is RelationKind.USER
    assert {each.account_id for each in items if each.status is AccountStatus.BLOCKED} == {"acc_jan", "acc_pavel"}
    assert all(account.niss == niss(account.account_id.removeprefix("acc_")) for account in items)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"family_name": "JANS"}, ["acc_jan"]),
        ({"family_name": "s"}, ["acc_jan", "acc_leo", "acc_pavel", "acc_tess"]),
        ({"given_name": "es"}, ["acc_ines", "acc_tess"]),
        ({"given_name": "es", "family_name": "ick"}, ["acc_ines"]),
        ({"family_name": "%"}, []),
        ({"family_name": "_"}, []),
        ({"user_name": "ines"}, []),
        ({"kind": RelationKind.USER}, ["acc_ines", "acc_jan", "acc_leo", "acc_tess"]),
        ({"kind": RelationKind.CO_ACCESS_MANAGER}, ["acc_greet", "acc_pavel"]),
        ({"kind": RelationKind.CHIEF_ACCESS_MANAGER}, []),
        ({"status": AccountStatus.BLOCKED}, ["acc_jan", "acc_pavel"]),
        ({"status": AccountStatus.ACTIVE, "kind": RelationKind.USER}, ["acc_ines", "acc_leo", "acc_tess"]),
        ({"application": "DMFA"}, ["acc_ines", "acc_jan", "acc_leo"]),
        ({"application": "DMFA", "status": AccountStatus.ACTIVE}, ["acc_ines", "acc_leo"]),
        ({"application": "no such"}, []),
        ({"niss": niss("leo")}, ["acc_leo"]),
        ({"niss": niss("olga")}, []),
        ({"niss": dataclasses.replace(niss("olga"), digits="85010100115")}, []),
    ],
)
def test_the_list_can_be_narrowed(reading: Administration, wanted: dict[str, Any], found: list[str]) -> None:
    """UM-LST-01: all that is asked must be so."""
    assert listed(reading, **wanted) == found


def test_names_are_found_by_user_name_too(office: Office) -> None:
    changes = {"user_name": "Ickx.I"}
    office.door.do(person("ines"), UpdateOwnDetails(niss("ines"), changes, checked=False, expected=None))
    assert listed(office.read, user_name="ickx.i") == ["acc_ines"]
    assert told(office.read.users(FRANK, NSSO, AccountFilter(niss=niss("ines")), 1, 1)).items[0].contact.user_name


def test_what_is_changed_is_listed_as_it_is_now(office: Office) -> None:
    office.door.do(FRANK, CreateUser(NSSO, niss("umar"), REACHED, "u1"), BlockUser("acc_ines"))
    assert "u1" in listed(office.read)
    assert "acc_ines" in listed(office.read, status=AccountStatus.BLOCKED)
    assert "acc_ines" not in listed(office.read, status=AccountStatus.ACTIVE)


# --- in which order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (AccountOrder.FAMILY_NAME, "acc_frank"),
        (AccountOrder.GIVEN_NAME, "acc_frank"),
        (AccountOrder.USER_NAME, "acc_frank"),
    ],
)
def test_the_list_has_a_full_order_either_way(reading: Administration, order: AccountOrder, first: str) -> None:
    ascending = listed(reading, order=order)
    assert ascending[0] == first
    assert listed(reading, order=order, descending=True) == ascending[::-1]


def test_case_and_accents_make_no_difference_to_order_and_search(office: Office) -> None:
    """The same on both systems, whatever their collations say of these names."""
    _rename(office, ines="Érable", jan="erasmus", leo="ÉPERON", tess="Eßer", pavel="Łukas", greet="Ørsted")
    names = [account.name for account in told(office.read.users(FRANK, NSSO, AccountFilter(), 1, 100)).items]
    assert names == ["ÉPERON", "Érable", "erasmus", "Eßer", "Fontaine", "Łukas", "Ørsted"]
    assert listed(office.read, family_name="era") == ["acc_ines", "acc_jan"]
    assert listed(office.read, family_name="ÉRA") == ["acc_ines", "acc_jan"]
    assert listed(office.read, family_name="esser") == ["acc_tess"]
    assert listed(office.read, family_name="lukas") == ["acc_pavel"]
    assert listed(office.read, family_name="orsted") == ["acc_greet"]


def test_namesakes_have_an_order_of_their_own(office: Office) -> None:
    _rename(office, ines="Same", jan="Same", leo="Same", tess="Same", pavel="Same", greet="Same", frank="Same")
    once = listed(office.read)
    assert once == listed(office.read)
    paged = [_page(office.read, number, 2) for number in range(1, 5)]
    assert [account.account_id for page in paged for account in page] == once


def _rename(office: Office, **names: str) -> None:
    """Give people of the register other names, as a load of the register would."""
    with Recorder(office.door.reference.database) as recorder:
        for person_name, name in names.items():
            (record,) = recorder.find(PersonRecord, person_id=recorder.identify(niss(person_name)) or "")
            assert record.valid == Period()
            recorder.record([dataclasses.replace(record, name=name)], [record])


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, len(BY_NAME) - 1, len(BY_NAME), len(BY_NAME) + 1])
def test_pages_together_are_the_list(reading: Administration, size: int) -> None:
    pages = math.ceil(len(BY_NAME) / size)
    shown = [_page(reading, number, size) for number in range(1, pages + 1)]
    assert [account.account_id for page in shown for account in page] == BY_NAME
    assert all(len(page) == size for page in shown[:-1])
    assert _page(reading, pages + 1, size) == ()


def _page(reading: Administration, number: int, size: int) -> tuple[AccountView, ...]:
    page = told(reading.users(FRANK, NSSO, AccountFilter(), number, size))
    assert (page.page, page.page_size, page.total) == (number, size, len(BY_NAME))
    return page.items


def test_the_total_is_that_of_what_is_wanted(reading: Administration) -> None:
    page = told(reading.users(FRANK, NSSO, AccountFilter(kind=RelationKind.USER), 1, 1))
    assert (len(page.items), page.total) == (1, 4)


# --- all of them ------------------------------------------------------------------------------------------------------


def test_the_export_is_the_whole_list(reading: Administration) -> None:
    """UM-LST-04."""
    everybody = told(reading.users(FRANK, NSSO, AccountFilter(), 1, 100)).items
    assert tuple(told(reading.export(FRANK, NSSO))) == everybody


def test_the_export_is_read_in_portions(reading: Administration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authz_service.services.administration.accounts.CHUNK", 3)
    assert [account.account_id for account in told(reading.export(FRANK, NSSO))] == BY_NAME


def test_an_export_that_is_left_half_way_holds_nothing_open(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authz_service.services.administration.accounts.CHUNK", 3)
    accounts = told(office.read.export(FRANK, NSSO))
    assert next(accounts).account_id == "acc_frank"
    assert office.door.do(FRANK, BlockUser("acc_tess")).done
    rest = {account.account_id: account for account in accounts}
    assert rest["acc_tess"].status is AccountStatus.ACTIVE, "who is in it, and how, is of one instant"


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "capacity_id", "reason"),
    [
        ("ines", NSSO, Reason.NOT_A_MANAGER),
        ("frank", "alpha.social_action", Reason.WRONG_CAPACITY),
        ("pavel", NSSO, Reason.ACCOUNT_BLOCKED),
        ("hugo", NSSO, Reason.ROLE_ENDED),
    ],
)
def test_lists_are_refused_to_who_does_not_manage_the_capacity(
    reading: Administration, name: str, capacity_id: str, reason: Reason
) -> None:
    actor = person(name, "alpha")
    assert reason in reasons(reading.users(actor, capacity_id, AccountFilter(), 1, 20))
    assert reason in reasons(reading.export(actor, capacity_id))


@pytest.mark.parametrize("actor", [CARLA, person("milan", "alpha")])
def test_lists_of_a_capacity_that_the_enterprise_does_not_have_are_nothing(reading: Administration, actor: Any) -> None:
    for capacity_id in ("kappa.nsso", "no.such"):
        assert reading.users(actor, capacity_id, AccountFilter(), 1, 20) is None
        assert reading.export(actor, capacity_id) is None
