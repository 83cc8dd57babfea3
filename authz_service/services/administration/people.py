"""Persons by the names that the register has for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authz_service.domain.identifiers import Niss
from authz_service.domain.records import PersonRecord
from authz_service.store.snapshot import Snapshot

__all__ = ["Known", "known_people"]


@dataclass(frozen=True, slots=True)
class Known:
    """A person with the number that stands for him."""

    niss: Niss
    record: PersonRecord


def known_people(snapshot: Snapshot, person_ids: Iterable[str]) -> Mapping[str, Known]:
    """Return persons by their id. Raises KeyFileMismatchError."""
    wanted = tuple(sorted(set(person_ids)))
    numbers = snapshot.national_numbers(wanted)
    found = snapshot.all_in_force(PersonRecord, person_id=wanted)
    return {person.person_id: Known(numbers[person.person_id], person) for person in found}
