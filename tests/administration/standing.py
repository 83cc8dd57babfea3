"""What stands of the records that the service believes, in the words of the model, and what may never stand there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

from authz_service.domain.moments import Phase
from authz_service.domain.records import ContactRecord, EnterpriseRecord, Record, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind

DESIGNATIONS = frozenset({RelationKind.CHIEF_ACCESS_MANAGER, RelationKind.CO_CHIEF_ACCESS_MANAGER})


def standing(believed: Collection[Record], names: Mapping[str, str], at: int) -> frozenset[tuple[Any, ...]]:
    """Return all that administration can change, as `State.standing` of the model returns it.

    `names`: who each person id stands for; `at`: UTC microseconds.
    """
    in_force = [record for record in believed if record.valid.phase(at) is Phase.DURING]
    relations = [record for record in in_force if isinstance(record, RelationRecord)]
    applications: defaultdict[str, list[str]] = defaultdict(list)
    for record in relations:
        if record.kind == RelationKind.APPLICATION_GRANT:
            applications[record.relation_id.removesuffix(f"/{record.object}")].append(record.object)
    found: set[tuple[Any, ...]] = set()
    for record in relations:
        person = names.get(record.person_id)
        if record.kind in DESIGNATIONS:
            found.add(("designation", record.relation_id, record.kind, record.enterprise_id, person))
        elif record.kind in ACCOUNT_KINDS:
            held = sorted(applications.pop(record.relation_id, []))
            found.add(("account", record.relation_id, record.kind, record.capacity_id, person, record.state, *held))
    # An application that is left over stands in no account's profile: it is told as it is.
    found |= {("application without account", name) for name in applications}
    return frozenset(found | {*_others(in_force, names)})


def _others(in_force: Iterable[Record], names: Mapping[str, str]) -> Iterable[tuple[Any, ...]]:
    for record in in_force:
        if isinstance(record, EnterpriseRecord):
            registered, active = record.registered_at is not None, record.account_active_since is not None
            yield "enterprise", record.enterprise_id, registered, active
        elif isinstance(record, ContactRecord) and record.owner_kind == "person" and record.user_name:
            yield "user_name", names.get(record.owner_id), record.user_name


def twice_at_once(believed: Iterable[Record]) -> list[str]:
    """Return what stands beside another of its kind at some instant: GAPs of an enterprise, GAs or accounts."""
    holders: defaultdict[tuple[str, ...], list[RelationRecord]] = defaultdict(list)
    for record in believed:
        if not isinstance(record, RelationRecord):
            continue
        if record.kind == RelationKind.CHIEF_ACCESS_MANAGER:
            holders["GAP of", record.enterprise_id].append(record)
        if record.kind == RelationKind.ACCESS_MANAGER:
            holders["GA of", record.capacity_id].append(record)
        if record.kind in ACCOUNT_KINDS:
            holders["an account in", record.capacity_id, record.person_id].append(record)
    found = []
    for (what, where, *_), records in holders.items():
        ordered = sorted(records, key=lambda record: record.valid.since)
        found += [f"{what} {where}" for one, other in pairwise(ordered) if other.valid.since < one.valid.until]
    return found
