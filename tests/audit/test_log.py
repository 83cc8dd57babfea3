"""The log in the database: written in the command's transaction, never forked, and read as it stands."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, func, insert, text, update

from authz_service.audit.errors import NationalNumberError, UnrecordableError
from authz_service.audit.faults import FaultKind
from authz_service.audit.log import AuditLog
from authz_service.audit.redaction import changes_of
from authz_service.audit.signing import SigningKey
from authz_service.store import audit_log as rows
from authz_service.store import tables
from authz_service.store.audit_log import AuditLogReader
from authz_service.store.database import Database
from authz_service.store.keys import KeyRing
from authz_service.store.writing import Recorder
from tests.audit import elsewhere
from tests.audit.logs import Log, entry, names, trusting
from tests.store import facts
from tests.store.elsewhere import processes

RECORD, CHECKPOINT = tables.audit_record, tables.audit_checkpoint


@pytest.fixture
def written(database: Database, audit_log: AuditLog) -> Database:
    """A log of six records in three groups."""
    for size in (1, 2, 3):
        with database.writing() as transaction:
            audit_log.append(transaction, [entry(request_id=f"{size}/{number}") for number in range(size)])
    return database


def test_entries_are_chained_in_their_order_and_signed_once(written: Database, signing_key: SigningKey) -> None:
    log = Log.read(written)
    assert [record.sequence for record in log.records] == [1, 2, 3, 4, 5, 6]
    assert [checkpoint.sequence for checkpoint in log.checkpoints] == [1, 3, 6]
    said = [json.loads(record.record)["entry"]["request_id"] for record in log.records]
    assert said == ["1/0", "2/0", "2/1", "3/0", "3/1", "3/2"]
    assert log.verified(trusting(signing_key)).whole


def test_the_last_sequence_is_returned(database: Database, audit_log: AuditLog) -> None:
    with database.writing() as transaction:
        assert audit_log.append(transaction, []) == 0
        assert audit_log.append(transaction, [entry(), entry()]) == 2
        assert audit_log.append(transaction, [entry()]) == 3
    assert len(Log.read(database).checkpoints) == 2


def test_what_is_rolled_back_leaves_no_record(written: Database, audit_log: AuditLog) -> None:
    def fail() -> None:
        with written.writing() as transaction:
            audit_log.append(transaction, [entry()])
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        fail()
    assert len(Log.read(written).records) == 6


@pytest.mark.parametrize(
    ("values", "error"),
    [({"caller": facts.ANNE.niss.digits}, NationalNumberError), ({"policy": "\ud800"}, UnrecordableError)],
    ids=["national number", "surrogate"],
)
def test_what_may_not_be_recorded_takes_the_change_with_it(
    database: Database, audit_log: AuditLog, values: dict[str, str], error: type[Exception]
) -> None:
    def change() -> None:
        with Recorder(database) as recorder:
            recorder.record([facts.agent("one")], [])
            audit_log.append(recorder.connection, [entry(), entry(**values)])

    with pytest.raises(error):
        change()
    with Recorder(database) as recorder:
        assert list(recorder.believed()) == []
    assert Log.read(database).records == []


def test_writers_in_processes_never_fork_the_chain(
    database: Database, database_url: str, key_ring: KeyRing, signing_key: SigningKey, tmp_path: Path
) -> None:
    with processes(3) as others:
        writers = [
            others.submit(elsewhere.append_entries, database_url, key_ring.path, tmp_path / "audit.pem", writer, 15)
            for writer in range(3)
        ]
        sequences = [writer.result() for writer in writers]
    assert sorted(itertools.chain(*sequences)) == list(range(1, 46))
    report = Log.read(database).verified(trusting(signing_key))
    assert report.whole
    assert (report.records, report.checkpoints) == (45, 45)


def test_a_long_log_is_read_page_by_page(
    database: Database, audit_log: AuditLog, signing_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as transaction:
        audit_log.append(transaction, [entry()] * (2 * rows.PAGE + 1))
    assert [record.sequence for record in Log.read(database).records] == list(range(1, 2 * rows.PAGE + 2))
    reader = AuditLogReader(database)
    assert [record.sequence for record in reader.records(rows.PAGE, rows.PAGE + 2)] == [
        rows.PAGE,
        rows.PAGE + 1,
        rows.PAGE + 2,
    ]
    assert Log.read(database).verified(trusting(signing_key)).whole


def test_facts_and_log_are_compared_as_of_one_instant(database: Database) -> None:
    facts.load(database, [facts.agent("one")])
    bounds = AuditLogReader(database).bounds()
    assert (bounds.facts_revision, bounds.last_record, bounds.last_checkpoint) == (1, 0, 0)
    assert AuditLogReader(database).last_checkpoint() is None


def test_erasing_a_person_leaves_the_log_whole(
    database: Database, audit_log: AuditLog, signing_key: SigningKey
) -> None:
    """F36: persons stand in the log by opaque ids only."""
    account = facts.relation("acc_carla", "user", facts.CARLA, "alpha.nsso")
    added = [*facts.EVERYTHING[:9], account]
    with Recorder(database) as recorder:
        recorder.add_identities(facts.PEOPLE)
        revision = recorder.record(added, [])
        audit_log.append(recorder.connection, [entry(facts_made=revision, changes=changes_of(added, []))])
    before = Log.read(database)

    with database.writing() as transaction:
        gone = facts.CARLA.person_id
        for table in (tables.relation, tables.person_detail, tables.person):
            transaction.execute(delete(table).where(table.c.person_id == gone))

    after = Log.read(database)
    assert after == before
    assert after.verified(trusting(signing_key)).whole
    assert facts.CARLA.person_id in after.records[0].record


class TestTampering:
    """With the rows themselves: what a database lets somebody do who may write into it."""

    def _report(self, database: Database, signing_key: SigningKey) -> list[tuple[FaultKind, int, int]]:
        report = Log.read(database).verified(trusting(signing_key))
        return [(fault.kind, fault.first, fault.last) for fault in report.faults]

    @pytest.mark.parametrize(
        ("statement", "found"),
        [
            (
                update(RECORD)
                .where(RECORD.c.sequence == 3)
                .values(record=func.replace(RECORD.c.record, "p_anne", "p_bart")),
                (FaultKind.ALTERED, 3, 3),
            ),
            (update(RECORD).where(RECORD.c.sequence == 3).values(record=""), (FaultKind.ALTERED, 3, 3)),
            (update(RECORD).where(RECORD.c.sequence == 3).values(hash=b"1" * 32), (FaultKind.ALTERED, 3, 3)),
            (update(RECORD).where(RECORD.c.sequence == 3).values(hash=b""), (FaultKind.ALTERED, 3, 3)),
            (update(RECORD).where(RECORD.c.sequence == 3).values(sequence=-3), (FaultKind.MISSING, 3, 3)),
            (update(RECORD).where(RECORD.c.sequence == 6).values(sequence=8), (FaultKind.MISPLACED, 8, 8)),
            (delete(RECORD).where(RECORD.c.sequence == 2), (FaultKind.MISSING, 2, 2)),
            (delete(RECORD).where(RECORD.c.sequence > 4), (FaultKind.CUT_OFF, 5, 6)),
            (delete(RECORD), (FaultKind.CUT_OFF, 1, 6)),
            (delete(CHECKPOINT).where(CHECKPOINT.c.sequence == 6), (FaultKind.UNSIGNED, 4, 6)),
            (
                update(CHECKPOINT).where(CHECKPOINT.c.sequence == 3).values(signature=b""),
                (FaultKind.BAD_SIGNATURE, 3, 3),
            ),
            (
                update(CHECKPOINT).where(CHECKPOINT.c.sequence == 3).values(signed_at=2**62),
                (FaultKind.BAD_SIGNATURE, 3, 3),
            ),
            (update(CHECKPOINT).where(CHECKPOINT.c.sequence == 3).values(key_id="x"), (FaultKind.UNKNOWN_KEY, 3, 3)),
            (insert(RECORD).values(sequence=7, record="{}", hash=b"7"), (FaultKind.ALTERED, 7, 7)),
        ],
    )
    def test_is_found(
        self, written: Database, signing_key: SigningKey, statement: Executable, found: tuple[FaultKind, int, int]
    ) -> None:
        with written.writing() as transaction:
            transaction.execute(statement)
        assert found in self._report(written, signing_key)

    @pytest.mark.parametrize(
        ("column", "value"),
        [("record", "CAST(x'ff7b' AS TEXT)"), ("record", "x'00'"), ("hash", "'text'"), ("hash", "1000000000000")],
    )
    def test_is_found_where_sqlite_keeps_what_is_of_another_type(
        self, sqlite_url: str, key_ring: KeyRing, audit_log: AuditLog, signing_key: SigningKey, column: str, value: str
    ) -> None:
        database = Database(sqlite_url, key_ring)
        database.upgrade()
        with database.writing() as transaction:
            audit_log.append(transaction, [entry()])
            transaction.execute(update(RECORD).values({column: text(value)}))
        assert (FaultKind.ALTERED, 1, 1) in self._report(database, signing_key)
        with database.writing() as transaction:
            transaction.execute(delete(RECORD))  # the search for national numbers reads texts
        database.close()

    def test_with_a_cut_tail_leaves_its_mark_when_the_log_goes_on(
        self, written: Database, audit_log: AuditLog, signing_key: SigningKey
    ) -> None:
        """The next record stands behind the last that was signed: what is missing stays missing."""
        with written.writing() as transaction:
            transaction.execute(delete(RECORD).where(RECORD.c.sequence > 2))
        with written.writing() as transaction:
            assert audit_log.append(transaction, [entry()]) == 7
        assert self._report(written, signing_key) == [(FaultKind.MISSING, 3, 6)]


def test_a_log_goes_on_under_a_new_key(written: Database, signing_key: SigningKey) -> None:
    new_key = SigningKey.new()
    with written.writing() as transaction:
        AuditLog(new_key).append(transaction, [entry()])
    log = Log.read(written)
    assert log.verified(trusting(signing_key, new_key)).whole
    assert names(log.verified(trusting(new_key)), 1, 3, 6)


def test_the_checkpoint_of_a_group_fits_a_later_log(
    written: Database, audit_log: AuditLog, signing_key: SigningKey
) -> None:
    kept = AuditLogReader(written).last_checkpoint()
    assert kept is not None
    with written.writing() as transaction:
        audit_log.append(transaction, [entry()])
    assert Log.read(written).verified(trusting(signing_key), kept).whole
    assert not Log.read(written).verified(trusting(signing_key), replace(kept, sequence=5)).whole
