"""What is asked in the benchmark, and what a peer that keeps no facts is handed with it.

The rules, in the words that every peer's policy has to say (bench/oracle.py says them in Python):

- manages   = chief, or co-chief, or (co-)manager of the capacity and not blocked in it
- `use_application`: the application is offered to the capacity, and the person manages, or has an account in the
  capacity that is not blocked and the application granted in it
- `list_users`: manages
- `create_user`: manages, the candidate is linked to the enterprise and has no account in the capacity yet
- `grant_application`: manages, the application is offered to the capacity, the target's account is in force and
  either that of a user or the person is chief or co-chief
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Action", "Kind", "PersonFacts", "Question", "ResourceFacts"]


class Action(StrEnum):
    """What is asked for."""

    USE_APPLICATION = "use_application"
    LIST_USERS = "list_users"
    CREATE_USER = "create_user"
    GRANT_APPLICATION = "grant_application"


class Kind(StrEnum):
    """Kinds of accounts in a capacity."""

    MANAGER = "access_manager"
    CO_MANAGER = "co_access_manager"
    USER = "user"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """How the person stands in the enterprise of the question; all empty for a stranger. Capacities by their ids."""

    legal_representative: bool = False
    chief: bool = False
    co_chief: bool = False
    manager_of: tuple[str, ...] = ()
    co_manager_of: tuple[str, ...] = ()
    user_of: tuple[str, ...] = ()
    blocked_in: tuple[str, ...] = ()
    """Where the account (of any kind) is blocked."""
    grants: tuple[tuple[str, str], ...] = ()
    """Pairs of capacity and application, also of blocked accounts."""


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """How the resource of the question stands."""

    offered: tuple[str, ...]
    """All applications that are offered to the capacity."""
    candidate_linked: bool = False
    candidate_has_account: bool = False
    target_kind: Kind | None = None
    """Of the account that an application is granted to, which is in force."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with the answer that is right.

    `application` is "" where none is asked about, `candidate` (a national number) but for `create_user`, `account`
    but for `grant_application`. `person` is a national number, `person_id` the opaque id of the same person.
    """

    action: Action
    person: str
    person_id: str
    enterprise: str
    """Its id."""
    enterprise_number: str
    capacity: str
    application: str
    candidate: str
    candidate_id: str
    account: str
    facts: PersonFacts
    resource: ResourceFacts
    expected: bool
