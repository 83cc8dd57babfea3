"""The program as a whole: help on every level, wrong uses, and how it ends."""

import subprocess
from collections.abc import Callable

import pytest

from authz_service.cli.main import VERBS
from tests.cli.conftest import Program, Result

COMMANDS = [
    *VERBS,
    "db upgrade",
    "db rotate-keys",
    "facts load",
    "facts export",
    "caller add",
    "caller list",
    "caller revoke",
    "policy check",
    "policy test",
    "policy mutate",
]


def test_help_names_every_verb() -> None:
    out = Program().succeeds("--help")
    assert all(f"  {verb} " in out for verb in VERBS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(in_process: Callable[..., Result], command: str) -> None:
    result = in_process(Program(), *command.split(), "--help")
    assert result.code == 0
    assert result.out.startswith(f"Usage: authz {command} ")
    assert "\n\n  " in result.out, "says what it is for"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["--nosuch"],
        ["db", "nosuch"],
        ["db", "upgrade", "now"],
        ["serve", "--port", "99999"],
        ["serve", "--workers", "0"],
        ["facts", "load"],
        ["facts", "load", "there-is-no-such-file.yaml"],
        ["facts", "load", "config"],
        ["caller", "add", "portal"],
        ["caller", "add", "portal", "--scope", "everything"],
        ["caller", "add", "portal", "--scope", "decide", "--ends", "soon"],
        ["caller", "add", "portal", "--scope", "decide", "--ends", "2020-01-01"],
        ["caller", "revoke"],
        ["decide", "there-is-no-such-file.json"],
        ["decide", "--subject", "person"],
        ["decide", "--subject", "agent:agent_1", "--action", "list_users"],
        ["decide", "--property", "confirmed"],
        ["decide", "--property", "groups=[vat"],
        ["decide", "--language", "es"],
        ["policy", "test", "--cases", "there-is-no-such-folder"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_ends_with_2(in_process: Callable[..., Result], arguments: list[str]) -> None:
    assert in_process(Program(), *arguments).is_one_line_error(2)


@pytest.mark.parametrize("arguments", [["caller", "list"], ["facts", "export"], ["db", "rotate-keys"]], ids=" ".join)
def test_what_needs_a_database_says_how_to_make_one(
    in_process: Callable[..., Result], program: Program, arguments: list[str]
) -> None:
    assert in_process(program, *arguments).is_one_line_error(1, "authz db upgrade")


def test_a_reader_that_has_seen_enough_is_no_error(loaded: Program) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -c 10', "-", *loaded.command("facts", "export")],
        env=loaded.whole_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "world:\n  p"
    assert not done.stderr


def test_a_setting_that_is_none_is_said(loaded: Program) -> None:
    result = loaded.having(DATABSE_URL="sqlite:///elsewhere.db").run("caller", "list", "--json")
    assert result.code == 0
    assert result.err == "authz: there is no setting AUTHZ_DATABSE_URL; it is ignored\n"
