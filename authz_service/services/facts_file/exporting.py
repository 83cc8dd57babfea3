"""What the store believes as a facts file, which loads to the same records.

Such a file holds national numbers: it is as secret as the store with its key file. Persons are named by their opaque
ids. What the usual members cannot say stands in some that a file may leave out: `valid_from` and `valid_until` where
something was not always so, applications with periods of their own, `notes`, ids not made from what they name, and the
list `contacts`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

import yaml

from authz_service.domain.records import (
    ChannelRecord,
    PersonIdentity,
    PersonRecord,
    Record,
    RelationRecord,
    SenderRecord,
)
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.ledger import Ledger
from authz_service.services.facts_file.merging import Thing, thing_of
from authz_service.services.facts_file.objects import (
    Object,
    channel_object,
    grant_object,
    object_of_record,
    person_object,
)

__all__ = ["export", "export_text"]


def export(ledger: Ledger) -> dict[str, dict[str, list[Object]]]:
    """Return all that is believed, under the key `world`, as `load` reads it. It holds national numbers.

    Raises ValueError when a grant stands in no account or a channel in no sender.
    """
    identities = {identity.person_id: identity for identity in ledger.identities()}
    states: defaultdict[Thing, list[Record]] = defaultdict(list)
    parts: defaultdict[Thing, list[RelationRecord | ChannelRecord]] = defaultdict(list)
    for record in ledger.believed():
        if isinstance(record, ChannelRecord) or (
            isinstance(record, RelationRecord) and record.kind == RelationKind.APPLICATION_GRANT
        ):
            parts[thing_of(record)].append(record)
        else:
            states[thing_of(record)].append(record)
    orphans = sorted(" ".join(thing) for thing in parts.keys() - states.keys())
    if orphans:
        raise ValueError(f"parts of what is not there cannot be exported: {', '.join(orphans)}")
    world: dict[str, list[Object]] = {kind: [] for kind in KINDS}
    for thing in sorted(states):
        in_order = sorted(states[thing], key=lambda record: record.valid.since)
        world[thing[0]].extend(_with_parts(in_order, parts[thing], identities))
    return {"world": {kind: objects for kind, objects in world.items() if objects or KINDS[kind].usual}}


def _with_parts(
    states: list[Record], parts: Iterable[RelationRecord | ChannelRecord], identities: Mapping[str, PersonIdentity]
) -> list[Object]:
    """Return the successive states of a thing, each part in the state with its period, else in the last."""
    objects = [
        person_object(state, identities[state.person_id])
        if isinstance(state, PersonRecord)
        else object_of_record(state)
        for state in states
    ]
    for part in sorted(parts, key=lambda part: (_name(part), part.valid.since)):
        position = next((n for n, state in enumerate(states) if state.valid == part.valid), len(states) - 1)
        state = states[position]
        if isinstance(part, RelationRecord):
            is_plain = part.valid == state.valid and not part.notes
            objects[position]["applications"].append(part.object if is_plain else grant_object(part))
        elif isinstance(state, SenderRecord):
            objects[position]["channels"].append(channel_object(part, state))
    return objects


def _name(part: RelationRecord | ChannelRecord) -> str:
    return part.channel if isinstance(part, ChannelRecord) else part.object


def export_text(ledger: Ledger) -> str:
    """Return what `export` returns as YAML text, one object a line. It holds national numbers."""
    lines = ["world:"]
    for kind, objects in export(ledger)["world"].items():
        lines.append(f"  {kind}:" if objects else f"  {kind}: []")
        lines.extend(f"  - {_one_line(each)}" for each in objects)
    return "\n".join(lines) + "\n"


class _Dumper(yaml.SafeDumper):
    """Writes texts of digits between quotes, whatever YAML's version would make of them."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "'" if text[:1].isdigit() else None
    if not text.isprintable():
        style = '"'  # escapes what would break the line
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _one_line(value: Object) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, width=math.inf, allow_unicode=True, sort_keys=False
    )
    return text.rstrip("\n")
