"""The users of a capacity: creating, reading, finding and deleting them, and the applications of their profiles."""

import pytest

from tests.support.administration import Administered, Client, number_of
from tests.support.wire import Reply

USERS = "/capacities/alpha.nsso/users"


def body_for(person: str, **more: object) -> dict[str, object]:
    return {"ssin": number_of(person), "email": f"{person}@alpha.example", **more}


@pytest.fixture
def carla(administered: Administered) -> Client:
    """The GAP of alpha."""
    return administered.client("carla", "alpha")


def made_user(client: Client, person: str = "umar", **more: object) -> str:
    reply = client.post(USERS, body_for(person, **more))
    assert reply.status == 201
    made: str = reply.json()["id"]
    return made


class TestCreating:
    def test_a_manager_creates_a_user_with_applications(self, carla: Client) -> None:
        more = {"userName": "umar.u", "userNameConfirmation": "umar.u", "applications": ["DMFA", "DIMONA"]}
        reply = carla.post(USERS, body_for("umar", localEmail="umar@home.example", language="fr", title="Mr", **more))
        assert reply.status == 201
        content = reply.json()
        assert reply.headers["location"] == content["href"]
        assert reply.headers["authz-facts-revision"] == str(content["factsRevision"])
        user = carla.follow(content["href"]).json()
        assert (user["givenName"], user["familyName"]) == ("Umar", "Urbain")
        assert (user["type"], user["typeLabel"], user["status"]) == ("user", "USER", "active")
        assert (user["email"], user["localEmail"]) == ("umar@alpha.example", "umar@home.example")
        assert (user["userName"], user["language"], user["title"]) == ("umar.u", "fr", "Mr")
        assert [each["code"] for each in user["applications"]] == ["DIMONA", "DMFA"]

    def test_nothing_is_made_when_one_application_is_not_offered(self, carla: Client) -> None:
        reply = carla.post(USERS, body_for("umar", applications=["DMFA", "INTERVAT"]))
        assert reply.problem(403, "missingPermission")["reasons"] == ["APPLICATION_NOT_IN_CAPACITY"]
        assert found(carla, "umar") == []

    def test_names_that_are_given_must_be_the_registers(self, carla: Client) -> None:
        problem = carla.post(USERS, body_for("umar", givenName="Umar", familyName="Other")).problem(400, "badRequest")
        assert [issue["name"] for issue in problem["issues"]] == ["familyName"]
        assert made_user(carla, givenName="UMAR", familyName="urbain")

    def test_names_tell_an_outsider_nothing(self, administered: Administered) -> None:
        outsider = administered.client("tess", "alpha")
        refusals = [
            outsider.post(USERS, body_for("umar", familyName=name)).problem(403, "missingPermission")
            for name in ("Urbain", "Other")
        ]
        assert refusals[0]["reasons"] == refusals[1]["reasons"]
        assert refusals[0]["detail"] == refusals[1]["detail"]

    def test_a_user_name_is_given_twice(self, carla: Client) -> None:
        once = carla.post(USERS, body_for("umar", userName="umar")).problem(400, "badRequest")
        assert [issue["type"].rsplit(":")[-1] for issue in once["issues"]] == ["zeroOrAllOfExpected"]
        twice = body_for("umar", userName="umar", userNameConfirmation="Umar")
        issues = carla.post(USERS, twice).problem(400, "badRequest")["issues"]
        assert [issue["type"].rsplit(":")[-1] for issue in issues] == ["equalExpected"]
        assert [each["name"] for each in issues[0]["inputs"]] == ["userName", "userNameConfirmation"]

    def test_a_user_name_that_is_taken_is_a_conflict(self, carla: Client) -> None:
        made_user(carla, userName="first", userNameConfirmation="first")
        other = body_for("anne", userName="first", userNameConfirmation="first")
        assert carla.post(USERS, other).problem(409, "userNameTaken")["detail"] == "This user name is taken."

    def test_somebody_who_is_a_user_is_none_again(self, carla: Client) -> None:
        problem = carla.post(USERS, body_for("ines")).problem(409, "stateConflict")
        assert problem["reasons"] == ["ALREADY_A_USER"]
        assert problem["rules"] == ["UM-USR-01"]

    def test_others_than_managers_are_refused(self, administered: Administered) -> None:
        for person in ("ines", "karen", "milan"):
            reply = administered.client(person, "alpha").post(USERS, body_for("umar"))
            assert reply.problem(403, "missingPermission")["reasons"]

    def test_a_capacity_of_another_enterprise_is_not_there(self, carla: Client) -> None:
        problem = carla.post("/capacities/kappa.nsso/users", body_for("umar")).problem(404, "resourceNotFound")
        assert [issue["name"] for issue in problem["issues"]] == ["capacityId"]


