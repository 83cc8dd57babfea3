"""The service as it runs: a server with two workers, asked over HTTP by real connections."""

import http.client
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.reference import ALLOWED, DENIED
from tests.support.service import Service

MIB = 1024 * 1024


@pytest.fixture
def session(service: Service) -> Iterator[requests.Session]:
    """A caller that keeps its connection."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {service.key}"
        yield session


def evaluate(service: Service, question: dict[str, Any], key: str | None = None, **headers: str) -> requests.Response:
    headers["Authorization"] = f"Bearer {service.key if key is None else key}"
    return requests.post(f"{service.base_url}/access/v1/evaluation", json=question, headers=headers, timeout=30)


def test_yes_and_no_on_every_database(every_service: Service) -> None:
    for question, decision in ((ALLOWED, True), (DENIED, False)):
        reply = evaluate(every_service, question)
        assert reply.status_code == 200
        assert reply.headers["Content-Type"] == "application/json"
        assert reply.json()["decision"] is decision


def test_the_databases_give_the_same_answers(service: Service, service_on_postgresql: Service) -> None:
    questions = [{**question, "context": {"at": "2024-03-15", "explain": True}} for question in (ALLOWED, DENIED)]
    answers = []
    for one in (service, service_on_postgresql):
        reply = requests.post(
            f"{one.base_url}/access/v1/evaluations",
            json={"evaluations": questions},
            headers={"Authorization": f"Bearer {one.key}"},
            timeout=30,
        ).json()["evaluations"]
        for answer in reply:
            del answer["context"]["evaluation_id"]
        answers.append(reply)
    assert answers[0] == answers[1]


def test_a_revoked_key_is_refused_by_the_very_next_request(every_service: Service) -> None:
    """By each of the workers, whoever is asked."""
    key = every_service.run("caller", "add", "short-lived", "--scope", "decide").strip()
    assert {evaluate(every_service, ALLOWED, key).status_code for _ in range(10)} == {200}
    every_service.run("caller", "revoke", "short-lived")
    refused = [evaluate(every_service, ALLOWED, key) for _ in range(10)]
    assert {reply.status_code for reply in refused} == {401}
    unknown = evaluate(every_service, ALLOWED, "authz_" + "x" * 43)
    assert {reply.content for reply in refused} == {unknown.content}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/access/v1/evaluation", json.dumps(ALLOWED), 200),
        ("/access/v1/evaluation", "", 400),
        ("/access/v1/evaluation", "[" * 500_000, 400),
        ("/access/v1/evaluation", " " * (MIB + 1), 413),
        ("/access/v1/evaluation/", json.dumps(ALLOWED), 404),
        ("/livez", "", 405),
    ],
)
def test_the_request_id_comes_back(
    service: Service, session: requests.Session, path: str, body: str, status: int
) -> None:
    headers = {"X-Request-ID": "a b;c=1", "Content-Type": "application/json"}
    reply = session.post(f"{service.base_url}{path}", data=body, headers=headers, timeout=30)
    assert reply.status_code == status
    assert reply.headers["X-Request-ID"] == "a b;c=1"
    if status != 200:
        assert reply.json()["code"] == status
    # The connection is still good for the next question.
    assert session.post(f"{service.base_url}/access/v1/evaluation", json=ALLOWED, timeout=30).json()["decision"] is True


def test_whoever_sends_too_much_gets_the_answer_every_time(service: Service) -> None:
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
    replies = [
        requests.post(f"{service.base_url}/access/v1/evaluation", data=" " * (2 * MIB), headers=headers, timeout=30)
        for _ in range(40)
    ]
    assert {reply.status_code for reply in replies} == {413}


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/access/v1/evaluation/", True, 404),
        ("/access/v1/evaluation", False, 401),
        ("/livez", True, 405),
        ("/doc", True, 405),
        ("/accessManagement/v1/me", True, 405),
        ("/accessManagement/v1/nowhere", True, 404),
    ],
)
def test_whoever_pauses_before_the_body_gets_the_answer(service: Service, path: str, key: bool, status: int) -> None:
    """Even where nobody reads the body: and the connection is still good for the next question."""
    body = json.dumps(ALLOWED).encode()
    connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc, timeout=30)
    with closing(connection):
        for where, who, answer in ((path, key, status), ("/access/v1/evaluation", True, 200)):
            connection.putrequest("POST", where)
            connection.putheader("Authorization", f"Bearer {service.key if who else 'nobody'}")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            time.sleep(0.1)
            connection.send(body)
            reply = connection.getresponse()
            reply.read()
            assert reply.status == answer


def test_a_large_batch_arrives_whole(service: Service, session: requests.Session) -> None:
    items = [{"resource": (ALLOWED if number % 3 else DENIED)["resource"], "note": "x" * 800} for number in range(1000)]
    body = {**ALLOWED, "evaluations": items}
    assert len(json.dumps(body)) > 800_000
    reply = session.post(f"{service.base_url}/access/v1/evaluations", json=body, timeout=60)
    decisions = [answer["decision"] for answer in reply.json()["evaluations"]]
    assert decisions == [bool(number % 3) for number in range(1000)]


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def test_a_body_without_length_is_read_to_its_end(service: Service, session: requests.Session) -> None:
    """With chunks there is no Content-Length; the limit holds all the same."""
    body = json.dumps(ALLOWED).encode()
    headers = {"Content-Type": "application/json"}
    url = f"{service.base_url}/access/v1/evaluation"
    assert session.post(url, data=pieces(body, 10), headers=headers, timeout=30).json()["decision"] is True
    padded = pieces(body.ljust(MIB), 65536)
    assert session.post(url, data=padded, headers=headers, timeout=30).json()["decision"] is True
    assert session.post(url, data=pieces(body.ljust(MIB + 1), 65536), headers=headers, timeout=30).status_code == 413


def test_metadata_name_what_is_there(service: Service) -> None:
    url = f"{service.base_url}/.well-known/authzen-configuration"
    metadata = requests.get(
        url, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}, timeout=30
    ).json()
    assert metadata["policy_decision_point"] == service.base_url
    for name, body in (("access_evaluation_endpoint", ALLOWED), ("access_evaluations_endpoint", {"evaluations": [{}]})):
        headers = {"Authorization": f"Bearer {service.key}"}
        assert requests.post(metadata[name], json=body, headers=headers, timeout=30).status_code == 200


def test_health_and_documentation_are_public(service: Service) -> None:
    for path in ("/livez", "/readyz", "/doc", "/doc/openapi.json", "/doc/openapi.yaml"):
        assert requests.get(f"{service.base_url}{path}", timeout=30).status_code == 200
    assert requests.get(f"{service.base_url}/nowhere", timeout=30).json()["code"] == 404


def test_head_has_no_body(service: Service) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc, timeout=30)
    for path, status in (("/livez", 405), ("/access/v1/evaluation", 405), ("/doc", 200)):
        connection.request("HEAD", path)
        reply = connection.getresponse()
        assert (reply.status, reply.read()) == (status, b"")
    connection.close()


def test_many_at_once(service: Service) -> None:
    """Every answer goes to whoever asked."""

    def ask(number: int) -> bool:
        question = ALLOWED if number % 2 else DENIED
        reply = evaluate(service, question, **{"X-Request-ID": str(number)})
        answer: dict[str, Any] = reply.json()
        return answer["decision"] is bool(number % 2) and reply.headers["X-Request-ID"] == str(number)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))


def test_the_log_holds_no_number_of_a_person(service: Service) -> None:
    """Whatever was asked, and wherever a number was put (F34)."""
    niss = ALLOWED["subject"]["id"]
    evaluate(service, {**ALLOWED, "action": {"name": niss}})
    evaluate(service, ALLOWED, **{"X-Request-ID": niss})
    requests.get(f"{service.base_url}/persons/{niss}?id={niss}", timeout=30)
    requests.post(f"{service.base_url}/access/v1/evaluation", data=niss, timeout=30)
    log = service.log()
    assert '"/access/v1/evaluation"' in log
    assert niss not in log
    assert service.key not in log
    assert not re.search(r"(?<![0-9a-f.:-])[0-9]{11}(?![0-9a-f])", log)
