"""The OpenAPI document of the administration API: valid, complete, and by the rules of the Belgif guide."""

import json
import re
from html.parser import HTMLParser
from typing import Any, Final

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

from authz_service.admin_api.application import Mounted
from authz_service.domain.vocabulary import Action
from tests.admin_api.conftest import Template
from tests.support.administration import ROOT, Administered
from tests.support.wire import Wire

METHODS: Final = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document(template: Template) -> Any:
    return template.contract.document


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item
    ]


def test_it_is_openapi_3_0(document: Any) -> None:
    assert document["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(document).validate()


def test_both_forms_say_the_same(administered: Administered, document: Any) -> None:
    reply = administered.nobody().get("/doc/openapi.yaml")
    assert yaml.safe_load(reply.body) == document


def test_every_operation_is_named_once_and_told_about(document: Any) -> None:
    found = [operation for _, _, operation in operations(document)]
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in names)
    assert all(operation["summary"] for operation in found)
    assert {operation["tags"][0] for operation in found} == {tag["name"] for tag in document["tags"]}


def test_every_operation_names_the_actions_that_it_asks(document: Any) -> None:
    known = {action.value for action in Action}
    without = set()
    for path, method, operation in operations(document):
        asked = operation.get("x-authz-action")
        if asked is None:
            without.add(f"{method} {path}")
            continue
        assert set(asked) <= known
        assert all(action in operation["description"] for action in asked)
    public = {f"{method} {path}" for path, method, operation in operations(document) if operation.get("security") == []}
    assert without - public == {
        "get /enterprises/{enterpriseNumber}",
        "get /enterprises/{enterpriseNumber}/myActions",
    }


def test_only_reference_data_and_health_are_public(document: Any, administered: Administered) -> None:
    assert document["security"] == [{"Bearer": []}]
    for path, method, operation in operations(document):
        public = operation.get("security") == []
        assert public is path.startswith(("/refData", "/health"))
        content: Any = None if method in {"get", "delete"} else {}
        reply = administered.nobody().request(method.upper(), path.replace("{", "").replace("}", ""), content)
        assert (reply.status == 401) is not public


def test_every_write_takes_an_idempotency_key(document: Any) -> None:
    for _, method, operation in operations(document):
        parameters = {parameter.get("$ref", "").rsplit("/")[-1] for parameter in operation["parameters"]}
        [success] = [answer for status, answer in operation["responses"].items() if status in {"200", "201", "204"}]
        writes = "Authz-Facts-Revision" in success.get("headers", {})
        assert ("IdempotencyKey" in parameters) is writes
        if method in {"put", "patch", "delete"}:
            assert writes


def test_every_operation_has_a_default_problem(document: Any) -> None:
    for _, _, operation in operations(document):
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Default"}
    assert document["components"]["responses"]["Default"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }


def test_collections_are_as_the_guide_has_them(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        properties = schema.get("properties", {})
        if "items" in properties:
            item = schemas[properties["items"]["items"]["$ref"].rsplit("/")[-1]]
            assert "href" in item["properties"], name
        if "page" in properties:
            assert {"self", "items", "page", "pageSize", "total", "first", "last", "prev", "next"} <= properties.keys()


def test_names_are_in_camel_case(document: Any) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert re.fullmatch(r"([A-Z][a-z]+)+", name)
        assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", member) for member in schema.get("properties", {}))


def test_no_object_is_closed_and_only_patches_take_null(document: Any) -> None:
    assert '"additionalProperties": false' not in json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        assert name.endswith("Patch") or "nullable" not in json.dumps(schema)


def test_no_number_and_no_address_is_asked_for_in_a_url(document: Any) -> None:
    for _, _, operation in operations(document):
        for parameter in operation["parameters"]:
            assert parameter.get("name") not in {"ssin", "email"}


def test_it_is_served_where_the_service_is(document: Any, administered: Administered) -> None:
    assert [server["url"] for server in document["servers"]] == ["/accessManagement/v1"]
    forged = {"host": "evil.example", "x_forwarded_host": "evil.example"}
    for path in ("/doc", "/doc/openapi.json"):
        assert b"evil" not in administered.nobody().get(path, **forged).body
    items = administered.client("carla").get("/me/enterprises", **forged).json()["items"]
    assert all(item["href"].startswith(ROOT) for item in items)


class _Page(HTMLParser):
    """Collects ids and references."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.references.append(value or "")


def test_the_page_names_every_operation_and_loads_nothing_from_elsewhere(
    administered: Administered, document: Any
) -> None:
    reply = administered.nobody().get("/doc")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    page = _Page()
    page.feed(reply.body.decode())
    assert sorted(page.ids) == sorted(operation["operationId"] for _, _, operation in operations(document))
    for reference in page.references:
        if reference.startswith("#"):
            assert reference[1:] in page.ids
        else:
            assert administered.wire.get(reference).status == 200


class TestMounting:
    def served(self, name: str) -> Any:
        def application(environ: Any, start_response: Any) -> list[bytes]:
            body = f"{name}|{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode()
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
            return [body]

        return application

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/api/v1/me", b"api|/api/v1|/me"),
            ("/api/v1", b"api|/api/v1|"),
            ("/api/v10", b"behind||/api/v10"),
            ("/", b"behind||/"),
        ],
    )
    def test_by_the_beginning_of_the_path(self, path: str, expected: bytes) -> None:
        wire = Wire(Mounted({"/api/v1": self.served("api")}, self.served("behind")))
        assert wire.get(path).body == expected
