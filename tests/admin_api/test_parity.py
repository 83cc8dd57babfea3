"""The document and the decision endpoints say the same: what is documented is so, and what is so is documented."""

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import structlog
from openapi_schema_validator import OAS30Validator

from authz_service.admin_api.application import create_application
from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.settings import DecisionSettings
from authz_service.domain.vocabulary import Scope
from authz_service.store.errors import StoreUnavailableError
from tests.support.reference import ALLOWED, DENIED, PUBLIC_URL, Reference
from tests.support.wire import JSON, Reply, Wire

SETTINGS = DecisionSettings(public_url=PUBLIC_URL, body_bytes=20_000, depth=10, items=7)
DOCUMENT: Any = Wire(create_application(SETTINGS)).get("/doc/openapi.json").json()
OPERATIONS = [(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations]
QUESTION_PATHS = [path for path, operations in DOCUMENT["paths"].items() if "post" in operations]
EXAMPLES = [
    (path, name)
    for path in QUESTION_PATHS
    for name in DOCUMENT["paths"][path]["post"]["requestBody"]["content"][JSON]["examples"]
]


@dataclasses.dataclass(frozen=True)
class Broken:
    """Fails, or says that something is wrong."""

    fault: Exception

    def find(self, key_text: str) -> Any:
        raise self.fault

    def readiness(self) -> Mapping[str, str]:
        return {"database": "does not answer"}


@pytest.fixture(scope="module")
def wires(reference: Reference) -> dict[str, Wire]:
    """The whole of what is served, for callers that may do all or nothing, and with parts that fail."""
    behind = create_application(SETTINGS)

    def served(key: str, **parts: Any) -> Wire:
        whole: dict[str, Any] = {
            "decisions": reference.decisions,
            "searches": reference.searches,
            "callers": reference.callers,
            "explanations": reference.explanations,
            "readiness": lambda: {"policy": "ok", "database": "ok"},
            **parts,
        }
        return Wire(DecisionApplication(**whole, settings=SETTINGS, next_app=behind), key)

    key = reference.add_caller("parity")
    without_facts, faulty = Broken(StoreUnavailableError("gone")), Broken(TypeError("fault"))
    return {
        "all": served(key),
        "none": served(reference.add_caller("parity without scopes", [Scope.EXPLAIN])),
        "without facts": served(key, callers=without_facts, readiness=without_facts.readiness),
        "faulty": served(key, callers=faulty),
    }


Wires = Mapping[str, Wire]
ASKING: dict[str, Callable[[Wires, str], Reply]] = {
    "200": lambda wires, path: wires["all"].send(path, ALLOWED),
    "400": lambda wires, path: wires["all"].send(path, {}),
    "401": lambda wires, path: wires["all"].with_key("").send(path, ALLOWED),
    "403": lambda wires, path: wires["none"].send(path, ALLOWED),
    "413": lambda wires, path: wires["all"].send(path, b" " * (SETTINGS.body_bytes + 1)),
    "415": lambda wires, path: wires["all"].send(path, ALLOWED, content_type="text/plain"),
    "500": lambda wires, path: wires["faulty"].send(path, ALLOWED),
    "503": lambda wires, path: wires["without facts"].send(path, ALLOWED),
}
READING: dict[str, Callable[[Wires, str], Reply]] = {
    "200": lambda wires, path: wires["all"].with_key("").get(path),
    "503": lambda wires, path: wires["without facts"].with_key("").get(path),
}
"""How to bring about each status that there is."""


def followed(part: Any) -> Any:
    if "$ref" not in part:
        return part
    found = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def schema_problems(schema: Any, value: object) -> list[str]:
    whole = {**DOCUMENT, **schema}  # so that what the schema refers to is found
    return [error.message for error in OAS30Validator(whole).iter_errors(value)]


def undocumented(schema: Any, value: object, path: str = "") -> Iterator[str]:
    """Yield the members of an answer that its schema does not know."""
    schema = followed(schema)
    if isinstance(value, list):
        for item in value:
            yield from undocumented(schema["items"], item, f"{path}[]")
    elif isinstance(value, dict) and "additionalProperties" not in schema:
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from undocumented(schema["properties"][name], inner, f"{path}.{name}")
            else:
                yield f"{path}.{name}"


def answer_schema(path: str, method: str, status: int) -> Any:
    answer = followed(DOCUMENT["paths"][path][method]["responses"][str(status)])
    assert list(answer["content"]) == [JSON]
    return answer["content"][JSON]["schema"]


def check(path: str, method: str, reply: Reply) -> None:
    """An answer is as documented: status, media type, members, headers."""
    schema = answer_schema(path, method, reply.status)
    content = reply.json()
    assert schema_problems(schema, content) == []
    assert list(undocumented(schema, content)) == []
    documented = followed(DOCUMENT["paths"][path][method]["responses"][str(reply.status)])["headers"]
    assert {name.lower() for name in documented} <= reply.headers.keys()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_status_is_documented_and_is_so(wires: Wires, path: str, method: str) -> None:
    how = ASKING if method == "post" else READING
    documented = DOCUMENT["paths"][path][method]["responses"]
    assert documented.keys() <= how.keys()
    for status, cause in how.items():
        with structlog.testing.capture_logs():
            reply = cause(wires, path)
        if status in documented:
            assert str(reply.status) == status
        # What nobody documented does not come about.
        assert str(reply.status) in documented
        check(path, method, reply)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_only_the_documented_methods_are_there(wires: Wires, path: str, method: str) -> None:
    for other in {"get", "post", "put", "patch", "delete", "options"} - DOCUMENT["paths"][path].keys():
        assert wires["all"].request(other.upper(), path).status == 405
    assert wires["all"].request(method.upper(), path).status != 405


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_only_what_is_not_public_needs_a_key(wires: Wires, path: str, method: str) -> None:
    public = DOCUMENT["paths"][path][method].get("security", DOCUMENT["security"]) == []
    assert public is (wires["all"].with_key("").request(method.upper(), path).status != 401)
    assert public is ("401" not in DOCUMENT["paths"][path][method]["responses"])


@pytest.mark.parametrize(("path", "name"), EXAMPLES)
def test_example_requests_are_valid_and_answered(wires: Wires, path: str, name: str) -> None:
    content = DOCUMENT["paths"][path]["post"]["requestBody"]["content"][JSON]
    example = content["examples"][name]["value"]
    assert schema_problems(content["schema"], example) == []
    reply = wires["all"].send(path, example)
    assert reply.status == 200
    check(path, "post", reply)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_example_answers_are_valid(path: str, method: str) -> None:
    for answer in map(followed, DOCUMENT["paths"][path][method]["responses"].values()):
        content = answer["content"][JSON]
        for example in content.get("examples", {}).values():
            assert schema_problems(content["schema"], example["value"]) == []
            assert list(undocumented(content["schema"], example["value"])) == []


def members(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield every member of a schema with whether it is required, all the way down."""
    schema = followed(schema)
    for name, inner in schema.get("properties", {}).items():
        yield (*path, name), name in schema.get("required", ())
        yield from members(inner, (*path, name))


SINGLE = "/access/v1/evaluation"
SINGLE_SCHEMA = DOCUMENT["paths"][SINGLE]["post"]["requestBody"]["content"][JSON]["schema"]
FULL: dict[str, Any] = {
    **copy.deepcopy(ALLOWED),
    "action": {"name": "list_users", "properties": {"more": 1}},
    "resource": {"type": "capacity", "id": "alpha.nsso", "properties": {"more": 1}},
    "context": {
        "authentication_means": "eid",
        "capacity": "alpha.nsso",
        "for_enterprise": "0999010126",
        "at": "2024-03-15",
        "known_at": "2100-01-01",
        "explain": True,
        "min_facts": 0,
    },
}


@pytest.mark.parametrize(("member", "required"), list(members(SINGLE_SCHEMA)), ids=str)
def test_a_member_is_required_if_and_only_if_it_is_400_without(
    wires: Wires, member: tuple[str, ...], required: bool
) -> None:
    question = copy.deepcopy(FULL)
    holder = question
    for name in member[:-1]:
        holder = holder[name]
    del holder[member[-1]]
    reply = wires["all"].send(SINGLE, question)
    assert reply.status == (400 if required else 200)
    assert bool(schema_problems(SINGLE_SCHEMA, question)) is required
    if required:
        assert ".".join(member) in reply.message


def test_nothing_is_required_at_the_top_of_a_batch(wires: Wires) -> None:
    for name in ("EvaluationsRequest", "EvaluationsItem", "EvaluationsOptions"):
        assert "required" not in DOCUMENT["components"]["schemas"][name]
    assert wires["all"].evaluations({"evaluations": [ALLOWED, {}]}).status == 200


def test_the_semantics_are_those_that_work(wires: Wires) -> None:
    schema = DOCUMENT["components"]["schemas"]["EvaluationsOptions"]["properties"]["evaluations_semantic"]
    wire = wires["all"]

    def answered(**options: str) -> int:
        reply = wire.evaluations({"evaluations": [ALLOWED, DENIED, ALLOWED], "options": options})
        return len(reply.json()["evaluations"])

    lengths = {name: answered(evaluations_semantic=name) for name in schema["enum"]}
    assert lengths == {"execute_all": 3, "deny_on_first_deny": 2, "permit_on_first_permit": 1}
    assert answered() == lengths[schema["default"]]


def test_the_limits_are_those_that_are_stated(wires: Wires) -> None:
    limits, wire = DOCUMENT["x-limits"], wires["all"]
    assert limits == {"bodyBytes": 20_000, "depth": 10, "items": 7}
    for limit in limits.values():
        assert f" {limit} " in DOCUMENT["info"]["description"]
    assert DOCUMENT["components"]["schemas"]["EvaluationsRequest"]["properties"]["evaluations"]["maxItems"] == 7
    octets = json.dumps(ALLOWED).encode()
    for size, status in ((limits["bodyBytes"], 200), (limits["bodyBytes"] + 1, 413)):
        assert wire.evaluate(octets.ljust(size)).status == status
    for count, status in ((limits["items"], 200), (limits["items"] + 1, 400)):
        assert wire.evaluations({**ALLOWED, "evaluations": [{}] * count}).status == status
    for depth, status in ((limits["depth"], 200), (limits["depth"] + 1, 400)):
        nested: Any = 1
        for _ in range(depth - 1):
            nested = [nested]
        assert wire.evaluate({**ALLOWED, "unknown": nested}).status == status


def test_the_document_is_served_behind_the_decision_endpoints(wires: Wires) -> None:
    reply = wires["all"].with_key("").get("/doc/openapi.json", x_request_id="r-1")
    assert reply.json() == DOCUMENT
    assert reply.headers["x-request-id"] == "r-1"
