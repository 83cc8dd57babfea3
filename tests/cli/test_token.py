"""`authz token`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from authz_service.bootstrap.identity import build_access_tokens
from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import AgentPrincipal, MachinePrincipal, PersonPrincipal, Principal
from authz_service.domain.vocabulary import Scope
from authz_service.identity.failures import TokenFailure
from authz_service.settings import load_settings
from tests.cli.conftest import Program, Result
from tests.identity.issuing import NUMBER

Run = Callable[..., Result]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "development.pem"


@pytest.fixture
def development(key_file: Path) -> Program:
    """The program with the development issuer switched on."""
    return Program().having(
        ENVIRONMENT="development", IDENTITY__DEVELOPMENT_ISSUER="true", IDENTITY__DEVELOPMENT_KEY_FILE=key_file
    )


def read(token: str, key_file: Path) -> Principal | TokenFailure:
    """Return what a service on the same installation makes of the token."""
    identity = {"development_issuer": True, "development_key_file": key_file}
    return build_access_tokens(load_settings(environment="development", identity=identity)).principal(token.strip())


def test_a_person_by_number_from_standard_input(development: Program, key_file: Path) -> None:
    done = development.run("token", "--niss", "-", "--means", "eid", stdin=f"{NUMBER}\n")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1, "the token alone"
    assert read(done.out, key_file) == PersonPrincipal(Niss(NUMBER), "eid", "authz-token")
    assert NUMBER not in done.out


def test_a_person_by_number_on_the_command_line(in_process: Run, development: Program, key_file: Path) -> None:
    done = in_process(development, "token", "--niss", NUMBER)
    assert read(done.out, key_file) == PersonPrincipal(Niss(NUMBER), None, "authz-token")


def test_an_agent(in_process: Run, development: Program, key_file: Path) -> None:
    done = in_process(development, "token", "--agent", "agent_7", "--means", "password", "--lifetime", "8h")
    assert read(done.out, key_file) == AgentPrincipal("agent_7", "password", "authz-token")


def test_a_machine_with_its_scopes(in_process: Run, development: Program, key_file: Path) -> None:
    done = in_process(development, "token", "--machine", "portal", "--scope", "decide", "--scope", "explain")
    scopes = frozenset({Scope.DECIDE, Scope.EXPLAIN})
    assert read(done.out, key_file) == MachinePrincipal("portal", scopes, "http://127.0.0.1:8080/development")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--agent", ""],
        ["--agent", "agent_7", "--machine", "portal", "--scope", "decide"],
        ["--agent", "agent_7", "--niss", "-"],
        ["--machine", "portal"],
        ["--machine", "portal", "--scope", "everything"],
        ["--machine", "portal", "--scope", "decide", "--means", "eid"],
        ["--agent", "agent_7", "--scope", "decide"],
        ["--agent", "agent_7", "--means", "telepathy"],
        ["--agent", "agent_7", "--lifetime", "0m"],
        ["--agent", "agent_7", "--lifetime", "25h"],
        ["--agent", "agent_7", "--lifetime", "900"],
        ["--agent", "agent_7", "--lifetime", "15 m"],
        ["--niss", "123"],
        ["--niss", "-"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line(in_process: Run, development: Program, arguments: list[str]) -> None:
    assert in_process(development, "token", *arguments).is_one_line_error(2)


def test_a_number_that_is_none_is_not_repeated(in_process: Run, development: Program) -> None:
    wrong = NUMBER[::-1]
    done = in_process(development, "token", "--niss", "-", stdin=wrong)
    assert done.is_one_line_error(2, "--niss")
    assert wrong not in done.err


def test_nothing_is_made_where_the_issuer_is_off(in_process: Run, key_file: Path, development: Program) -> None:
    off = development.having(IDENTITY__DEVELOPMENT_ISSUER="false")
    assert in_process(off, "token", "--agent", "agent_7").is_one_line_error(1, "identity.development_issuer = true")
    assert not key_file.exists()


def test_production_refuses_it(in_process: Run, key_file: Path, development: Program) -> None:
    production = development.having(ENVIRONMENT="production")
    assert in_process(production, "token", "--agent", "agent_7").is_one_line_error(2, "not in production")
    assert in_process(production, "serve").is_one_line_error(2, "not in production")
    assert not key_file.exists()


def test_a_key_that_others_can_read_is_told_by_its_file(in_process: Run, development: Program, key_file: Path) -> None:
    key_file.write_text("")
    key_file.chmod(0o644)
    assert in_process(development, "token", "--agent", "agent_7").is_one_line_error(1, "chmod 600", str(key_file))