class TestReading:
    def test_a_row_has_what_the_guide_shows(self, carla: Client) -> None:
        items = carla.get(USERS).json()["items"]
        frank = items[0]
        assert {**frank, "ssin": "", "href": ""} == {
            "href": "",
            "id": "acc_frank",
            "type": "accessManager",
            "typeLabel": "GL",
            "status": "active",
            "givenName": "Frank",
            "familyName": "Fontaine",
            "ssin": "",
        }
        assert frank["ssin"] == number_of("frank")
        assert [item["typeLabel"] for item in items] == ["GL", "Co-GL", "USER", "USER", "USER", "Co-GL", "USER"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("familyName=ICK", ["acc_ines"]),
            ("givenName=%C3%8En%C3%A9s", ["acc_ines"]),
            ("type=coAccessManager", ["acc_greet", "acc_pavel"]),
            ("type=coAccessManager&status=blocked", ["acc_pavel"]),
            ("application=DMFA&status=active", ["acc_ines", "acc_leo"]),
            ("userName=nobody", []),
        ],
    )
    def test_filters(self, carla: Client, query: str, found: list[str]) -> None:
        assert [item["id"] for item in carla.get(f"{USERS}?{query}").json()["items"]] == found

    def test_the_order_that_is_asked_for(self, carla: Client) -> None:
        names = [item["givenName"] for item in carla.get(f"{USERS}?sort=-givenName").json()["items"]]
        assert names == sorted(names, reverse=True)

    def test_a_number_is_asked_for_in_a_body(self, carla: Client) -> None:
        assert found(carla, "ines") == ["acc_ines"]
        assert found(carla, "milan") == []

    def test_users_are_not_shown_to_users(self, administered: Administered) -> None:
        ines = administered.client("ines", "alpha")
        for path in (USERS, f"{USERS}/acc_ines"):
            assert ines.get(path).problem(403, "missingPermission")["rules"]
        assert ines.post(f"{USERS}/query", {"ssin": number_of("ines")}).status == 403

    def test_a_user_of_another_capacity_is_not_there(self, carla: Client) -> None:
        for path in (f"{USERS}/acc_karen", f"{USERS}/nobody", "/capacities/kappa.nsso/users/acc_milan"):
            assert carla.get(path).problem(404, "resourceNotFound")["issues"][0]["in"] == "path"


class TestDeleting:
    def test_a_user_who_is_deleted_is_gone(self, carla: Client) -> None:
        path = f"{USERS}/{made_user(carla)}"
        assert carla.delete(path).status == 204
        assert carla.get(path).problem(404, "resourceNotFound")
        assert carla.delete(path).problem(404, "resourceNotFound")

    def test_the_titular_is_replaced_not_deleted(self, carla: Client) -> None:
        problem = carla.delete(f"{USERS}/acc_frank").problem(403, "missingPermission")
        assert problem["reasons"] == ["TITULAR_MUST_BE_REPLACED"]

    def test_a_user_is_deleted_in_the_capacity_of_the_path_only(self, carla: Client) -> None:
        assert carla.delete(f"{USERS}/acc_karen").problem(404, "resourceNotFound")
        assert carla.get("/capacities/alpha.social_action/users/acc_karen").status == 200


class TestProfile:
    def codes(self, carla: Client) -> list[str]:
        return [each["code"] for each in carla.get(f"{USERS}/acc_tess").json()["applications"]]

    def test_an_application_is_put_in_and_taken_out(self, carla: Client) -> None:
        path = f"{USERS}/acc_tess/applications/DMFA"
        replies: list[Reply] = [carla.put(path), carla.put(path)]
        assert [reply.status for reply in replies] == [204, 204]
        assert self.codes(carla) == ["DMFA", "EBOX"]
        assert [carla.delete(path).status, carla.delete(path).status] == [204, 204]
        assert self.codes(carla) == ["EBOX"]

    def test_an_application_that_nobody_knows_is_not_there(self, carla: Client) -> None:
        problem = carla.put(f"{USERS}/acc_tess/applications/NOTHING").problem(404, "resourceNotFound")
        assert [issue["name"] for issue in problem["issues"]] == ["applicationCode"]

    def test_an_application_that_is_not_offered_is_refused(self, carla: Client) -> None:
        problem = carla.put(f"{USERS}/acc_tess/applications/INTERVAT").problem(403, "missingPermission")
        assert problem["reasons"] == ["APPLICATION_NOT_IN_CAPACITY"]

    def test_in_a_profile_of_another_capacity_it_is_not_there(self, carla: Client) -> None:
        for send in (carla.put, carla.delete):
            assert send(f"{USERS}/acc_karen/applications/DMFA").problem(404, "resourceNotFound")


def found(client: Client, person: str) -> list[str]:
    reply = client.post(f"{USERS}/query", {"ssin": number_of(person)})
    content = reply.json()
    assert content["total"] == len(content["items"])
    return [item["id"] for item in content["items"]]
