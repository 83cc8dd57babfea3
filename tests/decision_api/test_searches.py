"""The three searches on the wire (AuthZEN 8): what they find, what they need, what they refuse."""

from typing import Any

import pytest

from authz_service.domain.vocabulary import Scope
from tests.support.reference import ALLOWED, CARLA, Reference
from tests.support.wire import Reply, Wire

SEARCH = "/access/v1/search"
EID = {"authentication_means": "eid"}
WHO: dict[str, Any] = {
    "subject": {"type": "person", "properties": EID},
    "action": {"name": "list_users"},
    "resource": {"type": "capacity", "id": "alpha.nsso"},
}
WHERE: dict[str, Any] = {"subject": CARLA, "action": {"name": "list_users"}, "resource": {"type": "capacity"}}
WHAT: dict[str, Any] = {"subject": CARLA, "resource": {"type": "capacity", "id": "alpha.nsso"}}
REQUESTS = {"subject": WHO, "resource": WHERE, "action": WHAT}

CARLA_GAP, ELS_CO_GAP, FRANK_GA, GREET_CO_GA = "85091291489", "80070893862", "78030495156", "91121495889"


def search(wire: Wire, kind: str, content: object, **headers: str) -> Reply:
    return wire.send(f"{SEARCH}/{kind}", content, **headers)


def found(wire: Wire, kind: str, content: object) -> set[str]:
    reply = search(wire, kind, content)
    assert reply.status == 200, reply
    return {each["name" if kind == "action" else "id"] for each in reply.json()["results"]}


def test_who_may_do_it_includes_chiefs_by_implication(wire: Wire, people: dict[str, str]) -> None:
    assert found(wire, "subject", WHO) == {people[name] for name in ("carla", "els", "frank", "greet")}


def test_a_permanent_representative_is_found(wire: Wire, people: dict[str, str]) -> None:
    alpha = {**WHO, "action": {"name": "activate_ebox"}, "resource": {"type": "enterprise", "id": "0999010126"}}
    assert people["petra"] in found(wire, "subject", alpha)


def test_the_people_of_a_mandatary_are_found(wire: Wire, people: dict[str, str]) -> None:
    under = {"capacity": "omega.provider", "for_enterprise": "0999010126"}
    request = {**WHO, "action": {"name": "act_under_mandate"}, "resource": {"type": "application", "id": "DMFA"}}
    acting = found(wire, "subject", {**request, "context": under})
    assert {people["xena"], people["yann"]} <= acting
    assert people["walt"] not in acting  # his account is blocked


def test_where_it_may_be_done(wire: Wire) -> None:
    assert found(wire, "resource", WHERE) == {"alpha.nsso", "alpha.social_action", "alpha.finance", "alpha.mobility"}


def test_what_may_be_done_is_what_is_allowed_as_it_stands(wire: Wire) -> None:
    """An action that needs properties is not allowed without them, so a search does not find it either."""
    assert found(wire, "action", WHAT) == {
        "export_users",
        "stop_sender",
        "list_roles",
        "list_users",
        "update_capacity",
        "view_capacity",
    }


@pytest.mark.parametrize("kind", REQUESTS)
def test_what_is_found_is_of_the_kind_that_is_sought_and_told_once(wire: Wire, kind: str) -> None:
    content = search(wire, kind, REQUESTS[kind]).json()
    assert list(content) == ["page", "context", "results"]
    assert content["page"] == {"next_token": "", "count": len(content["results"])}
    assert content["context"].keys() == {"policy", "facts"}
    if kind == "action":
        assert all(each.keys() == {"name"} for each in content["results"])
    else:
        assert {each["type"] for each in content["results"]} == {REQUESTS[kind][kind]["type"]}
    told = [str(each) for each in content["results"]]
    assert len(told) == len(set(told))


@pytest.mark.parametrize(("kind", "member"), [("subject", "subject"), ("resource", "resource")])
@pytest.mark.parametrize("stray", ["frank", "", None, 5, {}])
def test_the_id_of_what_is_sought_is_ignored(wire: Wire, kind: str, member: str, stray: object) -> None:
    request = {**REQUESTS[kind], member: {**REQUESTS[kind][member], "id": stray}}
    assert found(wire, kind, request) == found(wire, kind, REQUESTS[kind])


@pytest.mark.parametrize("stray", [{"name": "view_capacity"}, {}, None, "view_capacity", 5])
def test_a_stray_action_is_ignored_where_actions_are_sought(wire: Wire, stray: object) -> None:
    assert found(wire, "action", {**WHAT, "action": stray}) == found(wire, "action", WHAT)


@pytest.mark.parametrize("kind", REQUESTS)
def test_unknown_members_and_nulls_are_ignored(wire: Wire, kind: str) -> None:
    more: dict[str, Any] = {
        "foo": 1,
        "context": None,
        "page": {"limit": None, "token": None, "sort": "id", "properties": {}},
    }
    assert found(wire, kind, {**REQUESTS[kind], **more}) == found(wire, kind, REQUESTS[kind])
    assert found(wire, kind, {**REQUESTS[kind], "page": None}) == found(wire, kind, REQUESTS[kind])


UNKNOWN: list[tuple[str, dict[str, Any]]] = [
    ("subject", {"subject": {"type": "robot"}}),
    ("subject", {"action": {"name": "fly"}}),
    ("subject", {"resource": {"type": "capacity", "id": "alpha.nothing"}}),
    ("subject", {"resource": {"type": "moon", "id": "alpha.nsso"}}),
    ("subject", {"resource": {"type": "enterprise", "id": "0999010126"}}),
    ("resource", {"subject": {"type": "person", "id": "nobody", "properties": EID}}),
    ("resource", {"subject": {"type": "robot", "id": CARLA_GAP}}),
    ("resource", {"action": {"name": "fly"}}),
    ("resource", {"resource": {"type": "moon"}}),
    ("action", {"subject": {"type": "person", "id": "nobody"}}),
    ("action", {"resource": {"type": "moon", "id": "alpha.nsso"}}),
    ("action", {"resource": {"type": "capacity", "id": "alpha.\0"}}),
]


