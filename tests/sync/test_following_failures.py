"""What goes wrong while directories are followed: it is told, tried again, and holds no other directory back."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from authz_service.domain import moments
from authz_service.domain.commands import BlockUser, GrantApplication, RevokeApplication
from authz_service.domain.records import EnterpriseRecord
from authz_service.store.directories import RunOutcome
from authz_service.sync.following import follow
from authz_service.sync.holders import this_process
from authz_service.sync.leading import leader_of
from authz_service.sync.retries import Retries
from authz_service.sync.targets import Schedule
from tests.directory.slapd import PASSWORD
from tests.support.door import NUMBER, Door
from tests.sync.conftest import OpenOffice
from tests.sync.keeping import FRANK, Elsewhere, Kept, kept_by, seen_within

OMEGA = f"container/enterprise/{NUMBER['omega']}"


def outcomes(kept: Kept) -> list[RunOutcome]:
    return [run.outcome for run in kept.runs()]


def rename_omega(kept: Kept) -> None:
    kept.change(EnterpriseRecord, {"number": NUMBER["omega"]}, name="Omega & sons")


def omega_is_renamed(kept: Kept) -> bool:
    return kept.values(OMEGA, "description") == {b"Omega & sons"}


class TestSource:
    def test_facts_that_cannot_be_read_take_nothing_away(self, kept: Kept) -> None:
        follower = kept.begun()
        writes = kept.office.writes()
        rename_omega(kept)
        engine = kept.door.reference.database.engine
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE relation RENAME TO elsewhere"))
        assert seen_within(lambda: outcomes(kept).count(RunOutcome.FAILED) >= 3, follower)
        status = kept.status()
        assert (status.failing, status.lag_revisions) == (outcomes(kept).count(RunOutcome.FAILED), 1)
        assert status.failures[0].cause
        assert kept.office.writes() == writes
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO relation"))
        assert seen_within(lambda: omega_is_renamed(kept), follower)
        assert kept.status().failing == 0
        assert kept.is_exact()

    def test_a_fault_of_ours_is_one_more_failure(self, kept: Kept) -> None:
        follower = kept.begun()
        with kept.door.reference.database.writing() as connection:
            connection.execute(text("UPDATE outbox SET content = 'no JSON'"))
        kept.create_umar()
        with kept.door.reference.database.writing() as connection:
            connection.execute(text("UPDATE outbox SET content = 'no JSON'"))
        follower.step()
        assert "a fault of ours" in kept.runs()[0].failures[0].cause
        assert seen_within(lambda: kept.person_key("umar") in kept.users(), follower)


class TestServer:
    def test_a_server_that_was_gone_gets_what_it_missed(self, kept: Kept) -> None:
        follower = kept.begun()
        kept.office.slapd.kill()
        rename_omega(kept)
        assert seen_within(lambda: kept.status().failing >= 3, follower)
        kept.office.slapd.start()
        assert seen_within(lambda: omega_is_renamed(kept), follower)
        assert kept.status().failing == 0

    def test_what_failed_with_an_entry_stands_until_it_is_mended(self, kept: Kept) -> None:
        follower = kept.begun()
        umar = kept.person_key("umar")
        dn = f"uid={kept.person_id('umar')},ou=people,{kept.target.mapped.base}"
        kept.office.slapd.add(f"dn: {dn}\nobjectClass: account\nuid: {kept.person_id('umar')}\n")
        kept.create_umar()
        assert seen_within(lambda: outcomes(kept)[0] is RunOutcome.PARTIAL, follower)
        assert kept.door.do(FRANK, RevokeApplication("acc_leo", "DMFA")).done
        assert seen_within(lambda: kept.person_key("leo") not in kept.openers("DMFA"), follower)
        assert (outcomes(kept)[0], [each.key for each in kept.status().failures]) == (RunOutcome.DONE, [umar])
        kept.office.slapd.tool("ldapdelete", dn)
        assert kept.door.do(FRANK, GrantApplication("u1", "DMFA")).done
        follower.close()
        assert seen_within(lambda: umar in kept.openers("DMFA"), kept.follower("another"))
        assert kept.status().failures == ()

    def test_an_entry_that_was_refused_is_tried_again_soon(self, kept: Kept) -> None:
        """The server takes nobody's name any more who is new, until it does."""
        follower = kept.begun()
        kept.office.slapd.tool("ldapdelete", f"ou=people,{kept.target.mapped.base}", "-r")
        kept.create_umar()
        assert seen_within(lambda: RunOutcome.PARTIAL in outcomes(kept), follower)
        assert seen_within(lambda: kept.person_key("umar") in kept.users(), follower)
        assert kept.is_exact()

    def test_no_line_of_the_log_tells_whom_it_is_about(self, kept: Kept) -> None:
        with capture_logs() as lines:
            follower = kept.begun()
            kept.office.slapd.kill()
            kept.create_umar()
            follower.step()
        told = {name for line in lines for name in line}
        assert told <= {"target", "event", "log_level", "outcome", "full", "writes", "failures", "fault"}
        assert {line["event"] for line in lines} == {"this process keeps the directory", "ran"}


