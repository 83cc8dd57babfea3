"""Who acts: the person, agent or program that the Authorization header speaks of (RFC 6750, 2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from authz_service.admin_api.parts import FindsCallers, ReadsTokens
from authz_service.admin_api.problems import (
    EXPIRED_ACCESS_TOKEN,
    INVALID_ACCESS_TOKEN,
    NO_ACCESS_TOKEN,
    Problem,
    ProblemError,
    ProblemType,
)
from authz_service.domain.actors import Actor
from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import AgentPrincipal, PersonPrincipal, Principal
from authz_service.domain.vocabulary import Scope, SubjectType

__all__ = ["NOBODY", "Reception"]

NOBODY: Final = Actor(SubjectType.UNKNOWN, "")
EXPIRED: Final = "expired"
_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*) *")
_CHALLENGE: Final = 'Bearer realm="authz"'


@dataclass(frozen=True, slots=True)
class Reception:
    """Finds out who comes. `tokens` and `callers` raise what says that they cannot know."""

    tokens: ReadsTokens
    callers: FindsCallers

    def actor(self, authorization: str, acting_for: str, request_id: str) -> tuple[Actor, Niss | None]:
        """Return who acts for the enterprise ("" for none), and the number of a person.

        Raises ProblemError (401).
        """
        bearer = _BEARER.fullmatch(authorization)
        if bearer is None:
            detail = "No Bearer access token found in Authorization HTTP header"
            raise _refused(NO_ACCESS_TOKEN, detail, _CHALLENGE)
        # A token has three parts with full stops between them (RFC 7515, 7.1); a key has none.
        if "." not in bearer[1]:
            return self._caller(bearer[1], acting_for, request_id), None
        principal = self.tokens.principal(bearer[1])
        if isinstance(principal, str):
            raise _not_accepted(principal)
        return _acting(principal, acting_for, request_id), getattr(principal, "niss", None)

    def _caller(self, key: str, acting_for: str, request_id: str) -> Actor:
        caller = self.callers.find(key)
        if caller is None:
            raise _not_accepted("unknown_key")
        return _operator(caller.name, caller.scopes, acting_for, request_id)


def _acting(principal: Principal, acting_for: str, request_id: str) -> Actor:
    if isinstance(principal, PersonPrincipal):
        return Actor(
            SubjectType.PERSON,
            principal.niss.digits,
            acting_for,
            principal.means,
            caller=principal.client,
            request_id=request_id,
        )
    if isinstance(principal, AgentPrincipal):
        return Actor(
            SubjectType.AGENT,
            principal.agent_id,
            acting_for,
            principal.means,
            caller=principal.client,
            request_id=request_id,
        )
    return _operator(principal.name, principal.scopes, acting_for, request_id)


def _operator(name: str, scopes: frozenset[Scope], acting_for: str, request_id: str) -> Actor:
    return Actor(SubjectType.OPERATOR, name, acting_for, scopes=scopes, caller=name, request_id=request_id)


def _not_accepted(failure: str) -> ProblemError:
    said = failure.replace("_", " ")
    kind = EXPIRED_ACCESS_TOKEN if failure == EXPIRED else INVALID_ACCESS_TOKEN
    detail = f"The access token is not accepted: {said}"
    return _refused(kind, detail, f'{_CHALLENGE}, error="invalid_token", error_description="{said}"')


def _refused(kind: ProblemType, detail: str, challenge: str) -> ProblemError:
    return ProblemError(Problem(kind, detail, headers={"WWW-Authenticate": challenge}))
