"""Answers as they leave: status, JSON body, headers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, NamedTuple

import msgspec

from authz_service.decision_api.errors import WireError

__all__ = ["STATUS_LINES", "Header", "Reply", "error_reply", "json_reply"]

Header = tuple[str, str]
STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
NEVER_STORED: Final[tuple[Header, ...]] = (("Cache-Control", "no-store"),)
_ENCODER: Final = msgspec.json.Encoder()


class Reply(NamedTuple):
    """An answer. `headers` are those beside Content-Type, Content-Length and X-Request-ID."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = NEVER_STORED


def json_reply(
    content: dict[str, Any], status: int = HTTPStatus.OK, headers: tuple[Header, ...] = NEVER_STORED
) -> Reply:
    """Return an answer with a JSON object."""
    return Reply(status, _ENCODER.encode(content), headers)


def error_reply(error: WireError) -> Reply:
    """Return the answer of an error: an object with `code` and `message`, which clients of AuthZEN read."""
    content = {"code": error.status.value, "message": error.message}
    return json_reply(content, error.status.value, (*NEVER_STORED, *error.headers))
