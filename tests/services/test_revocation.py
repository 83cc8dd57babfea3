"""A revocation by one process is denied by the very next question to any worker of another (design: no fact cache)."""

import dataclasses
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from authz_service.domain import moments
from authz_service.domain.records import Record, RelationRecord
from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from authz_service.store.writing import Recorder
from tests.support.service import Service, start_service

REVOCATIONS = 1_000
CARLA = "85091291489"
QUESTION = {
    "subject": {
        "type": "person",
        "id": CARLA,
        "properties": {"acting_for": "0999010126", "authentication_means": "eid"},
    },
    "action": {"name": "list_users"},
    "resource": {"type": "capacity", "id": "alpha.nsso"},
}


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    with start_service(database_url, tmp_path, workers=2) as running:
        yield running


@contextmanager
def writer(service: Service) -> Iterator[Database]:
    """The database of the service as this process, another one than the service's, writes to it."""
    keys = read_key_file(Path(service.environment["AUTHZ_KEY_FILE"]))
    database = Database(service.environment["AUTHZ_DATABASE_URL"], keys)
    try:
        yield database
    finally:
        database.close()


def allowed(service: Service) -> bool:
    """Ask whether Carla, the GAP, lists users; each time over a connection of its own, so any worker may answer."""
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - a loopback address of ours
        f"{service.base_url}/access/v1/evaluation", json.dumps(QUESTION).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return bool(json.load(answer)["decision"])


def replace(database: Database, old: Record, new: Record) -> None:
    with Recorder(database) as recorder:
        recorder.record(add=[new], close=[old])


def test_no_worker_gives_a_stale_answer(service: Service) -> None:
    with writer(service) as database:
        with Recorder(database) as recorder:
            in_force = next(
                record
                for record in recorder.believed()
                if isinstance(record, RelationRecord) and record.relation_id == "ds02"
            )
        ended = dataclasses.replace(
            in_force, valid=moments.Period(in_force.valid.since, moments.begin_of("2024-01-01"))
        )
        assert allowed(service)
        stale = 0
        for _ in range(REVOCATIONS):
            replace(database, in_force, ended)
            stale += allowed(service)
            replace(database, ended, in_force)
            stale += not allowed(service)
        assert stale == 0
