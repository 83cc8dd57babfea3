"""What every directory server has to take, and give back: the same runs against OpenLDAP, 389-ds and Active Directory.

The witness of what was written is the server itself: its log of writes, its changelog, its update sequence numbers.
"""

from dataclasses import replace

import pytest

from authz_service.directory.filters import escape
from authz_service.domain.projections import Group, GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.plans import Action, ClashKind
from tests.directory_servers.branches import Branch, enterprises_by_name, people_by_name, without_passwords
from tests.directory_servers.conftest import OpenBranch
from tests.directory_servers.servers import DirectoryServer
from tests.sync.mappings import CARLA, ELS, FRANK, INES, PEOPLE, person
from tests.sync.test_rendering import HOSTILE

PASSWORD = "Of-somebody-1"
WITH_A_CODE = (GroupKind.APPLICATION, GroupKind.EGOV_ROLE, GroupKind.FLEMISH_RIGHT)


def coded_group(branch: Branch, code: str) -> Group:
    """Return a group of the first kind that the example maps and that has a code in its name."""
    kind = next(kind for kind in WITH_A_CODE if kind in branch.target.mapped.groups)
    return branch.group(kind, code, code if kind is GroupKind.FLEMISH_RIGHT else "")


class TestTheExample:
    def test_a_first_run_writes_a_small_enterprise_and_every_entry_has_the_marker(self, branch: Branch) -> None:
        report = branch.done(branch.small_enterprise())
        marker = branch.target.mapped.marker
        held = branch.held()
        assert held.keys() == {entry.dn for entry in branch.entries}
        assert all(marker.value.encode() in attributes[marker.attribute.lower()] for attributes in held.values())
        assert report.writes["add"] == len(branch.entries)
        assert branch.is_exact()

    def test_every_value_is_there_as_it_was_meant(self, branch: Branch) -> None:
        branch.done(branch.small_enterprise())
        held = branch.held()
        for entry in branch.entries:
            for name, values in entry.attributes.items():
                assert set(values) <= held[entry.dn][name.lower()], (entry, name)

    def test_every_group_has_the_members_it_should_have(self, branch: Branch) -> None:
        told = branch.small_enterprise()
        branch.done(told)
        assert told.groups
        for group, members in told.groups.items():
            assert branch.members(group) == branch.names(*members)

    def test_a_second_run_writes_nothing(self, branch: Branch) -> None:
        branch.done(branch.small_enterprise())
        assert branch.writes_nothing()

    def test_a_plan_writes_nothing(self, branch: Branch) -> None:
        branch.done(branch.with_managers(ELS))
        before = branch.server.mark()
        assert branch.plan(branch.small_enterprise()).changes
        assert branch.server.mark() == before

    def test_an_enterprise_that_is_gone_takes_its_entries_with_it(self, branch: Branch) -> None:
        branch.done(branch.small_enterprise())
        branch.without_limits()
        branch.projections = ()
        branch.done()
        assert not branch.held(f"(objectClass={branch.person_class})")
        assert branch.held().keys() == {entry.dn for entry in branch.entries}
        assert branch.writes_nothing()


class TestHolders:
    def test_the_last_one_leaves_and_the_next_one_comes(self, branch: Branch) -> None:
        branch.done(branch.with_managers(INES))
        name = branch.wanted_entry(f"group/{branch.group().key}").dn
        before = branch.held()[name][branch.server.entry_id.lower()]
        branch.done(branch.with_managers())
        assert branch.managers() == set()
        assert branch.is_exact()
        branch.done(branch.with_managers(ELS))
        assert branch.managers() == branch.names(ELS)
        assert branch.held()[name][branch.server.entry_id.lower()] == before
        assert branch.writes_nothing()

    def test_one_comes_and_one_leaves_by_one_write_to_the_group_alone(self, branch: Branch) -> None:
        branch.done(branch.with_managers(INES, ELS))
        before = branch.server.mark()
        report = branch.done(branch.with_managers(ELS, FRANK))
        assert report.writes == {"modify": 1}
        assert branch.server.written_since(before) == {branch.wanted_entry(f"group/{branch.group().key}").dn}
        assert branch.managers() == branch.names(ELS, FRANK)

    def test_somebody_who_goes_leaves_the_groups_he_was_in(self, branch: Branch) -> None:
        branch.done(branch.with_managers(INES, ELS))
        people = tuple(each for each in PEOPLE if each.person_id != INES)
        branch.done(branch.with_managers(ELS, people=people))
        assert branch.managers() == branch.names(ELS)
        assert branch.writes_nothing()


