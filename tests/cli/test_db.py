"""`authz db`."""

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import WORLD, Program, Result

ASK = ("decide", "-", "--at", "2024-03-15")
QUESTION = """{"subject": {"type": "person", "id": "85091291489", "properties": {"acting_for": "0999010126"}},
 "action": {"name": "list_users"}, "resource": {"type": "capacity", "id": "alpha.nsso"},
 "context": {"authentication_means": "eid"}}"""


def test_upgrade_makes_the_database_and_the_key_file_once(program_on_each: Program, tmp_path: Path) -> None:
    first = program_on_each.run("db", "upgrade")
    key_file = tmp_path / "authz.key"
    assert first.code == 0
    assert str(key_file) in first.err
    assert key_file.stat().st_mode & 0o777 == 0o600
    keys = key_file.read_bytes()

    again = program_on_each.run("db", "upgrade")
    assert (again.code, again.err) == (0, "")
    assert key_file.read_bytes() == keys


def test_the_database_file_and_the_key_files_are_their_owners(
    in_process: Callable[..., Result], program: Program, tmp_path: Path
) -> None:
    in_process(program, "db", "upgrade")
    made = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert made == {"authz.db": 0o600, "authz.key": 0o600, "authz.audit.pem": 0o600}


def test_rotated_keys_find_the_same_persons(
    in_process: Callable[..., Result], program_on_each: Program, tmp_path: Path
) -> None:
    in_process(program_on_each, "db", "upgrade")
    in_process(program_on_each, "facts", "load", str(WORLD))
    before = (tmp_path / "authz.key").read_bytes()

    assert "version 2" in program_on_each.succeeds("db", "rotate-keys")

    assert (tmp_path / "authz.key").read_bytes() != before
    assert in_process(program_on_each, *ASK, stdin=QUESTION).code == 0


def test_another_databases_key_file_is_refused(
    in_process: Callable[..., Result], program_on_each: Program, tmp_path: Path
) -> None:
    in_process(program_on_each, "db", "upgrade")
    other = program_on_each.having(KEY_FILE=tmp_path / "other.key")
    (tmp_path / "other.key").write_text(
        f'{{"format": 1, "keys": [{{"version": 1, "hash": "{"0" * 64}", "encryption": "{"1" * 64}"}}]}}'
    )
    (tmp_path / "other.key").chmod(0o600)
    assert in_process(other, "caller", "list").is_one_line_error(1, "other.key")
    assert in_process(other, "db", "upgrade").is_one_line_error(1, "other.key")
