"""The tables. Every fact stands in two half-open periods of UTC microseconds: valid (in the world), recorded (known).

Rows are only ever added, or closed by setting `recorded_to`. Primary keys end in `recorded_to`: of one fact and one
`valid_from` a single row can be believed (`recorded_to` FOREVER), and as `recorded_at` strictly increases, closed rows
never collide. Arrays are sorted JSON texts. On SQLite all keyed tables are WITHOUT ROWID: the key is the table.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

__all__ = [
    "METADATA",
    "agent",
    "application",
    "audit_checkpoint",
    "audit_record",
    "caller",
    "capacity",
    "channel",
    "contact",
    "directory_approval",
    "directory_entry",
    "directory_lease",
    "directory_run",
    "enterprise",
    "flemish_right",
    "idempotency",
    "key_check",
    "mandate",
    "outbox",
    "person",
    "person_detail",
    "relation",
    "request",
    "revision",
    "revision_counter",
    "sender",
]

METADATA: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_key",
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "fk": "%(table_name)s_of_%(referred_table_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)
# Bytes compare faster than a language's alphabet, and SQLite orders by bytes too.
WORD: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")


def _word(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, WORD, primary_key=key, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _fact(name: str, *columns: Column[str] | Column[int] | Column[bool] | Index) -> Table:
    """Return a table of facts: its own columns (those with `key` first) and the two periods."""
    return Table(
        name,
        METADATA,
        *columns,
        Column("valid_from", BigInteger, primary_key=True, autoincrement=False),
        Column("valid_to", BigInteger, nullable=False),
        Column("recorded_from", BigInteger, nullable=False),
        Column("recorded_to", BigInteger, primary_key=True, autoincrement=False),
        CheckConstraint("valid_from < valid_to", name="valid_once"),
        CheckConstraint("recorded_from < recorded_to", name="recorded_once"),
        sqlite_with_rowid=False,
    )


person: Final = Table(
    "person",
    METADATA,
    _word("person_id", key=True),
    # Text, since questions carry it in JSON, which has no bytes.
    Column("niss_hash", WORD, nullable=False, unique=True),
    Column("niss_encrypted", LargeBinary, nullable=False),
    Column("key_version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The only place with the national number: a keyed hash in hexadecimal, and AES-256-GCM (nonce first)."""

person_detail: Final = _fact(
    "person_detail",
    Column("person_id", WORD, ForeignKey("person.person_id"), primary_key=True),
    _word("first_name"),
    _word("name"),
    _word("language"),
    _flag("has_card"),
    _word("digital_keys"),
)

enterprise: Final = _fact(
    "enterprise",
    _word("enterprise_id", key=True),
    _word("number"),
    _word("name"),
    _word("kind"),
    _word("cbe_status"),
    _number("registered_at", null=True),
    _number("account_active_since", null=True),
    _number("ebox_active_since", null=True),
    _flag("approved_for_service_vouchers"),
    Index(None, "number"),
)

capacity: Final = _fact(
    "capacity",
    _word("capacity_id", key=True),
    _word("enterprise_id"),
    _word("type"),
    _word("domain"),
    _word("identifier_scheme"),
    _word("identifier"),
    Index(None, "enterprise_id"),
)

application: Final = _fact(
    "application",
    _word("code", key=True),
    _word("label"),
    _word("domain"),
    _word("offered_to"),
    _word("mandate_system"),
    _word("mandate_group"),
    _word("channels"),
    Column("minimum_level", Integer, nullable=False),
    Index(None, "mandate_group"),
)

ONLY: Final = {"dialect": "postgresql"}  # SQLite would take this index for reading an enterprise, which is then slower

relation: Final = _fact(
    "relation",
    _word("enterprise_id", key=True),
    _word("person_id", key=True),
    _word("kind", key=True),
    _word("capacity_id", key=True),
    _word("relation_id", key=True),
    _word("object", key=True),
    *map(_word, ("opens", "context", "state", "notes")),
    Index(None, "relation_id"),
    Index(None, "person_id"),
    Index(None, "enterprise_id", "kind", "object", "capacity_id", "person_id", info=ONLY).ddl_if(ONLY["dialect"]),
)
"""THE relation table: all facts of one person in one enterprise are one range of the key."""

mandate: Final = _fact(
    "mandate",
    _word("mandate_id", key=True),
    _word("system"),
    _word("mandator_id"),
    _word("mandatary_id"),
    _word("groups"),
    _number("term_from"),
    _number("term_to"),
    _word("mandator_signed_by"),
    _number("mandator_signed_at", null=True),
    _word("mandatary_signed_by"),
    _number("mandatary_signed_at", null=True),
    _number("ended_at", null=True),
    Index(None, "mandator_id", "mandatary_id"),
    Index(None, "mandatary_id"),
)

sender: Final = _fact(
    "sender",
    _word("sender_id", key=True),
    _word("capacity_id"),
    _word("state"),
    _word("technical_user"),
    _word("contact_person_id"),
    _word("preferred_channels"),
    Index(None, "capacity_id"),
    Index(None, "technical_user"),
)

channel: Final = _fact(
    "channel",
    _word("sender_id", key=True),
    _word("channel", key=True),
    _word("connection_type"),
    _word("state"),
    _word("applications", null=True),
    _word("certificate_serial"),
    _number("certificate_expires_at"),
    _flag("has_ssh_key"),
)

