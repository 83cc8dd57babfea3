"""The outbox: messages written in the transaction of the commit they tell of, and handed out afterwards.

A mail is delivered at least once. Whoever takes it has it for a while (the lease): one that crashes in between leaves
it to be taken again, so that a mail may go out a second time, under the same Message-ID, but is never lost. A change is
handed to nobody; those who follow the facts read all changes after the revision they know.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from authz_service.domain.messages import Mail, Topic
from authz_service.domain.national_numbers import holds_national_number
from authz_service.store import tables
from authz_service.store.database import Database, translated_errors
from authz_service.store.direct import Batch, Prepared
from authz_service.store.errors import UnstorableError
from authz_service.store.rows import storable

__all__ = [
    "Outbox",
    "OutboxEntry",
    "OutboxMessage",
    "OutboxState",
    "change_entry",
    "enqueue",
    "mail_entry",
    "put",
    "when_put",
]

SECOND: Final = 1_000_000
_OUTBOX: Final = tables.outbox
_PUT: Final = Prepared(lambda: insert(_OUTBOX))
_VERSION_AT: Final = 15
"""Which sign of the text of a UUID is its version (RFC 9562, 4.1)."""
_NAME_BASED: Final = "5"
"""The version that is made from a name (RFC 9562, 5.5)."""


class OutboxState(StrEnum):
    """How far a message has come."""

    PENDING = "pending"
    """To be delivered when it is due; while somebody has taken it, it is due when the lease ends."""
    DONE = "done"
    DEAD = "dead"
    """Given up: it is kept for an administrator to look at and to send again."""
    FOLLOWED = "followed"
    """A change, which nobody delivers."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A message to be put into the outbox; `created_at` in UTC microseconds, `enterprise_id` "" when it is of none."""

    message_id: str
    topic: Topic
    enterprise_id: str
    revision: int
    created_at: int
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message as it stands in the outbox; instants in UTC microseconds.

    `attempts` counts the takings, so it tells one taking from another. `failure`: why the last attempt failed, or "".
    """

    message_id: str
    topic: Topic
    enterprise_id: str
    revision: int
    created_at: int
    content: str = field(repr=False)
    state: OutboxState
    attempts: int
    due_at: int
    done_at: int | None
    failure: str


def mail_entry(
    mail: Mail, *, enterprise_id: str, revision: int, at: int, message_id: uuid.UUID | None = None
) -> OutboxEntry:
    """Return the entry for a mail because of that facts revision; `at`: now, in UTC microseconds.

    `message_id`: one made from a name (version 5), for a mail that is to be there once; None: one of its own.
    """
    return OutboxEntry(str(message_id or uuid.uuid4()), Topic.MAIL, enterprise_id, revision, at, mail.as_json())


def change_entry(content: str, *, enterprise_id: str, revision: int, at: int) -> OutboxEntry:
    """Return the entry for a change that the facts revision made; `content`: JSON without a national number."""
    return OutboxEntry(str(uuid.uuid4()), Topic.CHANGE, enterprise_id, revision, at, content)


def enqueue(connection: Connection, entries: Iterable[OutboxEntry]) -> None:
    """Put messages into the outbox, within the transaction of the commit they tell of.

    Raises UnstorableError (a text holds NUL, a lone surrogate or a national number), StoreConflictError,
    StoreUnavailableError.
    """
    batch = Batch()
    put(batch, entries)
    with translated_errors():
        batch.run(connection)


def put(batch: Batch, entries: Iterable[OutboxEntry]) -> None:
    """As `enqueue`, by a statement put into a batch of that transaction. Raises UnstorableError."""
    rows = [_row(entry) for entry in entries]
    if rows:
        batch.add(_PUT, *rows)


def when_put(connection: Connection, message_ids: Sequence[str]) -> dict[str, int]:
    """Return when (UTC microseconds) messages were put into the outbox; who is not in it, is not there (any more)."""
    wanted = select(_OUTBOX.c.message_id, _OUTBOX.c.created_at).where(_OUTBOX.c.message_id.in_(message_ids))
    return {row.message_id: row.created_at for row in connection.execute(wanted)}


def _row(entry: OutboxEntry) -> dict[str, Any]:
    if not (storable(entry.content) and storable(entry.enterprise_id)):
        raise UnstorableError("outbox: a text holds NUL or a lone surrogate")
    if holds_national_number(entry.content):
        raise UnstorableError("outbox: a message holds a national number")
    state = OutboxState.FOLLOWED if entry.topic is Topic.CHANGE else OutboxState.PENDING
    return {
        "message_id": entry.message_id,
        "topic": entry.topic.value,
        "enterprise_id": entry.enterprise_id,
        "revision": entry.revision,
        "created_at": entry.created_at,
        "content": entry.content,
        "state": state.value,
        "attempts": 0,
        "due_at": entry.created_at,
        "done_at": None,
        "failure": "",
    }


class Outbox:
    """The outbox of a database. May be used from any thread. Methods raise StoreUnavailableError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_absent(self, entries: Sequence[OutboxEntry]) -> int:
        """Put those messages into the outbox whose id is not there yet, and return how many these are.

        Raises UnstorableError.
        """
        rows = [_row(entry) for entry in entries]
        if not rows:
            return 0
        insertion = (sqlite if self._database.dialect == "sqlite" else postgresql).insert(_OUTBOX)
        with self._database.writing() as connection:
            put = connection.execute(insertion.on_conflict_do_nothing().returning(_OUTBOX.c.message_id), rows)
            return len(put.all())

    def take(self, topic: Topic, limit: int, lease_seconds: float, now: int) -> list[OutboxMessage]:
        """Take up to `limit` messages that are due, the longest due first; nobody else gets them during the lease.

        `now`: UTC microseconds. The clocks of several deliverers must agree to well within a lease.
        """
        until = now + int(lease_seconds * SECOND)
        due = (
            select(_OUTBOX)
            .where(
                _OUTBOX.c.topic == topic.value, _OUTBOX.c.state == OutboxState.PENDING.value, _OUTBOX.c.due_at <= now
            )
            .order_by(_OUTBOX.c.due_at)
            .limit(limit)
            # SQLite has one writer and no such clause; there, the transaction itself keeps the others out.
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            rows = connection.execute(due).all()
            if rows:
                taken = _OUTBOX.c.message_id.in_([row.message_id for row in rows])
                leased = {"due_at": until, "attempts": _OUTBOX.c.attempts + 1}
                connection.execute(update(_OUTBOX).where(taken).values(leased))
        return [_message(row, attempts=row.attempts + 1, due_at=until) for row in rows]

    def done(self, message: OutboxMessage, at: int) -> None:
        """Note that a message that was taken has been delivered, at that instant (UTC microseconds).

        It counts even when the lease has ended meanwhile: what has been sent has been sent.
        """
        this = (_OUTBOX.c.message_id == message.message_id, _OUTBOX.c.state == OutboxState.PENDING.value)
        self._change(*this, state=OutboxState.DONE.value, done_at=at, failure="")

    def failed(self, message: OutboxMessage, failure: str, retry_at: int | None) -> None:
        """Note that a message that was taken could not be delivered, why, and when to try again; None: never (dead).

        `failure`: one line without addresses. When the lease has ended and somebody else has taken the message, that
        one's outcome counts.
        """
        outcome: dict[str, Any] = {"failure": failure}
        if retry_at is None:
            outcome["state"] = OutboxState.DEAD.value
        else:
            outcome["due_at"] = retry_at
        self._change(
            _OUTBOX.c.message_id == message.message_id,
            _OUTBOX.c.state == OutboxState.PENDING.value,
            _OUTBOX.c.attempts == message.attempts,
            **outcome,
        )

    def waiting(self, topic: Topic = Topic.MAIL) -> list[OutboxMessage]:
        """Return what has not been delivered yet and has not been given up, the longest due first."""
        return self._listed(topic, OutboxState.PENDING)

    def dead_letters(self, topic: Topic = Topic.MAIL) -> list[OutboxMessage]:
        """Return what was given up, the longest due first."""
        return self._listed(topic, OutboxState.DEAD)

    def retry(self, message_id: str, now: int) -> bool:
        """Have a dead letter delivered after all, from now (UTC microseconds) on. Return False when it is none."""
        return storable(message_id) and self._revive(now, _OUTBOX.c.message_id == message_id) == 1

    def retry_all(self, now: int, topic: Topic = Topic.MAIL) -> int:
        """Have all dead letters delivered after all, from now (UTC microseconds) on, and return how many there are."""
        return self._revive(now, _OUTBOX.c.topic == topic.value)

    def forget_done(self, before: int, topic: Topic = Topic.MAIL, *, once_before: int | None = None) -> int:
        """Delete what was delivered before that instant (UTC microseconds), and return how much that was.

        `once_before`: of the messages that are to be there once (`mail_entry`), only those put there before this
        instant: as long as one is there, it is not put there again.
        """
        delivered = (_OUTBOX.c.topic == topic.value, _OUTBOX.c.state == OutboxState.DONE.value)
        forgotten = [*delivered, _OUTBOX.c.done_at < before]
        if once_before is not None:
            version = func.substr(_OUTBOX.c.message_id, _VERSION_AT, 1)
            forgotten.append(or_(version != _NAME_BASED, _OUTBOX.c.created_at < once_before))
        with self._database.writing() as connection:
            return connection.execute(delete(_OUTBOX).where(*forgotten)).rowcount

    def changes_since(self, revision: int, limit: int) -> list[OutboxMessage]:
        """Return changes after a facts revision in the order of their revisions: about `limit`, or all there are.

        A revision is never cut: a few more may come, so that the last one's revision is where to go on from. Revisions
        are committed in their order, so none turns up later among those that were read. Within one revision, the order
        means nothing.
        """
        later = (_OUTBOX.c.topic == Topic.CHANGE.value, _OUTBOX.c.revision > revision)
        last = select(_OUTBOX.c.revision).where(*later).order_by(_OUTBOX.c.revision).offset(limit - 1).limit(1)
        order = (_OUTBOX.c.revision, _OUTBOX.c.message_id)
        with self._database.reading() as connection:
            bound = connection.scalar(last)
            wanted = later if bound is None else (*later, _OUTBOX.c.revision <= bound)
            rows = connection.execute(select(_OUTBOX).where(*wanted).order_by(*order)).all()
        return [_message(row) for row in rows]

    def _listed(self, topic: Topic, state: OutboxState) -> list[OutboxMessage]:
        wanted = select(_OUTBOX).where(_OUTBOX.c.topic == topic.value, _OUTBOX.c.state == state.value)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(_OUTBOX.c.due_at, _OUTBOX.c.message_id)).all()
        return [_message(row) for row in rows]

    def _revive(self, now: int, *which: ColumnElement[bool]) -> int:
        dead = _OUTBOX.c.state == OutboxState.DEAD.value
        return self._change(*which, dead, state=OutboxState.PENDING.value, attempts=0, due_at=now)

    def _change(self, *which: ColumnElement[bool], **values: Any) -> int:
        with self._database.writing() as connection:
            return connection.execute(update(_OUTBOX).where(*which).values(values)).rowcount


def _message(row: Row[Any], **changed: Any) -> OutboxMessage:
    values = {**row._mapping, "topic": Topic(row.topic), "state": OutboxState(row.state), **changed}  # noqa: SLF001 - its public name
    return OutboxMessage(**values)