class TestBlocking:
    def blocked(self, branch: Branch) -> Projection:
        people = tuple(replace(each, blocked=each.person_id == INES) for each in PEOPLE)
        return branch.with_managers(ELS, people=people)

    def test_somebody_blocked_is_locked_by_the_servers_own_means_and_in_no_group(self, branch: Branch) -> None:
        name, locked, free = branch.server.blocked
        branch.done(branch.with_managers(ELS, INES))
        assert branch.person(INES)[1].get(name.lower()) == (None if free is None else {free})
        branch.done(self.blocked(branch))
        assert branch.person(INES)[1][name.lower()] == {locked}
        assert branch.managers() == branch.names(ELS)
        assert branch.writes_nothing()
        branch.done(branch.with_managers(ELS, INES))
        assert branch.person(INES)[1].get(name.lower()) == (None if free is None else {free})
        assert branch.managers() == branch.names(ELS, INES)
        assert branch.writes_nothing()

    def test_he_cannot_log_in_until_he_is_unblocked(self, branch: Branch) -> None:
        branch.done(branch.with_managers(ELS, INES))
        dn, _ = branch.person(INES)
        branch.server.set_password(dn, PASSWORD)
        assert branch.server.can_log_in(dn, PASSWORD)
        branch.done(self.blocked(branch))
        assert not branch.server.can_log_in(dn, PASSWORD)
        branch.done(branch.with_managers(ELS, INES))
        assert branch.server.can_log_in(dn, PASSWORD)

    def test_somebody_new_who_is_blocked_is_made_locked(self, branch: Branch) -> None:
        name, locked, _ = branch.server.blocked
        branch.done(self.blocked(branch))
        assert branch.person(INES)[1][name.lower()] & {locked, b"546"}
        assert branch.writes_nothing()


@pytest.mark.parametrize("name", HOSTILE)
class TestHostileNames:
    def test_of_a_user_and_an_organisation(self, open_branch: OpenBranch, server: DirectoryServer, name: str) -> None:
        branch = open_branch(people_by_name(server), enterprises_by_name(server))
        told = branch.with_managers(CARLA, people=(person(CARLA, "Carla", name),), name=name)
        branch.done(told)
        (dn,) = branch.held(f"(&(objectClass={branch.person_class})(sn={escape(name)}))")
        assert dn == branch.wanted_entry(f"person/{CARLA}").dn
        assert branch.held(f"(&(objectClass=organizationalUnit)(ou={escape(name)}))")
        assert branch.managers() == {dn}
        assert branch.writes_nothing()

    def test_of_an_application_or_a_right(self, branch: Branch, name: str) -> None:
        group = coded_group(branch, name)
        told = branch.with_managers(ELS)
        branch.done(replace(told, groups={**told.groups, group: frozenset({INES})}))
        assert branch.members(group) == branch.names(INES)
        assert branch.writes_nothing()


class TestLongNames:
    def test_of_an_enterprise_and_of_people(self, branch: Branch) -> None:
        somebody = person(CARLA, "Carla " * 60, "Claes-" * 60, email=f"{'c' * 64}@{'d' * 60}.example")
        branch.done(branch.with_managers(CARLA, people=(somebody,), name="Alpha " * 300))
        assert branch.managers() == branch.names(CARLA)
        assert branch.writes_nothing()

    def test_of_an_application_or_a_right(self, branch: Branch) -> None:
        group = coded_group(branch, "Recht " * 40)
        told = branch.with_managers(ELS)
        branch.done(replace(told, groups={**told.groups, group: frozenset({INES})}))
        assert branch.members(group) == branch.names(INES)
        assert branch.writes_nothing()


class TestInterrupted:
    @pytest.mark.parametrize("after", [1, 4, 8])
    def test_a_run_cut_off_anywhere_is_finished_by_the_next(self, branch: Branch, after: int) -> None:
        branch.done(branch.with_managers(INES))
        told = branch.small_enterprise()
        changed = replace(told, people=tuple(replace(each, email="new@alpha.example") for each in told.people))

        def cut_off(done: int, _total: int) -> None:
            if done == after:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            branch.runner.apply(branch.wanted(changed), progress=cut_off)
        branch.done()
        assert branch.held().keys() == {entry.dn for entry in branch.entries}
        assert branch.writes_nothing()


class TestForeignEntries:
    def test_they_are_left_alone_and_clashes_are_told(self, branch: Branch) -> None:
        branch.done(branch.with_managers(ELS, people=PEOPLE[:3]))
        place = branch.wanted_entry(f"person/{ELS}").dn.parent
        kind = branch.wanted_entry(f"person/{ELS}").dn.rdns[0][0][0]
        theirs, beside = place.child(kind, INES), place.child(kind, "theirs")
        for dn in (theirs, beside):
            branch.stranger(dn)
        before = {dn: branch.held()[dn] for dn in (theirs, beside)}
        report = branch.apply(branch.with_managers(ELS, INES))
        assert report.run.outcome is RunOutcome.PARTIAL
        assert report.plan is not None
        assert [(clash.kind, clash.dn) for clash in report.plan.clashes] == [(ClashKind.FOREIGN, theirs)]
        assert {dn: branch.held()[dn] for dn in (theirs, beside)} == before
        assert branch.managers() == branch.names(ELS)

    def test_members_that_others_hold_elsewhere_do_not_matter(self, branch: Branch) -> None:
        branch.done(branch.with_managers(ELS))
        stranger = branch.root.child("ou", "foreign").child("cn", "somebody")
        branch.stranger(stranger)
        before = branch.server.found(stranger, scope="base")
        branch.without_limits()
        branch.projections = ()
        branch.done()
        assert branch.server.found(stranger, scope="base") == before


