"""Objects of a file that stand for one thing: successive states of it, or two things under one id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from authz_service.domain.records import Record
from authz_service.services.facts_file.entries import Entry
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.merging import Thing, thing_of

__all__ = ["check_namesakes", "check_states"]


def check_namesakes(said: Iterable[tuple[Entry, tuple[Record, ...]]], errors: Errors) -> None:
    """Report an id that stands for two things, and a thing that is told of twice at the same time.

    `said`: every entry with its records, none for one that is not sound. Successive states of one thing share its id;
    what has no id is known by what its records are about, whichever id the file calls a person by.
    """
    named: defaultdict[Thing, list[Entry]] = defaultdict(list)
    for entry, records in said:
        if entry.name:
            named[entry.kind, entry.name].append(entry)
        elif records:
            named[thing_of(records[0])].append(entry)
    for namesakes in named.values():
        check_states(namesakes, errors)


def check_states(namesakes: Sequence[Entry], errors: Errors) -> None:
    """Report which of the objects known by one name are not successive states of one thing."""
    for position, entry in enumerate(namesakes):
        other = next((other for other in namesakes[:position] if _clash(entry, other)), None)
        if other is not None and entry.name:
            message = f"the id {entry.name!r} is taken by {other.place}: give it another or drop one"
            entry.complain(errors, message)
        elif other is not None:
            message = f"{other.place} tells of the same at the same time: drop one, or let one end before the other"
            entry.complain(errors, message)


def _clash(one: Entry, other: Entry) -> bool:
    differs = any(one.values.get(name) != other.values.get(name) for name in KINDS[one.kind].same)
    return differs or one.valid.overlaps(other.valid)
