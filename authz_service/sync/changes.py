"""Which enterprises the facts have changed about since a revision: read from the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from authz_service.services.projection.projections import Projections
from authz_service.store.outbox import Outbox, OutboxMessage

__all__ = ["Changed", "changed_since"]

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed up to a facts revision. `numbers`: of the enterprises concerned; None: any may be."""

    revision: int
    numbers: frozenset[str] | None


def changed_since(revision: int, projections: Projections, outbox: Outbox) -> Changed | None:
    """Return what changed after a facts revision, None when nothing did.

    A revision that no message tells of may concern any enterprise, and so may whatever was undone when the facts are of
    an earlier revision than they were: the database was restored. Raises StoreUnavailableError, KeyFileMismatchError.
    """
    last = projections.last().revision
    if last == revision:
        return None
    if last < revision:
        return Changed(last, None)
    messages = _messages_since(revision, last, outbox.changes_since)
    last = max([last, *(message.revision for message in messages)])
    told = {message.revision for message in messages}
    if len(told) < last - revision:
        return Changed(last, None)
    return Changed(last, _concerned(messages, projections))


def _messages_since(
    revision: int, last: int, changes_since: Callable[[int, int], list[OutboxMessage]]
) -> list[OutboxMessage]:
    """Return all messages up to the last revision; a few after it may be among them."""
    found: list[OutboxMessage] = []
    while revision < last and (messages := changes_since(revision, _AT_ONCE)):
        found += messages
        revision = messages[-1].revision
    return found


def _concerned(messages: Iterable[OutboxMessage], projections: Projections) -> frozenset[str] | None:
    enterprises, persons = set[str](), set[str]()
    for message in messages:
        named = _persons(message.content)
        if not message.enterprise_id and not named:
            return None
        enterprises.add(message.enterprise_id)
        persons |= named
    return projections.concerned(frozenset(enterprises - {""}), frozenset(persons))


def _persons(content: str) -> frozenset[str]:
    persons = json.loads(content).get("persons", [])
    return frozenset(person for person in persons if isinstance(person, str))
