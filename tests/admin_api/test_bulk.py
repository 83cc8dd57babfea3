"""The same done to several users: all or none, or each by itself."""

from typing import Any

import pytest

from tests.support.administration import Administered, Client

USERS = "/capacities/alpha.nsso/users"


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


def statuses(client: Client) -> dict[str, str]:
    return {item["id"]: item["status"] for item in client.get(f"{USERS}?pageSize=100").json()["items"]}


def outcomes(content: Any) -> list[tuple[str, str]]:
    return [(result["user"], result["outcome"]) for result in content["results"]]


def test_users_are_blocked_and_unblocked(carla: Client) -> None:
    users = ["acc_ines", "acc_leo"]
    reply = carla.post(f"{USERS}/block", {"users": users})
    assert outcomes(reply.json()) == [("acc_ines", "done"), ("acc_leo", "done")]
    assert reply.headers["authz-facts-revision"] == str(reply.json()["factsRevision"])
    assert [statuses(carla)[user] for user in users] == ["blocked", "blocked"]
    assert carla.post(f"{USERS}/unblock", {"users": users}).status == 200
    assert [statuses(carla)[user] for user in users] == ["active", "active"]


def test_users_are_deleted(carla: Client) -> None:
    assert carla.post(f"{USERS}/delete", {"users": ["acc_ines", "acc_leo"]}).status == 200
    assert not {"acc_ines", "acc_leo"} & statuses(carla).keys()


def test_applications_are_put_in_and_taken_out(carla: Client) -> None:
    body = {"users": ["acc_ines", "acc_leo"], "applications": ["PUBLIATO", "EBOX"]}
    results = carla.post(f"{USERS}/grantApplications", body).json()["results"]
    assert [(result["user"], result["application"]) for result in results] == [
        ("acc_ines", "PUBLIATO"),
        ("acc_ines", "EBOX"),
        ("acc_leo", "PUBLIATO"),
        ("acc_leo", "EBOX"),
    ]
    assert len(carla.get(f"{USERS}/acc_leo").json()["applications"]) == 4
    assert carla.post(f"{USERS}/revokeApplications", body).status == 200
    assert len(carla.get(f"{USERS}/acc_leo").json()["applications"]) == 2


class TestAllOrNothing:
    def test_one_that_is_in_another_state_is_a_conflict(self, carla: Client) -> None:
        before = statuses(carla)
        problem = carla.post(f"{USERS}/block", {"users": ["acc_ines", "acc_jan"]}).problem(409, "stateConflict")
        assert outcomes(problem) == [("acc_ines", "withdrawn"), ("acc_jan", "refused")]
        assert problem["reasons"] == ["TARGET_STATE"]
        assert problem["results"][1]["explanation"]
        assert statuses(carla) == before

    def test_one_that_one_may_not_touch_is_a_refusal(self, administered: Administered, carla: Client) -> None:
        frank = administered.client("frank", "alpha").speaking("de")
        problem = frank.post(f"{USERS}/block", {"users": ["acc_ines", "acc_greet", "acc_jan"]})
        content = problem.problem(403, "missingPermission")
        assert outcomes(content) == [("acc_ines", "withdrawn"), ("acc_greet", "refused"), ("acc_jan", "refused")]
        assert content["reasons"] == ["TARGET_IS_MANAGER", "TARGET_STATE"]
        assert content["detail"].startswith("Es wurde nichts geändert")
        assert statuses(carla)["acc_ines"] == "active"


class TestEachByItself:
    def test_what_can_be_done_is_done(self, administered: Administered) -> None:
        frank = administered.client("frank", "alpha")
        body = {"users": ["acc_ines", "acc_greet", "acc_jan"], "allOrNothing": False}
        reply = frank.post(f"{USERS}/block", body)
        assert outcomes(reply.json()) == [("acc_ines", "done"), ("acc_greet", "refused"), ("acc_jan", "refused")]
        done, manager, blocked = reply.json()["results"]
        assert done.keys() == {"user", "outcome"}
        assert (manager["reasons"], manager["rules"]) == (["TARGET_IS_MANAGER"], ["DRV-03"])
        assert blocked["reasons"] == ["TARGET_STATE"]
        assert statuses(frank)["acc_ines"] == "blocked"

    def test_somebody_who_may_nothing_is_told_for_each(self, administered: Administered) -> None:
        body = {"users": ["acc_jan", "acc_leo"], "allOrNothing": False}
        results = administered.client("ines", "alpha").post(f"{USERS}/unblock", body).json()["results"]
        assert {result["outcome"] for result in results} == {"refused"}


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        ({"users": []}, "schemaViolation", "users"),
        ({"users": ["acc_ines", "acc_ines"]}, "schemaViolation", "users"),
        ({"users": [f"u{position}" for position in range(1001)]}, "schemaViolation", "users"),
        ({"users": ["acc_ines", "acc_karen"]}, "referencedResourceNotFound", "users[1]"),
        ({"users": ["nobody"]}, "referencedResourceNotFound", "users[0]"),
        ({"users": ["acc_ines", 7]}, "schemaViolation", "users[1]"),
        ({"users": ["acc_ines"], "allOrNothing": 1}, "schemaViolation", "allOrNothing"),
        ({"users": ["acc_ines"], "applications": ["DMFA"]}, "unknownInput", "applications"),
    ],
)
def test_whom_is_looked_at_first(carla: Client, body: object, kind: str, name: str) -> None:
    issues = carla.post(f"{USERS}/block", body).problem(400, "badRequest")["issues"]
    assert [(issue["type"].rsplit(":")[-1], issue["name"]) for issue in issues] == [(kind, name)]


@pytest.mark.parametrize("applications", [[], ["DMFA", "DMFA"], None])
def test_which_applications_is_looked_at_first(carla: Client, applications: object) -> None:
    body = {"users": ["acc_ines"], "applications": applications}
    issues = carla.post(f"{USERS}/grantApplications", body).problem(400, "badRequest")["issues"]
    assert {issue["name"] for issue in issues} == {"applications"}


def test_too_much_at_a_time(carla: Client) -> None:
    body = {"users": [f"u{n}" for n in range(1000)], "applications": [f"A{n}" for n in range(6)]}
    issue = carla.post(f"{USERS}/revokeApplications", body).problem(400, "badRequest")["issues"][0]
    assert "5000" in issue["detail"]
