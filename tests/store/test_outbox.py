"""The outbox: what is put there with a commit, and how it is handed out."""

import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from authz_service.domain.messages import Mail, MailKind, Topic
from authz_service.domain.moments import now
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.errors import StoreConflictError, UnstorableError
from authz_service.store.outbox import (
    Outbox,
    OutboxEntry,
    OutboxMessage,
    OutboxState,
    change_entry,
    enqueue,
    mail_entry,
    when_put,
)
from tests.model.identifiers import niss_check_digits
from tests.store import elsewhere

SECOND = 1_000_000
START = 1_700_000_000 * SECOND
LEASE = 60
MAIL = Mail.make(
    MailKind.CHIEF_ACCESS_MANAGER_DESIGNATED,
    "fr",
    "carla@alpha.example",
    person_name="Carla",
    enterprise_name="Alpha",
    enterprise_number="0123456749",
)


def put(database: Database, *entries: OutboxEntry) -> list[str]:
    """Put messages into the outbox and return their ids."""
    with database.writing() as connection:
        enqueue(connection, entries)
    return [entry.message_id for entry in entries]


def mails(number: int, at: int = START) -> list[OutboxEntry]:
    """Return mails, each put there a second after the one before."""
    return [mail_entry(MAIL, enterprise_id="alpha", revision=1, at=at + index * SECOND) for index in range(number)]


def once(name: str, at: int = START) -> OutboxEntry:
    """Return a mail that is to be there once."""
    return mail_entry(MAIL, enterprise_id="alpha", revision=1, at=at, message_id=uuid.uuid5(uuid.NAMESPACE_OID, name))


def changes(database: Database, *revisions: int) -> None:
    put(database, *(change_entry("{}", enterprise_id="", revision=revision, at=START) for revision in revisions))


def take(outbox: Outbox, limit: int, at: int) -> list[OutboxMessage]:
    return outbox.take(Topic.MAIL, limit, LEASE, at)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


class TestPutting:
    def test_a_message_is_there_once_the_commit_is(self, database: Database, outbox: Outbox) -> None:
        (message_id,) = put(database, *mails(1))
        (message,) = outbox.waiting()
        assert (message.message_id, message.topic, message.enterprise_id, message.revision) == (
            message_id,
            Topic.MAIL,
            "alpha",
            1,
        )
        assert (message.state, message.attempts, message.failure) == (OutboxState.PENDING, 0, "")
        assert Mail.from_json(message.content) == MAIL

    def test_a_commit_that_fails_leaves_no_message(self, database: Database, outbox: Outbox) -> None:
        def fail() -> None:
            with database.writing() as connection:
                enqueue(connection, mails(1))
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert outbox.waiting() == []

    def test_a_message_is_put_there_once(self, database: Database) -> None:
        entries = mails(1)
        put(database, *entries)
        with pytest.raises(StoreConflictError):
            put(database, *entries)

    def test_nothing_to_tell(self, database: Database, outbox: Outbox) -> None:
        put(database)
        assert outbox.waiting() == []

    @pytest.mark.parametrize("content", ["a\0b", "\ud800"])
    def test_a_text_that_no_database_keeps(self, database: Database, content: str) -> None:
        with pytest.raises(UnstorableError):
            put(database, change_entry(content, enterprise_id="", revision=1, at=START))

    def test_a_national_number_never_gets_in(self, database: Database) -> None:
        number = "850730033" + niss_check_digits("850730033", born_from_2000=False)
        with pytest.raises(UnstorableError, match="national number") as caught:
            put(database, change_entry(f'{{"who":"{number}"}}', enterprise_id="", revision=1, at=START))
        assert number not in str(caught.value)


