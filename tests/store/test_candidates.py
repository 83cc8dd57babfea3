"""Candidates: found by what they hold, in order, each once, as it was at an instant as far as it was known at one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from authz_service.domain.moments import FOREVER
from authz_service.domain.records import PersonIdentity, Record
from authz_service.domain.vocabulary import RelationKind
from authz_service.store.candidates import ENTERPRISES_AT_ONCE, Candidates, Holding, Place, Row
from authz_service.store.database import Database
from authz_service.store.revisions import recorded_after
from authz_service.store.snapshot import Snapshot
from tests.store import facts
from tests.store.facts import ANNE, BART, CARLA

GAP = Holding((RelationKind.CHIEF_ACCESS_MANAGER,))
MANAGER = Holding((RelationKind.ACCESS_MANAGER,), capacity_id="alpha.nsso")
ACCOUNTS = Holding((RelationKind.ACCESS_MANAGER, RelationKind.USER))
START = Row.before()


def record(database: Database, *records: Record) -> int:
    """Record this and the persons it is about, and return when."""
    revision = facts.load(database, records)
    return next(at for at in [recorded_after(database, revision - 1)] if at is not None)


@contextmanager
def candidates(database: Database, at: int = 50, known_at: int = FOREVER) -> Iterator[Candidates]:
    with Snapshot(database, at) as snapshot:
        yield Candidates(snapshot.connection, at, known_at)


def held(name: str, kind: str, whom: PersonIdentity, scope: str, **said: object) -> Record:
    return facts.relation(name, kind, whom, scope, **said)  # type: ignore[arg-type]


@pytest.fixture
def alpha(database: Database) -> Database:
    """An enterprise with a GAP, a manager in one capacity and users in two."""
    record(
        database,
        facts.enterprise("alpha", "0999010126"),
        facts.capacity("alpha.finance"),
        facts.capacity("alpha.nsso"),
        held("d1", "chief_access_manager", CARLA, "alpha"),
        held("a1", "access_manager", ANNE, "alpha.nsso"),
        held("a2", "user", BART, "alpha.nsso"),
        held("a3", "user", BART, "alpha.finance"),
        held("g1", "application_grant", BART, "alpha.nsso", object_="DMFA"),
    )
    return database


def test_people_are_found_by_what_they_hold(alpha: Database) -> None:
    with candidates(alpha) as found:
        assert found.people(["alpha"], [GAP, MANAGER], "", 10) == ["p_anne", "p_carla"]
        assert found.people(["alpha"], [Holding((RelationKind.APPLICATION_GRANT,), objects=("DMFA",))], "", 10) == [
            "p_bart"
        ]
        assert found.people(["alpha"], [Holding((RelationKind.APPLICATION_GRANT,), objects=("X", "\0"))], "", 10) == []
        assert found.people(["beta"], [GAP, MANAGER], "", 10) == []
        assert found.people(["alpha"], [], "", 10) == []
        assert found.people([], [GAP], "", 10) == []


def test_each_person_is_found_once_and_in_order_over_portions(alpha: Database) -> None:
    wanted = [GAP, ACCOUNTS]
    with candidates(alpha) as found:
        assert found.people(["alpha", "alpha"], wanted, "", 2) == ["p_anne", "p_bart"]
        assert found.people(["alpha"], wanted, "p_bart", 2) == ["p_carla"]
        assert found.people(["alpha"], wanted, "p_carla", 2) == []


def test_who_manages_another_capacity_is_not_found(alpha: Database) -> None:
    with candidates(alpha) as found:
        elsewhere = Holding((RelationKind.ACCESS_MANAGER,), capacity_id="alpha.finance")
        assert found.people(["alpha"], [elsewhere], "", 10) == []


def test_only_what_is_in_force_counts_unless_it_is_said(database: Database) -> None:
    record(database, held("d1", "chief_access_manager", ANNE, "alpha", valid=facts.since(10, 20)))
    for at, expected in ((9, []), (10, ["p_anne"]), (19, ["p_anne"]), (20, [])):
        with candidates(database, at) as found:
            assert found.people(["alpha"], [GAP], "", 10) == expected
            assert found.people(["alpha"], [Holding(GAP.kinds, whenever=True)], "", 10) == ["p_anne"]


def test_what_was_not_known_then_is_not_found(database: Database) -> None:
    first = record(database, facts.enterprise("alpha", "0999010126"))
    second = record(database, held("d1", "chief_access_manager", ANNE, "alpha"))
    for known_at, expected in ((first, []), (second - 1, []), (second, ["p_anne"]), (FOREVER, ["p_anne"])):
        with candidates(database, known_at=known_at) as found:
            assert found.people(["alpha"], [GAP], "", 10) == expected


def test_enterprises_and_capacities_where_a_person_holds_something(alpha: Database) -> None:
    with candidates(alpha) as found:
        assert found.enterprise_numbers("p_carla", [GAP], "", 10) == ["0999010126"]
        assert found.enterprise_numbers("p_carla", [GAP], "0999010126", 10) == []
        assert found.capacities("p_carla", [GAP], "", 10) == ["alpha.finance", "alpha.nsso"]
        assert found.capacities("p_carla", [GAP], "", 1) == ["alpha.finance"]
        assert found.capacities("p_carla", [GAP], "alpha.finance", 10) == ["alpha.nsso"]
        assert found.capacities("p_anne", [MANAGER], "", 10) == ["alpha.nsso"]
        assert found.places("p_bart", [ACCOUNTS]) == [Place("alpha", "alpha.finance"), Place("alpha", "alpha.nsso")]


def test_accounts_of_places_come_by_person_and_go_on_where_they_ended(alpha: Database) -> None:
    with candidates(alpha) as found:
        everywhere = [Place("alpha", "")]
        rows, onward = found.relations(everywhere, ACCOUNTS, START, 2)
        assert [row.relation_id for row in rows] == ["a1", "a3"]
        assert onward == rows[-1]
        rows, onward = found.relations(everywhere, ACCOUNTS, rows[-1], 2)
        assert [row.relation_id for row in rows] == ["a2"]
        assert onward is None
        here = [Place("alpha", "alpha.finance")]
        assert [row.relation_id for row in found.relations(here, ACCOUNTS, START, 9)[0]] == ["a3"]
        assert found.relations(here, ACCOUNTS, START, 9, except_of="p_bart") == ([], None)
        assert found.relations([], ACCOUNTS, START, 9) == ([], None)


def test_places_in_many_enterprises_are_looked_through_some_at_a_time(database: Database) -> None:
    names = [f"e{number:03d}" for number in range(ENTERPRISES_AT_ONCE + 5)]
    record(database, *(held(f"r_{name}", "user", ANNE, f"{name}.nsso") for name in names[::3]))
    places, after, found = [Place(name, "") for name in names], START, list[str]()
    with candidates(database) as looked:
        for _ in range(len(names)):
            rows, onward = looked.relations(places, ACCOUNTS, after, 4)
            found += [row.relation_id for row in rows]
            if onward is None:
                break
            after = onward
    assert found == [f"r_{name}" for name in names[::3]]


def test_roles_of_ones_own_are_found_before_they_begin(database: Database) -> None:
    record(database, held("r1", "role_assignment", ANNE, "alpha.finance", valid=facts.since(90)))
    roles = Holding((RelationKind.ROLE_ASSIGNMENT,), whenever=True)
    with candidates(database) as found:
        assert found.own_relations("p_anne", roles, "", 5) == ["r1"]
        assert found.own_relations("p_anne", roles, "r1", 5) == []
        assert found.own_relations("p_bart", roles, "", 5) == []


def test_mandates_of_either_party(database: Database) -> None:
    record(
        database,
        facts.enterprise("alpha", "0999010126"),
        facts.enterprise("beta", "0999020222"),
        facts.mandate("m1", "alpha", "beta"),
        facts.mandate("m2", "beta", "alpha"),
        facts.mandate("m3", "beta", "beta"),
    )
    with candidates(database) as found:
        assert found.mandates("0999010126", "", 10) == ["m1", "m2"]
        assert found.mandates("0999020222", "m1", 1) == ["m2"]
        assert found.mandates("0999020222", "m2", 5) == ["m3"]
        assert found.mandates("0999030318", "", 5) == []


def test_requests_agents_and_the_catalogue(database: Database) -> None:
    record(
        database,
        facts.request("q1", "alpha"),
        facts.request("q2", "beta"),
        held("f1", "legal_function", ANNE, "alpha", object_="manager"),
        facts.agent("agent_1"),
        facts.agent("agent_2", valid=facts.until(10)),
        facts.application("DMFA"),
        facts.application("VAT"),
    )
    with candidates(database) as found:
        assert found.requests("p_anne", [Holding((RelationKind.LEGAL_FUNCTION,))], "", 5) == ["q1"]
        assert found.agents("", 5) == ["agent_1"]
        assert found.applications(None, "", 5) == ["DMFA", "VAT"]
        assert found.applications("nsso", "DMFA", 5) == ["VAT"]
        assert found.applications("finance", "", 5) == []
        assert found.applications("\0", "", 5) == []


def test_technical_users_of_open_channels(database: Database) -> None:
    record(
        database,
        facts.enterprise("alpha", "0999010126"),
        facts.enterprise("beta", "0999020222"),
        facts.capacity("alpha.nsso"),
        facts.capacity("beta.nsso"),
        facts.sender("s1", "alpha.nsso", user="EXPA"),
        facts.sender("s2", "beta.nsso", user="EXPB"),
        facts.sender("s3", "beta.nsso", user="EXPC", state="stopped"),
        facts.channel("s1", "ftp", applications=("DMFA",)),
        facts.channel("s2", "ftp", applications=None),
        facts.channel("s3", "ftp", applications=None),
        facts.mandate("m1", "alpha", "beta"),
    )
    with candidates(database) as found:
        assert found.technical_users("ftp", "DMFA", None, "", 5) == ["EXPA", "EXPB"]
        assert found.technical_users("ftp", "VAT", None, "", 5) == ["EXPB"]
        assert found.technical_users("sftp", "DMFA", None, "", 5) == []
        assert found.technical_users("ftp", "DMFA", "alpha", "", 5) == ["EXPA", "EXPB"]
        assert found.technical_users("ftp", "DMFA", "beta", "", 5) == ["EXPB"]
        assert found.technical_users("ftp", "DMFA", None, "EXPA", 5) == ["EXPB"]
