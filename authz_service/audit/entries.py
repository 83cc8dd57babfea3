"""What is recorded of one command: who, for whom, what, on what, with which answer, and what it changed.

Persons stand in an entry by their opaque ids only, so that a person can be erased and the log still verifies. Its JSON
has snake_case members; all of them are always there, in format 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from authz_service.domain.actors import Origin, Outcome
from authz_service.domain.moments import text_of

__all__ = ["FORMAT", "AuditEntry", "Change", "Json", "Origin", "Outcome", "Party"]

FORMAT: Final = 1
"""The number of the form that entries have; readers tell older forms by it."""

Json = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who acted, or what was acted on: a type of the wire (domain/vocabulary.py) and an id.

    The id of a person is the opaque one (`p_…`); for somebody the service does not know, a pseudonym under a key that
    whoever makes the entry holds. Never a national number, a name or an address.
    """

    type: str
    id: str

    def as_json(self) -> Json:
        """Return the JSON object."""
        return {"type": self.type, "id": self.id}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: its kind and id, and what was and is recorded of it (None: nothing).

    Made by `redaction.changes_of`, which knows what may be told.
    """

    kind: str
    id: str
    old: Json | None
    new: Json | None

    def as_json(self) -> Json:
        """Return the JSON object."""
        return {"kind": self.kind, "id": self.id, "old": self.old, "new": self.new}


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """The content of one record, before it is chained.

    `at`: when the command was decided (UTC microseconds). `acting_for`: an enterprise number, "" for nobody. `means`:
    how the actor was authenticated, None when that was not said. `reasons` and `rules`: of the decision, in its order.
    `policy`: the policy revision. `facts_read`: the facts revision that was decided on; `facts_made`: the one that the
    command made, None when it changed no facts. `request_id`: as given by whoever called. `caller`: the name of the
    caller of the service, "" on the command line. `asked`: the properties of the action, persons by what stands for
    them.
    """

    at: int
    actor: Party
    acting_for: str
    means: str | None
    action: str
    target: Party
    outcome: Outcome
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    policy: str
    facts_read: int
    facts_made: int | None
    changes: tuple[Change, ...]
    request_id: str
    caller: str
    origin: Origin
    asked: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the JSON object: instants as RFC 3339 texts in UTC, vocabularies as their words."""
        return {
            "format": FORMAT,
            "at": text_of(self.at),
            "actor": self.actor.as_json(),
            "acting_for": self.acting_for,
            "means": self.means,
            "action": self.action,
            "target": self.target.as_json(),
            "asked": self.asked,
            "outcome": self.outcome.value,
            "reasons": list(self.reasons),
            "rules": list(self.rules),
            "policy": self.policy,
            "facts_read": self.facts_read,
            "facts_made": self.facts_made,
            "changes": [change.as_json() for change in self.changes],
            "request_id": self.request_id,
            "caller": self.caller,
            "origin": self.origin.value,
        }
