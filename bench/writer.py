"""A process that grants and revokes applications through the write door, and asks after each what is answered now.

    python -m bench.writer --size N (--revocations N | --rate N --seconds N) --ask URL [--turn I --of N]

The database and the caller's key come from the environment (AUTHZ_DATABASE_URL, AUTHZ_KEY_FILE, AUTHZ_BENCH_KEY). It
prints "ready", and at its end one line of JSON. Of N such processes, each has places of its own. What it grants it
revokes again, so the facts are as before.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from authz_service.bootstrap.service import build_service
from authz_service.domain.actors import Actor
from authz_service.domain.commands import GrantApplication, RevokeApplication
from authz_service.domain.vocabulary import SubjectType
from authz_service.services.authority.door import Authority
from authz_service.settings import load_settings
from bench.dataset import OFFERED, Account, Dataset, Enterprise, national_number, person_id
from bench.questions import Action, Kind, PersonFacts, Question, ResourceFacts
from bench.requests import unpopular
from bench.service import body_of

__all__: list[str] = []

CONNECTIONS: Final = 16
"""Over which it asks in turn, so that every worker answers some."""
PLACES: Final = 200
"""Accounts that are granted to in turn."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An account, and an application that is not in its profile."""

    enterprise: Enterprise
    account: Account
    application: str

    @property
    def chief(self) -> Actor:
        """Who grants and revokes."""
        digits = national_number(self.enterprise.person(self.enterprise.chief))
        return Actor(SubjectType.PERSON, digits, self.enterprise.number, "eid")

    def body(self) -> bytes:
        """Return the question whether the account's holder opens the application."""
        number = self.enterprise.person(self.account.place)
        question = Question(
            action=Action.USE_APPLICATION,
            person=national_number(number),
            person_id=person_id(number),
            enterprise=self.enterprise.id,
            enterprise_number=self.enterprise.number,
            capacity=self.account.capacity,
            application=self.application,
            candidate="",
            candidate_id="",
            account=self.account.id,
            facts=PersonFacts(),
            resource=ResourceFacts(()),
            expected=False,
        )
        return json.dumps(body_of(question)).encode()


def _places(dataset: Dataset, turn: int = 0, of: int = 1) -> Iterator[_Place]:
    """Yield places in enterprises that are hardly asked about, again and again; of so many writers, those of one."""
    found = []
    for enterprise in unpopular(dataset):
        types = {capacity.id: capacity.type for capacity in enterprise.capacities}
        for account in enterprise.accounts:
            lacking = [code for code in OFFERED[types[account.capacity]] if code not in account.applications]
            if account.kind is Kind.USER and not account.blocked and lacking:
                found.append(_Place(enterprise, account, lacking[0]))
                break
        if len(found) == PLACES:
            break
    return itertools.cycle(found[turn::of])


class _Asker:
    """Asks the service over several connections in turn."""

    def __init__(self, url: str, key: str) -> None:
        netloc = urlsplit(url).netloc
        self._lines = [http.client.HTTPConnection(netloc, timeout=30) for _ in range(CONNECTIONS)]
        self._turn = itertools.cycle(self._lines)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def ports(self) -> list[int]:
        """Return the local ports of the connections, opened before."""
        for line in self._lines:
            line.connect()
        return [line.sock.getsockname()[1] for line in self._lines]

    def allowed(self, body: bytes) -> bool:
        """Return the decision; an error of the service raises ValueError."""
        line = next(self._turn)
        line.request("POST", "/access/v1/evaluation", body, self._headers)
        reply = line.getresponse()
        read = json.loads(reply.read())
        if reply.status != http.HTTPStatus.OK or "error" in read.get("context", {}):
            raise ValueError(f"the service answered with an error (status {reply.status})")
        return read["decision"] is True


@dataclass(slots=True)
class _Found:
    writes: int = 0
    revocations: int = 0
    stale: int = 0
    """Answers that were not as the last write has it, revocations and grants together."""


class _Writer:
    """Grants and revokes, one after the other."""

    def __init__(self, authority: Authority, asker: _Asker) -> None:
        self._authority = authority
        self._asker = asker
        self.found = _Found()
        self.times: list[float] = []

    def pair(self, place: _Place, due: float = 0.0, gap: float = 0.0) -> None:
        """Grant, ask, revoke, ask; no write before it is due, and the second a gap after the first."""
        for number, allowed in enumerate((True, False)):
            time.sleep(max(0.0, due + number * gap - time.perf_counter()) if due else 0.0)
            begun = time.perf_counter()
            kind = GrantApplication if allowed else RevokeApplication
            report = self._authority.carry_out(place.chief, [kind(place.account.id, place.application)])
            self.times.append(time.perf_counter() - begun)
            if not report.done:
                raise ValueError("a write was refused")
            self.found.writes += 1
            self.found.revocations += not allowed
            self.found.stale += self._asker.allowed(place.body()) is not allowed


def _run(asked: argparse.Namespace) -> dict[str, object]:
    with closing(build_service(load_settings())) as service:
        asker = _Asker(asked.ask, os.environ["AUTHZ_BENCH_KEY"])
        writer, places = _Writer(service.authority, asker), _places(Dataset(asked.size), asked.turn, asked.of)
        writer.pair(next(places))
        writer.found, writer.times = _Found(), []
        ports = asker.ports()
        print(json.dumps({"ready": ports}), flush=True)
        begun = time.perf_counter()
        if asked.revocations:
            for _ in range(asked.revocations):
                writer.pair(next(places))
        else:
            gap = 1 / asked.rate
            due = begun
            while due < begun + asked.seconds:
                writer.pair(next(places), due, gap)
                due = max(due + 2 * gap, time.perf_counter() - 2 * gap)
        seconds = time.perf_counter() - begun
        found, times = writer.found, sorted(writer.times)
        return {
            "writes": found.writes,
            "revocations": found.revocations,
            "stale": found.stale,
            "rate": found.writes / seconds,
            "write_p50": statistics.median(times) * 1e6,
            "write_p99": times[int(len(times) * 0.99)] * 1e6,
        }


def main() -> int:
    """Write as the arguments ask for, and print what came of it. Return 0."""
    parser = argparse.ArgumentParser(prog="bench.writer", description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--revocations", type=int, default=0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--ask", required=True)
    parser.add_argument("--turn", type=int, default=0)
    parser.add_argument("--of", type=int, default=1)
    print(json.dumps(_run(parser.parse_args())), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
