"""Groups that run empty and fill again, of every class and rule, groups that are large, and changes that need leave."""

import re
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from authz_service.directory.names import Dn
from authz_service.domain.moments import now
from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import Approval, Directories, RunOutcome, add_approval
from authz_service.sync.limits import ExcessKind
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, Slapd, SlapdOptions
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import (
    ALPHA,
    CARLA,
    ELS,
    EXAMPLE,
    FRANK,
    INES,
    PEOPLE,
    alpha,
    changed,
    chief,
    of_capacity,
    person,
    projection,
    targets_in,
)
from tests.sync.offices import Office, now_and
from tests.sync.outages import KilledError, killing, runner_with

USERS = of_capacity(GroupKind.USERS)
USERS_DN = f"cn=Utilisateurs,ou=ONSS 199001125,ou={ALPHA},ou=enterprises,ou=authz,{BASE}"
NO_PLACEHOLDER = ('placeholder = "cn=nobody,dc=test,dc=example"\n', "")
RULES = {
    "groupOfNames with a placeholder": (),
    "groupOfNames that goes": (('empty = "placeholder"  ', 'empty = "delete"  '), NO_PLACEHOLDER),
    "groupOfMembers that may be empty": (
        ('class = "groupOfNames"  ', 'class = "groupOfMembers"  '),
        ('empty = "placeholder"  ', 'empty = "allowed"  '),
        NO_PLACEHOLDER,
    ),
    "groupOfMembers that goes": (
        ('class = "groupOfNames"  ', 'class = "groupOfMembers"  '),
        ('empty = "placeholder"  ', 'empty = "delete"  '),
        NO_PLACEHOLDER,
    ),
    "groupOfUniqueNames with a placeholder": (('class = "groupOfNames"  ', 'class = "groupOfUniqueNames"  '),),
}


def told(*users: str) -> Projection:
    return projection(groups={chief(): frozenset({CARLA}), USERS: frozenset(users)})


def group(office: Office) -> tuple[set[str], set[bytes]] | None:
    """Return the first values of the names of those in the users' group, and its id; None: it is not there."""
    held = office.held(USERS_DN.partition(",")[2], "(cn=Utilisateurs)")
    if not held:
        return None
    ((_, attributes),) = held.items()
    values = attributes.get("member", set()) | attributes.get("uniquemember", set())
    return {Dn.parse(value.decode()).rdns[0][0][1] for value in values}, attributes["entryuuid"]


@pytest.mark.parametrize("overlays", [(), ("memberof", "refint")], ids=["alone", "memberof and refint"])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_last_member_leaves_and_the_next_one_comes(
    open_office: OpenOffice, rule: tuple[tuple[str, str], ...], overlays: tuple[str, ...]
) -> None:
    office = open_office(*rule, overlays=("syncprov", "ppolicy", "accesslog", *overlays))
    office.done(told(INES))
    first = group(office)
    assert first is not None
    goes = 'empty = "delete"' in str(rule)
    for holder in (ELS, FRANK):
        office.done(told())
        empty = group(office)
        assert empty is None if goes else empty == (set() if "allowed" in str(rule) else {"nobody"}, first[1])
        assert office.is_exact()
        office.done(told(holder))
        again = group(office)
        assert again is not None
        assert again[0] == {holder}
        assert goes or again[1] == first[1]
        assert office.is_exact()


def test_the_last_member_goes_with_his_entry(open_office: OpenOffice) -> None:
    office = open_office(overlays=("syncprov", "ppolicy", "accesslog", "memberof", "refint"))
    office.done(told(INES))
    office.done(projection(people=PEOPLE[:3], groups={chief(): frozenset({CARLA}), USERS: frozenset()}))
    assert office.members("Utilisateurs") == {"nobody"}
    assert office.is_exact()


@pytest.mark.parametrize("when", [1, 3, 5])
def test_somebody_blocked_is_out_of_every_group_and_gets_exactly_his_own_back(office: Office, when: int) -> None:
    office.done(alpha())
    before = office.marked()
    blocked = replace(
        alpha(),
        people=tuple(replace(each, blocked=each.person_id == ELS) for each in PEOPLE),
        groups={each: members - {ELS} for each, members in alpha().groups.items()},
    )
    try:
        office.runner.apply(office.wanted(blocked), progress=killing(when))
    except KilledError:
        office.done(blocked)
    assert not office.held(condition=f"(member=uid={ELS},ou=people,ou=authz,{BASE})")
    assert office.the(f"(uid={ELS})")[1]["pwdaccountlockedtime"] == {b"000001010000Z"}
    office.done(alpha())
    assert office.marked() == before


