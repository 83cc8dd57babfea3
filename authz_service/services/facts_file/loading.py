"""Loads a facts file into the store: reads, checks and merges it as a whole, then writes all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from authz_service.domain.records import CapacityRecord, PersonIdentity, Record
from authz_service.services.facts_file.conversion import Converter
from authz_service.services.facts_file.entries import Entry, read_entries
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.merged_checks import check_merged
from authz_service.services.facts_file.merging import Changes, Thing, merge, thing_of
from authz_service.services.facts_file.people import identify_people
from authz_service.services.facts_file.reading import read_world
from authz_service.services.facts_file.tree import FactsFile
from authz_service.store.writing import Recorder

__all__ = ["LoadReport", "check", "load"]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many records were (or would be) added and closed, how many of the file were known, and the facts revision."""

    added: int
    closed: int
    unchanged: int
    revision: int


def load(
    recorder: Recorder, file: FactsFile, *, means: Collection[str], new_person_id: Callable[[], str]
) -> LoadReport:
    """Make the store believe the file and return what that changed; the same file again changes nothing.

    `recorder` is an open transaction, in which all is written or nothing; `means`: the names of means of
    authentication; `new_person_id` makes up opaque ids. Raises FactsFileError with all errors of the file, and what
    the recorder raises.
    """
    changes, identities = _plan(recorder, file, means, new_person_id)
    recorder.add_identities(identities)
    revision = recorder.record(add=changes.add, close=changes.close)
    return LoadReport(len(changes.add), len(changes.close), changes.unchanged, revision)


def check(
    recorder: Recorder, file: FactsFile, *, means: Collection[str], new_person_id: Callable[[], str]
) -> LoadReport:
    """Return what `load` would change, and the present revision, without writing. Raises FactsFileError."""
    changes, _ = _plan(recorder, file, means, new_person_id)
    return LoadReport(len(changes.add), len(changes.close), changes.unchanged, recorder.revision)


def _plan(
    recorder: Recorder, file: FactsFile, means: Collection[str], new_person_id: Callable[[], str]
) -> tuple[Changes, tuple[PersonIdentity, ...]]:
    errors = Errors()
    world = read_world(file, errors)
    believed = tuple(recorder.believed())
    stored: defaultdict[str, set[str]] = defaultdict(set)
    for record in believed:
        kind, name = thing_of(record)
        stored[kind].add(name)
    entries = read_entries(world, stored, means, errors)
    people = identify_people(entries, stored["persons"], recorder.identify, new_person_id, errors)
    converter = Converter(people, _enterprises_of_capacities(believed, entries))
    origins: dict[Record, Entry] = {}
    mentioned: set[Thing] = set()
    for entry in entries:
        mentioned.add((entry.kind, people[entry.name] if entry.kind == "persons" else entry.name))
        for record in converter.records(entry) if entry.sound else ():
            origins[record] = entry
            mentioned.add(thing_of(record))
    changes = merge(believed, origins, mentioned)
    check_merged(changes.merged, origins, {entry.kind for entry in entries if not entry.sound}, errors)
    errors.raise_any()
    return changes, people.new


def _enterprises_of_capacities(believed: Collection[Record], entries: Collection[Entry]) -> dict[str, str]:
    stored = {record.capacity_id: record.enterprise_id for record in believed if isinstance(record, CapacityRecord)}
    said = {entry.name: entry.values.get("enterprise", "") for entry in entries if entry.kind == "capacities"}
    return stored | said
