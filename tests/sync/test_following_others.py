"""What others do to a directory that is followed, and what waits for somebody's approval."""

import time
from dataclasses import replace

import pytest

from authz_service.domain.commands import BlockUser, UnblockUser
from authz_service.domain.records import EnterpriseRecord
from authz_service.store.directories import RunOutcome
from authz_service.sync.following import Follower
from authz_service.sync.targets import Drift, Limit
from tests.directory.slapd import BASE
from tests.support.door import NUMBER
from tests.sync.keeping import FRANK, Kept, seen_within

OMEGA = f"container/enterprise/{NUMBER['omega']}"
FOREIGN = f"ou=foreign,{BASE}"


def go_on(follower: Follower, seconds: float) -> None:
    """Let a follower do what it does for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(follower.step(), 0.05))


def blocked_and_full(kept: Kept) -> bool:
    """Return whether the last run was blocked, and looked at everything."""
    run = kept.runs()[0]
    return run.outcome is RunOutcome.BLOCKED and run.is_full


class TestOthers:
    @pytest.fixture
    def watched(self, kept: Kept) -> Kept:
        kept.schedule(watch_seconds=0.1)
        return kept

    def tamper(self, kept: Kept, name: str) -> None:
        """Have somebody else give Ines another name."""
        dn = kept.dn(kept.person_key("ines"))
        kept.office.by_hand(f"dn: {dn}\nchangetype: modify\nreplace: sn\nsn: {name}\n")

    def names(self, kept: Kept) -> set[bytes]:
        return kept.values(kept.person_key("ines"), "sn")

    def write_elsewhere(self, kept: Kept, follower: Follower) -> None:
        """Have somebody else write to another part of the directory for a while."""
        end, number = time.monotonic() + 1, 0
        while time.monotonic() < end:
            number += 1
            change = f"replace: description\ndescription: {number}\n"
            kept.office.by_hand(f"dn: {FOREIGN}\nchangetype: modify\n{change}")
            go_on(follower, 0.1)

    def test_what_others_change_or_delete_is_repaired(self, watched: Kept) -> None:
        follower = watched.begun()
        before = self.names(watched)
        for name in ("Other", "Another"):
            self.tamper(watched, name)
            assert seen_within(lambda: self.names(watched) == before, follower)
        assert watched.status().drift == 1
        dn = watched.dn(watched.person_key("ines"))
        watched.office.by_hand(f"dn: {dn}\nchangetype: delete\n")
        assert seen_within(lambda: dn in watched.office.held(), follower)

    def test_what_others_change_is_told_once_and_left_where_the_target_says_so(self, watched: Kept) -> None:
        watched.office.target = replace(watched.target, drift=Drift.REPORT)
        follower = watched.begun()
        self.tamper(watched, "Other")
        assert seen_within(lambda: watched.status().drift == 1, follower)
        self.write_elsewhere(watched, follower)
        assert len(watched.runs()) == 2
        assert self.names(watched) == {b"Other"}

    def test_what_others_write_elsewhere_makes_no_run(self, watched: Kept) -> None:
        follower = watched.begun()
        writes = watched.office.writes()
        self.write_elsewhere(watched, follower)
        assert len(watched.runs()) == 1
        assert {dn for _, dn in watched.office.slapd.writes()[writes:]} == {FOREIGN}

    def test_what_we_write_makes_no_further_run(self, watched: Kept) -> None:
        follower = watched.begun()
        watched.create_umar()
        assert seen_within(lambda: watched.person_key("umar") in watched.users(), follower)
        go_on(follower, 1)
        assert [run.is_full for run in watched.runs()] == [False, True]

    def test_what_others_did_just_before_a_change_of_ours_is_repaired(self, watched: Kept) -> None:
        follower = watched.begun()
        before = self.names(watched)
        self.tamper(watched, "Other")
        watched.create_umar()
        assert seen_within(lambda: self.names(watched) == before, follower)
        assert watched.is_exact()


class TestBlocked:
    @pytest.fixture
    def follower(self, kept: Kept) -> Follower:
        """Who follows a target with a change that waits: somebody who may not be taken out of his group."""
        first = kept.begun()
        kept.create_umar()
        assert seen_within(lambda: kept.person_key("umar") in kept.users(), first)
        first.close()
        limits = replace(kept.target.limits, removed_members=Limit(0, 0, 1))
        kept.office.target = replace(kept.target, limits=limits)
        kept.schedule(watch_seconds=0.2)
        follower = kept.begun("another")
        assert kept.door.do(FRANK, BlockUser("u1")).done
        assert seen_within(lambda: blocked_and_full(kept), follower)
        return follower

    def test_an_approval_lets_it_go(self, kept: Kept, follower: Follower) -> None:
        assert kept.status().waits_for_approval
        assert kept.person_key("umar") in kept.users()
        kept.approve(kept.plan().digest)
        assert seen_within(lambda: kept.person_key("umar") not in kept.users(), follower)
        status = kept.status()
        assert (status.waits_for_approval, status.failures, status.lag_revisions) == (False, (), 0)

    def test_other_changes_keep_flowing(self, kept: Kept, follower: Follower) -> None:
        kept.change(EnterpriseRecord, {"number": NUMBER["omega"]}, name="Omega & sons")
        assert seen_within(lambda: kept.values(OMEGA, "description") == {b"Omega & sons"}, follower)
        status = kept.status()
        assert status.waits_for_approval
        assert any("members would be taken out" in failure.cause for failure in status.failures)
        assert (status.lag_revisions or 0) > 0
        assert kept.person_key("umar") in kept.users()

    def test_an_approval_of_another_plan_is_tried_once(self, kept: Kept, follower: Follower) -> None:
        count = len(kept.runs())
        kept.approve("another")
        assert seen_within(lambda: len(kept.runs()) > count, follower)
        go_on(follower, 1.5)
        assert len(kept.runs()) == count + 1
        assert kept.person_key("umar") in kept.users()

    def test_what_waits_no_longer_needs_no_approval(self, kept: Kept, follower: Follower) -> None:
        assert kept.status().waits_for_approval
        assert kept.door.do(FRANK, UnblockUser("u1")).done
        assert seen_within(lambda: not kept.status().waits_for_approval, follower)
        status = kept.status()
        assert (status.failures, status.lag_revisions) == ((), 0)
        assert kept.is_exact()