class TestLeave:
    CROWD = tuple(person(f"p_{number:03}", "", f"N{number}") for number in range(40))

    def crowd(self, people: int, members: int) -> Projection:
        users = frozenset(each.person_id for each in self.CROWD[:members])
        return projection(people=self.CROWD[:people], groups={chief(): frozenset({"p_000"}), USERS: users})

    def approve(self, office: Office, digest: str, until: int) -> None:
        with office.directories._database.writing() as connection:
            add_approval(connection, Approval("uman", digest, "an operator", now(), until))

    def test_of_deletions_and_members_is_asked_with_counts_and_limits_and_used_once(self, office: Office) -> None:
        office.done(self.crowd(40, 40))
        writes = office.writes()
        report = office.apply(self.crowd(25, 15))
        assert {each.kind for each in report.waits_for} >= {ExcessKind.DELETIONS, ExcessKind.REMOVED_MEMBERS}
        assert {(each.going, each.there) for each in report.waits_for} >= {(15, 48), (25, 40)}
        assert office.writes() == writes
        assert report.plan is not None
        self.approve(office, report.plan.digest, now_and(60))
        assert office.done().approval is not None
        assert office.directories.approvals("uman", now()) == []

    def test_is_not_enough_for_more_after_the_connection_was_lost(self, office: Office) -> None:
        office.done(self.crowd(40, 40))
        report = office.apply(self.crowd(25, 15))
        assert report.plan is not None
        self.approve(office, report.plan.digest, now_and(60))

        def lost_and_changed(done: int, _total: int) -> None:
            if done == 1:
                office.slapd.kill()
                office.slapd.start()
                office.by_hand(f"dn: {USERS_DN}\nchangetype: modify\nadd: member\nmember: uid=somebody else,{BASE}\n")

        report = office.runner.apply(office.wanted(), progress=lost_and_changed)
        assert report.run.outcome is RunOutcome.FAILED
        assert "more to be taken away" in report.run.failures[-1].cause

    def test_an_empty_source_takes_nothing_away(self, office: Office) -> None:
        office.done(self.crowd(40, 40))
        held = office.marked()
        for empty in ((), (projection(people=(), groups={}, capacities=()),)):
            office.projections = empty
            report = office.apply()
            assert report.run.outcome is RunOutcome.BLOCKED
            assert office.marked() == held


def crowd_of(count: int) -> Projection:
    people = tuple(person(f"p_{number:05}", "", f"N{number}") for number in range(count + count // 10))
    return projection(people=people, groups={USERS: frozenset(each.person_id for each in people[:count])})


def large_office(folder: Path, authority: Authority, directories: Directories, slapd: Slapd) -> Office:
    slapd.add(f"dn: ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: authz\n")
    (target,) = (
        each
        for name, each in targets_in(folder, changed(EXAMPLE.read_text(), ("dc=uman,dc=example", BASE))).items()
        if name == "uman"
    )
    office = Office(target, slapd, authority, directories)
    office.without_limits()
    return office


@pytest.mark.parametrize(
    ("count", "octets", "values", "seconds"),
    [
        (600, 1 << 13, 100, 30),
        pytest.param(50_000, 1 << 20, 1000, 60, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_a_tenth_of_a_large_group_goes_and_another_comes_in_bounded_requests(
    sync_authority: Authority,
    directories: Directories,
    tmp_path: Path,
    count: int,
    octets: int,
    values: int,
    seconds: int,
) -> None:
    """The server ends a connection over which a larger request comes."""
    options = SlapdOptions(
        overlays=("syncprov", "ppolicy", "accesslog"), global_lines=f"sockbuf_max_incoming_auth {octets}"
    )
    with Slapd(sync_authority.sign("127.0.0.1"), options) as slapd:
        office = large_office(tmp_path, sync_authority, directories, slapd)
        runner = runner_with(office, max_request_bytes=octets, max_values=values)
        told = crowd_of(count)
        assert runner.apply(office.wanted(told)).run.outcome is RunOutcome.DONE
        ids = [each.person_id for each in told.people]
        writes = office.writes()
        began = monotonic()
        report = runner.apply(office.wanted(replace(told, groups={USERS: frozenset(ids[count // 10 :])})))
        assert report.run.outcome is RunOutcome.DONE, report.run.failures
        assert monotonic() - began < seconds
        assert report.run.counts["members_added"] == report.run.counts["members_removed"] == count // 10
        assert office.members("Utilisateurs") == set(ids[count // 10 :])
        sizes = modifications(slapd)[-(office.writes() - writes) :]
        assert sum(sizes) >= 2 * (count // 10)
        assert max(sizes) <= values + 8  # the server logs some attributes of its own


def modifications(slapd: Slapd) -> list[int]:
    """Return how many values each modify that the server logged was about."""
    found = slapd.tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", "cn=accesslog", "(reqType=modify)", "reqMod")
    return [len(re.findall(r"^reqMod:", entry, re.MULTILINE)) for entry in found.split("\n\n") if "reqMod" in entry]