@pytest.mark.parametrize(("kind", "change"), UNKNOWN)
def test_what_is_unknown_is_found_nowhere(wire: Wire, kind: str, change: dict[str, Any]) -> None:
    reply = search(wire, kind, {**REQUESTS[kind], **change})
    assert reply.status == 200
    assert reply.json()["results"] == []
    assert reply.json()["page"] == {"next_token": "", "count": 0}


INCOMPLETE: list[tuple[str, dict[str, Any], str]] = [
    ("subject", {"subject": {}}, "subject.type is missing"),
    ("subject", {"action": {}}, "action.name is missing"),
    ("subject", {"resource": {"type": "capacity"}}, "resource.id is missing"),
    ("resource", {"resource": {}}, "resource.type is missing"),
    ("resource", {"subject": {"type": "person"}}, "subject.id is missing"),
    ("resource", {"resource": "capacity"}, "resource must be an object"),
    ("action", {"subject": {"id": "x"}}, "subject.type is missing"),
    ("action", {"resource": {"type": "capacity"}}, "resource.id is missing"),
    ("action", {"context": []}, "context must be an object"),
    ("subject", {"page": {"limit": -1}}, "page.limit must be 0 or more"),
    ("subject", {"page": {"limit": "5"}}, "page.limit must be of another type"),
    ("subject", {"page": {"limit": True}}, "page.limit must be of another type"),
    ("subject", {"page": {"token": 5}}, "page.token must be a string"),
    ("subject", {"page": []}, "page must be an object"),
]


@pytest.mark.parametrize(("kind", "change", "message"), INCOMPLETE)
def test_what_is_missing_or_of_a_wrong_type_is_400(wire: Wire, kind: str, change: dict[str, Any], message: str) -> None:
    reply = search(wire, kind, {**REQUESTS[kind], **change})
    assert reply.status == 400
    assert reply.message == message


@pytest.mark.parametrize(("kind", "member"), [(kind, member) for kind in REQUESTS for member in REQUESTS[kind]])
def test_each_member_must_be_there(wire: Wire, kind: str, member: str) -> None:
    reply = search(wire, kind, {name: value for name, value in REQUESTS[kind].items() if name != member})
    assert reply.status == 400
    assert reply.message == f"{member} is missing"


@pytest.mark.parametrize("kind", REQUESTS)
def test_searching_needs_its_own_scope(reference: Reference, wire: Wire, kind: str) -> None:
    every_other = reference.add_caller(f"no search {kind}", [scope for scope in Scope if scope is not Scope.SEARCH])
    assert search(wire.with_key(every_other), kind, REQUESTS[kind]).status == 403
    only = reference.add_caller(f"search only {kind}", [Scope.SEARCH])
    assert search(wire.with_key(only), kind, REQUESTS[kind]).status == 200
    assert search(wire.with_key(""), kind, REQUESTS[kind]).status == 401


@pytest.mark.parametrize("asked", [{"at": "2024-03-15"}, {"known_at": "2024-03-15"}])
def test_another_moment_needs_the_scope_for_it(reference: Reference, wire: Wire, asked: dict[str, str]) -> None:
    key = reference.add_caller(f"search now {asked}", [Scope.SEARCH])
    assert search(wire.with_key(key), "subject", {**WHO, "context": asked}).status == 403
    assert search(wire, "subject", {**WHO, "context": asked}).status == 200


def test_who_could_do_it_then(wire: Wire, people: dict[str, str]) -> None:
    then = search(wire, "subject", {**WHO, "context": {"at": "2022-06-01"}})
    assert then.json()["context"]["at"] == "2022-06-01T10:00:00Z"
    ids = {each["id"] for each in then.json()["results"]}
    assert people["dirk"] in ids  # the GAP of that time
    assert people["carla"] not in ids


def test_nothing_was_known_before_it_was_recorded(wire: Wire) -> None:
    before = {"at": "2024-03-15", "known_at": "2000-01-01"}
    for kind, request in REQUESTS.items():
        assert found(wire, kind, {**request, "context": before}) == set()


@pytest.mark.parametrize("moment", ["yesterday", 5, {}])
def test_a_moment_that_cannot_be_read_finds_nothing(wire: Wire, moment: object) -> None:
    for kind, request in REQUESTS.items():
        assert found(wire, kind, {**request, "context": {"known_at": moment}}) == set()


def test_an_operator_is_who_asks(reference: Reference, wire: Wire) -> None:
    request = {
        "subject": {"type": "operator"},
        "action": {"name": "read_audit"},
        "resource": {"type": "service", "id": "authz"},
    }
    auditor = wire.with_key(reference.add_caller("the auditor", [Scope.SEARCH, Scope.AUDIT]))
    assert found(auditor, "subject", request) == {"the auditor"}
    assert found(wire.with_key(reference.add_caller("a portal", [Scope.SEARCH])), "subject", request) == set()


def test_only_post_is_possible(wire: Wire) -> None:
    for kind in REQUESTS:
        assert wire.get(f"{SEARCH}/{kind}").status == 405


def test_the_evaluation_says_the_same(wire: Wire) -> None:
    assert wire.evaluate(ALLOWED).json()["decision"] is True
    assert ALLOWED["resource"]["id"] in found(wire, "resource", WHERE)
