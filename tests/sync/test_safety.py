"""What keeps a run from doing harm: limits and approvals, incomplete reads, one writer at a time."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest

from authz_service.domain.moments import now
from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import Approval, RunOutcome, add_approval
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.holders import this_process
from authz_service.sync.limits import ExcessKind
from authz_service.sync.runs import Runner, RunReport, TargetBusyError
from tests.directory.slapd import BASE
from tests.sync.conftest import OpenOffice
from tests.sync.mappings import chief, of_capacity, person, projection
from tests.sync.offices import AUTHZ, Office, now_and

USERS = of_capacity(GroupKind.USERS)
CROWD = tuple(person(f"p_{number:03}", "", f"N{number}") for number in range(40))
IDS = [each.person_id for each in CROWD]


def crowd(members: int = 40, people: int = 40, revision: int = 7) -> Projection:
    groups = {chief(): frozenset({IDS[0]}), USERS: frozenset(IDS[:members])}
    return projection(people=CROWD[:people], groups=groups, revision=revision)


def kinds(report: RunReport) -> set[ExcessKind]:
    return {each.kind for each in report.waits_for}


def blocked(office: Office, *projections: Projection) -> RunReport:
    """Apply, and see that nothing is written."""
    writes = office.writes()
    report = office.apply(*projections)
    assert report.run.outcome is RunOutcome.BLOCKED
    assert office.writes() == writes
    return report


class TestLimits:
    def test_too_many_deletions_wait(self, office: Office) -> None:
        office.done(crowd())
        report = blocked(office, crowd(members=28, people=28))
        assert ExcessKind.DELETIONS in kinds(report)
        (told,) = [each.told for each in report.waits_for if each.kind is ExcessKind.DELETIONS]
        assert told.startswith("12 of 48 entries would be deleted; 100 or 10 % may be")

    def test_too_many_members_of_one_group_wait(self, office: Office) -> None:
        office.done(crowd())
        report = blocked(office, crowd(members=19))
        assert kinds(report) == {ExcessKind.REMOVED_MEMBERS}

    def test_a_few_do_not(self, office: Office) -> None:
        office.done(crowd())
        office.done(crowd(members=36, people=37))

    def test_an_empty_source_waits(self, office: Office) -> None:
        office.done(crowd())
        office.projections = ()
        assert ExcessKind.EMPTY_SOURCE in kinds(blocked(office))

    def test_a_shrunken_source_waits(self, office: Office) -> None:
        office.done(crowd())
        report = blocked(office, crowd(members=28, people=28))
        assert ExcessKind.SHRUNKEN_SOURCE in kinds(report)

    def test_a_policy_that_has_changed_waits_when_it_changes_anything(self, office: Office) -> None:
        office.done(crowd())
        office.policy = "another"
        office.done(crowd())
        office.policy = "a third"
        assert kinds(blocked(office, crowd(members=39))) == {ExcessKind.POLICY_CHANGE}

    def test_a_blocked_run_is_noted_with_count_and_limit(self, office: Office) -> None:
        office.done(crowd())
        blocked(office, crowd(members=19))
        run = office.directories.last_run("uman")
        assert run is not None
        assert run.outcome is RunOutcome.BLOCKED
        assert "21 of 40 members" in run.failures[0].cause


class TestApprovals:
    def approve(self, office: Office, digest: str, until: int) -> None:
        approval = Approval("uman", digest, "an operator", now(), until)
        with office.directories._database.writing() as connection:
            add_approval(connection, approval)

    def test_a_named_approval_lets_that_plan_through_once(self, office: Office) -> None:
        office.done(crowd())
        report = blocked(office, crowd(members=10))
        assert report.plan is not None
        self.approve(office, report.plan.digest, now_and(60))
        report = office.done()
        assert report.approval is not None
        assert report.approval.approved_by == "an operator"
        assert office.is_exact()
        office.without_limits()
        office.done(crowd())
        office.target = replace(
            office.target,
            limits=replace(
                office.target.limits, removed_members=replace(office.target.limits.removed_members, number=5)
            ),
        )
        blocked(office, crowd(members=10))

    def test_it_is_for_that_plan_only(self, office: Office) -> None:
        office.done(crowd())
        report = blocked(office, crowd(members=10))
        assert report.plan is not None
        self.approve(office, report.plan.digest, now_and(60))
        blocked(office, crowd(members=9))

    def test_it_ends(self, office: Office) -> None:
        office.done(crowd())
        report = blocked(office, crowd(members=10))
        assert report.plan is not None
        self.approve(office, report.plan.digest, now() - 1)
        blocked(office)


class TestIncompleteReads:
    def test_a_search_that_the_server_cuts_ends_the_run_before_the_plan(self, open_office: OpenOffice) -> None:
        narrow = open_office(limits="size.soft=5 size.hard=5 size.pr=unlimited size.prtotal=5")
        narrow.apply(crowd())
        writes = narrow.writes()
        report = narrow.apply(crowd())
        assert report.run.outcome is RunOutcome.FAILED
        assert narrow.writes() == writes
        assert "code 4" in report.run.failures[0].cause or "not give all" in report.run.failures[0].cause

    def test_a_base_that_is_not_there(self, office: Office) -> None:
        office.slapd.tool("ldapdelete", str(AUTHZ))
        report = office.apply(crowd())
        assert (report.run.outcome, report.plan) == (RunOutcome.FAILED, None)

    def test_a_server_that_is_not_there(self, office: Office) -> None:
        office.done(crowd())
        office.slapd.kill()
        report = office.apply(projection(groups={}))
        assert (report.run.outcome, report.plan) == (RunOutcome.FAILED, None)


class TestOneWriter:
    def test_a_second_one_is_turned_away(self, office: Office) -> None:
        other = replace(office, holder="another")
        assert office.directories.lease("uman", "this", now(), 60)
        writes = office.writes()
        with pytest.raises(TargetBusyError):
            other.apply(crowd())
        assert office.writes() == writes

    def test_whoever_has_lost_it_stops(self, office: Office) -> None:
        def taken(_done: int, _total: int) -> None:
            office.directories.release("uman", "this")
            office.directories.lease("uman", "another", now(), 60)

        runner = Runner(
            office.target, office.directories, Fingerprints(b"x"), office.connect, "this", renewed_after_seconds=0
        )
        report = runner.apply(office.wanted(crowd()), progress=taken)
        assert report.run.outcome is RunOutcome.FAILED
        assert 0 < report.writes["add"] < len(office.entries)
        assert office.directories.holder("uman", now()) == "another"

    def test_what_a_killed_process_held_is_taken_over(self, office: Office) -> None:
        with ProcessPoolExecutor(1, get_context("spawn")) as processes:
            holder = processes.submit(this_process).result()
            office.directories.lease("uman", holder, now(), 60)
            with pytest.raises(TargetBusyError):
                office.apply(crowd())
        office.done(crowd())

    def test_the_lease_is_given_back(self, office: Office) -> None:
        office.done(crowd())
        replace(office, holder="another").done(crowd())


def test_nothing_outside_the_base_is_touched(office: Office) -> None:
    outside = {dn: held for dn, held in office.held(BASE).items() if not dn.is_below(AUTHZ)}
    office.done(crowd())
    office.without_limits()
    office.projections = ()
    office.done()
    assert {dn: held for dn, held in office.held(BASE).items() if not dn.is_below(AUTHZ)} == outside