request: Final = _fact(
    "request",
    _word("request_id", key=True),
    _word("ticket"),
    _word("enterprise_id"),
    _word("declared_representative_id"),
    _word("candidate_id"),
    _word("state"),
)

flemish_right: Final = _fact(
    "flemish_right",
    _word("code", key=True),
    _word("label"),
    _word("opens"),
    _flag("requires_approved_enterprise"),
    _word("contexts"),
    Index(None, "opens"),
)

agent: Final = _fact("agent", _word("agent_id", key=True), _word("service"))

contact: Final = _fact(
    "contact",
    _word("owner_kind", key=True),
    _word("owner_id", key=True),
    _word("user_name"),
    _word("title"),
    _word("language"),
    _word("email"),
    _word("local_email"),
    _word("telephone"),
    _number("checked_at", null=True),
    Index(None, "user_name"),
)
"""How a person, the holder of an account or a designation, or a capacity is reached; "" where nothing is known."""

revision: Final = Table(
    "revision",
    METADATA,
    Column("revision", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("recorded_at", BigInteger, nullable=False, unique=True),
)
"""Every facts revision with the instant of its commit; `recorded_at` rises strictly with `revision`."""

revision_counter: Final = Table(
    "revision_counter",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    CheckConstraint("one = 1", name="one_row"),
)
"""The last revision, in one row that whoever records holds locked until the commit: revisions come in commit order."""

caller: Final = Table(
    "caller",
    METADATA,
    _word("name", key=True),
    Column("key_sha256", LargeBinary, nullable=False, unique=True),
    _word("scopes"),
    _word("purpose"),
    Column("created_at", BigInteger, primary_key=True, autoincrement=False),
    _number("ends_at"),
    _number("revoked_at"),
    sqlite_with_rowid=False,
)
"""Callers of the service. Only the hash of a key; `ends_at` and `revoked_at` FOREVER when there is none."""

key_check: Final = Table(
    "key_check",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    _word("fingerprint"),
    CheckConstraint("one = 1", name="one_row"),
)
"""Which keys the identities are under now."""

audit_record: Final = Table(
    "audit_record",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    _word("record"),
    Column("hash", LargeBinary, nullable=False, unique=True),
)
"""The audit log: each record a canonical JSON text that names the hash of the one before; only ever appended to."""

audit_checkpoint: Final = Table(
    "audit_checkpoint",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    _number("signed_at"),
    Column("hash", LargeBinary, nullable=False),
    _word("key_id"),
    Column("signature", LargeBinary, nullable=False),
)
"""Signed statements "the log had this many records, and this was the hash of the last" (Ed25519)."""

outbox: Final = Table(
    "outbox",
    METADATA,
    _word("message_id", key=True),
    _word("topic"),
    _word("enterprise_id"),
    _number("revision"),
    _number("created_at"),
    _word("content"),
    _word("state"),
    Column("attempts", Integer, nullable=False),
    _number("due_at"),
    _number("done_at", null=True),
    _word("failure"),
    Index(None, "topic", "state", "due_at"),
    Index(None, "topic", "revision"),
    sqlite_with_rowid=False,
)
"""What is to be told to others because of a commit, written in it: e-mails, and changes for those who follow them."""

idempotency: Final = Table(
    "idempotency",
    METADATA,
    _word("actor", key=True),
    _word("key_hash", key=True),
    _word("request_hash"),
    _number("created_at"),
    _word("outcome"),
    Index(None, "created_at"),
    sqlite_with_rowid=False,
)
"""Commands that were carried out under an Idempotency-Key, with what was answered; no key and no request in clear."""

directory_entry: Final = Table(
    "directory_entry",
    METADATA,
    _word("target", key=True),
    _word("key", key=True),
    _word("entry_id"),
    _word("dn"),
    _word("place"),
    _word("state"),
    Column("members", LargeBinary, nullable=False),
    _number("written_at"),
)
"""Which entries of a directory are ours, where they were put, and keyed digests of what was written there."""

directory_run: Final = Table(
    "directory_run",
    METADATA,
    _word("run_id", key=True),
    _word("target"),
    _number("started_at"),
    _number("ended_at", null=True),
    _number("revision"),
    _word("policy"),
    _word("outcome"),
    _word("token"),
    _word("counts"),
    _word("failures"),
    Index(None, "target", "started_at"),
    sqlite_with_rowid=False,
)
"""Runs that wrote, or would have written, to a directory; `counts` and `failures` are JSON texts."""

directory_approval: Final = Table(
    "directory_approval",
    METADATA,
    _word("target", key=True),
    _word("digest", key=True),
    Column("approved_at", BigInteger, primary_key=True, autoincrement=False),
    _word("approved_by"),
    _number("until"),
    _number("used_at", null=True),
    sqlite_with_rowid=False,
)
"""Who lets a plan be carried out once although it goes beyond the limits of its target."""

directory_lease: Final = Table(
    "directory_lease",
    METADATA,
    _word("target", key=True),
    _word("holder"),
    _number("until"),
    sqlite_with_rowid=False,
)
"""Who may write to a directory now: one at a time."""
