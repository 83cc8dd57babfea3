"""What the door leaves behind: idempotent repetition, audit records, messages, revisions."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from authz_service.audit.signing import ensure_signing_key, public_keys
from authz_service.audit.verification import Expectations, verify
from authz_service.domain import moments
from authz_service.domain.commands import BlockUser, CreateUser, GrantApplication, UnblockUser, UpdateOwnDetails
from authz_service.services.authority import door as door_module
from authz_service.services.authority.carrying_out import CARRYING_OUT
from authz_service.services.authority.door import Authority
from authz_service.services.authority.repetition import IdempotencyKeyReusedError
from authz_service.services.authority.reports import Conflict, ConflictCode, Idempotency
from authz_service.services.authority.work import Work
from authz_service.store import tables
from authz_service.store.audit_log import AuditLogReader, StoredCheckpoint, StoredRecord
from authz_service.store.caller_writing import add_caller
from authz_service.store.database import Database
from tests.support.door import NISS, REACHED, Door, niss, person

FRANK = person("frank", "alpha")
CREATE = CreateUser("alpha.nsso", niss("umar"), REACHED, "u1")
KEY = Idempotency("k1", b"POST /users umar")


def test_a_repeated_request_is_answered_as_the_first_time_and_carried_out_once(every_door: Door) -> None:
    door = every_door
    first = door.do(FRANK, CREATE, idempotency=KEY)
    records = len(door.audited())
    again = door.do(FRANK, dataclasses.replace(CREATE, account_id="u2"), idempotency=KEY)
    assert again.replayed
    assert again.done
    assert (again.made, again.revision) == (first.made, first.revision)
    assert len(door.audited()) == records


def test_a_key_stands_for_one_request_of_one_person(door: Door) -> None:
    door.do(FRANK, CREATE, idempotency=KEY)
    with pytest.raises(IdempotencyKeyReusedError):
        door.do(FRANK, BlockUser("u1"), idempotency=Idempotency("k1", b"another request"))
    assert not door.do(person("carla", "alpha"), BlockUser("u1"), idempotency=KEY).replayed


def test_a_refused_request_may_be_repeated(door: Door) -> None:
    assert not door.do(person("ines", "alpha"), BlockUser("acc_frank"), idempotency=KEY).done
    assert not door.do(person("ines", "alpha"), BlockUser("acc_frank"), idempotency=KEY).replayed


def test_a_refusal_changes_nothing_and_is_recorded_with_its_reasons(door: Door) -> None:
    before = door.reference.decisions.decide([FRANK.asks(CREATE.action, CREATE.capacity, {})])[0].facts
    report = door.do(person("ines", "alpha"), CREATE)
    assert not report.changed
    assert report.revision == before
    entry = door.audited()[-1]
    assert entry["outcome"] == "refused"
    assert entry["reasons"] == [str(reason) for reason in report.results[0].decision.answer.reasons]
    assert entry["rules"] == list(report.results[0].decision.answer.rules)
    assert entry["facts_made"] is None
    assert entry["request_id"] == "r-1"


@pytest.mark.parametrize("together", [True, False], ids=["together", "apart"])
@pytest.mark.parametrize("others", [0, 1], ids=["alone", "after another"])
def test_a_conflict_leaves_nothing_of_what_was_written_before_it_was_found(
    every_door: Door, monkeypatch: pytest.MonkeyPatch, others: int, *, together: bool
) -> None:
    """Whichever way it was written: recorded, sent or beside the facts."""
    door = every_door
    first = door.do(FRANK, CREATE, GrantApplication("u1", "DMFA"))
    sent, callers = len(door.messages("change")), _callers(door)

    def careless(command: GrantApplication, work: Work) -> Conflict:
        add_caller(work.recorder.connection, "careless", [], "", None, work.instant)
        work.recorder.record([], work.grants(work.account(command.account)))
        return Conflict(ConflictCode.STALE_VERSION)

    monkeypatch.setattr(door_module, "CARRYING_OUT", {**CARRYING_OUT, GrantApplication: careless})
    before = [BlockUser("u1")] * others
    report = door.do(FRANK, *before, GrantApplication("u1", "DIMONA"), together=together)
    kept = 0 if together else others
    assert report.revision == first.revision + kept
    assert [each["outcome"] for each in door.audited()[2:]] == ["allowed" if kept else "withdrawn"] * others + [
        "conflict"
    ]
    assert len(door.messages("change")) == sent + kept
    assert _callers(door) == callers
    if not kept:
        assert door.opens(person("umar", "alpha"), "DMFA", "alpha.nsso")


def _callers(door: Door) -> set[str]:
    with door.reference.database.reading() as connection:
        return set(connection.scalars(select(tables.caller.c.name)))


def test_somebody_unknown_is_recorded_under_a_pseudonym(door: Door) -> None:
    stranger = dataclasses.replace(FRANK, id="85073003328")
    door.do(stranger, CREATE)
    entry = door.audited()[-1]
    assert entry["actor"]["id"].startswith("n_")
    assert entry["reasons"] == ["UNKNOWN_SUBJECT"]


def test_every_change_is_announced_with_the_revision_that_it_made(door: Door) -> None:
    door.do(FRANK, CREATE)
    report = door.do(FRANK, BlockUser("u1"), UnblockUser("u1"))
    query = select(tables.outbox.c.revision).where(tables.outbox.c.topic == "change")
    with door.reference.database.engine.connect() as connection:
        revisions = sorted(connection.scalars(query))
    assert revisions[-2:] == [report.revision - 1, report.revision]
    assert {change["action"] for change in door.messages("change")} == {"create_user", "block_user", "unblock_user"}


def test_erasing_a_person_leaves_the_log_whole(door: Door, tmp_path: Path) -> None:
    """F36: the log knows persons by opaque id only."""
    door.do(FRANK, CREATE)
    with door.reference.database.writing() as connection:
        connection.execute(delete(tables.person_detail))
        connection.execute(delete(tables.person))
    log = AuditLogReader(door.reference.database)
    items: list[StoredRecord | StoredCheckpoint] = [*log.records(1, 1), *log.checkpoints(1, 1)]
    key = ensure_signing_key(tmp_path / "audit.pem")
    assert verify(items, public_keys([key.private.public_key()]), Expectations()).whole
    assert all(number not in str(door.audited()) for number in NISS.values())


def test_own_details_are_changed_only_from_the_state_that_was_shown(door: Door) -> None:
    ines = person("ines")
    command = UpdateOwnDetails(niss("ines"), {"email": "ines@enterprise.example"}, checked=True, expected=None)
    assert door.do(ines, command).done
    (result,) = door.do(ines, dataclasses.replace(command, expected="not this")).results
    assert result.conflict is not None
    assert result.conflict.code is ConflictCode.STALE_VERSION
    assert not door.do(person("umar"), command).done


def test_a_second_process_sees_the_change_at_once(every_door: Door, another: Callable[[Database], Database]) -> None:
    door = every_door
    elsewhere = another(door.reference.database)
    there = Authority(elsewhere, door.authority.policy, door.authority.levels, door.authority.audit_log)
    door.do(FRANK, CREATE)
    assert there.carry_out(FRANK, [BlockUser("u1")]).done
    assert door.do(FRANK, UnblockUser("u1")).done


def test_a_change_counts_at_once_although_the_deciding_clock_lags_behind(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines' clocks are never quite the same: the next question sees the change all the same."""
    ahead = 3_600_000_000
    monkeypatch.setattr("authz_service.store.writing.now", lambda: moments.now() + ahead)
    door.do(FRANK, CREATE, GrantApplication("u1", "DMFA"))
    assert door.opens(person("umar", "alpha"), "DMFA", "alpha.nsso")
    door.do(FRANK, BlockUser("u1"))
    assert not door.opens(person("umar", "alpha"), "DMFA", "alpha.nsso")
