"""What is remembered of directories, on each of the two systems."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from authz_service.store.database import Database
from authz_service.store.directories import (
    Approval,
    Directories,
    Failure,
    RememberedEntry,
    Run,
    RunOutcome,
    add_approval,
)
from authz_service.store.errors import StoreConflictError, UnstorableError

SECOND = 1_000_000
ENTRY = RememberedEntry("person/p_a", "an-id", "uid=p_a,dc=test", "0123", "tag;cn=4567", b"\0\1", 5)
RUN = Run("r1", "uman", 10, 7, "policy")
APPROVAL = Approval("uman", "digest", "an operator", 10, 100)


@pytest.fixture
def directories(database: Database) -> Directories:
    return Directories(database)


@pytest.fixture
def approved(database: Database, directories: Directories) -> Directories:
    with database.writing() as connection:
        add_approval(connection, APPROVAL)
    return directories


class TestEntries:
    def test_an_entry_is_remembered_as_it_was(self, directories: Directories) -> None:
        directories.remember("uman", [ENTRY])
        assert directories.remembered("uman") == {ENTRY.key: ENTRY}

    def test_it_is_remembered_for_its_own_target(self, directories: Directories) -> None:
        directories.remember("uman", [ENTRY])
        assert directories.remembered("rma") == {}

    def test_what_was_known_of_it_is_replaced(self, directories: Directories) -> None:
        later = replace(ENTRY, entry_id="other", state="", members=b"")
        directories.remember("uman", [ENTRY])
        directories.remember("uman", [later])
        assert directories.remembered("uman") == {ENTRY.key: later}

    def test_entries_are_forgotten(self, directories: Directories) -> None:
        directories.remember("uman", [replace(ENTRY, key=str(number)) for number in range(1200)])
        directories.forget("uman", [str(number) for number in range(1199)])
        assert set(directories.remembered("uman")) == {"1199"}

    def test_nothing_to_note_is_no_error(self, directories: Directories) -> None:
        directories.remember("uman", [])
        directories.forget("uman", [])
        assert directories.remembered("uman") == {}

    def test_a_name_with_a_national_number_is_not_kept(self, directories: Directories, a_national_number: str) -> None:
        directories.remember("uman", [replace(ENTRY, dn=f"uid={a_national_number},dc=test")])
        assert directories.remembered("uman")[ENTRY.key].dn == ""

    def test_a_key_with_a_national_number_is_refused(self, directories: Directories, a_national_number: str) -> None:
        with pytest.raises(UnstorableError):
            directories.remember("uman", [replace(ENTRY, key=f"person/{a_national_number}")])


class TestRuns:
    def test_a_run_is_noted_when_it_begins_and_when_it_ends(self, directories: Directories) -> None:
        directories.begin(RUN)
        assert directories.last_run("uman") == RUN
        ended = replace(
            RUN, ended_at=20, outcome=RunOutcome.PARTIAL, counts={"add": 3}, failures=(Failure("k", "why"),), token="t"
        )
        directories.end(ended)
        assert directories.last_run("uman") == ended

    def test_the_newest_come_first(self, directories: Directories) -> None:
        for number in range(5):
            directories.begin(replace(RUN, run_id=str(number), started_at=number))
        assert [run.run_id for run in directories.runs("uman", 3)] == ["4", "3", "2"]

    def test_the_last_that_ended_in_some_way(self, directories: Directories) -> None:
        directories.begin(RUN)
        directories.end(replace(RUN, outcome=RunOutcome.DONE))
        directories.begin(replace(RUN, run_id="r2", started_at=11))
        found = directories.last_run("uman", RunOutcome.DONE, RunOutcome.PARTIAL)
        assert found is not None
        assert found.run_id == "r1"
        assert directories.last_run("rma") is None

    def test_a_run_begins_once(self, directories: Directories) -> None:
        directories.begin(RUN)
        with pytest.raises(StoreConflictError):
            directories.begin(RUN)

    def test_a_cause_with_a_national_number_is_refused(self, directories: Directories, a_national_number: str) -> None:
        directories.begin(RUN)
        with pytest.raises(UnstorableError):
            directories.end(replace(RUN, failures=(Failure("k", f"no {a_national_number}"),)))


class TestApprovals:
    def test_it_is_used_once(self, approved: Directories) -> None:
        assert approved.approvals("uman", 50) == [APPROVAL]
        assert approved.use_approval("uman", "digest", 50) == replace(APPROVAL, used_at=50)
        assert approved.use_approval("uman", "digest", 51) is None
        assert approved.approvals("uman", 51) == []

    @pytest.mark.parametrize(
        ("target", "digest", "at"), [("rma", "digest", 50), ("uman", "other", 50), ("uman", "digest", 100)]
    )
    def test_it_is_for_one_plan_of_one_target_until_it_ends(
        self, approved: Directories, target: str, digest: str, at: int
    ) -> None:
        assert approved.use_approval(target, digest, at) is None

    def test_of_many_at_once_one_uses_it(self, approved: Directories) -> None:
        with ThreadPoolExecutor(4) as threads:
            used = list(threads.map(lambda _: approved.use_approval("uman", "digest", 50), range(8)))
        assert sum(each is not None for each in used) == 1


class TestLeases:
    def test_one_at_a_time(self, directories: Directories) -> None:
        assert directories.lease("uman", "one", 0, 10)
        assert not directories.lease("uman", "other", 9 * SECOND, 10)
        assert directories.holder("uman", 9 * SECOND) == "one"
        assert directories.lease("rma", "other", 9 * SECOND, 10)

    def test_it_is_renewed_by_its_holder(self, directories: Directories) -> None:
        directories.lease("uman", "one", 0, 10)
        assert directories.lease("uman", "one", 9 * SECOND, 10)
        assert not directories.lease("uman", "other", 11 * SECOND, 10)

    def test_it_ends_by_itself(self, directories: Directories) -> None:
        directories.lease("uman", "one", 0, 10)
        assert directories.holder("uman", 10 * SECOND) is None
        assert directories.lease("uman", "other", 10 * SECOND, 10)
        assert not directories.lease("uman", "one", 11 * SECOND, 10)

    def test_it_is_given_back_by_its_holder_only(self, directories: Directories) -> None:
        directories.lease("uman", "one", 0, 10)
        directories.release("uman", "other")
        assert directories.holder("uman", 1) == "one"
        directories.release("uman", "one")
        assert directories.holder("uman", 1) is None

    def test_of_many_at_once_one_gets_it(self, directories: Directories) -> None:
        with ThreadPoolExecutor(4) as threads:
            got = list(threads.map(lambda number: directories.lease("uman", str(number), 0, 10), range(8)))
        assert got.count(True) == 1


@pytest.fixture
def a_national_number() -> str:
    return "710314" + "90293"
