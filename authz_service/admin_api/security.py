"""What browsers are told about every answer."""

from __future__ import annotations

from typing import Final

from flask import Response

__all__ = ["secured"]

_HEADERS: Final = {
    # The pages are text and one stylesheet of our own: nothing else may be loaded, run, framed or sent.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def secured(response: Response) -> Response:
    """Return the answer with what browsers are told."""
    response.headers.extend(_HEADERS)
    return response
