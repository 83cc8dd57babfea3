"""What is remembered of directories: their entries that are ours, runs, approvals, who may write now.

Written out rather than taken from the tables of today, which later migrations will have changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, WORD, nullable=False) for name in names]


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def upgrade() -> None:
    op.create_table(
        "directory_entry",
        *_words("target", "key", "entry_id", "dn", "place", "state"),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        _number("written_at"),
        sa.PrimaryKeyConstraint("target", "key", name=op.f("directory_entry_key")),
    )
    op.create_table(
        "directory_run",
        *_words("run_id", "target"),
        _number("started_at"),
        _number("ended_at", null=True),
        _number("revision"),
        *_words("policy", "outcome", "token", "counts", "failures"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("directory_run_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("directory_run_by_target_started_at"), "directory_run", ["target", "started_at"])
    op.create_table(
        "directory_approval",
        *_words("target", "digest"),
        _number("approved_at"),
        *_words("approved_by"),
        _number("until"),
        _number("used_at", null=True),
        sa.PrimaryKeyConstraint("target", "digest", "approved_at", name=op.f("directory_approval_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "directory_lease",
        *_words("target", "holder"),
        _number("until"),
        sa.PrimaryKeyConstraint("target", name=op.f("directory_lease_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("mandate_by_mandatary_id"), "mandate", ["mandatary_id"])


def downgrade() -> None:
    op.drop_index(op.f("mandate_by_mandatary_id"), "mandate")
    for name in ("directory_lease", "directory_approval", "directory_run", "directory_entry"):
        op.drop_table(name)