@contextmanager
def followed(*all_kept: Kept) -> Iterator[None]:
    """Follow targets, each with its thread, and stop at the end."""
    stop = threading.Event()
    following = threading.Thread(target=follow, args=([kept.follower() for kept in all_kept], stop))
    following.start()
    try:
        yield
    finally:
        stop.set()
        following.join()
    for kept in all_kept:
        assert leader_of(kept.target.name, kept.directories, moments.now()) is None
        assert kept.directories.holder(kept.target.name, moments.now()) is None


class TestSeveral:
    @pytest.fixture
    def two(self, open_office: OpenOffice, door: Door) -> tuple[Kept, Kept]:
        return kept_by(open_office(), door, "bad"), kept_by(open_office(), door, "good")

    def test_a_wrong_password_holds_nobody_else_back(self, two: tuple[Kept, Kept]) -> None:
        bad, good = two
        bad.office.slapd.tool("ldappasswd", "-s", "another", bad.office.slapd.sync_dn)
        with followed(bad, good):
            assert seen_within(lambda: outcomes(good) == [RunOutcome.DONE])
            good.create_umar()
            assert seen_within(lambda: good.person_key("umar") in good.users())
            assert seen_within(lambda: len(outcomes(bad)) >= 3)
            told = bad.office.slapd.tool("ldapsearch", "-LLL", "-b", bad.office.slapd.sync_dn, "pwdFailureTime")
            assert set(outcomes(bad)) == {RunOutcome.FAILED}
            assert told.count("pwdFailureTime") <= len(outcomes(bad))
            assert "49" in bad.status().failures[0].cause
            bad.office.slapd.tool("ldappasswd", "-s", PASSWORD, bad.office.slapd.sync_dn)
            assert seen_within(lambda: bad.person_key("umar") in bad.users())

    def test_a_server_that_answers_nothing_holds_nobody_else_back(self, two: tuple[Kept, Kept]) -> None:
        bad, good = two
        bad.server = {"receive_timeout_seconds": 1}
        with followed(bad, good):
            assert seen_within(lambda: outcomes(bad) == outcomes(good) == [RunOutcome.DONE])
            bad.office.slapd.pause()
            try:
                good.create_umar()
                assert seen_within(lambda: good.person_key("umar") in good.users())
                assert seen_within(lambda: RunOutcome.FAILED in outcomes(bad))
                assert good.door.do(FRANK, BlockUser("u1")).done
                assert seen_within(lambda: good.person_key("umar") not in good.users())
            finally:
                bad.office.slapd.resume()
            umar = bad.person_key("umar")
            assert seen_within(lambda: bad.entry(umar) is not None and umar not in bad.users())


class TestOneAtATime:
    def test_one_of_two_works_and_the_other_takes_over(self, kept: Kept) -> None:
        one, other = kept.begun("one"), kept.follower("other")
        kept.create_umar()
        assert seen_within(lambda: kept.person_key("umar") in kept.users(), other, one)
        assert [run.is_full for run in kept.runs()] == [False, True]
        one.close()
        assert seen_within(lambda: kept.runs()[0].is_full, other)
        assert kept.status().follower == "other"

    def test_one_of_another_machine_is_waited_for_as_long_as_its_lease(self, kept: Kept) -> None:
        kept.begun("one")
        ahead = [50]
        other = kept.follower("other", clock=lambda: moments.now() + ahead[0] * 1_000_000)
        assert not seen_within(lambda: len(kept.runs()) > 1, other, seconds=1.5)
        ahead[0] = 61
        assert seen_within(lambda: len(kept.runs()) > 1, other)
        assert kept.status().follower == "other"

    def test_whoever_finds_somebody_else_writing_waits(self, kept: Kept) -> None:
        assert kept.directories.lease("uman", "somebody", moments.now(), 60)
        follower = kept.follower()
        with capture_logs() as lines:
            assert not seen_within(lambda: bool(kept.runs()), follower, seconds=1.2)
        assert [line["event"] for line in lines].count("another process writes to the directory") == 1
        kept.directories.release("uman", "somebody")
        assert seen_within(lambda: outcomes(kept) == [RunOutcome.DONE], follower)

    def test_a_process_that_is_killed_in_a_run_is_taken_over_from_at_once(self, kept: Kept, tmp_path: Path) -> None:
        elsewhere = Elsewhere(tmp_path, kept.office.settings, kept.office.secret, killed_after=20)
        process = get_context("spawn").Process(target=elsewhere.follow)
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert kept.status().follower is not None
        assert outcomes(kept) == [RunOutcome.RUNNING]
        assert kept.office.marked()
        kept.follower(this_process()).step()
        assert outcomes(kept) == [RunOutcome.DONE, RunOutcome.RUNNING]
        assert kept.is_exact()


def test_waiting_grows_up_to_the_longest_and_begins_anew() -> None:
    schedule = Schedule(full_seconds=3600, watch_seconds=30, first_retry_seconds=5, longest_retry_seconds=60)
    longest = Retries(schedule, chance=lambda _low, high: high)
    assert [longest.failed() for _ in range(5)] == [10, 20, 40, 60, 60]
    longest.succeeded()
    assert longest.failed() == 10
    chances = Retries(schedule)
    waits = [chances.failed() for _ in range(100)]
    assert min(waits) >= 5
    assert max(waits) <= 60
    assert len(set(waits)) > 50
