"""Tables: up, down and up again; what is migrated is what the program believes to have."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from authz_service.store import schema, tables
from authz_service.store.database import Database
from authz_service.store.errors import SchemaOutdatedError, StoreError, StoreUnavailableError
from authz_service.store.keys import KeyRing
from tests.store import elsewhere
from tests.store.facts import EVERYTHING, load


def _names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def _described(engine: Engine) -> list[str]:
    """Every table as the database itself tells it, in one form for a made and a migrated one."""
    if engine.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
        with engine.connect() as connection:
            texts = connection.exec_driver_sql(query).scalars().all()
        # The order of constraints in a CREATE TABLE says nothing.
        return sorted(str(sorted(part.strip(" ,\t\n()") for part in text.splitlines())) for text in texts)
    query = """
        SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || coalesce(collation_name, '') || ' ' || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace"""
    with engine.connect() as connection:
        return sorted(row for row in connection.exec_driver_sql(query).scalars() if "alembic_version" not in row)


def test_up_down_and_up_again(database: Database) -> None:
    engine = database.engine
    assert _names(engine) == set(tables.METADATA.tables)
    assert schema.current(engine) == schema.needed()
    schema.downgrade(engine)
    assert _names(engine) == set()
    assert schema.current(engine) is None
    database.upgrade()
    assert _names(engine) == set(tables.METADATA.tables)
    assert load(database, EVERYTHING) == 1


def test_alembic_sees_no_difference(database: Database) -> None:
    def is_for_this(thing: Any, *_: object) -> bool:
        return bool(thing.info.get("dialect", database.dialect) == database.dialect)

    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "target_metadata": tables.METADATA}
        context = MigrationContext.configure(connection, opts={**options, "include_object": is_for_this})
        assert compare_metadata(context, tables.METADATA) == []


def test_migrated_tables_are_those_the_models_make(database: Database) -> None:
    migrated = _described(database.engine)
    schema.downgrade(database.engine)
    with database.engine.begin() as connection:
        tables.METADATA.create_all(connection)
    assert _described(database.engine) == migrated


def test_upgrades_at_the_same_time(database_url: str, key_ring: KeyRing, connect: Callable[[], Database]) -> None:
    with elsewhere.processes(4) as processes:
        for done in [processes.submit(elsewhere.upgrade, database_url, key_ring.path) for _ in range(4)]:
            done.result()
    database = connect()
    database.check()
    assert load(database, EVERYTHING) == 1


def test_a_failed_upgrade_leaves_nothing(connect: Callable[[], Database]) -> None:
    database = connect()
    with database.engine.begin() as connection:
        tables.agent.create(connection)  # in the way of the migration
    with pytest.raises(StoreUnavailableError):
        database.upgrade()
    assert _names(database.engine) == {"agent"}


def test_check_refuses_other_tables(connect: Callable[[], Database]) -> None:
    database = connect()
    with pytest.raises(SchemaOutdatedError):
        database.check()
    database.upgrade()
    database.check()


def test_a_new_sqlite_file_is_private(tmp_path: Path, key_ring: KeyRing) -> None:
    path = tmp_path / "var" / "authz.db"
    database = Database(f"sqlite:///{path}", key_ring)
    database.upgrade()
    database.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://root:hush@host/name"])
def test_other_urls_are_refused_and_not_shown(url: str, key_ring: KeyRing) -> None:
    with pytest.raises(StoreError) as refusal:
        Database(url, key_ring)
    assert "hush" not in str(refusal.value)


def test_nobody_there(key_ring: KeyRing) -> None:
    database = Database("postgresql+psycopg://authz:hush@127.0.0.1:1/nothing", key_ring)
    for use in (database.check, database.upgrade, lambda: database.query("SELECT 1", ())):
        with pytest.raises(StoreUnavailableError) as refusal:
            use()
        assert "hush" not in str(refusal.value)
        assert refusal.value.__cause__ is None


def test_parameters_are_in_no_message(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError) as failure, database.engine.begin() as connection:
        connection.execute(sqlalchemy.text("SELECT no_such_column, :secret FROM agent"), {"secret": "71031490293"})
    assert "71031490293" not in str(failure.value)
