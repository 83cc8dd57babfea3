"""The GA and co-GAs of a capacity."""

import pytest

from tests.support.administration import Administered, Client, number_of

CAPACITY = "/capacities/alpha.nsso"
MANAGER = f"{CAPACITY}/accessManager"


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


def body_for(person: str, **more: object) -> dict[str, object]:
    return {"ssin": number_of(person), "email": f"{person}@alpha.example", **more}


class TestTitular:
    def test_who_it_is(self, carla: Client) -> None:
        content = carla.get(MANAGER).json()
        assert (content["id"], content["givenName"], content["implicit"]) == ("acc_frank", "Frank", False)

    def test_where_none_is_named_it_is_the_gap(self, carla: Client) -> None:
        content = carla.get("/capacities/alpha.mobility/accessManager").json()
        assert (content["givenName"], content["implicit"]) == ("Carla", True)
        assert "id" not in content

    def test_another_is_named_in_his_place(self, carla: Client) -> None:
        reply = carla.put(MANAGER, body_for("umar", replaces="acc_frank", applications=["DMFA"]))
        assert reply.status == 200
        content = carla.get(MANAGER).json()
        assert (content["id"], content["givenName"]) == (reply.json()["id"], "Umar")
        assert carla.get(f"{CAPACITY}/users/acc_frank").status == 404
        detail = carla.get(f"{CAPACITY}/users/{content['id']}").json()
        assert [each["code"] for each in detail["applications"]] == ["DMFA"]

    def test_the_first_one(self, carla: Client) -> None:
        assert carla.put("/capacities/alpha.mobility/accessManager", body_for("umar")).status == 200

    def test_who_replaces_somebody_unseen_is_told_who_is_there(self, carla: Client) -> None:
        assert carla.put(MANAGER, body_for("umar")).problem(409, "accessManagerChanged")["user"] == "acc_frank"
        again = carla.put(MANAGER, body_for("frank", replaces="acc_frank"))
        assert again.problem(409, "alreadyAccessManager")["user"] == "acc_frank"

    def test_only_by_the_gap_and_co_gaps(self, administered: Administered) -> None:
        body = body_for("umar", replaces="acc_frank")
        reply = administered.client("frank", "alpha").put(MANAGER, body)
        assert reply.problem(403, "missingPermission")["reasons"] == ["NOT_CHIEF_ACCESS_MANAGER"]
        assert administered.client("els", "alpha").put(MANAGER, body).status == 200

    def test_somebody_of_the_enterprise(self, carla: Client) -> None:
        problem = carla.put(MANAGER, body_for("milan", replaces="acc_frank")).problem(403, "missingPermission")
        assert problem["reasons"] == ["CANDIDATE_NOT_ELIGIBLE", "NOT_LINKED_TO_ENTERPRISE"]


class TestCoManagers:
    def test_they_are_listed(self, carla: Client) -> None:
        content = carla.get(f"{CAPACITY}/coAccessManagers").json()
        assert [item["id"] for item in content["items"]] == ["acc_greet", "acc_pavel"]
        assert content["total"] == 2
        assert all(carla.follow(item["href"]).json()["type"] == "coAccessManager" for item in content["items"])

    def test_one_is_added_and_removed(self, carla: Client) -> None:
        reply = carla.post(f"{CAPACITY}/coAccessManagers", body_for("umar", applications=["DMFA"]))
        assert reply.status == 201
        path = f"{CAPACITY}/coAccessManagers/{reply.json()['id']}"
        content = carla.follow(reply.headers["location"]).json()
        assert (content["typeLabel"], content["email"]) == ("Co-GL", "umar@alpha.example")
        assert carla.delete(path).status == 204
        assert carla.get(path).problem(404, "resourceNotFound")
        assert carla.delete(path).problem(404, "resourceNotFound")

    def test_one_who_is_is_none_again(self, carla: Client) -> None:
        problem = carla.post(f"{CAPACITY}/coAccessManagers", body_for("greet")).problem(409, "alreadyCoAccessManager")
        assert problem["user"] == "acc_greet"

    def test_others_are_not_among_them(self, carla: Client) -> None:
        for account, status in (("acc_frank", 403), ("acc_ines", 404), ("acc_karen", 404)):
            assert carla.get(f"{CAPACITY}/coAccessManagers/{account}").problem(404, "resourceNotFound")
            assert carla.delete(f"{CAPACITY}/coAccessManagers/{account}").status == status
        assert carla.get(f"{CAPACITY}/users/acc_ines").status == 200

    def test_a_ga_names_none(self, administered: Administered) -> None:
        frank = administered.client("frank", "alpha")
        assert frank.post(f"{CAPACITY}/coAccessManagers", body_for("umar")).problem(403, "missingPermission")
        assert frank.delete(f"{CAPACITY}/coAccessManagers/acc_greet").problem(403, "missingPermission")
