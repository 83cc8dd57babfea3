"""Several that want to write to one target at once: one does, whoever is slow loses nothing, whoever is dead is passed."""

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from authz_service.directory.session import Session
from authz_service.domain.moments import now
from authz_service.store.directories import RunOutcome
from authz_service.sync.entry_checks import RenderingError
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.holders import this_process
from authz_service.sync.leases import Lease
from authz_service.sync.planning import Wanted
from authz_service.sync.runs import Runner, TargetBusyError
from tests.sync.mappings import alpha
from tests.sync.offices import Office
from tests.sync.outages import elsewhere, waited_for

SECOND = 1_000_000


@dataclass(slots=True)
class Clock:
    """A clock that a test puts forward."""

    ahead: int = 0

    def __call__(self) -> int:
        return now() + self.ahead

    def forward(self, seconds: int) -> None:
        self.ahead += seconds * SECOND


def with_clock(office: Office, clock: Clock, connect: object = None) -> Runner:
    connecting = connect if callable(connect) else office.connect
    return Runner(
        office.target,
        office.directories,
        Fingerprints(office.secret),
        connecting,
        office.holder,
        clock,
        renewed_after_seconds=1,
    )


class TestTwoProcesses:
    def test_one_does_the_work_and_the_other_is_turned_away(self, office: Office, tmp_path: Path) -> None:
        process = elsewhere(office, tmp_path, alpha(), waits_after=5)
        waited_for(tmp_path / "waits")
        writes = office.writes()
        with pytest.raises(TargetBusyError):
            office.apply(alpha())
        assert office.writes() == writes
        (tmp_path / "go on").touch()
        process.join()
        assert process.exitcode == 0
        office.done(alpha())
        assert office.is_exact()
        assert len(office.slapd.writes()) == 1 + len(office.entries)


class TestOneProcess:
    def test_what_should_be_there_is_asked_for_when_nobody_else_writes_any_more(self, office: Office) -> None:
        def asked() -> Wanted:
            assert office.directories.holder("uman", now()) == office.holder
            return office.wanted(alpha())

        assert office.runner.apply(asked).run.outcome is RunOutcome.DONE
        assert office.is_exact()

    def test_the_lease_is_given_back_when_that_cannot_be_said(self, office: Office) -> None:
        def asked() -> Wanted:
            raise RenderingError("uman", [])

        with pytest.raises(RenderingError):
            office.runner.apply(asked)
        assert office.directories.holder("uman", now()) is None
        assert office.directories.runs("uman") == []

    def test_a_second_run_within_it_is_turned_away_too(self, office: Office) -> None:
        refused = []

        def again(done: int, _total: int) -> None:
            if done == 3:
                with pytest.raises(TargetBusyError):
                    office.apply()
                refused.append(done)

        report = office.runner.apply(office.wanted(alpha()), progress=again)
        assert (report.run.outcome, refused) == (RunOutcome.DONE, [3])
        assert office.is_exact()

    def test_another_target_is_not_held_back(self, office: Office) -> None:
        one, other = (Lease(office.directories, name, this_process(), now) for name in ("one", "other"))
        with one.held(), other.held():
            assert one.holds()
            assert other.holds()


class TestALongPlan:
    def test_its_lease_is_renewed_while_the_directory_is_read(self, office: Office) -> None:
        clock = Clock()
        taken = []

        def slowly() -> AbstractContextManager[Session]:
            for _ in range(2):
                clock.forward(100)
                time.sleep(1.3)
                taken.append(office.directories.lease("uman", "another", clock(), 60))
            return office.connect()

        report = with_clock(office, clock, slowly).apply(office.wanted(alpha()))
        assert report.run.outcome is RunOutcome.DONE
        assert taken == [False, False]

    def test_whoever_was_stopped_for_longer_than_his_lease_writes_no_more(self, office: Office) -> None:
        clock = Clock()

        def stopped(done: int, _total: int) -> None:
            if done == 1:
                clock.forward(200)
                with Lease(office.directories, "uman", "another", clock).held():
                    pass  # somebody has come, written and gone

        report = with_clock(office, clock).apply(office.wanted(alpha()), progress=stopped)
        assert report.run.outcome is RunOutcome.FAILED
        assert "somebody else" in report.run.failures[0].cause
        assert report.writes["add"] < len(office.entries)
        office.done(alpha())
        assert office.is_exact()

    def test_a_plan_that_took_longer_than_the_lease_is_not_carried_out(self, office: Office) -> None:
        clock = Clock()
        writes = office.writes()

        def stopped() -> AbstractContextManager[Session]:
            clock.forward(200)
            return office.connect()

        report = with_clock(office, clock, stopped).apply(office.wanted(alpha()))
        assert (report.run.outcome, office.writes()) == (RunOutcome.FAILED, writes)
        assert office.directories.remembered("uman") == {}
