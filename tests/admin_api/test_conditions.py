"""Tags of states: what is known is not sent again, and what has changed is not overwritten."""

import pytest

from tests.support.administration import Administered, Client

TAGGED = [
    "/chiefAccessManager",
    "/chiefAccessManagerDesignations/ds01",
    "/coChiefAccessManagers/ds03",
    "/capacities/alpha.nsso",
    "/capacities/alpha.nsso/accessManager",
    "/capacities/alpha.nsso/coAccessManagers/acc_greet",
    "/capacities/alpha.nsso/users/acc_ines",
]


@pytest.fixture
def carla(administered: Administered) -> Client:
    return administered.client("carla", "alpha")


@pytest.mark.parametrize("path", TAGGED)
def test_what_is_known_is_not_sent_again(carla: Client, path: str) -> None:
    first = carla.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        again = carla.get(path, if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert carla.get(path, if_none_match='"other"').json() == first.json()


def test_a_tag_changes_with_what_is_shown(carla: Client) -> None:
    path = "/capacities/alpha.nsso/users/acc_ines"
    before = carla.get(path).headers["etag"]
    assert carla.put(f"{path}/applications/EBOX").status == 204
    assert carla.get(path, if_none_match=before).status == 200


@pytest.mark.parametrize("path", ["/capacities/alpha.nsso", "/me"])
class TestChanging:
    def client(self, carla: Client, path: str) -> Client:
        return carla.anywhere if path == "/me" else carla

    def test_it_needs_a_condition(self, carla: Client, path: str) -> None:
        client = self.client(carla, path)
        assert "If-Match" in client.patch(path, {}).problem(428, "preconditionRequired")["detail"]

    def test_what_has_changed_is_not_overwritten(self, carla: Client, path: str) -> None:
        client = self.client(carla, path)
        tag = client.get(path).headers["etag"]
        assert client.patch(path, {"email": "one@alpha.example"}, if_match=tag).status == 204
        assert client.patch(path, {"email": "two@alpha.example"}, if_match=tag).problem(412, "staleVersion")
        assert client.get(path).json()["email"] == "one@alpha.example"

    def test_any_state_will_do(self, carla: Client, path: str) -> None:
        assert self.client(carla, path).patch(path, {"confirmed": True}, if_match="*").status == 204

    def test_a_weak_tag_is_never_the_same(self, carla: Client, path: str) -> None:
        client = self.client(carla, path)
        tag = client.get(path).headers["etag"]
        assert client.patch(path, {}, if_match=f"W/{tag}").problem(412, "staleVersion")

    @pytest.mark.parametrize("tags", ["", '"a", "b"', "nonsense without quotes,,"])
    def test_it_is_one(self, carla: Client, path: str, tags: str) -> None:
        assert self.client(carla, path).patch(path, {}, if_match=tags).status in {400, 412}
