"""Plans: what they say before anything is written, and when a saved one is not to be trusted any more."""

import json
from dataclasses import replace

import pytest

from authz_service.directory.names import Dn
from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.plans import Action, ClashKind, Plan
from authz_service.sync.saved_plans import InvalidPlanError, SavedPlan, plan_document, staleness
from tests.directory.slapd import BASE
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import CARLA, ELS, FRANK, INES, PEOPLE, alpha, chief, of_capacity, person, projection
from tests.sync.offices import AUTHZ, Office, kinds

USERS = of_capacity(GroupKind.USERS)
FOREIGN = f"""dn: uid={INES},ou=people,ou=authz,{BASE}
changetype: add
objectClass: inetOrgPerson
cn: somebody else
sn: else

dn: cn=theirs,ou=authz,{BASE}
changetype: add
objectClass: groupOfNames
cn: theirs
member: cn=admin,{BASE}

"""


def before() -> Projection:
    return projection(groups={chief(): frozenset({CARLA}), USERS: frozenset({ELS, INES})})


def after() -> Projection:
    """Return what it is after seven changes."""
    people = tuple(
        replace(each, email="carla@new.example") if each.person_id == CARLA else each
        for each in PEOPLE
        if each.person_id != FRANK
    )
    return projection(
        name="Alpha & Co",
        people=(*people, person("p_new", "Nora", "Nys")),
        groups={
            chief(): frozenset({ELS}),
            USERS: frozenset({INES, "p_new"}),
            of_capacity(GroupKind.APPLICATION, code="DMFA"): frozenset({INES}),
        },
        revision=9,
    )


def test_a_plan_writes_nothing_and_lists_each_change_with_old_and_new_values(office: Office) -> None:
    office.done(before())
    writes = office.writes()
    plan = office.plan(after())
    assert office.writes() == writes
    changes = {change["key"]: change for change in plan_document(plan)["changes"]}
    assert changes[f"person/{FRANK}"]["action"] == "delete"
    assert changes["person/p_new"]["values"]["cn"] == ["Nora Nys"]
    mail, organisation = changes[f"person/{CARLA}"]["attributes"]
    assert (mail["old"], mail["new"]) == (["carla@alpha.example"], ["carla@new.example"])
    assert (organisation["old"], organisation["new"]) == (["Alpha Bouw NV"], ["Alpha & Co"])
    members = changes[f"group/{USERS.key}"]["members"]
    people = AUTHZ.child("ou", "people")
    assert members["added"] == [str(people.child("uid", "p_new"))]
    assert members["removed"] == [str(people.child("uid", ELS))]


def test_what_is_applied_is_what_was_planned(office: Office) -> None:
    office.done(before())
    writes = office.writes()
    plan = office.plan(after())
    report = office.apply(saved=SavedPlan.parse(json.dumps(plan_document(plan))))
    assert report.run.outcome is RunOutcome.DONE
    assert office.writes() - writes == len(plan.changes)
    written = [(kind, Dn.parse(name)) for kind, name in office.slapd.writes()[writes:]]
    words = {Action.ADD: "add", Action.CHANGE: "modify", Action.DELETE: "delete"}
    assert sorted(map(repr, written)) == sorted(repr((words[change.action], change.dn)) for change in plan.changes)


def test_containers_come_before_people_and_groups_and_go_after_them(office: Office) -> None:
    order = [change.kind.value for change in office.plan(alpha()).changes]
    assert order == sorted(order, key=["container", "person", "group"].index)
    office.without_limits()
    office.done(alpha())
    office.projections = ()
    gone = office.plan().changes
    assert [change.kind.value for change in gone] == sorted(
        (change.kind.value for change in gone), key=["group", "person", "container"].index
    )


