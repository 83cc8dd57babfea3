"""The service as it runs, two workers, beside a primary and a streaming replica: correct, or 503, never stale."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import requests

from tests.support.reference import ALLOWED
from tests.support.replication import Replicated, replicated
from tests.support.service import Service, start_service

CHANGES: Final = 200


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicated]:
    with replicated(tmp_path_factory.mktemp("replicated")) as servers:
        yield servers


@pytest.fixture
def servers(pair: Replicated) -> Replicated:
    """Both servers up, the replica as far as the primary, Carla allowed."""
    pair.heal()
    return pair


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(False, id="callers on the primary", marks=pytest.mark.slow),
        pytest.param(True, id="callers on replicas too"),
    ],
)
def service(
    pair: Replicated, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Service]:
    pair.heal()
    folder = tmp_path_factory.mktemp("service")
    (folder / "service.key").write_bytes(pair.key_file.read_bytes())
    (folder / "service.key").chmod(0o600)
    settings = {
        "AUTHZ_DATABASE__REPLICAS": json.dumps([pair.replica_url]),
        "AUTHZ_DATABASE__MIN_FACTS_WAIT": "0.2",
        "AUTHZ_DATABASE__CALLERS_ON_REPLICAS": str(request.param).lower(),
    }
    with start_service(pair.url, folder, workers=2, facts=None, settings=settings, name=str(request.param)) as running:
        yield running


def ask(service: Service, min_facts: int | None) -> requests.Response:
    """May Carla, the GAP, list users? Over a connection of its own, so any worker may answer."""
    return requests.post(
        f"{service.base_url}/access/v1/evaluation",
        json={**ALLOWED, "context": {"min_facts": min_facts}},
        headers={"Authorization": f"Bearer {service.key}"},
        timeout=30,
    )


def told(service: Service, min_facts: int | None = None) -> tuple[int, bool | None, int | None]:
    """The status, and of an answer the decision and its facts revision."""
    reply = ask(service, min_facts)
    if reply.status_code != 200:
        assert int(reply.headers["Retry-After"]) >= 1
        return reply.status_code, None, None
    content = reply.json()
    return 200, content["decision"], content["context"]["facts"]


def test_no_worker_gives_a_stale_answer_whatever_replication_does(service: Service, servers: Replicated) -> None:
    """Paused and resumed at any time; each change is asked about at once, with and without its revision."""
    chance, stale, held_back = random.Random(6), 0, 0
    for _ in range(CHANGES):
        match chance.randrange(12):
            case 0:
                servers.replica.pause()
            case 1 | 2:
                servers.replica.resume()
        manage = chance.random() < 0.5
        revision = servers.let_carla(manage=manage)
        stale += told(service, revision) != (200, manage, revision)
        stale += told(service) != (200, manage, revision)
        held_back += told(service, 0) != (200, manage, revision)
    assert stale == 0
    assert held_back > 0  # the replica is asked, and it is behind: what was said above was not said by chance


def test_with_replication_paused_a_revision_is_read_on_the_primary(service: Service, servers: Replicated) -> None:
    before = servers.last_revision()
    servers.replica.pause()
    revision = servers.let_carla(manage=False)
    assert told(service, before) == (200, True, before)
    assert told(service, revision) == (200, False, revision)
    assert told(service, revision + 1) == (503, None, None)
    servers.replica.resume()
    servers.replica.catch_up()
    assert told(service, before) == (200, False, revision)


def test_without_the_replica_the_primary_answers(service: Service, servers: Replicated) -> None:
    revision = servers.let_carla(manage=False)
    servers.replica.go_down()
    for min_facts in (None, 0, revision):
        assert told(service, min_facts) == (200, False, revision)
    assert told(service, revision + 1) == (503, None, None)


def test_without_the_primary_the_replica_answers_what_it_has(service: Service, servers: Replicated) -> None:
    """To callers that can be known: those with keys only where their keys may be looked up there."""
    known = json.loads(service.environment["AUTHZ_DATABASE__CALLERS_ON_REPLICAS"])
    servers.replica.catch_up()
    before = servers.last_revision()
    servers.replica.pause()
    lost = servers.let_carla(manage=False)
    servers.primary.go_down()
    for there in (0, before):
        assert told(service, there) == ((200, True, before) if known else (503, None, None))
    for beyond in (None, lost):
        assert told(service, beyond) == (503, None, None)
    servers.replica.resume()
    servers.primary.come_up()
    servers.replica.catch_up()
    time.sleep(1.1)  # a server that did not answer is left alone for a second
    for any_at_all in (None, 0, lost):
        assert told(service, any_at_all) == (200, False, lost)


@pytest.mark.slow
def test_the_service_starts_without_its_replica(servers: Replicated, tmp_path: Path) -> None:
    servers.replica.go_down()
    (tmp_path / "service.key").write_bytes(servers.key_file.read_bytes())
    (tmp_path / "service.key").chmod(0o600)
    settings = {"AUTHZ_DATABASE__REPLICAS": json.dumps([servers.replica_url])}
    with start_service(servers.url, tmp_path, facts=None, settings=settings, name="alone") as running:
        assert told(running, 0) == (200, True, servers.last_revision())