class TestRenames:
    def people(self, branch: Branch, *names: str) -> Projection:
        ids = (CARLA, ELS, FRANK)[: len(names)]
        held = tuple(person(person_id, "X", name) for person_id, name in zip(ids, names, strict=True))
        return branch.with_managers(*ids[1:], people=held)

    @pytest.fixture
    def named(self, open_branch: OpenBranch, server: DirectoryServer) -> Branch:
        return open_branch(people_by_name(server))

    def ids(self, branch: Branch) -> dict[str, str]:
        return {key: each.entry_id for key, each in branch.directories.remembered(branch.target.name).items()}

    def test_an_entry_keeps_its_identity_under_another_name(self, named: Branch) -> None:
        named.done(self.people(named, "Claes", "Evers"))
        before, ids = named.person(ELS)[1][named.server.entry_id.lower()], self.ids(named)
        report = named.done(self.people(named, "Claes", "Van Evers"))
        assert report.writes["rename"] == 1
        dn, attributes = named.person(ELS)
        assert dn == named.wanted_entry(f"person/{ELS}").dn
        assert attributes[named.server.entry_id.lower()] == before
        assert self.ids(named) == ids
        assert named.managers() == {dn}
        assert named.writes_nothing()

    def test_two_exchange_their_names(self, named: Branch) -> None:
        named.done(self.people(named, "Claes", "Evers"))
        ids = {each: named.person(each)[1][named.server.entry_id.lower()] for each in (CARLA, ELS)}
        named.done(self.people(named, "Evers", "Claes"))
        assert {each: named.person(each)[1][named.server.entry_id.lower()] for each in (CARLA, ELS)} == ids
        assert named.writes_nothing()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Vanevers", "VanEvers"),
            ("Van  Evers", "Van Evers"),
            ("Evers", "Evers "),
            ("Hélène", "Helene"),
            ("a,b", "a\\,b"),
        ],
    )
    def test_a_name_that_is_nearly_the_same(self, named: Branch, old: str, new: str) -> None:
        named.done(self.people(named, "Claes", old))
        named.done(self.people(named, "Claes", new))
        wanted = named.wanted_entry(f"person/{ELS}")
        assert named.held()[wanted.dn]["sn"] == set(wanted.attributes["sn"])
        assert named.managers() == named.names(ELS)
        assert named.writes_nothing()

    def test_a_container_takes_what_is_in_it_along(self, open_branch: OpenBranch, server: DirectoryServer) -> None:
        branch = open_branch(enterprises_by_name(server))
        told = branch.small_enterprise()
        branch.done(told)
        ids = self.ids(branch)
        report = branch.done(replace(told, enterprise=replace(told.enterprise, name="Alpha & Zonen, NV")))
        assert report.writes["rename"] == 1
        assert self.ids(branch) == ids
        assert branch.writes_nothing()


class TestBigGroups:
    def test_members_come_and_go_in_bounded_requests_and_none_is_lost(
        self, open_branch: OpenBranch, server: DirectoryServer
    ) -> None:
        branch = open_branch(*without_passwords(server))
        branch.without_limits()
        crowd = tuple(person(f"p_{number:05}", "", f"N{number}") for number in range(2500))
        ids = [each.person_id for each in crowd]
        branch.done(branch.with_managers(*ids[:2200], people=crowd))
        assert branch.managers() == branch.names(*ids[:2200])
        assert branch.writes_nothing()
        before = branch.server.mark()
        report = branch.done(branch.with_managers(*ids[1200:], people=crowd))
        assert report.writes == {"modify": 1}
        assert branch.managers() == branch.names(*ids[1200:])
        assert branch.server.mark() - before > 1
        branch.target = replace(branch.target, server=replace(branch.target.server, page_size=37))
        assert branch.writes_nothing()


def test_the_kinds_of_changes_of_a_plan(branch: Branch) -> None:
    branch.done(branch.with_managers(ELS, INES))
    people = (replace(PEOPLE[0], email="new@alpha.example"), *PEOPLE[1:3], person("p_new", "Nora", "Nys"))
    plan = branch.plan(branch.with_managers(ELS, people=people))
    assert {change.key: change.action for change in plan.changes} == {
        f"person/{CARLA}": Action.CHANGE,
        "person/p_new": Action.ADD,
        f"person/{INES}": Action.DELETE,
        f"group/{branch.group().key}": Action.CHANGE,
    }
