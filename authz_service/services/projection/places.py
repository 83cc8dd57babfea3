"""An enterprise as it stands at one instant: what of its facts is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from authz_service.domain.facts import RelationFact
from authz_service.domain.moments import Phase
from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
)
from authz_service.store.enterprise_facts import EnterpriseFacts

__all__ = ["Place", "bearer_of", "in_force_of", "place_of"]

AnyRecord = TypeVar(
    "AnyRecord",
    ApplicationRecord,
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
)


@dataclass(frozen=True, slots=True)
class Place:
    """What is in force at `at` (UTC microseconds), by its id or code; relations of known persons in every phase.

    `mandators`: enterprises that gave a mandate, by their id. `contacts`: by the kind and id of the owner.
    """

    at: int
    enterprise: EnterpriseRecord
    capacities: Mapping[str, CapacityRecord]
    persons: Mapping[str, PersonRecord]
    relations: Mapping[str, tuple[RelationFact, ...]]
    """By person, each in the order of the relations' ids."""
    applications: Mapping[str, ApplicationRecord]
    rights: Mapping[str, FlemishRightRecord]
    mandates: tuple[MandateRecord, ...]
    mandators: Mapping[str, EnterpriseRecord]
    contacts: Mapping[tuple[str, str], ContactRecord]


def in_force_of(records: Iterable[AnyRecord], at: int) -> list[AnyRecord]:
    """Return the records that are in force, the latest begun last."""
    return sorted((each for each in records if each.valid.phase(at) is Phase.DURING), key=lambda each: each.valid.since)


def bearer_of(namesakes: Iterable[EnterpriseRecord], number: str, at: int) -> EnterpriseRecord | None:
    """Return the enterprise that bears a number at an instant, None when none does; of several, the newest."""
    bearers = [each for each in in_force_of(namesakes, at) if each.number == number]
    return min(bearers, key=lambda each: (-each.valid.since, each.enterprise_id), default=None)


def place_of(facts: EnterpriseFacts, enterprise: EnterpriseRecord, at: int) -> Place:
    """Return how the enterprise stands at the instant (UTC microseconds)."""
    persons = {person.person_id: person for person in in_force_of(facts.persons, at)}
    relations: dict[str, list[RelationFact]] = {person_id: [] for person_id in persons}
    for relation in facts.relations:
        if relation.person_id in relations:
            relations[relation.person_id].append(relation)
    mandates = {mandate.mandate_id: mandate for mandate in in_force_of(facts.mandates, at)}
    return Place(
        at=at,
        enterprise=enterprise,
        capacities={capacity.capacity_id: capacity for capacity in in_force_of(facts.capacities, at)},
        persons=persons,
        relations={person_id: tuple(held) for person_id, held in relations.items()},
        applications={application.code: application for application in in_force_of(facts.applications, at)},
        rights={right.code: right for right in in_force_of(facts.rights, at)},
        mandates=tuple(mandates[mandate_id] for mandate_id in sorted(mandates)),
        mandators={mandator.enterprise_id: mandator for mandator in in_force_of(facts.mandators, at)},
        contacts={(contact.owner_kind, contact.owner_id): contact for contact in in_force_of(facts.contacts, at)},
    )
