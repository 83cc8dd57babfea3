"""Facts in two times, identities, revisions, callers, the key check.

Written out rather than taken from the tables of today, which later migrations will have changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _word(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, WORD, nullable=null)


def _words(*names: str) -> list[sa.Column[str]]:
    return [_word(name) for name in names]


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _fact(
    name: str,
    key: list[str],
    columns: list[sa.Column[str] | sa.Column[int] | sa.Column[bool]],
    indexes: tuple[tuple[str, ...], ...] = (),
    constraints: tuple[sa.Constraint, ...] = (),
) -> None:
    op.create_table(
        name,
        *_words(*key),
        *columns,
        *(_number(period) for period in ("valid_from", "valid_to", "recorded_from", "recorded_to")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f(f"{name}_valid_once")),
        sa.CheckConstraint("recorded_from < recorded_to", name=op.f(f"{name}_recorded_once")),
        sa.PrimaryKeyConstraint(*key, "valid_from", "recorded_to", name=op.f(f"{name}_key")),
        *constraints,
        sqlite_with_rowid=False,
    )
    for index in indexes:
        op.create_index(op.f(f"{name}_by_{'_'.join(index)}"), name, list(index))


def upgrade() -> None:
    _keep_identities()
    _keep_enterprises()
    _keep_mandates_and_senders()
    _keep_catalogue()
    _keep_house()


def _keep_identities() -> None:
    op.create_table(
        "person",
        *_words("person_id", "niss_hash"),
        sa.Column("niss_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("person_key")),
        sa.UniqueConstraint("niss_hash", name=op.f("person_one_niss_hash")),
        sqlite_with_rowid=False,
    )
    _fact(
        "person_detail",
        ["person_id"],
        [*_words("first_name", "name", "language"), _flag("has_card"), _word("digital_keys")],
        constraints=(
            sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("person_detail_of_person")),
        ),
    )


def _keep_enterprises() -> None:
    _fact(
        "enterprise",
        ["enterprise_id"],
        [
            *_words("number", "name", "kind", "cbe_status"),
            *(_number(name, null=True) for name in ("registered_at", "account_active_since", "ebox_active_since")),
            _flag("approved_for_service_vouchers"),
        ],
        (("number",),),
    )
    _fact(
        "capacity",
        ["capacity_id"],
        [*_words("enterprise_id", "type", "domain", "identifier_scheme", "identifier")],
        (("enterprise_id",),),
    )
    _fact(
        "relation",
        ["enterprise_id", "person_id", "kind", "capacity_id", "relation_id", "object"],
        [*_words("opens", "context", "state", "notes")],
        (("relation_id",), ("person_id",)),
    )
    _fact(
        "request",
        ["request_id"],
        [*_words("ticket", "enterprise_id", "declared_representative_id", "candidate_id", "state")],
    )
    _fact("agent", ["agent_id"], [_word("service")])


def _keep_mandates_and_senders() -> None:
    _fact(
        "mandate",
        ["mandate_id"],
        [
            *_words("system", "mandator_id", "mandatary_id", "groups"),
            _number("term_from"),
            _number("term_to"),
            _word("mandator_signed_by"),
            _number("mandator_signed_at", null=True),
            _word("mandatary_signed_by"),
            _number("mandatary_signed_at", null=True),
            _number("ended_at", null=True),
        ],
        (("mandator_id", "mandatary_id"),),
    )
    _fact(
        "sender",
        ["sender_id"],
        [*_words("capacity_id", "state", "technical_user", "contact_person_id", "preferred_channels")],
        (("capacity_id",), ("technical_user",)),
    )
    _fact(
        "channel",
        ["sender_id", "channel"],
        [
            *_words("connection_type", "state"),
            _word("applications", null=True),
            _word("certificate_serial"),
            _number("certificate_expires_at"),
            _flag("has_ssh_key"),
        ],
    )


def _keep_catalogue() -> None:
    _fact(
        "application",
        ["code"],
        [
            *_words("label", "domain", "offered_to", "mandate_system", "mandate_group", "channels"),
            sa.Column("minimum_level", sa.Integer(), nullable=False),
        ],
        (("mandate_group",),),
    )
    _fact(
        "flemish_right",
        ["code"],
        [*_words("label", "opens"), _flag("requires_approved_enterprise"), _word("contexts")],
        (("opens",),),
    )


def _keep_house() -> None:
    op.create_table(
        "revision",
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False),
        _number("recorded_at"),
        sa.PrimaryKeyConstraint("revision", name=op.f("revision_key")),
        sa.UniqueConstraint("recorded_at", name=op.f("revision_one_recorded_at")),
    )
    counter = op.create_table(
        "revision_counter",
        sa.Column("one", sa.Integer(), autoincrement=False),
        _number("revision"),
        _number("recorded_at"),
        sa.PrimaryKeyConstraint("one", name=op.f("revision_counter_key")),
        sa.CheckConstraint("one = 1", name=op.f("revision_counter_one_row")),
    )
    op.execute(counter.insert().values(one=1, revision=0, recorded_at=0))
    op.create_table(
        "caller",
        _word("name"),
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        *_words("scopes", "purpose"),
        _number("created_at"),
        _number("ends_at"),
        _number("revoked_at"),
        sa.PrimaryKeyConstraint("name", "created_at", name=op.f("caller_key")),
        sa.UniqueConstraint("key_sha256", name=op.f("caller_one_key_sha256")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "key_check",
        sa.Column("one", sa.Integer(), autoincrement=False),
        _word("fingerprint"),
        sa.PrimaryKeyConstraint("one", name=op.f("key_check_key")),
        sa.CheckConstraint("one = 1", name=op.f("key_check_one_row")),
    )


def downgrade() -> None:
    for name in (
        *("key_check", "caller", "revision_counter", "revision"),
        *("flemish_right", "application", "channel", "sender", "mandate"),
        *("agent", "request", "relation", "capacity", "enterprise", "person_detail", "person"),
    ):
        op.drop_table(name)
