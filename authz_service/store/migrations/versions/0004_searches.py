"""Who holds what of one kind in an enterprise: the index by which searches find their candidates in PostgreSQL.

SQLite takes it for reading an enterprise, too, which makes that twice as slow.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

NAME = "relation_by_enterprise_id_kind_object_capacity_id_person_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f(NAME), "relation", ["enterprise_id", "kind", "object", "capacity_id", "person_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(op.f(NAME), "relation")
