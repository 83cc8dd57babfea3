"""Oneself: details, credentials, the enterprises one is registered in."""

import pytest

from tests.support.administration import Administered, Client, enterprise_number, number_of


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla")


def changed(client: Client, **content: object) -> None:
    tag = client.get("/me").headers["etag"]
    assert client.patch("/me", content, if_match=tag).status == 204


class TestDetails:
    def test_the_names_are_the_registers(self, carla: Client) -> None:
        details = carla.get("/me").json()
        assert (details["givenName"], details["familyName"]) == ("Carla", "Claes")
        assert details["ssin"] == number_of("carla")
        assert details["preferredLanguage"] == "nl"
        assert "email" not in details

    def test_a_patch_changes_what_it_names(self, carla: Client) -> None:
        changed(carla, email="carla@alpha.example", telephone="+3225556677", title="Ms", preferredLanguage="fr")
        changed(carla, localEmail="carla@home.example", email="cc@alpha.example")
        details = carla.get("/me").json()
        assert (details["email"], details["localEmail"]) == ("cc@alpha.example", "carla@home.example")
        assert (details["telephone"], details["title"], details["preferredLanguage"]) == ("+3225556677", "Ms", "fr")

    def test_null_takes_away(self, carla: Client) -> None:
        changed(carla, email="carla@alpha.example")
        changed(carla, email=None)
        assert "email" not in carla.get("/me").json()

    def test_a_user_name_is_chosen_once(self, carla: Client) -> None:
        changed(carla, userName="carla.c")
        tag = carla.get("/me").headers["etag"]
        assert carla.patch("/me", {"userName": "other"}, if_match=tag).problem(409, "userNameChosen")
        assert carla.patch("/me", {"userName": None}, if_match=tag).problem(400, "badRequest")

    def test_who_says_that_all_is_right_is_reminded_no_more(self, carla: Client) -> None:
        before = carla.get("/me").json()
        assert before["checkDue"] is True
        assert "checkOwnDetails" in [reminder["code"] for reminder in before["myReminders"]]
        changed(carla, confirmed=True)
        after = carla.get("/me").json()
        assert after["checkDue"] is False
        assert after["checkedAt"].endswith("Z")
        assert "checkOwnDetails" not in [reminder["code"] for reminder in after["myReminders"]]

    def test_reminders_lead_to_what_is_to_be_looked_at(self, carla: Client) -> None:
        reminders = carla.get("/me").json()["myReminders"]
        capacities = [reminder["capacity"] for reminder in reminders if reminder["code"] == "checkCapacity"]
        assert "alpha.nsso" in capacities
        assert all(carla.follow(reminder["href"]).status == 200 for reminder in reminders)

    def test_plain_json_is_a_patch_too(self, carla: Client) -> None:
        tag = carla.get("/me").headers["etag"]
        assert carla.patch("/me", {"title": "Dr"}, if_match=tag, content_type="application/json").status == 204

    def test_agents_and_programs_have_none(self, administered: Administered) -> None:
        for client in (administered.agent("agent_1"), administered.machine("portal"), administered.caller("portal")):
            assert client.get("/me").problem(403, "missingPermission")
            assert client.patch("/me", {"title": "Dr"}, if_match="*").problem(403, "missingPermission")
            assert client.get("/me/enterprises").problem(403, "missingPermission")


def test_credentials_are_elsewhere(carla: Client) -> None:
    content = carla.get("/me/credentials").json()
    assert content["password"] == {"url": "https://password.example.org"}
    assert content["certificate"] == {"url": "https://certificate.example.org"}


class TestEnterprises:
    def test_each_with_the_roles_held_there_and_nowhere_else(self, administered: Administered) -> None:
        items = administered.client("frank").get("/me/enterprises").json()["items"]
        held = {
            item["enterpriseNumber"]: [(role["role"], role.get("capacity")) for role in item["roles"]] for item in items
        }
        assert held == {
            enterprise_number("alpha"): [("accessManager", "alpha.nsso")],
            enterprise_number("kappa"): [("user", "kappa.nsso")],
        }

    def test_roles_have_their_new_and_old_names(self, carla: Client) -> None:
        [alpha] = carla.get("/me/enterprises").json()["items"]
        [role] = [role for role in alpha["roles"] if role["role"] == "chiefAccessManager"]
        assert role["label"]["fr"] == "Gestionnaire d'Accès Principal (GAP)"
        assert role["formerLabel"]["fr"] == "Responsable Accès Entité (RAE)"
        assert carla.follow(alpha["href"]).json()["name"] == alpha["title"]

    def test_who_is_not_known_is_refused(self, administered: Administered) -> None:
        unknown = administered.stranger()
        problem = unknown.get("/me/enterprises").problem(403, "missingPermission")
        assert "UNKNOWN_SUBJECT" in problem["reasons"]
