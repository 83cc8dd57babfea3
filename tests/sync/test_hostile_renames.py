"""Names exchanged, containers renamed with all that is in them, and names that others gave: on a real OpenLDAP."""

import contextlib
from dataclasses import replace

import pytest

from authz_service.domain.projections import GroupKind, Projection
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import (
    CARLA,
    ELS,
    FRANK,
    INES,
    NSSO,
    OMEGA,
    SOCIAL_ACTION,
    alpha,
    chief,
    of_capacity,
    person,
    projection,
)
from tests.sync.offices import AUTHZ, Office
from tests.sync.outages import KilledError, killing

USERS = of_capacity(GroupKind.USERS)
BY_NAME = (
    'dn = "uid={person_id}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
    'dn = "cn={name}"\nobject_classes = ["inetOrgPerson"]\n\n[targets.uman',
)
ENTERPRISES_BY_NAME = ('dn = "ou={enterprise_number}"', 'dn = "ou={enterprise_name}"')
IDS = (CARLA, ELS, FRANK, INES)


def people(*names: str) -> Projection:
    """Return an enterprise whose people have these names: the first is its manager, the others are its users."""
    held = tuple(person(person_id, "X", name) for person_id, name in zip(IDS, names, strict=False))
    users = frozenset(IDS[1 : len(names)])
    return projection(people=held, groups={chief(): frozenset({CARLA}), USERS: users})


def enterprises(*names: str) -> tuple[Projection, ...]:
    """Return enterprises with these names, each with a group, the first with two capacities too."""
    numbers = ("0999010126", OMEGA, "0999060606")[: len(names)]
    first = replace(alpha(), enterprise=replace(alpha().enterprise, name=names[0]))
    others = (
        projection(number=number, name=name, capacities=()) for number, name in zip(numbers[1:], names[1:], strict=True)
    )
    return (first, *others)


def both(names: tuple[str, ...]) -> tuple[Projection, ...]:
    """Return people and enterprises with these names."""
    first, *others = enterprises(*names[:3])
    held = people(*names).people
    more = tuple(person(person_id, "Y", person_id) for person_id in IDS[len(held) :])
    return (replace(first, people=(*held, *more)), *(replace(each, people=held[:1], groups={}) for each in others))


def ids(office: Office) -> dict[str, str]:
    return {key: each.entry_id for key, each in office.directories.remembered("uman").items()}


@pytest.fixture
def named(open_office: OpenOffice) -> Office:
    """People and enterprises under their names."""
    return open_office(BY_NAME, ENTERPRISES_BY_NAME)


PERMUTED = {
    "two": (("A", "B"), ("B", "A")),
    "three": (("A", "B", "C"), ("C", "A", "B")),
    "a chain that ends in a free name": (("A", "B", "C"), ("B", "C", "D")),
    "two and two": (("A", "B", "C", "D"), ("B", "A", "D", "C")),
    "case only": (("anna", "ben"), ("Anna", "BEN")),
    "case and exchange": (("anna", "ben"), ("Ben", "ANNA")),
    "spaces only": (("an na", "ben"), ("an  na", "ben")),
    "accents": (("Élan", "Müller"), ("Müller", "Élan")),
}


def settled(office: Office, *told: Projection) -> None:
    """Apply, and see that the identities stay, nothing is left aside, and a second run writes nothing."""
    before = ids(office)
    office.done(*told)
    assert ids(office) == before
    assert office.held(condition="(|(cn=*aside*)(ou=*aside*))") == {}
    writes = office.writes()
    office.done(*told)
    assert office.writes() == writes
    assert office.is_exact()


