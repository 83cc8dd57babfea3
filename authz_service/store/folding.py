"""Rows of the reading statement, folded into the facts of each question."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

from authz_service.domain.facts import (
    ApplicationFact,
    CapacityFact,
    ChannelFact,
    EnterpriseFact,
    FactsQuery,
    FlemishRightFact,
    MandateFact,
    PersonFact,
    QuestionFacts,
    RelationFact,
    RequestFact,
    SenderFact,
)
from authz_service.domain.moments import Period
from authz_service.domain.vocabulary import Domain, MandateSystem, RelationKind
from authz_service.store.branches import TEXTS, Part
from authz_service.store.errors import StoreUnavailableError

__all__ = ["Folded", "caller_of", "fold"]

Row: TypeAlias = tuple[Any, ...]
Parts: TypeAlias = Mapping[int, Sequence[Row]]

_T: Final = 2
"""Where a row's texts begin: after the question's index and the part."""
_N: Final = _T + TEXTS
"""Where a row's numbers begin."""
_ACTIVE: Final = "active"
_DOMAINS: Final = {word.value: word for word in Domain}
_KINDS: Final = {word.value: word for word in RelationKind}
_SYSTEMS: Final = {word.value: word for word in MandateSystem}


@dataclass(frozen=True, slots=True)
class Folded:
    """The facts of each question, in order, and the fingerprint of the keys that the database was under ("": none)."""

    facts: list[QuestionFacts]
    fingerprint: str


def fold(queries: Sequence[FactsQuery], rows: Sequence[Row]) -> Folded:
    """Return what the rows say of each question. Raises StoreUnavailableError when they are not what was asked for."""
    sorted_out: list[defaultdict[int, list[Row]]] = [defaultdict(list) for _ in queries]
    for row in rows:
        sorted_out[row[0]][row[1]].append(row)
    try:
        facts = [_facts(query, parts) for query, parts in zip(queries, sorted_out, strict=True)]
        return Folded(facts, sorted_out[0][Part.RESOLVED][0][_T + 6] or "")
    except (ValueError, LookupError):
        raise StoreUnavailableError("the store holds words that this program does not know") from None


def caller_of(rows: Sequence[Row]) -> tuple[str | None, str | None]:
    """Return the caller's name and its scopes as they were read along with one question; None: there is none."""
    for row in rows:
        if row[1] == Part.RESOLVED:
            return row[_T + 7], row[_T + 8]
    return None, None


def _facts(query: FactsQuery, parts: Parts) -> QuestionFacts:
    if len(parts[Part.RESOLVED]) > 1:
        parts = _of_nearest(parts, query.at)
    get, none = parts.get, ()
    resolved = get(Part.RESOLVED, none)[0]
    enterprise_id, capacity_id, mandator_id, mandatary_id, subject_id, other_id = resolved[_T : _T + 6]
    parties = {enterprise_id, mandator_id, mandatary_id}
    of_parties = parties if query.mandate or query.mandatary_number else {enterprise_id}
    capacities = _capacities(get(Part.CAPACITY_OF_PARTY, none))
    beside = [_capacity(row) for row in get(Part.CAPACITY, none)]
    persons = _by_id(get(Part.PERSON, none), newest_by=_N + 1)
    enterprises = _by_id(get(Part.ENTERPRISE, none), newest_by=_N + 3)
    return QuestionFacts(
        revision=resolved[_N] or 0,
        subject=_person(persons.get(subject_id)),
        other=_person(persons.get(other_id)),
        recorded_at=resolved[_N + 1] or 0,
        agent_known=resolved[_N + 2] == 1,
        enterprise=_enterprise(enterprises.get(enterprise_id)),
        capacity=_nearest_capacity(capacity_id, [*capacities, *beside], query.at),
        target=_target(get(Part.TARGET, none), query.at),
        request=_request(get(Part.REQUEST, none), query.at),
        sender=_sender(get(Part.SENDER, none)),
        mandate=next(iter(_mandates(get(Part.MANDATE, none))), None),
        mandator=_enterprise(enterprises.get(mandator_id)),
        mandatary=_enterprise(enterprises.get(mandatary_id)),
        mandator_capacities=tuple([fact for fact in capacities if fact.enterprise_id == mandator_id]),
        mandates=_mandates(get(Part.MANDATE_BETWEEN, none)),
        capacities=tuple([fact for fact in capacities if fact.enterprise_id in of_parties]),
        relations=_relations(get(Part.RELATION, none), parties if query.mandate else {enterprise_id}),
        representatives_cards=_representatives(get(Part.REPRESENTATIVE, none)),
        applications=_applications(get(Part.APPLICATION, none)),
        rights=_rights(get(Part.RIGHT, none)),
    )


