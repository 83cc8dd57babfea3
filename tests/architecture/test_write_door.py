"""F01: whatever way in is taken, facts and callers are written behind the write door, which asks the policy.

That services/authority alone imports the writing side is held by the walls (`make check`); here it is held that nothing
else has one of its own.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "authz_service"
CHANGING = {"insert", "update", "delete", "text"}
"""What SQLAlchemy is told to change rows with; `text` could say anything."""
BEHIND_THE_DOOR = {"store/writing.py", "store/bulk_writing.py", "store/caller_writing.py", "store/idempotency.py"}
NO_FACTS = {"store/audit_log.py", "store/directories.py", "store/outbox.py", "store/rotation.py"}
"""Write other tables: the log and the outbox within the door's transaction, delivery and sync their progress, rotation
the seals."""
TRANSACTIONS = {
    "store/writing.py",
    "store/outbox.py",
    "store/directories.py",
    "store/rotation.py",
    "store/database.py",
    "store/schema.py",
}
"""Begin a transaction that writes."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith("store/migrations/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported_from_sqlalchemy(tree: ast.Module) -> set[str]:
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }


def called(tree: ast.Module) -> set[str]:
    return {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def tables_named(tree: ast.Module) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tables"
    }


def test_rows_are_changed_in_few_places() -> None:
    changing = {name for name, tree in modules() if imported_from_sqlalchemy(tree) & CHANGING}
    assert changing == BEHIND_THE_DOOR | NO_FACTS


def test_transactions_that_write_begin_in_few_places() -> None:
    store = {name: called(tree) for name, tree in modules() if name.startswith("store/")}
    assert {name for name, calls in store.items() if calls & {"writing", "begin", "begin_nested"}} <= TRANSACTIONS
    outside = {name: called(tree) for name, tree in modules() if not name.startswith("store/")}
    assert [name for name, calls in outside.items() if calls & {"writing", "begin_nested"}] == []


@pytest.mark.parametrize("name", sorted(NO_FACTS))
def test_what_writes_beside_the_door_names_no_table_of_facts_or_callers(name: str) -> None:
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    beside = {"audit_record", "audit_checkpoint", "outbox", "revision_counter", "key_check"}
    beside |= {"directory_approval", "directory_entry", "directory_lease", "directory_run"}
    seals = {"person"} if name == "store/rotation.py" else set()
    assert tables_named(tree) <= beside | seals


def test_raw_statements_are_made_where_settings_of_a_connection_are() -> None:
    raw = {name for name, tree in modules() if called(tree) & {"exec_driver_sql"}}
    # Loading in bulk, behind the door, has settings of its own for its transaction.
    assert raw <= {"store/database.py", "store/bulk_writing.py"}
