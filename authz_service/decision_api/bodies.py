"""The body of a request: its media type, its size, and strict JSON (AuthZEN 10.1, 11.5, 11.7)."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from wsgiref.types import WSGIEnvironment

from authz_service.decision_api.errors import WireError
from authz_service.decision_api.strict_json import StrictJsonError, read_object

__all__ = ["forget_unread", "object_of", "read_octets"]

MEDIA_TYPE: Final = "application/json"
CHUNK_BYTES: Final = 65_536
FORGOTTEN_TIMES: Final = 4
"""How many times the limit is still taken in, to be forgotten, so that the sender gets its answer."""


def read_octets(environ: WSGIEnvironment, most: int) -> bytes:
    """Return the octets that the request carries as JSON: one at least, `most` at most.

    Raises WireError: 415 for another media type, character set or content coding, 413 when it is too large, else 400.
    """
    media_type = environ.get("CONTENT_TYPE", "")
    if media_type != MEDIA_TYPE and not _is_json(media_type):
        raise WireError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the Content-Type must be application/json, in UTF-8")
    if "HTTP_CONTENT_ENCODING" in environ and environ["HTTP_CONTENT_ENCODING"].lower() not in {"identity", ""}:
        raise WireError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed or otherwise encoded")
    octets = _octets(environ, most)
    if not octets:
        raise _bad("the body is empty")
    return octets


def object_of(octets: bytes, depth: int) -> dict[str, Any]:
    """Return the JSON object that the octets are, nested at most `depth` levels. Raises WireError (400)."""
    try:
        return read_object(octets, depth)
    except StrictJsonError as error:
        raise _bad(str(error)) from None


def forget_unread(environ: WSGIEnvironment, most: int) -> None:
    """Take in what the request still has to say, within bounds, before it is answered.

    A server closes a connection whose request was not read to its end; a sender who is still sending then sees a
    broken connection, and not the answer. `most`: the limit of a body, in bytes.
    """
    if not _says_more(environ):
        return
    source = environ["wsgi.input"]
    left = FORGOTTEN_TIMES * most
    with suppress(OSError, ValueError, RuntimeError):
        while left > 0 and (more := source.read(min(left, CHUNK_BYTES))):
            left -= len(more)


def _says_more(environ: WSGIEnvironment) -> bool:
    """Tell whether the request announced a body that has an end which the server knows."""
    stated = environ.get("CONTENT_LENGTH") or "0"
    return bool(environ.get("wsgi.input_terminated")) and (stated != "0" or "HTTP_TRANSFER_ENCODING" in environ)


def _is_json(media_type: str) -> bool:
    name, *parameters = media_type.lower().split(";")
    if name.strip() != MEDIA_TYPE:
        return False
    stated = [parameter.partition("=") for parameter in parameters]
    return all(value.strip().strip('"') == "utf-8" for name, _, value in stated if name.strip() == "charset")


def _octets(environ: WSGIEnvironment, most: int) -> bytes:
    """Read the body, one byte beyond what is allowed at most: enough to know that it is too large."""
    stated = environ.get("CONTENT_LENGTH") or None
    if stated is not None and not (stated.isascii() and stated.isdigit()):
        raise _bad("the Content-Length is no number")
    length = None if stated is None else _number(stated, most)
    if length is not None and length > most:
        raise _too_large(most)
    if environ.get("wsgi.input_terminated"):
        # The server marks the end of the body, so what was stated is only compared with what comes.
        octets = _read(environ, most + 1, length)
    else:
        octets = _read(environ, length or 0, length)
    if len(octets) > most:
        raise _too_large(most)
    if length is not None and len(octets) != length:
        raise _bad("the body is not as long as its Content-Length says")
    return octets


def _number(digits: str, most: int) -> int:
    """Return the number, or one that is too large: thousands of digits are not worth reading."""
    return int(digits) if len(digits) < 20 else most + 1


def _read(environ: WSGIEnvironment, wanted: int, expected: int | None) -> bytes:
    """Read until the end, until `wanted` bytes are there, or until there are as many as were `expected`."""
    source = environ["wsgi.input"]
    octets: bytes = b""
    try:
        while len(octets) < wanted:
            more = source.read(wanted - len(octets))
            if not more:
                break
            octets += more
            if len(octets) == expected:
                break
    except (OSError, ValueError, RuntimeError):
        raise _bad("the body did not arrive") from None
    return octets


def _too_large(most: int) -> WireError:
    return WireError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {most} bytes")


def _bad(message: str) -> WireError:
    return WireError(HTTPStatus.BAD_REQUEST, message)
