"""Which runs against a directory did their work, and what was left undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.store.database import Database
from authz_service.store.directories import Directories, Run, RunOutcome
from authz_service.store.keys import ensure_key_file
from authz_service.store.revisions import recorded_after
from authz_service.store.writing import Recorder
from tests.store.facts import enterprise

DONE, PARTIAL, BLOCKED, FAILED = RunOutcome.DONE, RunOutcome.PARTIAL, RunOutcome.BLOCKED, RunOutcome.FAILED


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = Database(database_url, ensure_key_file(tmp_path / "keys.json"))
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture
def directories(database: Database) -> Directories:
    return Directories(database)


def note(directories: Directories, *runs: tuple[RunOutcome, str]) -> None:
    """Note runs, one after the other, each with what it counts."""
    for number, (outcome, counted) in enumerate(runs, 1):
        counts = {counted: 1, "people": 10} if counted else {"people": 10}
        directories.begin(Run(str(number), "uman", number, number, "policy", number, outcome, counts=counts))


def reached(directories: Directories) -> str | None:
    run = directories.reached("uman")
    return run.run_id if run else None


def test_nothing_is_reached_before_a_run_did_its_work(directories: Directories) -> None:
    assert reached(directories) is None
    note(directories, (FAILED, "full"), (BLOCKED, "full"))
    assert reached(directories) is None
    assert directories.is_blocked("uman")


def test_the_last_run_that_did_its_work_counts(directories: Directories) -> None:
    note(directories, (DONE, "full"), (DONE, ""), (PARTIAL, ""))
    assert reached(directories) == "3"
    assert not directories.is_blocked("uman")


@pytest.mark.parametrize("undone", [BLOCKED, FAILED])
def test_what_was_left_undone_stays_so_whatever_else_is_done(directories: Directories, undone: RunOutcome) -> None:
    note(directories, (DONE, "full"), (DONE, ""), (undone, ""), (DONE, ""))
    assert reached(directories) == "2"
    assert directories.is_blocked("uman") is (undone is BLOCKED)


def test_it_is_done_by_a_run_that_looks_at_everything(directories: Directories) -> None:
    note(directories, (DONE, "full"), (BLOCKED, "full"), (DONE, ""), (DONE, "full"), (DONE, ""))
    assert reached(directories) == "5"
    assert not directories.is_blocked("uman")


def test_a_plan_that_was_not_carried_out_because_it_was_old_leaves_nothing_undone(directories: Directories) -> None:
    note(directories, (DONE, "full"), (FAILED, "stale"), (DONE, ""))
    assert reached(directories) == "3"


def test_the_last_look_at_everything_is_one_that_did_not_fail(directories: Directories) -> None:
    assert directories.last_full("uman") is None
    note(directories, (DONE, "full"), (BLOCKED, "full"), (DONE, ""), (FAILED, "full"))
    full = directories.last_full("uman")
    assert full is not None
    assert (full.run_id, full.is_full) == ("2", True)


def test_a_later_revision_is_noted_and_an_earlier_one_is_not(directories: Directories) -> None:
    note(directories, (DONE, "full"))
    directories.seen("1", 7)
    directories.seen("1", 6)
    run = directories.reached("uman")
    assert run is not None
    assert run.revision == 7


def test_when_the_first_revision_after_one_was_recorded(database: Database) -> None:
    assert recorded_after(database, 0) is None
    before = moments.now()
    for number in ("0999010126", "0999050510"):
        with Recorder(database) as recorder:
            recorder.record([enterprise(f"e{number}", number)], [])
    first, second = recorded_after(database, 0), recorded_after(database, 1)
    assert first is not None
    assert second is not None
    assert before <= first < second
    assert recorded_after(database, 2) is None


def test_old_runs_are_forgotten_but_those_that_tell_how_a_target_stands(directories: Directories) -> None:
    note(directories, (DONE, "full"), (DONE, "full"), (DONE, ""), (BLOCKED, "full"), (FAILED, ""))
    before = directories.runs("uman")
    assert directories.forget_runs("uman", before[0].started_at + 1) > 0
    left = directories.runs("uman")
    assert left[0] == before[0]
    assert len(left) < len(before)
    assert directories.last_full("uman") in before
    assert directories.reached("uman") in before
    assert directories.forget_runs("uman", before[0].started_at + 1) == 0
