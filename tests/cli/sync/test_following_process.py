"""`authz sync run`: a process that keeps a directory as the facts say, while they change."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from authz_service.directory.names import Dn
from tests.cli.conftest import PROJECT
from tests.cli.sync.installations import ALPHA, GOLDEN, Installation, entries_in, read_golden
from tests.directory.slapd import BASE, Slapd

SECONDS = 60
DMFA = Dn.parse(f"cn=DMFA,ou=applications,ou=ONSS 199001125,ou={ALPHA},ou=enterprises,ou=authz,{BASE}")


@contextmanager
def following(installation: Installation) -> Iterator["subprocess.Popen[str]"]:
    """Run the service as a process of its own until the end of the context."""
    program = installation.program
    process = subprocess.Popen(
        program.command("sync", "run"),
        env=program.whole_environment(),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def comes_true(condition: Callable[[], bool]) -> bool:
    """Wait until something is so; False when it never is."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def is_golden(slapd: Slapd) -> bool:
    made = entries_in(slapd)
    made.pop(Dn.parse(f"ou=authz,{BASE}"))
    return made == read_golden(GOLDEN)


def test_a_change_of_facts_comes_to_the_directory_by_itself(installation: Installation, slapd: Slapd) -> None:
    with following(installation) as process:
        assert comes_true(lambda: is_golden(slapd))
        assert installation.authz("sync", "status", "--json").json["targets"][0]["followed"] is True
        ines = installation.row("accounts", "acc_ines", status="blocked")
        installation.learn(accounts=[ines])
        assert comes_true(lambda: "ines" not in str(entries_in(slapd)[DMFA]["member"]).lower())
        assert comes_true(
            lambda: installation.authz("sync", "status", "--json").json["targets"][0]["lag_revisions"] == 0
        )
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 0
    events = [json.loads(line) for line in told.splitlines()]
    assert {event["target"] for event in events if "target" in event} == {"uman"}
    assert "Ickx" not in told


def test_what_others_change_is_put_right(installation: Installation, slapd: Slapd) -> None:
    """P8, without any change of facts."""
    installation.keep("uman", slapd, ("# watch_seconds = 30", "watch_seconds = 0.5"))
    with following(installation):
        assert comes_true(lambda: is_golden(slapd))
        stranger = f"dn: {DMFA}\nchangetype: modify\nadd: member\nmember: uid=stranger,{BASE}\n"
        slapd.tool("ldapmodify", given=stranger)
        slapd.tool("ldapdelete", str(Dn.parse(f"cn=GAP,ou={ALPHA},ou=enterprises,ou=authz,{BASE}")))
        assert comes_true(lambda: is_golden(slapd))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to stop"])
def test_another_process_takes_over_at_once(installation: Installation, slapd: Slapd, how: signal.Signals) -> None:
    with following(installation) as first:
        assert comes_true(lambda: is_golden(slapd))
        first.send_signal(how)
        first.communicate(timeout=SECONDS)
        with following(installation):
            ines = installation.row("accounts", "acc_ines", status="blocked")
            installation.learn(accounts=[ines])
            assert comes_true(lambda: "ines" not in str(entries_in(slapd)[DMFA]["member"]).lower())
