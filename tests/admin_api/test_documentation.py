"""`/doc`: one document in two forms and a page, made from configuration, loading nothing from elsewhere."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

from authz_service.admin_api.application import create_application
from authz_service.decision_api.settings import DecisionSettings
from tests.support.wire import Wire

PUBLIC_URL = "https://authz.example.org"


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire(create_application(DecisionSettings(public_url=PUBLIC_URL)))


@pytest.fixture(scope="module")
def document(wire: Wire) -> Any:
    return wire.get("/doc/openapi.json").json()


def test_it_is_openapi_3_0(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.0.3"
    OpenAPIV30SpecValidator(document).validate()


def test_both_forms_say_the_same(wire: Wire, document: dict[str, Any]) -> None:
    reply = wire.get("/doc/openapi.yaml")
    assert reply.headers["content-type"] == "application/yaml"
    assert yaml.safe_load(reply.body) == document
    assert not re.search(rb"[&*]id[0-9]", reply.body)


def test_every_url_is_the_configured_one(wire: Wire, document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == [PUBLIC_URL]
    forged = {"host": "evil.example", "x_forwarded_host": "evil.example", "forwarded": "host=evil.example"}
    for path in ("/doc", "/doc/openapi.json", "/doc/openapi.yaml"):
        assert b"evil" not in wire.get(path, **forged).body


def test_a_public_url_with_a_path() -> None:
    """The metadata stand between the host and the path, everything else behind the path."""
    wire = Wire(create_application(DecisionSettings(public_url="https://example.org/tenant1")))
    paths = wire.get("/doc/openapi.json").json()["paths"]
    metadata = paths["/.well-known/authzen-configuration/tenant1"]["get"]
    assert metadata["servers"] == [{"url": "https://example.org"}]
    assert "servers" not in paths["/livez"]["get"]


def test_names_that_belgian_rules_would_have_otherwise_say_why(document: dict[str, Any]) -> None:
    assert all(reason for reason in document["x-ignore-rules"].values())
    for name, schema in document["components"]["schemas"].items():
        if any("_" in member for member in schema.get("properties", ())):
            assert "jsn-naming" in schema["x-ignore-rules"], name


def test_every_component_is_used(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for kind in ("schemas", "responses", "parameters", "headers"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text


class _Loads(HTMLParser):
    """Collects what a page refers to, and that every element is closed."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            assert not name.startswith("on"), "no scripts"
            assert name != "style", "no inline styles"
            if name in {"href", "src", "action"}:
                self.references.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestPage:
    def test_names_every_operation(self, wire: Wire, document: dict[str, Any]) -> None:
        reply = wire.get("/doc")
        assert reply.status == 200
        assert reply.headers["content-type"].startswith("text/html")
        page = _Loads()
        page.feed(reply.body.decode())
        assert page.open == []
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        assert sorted(page.ids) == sorted(operation["operationId"] for operation in operations)
        for path in document["paths"]:
            assert path in reply.body.decode()

    def test_loads_nothing_from_elsewhere(self, wire: Wire) -> None:
        page = _Loads()
        page.feed(wire.get("/doc").body.decode())
        for reference in page.references:
            if reference.startswith("#"):
                assert reference[1:] in page.ids
            else:
                assert reference.startswith("/doc/")
                assert wire.get(reference).status == 200

    @pytest.mark.parametrize("path", ["/doc", "/doc/openapi.json", "/nowhere"])
    def test_browsers_are_told_so(self, wire: Wire, path: str) -> None:
        headers = wire.get(path).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"

    def test_shows_the_settings_as_text(self) -> None:
        """Whatever is configured, nothing of it is taken for HTML."""
        settings = DecisionSettings(public_url="https://authz.example.org/<script>")
        page = Wire(create_application(settings)).get("/doc").body
        assert b"<script" not in page
        assert b"&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/doc/", 404), ("GET", "/doc/openapi.xml", 404), ("POST", "/doc", 405)],
)
def test_errors_are_like_those_of_the_decision_endpoints(wire: Wire, method: str, path: str, status: int) -> None:
    reply = wire.request(method, path)
    assert reply.status == status
    assert reply.message
    assert ("allow" in reply.headers) is (status == 405)
