"""What must hold of all objects of a file together, and of all facts once they are believed, however many they are.

The staging finds what may be wrong, a few at a time; `namesakes` and `merged_checks` judge it, as they judge a small
file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from authz_service.domain.records import Record
from authz_service.services.facts_file.bulk_staging import Staging
from authz_service.services.facts_file.entries import Entry
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.merged_checks import check_merged
from authz_service.services.facts_file.merging import Thing, thing_of
from authz_service.services.facts_file.namesakes import check_states
from authz_service.services.facts_file.tree import Node
from authz_service.store.staged import Mention

__all__ = ["check_believed", "check_staged"]


def check_staged(staging: Staging, errors: Errors, most: int) -> None:
    """Report ids that stand for two things, persons told of twice, and parts of a thing that are there twice.

    Stops when there are `most` errors.
    """
    for mentions in staging.sharing():
        first, *others = (_entry(mention) for mention in mentions)
        for entry in others:
            if entry.name != first.name:
                entry.complain(errors, f"{first.place} has this number: a person stands here once", "niss")
        if len(errors) >= most:
            return
    for mentions in staging.clashing():
        check_states([_entry(mention) for mention in mentions], errors)
        if len(errors) >= most:
            return
    _judge(staging, staging.overlapping_parts(), errors, most)


def check_believed(staging: Staging, errors: Errors, most: int) -> None:
    """Report what of the file contradicts what, in the file or in the store. Stops when there are `most` errors."""
    _judge(staging, staging.suspects(), errors, most)


def _judge(staging: Staging, suspects: Iterable[list[Record]], errors: Errors, most: int) -> None:
    for records in suspects:
        check_merged(dict.fromkeys(records), _origins(staging, records), (), errors)
        if len(errors) >= most:
            return


def _origins(staging: Staging, records: Sequence[Record]) -> dict[Record, Entry]:
    """Return which object of the file said each record, of those that the file has said."""
    mentions: defaultdict[Thing, list[Mention]] = defaultdict(list)
    for mention in staging.mentions({thing_of(record) for record in records}):
        mentions[mention.kind, mention.thing].append(mention)
    origins: dict[Record, Entry] = {}
    for record in records:
        states = mentions[thing_of(record)]
        if states:
            since, until = record.valid.since, record.valid.until
            overlapping = (state for state in states if state.since < until and since < state.until)
            origins[record] = _entry(next(overlapping, states[0]))
    return origins


def _entry(mention: Mention) -> Entry:
    """Return as much of an object of the file as is kept of it: its place and name, its period, what must be alike."""
    kind = KINDS[mention.kind]
    values = {kind.since: mention.since, kind.until: mention.until, **dict.fromkeys(kind.same[:1], mention.same)}
    place = f"world.{mention.kind}[{mention.position}]"
    return Entry(mention.kind, place, Node({}, mention.line), mention.name if mention.named else "", values, sound=True)