def _of_nearest(parts: Parts, at: int) -> Parts:
    """Return the parts as they are with the nearest period of the capacity alone.

    Everything was found once for each of its periods, and with the enterprise it was of then, unless something else
    says which enterprise it is about.
    """
    nearest = min(
        map(_capacity, parts[Part.CAPACITY]), key=lambda fact: (_distance(fact.period, at), fact.enterprise_id)
    )
    told = parts[Part.RESOLVED]
    resolved = next((row for row in told if row[_T] == nearest.enterprise_id), told[0])
    enterprise_id, _, mandator_id, mandatary_id = resolved[_T : _T + 4]
    parties = {enterprise_id, mandator_id, mandatary_id}
    own = {
        Part.CAPACITY_OF_PARTY: (_T + 1, parties),
        Part.RELATION: (_T + 1, parties),
        Part.REPRESENTATIVE: (_T + 1, {enterprise_id}),
        Part.MANDATE_BETWEEN: (_T + 3, {enterprise_id}),
    }
    found: dict[int, Sequence[Row]] = {}
    for part, rows in parts.items():
        column, enterprises = own.get(Part(part), (0, None))
        found[part] = [row for row in dict.fromkeys(rows) if enterprises is None or row[column] in enterprises]
    return found | {Part.RESOLVED.value: [resolved]}


def _in_order(rows: Sequence[Row], order: Callable[[Row], Any]) -> Sequence[Row]:
    return sorted(rows, key=order) if len(rows) > 1 else rows


def _by_id(rows: Iterable[Row], newest_by: int) -> dict[str, Row]:
    """Return the rows by their first text; of several the one whose number at `newest_by` is greatest."""
    found: dict[str, Row] = {}
    for row in rows:
        other = found.get(row[_T])
        if other is None or other[newest_by] < row[newest_by]:
            found[row[_T]] = row
    return found


@lru_cache(4096)
def _texts(array: str) -> frozenset[str]:
    """Return the texts of a JSON array. There are few different arrays: means of authentication, kinds, channels."""
    return frozenset(json.loads(array))


def _person(row: Row | None) -> PersonFact | None:
    return None if row is None else PersonFact(row[_T], _texts(row[_T + 1]), row[_N] == 1)


def _enterprise(row: Row | None) -> EnterpriseFact | None:
    return (
        None
        if row is None
        else EnterpriseFact(row[_T], row[_T + 1], row[_T + 2], row[_N], row[_N + 1], row[_N + 2] == 1)
    )


def _capacity(row: Row) -> CapacityFact:
    return CapacityFact(row[_T], row[_T + 1], row[_T + 2], _DOMAINS[row[_T + 3]], Period(row[_N], row[_N + 1]))


_capacity_order: Final = itemgetter(_T + 1, _T, _N)


def _capacities(rows: Sequence[Row]) -> list[CapacityFact]:
    return list(map(_capacity, _in_order(rows, _capacity_order)))


def _distance(period: Period, at: int) -> tuple[int, int]:
    """Order periods: one in force, else the latest begun, else the earliest to come."""
    if at < period.since:
        return 2, period.since
    return int(at >= period.until), -period.since


def _nearest_capacity(capacity_id: str | None, facts: Iterable[CapacityFact], at: int) -> CapacityFact | None:
    found = [fact for fact in facts if fact.capacity_id == capacity_id]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda fact: (_distance(fact.period, at), fact.enterprise_id), default=None)


