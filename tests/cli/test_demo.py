"""`authz demo`."""

import fcntl
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from authz_service.cli.demo_stories import STORY
from tests.cli.conftest import PROJECT, Program

VAR = PROJECT / "var"


def _left_behind() -> list[Path]:
    """Return the folders of demonstrations that are over: nobody holds their locks."""
    return [path for path in VAR.glob("demo*") if path.is_dir() and not _is_locked(path.with_suffix(".lock"))]


def _is_locked(path: Path) -> bool:
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_once_shows_every_story_and_leaves_nothing_behind() -> None:
    for _ in range(2):
        out = Program().succeeds("demo", "--once")
        assert all(step.title in out for step in STORY)
        assert out.endswith("steps, all answered as the sources say.\n")
        assert "The audit log has" in out
        assert "Votre demande" in out
        assert "authz_" not in out, "no key is shown when there is nothing left to ask"
        assert "dn: cn=Users,ou=NSSO,ou=authz,dc=demo,dc=example\nchangetype: add" in out, "a plan as LDIF"
        assert "is a member: a user's account that is not blocked in alpha.nsso" in out, "and why"
        assert "entries are as they should be" in out, "a private directory was filled and read again"
        assert re.search(r"ldapsearch .*\n +dn: cn=Users,ou=NSSO", out)
    assert _left_behind() == []


def test_it_takes_another_port_when_its_own_is_taken() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        out = Program().having(PORT=port).succeeds("demo", "--once")
    assert out.startswith(f"port {port} is taken; this demonstration takes ")


def test_two_at_once_do_not_meet() -> None:
    program = Program()
    running = [
        subprocess.Popen(
            program.command("demo", "--once"),
            env=program.whole_environment(),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], told


def test_it_serves_on_until_interrupted() -> None:
    program = Program()
    process = subprocess.Popen(
        program.command("demo"), env=program.whole_environment(), cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("curl "))
        # The line that is shown works as it stands.
        answered = subprocess.run(
            ["bash", "-c", f"{line.strip()} --noproxy '*'"], capture_output=True, text=True, check=True
        )
        assert '"decision":true' in answered.stdout
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert rest.endswith("stopped\n")
    port = re.search(r"http://127\.0\.0\.1:([0-9]+)/", line)
    assert port is not None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port[1]))) != 0, "the service ended with it"


def test_an_answer_that_is_not_the_expected_one_is_a_failure(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(PROJECT / "policies", folder)
    file = folder / "capacities.polar"
    text = file.read_text("utf-8")
    changed = text.replace('action("create_user", "person", 400', 'action("create_user", "person", 500')
    if changed == text:
        pytest.fail("the clause of create_user is written otherwise now")
    file.write_text(changed, "utf-8")
    result = Program().having(POLICY_DIR=folder).run("demo", "--once")
    assert result.code == 1
    assert "answers are not the expected ones" in result.err
