"""Plans for a part of a target, made while the rest of it is not as it should be."""

from dataclasses import replace

import pytest

from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.runs import RunReport
from tests.directory.slapd import BASE
from tests.sync.mappings import CARLA, ELS, FRANK, INES, PEOPLE, chief, of_capacity, projection
from tests.sync.offices import AUTHZ, Office

USERS = of_capacity(GroupKind.USERS)
DMFA = of_capacity(GroupKind.APPLICATION, code="DMFA")
PEOPLE_DN = f"ou=people,{AUTHZ}"
FOREIGN = f"dn: uid={INES},{PEOPLE_DN}\nchangetype: add\nobjectClass: account\nuid: {INES}\n"


def told(*users: str, people: int = 4, application: frozenset[str] | None = None) -> Projection:
    groups = {chief(): frozenset({CARLA}), USERS: frozenset(users)}
    more = {} if application is None else {DMFA: application}
    return projection(people=PEOPLE[:people], groups=groups | more)


def only(office: Office, told: Projection, *keys: str) -> RunReport:
    return office.runner.apply(office.wanted(told, only=frozenset(keys)))


class TestMembersWhoAreNotLookedAt:
    def foreign(self, office: Office) -> None:
        """Have somebody else's entry stand where one of ours should be."""
        office.done(told(ELS, people=3))
        office.by_hand(FOREIGN)
        assert office.apply(told(ELS)).run.outcome is RunOutcome.PARTIAL

    def test_one_whose_entry_is_foreign_comes_into_no_group_that_is(self, office: Office) -> None:
        self.foreign(office)
        only(office, told(ELS, INES), f"group/{USERS.key}")
        assert office.members("Utilisateurs") == {ELS}

    def test_nor_into_a_new_one(self, office: Office) -> None:
        self.foreign(office)
        only(
            office,
            told(ELS, application=frozenset({INES, FRANK})),
            f"group/{DMFA.key}",
            "container/applications/alpha.nsso",
        )
        assert office.members("DMFA") == {FRANK}

    def test_nor_one_from_whose_entry_our_mark_was_taken(self, office: Office) -> None:
        office.done(told(ELS))
        marker = office.target.mapped.marker
        office.by_hand(f"dn: uid={INES},{PEOPLE_DN}\nchangetype: modify\ndelete: {marker.attribute}\n")
        only(office, told(ELS, INES, FRANK), f"group/{USERS.key}")
        assert office.members("Utilisateurs") == {ELS, FRANK}

    def test_nor_one_whose_entry_is_gone(self, office: Office) -> None:
        office.done(told(ELS))
        office.by_hand(f"dn: uid={INES},{PEOPLE_DN}\nchangetype: delete\n")
        only(office, told(ELS, INES), f"group/{USERS.key}")
        assert office.members("Utilisateurs") == {ELS}
        office.done(told(ELS, INES))
        assert office.is_exact()

    def test_all_others_come_and_go_as_ever(self, office: Office) -> None:
        office.done(told(ELS))
        report = only(office, told(FRANK, INES), f"group/{USERS.key}")
        assert report.run.outcome is RunOutcome.DONE
        assert office.members("Utilisateurs") == {FRANK, INES}
        assert office.is_exact()


def test_a_container_that_is_renamed_by_itself_leaves_nothing_to_write(office: Office) -> None:
    office.done(told(ELS))
    office.by_hand(
        f"dn: ou=people,{AUTHZ}\nchangetype: modrdn\nnewrdn: ou=x\ndeleteoldrdn: 1\nnewsuperior: ou=foreign,{BASE}\n"
    )
    assert only(office, told(ELS), "container/people").run.outcome is RunOutcome.DONE
    assert office.is_exact()


@pytest.mark.parametrize("gone", [f"person/{INES}", "person/p_never"])
def test_somebody_who_is_wanted_no_more_and_gone_already(office: Office, gone: str) -> None:
    office.done(told(ELS))
    office.by_hand(f"dn: uid={INES},{PEOPLE_DN}\nchangetype: delete\n")
    report = only(office, told(ELS, people=3), gone)
    assert report.run.outcome is RunOutcome.DONE
    assert not report.writes
    office.done(told(ELS, people=3))
    assert office.is_exact()


def test_somebody_who_changes_name_and_place_at_once(office: Office) -> None:
    office.done(told(ELS))
    office.by_hand(
        f"dn: uid={ELS},{PEOPLE_DN}\nchangetype: modrdn\nnewrdn: cn=Els\ndeleteoldrdn: 1\nnewsuperior: ou=foreign,{BASE}\n"
    )
    people = tuple(replace(each, name="New") if each.person_id == ELS else each for each in PEOPLE)
    assert only(office, replace(told(ELS), people=people), f"person/{ELS}").run.outcome is RunOutcome.DONE
    assert office.the(f"(uid={ELS})")[1]["sn"] == {b"New"}
    assert office.is_exact()
