"""How Alembic runs here: on the connection, in the transaction, that authz_service.store.schema hands over."""

from __future__ import annotations

from alembic import context

from authz_service.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    transaction_per_migration=False,
)
# Two services may start a migration at once; the second waits for the first, then finds nothing to do.
if context.get_bind().dialect.name == "postgresql":
    context.get_bind().exec_driver_sql("SELECT pg_advisory_xact_lock(7249105603418852)")
context.run_migrations()
