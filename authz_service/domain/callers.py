"""A caller of the service: the program or person that holds a key."""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.domain.vocabulary import Scope

__all__ = ["Caller", "CallersUnreachableError"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls and what it may do with the service. `ends_at`: UTC microseconds, the first instant without access."""

    name: str
    scopes: frozenset[Scope]
    purpose: str
    ends_at: int | None


class CallersUnreachableError(Exception):
    """It cannot be said who calls: whoever vouches for the caller does not answer. Nothing is known of the caller."""
