"""The administration and the decision endpoint in this process, over a database that can be begun anew at any time."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from authz_service.domain.vocabulary import REASON_CLASSES, Reason, ReasonClass, Scope
from tests.administration.actors import AGENT, ENTERPRISE, NOBODY, NUMBER, OPERATOR, Kind
from tests.administration.examples import OWN, Example
from tests.support.administration import Administered, Client, Response, administered

_KINDS_OF_RESOURCES: Final = {"acc": "account", "alp": "capacity", "099": "enterprise"}
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_NOT_FACTS: Final = ("audit_record", "audit_checkpoint", "revision", "revision_counter", "idempotency", "outbox")


@dataclass(frozen=True)
class Operation:
    """An operation as the served document has it."""

    method: str
    template: str
    said: Mapping[str, Any]

    @property
    def actions(self) -> list[str]:
        """The actions that it asks the policy about, the one that it is for first."""
        return list(self.said.get("x-authz-action", []))

    @property
    def success(self) -> int:
        """The status of a success."""
        return next(int(status) for status in self.said["responses"] if status.startswith("2"))

    @property
    def writes(self) -> bool:
        """Whether facts can change."""
        return "Authz-Facts-Revision" in self.said["responses"][str(self.success)].get("headers", {})


@dataclass(frozen=True)
class State:
    """What a database holds: the facts, row by row, and how many commits, audit records and messages there are."""

    facts: Mapping[str, list[tuple[Any, ...]]]
    revision: int
    audited: int
    messages: int


class Office:
    """What the tests of every command use. `directory`: of the database and its keys."""

    def __init__(self, administered: Administered, directory: Path) -> None:
        self._administered = administered
        self._file, self._kept = directory / "authz.db", directory / "kept.db"
        self._decisions = administered.reference.wire(administered.reference.add_caller("portal"))
        self._clients: dict[Kind, Client] = {}
        administered.reference.database.close()  # all that was written is in the one file
        shutil.copyfile(self._file, self._kept)
        self.beginning = self.state()
        document = administered.nobody().get("/doc/openapi.json").json()
        self.operations = {
            said["operationId"]: Operation(method.upper(), template, said)
            for template, methods in document["paths"].items()
            for method, said in methods.items()
            if method in _METHODS
        }

    def begin_anew(self) -> None:
        """Make the database what it was at first, under the connections that are open."""
        with closing(sqlite3.connect(self._kept)) as kept, closing(sqlite3.connect(self._file)) as file:
            kept.backup(file)

    def state(self) -> State:
        """Return what the database holds now."""
        with closing(sqlite3.connect(self._file)) as file:
            tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            facts = {
                name: file.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - its own names
                for name in tables
                if name not in _NOT_FACTS
            }
            (revision,) = file.execute("SELECT revision FROM revision_counter").fetchone()
            (audited,) = file.execute("SELECT count(*) FROM audit_record").fetchone()
            (messages,) = file.execute("SELECT count(*) FROM outbox").fetchone()
        return State(facts, revision, audited, messages)

    def client(self, kind: Kind) -> Client:
        """Return an actor of this kind, come with a token."""
        if kind not in self._clients:
            self._clients[kind] = self._come(kind)
        return self._clients[kind]

    def _come(self, kind: Kind) -> Client:
        if kind.type == NOBODY:
            return self._administered.nobody()
        if kind.type == AGENT:
            return self._administered.agent(kind.name)
        if kind.type == OPERATOR:
            return self._administered.machine(kind.name, tuple(Scope))
        return self._administered.client(kind.name, means=kind.means)

    def send(self, kind: Kind, operation: Operation, example: Example) -> Response:
        """Send the request of the example as an actor of this kind."""
        client = self.client(kind)
        headers = {}
        if example.conditional:
            shown = client.get(example.conditional)
            headers["if_match"] = shown.headers["etag"] if shown.status == 200 else '"unseen"'
        path = example.path(operation.template) + (f"?{example.query}" if example.query else "")
        return client.request(operation.method, path, example.body, **headers)

    def told(self, kind: Kind, operation: Operation, example: Example, decision: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the reasons and rules of a refusal as people are told them: nothing of a person whom they name.

        Whoever may not do the thing at all is told what stands in his own way, as if he had named nobody (F29).
        """
        reasons, rules = decision["context"]["reasons"], decision["context"]["rules"]
        own = [reason for reason in reasons if REASON_CLASSES[Reason(reason)] is not ReasonClass.TARGET]
        if not own or not {"candidate", "target"} & example.properties.keys():
            return reasons, rules
        nobody = {name: value for name, value in example.properties.items() if name not in {"candidate", "target"}}
        asked_of_nobody = self.decided(kind, operation, replace(example, properties=nobody))
        return own, asked_of_nobody["context"]["rules"]

    def decided(self, kind: Kind, operation: Operation, example: Example) -> Mapping[str, Any]:
        """Return what the decision endpoint says of the question that the example comes down to."""
        subject = kind.subject("" if example.resource == OWN else NUMBER[ENTERPRISE])
        resource = {"type": _KINDS_OF_RESOURCES.get(example.resource[:3], ""), "id": example.resource}
        if example.resource == OWN:
            resource = {"type": "person", "id": subject["id"]}
        question = {
            "subject": subject,
            "action": {"name": operation.actions[0], "properties": dict(example.properties)},
            "resource": resource,
            "context": kind.context(),
        }
        reply = self._decisions.evaluate(question)
        assert reply.status == 200, reply
        answer: Mapping[str, Any] = reply.json()
        return answer


def opened_office(directory: Path) -> Iterator[Office]:
    """Open an office over the reference world."""
    with administered(f"sqlite:///{directory / 'authz.db'}", directory) as opened:
        yield Office(opened, directory)
