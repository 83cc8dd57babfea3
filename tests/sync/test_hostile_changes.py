"""What others do to entries of ours, beside the ordinary: spelt anew, moved with all they hold, cloned, half of our own."""

from dataclasses import replace

import pytest

from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.plans import ClashKind, DriftKind
from authz_service.sync.targets import Drift
from tests.directory.slapd import BASE
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import ALPHA, CARLA, ELS, FRANK, INES, OMEGA, PEOPLE, alpha, chief, of_capacity, projection
from tests.sync.offices import AUTHZ, Office
from tests.sync.outages import KilledError, killing

USERS = of_capacity(GroupKind.USERS)
PEOPLE_DN = f"ou=people,{AUTHZ}"
USERS_DN = f"cn=Utilisateurs,ou=ONSS 199001125,ou={ALPHA},ou=enterprises,{AUTHZ}"
BY_NAME = (
    'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
    'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
)
MANY_NAMED = ('placeholder = "cn=nobody,dc=test,dc=example"', 'placeholder = "cn=no+ou=body,dc=test,dc=example"')


def told(*users: str) -> Projection:
    return projection(groups={chief(): frozenset({CARLA}), USERS: frozenset(users)})


def modify(dn: object, attribute: str, *values: str) -> str:
    return f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n" + "".join(
        f"{attribute}: {each}\n" for each in values
    )


def renamed(dn: object, rdn: str, under: str = "", *, keep: bool = False) -> str:
    parent = f"newsuperior: {under}\n" if under else ""
    return f"dn: {dn}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: {int(not keep)}\n{parent}"


SPELLINGS = {
    "capital letters": f"UID={ELS.upper()},OU=PEOPLE,{str(AUTHZ).upper()}",
    "spaces": f"uid = {ELS} , ou = people , {str(AUTHZ).replace(',', ' , ')}",
    "hexadecimal digits": f"uid=\\{ord(ELS[0]):02x}{ELS[1:]},ou=pe\\6fple,{AUTHZ}",
    "the number of the type": f"0.9.2342.19200300.100.1.1={ELS},2.5.4.11=people,{AUTHZ}",
    "the long name of the type": f"userid={ELS},organizationalUnitName=people,{AUTHZ}",
    "quotes": f'uid="{ELS}",ou="people",{AUTHZ}',
    "semicolons": f"uid={ELS};ou=people;{AUTHZ}",
}


class TestSpeltAnew:
    @pytest.mark.parametrize("name", SPELLINGS.values(), ids=SPELLINGS)
    def test_a_member_is_no_difference(self, office: Office, name: str) -> None:
        office.done(told(ELS))
        group = office.the("(cn=Utilisateurs)")[0]
        office.by_hand(modify(group, "member", name))
        writes = office.writes()
        report = office.done(told(ELS))
        assert (office.writes(), report.run.counts["drift_members"]) == (writes, 0)
        office.done(told(ELS, FRANK))
        office.done(told(FRANK))
        assert office.members("Utilisateurs") == {FRANK}

    @pytest.mark.parametrize("name", ["ou=body+cn=no", "CN=No + OU=Body"])
    def test_a_name_of_several_parts_is_no_difference_in_any_order(self, open_office: OpenOffice, name: str) -> None:
        office = open_office(MANY_NAMED)
        office.done(told())
        office.by_hand(modify(office.the("(cn=Utilisateurs)")[0], "member", f"{name},{BASE}"))
        writes = office.writes()
        office.done(told())
        assert office.writes() == writes
        office.done(told(ELS))
        assert office.members("Utilisateurs") == {ELS}

    @pytest.mark.parametrize(
        ("dn", "rdn"),
        [
            (f"uid={ELS},{PEOPLE_DN}", f"UID={ELS.upper()}"),
            (PEOPLE_DN, "OU=People"),
            (f"ou=enterprises,{AUTHZ}", "ou=ENTERprises"),
        ],
    )
    def test_the_name_of_an_entry_is_no_difference(self, office: Office, dn: str, rdn: str) -> None:
        office.done(told(ELS))
        office.by_hand(renamed(dn, rdn))
        writes = office.writes()
        report = office.done(told(ELS))
        assert (office.writes(), report.run.counts["unchanged"]) == (writes, len(office.entries))

    def test_object_classes_by_their_numbers_are_no_difference(self, office: Office) -> None:
        office.done(told(ELS))
        classes = ("2.16.840.1.113730.3.2.2", "organizationalPerson", "PERSON", "top")
        office.by_hand(modify(f"uid={ELS},{PEOPLE_DN}", "objectClass", *classes))
        office.done(told(ELS))
        writes = office.writes()
        office.done(told(ELS))
        assert office.writes() == writes

    def test_the_mark_is_no_difference(self, office: Office) -> None:
        office.done(told(ELS))
        marker = office.target.mapped.marker
        office.by_hand(
            modify(f"uid={ELS},{PEOPLE_DN}", marker.attribute, f"theirs\n{marker.attribute}: {marker.value.upper()}")
        )
        writes = office.writes()
        office.done(told(ELS))
        assert office.writes() == writes


