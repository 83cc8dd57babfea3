"""`authz policy`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECT, Program, Result


@pytest.fixture
def broken(tmp_path: Path) -> Program:
    """The program with a policy in which a word is misspelt."""
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    file = folder / "capacities.polar"
    file.write_text(file.read_text("utf-8").replace('"list_users"', '"list_userz"'), "utf-8")
    return Program().having(POLICY_DIR=folder, DATABASE_URL=f"sqlite:///{tmp_path / 'authz.db'}")


def test_the_policy_that_is_shipped_is_in_order(in_process: Callable[..., Result]) -> None:
    assert "nothing to say against them" in Program().succeeds("policy", "check")
    told = in_process(Program(), "policy", "check", "--json").json
    assert told["findings"] == []
    assert told["files"] == len(list((PROJECT / "policies").glob("*.polar")))


def test_findings_have_their_places(in_process: Callable[..., Result], broken: Program) -> None:
    told = in_process(broken, "policy", "check")
    assert (told.code, told.out) == (1, "")
    *findings, total = told.err.splitlines()
    assert any(line.startswith("capacities.polar:") and "list_userz" in line for line in findings)
    assert total == f"authz: the policy has {len(findings)} findings"
    assert len(in_process(broken, "policy", "check", "--json").json["findings"]) == len(findings)


def test_no_policy_answers_that_has_findings(in_process: Callable[..., Result], broken: Program) -> None:
    in_process(broken, "db", "upgrade")
    asked = ["--subject", "agent:a", "--action", "list_users", "--resource", "capacity:c"]
    assert in_process(broken, "decide", *asked).is_one_line_error(1, "the policy does not load", "authz policy check")


def test_a_folder_without_policies(in_process: Callable[..., Result], tmp_path: Path) -> None:
    nowhere = Program().having(POLICY_DIR=tmp_path)
    assert in_process(nowhere, "policy", "check").is_one_line_error(1, str(tmp_path))
