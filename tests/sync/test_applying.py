"""Carrying plans out on a real OpenLDAP; its accesslog is the witness of what was written."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.rendering import new_entry_attributes
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import (
    ALPHA,
    CARLA,
    ELS,
    FRANK,
    INES,
    OMEGA,
    PEOPLE,
    alpha,
    chief,
    of_capacity,
    person,
    projection,
)
from tests.sync.offices import Office
from tests.sync.test_rendering import HOSTILE

USERS = of_capacity(GroupKind.USERS)


def with_users(*person_ids: str, revision: int = 8) -> Projection:
    members = {USERS: frozenset(person_ids), chief(): frozenset({CARLA})}
    return projection(groups=members, revision=revision)


def test_a_first_run_writes_exactly_what_should_be_there(office: Office) -> None:
    report = office.done(alpha())
    people = {entry.key: entry for entry in office.entries}
    wanted = {entry.dn: new_entry_attributes(office.target.mapped, entry, people) for entry in office.entries}
    assert office.marked() == {
        dn: {name.lower(): set(values) for name, values in attributes.items()} for dn, attributes in wanted.items()
    }
    assert report.writes == {"add": len(office.entries)}
    assert office.is_exact()


def test_a_second_run_writes_nothing(office: Office) -> None:
    office.done(alpha())
    before = office.writes()
    report = office.done(alpha())
    assert office.writes() == before
    assert report.run.counts["unchanged"] == len(office.entries)
    assert not report.writes


def test_the_last_member_leaves_and_the_next_one_comes(office: Office) -> None:
    office.done(with_users(INES))
    group, attributes = office.the("(cn=Utilisateurs)")
    office.done(with_users())
    assert office.members("Utilisateurs") == {"nobody"}
    office.done(with_users(ELS))
    assert office.members("Utilisateurs") == {ELS}
    again = office.the("(cn=Utilisateurs)")
    assert (again[0], again[1]["entryuuid"]) == (group, attributes["entryuuid"])


def test_a_group_that_is_deleted_when_it_is_empty(open_office: OpenOffice) -> None:
    office = open_office(
        ('empty = "placeholder"                   # or', 'empty = "delete"  # or'),
        ('placeholder = "cn=nobody,dc=test,dc=example"\n', ""),
    )
    office.done(with_users(INES))
    office.done(with_users())
    assert office.held(condition="(cn=Utilisateurs)") == {}
    office.done(with_users(ELS))
    assert office.members("Utilisateurs") == {ELS}


def test_somebody_blocked_is_locked_and_in_no_group_until_he_is_back(office: Office) -> None:
    office.done(with_users(INES, ELS))
    blocked = tuple(replace(each, blocked=each.person_id == INES) for each in PEOPLE)
    office.done(replace(with_users(ELS), people=blocked))
    assert office.the(f"(uid={INES})")[1]["pwdaccountlockedtime"] == {b"000001010000Z"}
    assert office.members("Utilisateurs") == {ELS}
    office.done(with_users(INES, ELS))
    assert "pwdaccountlockedtime" not in office.the(f"(uid={INES})")[1]
    assert office.members("Utilisateurs") == {INES, ELS}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_written_once(open_office: OpenOffice, name: str) -> None:
    office = open_office(
        (
            'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
            'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
        )
    )
    told = projection(name=name, people=(person(CARLA, "Carla", name),))
    office.done(told)
    before = office.writes()
    assert office.is_exact()
    office.done(told)
    assert office.writes() == before


def test_an_enterprise_that_is_gone_takes_its_entries_with_it(office: Office) -> None:
    office.without_limits()
    office.done(alpha(), projection(number=OMEGA, name="Omega", capacities=()))
    office.done(projection(number=OMEGA, name="Omega", capacities=()))
    assert office.is_exact()
    assert office.held(condition=f"(ou={ALPHA})") == {}
    assert len(office.directories.remembered("uman")) == len(office.entries)


@pytest.fixture
def named(open_office: OpenOffice) -> Office:
    """People under their names, so that they are renamed when they change them."""
    return open_office(
        (
            'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
            'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
        ),
    )


class TestRenames:
    def people(self, *names: str) -> Projection:
        held = tuple(person(person_id, "X", name) for person_id, name in zip((CARLA, ELS, FRANK), names, strict=False))
        groups = {chief(): frozenset({CARLA}), USERS: frozenset({ELS, FRANK} & {each.person_id for each in held})}
        return projection(people=held, groups=groups)

    def test_an_entry_keeps_its_identity_under_another_name(self, named: Office) -> None:
        named.done(self.people("Claes", "Evers"))
        before = named.the("(sn=Evers)")[1]["entryuuid"]
        named.done(self.people("Claes", "Van Evers"))
        dn, attributes = named.the("(sn=Van Evers)")
        assert dn.rdn == "cn=Van Evers"
        assert attributes["entryuuid"] == before
        assert named.members("Utilisateurs") == {"Van Evers"}
        assert named.is_exact()

    def test_two_exchange_their_names(self, named: Office) -> None:
        named.done(self.people("Claes", "Evers"))
        ids = {name: named.the(f"(sn={name})")[1]["entryuuid"] for name in ("Claes", "Evers")}
        named.done(self.people("Evers", "Claes"))
        assert {name: named.the(f"(sn={name})")[1]["entryuuid"] for name in ("Evers", "Claes")} == {
            "Evers": ids["Claes"],
            "Claes": ids["Evers"],
        }
        assert named.is_exact()
        assert named.held(condition="(cn=*aside*)") == {}

    def test_three_take_one_anothers_names(self, named: Office) -> None:
        named.done(self.people("A", "B", "C"))
        named.done(self.people("B", "C", "A"))
        assert named.is_exact()

    def test_somebody_takes_the_name_of_one_who_goes(self, named: Office) -> None:
        named.done(self.people("Claes", "Evers"))
        other = person(FRANK, "X", "Evers")
        named.done(replace(self.people("Claes"), people=(person(CARLA, "X", "Claes"), other)))
        assert len(named.held(condition="(objectClass=inetOrgPerson)")) == 2
        assert named.is_exact()

    def test_a_container_takes_what_is_in_it_along(self, open_office: OpenOffice) -> None:
        office = open_office(('dn = "ou={enterprise_number}"', 'dn = "ou={enterprise_name}"'))
        office.done(alpha())
        ids = {key: each.entry_id for key, each in office.directories.remembered("uman").items()}
        before = office.writes()
        office.done(replace(alpha(), enterprise=replace(alpha().enterprise, name="Alpha Bouw & Zonen NV")))
        assert office.is_exact()
        assert {key: each.entry_id for key, each in office.directories.remembered("uman").items()} == ids
        renames = [kind for kind, _ in office.slapd.writes()[before:] if kind == "modrdn"]
        assert renames == ["modrdn"]

    def test_members_that_the_server_renames_by_itself(self, open_office: OpenOffice) -> None:
        office = open_office(
            (
                'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
                'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
            ),
            overlays=("syncprov", "ppolicy", "accesslog", "refint"),
        )
        office.done(self.people("Claes", "Evers"))
        office.done(self.people("Claes", "Van Evers"))
        assert office.members("Utilisateurs") == {"Van Evers"}
        assert office.is_exact()


class TestBigGroups:
    def test_members_come_and_go_in_bounded_requests(self, office: Office) -> None:
        office.without_limits()
        crowd = tuple(person(f"p_{number:05}", "", f"N{number}") for number in range(3000))
        ids = [each.person_id for each in crowd]
        first = projection(people=crowd, groups={USERS: frozenset(ids[:2000])})
        office.done(first)
        before = office.writes()
        office.done(replace(first, groups={USERS: frozenset(ids[1000:])}))
        assert office.writes() - before == 2
        assert office.members("Utilisateurs") == set(ids[1000:])


class TestInterrupted:
    @pytest.mark.parametrize("after", [1, 3, 7, 12])
    def test_a_run_cut_off_anywhere_is_finished_by_the_next(self, office: Office, after: int) -> None:
        office.done(with_users(INES))
        changed = replace(alpha(), people=tuple(replace(each, email="new@alpha.example") for each in PEOPLE))
        with pytest.raises(KeyboardInterrupt):
            office.runner.apply(office.wanted(changed), progress=_cut_off(after))
        assert [run.outcome for run in office.directories.runs("uman", 1)] == [RunOutcome.FAILED]
        report = office.done(changed)
        assert not report.run.counts["drift_changed"]
        assert office.is_exact()
        before = office.writes()
        office.done(changed)
        assert office.writes() == before

    @pytest.mark.parametrize("after", [1, 5, 15])
    def test_a_server_killed_on_the_way(self, office: Office, after: int) -> None:
        times = [after]

        def killed(done: int, _total: int) -> None:
            if times and done == times[0]:
                times.clear()
                office.slapd.kill()
                office.slapd.start()

        report = office.runner.apply(office.wanted(alpha()), progress=killed)
        assert report.run.outcome is RunOutcome.DONE, report.run.failures
        assert office.is_exact()

    def test_a_server_that_stays_away_fails_the_run(self, office: Office) -> None:
        report = office.runner.apply(
            office.wanted(alpha()), progress=lambda done, _: office.slapd.kill() if done == 3 else None
        )
        assert report.run.outcome is RunOutcome.FAILED
        office.slapd.start()
        office.done(alpha())
        assert office.is_exact()


def _cut_off(after: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    return progress
