"""All that is believed of one enterprise, for telling what follows from it: in force, over or still to come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from sys import intern
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, select

from authz_service.domain.facts import RelationFact
from authz_service.domain.moments import FOREVER, Period
from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
)
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.store import tables
from authz_service.store.errors import StoreUnavailableError
from authz_service.store.snapshot import Snapshot

__all__ = [
    "EnterpriseFacts",
    "LastRevision",
    "all_enterprises",
    "enterprises_concerned",
    "last_revision",
    "read_enterprise",
]


@dataclass(frozen=True, slots=True)
class LastRevision:
    """The facts revision that a snapshot sees, and the instant of its commit (UTC microseconds)."""

    revision: int
    recorded_at: int


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    """What is believed, whatever its period. `persons`, `contacts`: of those with a relation, and of their accounts.

    `namesakes`: the rows of whoever has or had the number, the enterprise itself included; `mandates`: those given to
    the enterprise; `mandators`: whoever gave them. `applications` and `rights` are the whole catalogue.
    """

    namesakes: tuple[EnterpriseRecord, ...]
    capacities: tuple[CapacityRecord, ...]
    relations: tuple[RelationFact, ...]
    persons: tuple[PersonRecord, ...]
    contacts: tuple[ContactRecord, ...]
    applications: tuple[ApplicationRecord, ...]
    rights: tuple[FlemishRightRecord, ...]
    mandates: tuple[MandateRecord, ...]
    mandators: tuple[EnterpriseRecord, ...]


def last_revision(snapshot: Snapshot) -> LastRevision:
    """Return the revision of the snapshot, 0 where nothing was ever recorded. Raises StoreUnavailableError."""
    revision = tables.revision.c
    query = select(revision.revision, revision.recorded_at).order_by(revision.revision.desc()).limit(1)
    row = snapshot.connection.execute(query).one_or_none()
    return LastRevision(0, 0) if row is None else LastRevision(row.revision, row.recorded_at)


def all_enterprises(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the numbers of all enterprises believed, sorted. Raises StoreUnavailableError."""
    enterprise = tables.enterprise.c
    query = select(enterprise.number).where(enterprise.recorded_to == FOREVER).distinct().order_by(enterprise.number)
    return tuple(snapshot.connection.scalars(query))


def enterprises_concerned(
    snapshot: Snapshot, enterprise_ids: frozenset[str], person_ids: frozenset[str]
) -> frozenset[str]:
    """Return the numbers of the enterprises about which a change of these enterprises and persons may say something.

    Those themselves, whoever has a mandate of theirs, and wherever one of the persons stands; in force or not.
    Raises StoreUnavailableError.
    """
    relation, mandate, enterprise = tables.relation.c, tables.mandate.c, tables.enterprise.c
    concerned = set(enterprise_ids)
    for ids in _portions(person_ids):
        where = select(relation.enterprise_id).where(relation.person_id.in_(ids), relation.recorded_to == FOREVER)
        concerned.update(snapshot.connection.scalars(where.distinct()))
    for ids in _portions(frozenset(enterprise_ids)):
        given = select(mandate.mandatary_id).where(mandate.mandator_id.in_(ids), mandate.recorded_to == FOREVER)
        concerned.update(snapshot.connection.scalars(given.distinct()))
    numbers = set[str]()
    for ids in _portions(frozenset(concerned)):
        numbers.update(snapshot.connection.scalars(select(enterprise.number).where(enterprise.enterprise_id.in_(ids))))
    return frozenset(numbers)


def _portions(ids: frozenset[str]) -> Iterator[list[str]]:
    """Yield ids some hundred at a time: databases take so many parameters and no more."""
    listed = sorted(ids)
    return (listed[start : start + IDS_AT_ONCE] for start in range(0, len(listed), IDS_AT_ONCE))


def read_enterprise(
    snapshot: Snapshot, number: str, enterprise_id: str | None, person_ids: frozenset[str] | None = None
) -> EnterpriseFacts:
    """Return what is believed of an enterprise. `enterprise_id` None: only the rows that bear its number.

    `person_ids`: some hundred at most, whose relations, own data and contacts are read, and no one else's; None: all.
    Raises StoreUnavailableError.
    """
    named = snapshot.find(EnterpriseRecord, number=number)
    if enterprise_id is None:
        return EnterpriseFacts(tuple(named), (), (), (), (), (), (), (), ())
    itself = snapshot.find(EnterpriseRecord, enterprise_id=enterprise_id)
    mandates = snapshot.find(MandateRecord, mandatary_id=enterprise_id)
    mandators = tuple(sorted({mandate.mandator_id for mandate in mandates}))
    return EnterpriseFacts(
        namesakes=tuple(dict.fromkeys([*named, *itself])),
        capacities=tuple(snapshot.find(CapacityRecord, enterprise_id=enterprise_id)),
        relations=tuple(_relations(snapshot, enterprise_id, person_ids)),
        persons=tuple(_persons(snapshot, enterprise_id, person_ids)),
        contacts=tuple(_contacts(snapshot, enterprise_id, person_ids)),
        applications=tuple(snapshot.find(ApplicationRecord)),
        rights=tuple(snapshot.find(FlemishRightRecord)),
        mandates=tuple(mandates),
        mandators=tuple(snapshot.find(EnterpriseRecord, enterprise_id=mandators)) if mandators else (),
    )


