"""When a relation began that has changed since: each change is a record of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from authz_service.domain.records import RelationRecord

__all__ = ["beginnings"]


def beginnings(records: Iterable[RelationRecord]) -> Mapping[str, int]:
    """Return the first instant (UTC microseconds) of each relation among all its records, by its id."""
    first: dict[str, int] = {}
    for record in records:
        first[record.relation_id] = min(record.valid.since, first.get(record.relation_id, record.valid.since))
    return first
