"""The administration API over PostgreSQL: the same answers."""

from pathlib import Path

from tests.support.administration import administered, number_of


def test_a_day_of_a_manager(postgresql_url: str, tmp_path: Path) -> None:
    with administered(postgresql_url, tmp_path) as whole:
        held = whole.held_to_document()
        carla = held.client("carla", "alpha")
        users = "/capacities/alpha.nsso/users"
        body = {"ssin": number_of("umar"), "email": "umar@alpha.example", "applications": ["DMFA"]}
        made = carla.post(users, body, idempotency_key="k")
        assert made.status == 201
        assert carla.post(users, body, idempotency_key="k").body == made.body
        path = f"{users}/{made.json()['id']}"
        assert [each["code"] for each in carla.get(path).json()["applications"]] == ["DMFA"]
        assert carla.post(f"{users}/block", {"users": [made.json()["id"]]}).status == 200
        assert carla.post(users, body).problem(409, "stateConflict")
        assert len(carla.get("/capacities/alpha.nsso/userExport").body.splitlines()) == 9
        assert carla.delete(path).status == 204
        assert carla.get(path).problem(404, "resourceNotFound")
        assert held.client("ines", "alpha").get(users).problem(403, "missingPermission")
        assert carla.get("/myActions").status == 200
        assert carla.anywhere.get("/me").status == 200
