"""`authz serve`: it starts whole or not at all, asks who calls, and ends when told to."""

import json
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from authz_service.settings import Settings
from tests.cli.conftest import PROJECT, WORLD, Program, Result, Served
from tests.cli.test_decide import QUESTION
from tests.support.postgresql import free_port

EVALUATION = "/access/v1/evaluation"


def test_it_answers_callers_and_nobody_else(program_on_each: Program) -> None:
    program = program_on_each
    program.succeeds("db", "upgrade")
    program.succeeds("facts", "load", str(WORLD))
    with program.serving("--workers", "2") as served:
        assert served.exchange("POST", EVALUATION, QUESTION)[0] == 401
        assert served.exchange("POST", EVALUATION, QUESTION, key="authz_nobody")[0] == 401

        # Callers come and go while it runs.
        key = program.succeeds("caller", "add", "portal", "--scope", "decide", "--scope", "as_of").strip()
        status, _, body = served.exchange("POST", EVALUATION, QUESTION, key=key)
        assert (status, json.loads(body)["decision"]) == (200, True)
        program.succeeds("caller", "revoke", "portal")
        assert served.exchange("POST", EVALUATION, QUESTION, key=key)[0] == 401

        status, _, body = served.exchange("GET", "/.well-known/authzen-configuration")
        assert json.loads(body)["policy_decision_point"] == f"http://127.0.0.1:{served.port}"
        assert served.stop() == 0
    events = [json.loads(line) for line in served.log.splitlines()]
    assert [event["event"] for event in events] == ["serving", "stopped"]
    assert QUESTION["subject"]["id"] not in served.log


def test_there_is_no_switch_that_lets_everybody_in(in_process: Callable[..., Result]) -> None:
    options = re.findall(r"--[a-z-]+", in_process(Program(), "serve", "--help").out)
    assert set(options) == {"--host", "--port", "--workers", "--help"}
    assert not [name for name in Settings.model_fields if re.search("auth|anonym|open|public(?!_url)", name)]


def test_an_interrupt_from_the_keyboard_ends_it_well_and_at_once(loaded: Program) -> None:
    with loaded.serving("--workers", "2") as served:
        begun = time.monotonic()
        os.killpg(served.process.pid, signal.SIGINT)  # as a terminal does: to everybody in the foreground
        assert served.process.wait(timeout=30) == 0
        assert time.monotonic() - begun < 9, "no worker had to be killed"


def test_no_worker_outlives_the_service(loaded: Program) -> None:
    with loaded.serving("--workers", "2") as served:
        workers = _workers(served)
        served.process.kill()
        served.process.wait()
        _wait_until(
            lambda: not any(Path(f"/proc/{worker}/cmdline").read_bytes() for worker in workers if _lives(worker))
        )


def test_a_worker_that_dies_is_replaced(loaded: Program) -> None:
    with loaded.serving("--workers", "1") as served:
        (worker,) = _workers(served)
        os.kill(worker, signal.SIGKILL)
        _wait_until(lambda: _workers(served) not in ([worker], []))
        served.wait_until_ready()


def test_a_worker_that_comes_later_answers_by_the_policy_that_was_checked(loaded: Program, tmp_path: Path) -> None:
    policies = shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    with loaded.having(POLICY_DIR=policies).serving("--workers", "1") as served:
        shutil.rmtree(policies)
        (worker,) = _workers(served)
        os.kill(worker, signal.SIGKILL)
        _wait_until(lambda: _workers(served) not in ([worker], []))
        served.wait_until_ready()


def test_workers_inherit_no_connection(loaded: Program) -> None:
    with loaded.serving("--workers", "1") as served:
        database = loaded.environment["AUTHZ_DATABASE_URL"].removeprefix("sqlite:///")
        held = [os.path.realpath(each) for each in Path(f"/proc/{served.process.pid}/fd").iterdir()]
        assert not [path for path in held if path.startswith(database)]


def _workers(served: Served) -> list[int]:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
    return [int(child) for child in children.read_text().split()]


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_port_that_is_taken(loaded: Program) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        told = loaded.run("serve", "--port", str(port))
    assert told.is_one_line_error(1, f"port {port}", "Address already in use")


