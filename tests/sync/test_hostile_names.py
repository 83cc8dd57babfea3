"""Names and values that are hard to write, or that no server takes: found again to the letter, or told by their entry."""

from dataclasses import replace

import pytest

from authz_service.directory.filters import escape
from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.entry_checks import RenderingError
from authz_service.sync.rendering import render
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import (
    CARLA,
    ELS,
    FRANK,
    INES,
    NSSO,
    OMEGA,
    PEOPLE,
    by_key,
    chief,
    of_capacity,
    person,
    projection,
    texts,
)
from tests.sync.offices import Office
from tests.sync.test_rendering import HOSTILE

USERS = of_capacity(GroupKind.USERS)
BY_NAME = (
    (
        'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
        'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
    ),
    ('dn = "ou={enterprise_number}"', 'dn = "ou={enterprise_name}"'),
)
NAMES = [
    *HOSTILE,
    "+",
    "\\",
    '"',
    "a\\",
    "a\\20",
    "\u202eright to left",
    "e\u0301 composed \u00e9",
    "\u0130stanbul",
    "\ufeffmark",
    "<script>;,=",
    "tab\tand\r",
    "*)(uid=*",
    "x" * 220,
    "Ω" * 120,
    "dn: cn=x\n\nchangetype: delete",
]


@pytest.fixture
def named(open_office: OpenOffice) -> Office:
    """People and enterprises under their names."""
    return open_office(*BY_NAME)


def told(name: str) -> Projection:
    """Return an enterprise, somebody and an application with that name."""
    application = of_capacity(GroupKind.APPLICATION, code=name)
    return projection(
        name=name,
        people=(person(CARLA, "Carla", name), PEOPLE[1]),
        groups={chief(): frozenset({CARLA}), application: frozenset({CARLA, ELS})},
    )


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_a_hostile_name_of_person_enterprise_and_application(named: Office, name: str) -> None:
    named.done(told(name))
    exact = escape(name)
    for condition, kind in (
        (f"(&(objectClass=inetOrgPerson)(cn={exact}))", "cn"),
        (f"(&(objectClass=organizationalUnit)(ou={exact}))", "ou"),
        (f"(&(objectClass=groupOfNames)(cn={exact}))", "cn"),
    ):
        dn, attributes = named.the(condition)
        assert name.encode() in attributes[kind]
        assert dn.rdns[0] == ((kind, name),)
    writes = named.writes()
    report = named.done(told(name))
    assert (named.writes(), report.run.counts["unchanged"]) == (writes, len(named.entries))
    named.done(told("Plain"))
    named.done(told(name))
    assert named.is_exact()


def long(length: int) -> Projection:
    return projection(
        people=(person(CARLA, "", "y" * length), *PEOPLE[1:]),
        groups={chief(): frozenset({CARLA}), USERS: frozenset({CARLA, INES})},
    )


@pytest.mark.parametrize("length", [600, 65536])
def test_a_name_longer_than_the_server_takes_is_told_and_the_rest_is_written(named: Office, length: int) -> None:
    report = named.apply(long(length))
    assert report.run.outcome is RunOutcome.PARTIAL
    assert {failure.key for failure in report.run.failures} == {f"person/{CARLA}"}
    assert "yyyy" not in report.run.failures[0].cause
    assert (named.members("GAP"), named.members("Utilisateurs")) == ({"nobody"}, {"Müller"})
    named.done(replace(long(length), people=PEOPLE))
    assert named.members("GAP") == {"Claes"}
    assert named.is_exact()


def test_a_long_value_that_is_in_no_name_is_written(office: Office) -> None:
    office.done(long(65536))
    assert office.the(f"(uid={CARLA})")[1]["sn"] == {b"y" * 65536}
    assert office.is_exact()


