"""Loads a facts file: reads, checks and merges it as a whole, so that all of it can be written or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from authz_service.domain.records import CapacityRecord, PersonIdentity, Record
from authz_service.services.facts_file.conversion import Converter
from authz_service.services.facts_file.entries import Entry, read_entries
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.ledger import Ledger, WritableLedger
from authz_service.services.facts_file.merged_checks import check_merged
from authz_service.services.facts_file.merging import Changes, Thing, merge, thing_of
from authz_service.services.facts_file.namesakes import check_namesakes
from authz_service.services.facts_file.people import People, identify_people
from authz_service.services.facts_file.reading import read_world
from authz_service.services.facts_file.tree import FactsFile

__all__ = ["LoadPlan", "LoadReport", "check", "load", "plan"]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many records were (or would be) added and closed, how many of the file were known, and the facts revision."""

    added: int
    closed: int
    unchanged: int
    revision: int


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What has to be written for a file to be believed: its new `identities`, and the `changes` of the records."""

    changes: Changes
    identities: tuple[PersonIdentity, ...]

    def report(self, revision: int) -> LoadReport:
        """Return what the plan comes to. `revision`: the facts revision it made, or the present one of a plan only."""
        changes = self.changes
        return LoadReport(len(changes.add), len(changes.close), changes.unchanged, revision)


def load(
    ledger: WritableLedger, file: FactsFile, *, means: Collection[str], new_person_id: Callable[[], str]
) -> LoadReport:
    """Make the ledger believe the file and return what that changed; the same file again changes nothing.

    Arguments as for `plan`. Raises FactsFileError with all errors of the file, and what the ledger raises.
    """
    planned = plan(ledger, file, means=means, new_person_id=new_person_id)
    ledger.add_identities(planned.identities)
    return planned.report(ledger.record(add=planned.changes.add, close=planned.changes.close))


def check(ledger: Ledger, file: FactsFile, *, means: Collection[str], new_person_id: Callable[[], str]) -> LoadReport:
    """Return what `load` would change, and the present revision, without writing. Raises FactsFileError."""
    return plan(ledger, file, means=means, new_person_id=new_person_id).report(ledger.revision)


def plan(ledger: Ledger, file: FactsFile, *, means: Collection[str], new_person_id: Callable[[], str]) -> LoadPlan:
    """Return what has to be written for the file to be believed, without writing.

    `ledger` is an open transaction, in which the plan holds until somebody else writes; `means`: the names of means of
    authentication; `new_person_id` makes up opaque ids. Raises FactsFileError with all errors of the file, and what the
    ledger raises.
    """
    errors = Errors()
    world = read_world(file, errors)
    believed = tuple(ledger.believed())
    stored: defaultdict[str, set[str]] = defaultdict(set)
    for record in believed:
        kind, name = thing_of(record)
        stored[kind].add(name)
    entries = read_entries(world, stored, means, errors)
    people = identify_people(entries, stored["persons"], ledger.identify, new_person_id, errors)
    converter = Converter(people, _enterprises_of_capacities(believed, entries))
    said = [(entry, converter.records(entry) if entry.sound else ()) for entry in entries]
    check_namesakes(said, errors)
    origins = {record: entry for entry, records in said for record in records}
    mentioned = {thing for entry, records in said for thing in _things(entry, records, people)}
    changes = merge(believed, origins, mentioned)
    check_merged(changes.merged, origins, {entry.kind for entry in entries if not entry.sound}, errors)
    errors.raise_any()
    return LoadPlan(changes, people.new)


def _things(entry: Entry, records: Collection[Record], people: People) -> set[Thing]:
    """Return what the entry is about; of one that is not sound, what its id tells."""
    name = people[entry.name] if entry.kind == "persons" else entry.name
    return {(entry.kind, name), *map(thing_of, records)}


def _enterprises_of_capacities(believed: Collection[Record], entries: Collection[Entry]) -> dict[str, str]:
    stored = {record.capacity_id: record.enterprise_id for record in believed if isinstance(record, CapacityRecord)}
    said = {entry.name: entry.values.get("enterprise", "") for entry in entries if entry.kind == "capacities"}
    return stored | said
