"""The decision log of the service as it runs: two workers, real connections, disks that fill up."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.national_numbers import leaks_in_files
from tests.support.reference import ALLOWED, DENIED
from tests.support.service import Service, start_service

ROUNDS = 60
CALLERS = 6
CONNECTIONS = 30
"""One after the other, so that no worker is left without any: which of them gets a connection is up to the kernel."""


def started(folder: Path, workers: int = 1, settings: dict[str, str] | None = None) -> AbstractContextManager[Service]:
    """The service without facts: that everything is refused is recorded as well."""
    return start_service(f"sqlite:///{folder / 'authz.db'}", folder, facts=None, workers=workers, settings=settings)


def lines_of(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.glob("decisions*"))
    assert list(leaks_in_files(files)) == []
    texts = [file.read_text("utf-8") for file in files]
    assert all(text.endswith("\n") for text in texts if text)
    return [json.loads(line) for text in texts for line in text.splitlines()]


def asked(service: Service, rounds: int) -> list[str]:
    """The evaluations of single questions and of batches that are asked over one connection."""
    told: list[str] = []
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {service.key}"
        for number in range(rounds):
            if number % 3:
                one = session.post(f"{service.base_url}/access/v1/evaluation", json=(ALLOWED, DENIED)[number % 2])
                told.append(one.json()["context"]["evaluation_id"])
            else:
                batch = session.post(
                    f"{service.base_url}/access/v1/evaluations", json={"evaluations": [ALLOWED, DENIED] * 10}
                )
                told += [answer["context"]["evaluation_id"] for answer in batch.json()["evaluations"]]
    return told


def asked_by_many(service: Service, rounds: int = ROUNDS) -> list[str]:
    with ThreadPoolExecutor(CALLERS) as threads:
        each = threads.map(lambda _: asked(service, rounds * CALLERS // CONNECTIONS), range(CONNECTIONS))
        return [told for some in each for told in some]


def readiness(service: Service) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{service.base_url}/readyz", timeout=10) as reply:  # noqa: S310 http, to ourselves
            return reply.status, json.load(reply)["checks"]["decision_log"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["checks"]["decision_log"]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="beside"),
        pytest.param({"AUTHZ_DECISION_LOG__REQUIRED": "true"}, id="required", marks=pytest.mark.slow),
    ],
)
def test_two_workers_record_every_decision_once_and_tear_no_line(tmp_path: Path, settings: dict[str, str]) -> None:
    """Those that were told just before the service is stopped included."""
    with start_service(f"sqlite:///{tmp_path / 'authz.db'}", tmp_path, workers=2, settings=settings) as service:
        told = asked_by_many(service)
    lines = lines_of(tmp_path)
    assert sorted(line["evaluation_id"] for line in lines) == sorted(told)
    assert {line["caller"] for line in lines} == {"tests"}
    assert len(list(tmp_path.glob("decisions-*.ndjson"))) == 2
    assert "decision log" not in service.log()


@pytest.mark.slow
def test_standard_output_takes_them_and_files_too(tmp_path: Path) -> None:
    settings = {
        "AUTHZ_DECISION_LOG__SINKS": '["stdout", "file"]',
        "AUTHZ_DECISION_LOG__FILE": str(tmp_path / "x" / "decisions.log"),
    }
    with started(tmp_path, workers=2, settings=settings) as service:
        told = asked_by_many(service, rounds=9)
    printed = [json.loads(line) for line in service.log().splitlines() if '"evaluation_id"' in line]
    assert sorted(line["evaluation_id"] for line in printed) == sorted(told)
    assert sorted(line["evaluation_id"] for line in lines_of(tmp_path / "x")) == sorted(told)


def test_answers_are_given_while_nothing_can_be_recorded_and_it_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    settings = {"AUTHZ_DECISION_LOG__FILE": str(folder / "decisions.ndjson")}
    with started(tmp_path, settings=settings) as service:
        before = asked(service, 1)
        wait_until(lambda: len(lines_of(folder)) == len(before))
        folder.rename(tmp_path / "moved")
        folder.touch()  # now no file can be there
        meanwhile = asked(service, 2)
        wait_until(lambda: readiness(service)[1] != "ok")
        status, outcome = readiness(service)
        assert status == 200
        assert outcome.startswith("ok, but file: ")
        folder.unlink()
        wait_until(lambda: readiness(service) == (200, "ok"))
    assert [line["evaluation_id"] for line in lines_of(tmp_path / "moved")] == before
    assert [line["evaluation_id"] for line in lines_of(folder)] == meanwhile, "nothing is lost while it fits"
    events = [json.loads(line) for line in service.log().splitlines()]
    [alarm] = [event for event in events if event["event"] == "decision log not written"]
    assert alarm["level"] == "error"


def test_where_records_are_required_nothing_is_answered_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    settings = {"AUTHZ_DECISION_LOG__FILE": str(folder / "decisions.ndjson"), "AUTHZ_DECISION_LOG__REQUIRED": "true"}
    with started(tmp_path, settings=settings) as service:
        asked(service, 1)
        folder.rename(tmp_path / "moved")
        folder.touch()
        headers = {"Authorization": f"Bearer {service.key}"}
        refused = requests.post(f"{service.base_url}/access/v1/evaluation", json=ALLOWED, headers=headers, timeout=10)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert "decision" not in refused.json()
        status, outcome = readiness(service)
        assert status == 503
        assert outcome.startswith("file: ")
        folder.unlink()
        # Nobody sends requests to a service that is not ready: asking whether it is has to find out.
        wait_until(lambda: readiness(service) == (200, "ok"))
        meanwhile = asked(service, 2)
    assert [line["evaluation_id"] for line in lines_of(folder) if line["kind"] == "decision"] == meanwhile


@pytest.mark.slow
def test_the_file_of_a_worker_that_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        told = asked(service, 4)
        wait_until(lambda: len(lines_of(tmp_path)) == len(told))
        process = [line for line in Path("/proc/locks").read_text("ascii").splitlines() if "FLOCK" in line]
        inode = (tmp_path / "decisions-1.ndjson").stat().st_ino
        [worker] = [int(line.split()[4]) for line in process if line.split()[5].endswith(f":{inode}")]
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: _answers(service))
        told += asked(service, 4)
    assert sorted(line["evaluation_id"] for line in lines_of(tmp_path)) == sorted(told)
    assert [file.name for file in tmp_path.glob("decisions*")] == ["decisions-1.ndjson"]


def _answers(service: Service) -> bool:
    try:
        return readiness(service)[0] == 200
    except OSError:
        return False
