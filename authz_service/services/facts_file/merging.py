"""What the store is to believe after a file is loaded: what the file mentions as the file says it, the rest as it was.

The file speaks for a thing as a whole: for an account with all its applications, for a sender with all its channels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from authz_service.domain.records import (
    AgentRecord,
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
    Record,
    RelationRecord,
    RequestRecord,
    SenderRecord,
)
from authz_service.domain.vocabulary import ACCOUNT_KINDS, DESIGNATION_KINDS, RelationKind

__all__ = ["LISTS", "Changes", "Thing", "account_of_grant", "merge", "thing_of"]

Thing = tuple[str, str]
"""The kind, as a list of the file is named, and the id."""

_NAMES: Final[Mapping[type[Record], tuple[str, Callable[[Any], str]]]] = {
    PersonRecord: ("persons", attrgetter("person_id")),
    EnterpriseRecord: ("enterprises", attrgetter("enterprise_id")),
    CapacityRecord: ("capacities", attrgetter("capacity_id")),
    ApplicationRecord: ("applications", attrgetter("code")),
    MandateRecord: ("mandates", attrgetter("mandate_id")),
    SenderRecord: ("senders", attrgetter("sender_id")),
    ChannelRecord: ("senders", attrgetter("sender_id")),
    RequestRecord: ("exceptional_requests", attrgetter("request_id")),
    FlemishRightRecord: ("flemish_rights_catalogue", attrgetter("code")),
    AgentRecord: ("agents", attrgetter("agent_id")),
    ContactRecord: ("contacts", lambda contact: f"{contact.owner_kind}/{contact.owner_id}"),
}
LISTS: Final[Mapping[type[Record], str]] = {record_type: kind for record_type, (kind, _) in _NAMES.items()}
"""The kind of thing that records are about, by their type; that of a relation follows from its own kind."""
_RELATIONS: Final[Mapping[str, str]] = {
    RelationKind.LEGAL_FUNCTION: "legal_functions",
    RelationKind.EMPLOYMENT: "employments",
    RelationKind.WORK_RELATION: "work_relations",
    RelationKind.ROLE_ASSIGNMENT: "role_assignments",
    RelationKind.FLEMISH_RIGHT: "flemish_rights",
    **dict.fromkeys(DESIGNATION_KINDS, "designations"),
    **dict.fromkeys(ACCOUNT_KINDS, "accounts"),
}


def account_of_grant(grant: RelationRecord) -> str:
    """Return the id of the account in whose profile the application is."""
    return grant.relation_id.removesuffix(f"/{grant.object}")


def thing_of(record: Record) -> Thing:
    """Return what the record is about: a grant belongs to its account, a channel to its sender."""
    if not isinstance(record, RelationRecord):
        kind, name_of = _NAMES[type(record)]
        return kind, name_of(record)
    if record.kind == RelationKind.APPLICATION_GRANT:
        return "accounts", account_of_grant(record)
    return _RELATIONS[record.kind], record.relation_id


@dataclass(frozen=True, slots=True)
class Changes:
    """What loading a file changes. `merged`: all that is believed then; `unchanged`: how much of the file was so."""

    add: tuple[Record, ...]
    close: tuple[Record, ...]
    merged: tuple[Record, ...]
    unchanged: int


def merge(believed: Iterable[Record], said: Iterable[Record], mentioned: Collection[Thing]) -> Changes:
    """Return the changes that make the store believe what the file said of the things it mentions."""
    now_said = dict.fromkeys(said)
    before: defaultdict[bool, dict[Record, None]] = defaultdict(dict)
    for record in believed:
        before[thing_of(record) in mentioned][record] = None
    add = tuple(record for record in now_said if record not in before[True])
    close = tuple(record for record in before[True] if record not in now_said)
    return Changes(add, close, (*before[False], *now_said), len(now_said) - len(add))
