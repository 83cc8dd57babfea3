"""Who acts: the person, agent or operator behind a command, and by which way it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, Scope, SubjectType

__all__ = ["Actor", "Origin", "Outcome"]


class Origin(StrEnum):
    """By which way in a command came."""

    API = "api"
    COMMAND_LINE = "command_line"


class Outcome(StrEnum):
    """What became of a command."""

    ALLOWED = "allowed"
    """The policy says yes, and it was carried out."""
    REFUSED = "refused"
    """The policy says no, or could not be asked."""
    CONFLICT = "conflict"
    """The policy says yes, but things are not as the requester thinks."""
    WITHDRAWN = "withdrawn"
    """Would have been carried out, had not another of the same group been refused."""


@dataclass(frozen=True, slots=True, repr=False)
class Actor:
    """Who acts, for whom and how surely. Its repr shows the type only: the id can be a national number.

    `acting_for`: an enterprise number, "" for none; `means`: of authentication, None when not known; `scopes`: an
    operator's; `caller`: the program the request came through; `request_id`: that of the request.
    """

    type: SubjectType
    id: str
    acting_for: str = ""
    means: str | None = None
    scopes: frozenset[Scope] = frozenset()
    caller: str = ""
    request_id: str = ""
    origin: Origin = Origin.API

    def __repr__(self) -> str:
        return f"Actor({self.type.value})"

    def asks(self, action: Action, resource_id: str, properties: Mapping[str, Any]) -> Question:
        """Return the question whether this actor may do this: the one that a portal would ask."""
        return Question(
            self.type.value,
            self.id,
            action.value,
            RESOURCE_OF[action].value,
            resource_id,
            {"acting_for": self.acting_for} if self.acting_for else {},
            properties,
            {} if self.means is None else {"authentication_means": self.means},
        )