# An enterprise can have tens of thousands of people: what follows reads plain rows, each table once, and keeps one copy
# of what many say.

PORTION: Final = 5000
"""How many rows are taken at once."""
IDS_AT_ONCE: Final = 500


def _rows(snapshot: Snapshot, query: Select[Any]) -> Iterator[Any]:
    for portion in snapshot.connection.execute(query).partitions(PORTION):
        yield from portion


def _of(person_ids: frozenset[str] | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a relation is one of these persons', none for all."""
    return () if person_ids is None else (tables.relation.c.person_id.in_(sorted(person_ids)),)


def _relations(snapshot: Snapshot, enterprise_id: str, person_ids: frozenset[str] | None) -> Iterator[RelationFact]:
    """Yield the relations of one person after the other, in the order of their ids."""
    relation = tables.relation.c
    query = (
        select(
            relation.relation_id,
            relation.person_id,
            relation.kind,
            relation.capacity_id,
            relation.object,
            relation.opens,
            relation.context,
            relation.state,
            relation.valid_from,
            relation.valid_to,
        )
        .where(relation.enterprise_id == enterprise_id, relation.recorded_to == FOREVER, relation.person_id != "")
        .where(*_of(person_ids))
        .order_by(relation.person_id, relation.relation_id, relation.valid_from)
    )
    kinds = {kind.value: kind for kind in RelationKind}
    periods: dict[tuple[int, int], Period] = {}
    try:
        for relation_id, person_id, kind, *words, since, until in _rows(snapshot, query):
            capacity_id, thing, opens, context, state = map(intern, words)
            period = periods.get((since, until)) or periods.setdefault((since, until), Period(since, until))
            yield RelationFact(
                relation_id, enterprise_id, person_id, kinds[kind], capacity_id, thing, opens, context, state, period
            )
    except KeyError:
        raise StoreUnavailableError("the store holds words that this program does not know") from None


def _of_enterprise(enterprise_id: str, column: str, *conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    relation = tables.relation.c
    query = select(relation[column]).where(
        relation.enterprise_id == enterprise_id, relation.recorded_to == FOREVER, *conditions
    )
    return query.scalar_subquery()


def _persons(snapshot: Snapshot, enterprise_id: str, person_ids: frozenset[str] | None) -> Iterator[PersonRecord]:
    person = tables.person_detail.c
    concerned = _of_enterprise(enterprise_id, "person_id", *_of(person_ids))
    query = select(
        person.person_id,
        person.first_name,
        person.name,
        person.language,
        person.has_card,
        person.digital_keys,
        person.valid_from,
        person.valid_to,
    ).where(person.recorded_to == FOREVER, person.person_id.in_(concerned))
    keys: dict[str, tuple[str, ...]] = {}
    for person_id, first_name, name, language, has_card, text, since, until in _rows(snapshot, query):
        if text not in keys:
            keys[text] = tuple(json.loads(text))
        yield PersonRecord(person_id, first_name, name, language, has_card, keys[text], Period(since, until))


def _contacts(snapshot: Snapshot, enterprise_id: str, person_ids: frozenset[str] | None) -> Iterator[ContactRecord]:
    contact = tables.contact.c
    accounts = tables.relation.c.kind.in_(sorted(ACCOUNT_KINDS))
    owners = {
        "person": _of_enterprise(enterprise_id, "person_id", *_of(person_ids)),
        "account": _of_enterprise(enterprise_id, "relation_id", accounts, *_of(person_ids)),
    }
    for owner_kind, ids in owners.items():
        query = select(
            contact.owner_kind,
            contact.owner_id,
            contact.user_name,
            contact.title,
            contact.language,
            contact.email,
            contact.local_email,
            contact.telephone,
            contact.checked_at,
            contact.valid_from,
            contact.valid_to,
        ).where(contact.recorded_to == FOREVER, contact.owner_kind == owner_kind, contact.owner_id.in_(ids))
        for (
            kind,
            owner_id,
            user_name,
            title,
            language,
            email,
            local,
            telephone,
            checked_at,
            since,
            until,
        ) in snapshot.connection.execute(query):
            valid = Period(since, until)
            yield ContactRecord(kind, owner_id, user_name, title, language, email, local, telephone, checked_at, valid)