class TestPuttingOnce:
    """Mails whose identifier is made from what they are about."""

    def test_only_what_is_not_there_yet_is_put_there(self, database: Database, outbox: Outbox) -> None:
        assert outbox.put_absent([once("a"), once("b")]) == 2
        assert outbox.put_absent([once("b", START + SECOND), once("c")]) == 1
        assert sorted(message.message_id for message in outbox.waiting()) == sorted(
            once(name).message_id for name in "abc"
        )
        assert {message.created_at for message in outbox.waiting()} == {START}

    def test_what_is_there_stays_as_it_is(self, database: Database, outbox: Outbox) -> None:
        outbox.put_absent([once("a")])
        (message,) = take(outbox, 1, START)
        outbox.done(message, START)
        assert outbox.put_absent([once("a")]) == 0
        assert outbox.waiting() == []

    def test_nothing_to_put(self, outbox: Outbox) -> None:
        assert outbox.put_absent([]) == 0

    def test_many(self, outbox: Outbox) -> None:
        several = [once(str(number)) for number in range(2_500)]
        assert outbox.put_absent(several[1_000:1_500]) == 500
        assert outbox.put_absent(several) == 2_000

    def test_it_is_told_when_each_was_put_there(self, database: Database, outbox: Outbox) -> None:
        outbox.put_absent([once("a"), once("b", START + SECOND)])
        ids = [once(name).message_id for name in "abc"]
        with database.reading() as connection:
            assert when_put(connection, ids) == {ids[0]: START, ids[1]: START + SECOND}
            assert when_put(connection, []) == {}

    def test_it_is_kept_until_it_may_be_put_there_again(self, database: Database, outbox: Outbox) -> None:
        outbox.put_absent([once("a", START), once("b", START + SECOND)])
        put(database, *mails(1))
        for message in take(outbox, 3, START + SECOND):
            outbox.done(message, START + SECOND)
        later = START + 100 * SECOND
        assert outbox.forget_done(later, once_before=START) == 1
        assert outbox.forget_done(START + SECOND, once_before=later) == 0
        assert outbox.forget_done(later, once_before=START + SECOND) == 1
        assert outbox.forget_done(later, once_before=START + 2 * SECOND) == 1


