"""The request identifier (AuthZEN 10.1.3): unchanged on every answer of ours."""

import re

import pytest

from tests.support.reference import ALLOWED, Reference
from tests.support.wire import Wire

IDENTIFIERS = [
    "6f1f2f7e-1f5a-4a6f-9a53-0c7d2d0f9a11",
    "0",
    "",
    "a b  c",
    "not a uuid; with = all, sorts () of <marks> \"'",
    "\xe9\xff",
    "x" * 8000,
]


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda text: repr(text)[:12])
def test_it_comes_back_unchanged_on_every_status(reference: Reference, wire: Wire, identifier: str) -> None:
    nobody, small = wire.with_key(""), reference.wire(wire.key, body_bytes=10)
    sent = {"x_request_id": identifier}
    replies = [
        wire.evaluate(ALLOWED, **sent),
        wire.evaluations({**ALLOWED, "evaluations": [{}]}, **sent),
        wire.evaluate(b"", **sent),
        nobody.evaluate(ALLOWED, **sent),
        wire.get("/nowhere", **sent),
        wire.get("/access/v1/evaluation", **sent),
        wire.request("HEAD", "/livez", headers=sent),
        small.evaluate(ALLOWED, **sent),
        wire.evaluate(ALLOWED, content_type="text/plain", **sent),
        wire.get("/livez", **sent),
        wire.get("/readyz", **sent),
        wire.get("/.well-known/authzen-configuration", **sent),
    ]
    assert {reply.status for reply in replies} == {200, 400, 401, 404, 405, 413, 415}
    assert {reply.headers["x-request-id"] for reply in replies} == {identifier}


def test_a_tab_comes_back_too(wire: Wire) -> None:
    """HTTP allows it in a header (RFC 9110, 5.5), though PEP 3333 would rather not."""
    reply = wire.request("GET", "/livez", headers={"x_request_id": "a\tb"}, honest=False)
    assert reply.headers["x-request-id"] == "a\tb"


def test_without_one_it_is_made_up(wire: Wire) -> None:
    made = {wire.evaluate(ALLOWED).headers["x-request-id"] for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch("[0-9a-f]{32}", identifier) for identifier in made)


@pytest.mark.parametrize(
    "identifier", ["a\r\nSet-Cookie: x=1", "a\nb", "a\r", "\x00", "\x1b[31m", "a\x7f", "€", "\ud800"], ids=repr
)
def test_one_that_no_header_can_hold_is_not_sent_back(wire: Wire, identifier: str) -> None:
    reply = wire.evaluate(ALLOWED, x_request_id=identifier)
    assert reply.status == 200
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-request-id"])
    assert "set-cookie" not in reply.headers
