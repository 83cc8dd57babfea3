"""The entries a target should hold: names, values, members, and what is refused before anything is written."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authz_service.directory.names import Dn
from authz_service.domain.identifiers import Niss
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.vocabulary import Domain
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.entry_checks import RenderingError
from authz_service.sync.rendering import member_values, new_entry_attributes, new_password, render, render_all
from tests.sync.mappings import (
    ALPHA,
    CARLA,
    ELS,
    FINANCE,
    FRANK,
    INES,
    NSSO,
    OMEGA,
    PEOPLE,
    alpha,
    by_key,
    capacity,
    chief,
    example,
    person,
    projection,
    small,
    texts,
)

GAP = f"group/{chief().key}"
CO_GAP = f"group/{Group(GroupKind.CO_CHIEF_ACCESS_MANAGERS, ALPHA).key}"
OMEGA_GAP = f"group/{chief(OMEGA).key}"
ALPHA_OU = f"ou={ALPHA},ou=enterprises,ou=authz,dc=uman,dc=example"


def uman() -> dict[str, DesiredEntry]:
    return by_key(render(example("uman"), alpha()))


def test_an_enterprise_has_its_containers_people_and_groups_under_the_names_of_the_guide() -> None:
    assert {key: str(entry.dn).removesuffix(f",{ALPHA_OU}") for key, entry in uman().items() if entry.group} == {
        GAP: "cn=GAP",
        CO_GAP: "cn=Co-GAP",
        f"group/access_managers/{ALPHA}/alpha.nsso/social_security": "cn=GA,ou=ONSS 199001125",
        f"group/co_access_managers/{ALPHA}/alpha.nsso/social_security": "cn=Co-GA,ou=ONSS 199001125",
        f"group/users/{ALPHA}/alpha.nsso/social_security": "cn=Utilisateurs,ou=ONSS 199001125",
        f"group/application/{ALPHA}/alpha.nsso/social_security/DMFA": "cn=DMFA,ou=applications,ou=ONSS 199001125",
        f"group/access_managers/{ALPHA}/alpha.action/social_security": f"cn=GA,ou=Action sociale {ALPHA}",
        f"group/users/{ALPHA}/alpha.action/social_security": f"cn=Utilisateurs,ou=Action sociale {ALPHA}",
    }


def test_what_lies_above_comes_first_then_people_then_groups() -> None:
    entries = render(example("uman"), alpha())
    kinds = [entry.kind for entry in entries]
    assert kinds == sorted(kinds, key=list(EntryKind).index)
    names = [entry.dn for entry in entries]
    base = example("uman").mapped.base
    for position, name in enumerate(names):
        assert name.parent == base or name.parent in names[:position]


def test_every_entry_has_the_marker_and_its_own_name_among_its_values() -> None:
    for entry in uman().values():
        assert texts(entry, "businessCategory") == ["kept by authz (uman)"]
        ((kind, value),) = entry.dn.rdns[0]
        assert value in texts(entry, kind)


def test_a_directory_gets_nothing_of_other_domains() -> None:
    finance = by_key(render(example("rma"), alpha()))
    assert {key for key, entry in finance.items() if entry.kind is not EntryKind.PERSON} == {
        "container/people",
        f"container/enterprise/{ALPHA}",
        "container/capacity/alpha.finance",
        GAP,
        CO_GAP,
        f"group/egov_role/{ALPHA}/alpha.finance/finance/FPSFIN_OWN_ENTERPRISE",
    }
    assert not any("finance" in key for key in uman())


def test_a_directory_gets_nothing_of_an_enterprise_that_it_is_not_for(tmp_path: Path) -> None:
    target = small(tmp_path, ("base =", f'enterprises = ["{OMEGA}"]\nbase ='))
    assert render(target, alpha()) == ()
    assert len(render(target, projection(number=OMEGA))) == len(PEOPLE) + 1


def test_a_capacity_of_another_domain_is_there_when_one_of_our_groups_is_in_it(tmp_path: Path) -> None:
    more = (
        '[targets.small.containers.capacity]\neach = "capacity"\ndn = "ou={domain}"\n'
        '[targets.small.groups.application]\nunder = "capacity"\ndn = "cn={application}"\n'
    )
    group = Group(GroupKind.APPLICATION, ALPHA, FINANCE.capacity_id, Domain.SOCIAL_SECURITY, "EBOX")
    entries = by_key(
        render(small(tmp_path, more=more), projection(capacities=(FINANCE,), groups={group: frozenset({INES})}))
    )
    assert str(entries[f"group/{group.key}"].dn) == "cn=EBOX,ou=finance,dc=test,dc=example"
    assert "container/capacity/alpha.finance" in entries


def test_values_that_are_not_known_leave_no_attribute(tmp_path: Path) -> None:
    target = small(
        tmp_path,
        (
            "attributes.sn =",
            'attributes.mail = ["{email}", "{user_name}@x"]\nattributes.cn = "{first_name} {name}"\nattributes.sn =',
        ),
    )
    nobody = person(CARLA, "", "", user_name="c", email="c@x")
    (entry, _) = sorted(render(target, projection(people=(nobody,))), key=lambda entry: entry.kind, reverse=True)
    assert texts(entry, "mail") == ["c@x"]
    assert not {"sn", "cn"} & set(entry.attributes)


HOSTILE = [
    'Müller, "Ünal" #1 + co',
    " lead",
    "trail ",
    "#x",
    "a=b",
    "back\\slash",
    "(x)*",
    "😀",
    "line\nend",
    "ou=x,dc=y",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_value_of_one_rdn(tmp_path: Path, name: str) -> None:
    target = small(tmp_path, ("uid={person_id}", "cn={name},ou={enterprise_name}"))
    entries = by_key(render(target, projection(name=name, people=(person(CARLA, "Carla", name),))))
    entry = next(entry for entry in entries.values() if entry.kind is EntryKind.PERSON)
    assert entry.dn.rdns[:2] == ((("cn", name),), (("ou", name),))
    assert entry.dn.parent.parent == target.mapped.base
    assert Dn.parse(entry.spelled.decode()) == entry.dn
    assert texts(entry, "sn") == [name]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip))
def test_any_name_is_read_back_as_it_was(tmp_path: Path, name: str) -> None:
    target = small(tmp_path, ("uid={person_id}", "cn={name}"))
    entry = render(target, projection(people=(person(CARLA, "Carla", name),)))[0]
    assert Dn.parse(str(entry.dn)).rdns == entry.dn.rdns


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a\0b", "the cn in its DN has a character that cannot be in a name"),
        ("\ud800", "the cn in its DN has a character that cannot be in a name"),
        ("", "its DN has no value for cn"),
        ("  ", "its DN has no value for cn"),
    ],
)
def test_a_name_that_no_directory_takes_is_refused_by_the_key_of_the_entry(
    tmp_path: Path, name: str, told: str
) -> None:
    target = small(tmp_path, ("uid={person_id}", "cn={name}"))
    with pytest.raises(RenderingError, match=r".") as caught:
        render(target, projection(people=(person(CARLA, "Carla", name),)))
    assert f"target small: person/{CARLA}: {told}" in str(caught.value)


def test_two_entries_with_the_same_name_are_refused_by_both_keys(tmp_path: Path) -> None:
    target = small(tmp_path, ("uid={person_id}", "cn={name}"))
    people = (person(CARLA, "Carla", "Claes"), person(ELS, "Els", " CLAES "))
    with pytest.raises(RenderingError) as caught:
        render(target, projection(people=people))
    (problem,) = caught.value.problems
    assert problem.keys == (f"person/{CARLA}", f"person/{ELS}")
    assert str(problem) == f"person/{CARLA} and person/{ELS}: both would have the same DN"


def test_two_capacities_of_one_type_in_one_place_are_refused(tmp_path: Path) -> None:
    more = '[targets.small.containers.capacity]\neach = "capacity"\ndn = "ou={capacity_type}"\n'
    other = capacity("alpha.second", NSSO.type, NSSO.domain)
    with pytest.raises(RenderingError, match=r"container/capacity/alpha\.nsso and container/capacity/alpha\.second"):
        render(small(tmp_path, more=more), projection(capacities=(NSSO, other)))


def test_an_entry_in_the_place_of_the_placeholder_is_refused(tmp_path: Path) -> None:
    target = small(
        tmp_path,
        ('"allowed"', f'"placeholder"\nplaceholder = "UID={ELS}, dc=test,dc=example"'),
    )
    with pytest.raises(RenderingError, match=f"placeholder and person/{ELS}: both would have the same DN"):
        render(target, projection())


@pytest.mark.parametrize("name", ["sAMAccountName", "userprincipalname", "employeeNumber"])
def test_two_entries_with_one_value_that_has_to_be_unique_are_refused(tmp_path: Path, name: str) -> None:
    target = small(tmp_path, ("attributes.sn", f"attributes.{name}"), ("base =", 'unique = ["EmployeeNumber"]\nbase ='))
    people = (person(CARLA, "Carla", "Claes"), person(ELS, "Els", "CLAES"))
    with pytest.raises(RenderingError, match=f"person/{CARLA} and person/{ELS}: both would have the same {name}"):
        render(target, projection(people=people))


@pytest.mark.parametrize("name", ["a" * 21, "a/b", "a.", " a", "a,b"])
def test_what_active_directory_refuses_as_account_name_is_refused_here(tmp_path: Path, name: str) -> None:
    target = small(tmp_path, ("attributes.sn", "attributes.sAMAccountName"))
    with pytest.raises(RenderingError, match=f"person/{CARLA}: sAMAccountName is not what Active Directory takes"):
        render(target, projection(people=(person(CARLA, "Carla", name),)))


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    target = small(tmp_path, ("uid={person_id}", "cn={name}"))
    people = tuple(person(f"p_{index}", "X", "") for index in range(8))
    with pytest.raises(RenderingError, match=r"p_0: .*p_4: .*; and 10 more$") as caught:
        render(target, projection(people=people))
    assert len(caught.value.problems) == 15


def test_members_are_named_by_the_entries_of_people() -> None:
    entries = uman()
    mapped = example("uman").mapped
    managers = entries[f"group/access_managers/{ALPHA}/alpha.nsso/social_security"]
    assert managers.members == frozenset(f"person/{person_id}" for person_id in (CARLA, ELS, FRANK))
    assert member_values(mapped, managers, entries) == tuple(
        f"uid={person_id},ou=people,ou=authz,dc=uman,dc=example".encode() for person_id in (CARLA, ELS, FRANK)
    )


def test_a_group_without_members_has_the_placeholder() -> None:
    entries = uman()
    group = entries[f"group/co_access_managers/{ALPHA}/alpha.nsso/social_security"]
    assert group.members == frozenset()
    assert member_values(example("uman").mapped, group, entries) == (b"cn=nobody,dc=uman,dc=example",)


def test_a_group_without_members_is_not_there_or_is_empty(tmp_path: Path) -> None:
    empty = projection(groups={chief(): frozenset()})
    assert GAP not in by_key(render(small(tmp_path, ('"allowed"', '"delete"')), empty))
    target = small(tmp_path)
    entries = by_key(render(target, empty))
    assert member_values(target.mapped, entries[GAP], entries) == ()


POSIX = (
    'class = "groupOfNames"\nempty = "allowed"',
    'class = "posixGroup"\nattributes.gidNumber = "{key|number:100000:2000000000}"',
)


def test_a_posix_group_names_people_by_login(tmp_path: Path) -> None:
    target = small(tmp_path, POSIX, ("uid={person_id}", "UID={user_name}"))
    entries = by_key(render(target, projection(groups={chief(): frozenset({INES, CARLA})})))
    group = entries[GAP]
    assert member_values(target.mapped, group, entries) == (b"carla", "inès".encode())
    assert 100_000 <= int(texts(group, "gidNumber")[0]) <= 2_000_000_000


def test_people_without_a_login_or_with_the_same_are_refused_beside_posix_groups(tmp_path: Path) -> None:
    target = small(
        tmp_path,
        POSIX,
        ("attributes.sn", 'login_attribute = "mail"\nattributes.sn = "x"\nattributes.mail = "{email}"\nattributes.cn'),
    )
    with pytest.raises(RenderingError, match=f"person/{ELS}: there is no mail to stand in groups"):
        render(target, projection(people=(person(ELS, "Els", "E"),)))
    people = (person(ELS, "Els", "E", email="a@x"), person(INES, "I", "M", email="A@x"))
    with pytest.raises(RenderingError, match="both would have the same mail"):
        render(target, projection(people=people))


def test_somebody_in_two_enterprises_has_one_entry() -> None:
    target = example("uman")
    both = [
        projection(number=number, name=name, people=(person(CARLA, "Carla", "Claes", email=email),), revision=revision)
        for number, name, email, revision in ((ALPHA, "Alpha", "new@x", 9), (OMEGA, "Omega", "old@x", 8))
    ]
    for order in (both, both[::-1]):
        entries = by_key(render_all(target, order))
        entry = entries[f"person/{CARLA}"]
        assert entry.enterprises == {ALPHA, OMEGA}
        assert texts(entry, "o") == ["Alpha", "Omega"]
        assert texts(entry, "mail") == ["new@x"]
        assert entries[GAP].members == entries[OMEGA_GAP].members == frozenset({entry.key})


@pytest.mark.parametrize(
    ("one", "other", "disabled"), [(True, True, True), (True, False, False), (False, False, False)]
)
def test_somebody_is_disabled_when_he_is_blocked_in_every_enterprise(one: bool, other: bool, disabled: bool) -> None:
    both = [
        projection(number=number, people=(person(CARLA, "Carla", "Claes", blocked=is_blocked),))
        for number, is_blocked in ((ALPHA, one), (OMEGA, other))
    ]
    assert by_key(render_all(example("uman"), both))[f"person/{CARLA}"].disabled is disabled


def test_somebody_has_an_entry_in_each_enterprise_when_his_name_says_which(tmp_path: Path) -> None:
    target = small(tmp_path, ("uid={person_id}", "uid={person_id},ou={enterprise_number}"))
    both = [projection(number=number, people=PEOPLE[:1]) for number in (ALPHA, OMEGA)]
    entries = by_key(render_all(target, both))
    assert entries[GAP].members == frozenset({f"person/{CARLA}/{ALPHA}"})
    assert entries[OMEGA_GAP].members == frozenset({f"person/{CARLA}/{OMEGA}"})


def test_the_order_of_enterprises_makes_no_difference() -> None:
    several = [alpha(), projection(number=OMEGA, capacities=())]
    assert render_all(example("uman"), several) == render_all(example("uman"), several[::-1])


def test_a_key_stays_when_the_name_changes(tmp_path: Path) -> None:
    target = small(tmp_path, ("uid={person_id}", "cn={name}"))
    before, after = (
        render(target, projection(people=(person(CARLA, "Carla", name),)))[0] for name in ("Claes", "Cools")
    )
    assert before.key == after.key
    assert before.dn != after.dn


def test_a_new_entry_is_made_with_members_and_with_what_disables() -> None:
    mapped = example("uman").mapped
    entries = by_key(render(example("uman"), projection(people=(person(CARLA, "C", "C", blocked=True), PEOPLE[1]))))
    locked, free = (new_entry_attributes(mapped, entries[f"person/{key}"], entries) for key in (CARLA, ELS))
    assert locked["pwdAccountLockedTime"] == (b"000001010000Z",)
    assert "pwdAccountLockedTime" not in free
    assert new_entry_attributes(mapped, entries[GAP], entries)["member"] == (entries[f"person/{CARLA}"].spelled,)
    assert "member" not in entries[GAP].attributes


def test_a_new_account_of_active_directory_gets_a_password_that_is_told_to_nobody() -> None:
    mapped = example("webidm").mapped
    entries = by_key(render(example("webidm"), projection(capacities=())))
    entry = entries[f"person/{CARLA}"]
    made = new_entry_attributes(mapped, entry, entries, new_password())
    assert made["userAccountControl"] == (b"512",)
    assert made["unicodePwd"][0].decode("utf-16-le").startswith('"aA1-')
    assert "unicodePwd" not in new_entry_attributes(mapped, entry, entries)
    assert new_password() != new_password()


def test_the_names_of_the_example_for_active_directory_fit_it() -> None:
    right = Group(
        GroupKind.FLEMISH_RIGHT, ALPHA, "", Domain.FLANDERS, "SERVICE_VOUCHERS_APPROVED_ENTERPRISES", "approval:EPS-001"
    )
    entry = by_key(render(example("webidm"), projection(groups={right: frozenset({INES})})))[f"group/{right.key}"]
    assert str(entry.dn).startswith("CN=SERVICE_VOUCHERS_APPROVED_ENTE approval:EPS-001 ")
    assert texts(entry, "groupType") == ["-2147483646"]


def test_a_national_number_reaches_only_an_entitled_target_and_no_text_about_an_entry(tmp_path: Path) -> None:
    niss = Niss("12345678900")  # no such number exists: its check digits are wrong
    people = (person(CARLA, "Carla", "Claes", niss=niss), person(ELS, "Els", "Evers", niss=niss))
    entitled = small(
        tmp_path, ("base =", "entitled_to_national_number = true\nbase ="), ("uid={person_id}", "uid={national_number}")
    )
    (entry, _) = render(entitled, projection(people=people[:1]))
    assert texts(entry, "uid") == [niss.digits]
    assert niss.digits not in f"{entry!r}{entry}{entry.key}"
    with pytest.raises(RenderingError, match="both would have the same DN") as caught:
        render(entitled, projection(people=people))
    assert niss.digits not in str(caught.value)
    assert all(niss.digits not in str(entry.dn) for entry in render(example("uman"), projection(people=people)))


def test_groups_of_a_kind_that_the_target_does_not_map_are_not_there(tmp_path: Path) -> None:
    kinds = {entry.group.kind for entry in render(small(tmp_path), alpha()) if entry.group}
    assert kinds == {GroupKind.CHIEF_ACCESS_MANAGER}


def test_a_group_outside_any_capacity_has_the_domain_of_its_own(tmp_path: Path) -> None:
    more = '[targets.small.groups.flemish_right]\ndn = "cn={right},ou={domain}"\n'
    target = small(tmp_path, ('["social_security"]', '["flanders"]'), more=more)
    right = Group(GroupKind.FLEMISH_RIGHT, ALPHA, "", Domain.FLANDERS, "R", "C")
    entries = by_key(render(target, projection(groups={right: frozenset()})))
    assert str(entries[f"group/{right.key}"].dn) == "cn=R,ou=flanders,dc=test,dc=example"