class TestTaking:
    def test_the_longest_due_comes_first(self, database: Database, outbox: Outbox) -> None:
        ids = put(database, *mails(3))
        assert [message.message_id for message in take(outbox, 2, START + 10 * SECOND)] == ids[:2]
        assert [message.message_id for message in take(outbox, 2, START + 10 * SECOND)] == ids[2:]

    def test_what_is_not_due_yet_stays(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(2))
        assert len(take(outbox, 9, START)) == 1

    def test_what_was_taken_is_nobody_elses_until_the_lease_ends(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(1))
        (first,) = take(outbox, 1, START)
        assert (first.attempts, first.due_at) == (1, START + LEASE * SECOND)
        assert take(outbox, 1, START + LEASE * SECOND - 1) == []

    def test_whoever_took_it_and_crashed_leaves_it_to_be_taken_again(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(1))
        (first,) = take(outbox, 1, START)
        (second,) = take(outbox, 1, START + LEASE * SECOND)
        assert (second.message_id, second.attempts) == (first.message_id, 2)

    def test_changes_are_handed_to_nobody(self, database: Database, outbox: Outbox) -> None:
        changes(database, 1)
        assert outbox.take(Topic.CHANGE, 9, LEASE, START + SECOND) == []

    def test_two_at_once_never_take_the_same(self, database: Database, connect: Callable[[], Database]) -> None:
        ids = put(database, *mails(120))
        taken: list[str] = []
        lock = threading.Lock()

        def deliver(outbox: Outbox) -> None:
            while messages := take(outbox, 7, START + 3600 * SECOND):
                with lock:
                    taken.extend(message.message_id for message in messages)
                for message in messages:
                    outbox.done(message, START + 3600 * SECOND)

        threads = [threading.Thread(target=deliver, args=(Outbox(connect()),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == sorted(ids)

    def test_one_that_is_being_taken_holds_nobody_up(self, database: Database, connect: Callable[[], Database]) -> None:
        """PostgreSQL skips what another transaction has locked; SQLite lets one writer in at a time."""
        if database.dialect == "sqlite":
            return
        ids = put(database, *mails(2))
        with database.writing() as connection:
            connection.execute(select(tables.outbox).where(tables.outbox.c.message_id == ids[0]).with_for_update())
            began = time.monotonic()
            (message,) = take(Outbox(connect()), 2, START + 10 * SECOND)
            assert time.monotonic() - began < 5
        assert message.message_id == ids[1]


class TestOutcomes:
    def test_what_was_delivered_is_not_taken_again(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(1))
        (message,) = take(outbox, 1, START)
        outbox.done(message, START + SECOND)
        assert take(outbox, 1, START + 9999 * SECOND) == []
        assert outbox.waiting() == outbox.dead_letters() == []

    def test_what_failed_comes_back_when_it_is_told_to(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(1))
        (message,) = take(outbox, 1, START)
        outbox.failed(message, "the mail server is down", START + 300 * SECOND)
        assert take(outbox, 1, START + 300 * SECOND - 1) == []
        (again,) = take(outbox, 1, START + 300 * SECOND)
        assert (again.attempts, again.failure) == (2, "the mail server is down")

    def test_what_is_given_up_is_a_dead_letter(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(2))
        (message,) = take(outbox, 1, START)
        outbox.failed(message, "no such recipient", None)
        assert take(outbox, 1, START) == []
        (dead,) = outbox.dead_letters()
        assert (dead.message_id, dead.state, dead.failure) == (
            message.message_id,
            OutboxState.DEAD,
            "no such recipient",
        )
        assert len(outbox.waiting()) == 1

    def test_a_failure_told_after_the_lease_ended_changes_nothing(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(1))
        (slow,) = take(outbox, 1, START)
        (quick,) = take(outbox, 1, START + LEASE * SECOND)
        outbox.failed(slow, "too slow", None)
        assert outbox.dead_letters() == []
        outbox.done(quick, START + LEASE * SECOND)
        outbox.failed(quick, "and yet", None)
        assert outbox.dead_letters() == outbox.waiting() == []

    def test_a_delivery_told_after_the_lease_ended_counts(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(1))
        (slow,) = take(outbox, 1, START)
        (quick,) = take(outbox, 1, START + LEASE * SECOND)
        outbox.done(slow, START + LEASE * SECOND)
        outbox.failed(quick, "twice", START)
        assert outbox.waiting() == []


class TestDeadLetters:
    def test_one_is_tried_again(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(2))
        for message in take(outbox, 2, START + SECOND):
            outbox.failed(message, "no", None)
        first, second = outbox.dead_letters()
        assert outbox.retry(first.message_id, START + 5 * SECOND)
        assert [message.message_id for message in outbox.dead_letters()] == [second.message_id]
        (again,) = take(outbox, 9, START + 5 * SECOND)
        assert (again.message_id, again.attempts) == (first.message_id, 1)

    def test_all_are_tried_again(self, database: Database, outbox: Outbox) -> None:
        put(database, *mails(3))
        for message in take(outbox, 2, START + SECOND):
            outbox.failed(message, "no", None)
        assert outbox.retry_all(START) == 2
        assert outbox.retry_all(START) == 0
        assert outbox.dead_letters() == []

    def test_only_a_dead_letter_can_be(self, database: Database, outbox: Outbox) -> None:
        (message_id,) = put(database, *mails(1))
        assert not any(outbox.retry(which, START) for which in (message_id, "nothing", "a\0b"))


def test_delivered_mails_are_forgotten_after_a_while(database: Database, outbox: Outbox) -> None:
    put(database, *mails(3))
    changes(database, 1)
    early, late, dead = take(outbox, 3, START + 10 * SECOND)
    outbox.done(early, START + 10 * SECOND)
    outbox.done(late, START + 20 * SECOND)
    outbox.failed(dead, "no", None)
    assert outbox.forget_done(START + 20 * SECOND) == 1
    assert outbox.forget_done(START + 20 * SECOND) == 0
    with database.engine.connect() as connection:
        assert len(connection.execute(select(tables.outbox)).all()) == 3


class TestFollowing:
    def test_changes_come_in_the_order_of_their_revisions(self, database: Database, outbox: Outbox) -> None:
        changes(database, 3, 1, 2)
        put(database, *mails(1))
        assert [change.revision for change in outbox.changes_since(0, 10)] == [1, 2, 3]
        assert [change.revision for change in outbox.changes_since(2, 10)] == [3]
        assert outbox.changes_since(3, 10) == []

    def test_a_revision_is_never_cut(self, database: Database, outbox: Outbox) -> None:
        changes(database, 1, 2, 2, 2, 3)
        seen: list[int] = []
        while page := outbox.changes_since(seen[-1] if seen else 0, 2):
            seen += [change.revision for change in page]
        assert seen == [1, 2, 2, 2, 3]

    def test_a_change_stays_for_the_next_who_asks(self, database: Database, outbox: Outbox) -> None:
        changes(database, 1)
        assert outbox.changes_since(0, 1) == outbox.changes_since(0, 1) != []


def test_whoever_reads_waits_for_no_writer(database: Database, connect: Callable[[], Database]) -> None:
    put(database, *mails(2))
    changes(database, 1)
    outbox = Outbox(connect())
    with database.writing() as connection:
        enqueue(connection, mails(1))
        began = time.monotonic()
        assert (len(outbox.waiting()), outbox.dead_letters(), len(outbox.changes_since(0, 9))) == (2, [], 1)
        assert time.monotonic() - began < 5


def test_deliverers_in_processes_never_take_the_same(database: Database, database_url: str, tmp_path: Path) -> None:
    ids = put(database, *mails(60, now() - 3600 * SECOND))
    with elsewhere.processes(2) as processes:
        takers = [processes.submit(elsewhere.take_mails, database_url, tmp_path / "keys.json") for _ in range(2)]
        taken = [message_id for taker in takers for message_id in taker.result()]
    assert sorted(taken) == sorted(ids)
