"""Rows of the reading statement, folded into the facts of each question."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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

# Plain numbers: a member of an enumeration is looked up in several steps each time that it is named.
_RESOLVED, _CAPACITY_OF_PARTY, _CAPACITY = Part.RESOLVED.value, Part.CAPACITY_OF_PARTY.value, Part.CAPACITY.value
_PERSON, _ENTERPRISE, _RELATION, _TARGET = (
    Part.PERSON.value,
    Part.ENTERPRISE.value,
    Part.RELATION.value,
    Part.TARGET.value,
)
_REPRESENTATIVE, _REQUEST, _SENDER = Part.REPRESENTATIVE.value, Part.REQUEST.value, Part.SENDER.value
_MANDATE, _MANDATE_BETWEEN = Part.MANDATE.value, Part.MANDATE_BETWEEN.value
_APPLICATION, _RIGHT = Part.APPLICATION.value, Part.RIGHT.value


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
        return Folded(facts, sorted_out[0][_RESOLVED][0][_T + 6] or "")
    except (ValueError, LookupError):
        raise StoreUnavailableError("the store holds words that this program does not know") from None


def caller_of(rows: Sequence[Row]) -> tuple[str | None, str | None]:
    """Return the caller's name and its scopes as they were read along with one question; None: there is none."""
    for row in rows:
        if row[1] == _RESOLVED:
            return row[_T + 7], row[_T + 8]
    return None, None


def _facts(query: FactsQuery, parts: Parts) -> QuestionFacts:
    if len(parts[_RESOLVED]) > 1:
        parts = _of_nearest(parts, query.at)
    get, none = parts.get, ()
    resolved = parts[_RESOLVED][0]
    enterprise_id, capacity_id, mandator_id, mandatary_id, subject_id, other_id = resolved[_T : _T + 6]
    enterprises, persons, at = get(_ENTERPRISE, none), get(_PERSON, none), query.at
    capacities = _capacities(parts[_CAPACITY_OF_PARTY]) if _CAPACITY_OF_PARTY in parts else none
    relations = get(_RELATION, none)
    own_capacities, of_mandator = capacities, capacities[:0]
    if mandator_id is not None or mandatary_id is not None:
        if not query.mandate:
            relations = [row for row in relations if row[_T + 1] == enterprise_id]
        if not (query.mandate or query.mandatary_number):
            own_capacities = _those_of(enterprise_id, capacities)
        of_mandator = _those_of(mandator_id, capacities)
    return QuestionFacts(
        revision=resolved[_N] or 0,
        recorded_at=resolved[_N + 1] or 0,
        subject=_person(persons, subject_id),
        other=None if other_id is None else _person(persons, other_id),
        agent_known=resolved[_N + 2] == 1,
        enterprise=_enterprise(enterprises, enterprise_id),
        capacity=_nearest_capacity(capacity_id, capacities, get(_CAPACITY, none), at),
        target=_target(parts[_TARGET], at) if _TARGET in parts else None,
        request=_request(parts[_REQUEST], at) if _REQUEST in parts else None,
        sender=_sender(parts[_SENDER]) if _SENDER in parts else None,
        mandate=_mandates(parts[_MANDATE])[0] if _MANDATE in parts else None,
        mandator=None if mandator_id is None else _enterprise(enterprises, mandator_id),
        mandatary=None if mandatary_id is None else _enterprise(enterprises, mandatary_id),
        mandator_capacities=of_mandator,
        mandates=_mandates(parts[_MANDATE_BETWEEN]) if _MANDATE_BETWEEN in parts else none,
        capacities=own_capacities,
        relations=_relations(relations),
        representatives_cards=_representatives(parts[_REPRESENTATIVE]) if _REPRESENTATIVE in parts else none,
        applications=_applications(parts[_APPLICATION]) if _APPLICATION in parts else none,
        rights=_rights(parts[_RIGHT]) if _RIGHT in parts else none,
    )


def _of_nearest(parts: Parts, at: int) -> Parts:
    """Return the parts as they are with the nearest period of the capacity alone.

    Everything was found once for each of its periods, and with the enterprise it was of then, unless something else
    says which enterprise it is about.
    """
    nearest = min(map(_capacity, parts[_CAPACITY]), key=lambda fact: (_distance(fact.period, at), fact.enterprise_id))
    told = parts[_RESOLVED]
    resolved = next((row for row in told if row[_T] == nearest.enterprise_id), told[0])
    enterprise_id, _, mandator_id, mandatary_id = resolved[_T : _T + 4]
    parties = {enterprise_id, mandator_id, mandatary_id}
    own = {
        _CAPACITY_OF_PARTY: (_T + 1, parties),
        _RELATION: (_T + 1, parties),
        _REPRESENTATIVE: (_T + 1, {enterprise_id}),
        _MANDATE_BETWEEN: (_T + 3, {enterprise_id}),
    }
    found: dict[int, Sequence[Row]] = {}
    for part, rows in parts.items():
        column, enterprises = own.get(part, (0, None))
        found[part] = [row for row in dict.fromkeys(rows) if enterprises is None or row[column] in enterprises]
    return found | {_RESOLVED: [resolved]}


