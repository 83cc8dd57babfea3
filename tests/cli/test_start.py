"""Starting to serve: decisions wait for nothing that they do not need."""

import subprocess
import sys
import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from authz_service.bootstrap.later import Later
from tests.cli.conftest import PROJECT


def test_what_no_decision_needs_is_not_imported() -> None:
    unneeded = {"flask", "werkzeug", "marshmallow", "jinja2", "alembic", "ldap3", "xlsxwriter", "yaml"}
    unneeded |= {"jwt", "http.client", "urllib.request", "cryptography.x509"}
    unneeded |= {"authz_service.services.authority.door", "authz_service.audit.log", "authz_service.store.direct"}
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, authz_service.cli.serve; print({unneeded} & sys.modules.keys())"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout == "set()\n"


def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return [environ["PATH_INFO"].encode()]


def respond(*_: object) -> object:
    return None


def test_an_application_is_built_by_its_first_request_and_once() -> None:
    built: list[int] = []

    def build() -> object:
        built.append(1)
        return answer

    later = Later(build)  # type: ignore[arg-type]
    assert built == []

    threads = [threading.Thread(target=later, args=({"PATH_INFO": "/doc"}, respond)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert built == [1]
    assert list(later({"PATH_INFO": "/doc"}, respond)) == [b"/doc"]  # type: ignore[arg-type]


def test_an_application_that_cannot_be_built_is_tried_again() -> None:
    outcomes = [RuntimeError("not yet"), answer]

    def build() -> object:
        outcome = outcomes.pop(0)
        if isinstance(outcome, RuntimeError):
            raise outcome
        return outcome

    later = Later(build)  # type: ignore[arg-type]

    with pytest.raises(RuntimeError):
        later({"PATH_INFO": "/"}, respond)  # type: ignore[arg-type]
    assert list(later({"PATH_INFO": "/"}, respond)) == [b"/"]  # type: ignore[arg-type]


def test_what_the_start_leaves_behind_is_given_back_before_workers_are_forked() -> None:
    # In a process of its own: settings of the memory are for good.
    script = """
import gc
from pathlib import Path
from authz_service.bootstrap.memory import keep_memory_small, settle_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

keep_memory_small()
lists = [[0] * 100 for _ in range(200_000)]
before = resident()
lists = lists[::1000]  # the rest leaves holes
lists.append(lists)
settle_memory()
assert resident() < before / 2, (before, resident())
assert gc.get_freeze_count() > 0
"""
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=True)
