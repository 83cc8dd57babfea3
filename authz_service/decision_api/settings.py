"""What the decision endpoints are told by configuration."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["DecisionSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSettings:
    """Where callers reach the service, and the most that a request may have (AuthZEN 11.7).

    `public_url`: every URL that the service names is made from it, never from a request. `depth`: objects and arrays
    inside one another, the outermost counts. `items`: questions in a batch;
    `explanations`: those of them that may ask for one. `access_log`: a line for every request.
    Raises ValueError for a limit below 1, and for a public URL that is no absolute http(s) URL or has a query, a
    fragment or a user (AuthZEN 9.1.1).
    """

    public_url: str
    body_bytes: int = 1024 * 1024
    depth: int = 32
    items: int = 1000
    explanations: int = 100
    retry_after_seconds: int = 1
    access_log: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.public_url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("the public URL must be absolute: https://host[:port][/path]")
        if any(mark in self.public_url for mark in "?#@") or not self.public_url.isprintable():
            raise ValueError("the public URL must have no query, no fragment and no user")
        if min(self.body_bytes, self.depth, self.items, self.explanations, self.retry_after_seconds) < 1:
            raise ValueError("limits of the decision endpoints must be at least 1")
