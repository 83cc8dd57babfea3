"""The GAP and co-GAPs: naming, seeing and removing them."""

from typing import Any

import pytest

from tests.support.administration import Administered, Client, number_of

DESIGNATIONS = "/chiefAccessManagerDesignations"
CONTACT = {"email": "direction@alpha.example", "telephone": "+3225556677"}


def request_for(person: str, **changes: Any) -> dict[str, Any]:
    """Return a designation of another person; None leaves a member out."""
    whole = {
        "candidate": {"ssin": number_of(person)},
        **CONTACT,
        "requester": {"email": "anne@alpha.example", "telephone": "+3225556678"},
        "confirmed": True,
        "declaration": "2018-07",
        "replaces": "ds02",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def preview_for(person: str, **changes: Any) -> dict[str, Any]:
    return request_for(person, confirmed=None, declaration=None, replaces=None, **changes)


@pytest.fixture
def anne(administered: Administered) -> Client:
    """A legal representative of alpha."""
    return administered.client("anne", "alpha")


@pytest.fixture
def carla(administered: Administered) -> Client:
    """The GAP of alpha."""
    return administered.client("carla", "alpha")


class TestSeeing:
    def test_the_gap_there_is(self, carla: Client) -> None:
        reply = carla.get("/chiefAccessManager")
        content = reply.json()
        assert (content["id"], content["givenName"], content["inForce"]) == ("ds02", "Carla", True)
        assert carla.follow(content["href"]).json() == content

    def test_the_designations_there_were_the_latest_first(self, carla: Client) -> None:
        items = carla.get(DESIGNATIONS).json()["items"]
        assert [item["id"] for item in items] == ["ds02", "ds01"]
        assert [item["inForce"] for item in items] == [True, False]
        assert carla.get(f"{DESIGNATIONS}/ds03").problem(404, "resourceNotFound")

    def test_an_enterprise_without_one(self, administered: Administered) -> None:
        assert administered.client("peter", "beta").get("/chiefAccessManager").problem(404, "resourceNotFound")
        assert administered.client("peter", "beta").get(DESIGNATIONS).json()["items"] == []

    def test_not_for_others(self, administered: Administered) -> None:
        ines = administered.client("ines", "alpha")
        for path in ("/chiefAccessManager", DESIGNATIONS, f"{DESIGNATIONS}/ds02", "/coChiefAccessManagers"):
            assert ines.get(path).problem(403, "missingPermission")["reasons"]


class TestPreview:
    def test_it_shows_what_would_be_confirmed(self, anne: Client) -> None:
        content = anne.post(f"{DESIGNATIONS}/preview", preview_for("umar", email="umar.urbain@alpha.example")).json()
        assert content["enterprise"]["name"] == "Alpha Bouw NV"
        assert (content["candidate"]["givenName"], content["candidate"]["familyName"]) == ("Umar", "Urbain")
        assert content["declaration"]["version"] == "2018-07"
        assert content["declaration"]["text"]["fr"].startswith("Je confirme que ces données sont complètes")
        notices = {notice["code"]: notice for notice in content["notices"]}
        assert notices["alreadyRegistered"]["currentDesignation"] == "ds02"
        assert notices["alreadyRegistered"]["familyName"] == "Claes"
        assert "personalEmailAddress" in notices

    def test_it_keeps_nothing(self, anne: Client) -> None:
        before = anne.get(DESIGNATIONS).json()
        assert anne.post(f"{DESIGNATIONS}/preview", preview_for("umar")).status == 200
        assert anne.get(DESIGNATIONS).json() == before

    def test_it_is_refused_like_the_designation(self, administered: Administered, anne: Client) -> None:
        carla = administered.client("carla", "alpha")
        reply = carla.post(f"{DESIGNATIONS}/preview", preview_for("umar"))
        assert reply.problem(403, "missingPermission")["reasons"] == ["NOT_LEGAL_REPRESENTATIVE"]
        again = anne.post(f"{DESIGNATIONS}/preview", preview_for("carla"))
        assert again.problem(409, "stateConflict")["reasons"] == ["ALREADY_CHIEF_ACCESS_MANAGER"]


class TestDesignating:
    def test_the_gap_is_replaced_at_once(self, administered: Administered, anne: Client) -> None:
        reply = anne.post(DESIGNATIONS, request_for("umar"))
        assert reply.status == 201
        made = anne.follow(reply.headers["location"]).json()
        assert (made["id"], made["givenName"], made["inForce"]) == (reply.json()["id"], "Umar", True)
        assert made["contact"]["email"] == CONTACT["email"]
        assert anne.get("/chiefAccessManager").json() == made
        assert anne.get(f"{DESIGNATIONS}/ds02").json()["inForce"] is False
        assert administered.client("carla", "alpha").get("/capacities/alpha.nsso/users").status == 403

    def test_oneself(self, administered: Administered) -> None:
        peter = administered.client("peter", "beta")
        oneself = {"candidate": {"oneself": True}, **CONTACT, "confirmed": True, "declaration": "2018-07"}
        assert peter.post(DESIGNATIONS, oneself).status == 201
        assert peter.get("/chiefAccessManager").json()["givenName"] == "Peter"

    def test_who_replaces_somebody_unseen_is_told_who_is_there(self, anne: Client) -> None:
        problem = anne.post(DESIGNATIONS, request_for("umar", replaces=None)).problem(409, "chiefAccessManagerChanged")
        assert (problem["currentDesignation"], problem["givenName"], problem["familyName"]) == (
            "ds02",
            "Carla",
            "Claes",
        )
        assert problem["since"].startswith("2023-")

    def test_it_must_be_confirmed(self, anne: Client) -> None:
        problem = anne.post(DESIGNATIONS, request_for("umar", confirmed=False)).problem(400, "badRequest")
        assert problem["reasons"] == ["NOT_CONFIRMED"]
        assert [issue["name"] for issue in problem["issues"]] == ["confirmed"]

    def test_the_text_must_be_the_one_in_use(self, anne: Client) -> None:
        problem = anne.post(DESIGNATIONS, request_for("umar", declaration="1999-01"))
        assert problem.problem(409, "outdatedDeclaration")["declaration"] == "2018-07"

    def test_only_a_legal_representative(self, administered: Administered) -> None:
        for person, reason in (("carla", "NOT_LEGAL_REPRESENTATIVE"), ("ines", "NOT_LEGAL_REPRESENTATIVE")):
            reply = administered.client(person, "alpha").post(DESIGNATIONS, request_for("umar"))
            assert reason in reply.problem(403, "missingPermission")["reasons"]

    def test_not_with_a_weak_means(self, administered: Administered) -> None:
        reply = administered.client("anne", "alpha", "totp_app").post(DESIGNATIONS, request_for("umar"))
        assert reply.problem(403, "missingPermission")["reasons"] == ["ASSURANCE_TOO_LOW"]

    def test_an_outsider_is_not_eligible(self, anne: Client) -> None:
        problem = anne.post(DESIGNATIONS, request_for("milan")).problem(403, "missingPermission")
        assert problem["reasons"] == ["CANDIDATE_NOT_ELIGIBLE"]

    def test_a_name_that_is_given_must_be_the_registers(self, anne: Client) -> None:
        candidate = {"ssin": number_of("umar"), "givenName": "Omar"}
        problem = anne.post(DESIGNATIONS, request_for("umar", candidate=candidate)).problem(400, "badRequest")
        assert [issue["name"] for issue in problem["issues"]] == ["candidate.givenName"]
        again = anne.post(f"{DESIGNATIONS}/preview", preview_for("umar", candidate=candidate))
        assert again.problem(400, "badRequest")["issues"][0]["name"] == "candidate.givenName"

    @pytest.mark.parametrize(
        ("changes", "kind", "name"),
        [
            ({"requester": None}, "requiredInput", "requester"),
            ({"candidate": {}}, "exactlyOneOfExpected", "candidate.ssin"),
            ({"candidate": {"oneself": True}}, "rejectedInput", "requester"),
            ({"candidate": {"oneself": False}, "requester": None}, "schemaViolation", "candidate.oneself"),
            ({"telephone": None}, "schemaViolation", "telephone"),
            ({"email": "nobody"}, "invalidInput", "email"),
        ],
    )
    def test_what_is_missing(self, anne: Client, changes: dict[str, Any], kind: str, name: str) -> None:
        issues = anne.post(DESIGNATIONS, request_for("umar", **changes)).problem(400, "badRequest")["issues"]
        named = [(issue["type"].rsplit(":")[-1], issue.get("name") or issue["inputs"][0]["name"]) for issue in issues]
        assert named == [(kind, name)]

    def test_a_program_cannot_be_designated(self, administered: Administered) -> None:
        oneself = {"candidate": {"oneself": True}, **CONTACT, "confirmed": True, "declaration": "2018-07"}
        problem = administered.machine("portal", enterprise="alpha").post(DESIGNATIONS, oneself)
        assert problem.problem(400, "badRequest")["issues"][0]["type"].endswith(":rejectedInput")


class TestCoChiefs:
    def test_the_gap_names_and_removes_them(self, carla: Client) -> None:
        reply = carla.post("/coChiefAccessManagers", {"ssin": number_of("greet"), "email": "greet@alpha.example"})
        assert reply.status == 201
        path = f"/coChiefAccessManagers/{reply.json()['id']}"
        assert carla.follow(reply.headers["location"]).json()["contact"] == {"email": "greet@alpha.example"}
        assert len(carla.get("/coChiefAccessManagers").json()["items"]) == 2
        assert carla.delete(path).status == 204
        assert carla.get(path).problem(404, "resourceNotFound")
        assert carla.delete(path).problem(404, "resourceNotFound")

    def test_one_who_is_is_none_again(self, carla: Client) -> None:
        problem = carla.post("/coChiefAccessManagers", {"ssin": number_of("els")})
        assert problem.problem(409, "alreadyCoChiefAccessManager")["currentDesignation"] == "ds03"

    def test_a_designation_that_is_over_removes_no_later_one(self, carla: Client) -> None:
        assert carla.delete("/coChiefAccessManagers/ds03").status == 204
        again = carla.post("/coChiefAccessManagers", {"ssin": number_of("els")}).json()["id"]
        assert carla.delete("/coChiefAccessManagers/ds03").problem(404, "resourceNotFound")
        assert carla.get(f"/coChiefAccessManagers/{again}").status == 200

    def test_co_gaps_name_none(self, administered: Administered) -> None:
        els = administered.client("els", "alpha")
        body = {"ssin": number_of("greet")}
        assert els.post("/coChiefAccessManagers", body).problem(403, "missingPermission")["reasons"]
        assert els.delete("/coChiefAccessManagers/ds03").problem(403, "missingPermission")["reasons"]

    def test_of_another_enterprise_is_not_there(self, administered: Administered) -> None:
        kurt = administered.client("kurt", "kappa")
        assert kurt.delete("/coChiefAccessManagers/ds03").problem(404, "resourceNotFound")
        assert kurt.get("/coChiefAccessManagers/ds03").problem(404, "resourceNotFound")
