"""Why a plan does what it does after something has changed: in the facts, in the directory, in the target."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.domain.moments import Period
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.records import ApplicationRecord, EnterpriseRecord, PersonRecord, RelationRecord
from authz_service.policy.engine import PolicyEngine
from authz_service.sync.because import Because
from authz_service.sync.entries import EntryKind
from authz_service.sync.member_names import MemberNames
from authz_service.sync.plans import Action, Basis, MemberChange, Plan, PlannedChange
from authz_service.sync.reasons import ReasonKind
from authz_service.sync.rendering import render_all
from tests.directory.slapd import BASE
from tests.services.projection.worlds import NUMBERS, WorldInUse, in_use
from tests.services.test_decisions_agree import REFERENCE
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import small
from tests.sync.offices import AUTHZ, Office
from tests.sync.reasons_told import ALPHA, CO_CHIEFS, DAY, DMFA, USERS, because, changed, lines, projected, real_policy

OMEGA = NUMBERS["omega"]


@pytest.fixture(scope="module")
def policy() -> PolicyEngine:
    return real_policy()


@pytest.fixture
def used(tmp_path: Path, policy: PolicyEngine) -> Iterator[WorldInUse]:
    """The reference world, to be changed."""
    with in_use(REFERENCE, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as world:
        yield world


# --- what changes -----------------------------------------------------------------------------------------------------


def test_somebody_who_is_blocked_goes_from_his_groups_and_is_disabled(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    used.change(RelationRecord, {"relation_id": "acc_leo"}, state="blocked")
    _, reasons = changed(used, office)
    (removed,) = lines(used, reasons, f"group/{DMFA.key}")
    assert removed.startswith("leo is no member: use_application DMFA in alpha.nsso is denied by UM-BLK-05")
    (disabled,) = lines(used, reasons, f"person/{used.person_id('leo')}")
    assert disabled == "leo: every account is blocked: user acc_leo in alpha.nsso (blocked) since 2021-02-28T23:00:00Z"
    used.change(RelationRecord, {"relation_id": "acc_leo"}, state="active")
    office.done(*projected(used, office, "alpha"))


def test_somebody_whose_account_ended_goes_and_is_known_in_the_groups_he_leaves(
    used: WorldInUse, office: Office
) -> None:
    office.done(*projected(used, office, "alpha"))
    ended = moments.moment_of("2024-03-10")
    for relation_id in ("acc_tess", "acc_tess/EBOX"):
        used.change(RelationRecord, {"relation_id": relation_id}, valid=Period(DAY - 10**13, ended))
    plan, reasons = changed(used, office)
    gone = f"person/{used.person_id('tess')}"
    assert {change.key for change in plan.changes if change.action is Action.DELETE} == {gone}
    (told,) = lines(used, reasons, gone)
    assert told.startswith("tess has no account in a capacity in force there, and is a member of no group: user ")
    assert told.endswith(f"acc_tess in alpha.nsso ended {moments.text_of(ended)}")
    (left,) = lines(used, reasons, f"group/{USERS.key}")
    assert left == (
        "tess is no member: no user's account that is not blocked in alpha.nsso"
        f"; user acc_tess in alpha.nsso ended {moments.text_of(ended)}"
    )


def test_somebody_remembered_only_is_known_in_the_groups_he_leaves(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    tess = used.person_id("tess")
    office.slapd.tool("ldapdelete", f"uid={tess},ou=people,{AUTHZ}")
    ended = Period(DAY - 10**13, DAY - 1)
    for relation_id in ("acc_tess", "acc_tess/EBOX"):
        used.change(RelationRecord, {"relation_id": relation_id}, valid=ended)
    _, reasons = changed(used, office)
    assert lines(used, reasons, f"group/{USERS.key}")[0].startswith("tess is no member")


def test_somebody_who_loses_his_last_digital_key(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    person_id = used.person_id("ines")
    used.change(PersonRecord, {"person_id": person_id}, digital_keys=())
    _, reasons = changed(used, office)
    (removed,) = [each for each in reasons[f"group/{DMFA.key}"] if each.person_id == person_id]
    assert removed.reasons == ("ASSURANCE_TOO_LOW",)
    assert [fact.kind for fact in removed.facts] == ["user", "application_grant", "person", "application"]
    assert "(no digital key)" in removed.told


def test_a_group_goes_with_what_it_stands_for(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    used.change(ApplicationRecord, {"code": "DMFA"}, valid=Period(moments.BEGINNING, DAY - 1))
    plan, reasons = changed(used, office)
    assert f"group/{DMFA.key}" in {change.key for change in plan.changes if change.action is Action.DELETE}
    told, *members = lines(used, reasons, f"group/{DMFA.key}")
    assert told.startswith("what it stood for is no more: capacity alpha.nsso since")
    assert told.endswith(f"application DMFA ended {moments.text_of(DAY - 1)}")
    assert {line.split()[0] for line in members} == {"carla", "els", "frank", "greet", "ines", "leo"}
    assert all("UNKNOWN_RESOURCE" in line for line in members)


def test_a_group_that_nobody_is_in_any_more(used: WorldInUse, open_office: OpenOffice) -> None:
    office = open_office(('empty = "placeholder" ', 'empty = "delete" '), ("placeholder = ", "# placeholder = "))
    office.done(*projected(used, office, "alpha"))
    used.change(RelationRecord, {"relation_id": "ds03"}, valid=Period(moments.BEGINNING, DAY - 1))
    _, reasons = changed(used, office)
    told = lines(used, reasons, f"group/{CO_CHIEFS.key}")
    assert told[0] == "nobody is a member, and the target keeps no group without members"
    assert told[1].startswith("els is no member")


def test_the_last_member_leaves_his_place_to_the_placeholder(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    used.change(RelationRecord, {"relation_id": "ds03"}, valid=Period(moments.BEGINNING, DAY - 1))
    _, reasons = changed(used, office)
    assert [each.kind for each in reasons[f"group/{CO_CHIEFS.key}"]] == [ReasonKind.MEMBERSHIP, ReasonKind.PLACEHOLDER]


def test_an_enterprise_that_is_no_more(used: WorldInUse, office: Office) -> None:
    office.without_limits()
    office.done(*projected(used, office, "alpha", "omega"))
    used.change(EnterpriseRecord, {"enterprise_id": "alpha"}, valid=Period(moments.BEGINNING, DAY - 1))
    plan, reasons = changed(used, office, "omega")
    ended = f"enterprise {ALPHA} ended {moments.text_of(DAY - 1)}"
    assert all(reasons.values())
    assert lines(used, reasons, f"container/enterprise/{ALPHA}") == [
        f"what it stood for is no more, or none of the target's: {ended}"
    ]
    told = lines(used, reasons, f"group/{DMFA.key}")
    assert told[0] == f"what it stood for is no more: {ended}"
    assert f"carla is no member: no enterprise {ALPHA} is in force; {ended}" in told
    assert len(plan.changes) > 20


# --- what is no fact --------------------------------------------------------------------------------------------------


def test_what_others_did_is_told_as_such(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    ines, leo, tess = (used.person_id(name) for name in ("ines", "leo", "tess"))
    dn = office.the(f"(&(objectClass=groupOfNames)(cn=Utilisateurs)(member=uid={ines},ou=people,{AUTHZ}))")[0]
    office.by_hand(
        f"dn: uid={ines},ou=people,{AUTHZ}\nchangetype: modify\nreplace: sn\nsn: Else\n\n"
        f"dn: {dn}\nchangetype: modify\nadd: member\nmember: cn=stranger,{BASE}\n-\n"
        f"delete: member\nmember: uid={leo},ou=people,{AUTHZ}\n\n"
        f"dn: uid={tess},ou=people,{AUTHZ}\nchangetype: delete\n\n"
    )
    _, reasons = changed(used, office)
    repairs = "; the target repairs what others change"
    assert lines(used, reasons, f"person/{ines}") == [f"somebody else changed sn{repairs}"]
    assert lines(used, reasons, f"person/{tess}")[0] == f"somebody else deleted the entry{repairs}"
    told = lines(used, reasons, f"group/{USERS.key}")
    assert told[0].startswith("leo is a member")
    assert f"somebody put values into it that stand for nobody of ours{repairs}" in told


def test_somebody_whose_entry_is_not_ours_any_more(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    ines = used.person_id("ines")
    office.by_hand(
        f"dn: uid={ines},ou=people,{AUTHZ}\nchangetype: modify\nreplace: businessCategory\nbusinessCategory: theirs\n\n"
    )
    _, reasons = changed(used, office)
    assert lines(used, reasons, f"group/{USERS.key}") == [
        "ines stands in no group: what stands where the entry should be is not ours"
    ]


def test_a_member_who_is_renamed_is_known(used: WorldInUse, open_office: OpenOffice) -> None:
    by_name = ('dn = "uid={person_id}"', 'dn = "cn={first_name} {name} {person_id}"')
    office = open_office(
        by_name, ("[targets.uman.people.attributes]\ncn = ", "[targets.uman.people.attributes]\nou = ")
    )
    office.done(*projected(used, office, "alpha"))
    ines = used.person_id("ines")
    used.change(PersonRecord, {"person_id": ines}, name="Ickx-Peeters")
    plan, reasons = changed(used, office)
    assert lines(used, reasons, f"person/{ines}")[0] == (
        "its name says what is known, as the target's mapping has it: person ines in force"
    )
    kinds = {reason.kind for change in plan.changes if change.members for reason in reasons[change.key]}
    assert kinds <= {ReasonKind.NAME}


def test_members_of_a_posix_group_are_known_by_their_logins(used: WorldInUse, tmp_path: Path) -> None:
    target = small(
        tmp_path,
        (
            'class = "groupOfNames"\nempty = "allowed"\n',
            'class = "posixGroup"\nattributes.gidNumber = "{key|number:9:99}"\n',
        ),
    )
    gap = Group(GroupKind.CHIEF_ACCESS_MANAGER, ALPHA)
    before = {entry.key: entry for entry in render_all(target, [used.projection("alpha", DAY)])}
    carla, gone = used.person_id("carla"), used.person_id("frank")
    key = f"group/{gap.key}"
    change = PlannedChange(
        key,
        EntryKind.GROUP,
        Action.CHANGE,
        before[key].dn,
        members=MemberChange("memberUid", (carla.encode(),), (gone.encode(), b"nobody"), 2, 2),
        desired=before[key],
    )
    deletion = PlannedChange(f"person/{gone}", EntryKind.PERSON, Action.DELETE, before[f"person/{gone}"].dn)
    wanted = {each: entry for each, entry in before.items() if each != f"person/{gone}"}
    plan = Plan("small", Basis(1, "policy"), DAY, (change, deletion), entries=wanted)
    moves = MemberNames(target.mapped, plan, {}).moves(change)
    assert (moves.added, moves.removed, moves.unknown) == ((f"person/{carla}",), (f"person/{gone}",), 1)


def test_what_is_known_says_otherwise(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    ines = used.person_id("ines")
    used.change(PersonRecord, {"person_id": ines}, name="Ickx-Peeters")
    _, reasons = changed(used, office)
    assert {each.kind for each in reasons[f"person/{ines}"]} == {ReasonKind.DATA}
    assert lines(used, reasons, f"person/{ines}")[0] == (
        "cn says what is known, as the target's mapping has it: person ines in force"
    )


def test_the_mapping_says_otherwise(used: WorldInUse, office: Office) -> None:
    office.done(*projected(used, office, "alpha"))
    mapped = office.target.mapped
    classes = (*mapped.people.object_classes, "pwdPolicy")
    office.target = replace(
        office.target, mapped=replace(mapped, people=replace(mapped.people, object_classes=classes))
    )
    _, reasons = changed(used, office)
    assert lines(used, reasons, f"person/{used.person_id('ines')}") == ["the target's mapping says objectClass"]


def test_a_target_that_is_for_less_now(used: WorldInUse, office: Office) -> None:
    office.without_limits()
    office.done(*projected(used, office, "alpha", "omega"))
    office.target = replace(office.target, enterprises=frozenset({OMEGA}))
    _, reasons = changed(used, office, "omega")
    assert lines(used, reasons, f"group/{DMFA.key}") == [f"the target is not for enterprise {ALPHA}"]


def test_a_policy_that_is_another_one(used: WorldInUse, office: Office) -> None:
    plan = office.plan(*projected(used, office, "alpha"))
    told = Because(office.target, used.projections)
    assert ReasonKind.POLICY not in {each.kind for each in told.of(plan, None, "policy", DAY)[f"group/{DMFA.key}"]}
    assert ReasonKind.POLICY in {each.kind for each in told.of(plan, None, "before", DAY)[f"group/{DMFA.key}"]}


def test_facts_that_changed_after_the_plan_was_made(used: WorldInUse, office: Office) -> None:
    plan = office.plan(*projected(used, office, "alpha"))
    used.change(RelationRecord, {"relation_id": "acc_leo"}, state="blocked")
    told = lines(used, because(used, office, plan), f"group/{DMFA.key}")
    (leo,) = [line for line in told if line.startswith("leo")]
    assert leo.startswith("leo is no member")
    assert leo.endswith("; that was otherwise when the plan was made")
