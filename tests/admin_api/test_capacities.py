"""Capacities: seeing them, and changing how they are reached."""

import pytest

from tests.support.administration import Administered, Client, enterprise_number


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


class TestSeeing:
    def test_a_capacity_has_its_names_and_identifier(self, carla: Client) -> None:
        content = carla.get("/capacities/alpha.nsso").json()
        assert content["name"]["fr"] == "Employeur ONSS"
        assert (content["identifierScheme"], content["identifier"]) == ("nsso_number", "199001125")
        assert (content["createdDate"], content["administeredIn"]) == ("2021-02-03", "userManagement")
        assert content["checkDue"] is True

    def test_those_of_an_enterprise(self, carla: Client) -> None:
        items = carla.get("/capacities").json()["items"]
        assert [item["id"] for item in items] == [
            "alpha.finance",
            "alpha.mobility",
            "alpha.nsso",
            "alpha.social_action",
        ]
        assert {item["administeredIn"] for item in items} == {"userManagement", "roleManagement"}
        assert all(carla.follow(item["href"]).json() == item for item in items)

    def test_only_those_that_one_may_see(self, administered: Administered) -> None:
        frank = administered.client("frank", "alpha")
        assert [item["id"] for item in frank.get("/capacities").json()["items"]] == ["alpha.nsso"]
        assert administered.client("ines", "alpha").get("/capacities").json()["items"] == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [("enterpriseNumber=0999010126", 4), ("employerId=199001125", 1), ("employerId=199002289", 0)],
    )
    def test_found_by_enterprise_or_employer(self, carla: Client, query: str, found: int) -> None:
        reply = carla.anywhere.get(f"/capacities?{query}")
        assert len(reply.json()["items"]) == found
        assert carla.follow(reply.json()["self"]).json() == reply.json()

    @pytest.mark.parametrize(
        ("query", "kind"),
        [
            ("", "exactlyOneOfExpected"),
            ("?enterpriseNumber=0999010126&employerId=199001125", "exactlyOneOfExpected"),
            ("?enterpriseNumber=0999010127", "invalidStructure"),
            ("?enterpriseNumber=999010126", "schemaViolation"),
            ("?employerId=199001126", "invalidStructure"),
            ("?employerId=x", "schemaViolation"),
        ],
    )
    def test_exactly_one_of_them(self, carla: Client, query: str, kind: str) -> None:
        issues = carla.anywhere.get(f"/capacities{query}").problem(400, "badRequest")["issues"]
        assert kind in {issue["type"].rsplit(":")[-1] for issue in issues}

    def test_what_is_offered(self, carla: Client) -> None:
        items = carla.get("/capacities/alpha.nsso/applications").json()["items"]
        codes = [item["code"] for item in items]
        assert codes == sorted(codes)
        assert "DMFA" in codes
        assert "INTERVAT" not in codes
        assert all(carla.follow(item["href"]).json() == item for item in items)
        [pensions] = [item for item in items if item["code"] == "PENSION_REGISTER"]
        assert pensions["minimumLevel"] == 450
        assert carla.get("/capacities/alpha.nsso/applications/INTERVAT").problem(404, "resourceNotFound")

    def test_not_for_others(self, administered: Administered, carla: Client) -> None:
        for path in ("/capacities/alpha.nsso", "/capacities/alpha.nsso/applications"):
            assert administered.client("karen", "alpha").get(path).problem(403, "missingPermission")["reasons"]
            assert carla.get(path.replace("alpha.nsso", "kappa.nsso")).problem(404, "resourceNotFound")


class TestChanging:
    def test_how_it_is_reached(self, carla: Client) -> None:
        tag = carla.get("/capacities/alpha.nsso").headers["etag"]
        content = {"email": "nsso@alpha.example", "telephone": "+3225556677"}
        assert carla.patch("/capacities/alpha.nsso", content, if_match=tag).status == 204
        reply = carla.get("/capacities/alpha.nsso")
        assert (reply.json()["email"], reply.json()["telephone"]) == tuple(content.values())
        assert carla.patch("/capacities/alpha.nsso", {"email": None}, if_match=reply.headers["etag"]).status == 204
        assert "email" not in carla.get("/capacities/alpha.nsso").json()

    def test_that_all_is_right(self, carla: Client) -> None:
        tag = carla.get("/capacities/alpha.nsso").headers["etag"]
        assert carla.patch("/capacities/alpha.nsso", {"confirmed": True}, if_match=tag).status == 204
        content = carla.get("/capacities/alpha.nsso").json()
        assert content["checkDue"] is False
        assert content["checkedAt"]

    def test_not_by_users(self, administered: Administered) -> None:
        reply = administered.client("ines", "alpha").patch("/capacities/alpha.nsso", {}, if_match="*")
        assert reply.problem(403, "missingPermission")["reasons"] == ["NOT_A_MANAGER"]

    def test_not_by_way_of_another_enterprise(self, administered: Administered) -> None:
        reply = administered.client("kurt", "kappa").patch("/capacities/alpha.nsso", {}, if_match="*")
        assert reply.problem(404, "resourceNotFound")["issues"][0]["name"] == "capacityId"


def test_an_enterprise_number_of_a_path_is_looked_at(administered: Administered) -> None:
    assert enterprise_number("alpha") == "0999010126"
    client = administered.client("carla").under("/enterprises")
    for number, kind in (("0999010127", "invalidStructure"), ("12", "schemaViolation")):
        issue = client.get(f"/{number}/capacities").problem(400, "badRequest")["issues"][0]
        assert (issue["type"].rsplit(":")[-1], issue["in"], issue["name"]) == (kind, "path", "enterpriseNumber")
