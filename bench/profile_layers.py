"""Where the microseconds of a decision go, layer by layer, in process, on SQLite and PostgreSQL.

    python -m bench.profile_layers [--enterprises 1000] [--rounds 7] [--json FILE]

Every request is answered twice: as a whole (a WSGI call: environment in, bytes out), and layer by layer, each taking
what the one before it gave, in the order of a request: run in a loop of its own, a layer would find its code and data
in the processor's caches, and look twice as quick as it is. Both databases take turns. A figure is the processor time
of the answering thread in microseconds, the median of all requests: what else the machine does weighs little on it.
What PostgreSQL's own process takes is a line of its own. Databases are made anew, in a directory and a server of their
own, and removed at the end.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from authz_service.bootstrap.application import build_application
from authz_service.bootstrap.databases import upgrade_database
from authz_service.bootstrap.service import Service, build_service
from authz_service.decision_api.answers import answer_of, new_evaluation_ids
from authz_service.decision_api.batches import Batch, batch_in
from authz_service.decision_api.evaluations import question_in
from authz_service.decision_api.replies import json_reply
from authz_service.domain import moments
from authz_service.domain.callers import Caller
from authz_service.domain.vocabulary import Scope
from authz_service.services.decisions import _Asked
from authz_service.services.standings.reading import Asker
from authz_service.settings import load_settings
from authz_service.store.callers import hash_of_key
from authz_service.store.folding import caller_of, fold
from authz_service.store.questions import parameters
from authz_service.store.statements import read_statement
from bench.profile_world import KEY, body_of, fill, questions
from tests.support.postgresql import PostgreSQL

SINGLES: Final = 300
BATCH: Final = 100
PATHS: Final = {"single": "/access/v1/evaluation", "batch of 100": "/access/v1/evaluations"}
DEPTH: Final = 32
WHOLE: Final = "the whole request"
SERVER: Final = "beside it: the process of PostgreSQL"
SCOPES: Final = frozenset({Scope.DECIDE})

Step = Callable[[Any], Any]


@dataclass(frozen=True)
class Profiled:
    """One service on one database, and what the layers took, in microseconds, by kind of request and layer."""

    service: Service
    application: Any
    requests: dict[str, list[bytes]]
    taken: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def round(self) -> None:
        """Answer every request twice: as a whole, and layer by layer."""
        gc.collect()
        gc.disable()
        for kind, bodies in self.requests.items():
            backend = self._backend()
            before = _nanoseconds_of(backend)
            for body in bodies:
                self._timed(kind, WHOLE, partial(_called, self.application, PATHS[kind]), body)
            if backend:
                self.taken[kind, SERVER].append((_nanoseconds_of(backend) - before) / 1000 / len(bodies))
            layers = list(_layers(self.service, many=kind != "single"))
            for body in bodies:
                if _finds_apart(self.service, many=kind != "single"):
                    self._timed(kind, "caller", self.service.callers.find, KEY)
                given: Any = body
                for name, step in layers:
                    given = self._timed(kind, name, step, given)
        gc.enable()

    def _timed(self, kind: str, name: str, step: Step, given: Any) -> Any:
        started = time.thread_time_ns()
        result = step(given)
        self.taken[kind, name].append((time.thread_time_ns() - started) / 1000)
        return result

    def _backend(self) -> int:
        """The process of the database server that answers this thread, 0 where there is none."""
        if self.service.database.dialect == "sqlite":
            return 0
        [(process,)] = self.service.database.query("SELECT pg_backend_pid()", ())
        return int(process)


def _nanoseconds_of(process: int) -> int:
    """Return how long a process has run on a processor."""
    return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[0]) if process else 0


def _layers(service: Service, *, many: bool) -> Iterator[tuple[str, Step]]:
    """Yield the layers in order; each takes what the one before it gave, for one request."""
    database, decisions = service.database, service.decisions
    apart = _finds_apart(service, many=many)

    def read(asked: Any) -> Any:
        asker = Asker(SCOPES, moments.now(), decisions.levels, whole=False)
        return [_Asked.read(question, asker) for question in asked]

    def values(asked: Any) -> Any:
        caller = None if apart else (hash_of_key(KEY), moments.now())
        return asked, *parameters([each.query for each in asked], database.key, caller)

    def rows(given: Any) -> Any:
        asked, values, needs = given
        return asked, database.query(read_statement(database.dialect, needs), values)

    def facts(given: Any) -> Any:
        asked, found = given
        if not apart:
            service.callers.ahead(KEY, _accept).read(*caller_of(found))
        return list(zip(asked, fold([each.query for each in asked], found).facts, strict=True))

    def decided(given: Any) -> Any:
        return given, [decisions._decision(asked, known) for asked, known in given]  # noqa: SLF001

    def standings(given: Any) -> Any:
        return *given, [asked.standing(known) for asked, known in given[0]]

    def policy(given: Any) -> Any:
        return *given[:2], [service.policy.ask(standing) for standing in given[2]]

    yield "strict JSON to questions", partial(_asked, many=many)
    yield "reading the questions", read
    yield "query values", values
    yield "statement (driver and server)", rows
    yield "rows to facts", facts
    yield "standing, policy, decision", decided
    yield "(of it: facts to standings)", standings
    yield "(of it: the policy's remembered answer)", policy
    yield "answer and reply", partial(_reply, service, many=many)


def _asked(octets: bytes, *, many: bool) -> Sequence[Any]:
    """Return the questions of a request."""
    if not many:
        return [question_in(octets, DEPTH)]
    batch = batch_in(octets, BATCH, DEPTH)
    return batch.questions if isinstance(batch, Batch) else [batch]


def _finds_apart(service: Service, *, many: bool) -> bool:
    """Tell whether the caller is found by itself, not read along with the facts of a question by itself."""
    return many or not service.callers.gains_by_reading_ahead


def _reply(service: Service, given: Any, *, many: bool) -> bytes:
    told = [
        answer_of(asked.question, decision, service.explanations, evaluation_id)
        for (asked, _), decision, evaluation_id in zip(*given[:2], new_evaluation_ids(len(given[0])), strict=True)
    ]
    return json_reply({"evaluations": told} if many else told[0]).body


def _accept(caller: Caller | None) -> None:
    if caller is None or Scope.DECIDE not in caller.scopes:
        raise RuntimeError("the caller is not known")


def _called(application: Any, path: str, body: bytes) -> bytes:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Bearer {KEY}",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }
    started: list[str] = []
    octets = b"".join(application(environ, lambda status, _: started.append(status)))
    if started != ["200 OK"]:
        raise RuntimeError(f"{path}: {started}: {octets!r}")
    return octets


def _profiled(url: str, directory: Path, enterprises: int, requests: dict[str, list[bytes]]) -> Profiled:
    directory.mkdir()
    os.environ.update({"AUTHZ_DATABASE_URL": url, "AUTHZ_KEY_FILE": str(directory / "keys.json")})
    settings = load_settings()
    upgrade_database(settings)
    service = build_service(settings)
    sys.stderr.write(f"{service.database.dialect}: {fill(service.database, enterprises)} facts\n")
    return Profiled(service, build_application(service), requests)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="where to write the figures of every round")
    given = parser.parse_args()
    asked = questions(given.enterprises, SINGLES)
    batches = [asked[start : start + BATCH] for start in range(0, SINGLES, BATCH)]
    requests = {
        "single": [body_of(question) for question in asked],
        "batch of 100": [body_of({"evaluations": batch}) for batch in batches],
    }
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(PostgreSQL())
        urls = {"SQLite": f"sqlite:///{directory / 'profile.db'}", "PostgreSQL": server.create_database()}
        profiles = {name: _profiled(url, directory / name, given.enterprises, requests) for name, url in urls.items()}
        for profile in profiles.values():
            profile.round()  # prepares the statements, remembers the policy's answers
            profile.taken.clear()
        for number in range(given.rounds):
            for name in list(profiles) if number % 2 else list(reversed(profiles)):
                profiles[name].round()
        for profile in profiles.values():
            profile.service.close()
    _print(profiles)
    if given.json:
        kept = {name: {" | ".join(key): taken for key, taken in p.taken.items()} for name, p in profiles.items()}
        given.json.write_text(json.dumps(kept, indent=1) + "\n")


def _print(profiles: dict[str, Profiled]) -> None:
    columns = [(name, kind) for kind in PATHS for name in profiles]
    layers = list(dict.fromkeys(layer for profile in reversed(profiles.values()) for _, layer in profile.taken))
    sys.stdout.write("| layer | " + " | ".join(f"{name}, {kind}" for name, kind in columns) + " |\n")
    sys.stdout.write("| --- |" + " ---: |" * len(columns) + "\n")
    for layer in layers:
        figures = [profiles[name].taken[kind, layer] for name, kind in columns]
        shown = [f"{statistics.median(taken):.1f}" if taken else "" for taken in figures]
        sys.stdout.write(f"| {layer} | " + " | ".join(shown) + " |\n")


if __name__ == "__main__":
    main()