@pytest.mark.parametrize(("old", "new"), PERMUTED.values(), ids=PERMUTED)
class TestNamesThatChangeHands:
    def test_of_people(self, named: Office, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        named.done(people(*old))
        uuids = {each: named.the(f"(&(objectClass=inetOrgPerson)(sn={each}))")[1]["entryuuid"] for each in old}
        settled(named, people(*new))
        for before, after in zip(old, new, strict=True):
            dn, attributes = named.the(f"(&(objectClass=inetOrgPerson)(sn={after}))")
            assert attributes["entryuuid"] == uuids[before]
            assert dn.rdns[0][0][1] == after
            assert attributes["cn"] == {after.encode(), f"X {after}".encode()}
        assert {name.lower() for name in named.members("Utilisateurs")} == {name.lower() for name in new[1:]}

    def test_of_enterprises_with_all_they_hold(self, named: Office, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        named.without_limits()
        named.done(*enterprises(*old[:3]))
        settled(named, *enterprises(*new[:3]))


@pytest.mark.parametrize("which", ["two", "three", "a chain that ends in a free name", "case and exchange"])
def test_people_and_enterprises_at_once_however_often_the_process_is_killed(named: Office, which: str) -> None:
    old, new = PERMUTED[which]
    named.without_limits()
    named.done(*both(old))
    before = ids(named)
    told = both(new)
    for after in (1, 1, 2):
        with contextlib.suppress(KilledError):
            named.runner.apply(named.wanted(*told), progress=killing(after))
    report = named.done(*told)
    assert not report.run.counts["drift_moved"]
    assert ids(named) == before
    assert named.is_exact()


class TestContainers:
    def test_one_goes_and_another_takes_its_name(self, named: Office) -> None:
        named.without_limits()
        named.done(*enterprises("Alpha", "Omega"))
        second = projection(number=OMEGA, name="Alpha", capacities=())
        named.done(second)
        assert named.is_exact()
        assert [dn.rdn for dn in named.held(condition="(&(ou=*)(description=Alpha))")] == ["ou=Alpha"]

    def test_a_new_one_takes_the_name_of_one_that_is_renamed(self, named: Office) -> None:
        named.done(*enterprises("Alpha"))
        named.done(*enterprises("Beta", "Alpha"))
        assert named.is_exact()

    def test_one_in_another_is_renamed_together_with_it(self, open_office: OpenOffice) -> None:
        office = open_office(
            ENTERPRISES_BY_NAME,
            (
                'dn = "ou={capacity_type|word} {capacity_identifier|or:enterprise_number}"',
                'dn = "ou={capacity_type|word} {capacity_identifier|or:enterprise_number} {enterprise_name}"',
            ),
        )
        office.done(*enterprises("Alpha"))
        settled(office, *enterprises("Beta"))

    def test_two_capacities_exchange_their_names_while_their_enterprise_is_renamed(
        self, open_office: OpenOffice
    ) -> None:
        office = open_office(
            ENTERPRISES_BY_NAME,
            (
                'dn = "ou={capacity_type|word} {capacity_identifier|or:enterprise_number}"',
                'dn = "ou={capacity_identifier}"',
            ),
        )
        office.done(alpha())
        enterprise = replace(
            alpha().enterprise,
            name="Beta",
            capacities=(
                replace(NSSO, identifier=SOCIAL_ACTION.identifier),
                replace(SOCIAL_ACTION, identifier=NSSO.identifier),
            ),
        )
        settled(office, replace(alpha(), enterprise=enterprise))

    def test_members_whose_container_is_renamed_count_as_staying(self, open_office: OpenOffice) -> None:
        office = open_office(
            ENTERPRISES_BY_NAME,
            (
                'under = "people"\ndn = "uid={person_id}"\nobject_classes',
                'under = "enterprise"\ndn = "uid={person_id}"\nobject_classes',
            ),
        )
        crowd = tuple(person(f"p_{number:03}", "", f"N{number}") for number in range(20))
        told = projection(people=crowd, groups={USERS: frozenset(each.person_id for each in crowd)})
        office.done(told)
        settled(office, replace(told, enterprise=replace(told.enterprise, name="Beta")))


RENAMED_BY_OTHERS = {
    "another value": "uid=x",
    "another attribute": "cn=Frank Fontaine",
    "an attribute that was not there": "employeeNumber=7",
    "two attributes": "uid=x+sn=Fontaine",
    "two with ours among them": f"uid={FRANK}+cn=Frank Fontaine",
}


@pytest.mark.parametrize("keeps", [0, 1], ids=["the old value stays", "the old value goes"])
@pytest.mark.parametrize("rdn", RENAMED_BY_OTHERS.values(), ids=RENAMED_BY_OTHERS)
def test_an_entry_that_others_renamed_gets_its_name_back(office: Office, rdn: str, keeps: int) -> None:
    told = projection(groups={USERS: frozenset({FRANK})})
    office.done(told)
    before = ids(office)
    office.by_hand(f"dn: uid={FRANK},ou=people,{AUTHZ}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: {keeps}\n")
    office.done(told)
    assert ids(office) == before
    assert office.is_exact()
    dn, attributes = office.the(f"(uid={FRANK})")
    assert (dn.rdn, attributes["cn"], attributes["sn"]) == (f"uid={FRANK}", {b"Frank Fontaine"}, {b"Fontaine"})