DRIFTS = {
    "a container moved away": (
        {DriftKind.MOVED},
        1,
        renamed(f"ou={ALPHA},ou=enterprises,{AUTHZ}", f"ou={ALPHA}", f"ou=foreign,{BASE}"),
    ),
    "a container renamed": ({DriftKind.MOVED}, 1, renamed(f"ou={ALPHA},ou=enterprises,{AUTHZ}", "ou=x")),
    "one in another moved": (
        {DriftKind.MOVED},
        1,
        renamed(f"ou=ONSS 199001125,ou={ALPHA},ou=enterprises,{AUTHZ}", "ou=y", str(AUTHZ)),
    ),
    "two at once": (
        {DriftKind.MOVED},
        2,
        renamed(f"ou=ONSS 199001125,ou={ALPHA},ou=enterprises,{AUTHZ}", "ou=y", str(AUTHZ))
        + "\n"
        + renamed(f"ou={ALPHA},ou=enterprises,{AUTHZ}", "ou=x", f"ou=y,{AUTHZ}"),
    ),
    "a group deleted": ({DriftKind.DELETED}, 1, f"dn: {USERS_DN}\nchangetype: delete\n"),
    "a group left with nobody": ({DriftKind.MEMBERS}, 1, modify(USERS_DN, "member", f"cn=nobody,{BASE}")),
    "somebody locked is unlocked": (
        {DriftKind.CHANGED},
        1,
        f"dn: uid={FRANK},{PEOPLE_DN}\nchangetype: modify\ndelete: pwdAccountLockedTime\n",
    ),
    "values added": (
        {DriftKind.CHANGED},
        1,
        f"dn: uid={ELS},{PEOPLE_DN}\nchangetype: modify\nadd: sn\nsn: more\n-\nadd: cn\ncn: more\n",
    ),
    "renamed and changed": (
        {DriftKind.MOVED, DriftKind.CHANGED},
        2,
        renamed(f"uid={ELS},{PEOPLE_DN}", "cn=Somebody") + "\n" + modify(f"cn=Somebody,{PEOPLE_DN}", "sn", "Else"),
    ),
}


@pytest.mark.parametrize(("kinds", "writes", "ldif"), DRIFTS.values(), ids=DRIFTS)
def test_drift_is_told_and_repaired_by_as_many_writes_as_it_takes(
    office: Office, kinds: set[DriftKind], writes: int, ldif: str
) -> None:
    blocked = replace(told(ELS, INES), people=tuple(replace(each, blocked=each.person_id == FRANK) for each in PEOPLE))
    office.done(blocked)
    marked = office.marked()
    office.by_hand(ldif)
    before = office.writes()
    report = office.done(blocked)
    assert {kind for kind in DriftKind if report.run.counts[f"drift_{kind}"]} == kinds
    assert office.writes() - before == writes
    assert office.marked() == marked
    assert office.is_exact()


class TestOursIsNotTheirs:
    """Where drift is only reported, what a run of ours that was cut off did is ours all the same."""

    @pytest.fixture
    def reporting(self, open_office: OpenOffice) -> Office:
        office = open_office(BY_NAME)
        office.target = replace(office.target, drift=Drift.REPORT)
        return office

    def after(self) -> Projection:
        names = {CARLA: "Evers", ELS: "Claes", FRANK: "Other", INES: "Müller"}
        people = tuple(replace(each, name=names[each.person_id], email="x@y.example") for each in PEOPLE)
        return replace(told(FRANK), people=people)

    @pytest.mark.parametrize("when", [1, 3, 5, 7])
    def test_facts_that_go_back_are_followed(self, reporting: Office, when: int) -> None:
        reporting.done(told(ELS, INES))
        marked = reporting.marked()
        with pytest.raises(KilledError):
            reporting.runner.apply(reporting.wanted(self.after()), progress=killing(when))
        report = reporting.done(told(ELS, INES))
        assert report.plan is not None
        assert report.plan.reported == ()
        assert reporting.marked() == marked
        assert reporting.is_exact()

    @pytest.mark.parametrize("when", [2, 5, 8])
    def test_facts_that_stay_are_followed(self, reporting: Office, when: int) -> None:
        reporting.done(told(ELS, INES))
        with pytest.raises(KilledError):
            reporting.runner.apply(reporting.wanted(self.after()), progress=killing(when))
        reporting.done(self.after())
        assert reporting.is_exact()

    @pytest.mark.parametrize("when", [1, 2])
    def test_somebody_who_was_to_go_and_may_stay_is_there(self, reporting: Office, when: int) -> None:
        reporting.done(told(ELS))
        marked = reporting.marked()
        fewer = replace(told(ELS), people=PEOPLE[:2])
        with pytest.raises(KilledError):
            reporting.runner.apply(reporting.wanted(fewer), progress=killing(when))
        reporting.done(told(ELS))
        assert reporting.marked() == marked
        assert reporting.is_exact()

    def test_what_others_deleted_is_still_left(self, reporting: Office) -> None:
        reporting.done(told(ELS))
        reporting.by_hand(f"dn: cn=Fontaine,{PEOPLE_DN}\nchangetype: delete\n")
        report = reporting.done(told(ELS))
        assert report.plan is not None
        assert [drift.kinds for drift in report.plan.reported] == [(DriftKind.DELETED,)]
        assert reporting.held(condition="(cn=Fontaine)") == {}

    def test_what_others_did_elsewhere_is_still_left(self, reporting: Office) -> None:
        reporting.done(told(ELS, INES))
        reporting.by_hand(modify(f"cn=Fontaine,{PEOPLE_DN}", "givenName", "Theirs"))
        with pytest.raises(KilledError):
            reporting.runner.apply(reporting.wanted(self.after()), progress=killing(3))
        assert reporting.apply(self.after()).run.outcome is RunOutcome.DONE
        assert reporting.the("(cn=Other)")[1]["givenname"] == {b"Theirs"}


