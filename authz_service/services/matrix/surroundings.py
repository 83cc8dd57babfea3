"""An enterprise as it stood at one instant, as far as it was known at another: all that its matrix is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authz_service.domain.facts import RelationFact
from authz_service.domain.moments import Phase
from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
    RelationRecord,
)
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.projection.places import in_force_of
from authz_service.store.enterprise_facts import LastRevision
from authz_service.store.known_then import EnterpriseKind, SnapshotThen

__all__ = ["Party", "Surroundings", "read_surroundings"]

_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The other party to a mandate. `capacity_types`: of its capacities in force."""

    number: str
    kind: str
    capacity_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is in force at `at` (UTC microseconds) by its id or code; relations of known persons in every phase.

    `last`: the facts revision that all of it was known at. `capacities`: those in force; `domains`: of every capacity,
    in force or not. `mandates`: those that the enterprise is a party to; `parties`: the other parties, by their id.
    `kinds`: of each kind of enterprise there is, the numbers of two.
    """

    at: int
    last: LastRevision
    enterprise: EnterpriseRecord
    capacities: Mapping[str, CapacityRecord]
    domains: Mapping[str, str]
    persons: Mapping[str, PersonRecord]
    relations: Mapping[str, tuple[RelationFact, ...]]
    """By person, each in the order of the relations' ids."""
    applications: Mapping[str, ApplicationRecord]
    rights: Mapping[str, FlemishRightRecord]
    mandates: tuple[MandateRecord, ...]
    parties: Mapping[str, Party]
    kinds: Mapping[EnterpriseKind, tuple[str, ...]]


def read_surroundings(
    snapshot: SnapshotThen, number: str, kinds: Mapping[EnterpriseKind, tuple[str, ...]]
) -> Surroundings | None:
    """Return how the enterprise with the number stood, None when none in force bore it.

    `kinds`: those of the whole store. Raises StoreUnavailableError.
    """
    at = snapshot.at
    bearers = in_force_of(snapshot.known(EnterpriseRecord, number=number), at)
    if not bearers:
        return None
    enterprise = min(bearers, key=lambda each: (-each.valid.since, each.enterprise_id))
    enterprise_id = enterprise.enterprise_id
    capacities = snapshot.known(CapacityRecord, enterprise_id=enterprise_id)
    relations = [_fact(each) for each in snapshot.known(RelationRecord, enterprise_id=enterprise_id)]
    person_ids = tuple(sorted({each.person_id for each in relations} - {_NOBODY}))
    persons = {each.person_id: each for each in in_force_of(snapshot.known(PersonRecord, person_id=person_ids), at)}
    given = snapshot.known(MandateRecord, mandator_id=enterprise_id)
    mandates = {each.mandate_id: each for each in in_force_of(given, at)}
    received = snapshot.known(MandateRecord, mandatary_id=enterprise_id)
    mandates |= {each.mandate_id: each for each in in_force_of(received, at)}
    others = {each for mandate in mandates.values() for each in (mandate.mandator_id, mandate.mandatary_id)}
    return Surroundings(
        at=at,
        last=snapshot.revision_then(),
        enterprise=enterprise,
        capacities={each.capacity_id: each for each in in_force_of(capacities, at)},
        domains={each.capacity_id: each.domain for each in sorted(capacities, key=lambda each: each.valid.since)},
        persons=persons,
        relations=_by_person(relations, persons),
        applications={each.code: each for each in in_force_of(snapshot.known(ApplicationRecord), at)},
        rights={each.code: each for each in in_force_of(snapshot.known(FlemishRightRecord), at)},
        mandates=tuple(mandates[mandate_id] for mandate_id in sorted(mandates)),
        parties=_parties(snapshot, tuple(sorted(others - {enterprise_id}))),
        kinds=kinds,
    )


def _fact(record: RelationRecord) -> RelationFact:
    return RelationFact(
        record.relation_id,
        record.enterprise_id,
        record.person_id,
        RelationKind(record.kind),
        record.capacity_id,
        record.object,
        record.opens,
        record.context,
        record.state,
        record.valid,
    )


def _by_person(
    relations: Iterable[RelationFact], persons: Mapping[str, PersonRecord]
) -> dict[str, tuple[RelationFact, ...]]:
    held: dict[str, list[RelationFact]] = {person_id: [] for person_id in persons}
    for relation in relations:
        if relation.person_id in held:
            held[relation.person_id].append(relation)
    return {
        person_id: tuple(sorted(each, key=lambda relation: (relation.relation_id, relation.period.since)))
        for person_id, each in held.items()
    }


def _parties(snapshot: SnapshotThen, enterprise_ids: tuple[str, ...]) -> dict[str, Party]:
    if not enterprise_ids:
        return {}
    types: dict[str, set[str]] = {}
    for capacity in snapshot.known(CapacityRecord, enterprise_id=enterprise_ids):
        if capacity.valid.phase(snapshot.at) is Phase.DURING:
            types.setdefault(capacity.enterprise_id, set()).add(capacity.type)
    found = in_force_of(snapshot.known(EnterpriseRecord, enterprise_id=enterprise_ids), snapshot.at)
    return {
        each.enterprise_id: Party(each.number, each.kind, frozenset(types.get(each.enterprise_id, ())))
        for each in found
    }
