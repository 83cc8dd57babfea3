"""Cerbos, the server: asked over HTTP through AuthZEN and through its own interface.

It keeps no facts, so each request brings those of the person and of the resource; collecting them costs nothing here.
Its audit log, its metrics and its telemetry are off.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from bench.dataset import Dataset
from bench.fetching import NpmPackage, fetch_npm
from bench.peers import handed
from bench.peers.interface import HttpRequest, PeerUnavailableError, Shape
from bench.processes import family, free_port
from bench.questions import Question

__all__ = ["CerbosAuthzen", "CerbosNative"]

PACKAGE: Final = NpmPackage(
    "@cerbos/cerbos-linux-x64",
    "0.55.0",
    "eLZUycJfaQWK0XTRgH/Oz2E3XiNCUavDd1LhzFxhUpZ3s5CuQqmqG327ta0On8YOTxuZO/19cG4kvfC22r03/Q==",
)
_POLICIES: Final = Path(__file__).with_name("policies") / "cerbos"
_HEADERS: Final = {"Content-Type": "application/json"}
_ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "KILL", "--")
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 10


class _Cerbos:
    """One server of its own."""

    version = PACKAGE.version
    kind: Literal["http", "in process"] = "http"

    def __init__(self) -> None:
        self._program = Path()
        self._folder = Path()
        self._port = 0
        self._server: subprocess.Popen[bytes] | None = None

    def prepare(self, folder: Path, dataset: Dataset) -> None:
        """Fetch it and write its configuration; of the facts it keeps none."""
        del dataset
        self._program = fetch_npm(PACKAGE) / "cerbos-linux-x64"
        self._folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / "policies", ignore_errors=True)
        shutil.copytree(_POLICIES, folder / "policies")

    def start(self) -> None:
        """Start it and wait until it is healthy. Raises PeerUnavailableError."""
        self._port = free_port()
        configuration = self._folder / "configuration.json"  # every JSON document is YAML
        configuration.write_text(json.dumps(self._configuration()), encoding="utf-8")
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [*_ENDS_WITH_US, self._program, "server", "--log-level=error", f"--config={configuration}"],
                cwd=self._folder,
                env={**os.environ, "CERBOS_NO_TELEMETRY": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._server.poll() is None:
            if self._is_healthy():
                return
            time.sleep(0.02)
        self.stop()
        raise PeerUnavailableError(f"Cerbos {self.version} does not start; {self._folder / 'log'} says why")

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=1)
        try:
            connection.request("GET", "/_cerbos/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop the server, where it runs."""
        server, self._server = self._server, None
        if server is None:
            return
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def pids(self) -> list[int]:
        """Return the server's process."""
        return family(self._server.pid) if self._server is not None else []

    def database_pids(self) -> list[int]:
        """Return none: it has no database."""
        return []

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}"

    def _configuration(self) -> dict[str, Any]:
        return {
            "server": {
                "httpListenAddr": f"127.0.0.1:{self._port}",
                "grpcListenAddr": "unix:grpc.sock",  # in its own folder: a path of a socket may not be long
                "metricsEnabled": False,
            },
            "storage": {
                "driver": "disk",
                "disk": {"directory": str(self._folder / "policies"), "watchForChanges": False},
            },
            "audit": {"enabled": False},
            "telemetry": {"disabled": True},
        }


class CerbosAuthzen(_Cerbos):
    """Asked through AuthZEN: /access/v1/evaluation, and /access/v1/evaluations for a batch."""

    name = "Cerbos AuthZEN"
    shapes = frozenset(Shape)

    def request(self, questions: Sequence[Question], shape: Shape) -> HttpRequest:
        """Return what asks these questions."""
        whose = _by_person(questions)
        subjects = {
            number: {"type": "person", "id": asked[0].person_id, "properties": handed.person(asked)}
            for number, asked in whose.items()
        }
        evaluations = [
            {
                "subject": subjects[question.person],
                "action": {"name": question.action.value},
                "resource": {"type": "capacity", "id": _thing(question), "properties": handed.resource(question)},
            }
            for question in questions
        ]
        if shape is Shape.SINGLE:
            return _post(self._url("/access/v1/evaluation"), evaluations[0])
        if shape is Shape.PERSON:
            subject = evaluations[0]["subject"]
            rest = [{name: each[name] for name in ("action", "resource")} for each in evaluations]
            return _post(self._url("/access/v1/evaluations"), {"subject": subject, "evaluations": rest})
        return _post(self._url("/access/v1/evaluations"), {"evaluations": evaluations})

    def answers(self, reply: bytes) -> list[bool]:
        """Return the decisions. Raises ValueError."""
        answer = json.loads(reply)
        try:
            return [_boolean(evaluation["decision"]) for evaluation in answer.get("evaluations", [answer])]
        except (KeyError, TypeError, AttributeError):
            raise ValueError("no decision in the reply") from None


class CerbosNative(_Cerbos):
    """Asked through its own interface, /api/check/resources: one person, any number of resources."""

    name = "Cerbos native"
    shapes = frozenset({Shape.SINGLE, Shape.PERSON})

    def request(self, questions: Sequence[Question], shape: Shape) -> HttpRequest:
        """Return what asks these questions, all of one person."""
        del shape
        principal = {"id": questions[0].person_id, "roles": ["person"], "attr": handed.person(questions)}
        resources = [
            {
                "resource": {"kind": "capacity", "id": _thing(question), "attr": handed.resource(question)},
                "actions": [question.action.value],
            }
            for question in questions
        ]
        return _post(self._url("/api/check/resources"), {"principal": principal, "resources": resources})

    def answers(self, reply: bytes) -> list[bool]:
        """Return the decisions. Raises ValueError."""
        effects = {"EFFECT_ALLOW": True, "EFFECT_DENY": False}
        try:
            return [effects[effect] for each in json.loads(reply)["results"] for effect in each["actions"].values()]
        except (KeyError, TypeError, AttributeError):
            raise ValueError("no decision in the reply") from None


def _by_person(questions: Sequence[Question]) -> dict[str, list[Question]]:
    whose: dict[str, list[Question]] = {}
    for question in questions:
        whose.setdefault(question.person, []).append(question)
    return whose


def _thing(question: Question) -> str:
    """Return an id for the resource: in a batch, Cerbos takes those of one id for one, with the first's attributes."""
    return f"{question.capacity}/{question.application}/{question.candidate_id}/{question.account}"


def _post(url: str, content: object) -> HttpRequest:
    return HttpRequest(url, json.dumps(content, separators=(",", ":")).encode(), headers=_HEADERS)


def _boolean(decision: object) -> bool:
    if not isinstance(decision, bool):
        raise TypeError
    return decision
