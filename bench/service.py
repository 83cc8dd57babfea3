"""Our own service as a peer: `authz serve` with two workers, callers authenticated, the decision log on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bench.dataset import Dataset
from bench.loading import contents_digest, load
from bench.peers.interface import HttpRequest, Shape
from bench.postgresql import Cluster
from bench.processes import family, free_port
from bench.questions import Action, Question

__all__ = ["AuthzService", "Logged", "body_of"]

PROJECT: Final = Path(__file__).parent.parent
PROGRAM: Final = Path(sys.executable).parent / "authz"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 20
CALLER: Final = "benchmark"


@dataclass(frozen=True, slots=True)
class Logged:
    """What is in a service's decision log: records of decisions, and how many it says that it had to drop."""

    records: int
    dropped: int


class AuthzService:
    """Our service on one of its two databases."""

    kind: Literal["http", "in process"] = "http"
    shapes = frozenset(Shape)

    def __init__(self, cluster: Cluster | None, name: str = "", workers: int = 2) -> None:
        """`cluster`: the PostgreSQL server its facts are in; None: they are in SQLite."""
        self.name = name or ("authz, PostgreSQL" if cluster else "authz, SQLite")
        self.version = "of this checkout"
        self.loaded = 0.0
        """How long it took to load the facts, in seconds; 0 where they were there from another run."""
        self.started = 0.0
        """How long it took from the start of the program to the first answer, in seconds."""
        self.size = 0
        """Of the dataset, in enterprises."""
        self.port = 0
        self._cluster = cluster
        self._workers = workers
        self._server: subprocess.Popen[bytes] | None = None
        self._environment: dict[str, str] = {}
        self._folder = Path()
        self._key = ""

    @property
    def base_url(self) -> str:
        """Where it is reached while it runs."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process needs that works on the same database, and asks with the same key."""
        return {**self._environment, "AUTHZ_BENCH_KEY": self._key}

    @property
    def _key_file(self) -> Path:
        # That of the server where there is one: it can be another checkout's, too.
        return (self._cluster.folder.parent if self._cluster else self._folder) / "service.key"

    def prepare(self, folder: Path, dataset: Dataset) -> None:
        """Load the facts where they are not there from an earlier run, and give the benchmark a key of a caller."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.size = folder.resolve(), dataset.size
        self.take_log()
        url = self._loaded(dataset)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHZ_")}
        self._environment = {
            **kept,
            "AUTHZ_DATABASE_URL": url,
            "AUTHZ_KEY_FILE": str(self._key_file),
            "AUTHZ_DECISION_LOG__FILE": str(self._folder / "decisions.ndjson"),
        }
        self.run("db", "upgrade")
        with suppress(RuntimeError):
            self.run("caller", "revoke", CALLER)
        self._key = self.run("caller", "add", CALLER, "--scope", "decide").strip()

    def _loaded(self, dataset: Dataset) -> str:
        """Return the URL of the database with the facts; it has its name only once all of them are in it."""
        begun, any_of_size = time.perf_counter(), f"facts_{dataset.size}_"
        name = any_of_size + contents_digest()
        if self._cluster is not None:
            if not (self._cluster.has(name) and self._key_file.exists()):
                self._cluster.drop_all(any_of_size)
                load(self._cluster.create("loading"), self._key_file, dataset)
                self._cluster.rename("loading", name)
                self.loaded = time.perf_counter() - begun
            return self._cluster.url(name)
        file = self._folder / f"{name}.db"
        if not (file.exists() and self._key_file.exists()):
            for old in (*self._folder.glob("loading.db*"), *self._folder.glob(f"{any_of_size}*")):
                old.unlink()
            beside = self._folder / "loading.db"
            load(f"sqlite:///{beside}", self._key_file, dataset)
            beside.rename(file)
            self.loaded = time.perf_counter() - begun
        return f"sqlite:///{file}"

    def run(self, *arguments: str) -> str:
        """Run an `authz` command on its database and return what it printed. Raises RuntimeError."""
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=PROJECT, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"authz {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def start(self, question: Question | None = None) -> None:
        """Start it and wait for its first answer, to this question if there is one. Raises RuntimeError."""
        self.port = free_port()
        begun = time.perf_counter()
        with (self._folder / "service.log").open("wb") as log:
            self._server = subprocess.Popen(
                [
                    "setpriv",
                    "--pdeathsig",
                    "TERM",
                    "--",
                    PROGRAM,
                    "serve",
                    "--port",
                    str(self.port),
                    "--workers",
                    str(self._workers),
                ],
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server
            )
        while not self._answers(question):
            if self._server.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                self.stop()
                raise RuntimeError(f"{self.name} does not start; {self._folder / 'service.log'} says why")
            time.sleep(0.005)
        self.started = time.perf_counter() - begun

    def _answers(self, question: Question | None) -> bool:
        asked = urllib.request.Request(f"{self.base_url}/readyz")  # noqa: S310 - http, to ourselves
        if question is not None:
            request = self.request([question], Shape.SINGLE)
            asked = urllib.request.Request(request.url, request.body, dict(request.headers))  # noqa: S310 - as above
        try:
            with urllib.request.urlopen(asked, timeout=5):  # noqa: S310 - as above
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """Stop it, and its workers with it."""
        server, self._server = self._server, None
        if server is None or server.poll() is not None:
            return
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)  # its own session: the server and its workers, nothing else
            server.wait(STOP_SECONDS)

    def take_log(self) -> Logged:
        """Count what is in its decision log, and remove it. To be called while it does not run."""
        records = dropped = 0
        for file in self._folder.glob("decisions-*.ndjson"):
            with file.open("rb") as lines:
                for line in lines:
                    records += 1
                    if b'"dropped"' in line and "dropped" in (read := json.loads(line)):
                        records, dropped = records - 1, dropped + read["dropped"]
            file.unlink()
        return Logged(records, dropped)

    def pids(self) -> list[int]:
        """Return the server and its workers."""
        return family(self._server.pid) if self._server else []

    def database_pids(self) -> list[int]:
        """Return PostgreSQL's processes."""
        return family(self._cluster.pid()) if self._cluster else []

    def request(self, questions: Sequence[Question], shape: Shape) -> HttpRequest:
        """Return the request of the AuthZEN endpoints that asks these questions."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        bodies = [body_of(question) for question in questions]
        if shape is Shape.SINGLE:
            path, body = "evaluation", bodies[0]
        else:
            path, body = "evaluations", {"evaluations": bodies}
        text = json.dumps(body, separators=(",", ":")).encode()
        return HttpRequest(f"{self.base_url}/access/v1/{path}", text, headers=headers)

    def answers(self, reply: bytes) -> list[bool]:
        """Return the decisions; an error is none."""
        read = json.loads(reply)
        each = read.get("evaluations", [read])
        if any("error" in answer.get("context", {}) for answer in each):
            raise ValueError("an answer is an error")
        return [answer["decision"] is True for answer in each]


def body_of(question: Question) -> dict[str, Any]:
    """Return a question as our service is asked it: it reads the facts itself."""
    subject = {"type": "person", "id": question.person, "properties": {"acting_for": question.enterprise_number}}
    context = {"authentication_means": "eid"}
    properties: dict[str, str] = {}
    kind, name = "capacity", question.capacity
    if question.action is Action.USE_APPLICATION:
        kind, name = "application", question.application
        context["capacity"] = question.capacity
    elif question.action is Action.CREATE_USER:
        properties = {"candidate": question.candidate}
    elif question.action is Action.GRANT_APPLICATION:
        kind, name, properties = "account", question.account, {"application": question.application}
    action: dict[str, Any] = {"name": question.action.value}
    if properties:
        action["properties"] = properties
    return {"subject": subject, "action": action, "resource": {"type": kind, "id": name}, "context": context}
