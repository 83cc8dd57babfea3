"""How a request is found again: the identifiers it came with, and the one it gets (Belgif rule trc-header)."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final

from flask import Request

from authz_service.domain.national_numbers import holds_national_number

__all__ = ["RELATED_TRACE_ID", "TRACE_ID", "Trace", "trace_of"]

TRACE_ID: Final = "BelGov-Trace-Id"
RELATED_TRACE_ID: Final = "BelGov-Related-Trace-Id"
REQUEST_ID_KEY: Final = "authz.request_id"
"""Where the application in front leaves the identifier of the request."""
_KEY: Final = "authz.trace"
_TELLABLE: Final = re.compile(r"[\x20-\x7e]{1,36}")


@dataclass(frozen=True, slots=True)
class Trace:
    """`trace_id`: ours, new; `related`: the caller's, "" when there is none that may be told again.

    `request_id`: what the audit log calls the request.
    """

    trace_id: str
    related: str
    request_id: str


def trace_of(request: Request) -> Trace:
    """Return the identifiers of a request: the same ones each time."""
    known = request.environ.get(_KEY)
    if isinstance(known, Trace):
        return known
    trace_id = str(uuid.uuid4())
    given, request_id = request.headers.get(TRACE_ID, ""), str(request.environ.get(REQUEST_ID_KEY) or "")
    related = given if _TELLABLE.fullmatch(given) and not holds_national_number(given) else ""
    # Callers choose their identifiers; the log takes no national number for one.
    logged = trace_id if not request_id or holds_national_number(request_id) else request_id
    made = Trace(trace_id, related, logged)
    request.environ[_KEY] = made
    return made
