"""The accounts of a capacity as the store finds them, the same on both systems."""

from typing import Any

import pytest

from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.domain.records import ContactRecord
from authz_service.domain.vocabulary import RelationKind
from authz_service.store.accounts import AccountRow, account_rows
from authz_service.store.database import Database
from authz_service.store.snapshot import Snapshot
from tests.store.facts import ALWAYS, ANNE, BART, CARLA, changed, load, person, relation, since, until

NOON = 1_000


def contact(owner_kind: str, owner_id: str, user_name: str, valid: Period = ALWAYS) -> ContactRecord:
    return ContactRecord(owner_kind, owner_id, user_name, "", "", "", "", "", None, valid)


WORLD = (
    changed(person(ANNE), first_name="Anne", name="Aerts"),
    changed(person(BART, valid=until(NOON)), name="Former"),
    changed(person(BART, valid=since(NOON)), first_name="Bart", name="Baert"),
    changed(person(CARLA), first_name="Carla", name="Claes"),
    relation("a_anne", "access_manager", ANNE, "alpha.nsso"),
    relation("a_bart", "co_access_manager", BART, "alpha.nsso", state="blocked"),
    relation("a_carla", "user", CARLA, "alpha.nsso"),
    relation("g_carla", "application_grant", CARLA, "alpha.nsso", object_="DMFA", state=""),
    relation("g_bart", "application_grant", BART, "alpha.nsso", object_="DMFA", state="", valid=until(NOON)),
    relation("g_anne", "application_grant", ANNE, "alpha.finance", object_="DMFA", state=""),
    relation("b_anne", "user", ANNE, "alpha.finance"),
    relation("c_anne", "user", ANNE, "beta.nsso"),
    relation("gap_carla", "chief_access_manager", CARLA, "alpha"),
    contact("person", "p_anne", "aaerts"),
    contact("person", "p_carla", "former", until(NOON)),
    contact("person", "p_carla", "cclaes", since(NOON)),
    contact("account", "p_bart", "of something else"),
)
ROWS = {
    "a_anne": AccountRow("a_anne", "p_anne", "Anne", "Aerts", "aaerts"),
    "a_bart": AccountRow("a_bart", "p_bart", "Bart", "Baert", ""),
    "a_carla": AccountRow("a_carla", "p_carla", "Carla", "Claes", "cclaes"),
}


def found(database: Database, at: int = NOON, **said: Any) -> dict[str, AccountRow]:
    with Snapshot(database, at) as snapshot:
        rows = account_rows(snapshot, "alpha", "alpha.nsso", **said)
    assert len({row.account_id for row in rows}) == len(rows)
    return {row.account_id: row for row in rows}


def test_an_account_comes_with_the_names_that_are_so_at_the_instant(database: Database) -> None:
    load(database, WORLD)
    assert found(database) == ROWS


@pytest.mark.parametrize(
    ("said", "accounts"),
    [
        ({"kind": RelationKind.USER}, {"a_carla"}),
        ({"kind": RelationKind.CHIEF_ACCESS_MANAGER}, set()),
        ({"blocked": True}, {"a_bart"}),
        ({"blocked": False}, {"a_anne", "a_carla"}),
        ({"person_id": "p_anne"}, {"a_anne"}),
        ({"person_id": ""}, set()),
        ({"application": "DMFA"}, {"a_carla"}),
        ({"application": "DMFA", "blocked": True}, set()),
    ],
)
def test_accounts_are_those_of_which_all_is_so(database: Database, said: dict[str, Any], accounts: set[str]) -> None:
    load(database, WORLD)
    assert found(database, **said).keys() == accounts


def test_accounts_that_are_over_to_come_or_believed_no_more_are_not_found(database: Database) -> None:
    mistaken = relation("a_third", "user", BART, "alpha.nsso", valid=Period(BEGINNING, FOREVER))
    over = relation("a_over", "user", ANNE, "alpha.nsso", valid=until(NOON))
    to_come = relation("a_next", "user", ANNE, "alpha.nsso", valid=since(NOON + 1))
    load(database, [*WORLD, mistaken, over, to_come])
    load(database, [], [mistaken])
    assert found(database).keys() == ROWS.keys()
    assert "a_over" in found(database, NOON - 1)
    assert "a_next" in found(database, NOON + 1)
