"""`authz facts`."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from tests.cli.conftest import WORLD, Program, Result

ELEVEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")


def test_load_is_all_or_nothing_and_the_same_file_changes_nothing(
    in_process: Callable[..., Result], program_on_each: Program, tmp_path: Path
) -> None:
    run = partial(in_process, program_on_each)
    assert run("db", "upgrade").code == 0
    checked = run("facts", "load", str(WORLD), "--dry-run", "--json").json
    assert checked["added"] > 200
    assert (checked["revision"], checked["dry_run"]) == (0, True)

    loaded = program_on_each.run("facts", "load", str(WORLD), "--json").json
    assert loaded == {**checked, "revision": 1, "dry_run": False}

    again = run("facts", "load", str(WORLD)).out
    assert again.startswith(f"0 records added, 0 closed, {checked['added']} known already; facts revision 1")

    exported = tmp_path / "world.yaml"
    assert run("facts", "export", "--output", str(exported)) == Result(0, "", "")
    assert exported.stat().st_mode & 0o777 == 0o600
    assert run("facts", "load", str(exported), "--json").json["added"] == 0
    as_json = tmp_path / "world.json"
    as_json.write_text(run("facts", "export", "--json").out, "utf-8")
    assert run("facts", "load", str(as_json), "--json").json["added"] == 0
    assert exported.read_text("utf-8") == program_on_each.succeeds("facts", "export")


def test_every_error_is_told_with_its_place_and_without_a_number(
    in_process: Callable[..., Result], loaded: Program, tmp_path: Path
) -> None:
    world = yaml.safe_load(WORLD.read_text("utf-8"))
    world["world"]["persons"][0]["niss"] = "71031490294"
    world["world"]["persons"][1]["language"] = "es"
    world["world"]["accounts"][2]["capacity"] = "alpha.nowhere"
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(world), "utf-8")

    told = in_process(loaded, "facts", "load", str(file))
    assert (told.code, told.out) == (1, "")
    *errors, total = told.err.splitlines()
    assert len(errors) >= 3
    assert all(re.match(rf"{re.escape(str(file))}: line [0-9]+, world\.", error) for error in errors)
    assert total == f"authz: {file}: {len(errors)} errors; nothing was loaded"
    assert not ELEVEN_DIGITS.search(told.err)

    listed = in_process(loaded, "facts", "load", str(file), "--json", "--dry-run")
    assert listed.code == 1
    assert len(listed.json["errors"]) == len(errors)
    assert set(listed.json["errors"][0]) == {"line", "place", "message"}


def test_a_file_that_is_no_facts_file(in_process: Callable[..., Result], loaded: Program, tmp_path: Path) -> None:
    for text in ("", "[", "world: [", "- 1"):
        file = tmp_path / "facts.yaml"
        file.write_text(text)
        told = in_process(loaded, "facts", "load", str(file))
        assert told.code == 1
        assert len(told.err.splitlines()) == 2


def test_an_export_that_cannot_be_written(in_process: Callable[..., Result], loaded: Program, tmp_path: Path) -> None:
    assert in_process(loaded, "facts", "export", "--output", str(tmp_path / "no" / "such")).is_one_line_error(
        1, "no/.such"
    )
