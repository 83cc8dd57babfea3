"""What is known of people, enterprises and capacities, for whoever asks why they have, or had, an entry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from authz_service.domain import moments
from authz_service.domain.moments import Phase
from authz_service.domain.records import (
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    PersonRecord,
    RelationRecord,
)
from authz_service.domain.vocabulary import ACCOUNT_KINDS, DESIGNATION_KINDS, Domain, RelationKind
from authz_service.services.projection.bearing import Fact, enterprise_fact, latest, record_fact, relation_fact
from authz_service.store.database import Database
from authz_service.store.enterprise_facts import last_revision
from authz_service.store.snapshot import Snapshot

__all__ = ["Known", "KnownPerson", "read_known"]

_STANDING: Final = tuple(
    sorted({*ACCOUNT_KINDS, *DESIGNATION_KINDS, RelationKind.FLEMISH_RIGHT, RelationKind.ROLE_ASSIGNMENT})
)
"""Relations that can make somebody a directory's business."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What is known of a person: relations in whichever enterprise, his own record, how he is reached.

    `relations`: each with the enterprise's number and the domain of its capacity (NONE: of the whole enterprise).
    """

    relations: tuple[tuple[str, Domain, Fact], ...]
    records: tuple[Fact, ...]
    contacts: tuple[Fact, ...]

    def standing(self, domains: Collection[Domain], enterprises: Collection[str] | None) -> tuple[Fact, ...]:
        """Return the relations in force in these domains and enterprises (None: all), else the one that ended last.

        What is of a whole enterprise is of every domain.
        """
        return latest(
            fact
            for number, domain, fact in self.relations
            if (enterprises is None or number in enterprises) and (domain is Domain.NONE or domain in domains)
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known, at one facts revision: people and capacities by their id, enterprises by their number."""

    revision: int
    people: Mapping[str, KnownPerson]
    enterprises: Mapping[str, tuple[Fact, ...]]
    capacities: Mapping[str, tuple[Fact, ...]]


def read_known(
    database: Database,
    person_ids: Collection[str],
    enterprise_numbers: Collection[str],
    capacity_ids: Collection[str],
    at: int | None = None,
) -> Known:
    """Return what is known of these; of what is not known, nothing.

    `at`: UTC microseconds (default: the present). A few statements for some hundred of them. Raises
    StoreUnavailableError.
    """
    with Snapshot(database, moments.now() if at is None else at) as snapshot:
        last = last_revision(snapshot)
        instant = max(snapshot.at, last.recorded_at) if at is None else snapshot.at
        numbers, ids = tuple(sorted(enterprise_numbers)), tuple(sorted(capacity_ids))
        enterprises = snapshot.find(EnterpriseRecord, number=numbers) if numbers else []
        capacities = snapshot.find(CapacityRecord, capacity_id=ids) if ids else []
        people = _people(snapshot, tuple(sorted(person_ids)), instant) if person_ids else {}
    return Known(
        last.revision,
        people,
        _by((record.number, enterprise_fact(record, instant)) for record in enterprises),
        _by((record.capacity_id, _capacity_fact(record, instant)) for record in capacities),
    )


def _people(snapshot: Snapshot, person_ids: tuple[str, ...], at: int) -> dict[str, KnownPerson]:
    held = snapshot.find(RelationRecord, person_id=person_ids, kind=_STANDING)
    located = _located(snapshot, held, at)
    records = snapshot.find(PersonRecord, person_id=person_ids)
    accounts = {each.relation_id: each.person_id for each in held if each.kind in ACCOUNT_KINDS}
    contacts = [
        *((each.owner_id, each) for each in snapshot.find(ContactRecord, owner_kind="person", owner_id=person_ids)),
        *(
            (accounts[each.owner_id], each)
            for each in (
                snapshot.find(ContactRecord, owner_kind="account", owner_id=tuple(sorted(accounts))) if accounts else ()
            )
        ),
    ]
    own = _by((each.person_id, record_fact("person", each.person_id, each.valid, at)) for each in records)
    reached = _by((person_id, _contact_fact(each, at)) for person_id, each in contacts)
    return {
        person_id: KnownPerson(tuple(located.get(person_id, ())), own.get(person_id, ()), reached.get(person_id, ()))
        for person_id in person_ids
    }


def _located(snapshot: Snapshot, held: Iterable[RelationRecord], at: int) -> dict[str, list[tuple[str, Domain, Fact]]]:
    """Return the relations by person, each with the number of its enterprise and the domain of its capacity."""
    enterprise_ids = tuple(sorted({each.enterprise_id for each in held}))
    capacity_ids = tuple(sorted({each.capacity_id for each in held if each.capacity_id}))
    enterprises = snapshot.find(EnterpriseRecord, enterprise_id=enterprise_ids) if enterprise_ids else []
    capacities = snapshot.find(CapacityRecord, capacity_id=capacity_ids) if capacity_ids else []
    numbers = {each.enterprise_id: each.number for each in sorted(enterprises, key=_counting(at))}
    domains = {each.capacity_id: Domain(each.domain) for each in sorted(capacities, key=_counting(at))}
    located: dict[str, list[tuple[str, Domain, Fact]]] = {}
    for each in held:
        of_right = Domain.FLANDERS if each.kind == RelationKind.FLEMISH_RIGHT else Domain.NONE
        place = (numbers.get(each.enterprise_id, ""), domains.get(each.capacity_id, of_right))
        located.setdefault(each.person_id, []).append((*place, relation_fact(each, at)))
    return located


def _counting(at: int) -> Callable[[EnterpriseRecord | CapacityRecord], tuple[bool, int]]:
    """Return what puts the record that counts last: the one in force, else the one that began last."""
    return lambda record: (record.valid.phase(at) is Phase.DURING, record.valid.since)


def _by(facts: Iterable[tuple[str, Fact]]) -> dict[str, tuple[Fact, ...]]:
    """Return facts by what they are of: those in force, else the one that ended last."""
    found: dict[str, list[Fact]] = {}
    for key, fact in facts:
        found.setdefault(key, []).append(fact)
    return {key: latest(known) for key, known in found.items()}


def _capacity_fact(record: CapacityRecord, at: int) -> Fact:
    return record_fact("capacity", record.capacity_id, record.valid, at)


def _contact_fact(record: ContactRecord, at: int) -> Fact:
    return record_fact("contact", f"{record.owner_kind}/{record.owner_id}", record.valid, at)
