"""What a request body must be before it is read as a question: media type, size, JSON (AuthZEN 10.1, 11.5, 11.7)."""

import io
import json
from typing import Any

import pytest

from tests.support.reference import ALLOWED, Reference
from tests.support.wire import EVALUATION, EVALUATIONS, JSON, Wire

OCTETS = json.dumps(ALLOWED).encode()
MIB = 1024 * 1024


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
        "Application/JSON",
        "APPLICATION/JSON ; Charset=Utf-8",
        "application/json;",
        "application/json; profile=x",
    ],
)
def test_json_by_any_spelling(wire: Wire, media_type: str) -> None:
    assert wire.evaluate(ALLOWED, content_type=media_type).json()["decision"] is True


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/vnd.x+json",
        "application/jsonp",
        "application/json-seq",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-8; charset=latin1",
        "*/*",
        "",
        None,
    ],
)
@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
def test_other_media_types_are_415(wire: Wire, path: str, media_type: str | None) -> None:
    reply = wire.request("POST", path, OCTETS, environ={"CONTENT_TYPE": media_type})
    assert reply.status == 415
    assert "application/json" in reply.message


def test_a_compressed_body_is_415(wire: Wire) -> None:
    assert wire.evaluate(ALLOWED, content_encoding="gzip").status == 415
    assert wire.evaluate(ALLOWED, content_encoding="identity").status == 200


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b" ",
        b'{ "subject": {"type": "user"} , broken',
        b"[]",
        b'[{"subject": 1}]',
        b'"text"',
        b"1",
        b"null",
        b"true",
        b'{"subject": NaN}',
        b'{"context": {"n": Infinity}}',
        OCTETS.replace(b'"subject"', b'"subject": {}, "subject"', 1),
        OCTETS[:-1] + b', "context": {"x": {"a": 1, "a": 2}}}',
        OCTETS[:-1] + b', "unknown": "\\ud800"}',
        OCTETS[:-1] + b', "unknown": "\xff"}',
        OCTETS[:-1] + b', "unknown": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        OCTETS.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + OCTETS,
        OCTETS + OCTETS,
    ],
    ids=lambda octets: repr(octets[-24:]),
)
@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
def test_what_is_not_strict_json_is_400(wire: Wire, path: str, octets: bytes) -> None:
    reply = wire.send(path, octets)
    assert reply.status == 400
    assert reply.message


def padded(size: int) -> bytes:
    """The allowed question with blanks after it, `size` bytes long."""
    return OCTETS.ljust(size)


class Counting(io.BytesIO):
    """A body that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        octets = super().read(size)
        self.taken += len(octets)
        return octets


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
def test_the_limit_itself_is_allowed(wire: Wire, path: str) -> None:
    assert wire.send(path, padded(MIB)).json()["decision"] is True


@pytest.mark.parametrize(
    ("environ", "most_read"),
    [
        ({}, 0),
        ({"wsgi.input_terminated": True}, 4 * MIB),  # taken in and forgotten: cut off, the sender may see no answer
        ({"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}, 5 * MIB + 1),
        ({"CONTENT_LENGTH": "", "wsgi.input_terminated": True}, MIB + 1),
        ({"CONTENT_LENGTH": "10", "wsgi.input_terminated": True}, 5 * MIB + 1),  # it lies
        ({"CONTENT_LENGTH": "9" * 5000}, 0),
        ({"CONTENT_LENGTH": str(100 * MIB)}, 0),
        ({"CONTENT_LENGTH": str(100 * MIB), "wsgi.input_terminated": True}, 4 * MIB),
    ],
)
def test_one_byte_more_is_413_and_little_is_read(wire: Wire, environ: dict[str, Any], most_read: int) -> None:
    body = Counting(padded(10 * MIB))
    reply = wire.request(
        "POST",
        EVALUATION,
        headers={"content_type": JSON},
        environ={"CONTENT_LENGTH": str(MIB + 1), "wsgi.input": body, **environ},
        honest=False,
    )
    assert reply.status == 413
    assert str(MIB) in reply.message
    assert body.taken <= most_read


@pytest.mark.parametrize("length", ["x", "-1", "1.0", "1e2", "+5", "٣", "0x10", "5, 5"])
def test_a_length_that_is_no_number_is_400(wire: Wire, length: str) -> None:
    stated = {"CONTENT_LENGTH": length}
    reply = wire.request("POST", EVALUATION, OCTETS, {"content_type": JSON}, stated, honest=False)
    assert reply.status == 400


@pytest.mark.parametrize("terminated", [True, None])
@pytest.mark.parametrize("length", [len(OCTETS) + 1, 100_000])
def test_a_body_that_ends_too_early_is_400(wire: Wire, length: int, terminated: bool | None) -> None:
    environ = {"CONTENT_LENGTH": str(length), "wsgi.input_terminated": terminated}
    assert wire.request("POST", EVALUATION, OCTETS, {"content_type": JSON}, environ).status == 400


@pytest.mark.parametrize("length", [None, ""])
def test_without_length_the_server_must_mark_the_end(wire: Wire, length: str | None) -> None:
    """Else reading could wait for ever for a body that never comes."""
    marked = {"CONTENT_LENGTH": length, "wsgi.input_terminated": True}
    assert wire.request("POST", EVALUATION, OCTETS, {"content_type": JSON}, marked).json()["decision"] is True
    body = Counting(OCTETS)
    unmarked = {"CONTENT_LENGTH": length, "wsgi.input": body}
    assert wire.request("POST", EVALUATION, OCTETS, {"content_type": JSON}, unmarked).status == 400
    assert body.taken == 0


class Broken(io.BytesIO):
    """A connection that ends."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise ConnectionResetError


class Dripping(io.BytesIO):
    """A connection that brings a few bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


def test_a_body_that_does_not_arrive_is_400(wire: Wire) -> None:
    reply = wire.request("POST", EVALUATION, OCTETS, {"content_type": JSON}, {"wsgi.input": Broken()})
    assert reply.status == 400


@pytest.mark.parametrize("terminated", [True, None])
def test_a_body_may_come_in_pieces(wire: Wire, terminated: bool | None) -> None:
    environ = {"wsgi.input": Dripping(OCTETS), "wsgi.input_terminated": terminated}
    assert wire.request("POST", EVALUATION, OCTETS, {"content_type": JSON}, environ).json()["decision"] is True


def test_limits_are_settings(reference: Reference, wire: Wire) -> None:
    small = reference.wire(wire.key, body_bytes=len(OCTETS), depth=3, items=2)
    assert small.evaluate(ALLOWED).status == 200
    assert small.evaluate(padded(len(OCTETS) + 1)).status == 413
    assert small.evaluate({"a": {"b": [{}]}}).message == "the body is nested deeper than 3 levels"
    questions = [{"a": 1}] * 3
    assert small.evaluations({"evaluations": questions[:2]}).status == 200
    assert "more than 2 questions" in small.evaluations({"evaluations": questions}).message
