"""Which status means what (AuthZEN 10.1.1, 10.1.2): 200 is an answer, whatever it is, and nothing else is one."""

import copy
from typing import Any

import pytest

from tests.support.reference import ALLOWED, CARLA, DENIED, Reference
from tests.support.wire import EVALUATION, EVALUATIONS, Wire

METADATA = "/.well-known/authzen-configuration"


def without(*path: str) -> dict[str, Any]:
    """The allowed question without one member."""
    question: dict[str, Any] = copy.deepcopy(ALLOWED)
    holder = question
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return question


def with_value(value: object, *path: str) -> dict[str, Any]:
    """The allowed question with another value of one member."""
    question: dict[str, Any] = copy.deepcopy(ALLOWED)
    holder = question
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return question


REQUIRED = [
    ("subject",),
    ("action",),
    ("resource",),
    ("subject", "type"),
    ("subject", "id"),
    ("action", "name"),
    ("resource", "type"),
    ("resource", "id"),
]
WRONG = [
    (path, value)
    for path in REQUIRED
    for value in (None, 85091291489, 1.5, True, ["85091291489"], "85091291489", {"85091291489": 1})
    # A text is right for a member of a member.
    if len(path) == 1 or not isinstance(value, str)
]


@pytest.mark.parametrize("send", [EVALUATION, EVALUATIONS])
class TestQuestions:
    """The single endpoint, and the batch endpoint without a batch."""

    def test_yes_is_200(self, wire: Wire, send: str) -> None:
        reply = wire.send(send, ALLOWED)
        assert reply.status == 200
        assert reply.json()["decision"] is True
        assert "evaluations" not in reply.json()

    def test_no_is_200(self, wire: Wire, send: str) -> None:
        reply = wire.send(send, DENIED)
        assert reply.status == 200
        assert reply.json()["decision"] is False

    @pytest.mark.parametrize("path", REQUIRED, ids=".".join)
    def test_a_required_member_that_is_missing_is_400_and_named(
        self, wire: Wire, send: str, path: tuple[str, ...]
    ) -> None:
        reply = wire.send(send, without(*path))
        assert reply.status == 400
        assert reply.message == f"{'.'.join(path)} is missing"

    @pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda part: ".".join(part) if type(part) is tuple else None)
    def test_a_required_member_of_a_wrong_type_is_400_and_its_value_is_not_told(
        self, wire: Wire, send: str, path: tuple[str, ...], value: object
    ) -> None:
        reply = wire.send(send, with_value(value, *path))
        assert reply.status == 400
        assert ".".join(path) in reply.message
        assert "85091291489" not in reply.message

    @pytest.mark.parametrize(
        "path",
        [("subject", "properties"), ("action", "properties"), ("resource", "properties"), ("context",)],
        ids=".".join,
    )
    @pytest.mark.parametrize("value", [1, "text", True, [], [{}]])
    def test_properties_and_context_are_objects(
        self, wire: Wire, send: str, path: tuple[str, ...], value: object
    ) -> None:
        reply = wire.send(send, with_value(value, *path))
        assert reply.status == 400
        assert reply.message == f"{'.'.join(path)} must be an object"

    @pytest.mark.parametrize("path", [("action", "properties"), ("resource", "properties"), ("context",)], ids=".".join)
    def test_null_is_absent_there(self, wire: Wire, send: str, path: tuple[str, ...]) -> None:
        """Clients that have no value send null instead of nothing."""
        assert wire.send(send, with_value(None, *path)).json()["decision"] is True

    def test_unknown_members_are_ignored_at_every_depth(self, wire: Wire, send: str) -> None:
        extra: dict[str, Any] = {"id ": 1, "futureField": {"nested": [None, {"x": 1.5}]}, "": "", "Subject": 5}
        question = {
            **extra,
            "subject": {**CARLA, **extra, "properties": {**CARLA["properties"], **extra}},
            "action": {"name": "list_users", "id": None, "type": None, **extra, "properties": extra},
            "resource": {"type": "capacity", "id": "alpha.nsso", **extra, "properties": extra},
            "context": {"time": None, "attributes": {}, **extra},
            "page": 5,
        }
        assert wire.send(send, question).json()["decision"] is True

    @pytest.mark.parametrize(
        ("question", "reason"),
        [
            (with_value("create_world", "action", "name"), "UNKNOWN_ACTION"),
            (with_value("", "action", "name"), "UNKNOWN_ACTION"),
            (with_value("nobody.nsso", "resource", "id"), "UNKNOWN_RESOURCE"),
            (with_value("", "resource", "id"), "UNKNOWN_RESOURCE"),
            (with_value("{\u0000}/todos/{id}", "resource", "id"), "UNKNOWN_RESOURCE"),
            (with_value("route", "resource", "type"), "UNKNOWN_RESOURCE"),
            (with_value("identity", "subject", "type"), "UNKNOWN_SUBJECT"),
            (with_value("00000000000", "subject", "id"), "INVALID_IDENTIFIER"),
            (with_value("\u0000' OR 1=1 --", "subject", "id"), "INVALID_IDENTIFIER"),
            (with_value("👩‍💼" * 200, "subject", "id"), "INVALID_IDENTIFIER"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_is_unknown_is_a_denial(self, wire: Wire, send: str, question: dict[str, Any], reason: str) -> None:
        reply = wire.send(send, question)
        assert reply.status == 200
        assert reply.json()["decision"] is False
        assert reason in reply.json()["context"]["reasons"]

    @pytest.mark.parametrize(
        "context",
        [
            {"at": "yesterday"},
            {"at": 5},
            {"at": "2024-02-30"},
            {"known_at": ["2024-03-15"]},
            {"authentication_means": 7},
        ],
        ids=str,
    )
    def test_what_the_policy_cannot_read_is_a_denial_too(self, wire: Wire, send: str, context: dict[str, Any]) -> None:
        answer = wire.send(send, {**ALLOWED, "context": context}).json()
        assert answer["decision"] is False
        assert "INVALID_INPUT" in answer["context"]["reasons"]
        assert "at" not in answer["context"]

    def test_the_same_question_has_the_same_answer(self, wire: Wire, send: str) -> None:
        answers = [wire.send(send, DENIED).json() for _ in range(3)]
        ids = {answer["context"].pop("evaluation_id") for answer in answers}
        assert len(ids) == 3
        assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [(EVALUATION, "POST"), (EVALUATIONS, "POST"), (METADATA, "GET"), ("/livez", "GET"), ("/readyz", "GET")],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_405(wire: Wire, path: str, allowed: str, method: str) -> None:
    if method == allowed:
        return
    reply = wire.with_key("").request(method, path, headers={"x_request_id": "r-1"})
    assert reply.status == 405
    assert reply.headers["allow"] == allowed
    assert reply.headers["x-request-id"] == "r-1"
    if method == "HEAD":
        assert reply.body == b""
    else:
        assert allowed in reply.message


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/access/v1",
        "/access/v1/evaluation/",
        "/access/v1/evaluations/",
        "/access/v1//evaluation",
        "/access/v1/Evaluation",
        "/access/v2/evaluation",
        "/access/v1/search",
        f"{METADATA}/",
        f"{METADATA}/tenant1",
        "/livez/",
        "/85091291489",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_paths_are_404(wire: Wire, path: str, method: str) -> None:
    # PEP 3333 has no empty path without a script name; servers say "/".
    reply = wire.request(method, path or "/")
    assert reply.status == 404
    assert "85091291489" not in reply.message


def test_other_paths_are_for_the_application_behind(reference: Reference) -> None:
    def behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("299 Mine", [("Content-Type", "text/plain"), ("Content-Length", "4"), ("x-request-id", "own")])
        return [b"mine"]

    wire = reference.wire(next_app=behind)
    reply = wire.get("/doc", x_request_id="r-1")
    assert (reply.status, reply.body, reply.headers["x-request-id"]) == (299, b"mine", "r-1")
    assert wire.get("/access/v1/evaluation/").status == 299
    assert wire.get("/livez").json() == {"status": "UP"}
    assert wire.get("/access/v1/evaluation").status == 405
