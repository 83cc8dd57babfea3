"""Who came: the person, agent or program that an access token speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Scope

__all__ = ["AgentPrincipal", "MachinePrincipal", "PersonPrincipal", "Principal", "PrincipalKind"]


class PrincipalKind(StrEnum):
    """Of whom an issuer can speak."""

    AGENT = "agent"
    MACHINE = "machine"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class PersonPrincipal:
    """Somebody with a national number, which masks itself when shown.

    `means`: of authentication, a name among the assurance levels, None when the token names none that is known;
    `client`: the program the person came through, "" when the token does not say.
    """

    niss: Niss
    means: str | None
    client: str


@dataclass(frozen=True, slots=True)
class AgentPrincipal:
    """A contact-centre agent (DRV-15). `means` and `client` as of a person."""

    agent_id: str
    means: str | None
    client: str


@dataclass(frozen=True, slots=True)
class MachinePrincipal:
    """A program that comes for itself: its name, what it may do with this service, and by which issuer it has both.

    The name is the issuer's: a program of that name at another issuer, or with a key of ours, is another program.
    """

    name: str
    scopes: frozenset[Scope]
    issuer: str


Principal = PersonPrincipal | AgentPrincipal | MachinePrincipal
