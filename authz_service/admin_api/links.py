"""The URLs of the API: absolute, made from ids alone. No national number is ever part of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

__all__ = ["Links"]


@dataclass(frozen=True, slots=True)
class Links:
    """`root`: the URL of the API, without a slash at its end."""

    root: str

    def to(self, *segments: str, query: Mapping[str, object] | None = None) -> str:
        """Return the URL of a path, given by its segments, and of a query."""
        path = "/".join(quote(segment, safe="") for segment in segments)
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.root}/{path}{asked}"

    def enterprise(self, number: str, *segments: str) -> str:
        """Return the URL of an enterprise, or of something below it."""
        return self.to("enterprises", number, *segments)

    def capacity(self, number: str, capacity_id: str, *segments: str) -> str:
        """Return the URL of a capacity, or of something below it."""
        return self.enterprise(number, "capacities", capacity_id, *segments)

    def user(self, number: str, capacity_id: str, account_id: str, *segments: str) -> str:
        """Return the URL of a record in a capacity, or of something below it."""
        return self.capacity(number, capacity_id, "users", account_id, *segments)

    def template(self, path: str, known: Mapping[str, str]) -> str:
        """Return the URL of an operation's path: what is not known stays in braces."""
        segments = (known.get(part[1:-1], "") if part.startswith("{") else part for part in path.split("/"))
        parts = zip(segments, path.split("/"), strict=True)
        return self.root + "/".join(quote(segment, safe="") if segment else part for segment, part in parts)