class TestForeignEntries:
    def test_one_in_a_container_that_goes_keeps_it_there(self, office: Office) -> None:
        office.without_limits()
        other = projection(number=OMEGA, name="Omega", capacities=())
        office.done(alpha(), other)
        foreign = f"cn=theirs,ou={ALPHA},ou=enterprises,{AUTHZ}"
        office.by_hand(f"dn: {foreign}\nchangetype: add\nobjectClass: device\ncn: theirs\n")
        report = office.apply(other)
        (failure,) = report.run.failures
        assert failure.key == f"container/enterprise/{ALPHA}"
        assert failure.cause.startswith("code 66, entries that are not ours lie under it")
        assert office.held(foreign, "(cn=theirs)")
        writes = office.writes()
        assert office.apply(other).run.outcome is RunOutcome.PARTIAL
        assert office.writes() == writes
        office.by_hand(f"dn: {foreign}\nchangetype: delete\n")
        office.done(other)
        assert office.is_exact()

    def test_a_copy_of_one_of_ours_is_left_alone_and_told(self, office: Office) -> None:
        office.done(told(ELS))
        marker = office.target.mapped.marker
        office.by_hand(
            f"dn: uid=copy,{PEOPLE_DN}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: copy\nuid: {ELS}\n"
            f"cn: Els Evers\nsn: Evers\n{marker.attribute}: {marker.value}\n"
        )
        report = office.apply(told(ELS))
        assert report.plan is not None
        assert [(clash.kind, str(clash.dn)) for clash in report.plan.clashes] == [
            (ClashKind.NOT_REMEMBERED, f"uid=copy,{PEOPLE_DN}")
        ]
        assert report.plan.changes == ()
        office.apply(told(FRANK))
        assert office.members("Utilisateurs") == {FRANK}
        assert office.held(condition="(uid=copy)")

    def test_a_group_where_ours_should_be_is_told_and_the_rest_is_written(self, office: Office) -> None:
        office.done(projection(groups={chief(): frozenset({CARLA})}))
        office.by_hand(f"dn: {USERS_DN}\nchangetype: add\nobjectClass: groupOfNames\ncn: Utilisateurs\nmember: cn=x\n")
        before = office.held(USERS_DN)
        report = office.apply(told(ELS))
        assert report.plan is not None
        assert [(clash.kind, clash.key) for clash in report.plan.clashes] == [(ClashKind.FOREIGN, f"group/{USERS.key}")]
        assert office.held(USERS_DN) == before
        office.projections = ()
        office.without_limits()
        office.apply()
        assert office.held(USERS_DN) == before

    def test_one_where_a_container_of_ours_should_be_keeps_all_of_it_away(self, office: Office) -> None:
        office.by_hand(f"dn: ou=people,{AUTHZ}\nchangetype: add\nobjectClass: organizationalUnit\nou: people\n")
        before = office.held(f"ou=people,{AUTHZ}")
        report = office.apply(told(ELS))
        assert report.run.outcome is RunOutcome.PARTIAL
        assert office.held(f"ou=people,{AUTHZ}", "(ou=people)") == before
        assert any(failure.key == "container/people" for failure in report.run.failures)

    def test_a_group_whose_only_member_is_foreign_is_not_there_where_none_may_be_empty(
        self, open_office: OpenOffice
    ) -> None:
        office = open_office(
            ('empty = "placeholder"                   # or', 'empty = "delete"  # or'),
            ('placeholder = "cn=nobody,dc=test,dc=example"\n', ""),
        )
        people = PEOPLE[:3]
        office.done(projection(people=people, groups={chief(): frozenset({CARLA}), USERS: frozenset({ELS})}))
        office.by_hand(f"dn: uid={INES},{PEOPLE_DN}\nchangetype: add\nobjectClass: account\nuid: {INES}\n")
        report = office.apply(told(INES))
        assert [failure.key for failure in report.run.failures] == [f"person/{INES}"]
        assert office.held(condition="(cn=Utilisateurs)") == {}
        writes = office.writes()
        office.apply(told(INES))
        assert office.writes() == writes
        office.by_hand(f"dn: uid={INES},{PEOPLE_DN}\nchangetype: delete\n")
        office.done(told(INES))
        assert office.members("Utilisateurs") == {INES}
