"""Requests that come again under the same Idempotency-Key are answered as the first time."""

from typing import Any

import pytest

from tests.support.administration import Administered, Client, number_of

CAPACITY = "/capacities/alpha.nsso"
CONTACT = {"email": "direction@alpha.example", "telephone": "+3225556677"}


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


def somebody() -> dict[str, Any]:
    return {"ssin": number_of("umar"), "email": "umar@alpha.example"}


REQUESTS: list[tuple[str, str, Any]] = [
    ("POST", f"{CAPACITY}/users", "somebody"),
    ("POST", f"{CAPACITY}/coAccessManagers", "somebody"),
    ("POST", "/coChiefAccessManagers", "somebody"),
    ("PUT", f"{CAPACITY}/accessManager", "manager"),
    ("DELETE", f"{CAPACITY}/users/acc_ines", None),
    ("DELETE", f"{CAPACITY}/coAccessManagers/acc_greet", None),
    ("DELETE", "/coChiefAccessManagers/ds03", None),
    ("PUT", f"{CAPACITY}/users/acc_ines/applications/EBOX", None),
    ("DELETE", f"{CAPACITY}/users/acc_ines/applications/DMFA", None),
    ("POST", f"{CAPACITY}/users/block", {"users": ["acc_ines", "acc_leo"]}),
    ("POST", f"{CAPACITY}/users/unblock", {"users": ["acc_jan"]}),
    ("POST", f"{CAPACITY}/users/delete", {"users": ["acc_ines", "acc_leo"]}),
    ("POST", f"{CAPACITY}/users/grantApplications", {"users": ["acc_ines"], "applications": ["EBOX", "PUBLIATO"]}),
    ("POST", f"{CAPACITY}/users/revokeApplications", {"users": ["acc_ines"], "applications": ["DMFA"]}),
    ("PATCH", CAPACITY, {"email": "nsso@alpha.example"}),
]


@pytest.mark.parametrize(("method", "path", "content"), REQUESTS, ids=lambda value: str(value)[:40])
def test_a_repetition_is_answered_alike_and_changes_nothing(
    carla: Client, method: str, path: str, content: Any
) -> None:
    if isinstance(content, str):
        content = {**somebody(), **({"replaces": "acc_frank"} if content == "manager" else {})}
    headers = {"idempotency_key": "key-1"}
    if method == "PATCH":
        headers["if_match"] = carla.get(path).headers["etag"]
    first = carla.request(method, path, content, **headers)
    again = carla.request(method, path, content, **headers)
    assert first.status in {200, 201, 204}
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for name in ("location", "authz-facts-revision"):
        assert again.headers.get(name) == first.headers.get(name)
    assert (again.status, again.body) == (first.status, first.body)


def test_a_designation(administered: Administered) -> None:
    body = {
        "candidate": {"ssin": number_of("umar")},
        **CONTACT,
        "requester": CONTACT,
        "confirmed": True,
        "declaration": "2018-07",
        "replaces": "ds02",
    }
    anne = administered.client("anne", "alpha").sending(idempotency_key="k")
    first = anne.post("/chiefAccessManagerDesignations", body)
    again = anne.post("/chiefAccessManagerDesignations", body)
    assert (again.status, again.body, again.headers["location"]) == (201, first.body, first.headers["location"])


def test_another_request_under_the_key_is_a_conflict(carla: Client) -> None:
    carla = carla.sending(idempotency_key="k")
    path = f"{CAPACITY}/users/acc_ines/applications"
    assert carla.put(f"{path}/EBOX").status == 204
    assert carla.put(f"{path}/PUBLIATO").problem(409, "idempotencyKeyReused")
    assert carla.delete(f"{path}/EBOX").problem(409, "idempotencyKeyReused")


def test_a_key_is_somebodys_own(administered: Administered) -> None:
    for person in ("carla", "frank"):
        client = administered.client(person, "alpha").sending(idempotency_key="k")
        reply = client.put(f"{CAPACITY}/users/acc_ines/applications/EBOX")
        assert "idempotency-replayed" not in reply.headers


def test_what_was_refused_may_be_asked_again(carla: Client) -> None:
    carla = carla.sending(idempotency_key="k")
    assert carla.post(f"{CAPACITY}/users/unblock", {"users": ["acc_ines"]}).status == 409
    assert carla.sending(idempotency_key="other").post(f"{CAPACITY}/users/block", {"users": ["acc_ines"]}).status == 200
    assert carla.post(f"{CAPACITY}/users/unblock", {"users": ["acc_ines"]}).status == 200


@pytest.mark.parametrize("key", ["", "é", "x" * 256, "tab\there"])
def test_a_key_is_printable_and_short(carla: Client, key: str) -> None:
    reply = carla.delete(f"{CAPACITY}/users/acc_ines", idempotency_key=key)
    [issue] = reply.problem(400, "badRequest")["issues"]
    assert (issue["in"], issue["name"]) == ("header", "Idempotency-Key")