class TestSavedPlans:
    def saved(self, office: Office) -> SavedPlan:
        return SavedPlan.parse(json.dumps(plan_document(office.plan(after()))))

    def stale(self, office: Office, saved: SavedPlan) -> tuple[str, ...]:
        return staleness(saved, office.plan())

    def test_the_same_work_has_the_same_digest(self, office: Office) -> None:
        office.done(before())
        assert self.saved(office).digest == self.saved(office).digest
        assert self.stale(office, self.saved(office)) == ()

    def test_facts_that_have_changed_since(self, office: Office) -> None:
        saved = self.saved(office)
        office.projections = (replace(after(), revision=10),)
        assert self.stale(office, saved) == ("the facts have changed since",)

    def test_a_policy_that_has_changed_since(self, office: Office) -> None:
        saved = self.saved(office)
        office.policy = "another"
        assert "the policy has changed since" in self.stale(office, saved)

    def test_a_directory_that_has_changed_since(self, office: Office) -> None:
        office.done(before())
        saved = self.saved(office)
        office.by_hand(f"dn: uid={CARLA},ou=people,{AUTHZ}\nchangetype: modify\nreplace: sn\nsn: Other\n")
        assert len(self.stale(office, saved)) == 2
        writes = office.writes()
        report = office.apply(saved=saved)
        assert (report.run.outcome, office.writes()) == (RunOutcome.FAILED, writes)
        assert report.stale

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": 2}', "[" * 10000])
    def test_what_is_no_plan(self, text: str) -> None:
        with pytest.raises(InvalidPlanError):
            SavedPlan.parse(text)


class TestClashes:
    def clashing(self, office: Office) -> Plan:
        office.done(projection(people=()[:0], groups={}))
        office.by_hand(FOREIGN)
        return office.plan(before())

    def test_a_foreign_entry_where_ours_should_be_is_told_and_not_touched(self, office: Office) -> None:
        plan = self.clashing(office)
        (clash,) = plan.clashes
        assert (clash.kind, clash.key) == (ClashKind.FOREIGN, f"person/{INES}")
        report = office.apply()
        assert report.run.outcome is RunOutcome.PARTIAL
        assert office.the(f"(uid={INES})")[1]["sn"] == {b"else"}
        assert office.the("(cn=theirs)")[1]["member"] == {f"cn=admin,{BASE}".encode()}

    def test_whoever_stands_there_gets_into_no_group(self, office: Office) -> None:
        self.clashing(office)
        office.apply()
        assert office.members("Utilisateurs") == {ELS}

    def test_the_rest_is_written_once(self, office: Office) -> None:
        self.clashing(office)
        office.apply()
        writes = office.writes()
        office.apply()
        assert (office.plan().changes, office.writes()) == ((), writes)

    def test_our_mark_alone_makes_nothing_ours(self, office: Office) -> None:
        mark = office.target.mapped.marker
        office.done(projection(people=(), groups={}))
        office.by_hand(FOREIGN.replace("sn: else", f"sn: else\n{mark.attribute}: {mark.value}"))
        (clash,) = office.plan(before()).clashes
        assert (clash.kind, clash.key) == (ClashKind.NOT_REMEMBERED, f"person/{INES}")
        office.apply()
        assert office.the(f"(uid={INES})")[1]["sn"] == {b"else"}

    def test_our_memory_alone_makes_nothing_ours(self, office: Office) -> None:
        office.done(before())
        mark = office.target.mapped.marker
        office.by_hand(f"dn: uid={INES},ou=people,{AUTHZ}\nchangetype: modify\ndelete: {mark.attribute}\n")
        office.projections = (projection(people=PEOPLE[:3], groups={chief(): frozenset({CARLA})}),)
        plan = office.plan()
        assert [clash.kind for clash in plan.clashes] == [ClashKind.MARK_GONE]
        assert f"person/{INES}" not in kinds(plan)
        office.apply()
        assert office.held(condition=f"(uid={INES})")

    def test_a_foreign_entry_where_ours_should_be_renamed_to(self, open_office: OpenOffice) -> None:
        office = open_office(
            (
                'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
                'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
            )
        )
        told = projection(groups={USERS: frozenset({ELS})})
        office.done(told)
        office.by_hand(f"dn: cn=New,ou=people,{AUTHZ}\nchangetype: add\nobjectClass: person\ncn: New\nsn: theirs\n")
        renamed = tuple(replace(each, name="New") if each.person_id == ELS else each for each in PEOPLE)
        report = office.apply(replace(told, people=renamed))
        assert report.run.outcome is RunOutcome.PARTIAL
        assert office.members("Utilisateurs") == {"Evers"}
        assert office.the("(cn=New)")[1]["sn"] == {b"theirs"}


def test_a_plan_for_some_entries_leaves_the_others_alone(office: Office) -> None:
    office.done(before())
    people = tuple(replace(each, email="x@alpha.example") for each in PEOPLE)
    office.projections = (projection(people=people[:3], groups={chief(): frozenset({CARLA})}),)
    keys = frozenset({f"person/{ELS}", f"person/{INES}"})
    plan, beyond = office.runner.plan(office.wanted(only=keys))
    assert kinds(plan) == {f"person/{ELS}": Action.CHANGE, f"person/{INES}": Action.DELETE}
    assert beyond == ()


def test_names_that_the_server_spells_otherwise_are_no_difference(office: Office) -> None:
    office.done(before())
    dn, attributes = office.the("(cn=Utilisateurs)")
    members = "".join(f"member: {value.decode().upper().replace(',', ' , ')}\n" for value in attributes["member"])
    office.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: member\n{members}")
    assert office.is_exact()


def test_values_beside_ours_in_what_we_share_are_no_difference(office: Office) -> None:
    office.done(before())
    change = "changetype: modify\nadd: objectClass\nobjectClass: simpleSecurityObject\n-\nadd: userPassword\nuserPassword: x\n-\nadd: businessCategory\nbusinessCategory: theirs\n-\nadd: telephoneNumber\ntelephoneNumber: 1\n"
    office.by_hand(f"dn: uid={ELS},ou=people,{AUTHZ}\n{change}")
    assert office.is_exact()
