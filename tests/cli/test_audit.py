"""`authz audit`."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy

from tests.cli.conftest import Program, Result


@pytest.fixture
def audited(in_process: Callable[..., Result], program_on_each: Program) -> Callable[..., Result]:
    """Run commands on an installation where three were recorded."""
    run = partial(in_process, program_on_each)
    assert run("db", "upgrade").code == 0
    for name in ("portal", "reporting", "console"):
        assert run("caller", "add", name, "--scope", "decide").code == 0
    return run


def _execute(database_url: str, statement: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def test_a_log_as_it_was_written_is_whole(audited: Callable[..., Result]) -> None:
    told = audited("audit", "verify")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("the log is whole: 3 records, 3 checkpoints; the last is 3, its hash ")
    said = audited("audit", "verify", "--json").json
    assert said == {
        "whole": True,
        "records": 3,
        "checkpoints": 3,
        "last": 3,
        "hash": told.out.split()[-1],
        "fault_count": 0,
        "faults": [],
    }


def test_a_log_that_was_tampered_with_ends_with_1_and_names_the_record(
    audited: Callable[..., Result], database_url: str
) -> None:
    _execute(database_url, "DELETE FROM audit_record WHERE sequence = 2")
    told = audited("audit", "verify")
    assert (told.code, told.out) == (1, "record 2: missing\n")
    assert told.err == "authz: the log is not whole: 1 fault in 2 records, 3 checkpoints\n"
    said = audited("audit", "verify", "--json")
    assert said.code == 1
    assert said.json["whole"] is False
    assert said.json["faults"] == [{"kind": "missing", "first": 2, "last": 2, "message": "record 2: missing"}]


def test_an_export_is_private_and_verifies_where_there_is_no_database(
    audited: Callable[..., Result], in_process: Callable[..., Result], tmp_path: Path
) -> None:
    file, key = tmp_path / "log.ndjson", tmp_path / "public.pem"
    exported = audited("audit", "export", "-o", str(file))
    assert (exported.code, exported.out, exported.err) == (0, "", "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert audited("audit", "export").out == file.read_text()
    key.write_text(audited("audit", "public-key").out)

    offline = partial(in_process, Program().having(DATABASE_URL="sqlite:////nowhere/at/all.db"))
    told = offline("audit", "verify", str(file), "--public-key", str(key))
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("the log is whole: 3 records")
    assert "--public-key" in offline("audit", "verify", str(file)).err, "who trusts the export's own keys is told so"

    file.write_text(file.read_text().replace("reporting", "reportinG"))
    told = offline("audit", "verify", str(file), "--public-key", str(key))
    assert (told.code, told.out.partition(":")[0]) == (1, "record 2")


def test_a_part_of_the_log_can_be_exported(audited: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "log.ndjson"
    file.write_text(audited("audit", "export", "--since", "2").out)
    assert [json.loads(line).get("sequence") for line in file.read_text().splitlines()] == [None, 2, 2, 3, 3, None]
    assert audited("audit", "verify", str(file)).code == 0
    assert audited("audit", "export", "--since", "0").is_one_line_error(2, "--since")


def test_a_kept_checkpoint_tells_of_a_tail_that_was_cut_off_with_its_checkpoints(
    audited: Callable[..., Result], database_url: str, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    kept.write_text(audited("audit", "checkpoint").out)
    assert json.loads(kept.read_text()) == audited("audit", "checkpoint", "--json").json
    assert audited("audit", "verify", "--checkpoint", str(kept)).code == 0

    _execute(database_url, "DELETE FROM audit_record WHERE sequence > 1")
    _execute(database_url, "DELETE FROM audit_checkpoint WHERE sequence > 1")
    assert audited("audit", "verify").code == 0
    told = audited("audit", "verify", "--checkpoint", str(kept))
    assert (told.code, told.out.partition(":")[0]) == (1, "records 2 to 3")


def test_a_log_is_whole_under_a_new_key_to_who_has_the_public_key_of_the_old(
    audited: Callable[..., Result], tmp_path: Path
) -> None:
    old = tmp_path / "old.pem"
    old.write_text(audited("audit", "public-key").out)
    (tmp_path / "authz.audit.pem").unlink()
    assert audited("audit", "verify").is_one_line_error(1, "authz.audit.pem", "authz db upgrade")
    assert audited("audit", "verify", "--public-key", str(old)).code == 0
    assert "authz.audit.pem" in audited("db", "upgrade").err
    assert audited("audit", "verify").code == 1
    assert audited("audit", "verify", "--public-key", str(old)).code == 0
    assert audited("audit", "public-key", "--json").json["public_key"] != old.read_text()


def test_where_nothing_was_recorded_there_is_no_checkpoint(in_process: Callable[..., Result], program: Program) -> None:
    run = partial(in_process, program)
    run("db", "upgrade")
    assert run("audit", "checkpoint").is_one_line_error(1, "nothing was recorded")
    assert run("audit", "verify").out == "the log is whole: 0 records, 0 checkpoints\n"


def test_who_may_not_read_the_log_is_refused(audited: Callable[..., Result], program_on_each: Program) -> None:
    others = {"OPERATORS__COMMAND_LINE": '["admin"]'}
    for verb in ("verify", "export", "checkpoint"):
        assert program_on_each.having(**others).run("audit", verb).is_one_line_error(1)


@pytest.mark.parametrize("option", ["--checkpoint", "--public-key"])
def test_a_file_that_is_not_what_it_should_be_is_told_in_one_line(
    audited: Callable[..., Result], tmp_path: Path, option: str
) -> None:
    file = tmp_path / "file"
    file.write_text("{}")
    assert audited("audit", "verify", option, str(file)).is_one_line_error(1)
    assert audited("audit", "verify", str(file)).is_one_line_error(1, "does not begin as an export")
    assert audited("audit", "verify", option, str(tmp_path / "none")).is_one_line_error(2)


def test_the_signing_key_is_its_owners_and_made_once(
    in_process: Callable[..., Result], program_on_each: Program, tmp_path: Path
) -> None:
    first = in_process(program_on_each, "db", "upgrade")
    key = tmp_path / "authz.audit.pem"
    assert str(key) in first.err
    assert key.stat().st_mode & 0o777 == 0o600
    made = key.read_bytes()
    assert in_process(program_on_each, "db", "upgrade").err == ""
    assert key.read_bytes() == made

    key.chmod(0o644)
    assert in_process(program_on_each, "db", "upgrade").is_one_line_error(1, "chmod 600", str(key))
