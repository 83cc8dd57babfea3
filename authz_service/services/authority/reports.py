"""What became of commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from authz_service.domain.actors import Outcome
from authz_service.domain.commands import Command
from authz_service.domain.messages import Mail
from authz_service.domain.questions import Decision
from authz_service.domain.records import PersonIdentity, Record

__all__ = ["CommandResult", "Conflict", "ConflictCode", "Effect", "Idempotency", "Report"]


class ConflictCode(StrEnum):
    """Why a command that the policy allows cannot be carried out as things stand."""

    ACCESS_MANAGER_CHANGED = "accessManagerChanged"
    """Another is the GA than the one the requester was shown."""
    ALREADY_ACCESS_MANAGER = "alreadyAccessManager"
    ALREADY_CO_ACCESS_MANAGER = "alreadyCoAccessManager"
    ALREADY_CO_CHIEF_ACCESS_MANAGER = "alreadyCoChiefAccessManager"
    ALREADY_CHIEF_ACCESS_MANAGER = "alreadyChiefAccessManager"
    CALLER_EXISTS = "callerExists"
    CHIEF_ACCESS_MANAGER_CHANGED = "chiefAccessManagerChanged"
    """Another is the GAP than the one the requester was shown."""
    OUTDATED_DECLARATION = "outdatedDeclaration"
    STALE_VERSION = "staleVersion"
    """What was to be changed is not what the requester was shown."""
    UNKNOWN_CALLER = "unknownCaller"
    USER_NAME_CHOSEN = "userNameChosen"
    """The person has another user name already (AMB-12)."""
    USER_NAME_TAKEN = "userNameTaken"
    """Somebody else has the user name (UM-USR-03)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why not, and what the requester may know of how things stand; no national number, no contact details."""

    code: ConflictCode
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """What carrying out a command changes. `result`: ids of what was made; `enterprise_id`: "" when of none.

    `told`: what the audit record says instead of the records themselves, where those are too many or not facts.
    """

    add: tuple[Record, ...] = ()
    close: tuple[Record, ...] = ()
    identities: tuple[PersonIdentity, ...] = ()
    result: Mapping[str, str] = field(default_factory=dict)
    mails: tuple[Mail, ...] = ()
    enterprise_id: str = ""
    told: tuple[Mapping[str, object], ...] | None = None


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of one command. `result`: ids of what it made, empty unless it was carried out."""

    command: Command
    outcome: Outcome
    decision: Decision
    conflict: Conflict | None = None
    result: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a group of commands. `revision`: the facts revision afterwards; `changed`: whether they made it.

    `replayed`: they had been carried out before, under the same key; then there are no `results`, and `made` says what
    was made then.
    """

    results: tuple[CommandResult, ...]
    made: tuple[Mapping[str, str], ...]
    revision: int
    changed: bool
    replayed: bool = False

    @property
    def done(self) -> bool:
        """True when every command was carried out, now or before."""
        return self.replayed or all(result.outcome is Outcome.ALLOWED for result in self.results)


@dataclass(frozen=True, slots=True, repr=False)
class Idempotency:
    """A key that the requester gave to a group of commands, and the whole request as octets.

    The same key with another request is a mistake (draft-ietf-httpapi-idempotency-key-header-07, 2.6).
    """

    key: str
    request: bytes