def _in_order(rows: Sequence[Row], order: Callable[[Row], Any]) -> Sequence[Row]:
    return sorted(rows, key=order) if len(rows) > 1 else rows


def _newest(rows: Sequence[Row], name: str | None, begun: int) -> Row | None:
    """Return the row whose first text is the name; of several the one whose number at `begun` is greatest."""
    found: Row | None = None
    for row in rows:
        if row[_T] == name and (found is None or found[begun] < row[begun]):
            found = row
    return found


def _newest_of_each(rows: Sequence[Row], begun: int) -> Sequence[Row]:
    """Return one row for each first text, in their order: of several the one whose number at `begun` is greatest."""
    if len(rows) == 1:
        return rows
    newest: dict[str, Row] = {}
    for row in rows:
        other = newest.get(row[_T])
        if other is None or other[begun] < row[begun]:
            newest[row[_T]] = row
    return [newest[name] for name in sorted(newest)]


@lru_cache(4096)
def _texts(array: str) -> frozenset[str]:
    """Return the texts of a JSON array. There are few different arrays: means of authentication, kinds, channels."""
    return frozenset(json.loads(array))


def _person(rows: Sequence[Row], person_id: str | None) -> PersonFact | None:
    row = _newest(rows, person_id, _N + 1)
    return None if row is None else PersonFact(row[_T], _texts(row[_T + 1]), row[_N] == 1)


def _enterprise(rows: Sequence[Row], enterprise_id: str | None) -> EnterpriseFact | None:
    row = _newest(rows, enterprise_id, _N + 3)
    if row is None:
        return None
    return EnterpriseFact(row[_T], row[_T + 1], row[_T + 2], row[_N], row[_N + 1], row[_N + 2] == 1)


def _capacity(row: Row) -> CapacityFact:
    return CapacityFact(row[_T], row[_T + 1], row[_T + 2], _DOMAINS[row[_T + 3]], Period(row[_N], row[_N + 1]))


_capacity_order: Final = itemgetter(_T + 1, _T, _N)


def _capacities(rows: Sequence[Row]) -> tuple[CapacityFact, ...]:
    return tuple(map(_capacity, _in_order(rows, _capacity_order)))


def _those_of(enterprise_id: str | None, capacities: Sequence[CapacityFact]) -> tuple[CapacityFact, ...]:
    return tuple([capacity for capacity in capacities if capacity.enterprise_id == enterprise_id])


def _distance(period: Period, at: int) -> tuple[int, int]:
    """Order periods: one in force, else the latest begun, else the earliest to come."""
    if at < period.since:
        return 2, period.since
    return int(at >= period.until), -period.since


def _nearest_capacity(
    capacity_id: str | None, among: Sequence[CapacityFact], beside: Sequence[Row], at: int
) -> CapacityFact | None:
    found = [fact for fact in among if fact.capacity_id == capacity_id]
    found += [_capacity(row) for row in beside if row[_T] == capacity_id]
    if len(found) < 2:
        return found[0] if found else None
    return min(found, key=lambda fact: (_distance(fact.period, at), fact.enterprise_id))


def _relation(row: Row) -> RelationFact:
    _, _, relation_id, enterprise_id, person_id, kind, capacity_id, object_, opens, context, state, since, until = row[
        : _N + 2
    ]
    period = Period(since, until)
    return RelationFact(
        relation_id, enterprise_id, person_id, _KINDS[kind], capacity_id, object_, opens, context, state, period
    )


_relation_order: Final = itemgetter(_T + 1, _T + 2, _T + 3, _T + 4, _T + 5, _T, _N)


def _relations(rows: Sequence[Row]) -> tuple[RelationFact, ...]:
    return tuple(map(_relation, _in_order(rows, _relation_order))) if rows else ()


def _target(rows: Sequence[Row], at: int) -> RelationFact:
    found = map(_relation, _in_order(rows, _relation_order))
    return min(found, key=lambda fact: _distance(fact.period, at))


def _representatives(rows: Sequence[Row]) -> tuple[tuple[RelationFact, bool], ...]:
    return tuple([(_relation(row), row[_N + 2] == 1) for row in _in_order(rows, _relation_order)])


def _request(rows: Sequence[Row], at: int) -> RequestFact | None:
    """Rows: all that had begun at `at`. The request was filed when the first of them began."""
    in_force = [row for row in rows if at < row[_N + 1]]
    if not in_force:
        return None
    row = max(in_force, key=lambda row: row[_N])
    return RequestFact(row[_T], row[_T + 1], row[_T + 2], min(row[_N] for row in rows))


def _sender(rows: Sequence[Row]) -> SenderFact:
    """Return the active sender, else the one that stopped last. Rows: one for each channel of each sender."""
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
    return tuple(map(_mandate, _newest_of_each(rows, _N + 5)))


def _applications(rows: Sequence[Row]) -> tuple[ApplicationFact, ...]:
    return tuple(map(_application, _newest_of_each(rows, _N + 1)))


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
    return tuple(map(_right, _newest_of_each(rows, _N + 1)))


def _right(row: Row) -> FlemishRightFact:
    return FlemishRightFact(row[_T], row[_T + 1], row[_N] == 1, _texts(row[_T + 2]))
