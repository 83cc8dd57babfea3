"""Enterprises, what one may do there, and the first login of a GAP."""

from typing import Any

from authz_service.domain.vocabulary import Action
from tests.support.administration import Administered, Client, enterprise_number


def actions(client: Client, query: str = "") -> dict[str, Any]:
    items = client.get(f"/myActions{query}").json()["items"]
    return {item["action"]: item for item in items}


class TestEnterprise:
    def test_whoever_is_registered_sees_it(self, administered: Administered) -> None:
        content = administered.client("frank", "alpha").get("").json()
        assert content["enterpriseNumber"] == enterprise_number("alpha")
        assert content["accountActiveSince"]
        assert [capacity["id"] for capacity in content["capacities"]] == ["alpha.nsso"]

    def test_others_do_not(self, administered: Administered) -> None:
        problem = administered.client("milan", "alpha").get("").problem(403, "missingPermission")
        assert problem["rules"]

    def test_one_that_nobody_knows_is_not_there(self, administered: Administered) -> None:
        client = administered.client("carla").under("/enterprises/0999999922")
        assert client.get("").problem(404, "resourceNotFound")["issues"][0]["name"] == "enterpriseNumber"

    def test_the_first_login_of_the_gap_activates_the_account(self, administered: Administered) -> None:
        ivan, gust = administered.client("ivan", "eta"), administered.client("gust", "eta")
        assert "accountActiveSince" not in ivan.get("").json()
        assert "accountActiveSince" in gust.get("").json()
        assert "accountActiveSince" in ivan.get("").json()

    def test_a_login_that_is_too_weak_activates_nothing(self, administered: Administered) -> None:
        reply = administered.client("gust", "eta", "email_otp").get("")
        assert reply.problem(403, "missingPermission")["reasons"] == ["NO_DIGITAL_KEY"]
        assert "accountActiveSince" not in administered.client("ivan", "eta").get("").json()


class TestMyActions:
    def test_every_action_is_decided(self, administered: Administered) -> None:
        found = actions(administered.client("carla", "alpha"), "?capacity=alpha.nsso")
        assert set(found) == {action.value for action in Action}
        assert found["list_users"]["allowed"] is True
        assert found["list_users"]["reasons"] == []
        assert found["remove_co_access_manager"]["missing"] == ["resource"]

    def test_it_says_why_not(self, administered: Administered) -> None:
        found = actions(administered.client("ines", "alpha").speaking("nl-BE, en;q=0.5"), "?capacity=alpha.nsso")
        refused = found["list_users"]
        assert refused["allowed"] is False
        assert refused["reasons"] == ["NOT_A_MANAGER"]
        assert "geweigerd" in refused["explanation"]

    def test_what_depends_on_more_is_not_told(self, administered: Administered) -> None:
        create = actions(administered.client("carla", "alpha"), "?capacity=alpha.nsso")["create_user"]
        assert create["missing"] == ["candidate"]
        assert "allowed" not in create

    def test_actions_lead_to_their_operation(self, administered: Administered) -> None:
        carla = administered.client("carla", "alpha")
        found = actions(carla, "?capacity=alpha.nsso&user=acc_ines")
        root = carla.get("/myActions").json()["self"].removesuffix("/myActions")
        assert found["view_capacity"]["operation"] == {
            "method": "GET",
            "hrefTemplate": f"{root}/capacities/alpha.nsso",
        }
        assert found["grant_application"]["operation"] == {
            "method": "PUT",
            "hrefTemplate": f"{root}/capacities/alpha.nsso/users/acc_ines/applications/{{applicationCode}}",
        }
        assert (found["update_own_data"]["operation"]["method"], found["update_own_data"]["allowed"]) == ("PATCH", True)
        assert "operation" not in found["submit_file"]
        links = {item["href"] for item in found.values() if "href" in item}
        assert all(carla.follow(href).status == 200 for href in links)

    def test_a_capacity_of_another_enterprise_is_not_found(self, administered: Administered) -> None:
        carla = administered.client("carla", "alpha")
        for query in ("?capacity=kappa.nsso", "?user=acc_milan", "?capacity=alpha.finance&user=acc_ines"):
            issues = carla.get(f"/myActions{query}").problem(400, "badRequest")["issues"]
            assert {issue["type"].rsplit(":")[-1] for issue in issues} == {"referencedResourceNotFound"}

    def test_the_answers_are_those_of_doing_it(self, administered: Administered) -> None:
        for person in ("carla", "frank", "ines", "anne"):
            client = administered.client(person, "alpha")
            found = actions(client, "?capacity=alpha.nsso")
            for action, path in (
                ("list_users", "/capacities/alpha.nsso/users"),
                ("view_chief_access_manager", "/chiefAccessManager"),
            ):
                assert found[action]["allowed"] is (client.get(path).status == 200)