def _relation(row: Row) -> RelationFact:
    _, _, relation_id, enterprise_id, person_id, kind, capacity_id, object_, opens, context, state, since, until = row[
        : _N + 2
    ]
    return RelationFact(
        relation_id,
        enterprise_id,
        person_id,
        _KINDS[kind],
        capacity_id,
        object_,
        opens,
        context,
        state,
        Period(since, until),
    )


_relation_order: Final = itemgetter(_T + 1, _T + 2, _T + 3, _T + 4, _T + 5, _T, _N)


def _relations(rows: Sequence[Row], enterprises: set[str]) -> tuple[RelationFact, ...]:
    wanted = [row for row in rows if row[_T + 1] in enterprises]
    return tuple([_relation(row) for row in _in_order(wanted, _relation_order)])


def _target(rows: Sequence[Row], at: int) -> RelationFact | None:
    if not rows:
        return None
    found = map(_relation, _in_order(rows, _relation_order))
    return min(found, key=lambda fact: _distance(fact.period, at), default=None)


def _representatives(rows: Sequence[Row]) -> tuple[tuple[RelationFact, bool], ...]:
    return tuple([(_relation(row), row[_N + 2] == 1) for row in _in_order(rows, _relation_order)])


def _request(rows: Sequence[Row], at: int) -> RequestFact | None:
    """Rows: all that had begun at `at`. The request was filed when the first of them began."""
    in_force = [row for row in rows if at < row[_N + 1]]
    if not in_force:
        return None
    row = max(in_force, key=lambda row: row[_N])
    return RequestFact(row[_T], row[_T + 1], row[_T + 2], min(row[_N] for row in rows))


def _sender(rows: Sequence[Row]) -> SenderFact | None:
    """Return the active sender, else the one that stopped last. Rows: one for each channel of each sender."""
    if not rows:
        return None
    chosen = max(rows, key=lambda row: (row[_T + 3] == _ACTIVE, row[_N], row[_T]))
    newest: dict[str, Row] = {}
    for row in rows:
        channel = row[_T + 4]
        if row[_T] == chosen[_T] and channel is not None:
            other = newest.get(channel)
            if other is None or other[_N + 1] < row[_N + 1]:
                newest[channel] = row
    sender_id, capacity_id, technical_user, state = chosen[_T : _T + 4]
    channels = tuple(_channel(newest[name]) for name in sorted(newest))
    return SenderFact(sender_id, capacity_id, technical_user, state, channels)


def _channel(row: Row) -> ChannelFact:
    applications = None if row[_T + 6] is None else _texts(row[_T + 6])
    return ChannelFact(row[_T + 4], row[_T + 5], applications, row[_T + 7], row[_N + 2])


def _mandate(row: Row) -> MandateFact:
    return MandateFact(
        row[_T],
        _SYSTEMS[row[_T + 1]],
        row[_T + 2],
        row[_T + 3],
        _texts(row[_T + 4]),
        Period(row[_N], row[_N + 1]),
        *row[_N + 2 : _N + 5],
    )


def _mandates(rows: Sequence[Row]) -> tuple[MandateFact, ...]:
    if not rows:
        return ()
    newest = _by_id(rows, newest_by=_N + 5)
    return tuple(_mandate(newest[mandate_id]) for mandate_id in sorted(newest))


def _applications(rows: Sequence[Row]) -> tuple[ApplicationFact, ...]:
    if not rows:
        return ()
    newest = _by_id(rows, newest_by=_N + 1)
    return tuple(_application(newest[code]) for code in sorted(newest))


def _application(row: Row) -> ApplicationFact:
    return ApplicationFact(
        row[_T],
        _DOMAINS[row[_T + 1]],
        _texts(row[_T + 2]),
        _SYSTEMS[row[_T + 3]],
        row[_T + 4] or None,
        _texts(row[_T + 5]),
        row[_N],
    )


def _rights(rows: Sequence[Row]) -> tuple[FlemishRightFact, ...]:
    if not rows:
        return ()
    newest = _by_id(rows, newest_by=_N + 1)
    return tuple(
        FlemishRightFact(code, row[_T + 1], row[_N] == 1, _texts(row[_T + 2])) for code, row in sorted(newest.items())
    )
