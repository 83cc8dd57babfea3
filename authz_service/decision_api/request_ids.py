"""The request identifier: what a caller sent comes back unchanged, and every answer has one (AuthZEN 10.1.3)."""

from __future__ import annotations

import os
import re
from typing import Final
from wsgiref.types import WSGIEnvironment

__all__ = ["HEADER", "request_id_of"]

HEADER: Final = "X-Request-ID"
_SENDABLE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What a header may hold (RFC 9110, 5.5). Anything else, a line break above all, could become a header of its own."""


def request_id_of(environ: WSGIEnvironment) -> str:
    """Return the caller's identifier of the request, or a new one where there is none that could be sent back."""
    given: str | None = environ.get("HTTP_X_REQUEST_ID")
    if given is not None and _SENDABLE.fullmatch(given):
        return given
    return os.urandom(16).hex()
