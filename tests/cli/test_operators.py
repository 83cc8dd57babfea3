"""Whoever works on the command line is an operator, and is asked about like everybody else (OPS-01)."""

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import WORLD, Program, Result


@pytest.fixture
def powerless(program: Program, in_process: Callable[..., Result]) -> Program:
    """An installation whose settings give the command line no power over the service."""
    in_process(program, "db", "upgrade")
    return program.having(OPERATORS__COMMAND_LINE="[]")


@pytest.mark.parametrize(
    "command",
    [
        ("facts", "load", str(WORLD)),
        ("facts", "load", "--dry-run", str(WORLD)),
        ("facts", "export"),
        ("caller", "add", "portal", "--scope", "decide"),
        ("caller", "revoke", "portal"),
        ("audit", "verify"),
        ("audit", "export"),
        ("audit", "checkpoint"),
    ],
)
def test_what_the_policy_refuses_is_not_done(
    powerless: Program, in_process: Callable[..., Result], command: tuple[str, ...]
) -> None:
    result = in_process(powerless, *command)
    assert result.code == 1
    assert "OPS-01" in result.err
    assert in_process(powerless, "caller", "list", "--json").json == []


def test_commands_of_the_operator_are_in_the_log(program: Program, in_process: Callable[..., Result]) -> None:
    in_process(program, "db", "upgrade")
    in_process(program, "facts", "load", str(WORLD))
    in_process(program, "caller", "add", "portal", "--scope", "decide")
    in_process(program, "caller", "revoke", "portal")
    in_process(program.having(OPERATORS__COMMAND_LINE="[]"), "facts", "load", str(WORLD))
    lines = [json.loads(line) for line in in_process(program, "audit", "export").out.splitlines()]
    entries = [json.loads(line["record"])["entry"] for line in lines if "record" in line]
    assert [(entry["action"], entry["outcome"]) for entry in entries] == [
        ("load_facts", "allowed"),
        ("manage_callers", "allowed"),
        ("manage_callers", "allowed"),
        ("load_facts", "refused"),
    ]
    assert all(entry["actor"]["type"] == "operator" for entry in entries)
