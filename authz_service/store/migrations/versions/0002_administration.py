"""What administration keeps: contacts, the audit log, the outbox, commands carried out under a key.

Written out rather than taken from the tables of today, which later migrations will have changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, WORD, nullable=False) for name in names]


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def _sequence() -> sa.Column[int]:
    return sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False)


def _octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    _keep_contacts()
    _keep_audit_log()
    _keep_outbox()
    op.create_table(
        "idempotency",
        *_words("actor", "key_hash", "request_hash"),
        _number("created_at"),
        *_words("outcome"),
        sa.PrimaryKeyConstraint("actor", "key_hash", name=op.f("idempotency_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("idempotency_by_created_at"), "idempotency", ["created_at"])


def _keep_contacts() -> None:
    op.create_table(
        "contact",
        *_words("owner_kind", "owner_id", "user_name", "title", "language", "email", "local_email", "telephone"),
        _number("checked_at", null=True),
        *(_number(period) for period in ("valid_from", "valid_to", "recorded_from", "recorded_to")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("contact_valid_once")),
        sa.CheckConstraint("recorded_from < recorded_to", name=op.f("contact_recorded_once")),
        sa.PrimaryKeyConstraint("owner_kind", "owner_id", "valid_from", "recorded_to", name=op.f("contact_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("contact_by_user_name"), "contact", ["user_name"])


def _keep_audit_log() -> None:
    op.create_table(
        "audit_record",
        _sequence(),
        *_words("record"),
        _octets("hash"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("audit_record_key")),
        sa.UniqueConstraint("hash", name=op.f("audit_record_one_hash")),
    )
    op.create_table(
        "audit_checkpoint",
        _sequence(),
        _number("signed_at"),
        _octets("hash"),
        *_words("key_id"),
        _octets("signature"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("audit_checkpoint_key")),
    )


def _keep_outbox() -> None:
    op.create_table(
        "outbox",
        *_words("message_id", "topic", "enterprise_id"),
        _number("revision"),
        _number("created_at"),
        *_words("content", "state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _number("due_at"),
        _number("done_at", null=True),
        *_words("failure"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("outbox_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("outbox_by_topic_state_due_at"), "outbox", ["topic", "state", "due_at"])
    op.create_index(op.f("outbox_by_topic_revision"), "outbox", ["topic", "revision"])


def downgrade() -> None:
    for name in ("idempotency", "outbox", "audit_checkpoint", "audit_record", "contact"):
        op.drop_table(name)