def test_two_services_do_not_share_a_port(loaded: Program) -> None:
    with loaded.serving() as served:
        assert loaded.run("serve", "--port", str(served.port)).is_one_line_error(1, "Address already in use")


def _empty(program: Program, folder: Path) -> Program:
    """The program with an empty database, beside a key file."""
    program.succeeds("db", "upgrade")
    (folder / "empty.db").touch(0o600)
    return program.having(DATABASE_URL=f"sqlite:///{folder / 'empty.db'}", KEY_FILE=folder / "authz.key")


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda program, _: program, 1, "authz db upgrade"),
        (_empty, 1, "authz db upgrade"),
        (lambda program, folder: program.having(KEY_FILE=folder / "no.key"), 1, "no.key"),
        (lambda program, _: program.having(KEY_FILE="/etc/hostname"), 1, "chmod 600"),
        (lambda program, folder: program.having(POLICY_DIR=folder), 1, "no policy files"),
        (lambda program, folder: program.having(CONFIG_DIR=folder), 2, "AUTHZ_CONFIG_DIR"),
        (lambda program, _: program.with_variable("POLAR_LOG", "trace"), 1, "POLAR_LOG"),
        (lambda program, _: program.having(POLICY__SWITCHES__STRICT_EID="maybe"), 2, "strict_eid"),
        (lambda program, _: program.having(LIMITS__DEPTH="deep"), 2, "AUTHZ_LIMITS__DEPTH"),
        (lambda program, _: program.having(LIMITS__WIDTH="1"), 2, "AUTHZ_LIMITS__WIDTH"),
        (lambda program, _: program.having(PUBLIC_URL="http://authz.example.org"), 2, "https"),
        (lambda program, _: program.having(PUBLIC_URL="https://a.example.org/?x=1"), 2, "query"),
        (
            lambda program, _: program.having(HOST="no-such-host.invalid", PUBLIC_URL="https://a.example.org"),
            1,
            "listen",
        ),
        (lambda program, _: program.having(DATABASE_URL="mysql://authz:secret@db/authz"), 2, "AUTHZ_DATABASE_URL"),
        (lambda program, _: program.having(DATABASE_URL="postgresql://authz:secret@127.0.0.1:1/authz"), 1, "database"),
    ],
)
def test_it_does_not_start_half(
    in_process: Callable[..., Result],
    program: Program,
    tmp_path: Path,
    spoil: Callable[[Program, Path], Program],
    code: int,
    words: str,
) -> None:
    (tmp_path / "authz.key").write_text(
        f'{{"format": 1, "keys": [{{"version": 1, "hash": "{"0" * 64}", "encryption": "{"1" * 64}"}}]}}'
    )
    (tmp_path / "authz.key").chmod(0o600)
    whole = program.having(KEY_FILE=tmp_path / "authz.key", PORT=free_port())
    told = in_process(spoil(whole, tmp_path), "serve")
    assert told.is_one_line_error(code, words)
    assert "secret" not in told.err


def test_serving_changes_no_schema(program: Program, tmp_path: Path) -> None:
    spoilt = _empty(program, tmp_path)
    spoilt.run("serve", "--port", str(free_port()))
    assert (tmp_path / "empty.db").stat().st_size <= 4096, "no tables of ours"


def test_tracing_the_policy_is_possible_in_development(loaded: Program) -> None:
    development = loaded.having(ENVIRONMENT="development").with_variable("POLAR_LOG", "off")
    with development.serving("--workers", "1"):
        pass


def test_config_files_are_read_in_their_order(loaded: Program, tmp_path: Path) -> None:
    (tmp_path / "authz.toml").write_text((PROJECT / "config" / "authz.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "local.toml").write_text('public_url = "https://authz.example.org"\n', "utf-8")
    with loaded.having(CONFIG_DIR=tmp_path).serving("--workers", "1") as served:
        body = served.exchange("GET", "/.well-known/authzen-configuration")[2]
    assert json.loads(body)["policy_decision_point"] == "https://authz.example.org"
