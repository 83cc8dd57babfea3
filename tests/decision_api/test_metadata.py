"""Metadata (AuthZEN 9): public, and made from configuration alone."""

from typing import Any

import pytest

from authz_service.decision_api.settings import DecisionSettings
from tests.support.reference import ALLOWED, Reference

WELL_KNOWN = "/.well-known/authzen-configuration"


@pytest.mark.parametrize(
    ("public_url", "path", "base"),
    [
        ("https://authz.example.org", WELL_KNOWN, "https://authz.example.org"),
        ("https://authz.example.org/", WELL_KNOWN, "https://authz.example.org"),
        ("https://authz.example.org:8443", WELL_KNOWN, "https://authz.example.org:8443"),
        ("http://127.0.0.1:8080", WELL_KNOWN, "http://127.0.0.1:8080"),
        ("https://example.org/tenant1", f"{WELL_KNOWN}/tenant1", "https://example.org/tenant1"),
        ("https://example.org/a/b/", f"{WELL_KNOWN}/a/b", "https://example.org/a/b"),
    ],
)
def test_names_the_endpoints(reference: Reference, public_url: str, path: str, base: str) -> None:
    wire = reference.wire(reference.add_caller(public_url), public_url=public_url)
    reply = wire.with_key("").get(path, content_type="application/json", host="evil.example", x_forwarded_host="evil")
    assert reply.status == 200
    assert reply.json() == {
        "policy_decision_point": public_url,  # to the letter: clients compare it with what they started from
        "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        "search_subject_endpoint": f"{base}/access/v1/search/subject",
        "search_resource_endpoint": f"{base}/access/v1/search/resource",
        "search_action_endpoint": f"{base}/access/v1/search/action",
    }
    assert reply.headers["cache-control"] == "public, max-age=300"
    # Whether a proxy takes the path away or not, the endpoints that are named are there.
    behind = base.partition("://")[2].partition("/")[2]
    for prefix in {"", f"/{behind}" if behind else ""}:
        assert wire.send(f"{prefix}/access/v1/evaluation", ALLOWED).json()["decision"] is True
        assert wire.send(f"{prefix}/access/v1/evaluations", ALLOWED).json()["decision"] is True
        assert wire.get(f"{prefix}/livez").status == 200


@pytest.mark.parametrize(
    "public_url",
    [
        "",
        "authz.example.org",
        "/authz",
        "ftp://authz.example.org",
        "https://",
        "https:///path",
        "https://authz.example.org/?x=1",
        "https://authz.example.org/#top",
        "https://user:password@authz.example.org",
        "https://authz.example.org/\r\nX: 1",
    ],
)
def test_a_public_url_that_cannot_be_one_is_refused(public_url: str) -> None:
    with pytest.raises(ValueError, match="public URL") as raised:
        DecisionSettings(public_url=public_url)
    assert "password" not in str(raised.value)


@pytest.mark.parametrize("limit", ["body_bytes", "depth", "items", "retry_after_seconds"])
def test_a_limit_of_nothing_is_refused(limit: str) -> None:
    chosen: dict[str, Any] = {"public_url": "https://authz.example.org", limit: 0}
    with pytest.raises(ValueError, match="at least 1"):
        DecisionSettings(**chosen)
