"""`authz policy book`."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from authz_service.services.messages import LANGUAGES
from tests.cli.conftest import PROJECT, Program, Result

InProcess = Callable[..., Result]


@pytest.fixture
def untrue(tmp_path: Path) -> Program:
    """The program with a policy that lets a person have two accounts in a capacity."""
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    for file in folder.glob("cases/*.yaml"):
        text = file.read_text("utf-8").replace("../../config/", f"{PROJECT}/config/")
        file.write_text(text, "utf-8")
    file = folder / "capacities.polar"
    text = file.read_text("utf-8").replace("standing.candidate_has_account = false", "standing.readable = true")
    file.write_text(text, "utf-8")
    return Program().having(POLICY_DIR=folder)


@pytest.mark.slow
def test_the_same_policy_gives_the_same_bytes_in_every_language_and_process(
    in_process: InProcess, tmp_path: Path
) -> None:
    first, second = tmp_path / "new" / "book", tmp_path / "second"
    told = in_process(Program(), "policy", "book", "--output", str(first), "--json").json
    names = [f"policy-book.{language}.html" for language in LANGUAGES]
    assert told["pages"] == [str(first / name) for name in names]
    assert sorted(path.name for path in first.iterdir()) == sorted(names)
    assert all(told["policy"] in (first / name).read_text("utf-8") for name in names)

    others = Program().with_variable("PYTHONHASHSEED", "7")
    out = others.succeeds("policy", "book", "--language", "fr", "--language", "nl", "--output", str(second))
    assert out.splitlines() == [str(second / "policy-book.fr.html"), str(second / "policy-book.nl.html")]
    for path in second.iterdir():
        assert path.read_bytes() == (first / path.name).read_bytes()


@pytest.mark.slow
def test_a_switch_changes_the_revision_and_the_table(in_process: InProcess, tmp_path: Path) -> None:
    switched = Program().with_variable("AUTHZ_POLICY__SWITCHES__REPRESENTATIVE_MANAGES_RIGHTS", "on")
    cells = []
    for program, name in ((Program(), "off"), (switched, "on")):
        cases = tmp_path / f"cases-{name}"
        cases.mkdir()
        kept = (PROJECT / "policies" / "cases" / "own_record.yaml").read_text("utf-8")
        (cases / "own_record.yaml").write_text(kept.replace("../../config/", f"{PROJECT}/config/"), "utf-8")
        folder = tmp_path / name
        told = in_process(program, "policy", "book", "--language", "en", "--output", str(folder), "--cases", str(cases))
        assert told.code == 0, told
        page = (folder / "policy-book.en.html").read_text("utf-8")
        row = re.search(r'data-action="link_person".*?<td class="(\w+)"', page, re.DOTALL)
        assert row is not None
        cells.append(row[1])
    assert cells == ["no", "yes"]


def test_a_policy_that_answers_a_case_otherwise_gets_no_book(
    in_process: InProcess, untrue: Program, tmp_path: Path
) -> None:
    told = in_process(untrue, "policy", "book", "--output", str(tmp_path / "book"))
    assert told.is_one_line_error(1, "C577", "authz policy test")
    assert not (tmp_path / "book").exists()


def test_a_language_that_there_is_none_of(in_process: InProcess) -> None:
    assert in_process(Program(), "policy", "book", "--language", "es").is_one_line_error(2, "--language", "nl")


def test_a_file_without_settled_questions(in_process: InProcess, tmp_path: Path) -> None:
    empty = tmp_path / "empty.md"
    empty.touch()
    asked = ("policy", "book", "--readings", str(empty), "--output", str(tmp_path))
    assert in_process(Program(), *asked).is_one_line_error(1, "no reading")
