"""`authz policy matrix`."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Program, Result

CARLA, ALPHA = "85091291489", "0999010126"
OF_ALPHA = ["policy", "matrix", "--enterprise", ALPHA, "--at", "2024-03-15"]
OF_FINANCE = ["policy", "matrix", "--capacity", "alpha.finance", "--at", "2024-03-15"]


def test_who_may_do_what_in_an_enterprise_and_why(loaded: Program) -> None:
    text = loaded.succeeds(*OF_FINANCE)
    assert text.startswith("0999010126 Alpha Bouw NV\nas of 2024-03-15T11:00:00Z, from facts 1 and policy ")
    assert "because: chief access manager ds02 since 2023-06-01 (" in text
    assert CARLA not in text


def test_the_matrix_of_a_person_named_on_standard_input(in_process: Callable[..., Result], loaded: Program) -> None:
    asked = ["policy", "matrix", "--person", "-", "--at", "2024-03-15", "--format", "csv"]
    told = in_process(loaded, *asked, stdin=f"{CARLA}\n")
    assert told.code == 0
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert {row["person_name"] for row in rows} == {"Carla Claes"}
    by_id = in_process(loaded, "policy", "matrix", "--person", rows[0]["person"], *asked[4:])
    assert by_id.out == told.out


@pytest.mark.parametrize("form", ["csv", "html", "json", "table"])
def test_a_file_instead_of_standard_output(
    in_process: Callable[..., Result], loaded: Program, tmp_path: Path, form: str
) -> None:
    printed = in_process(loaded, *OF_FINANCE, "--format", form)
    file = tmp_path / f"matrix.{form}"
    told = in_process(loaded, *OF_FINANCE, "--format", form, "--output", str(file))
    assert (told.code, told.out, told.err) == (0, "", "")
    assert file.read_bytes().decode() == printed.out


def test_a_spreadsheet(in_process: Callable[..., Result], loaded: Program, tmp_path: Path) -> None:
    file = tmp_path / "matrix.xlsx"
    assert in_process(loaded, *OF_FINANCE, "--format", "xlsx", "--output", str(file)).code == 0
    with zipfile.ZipFile(file) as book:
        assert b"list_users" in book.read("xl/worksheets/sheet1.xml")


def test_as_it_was_known_then(in_process: Callable[..., Result], loaded: Program) -> None:
    now = in_process(loaded, *OF_FINANCE, "--format", "json")
    assert in_process(loaded, *OF_FINANCE, "--known-at", "9999-01-01", "--format", "json").out == now.out
    assert json.loads(now.out)[0]["at"] == "2024-03-15T11:00:00Z"
    then = in_process(loaded, *OF_FINANCE, "--known-at", "2001-01-01")
    assert then.is_one_line_error(1, "no enterprise that was in force then is concerned")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--enterprise", "0999010127"], 2, "--enterprise: enterprise number: "),
        (["--person", "85091291480"], 2, "--person: neither the id of a person nor a national number"),
        (["--at", "yesterday"], 2, "--at: neither a date"),
        (["--known-at", "soon"], 2, "--known-at: neither a date"),
        (["--format", "pdf"], 2, "--format"),
        (["--capacity", "nowhere"], 1, "no enterprise that was in force then is concerned"),
        (["--enterprise", ALPHA, "--at", "1900-01-01", "--capacity", "alpha.nsso"], 1, "no enterprise"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_can_get_wrong(
    in_process: Callable[..., Result], loaded: Program, options: list[str], code: int, words: str
) -> None:
    assert in_process(loaded, "policy", "matrix", *options).is_one_line_error(code, words)


def test_an_operator_without_the_audit_scope_is_refused(in_process: Callable[..., Result], loaded: Program) -> None:
    limited = loaded.having(OPERATORS__COMMAND_LINE='["admin", "sync"]')
    assert in_process(limited, *OF_ALPHA).is_one_line_error(1, "audit")