class TestValuesThatAreRefused:
    def users(
        self, *, mail: str = "", blocked: bool = False, users: frozenset[str] = frozenset({ELS, INES})
    ) -> Projection:
        people = tuple(
            replace(each, email=mail, blocked=blocked, name="New" if mail else each.name)
            if each.person_id == INES
            else each
            for each in PEOPLE
        )
        return projection(people=people, groups={chief(): frozenset({CARLA}), USERS: users})

    def test_one_keeps_no_other_from_being_written(self, office: Office) -> None:
        office.done(self.users())
        report = office.apply(self.users(mail="é@alpha.example", blocked=True, users=frozenset({ELS})))
        assert report.run.outcome is RunOutcome.PARTIAL
        (failure,) = report.run.failures
        assert failure.key == f"person/{INES}"
        assert failure.cause.startswith("code 21, invalid attribute syntax")
        held = office.the(f"(uid={INES})")[1]
        assert (held["sn"], held["pwdaccountlockedtime"]) == ({b"New"}, {b"000001010000Z"})
        assert office.members("Utilisateurs") == {ELS}

    def test_what_is_refused_is_tried_again_by_the_next_run_and_nothing_else(self, office: Office) -> None:
        office.done(self.users())
        bad = self.users(mail="é@alpha.example", blocked=True, users=frozenset({ELS}))
        office.apply(bad)
        writes = office.writes()
        report = office.apply(bad)
        assert (report.run.outcome, office.writes()) == (RunOutcome.PARTIAL, writes)
        assert not any(count for name, count in report.run.counts.items() if name.startswith("drift_"))
        office.done(self.users(mail="e@alpha.example"))
        assert office.is_exact()

    def test_somebody_new_who_is_refused_comes_as_soon_as_he_can(self, office: Office) -> None:
        assert office.apply(self.users(mail="é@alpha.example")).run.outcome is RunOutcome.PARTIAL
        assert office.members("Utilisateurs") == {ELS}
        office.done(self.users())
        assert office.members("Utilisateurs") == {ELS, INES}

    def test_who_leaves_a_group_leaves_it_although_nobody_else_can_come(self, open_office: OpenOffice) -> None:
        office = open_office(
            ('empty = "placeholder"                   # or', 'empty = "delete"  # or'),
            ('placeholder = "cn=nobody,dc=test,dc=example"\n', ""),
        )
        office.done(self.users(users=frozenset({ELS})))
        office.done(projection(people=PEOPLE[:3], groups={chief(): frozenset({CARLA}), USERS: frozenset({ELS})}))
        bad = self.users(mail="é@alpha.example", users=frozenset({INES}))
        report = office.apply(bad)
        assert report.run.outcome is RunOutcome.PARTIAL
        assert office.held(condition="(cn=Utilisateurs)") == {}
        office.apply(bad)
        office.done(self.users(users=frozenset({INES})))
        assert office.members("Utilisateurs") == {INES}
        assert office.is_exact()


class TestValuesThatAreAlike:
    def test_names_of_enterprises_that_differ_by_case_and_spaces_are_one_value(self, office: Office) -> None:
        names = ("Alpha NV", "ALPHA  nv")
        both = [
            projection(number=number, name=name, people=PEOPLE[:1], capacities=())
            for number, name in zip(("0999010126", OMEGA), names, strict=True)
        ]
        office.done(*both)
        assert office.the(f"(uid={CARLA})")[1]["o"] == {b"ALPHA  nv"}
        writes = office.writes()
        office.done(*reversed(both))
        assert office.writes() == writes

    def test_a_value_that_repeats_the_name_of_the_entry_is_written_once(self, open_office: OpenOffice) -> None:
        office = open_office(*BY_NAME)
        office.done(projection(people=(person(CARLA, "", "claes"),)))
        office.done(projection(people=(person(CARLA, "", "  Claes"),)))
        assert office.is_exact()

    def test_which_of_them_stays_does_not_hang_on_their_order(self, office: Office) -> None:
        one, other = (
            projection(number=number, name=name, people=PEOPLE[:1], capacities=())
            for number, name in (("0999010126", "straße"), (OMEGA, "STRASSE"))
        )
        rendered = [by_key(office.wanted(*each).entries)[f"person/{CARLA}"] for each in ((one, other), (other, one))]
        assert texts(rendered[0], "o") == texts(rendered[1], "o") == ["STRASSE"]


def test_codes_that_look_like_national_numbers_are_no_reason_to_stop(office: Office) -> None:
    code = "85073003328"
    application = of_capacity(GroupKind.APPLICATION, code=code)
    report = office.apply(projection(groups={chief(): frozenset({CARLA}), application: frozenset({ELS})}))
    assert report.run.outcome is RunOutcome.PARTIAL
    assert code not in repr(report.run.failures)


def test_a_member_who_is_no_person_of_the_enterprise_is_told_by_the_group(office: Office) -> None:
    with pytest.raises(RenderingError, match="who is not among the people"):
        render(office.target, projection(people=PEOPLE[:1], groups={USERS: frozenset({FRANK})}, capacities=(NSSO,)))
