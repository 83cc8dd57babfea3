"""What questions are about, in joins: on PostgreSQL what a join finds is there for all that follows.

So the capacity and the target are looked for once, and told from there.
"""

# ruff: noqa: S608 - the SQL is put together from constants of these modules; values go as its parameter

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from authz_service.store.branches import (
    CAPACITY,
    CAPACITY_PERIOD,
    IN_CAPACITY,
    RELATION,
    RELATION_PERIOD,
    Branch,
    Part,
)
from authz_service.store.conditions import (
    BYTES,
    CALLER,
    IS_CALLER,
    IS_TARGET,
    NO_TEXT,
    OF_SENDER,
    by_nearness,
    coalesced,
    enterprise_with,
    known,
    newest,
    side,
)
from authz_service.store.questions import FIELDS, Need

__all__ = ["expressions", "told_already"]

_TARGET: Final = (
    f"SELECT * FROM relation AS r WHERE {IS_TARGET} AND {known('r')}"
    f" ORDER BY {by_nearness('r')}, r.person_id, r.kind, r.object LIMIT 1"
)
_FOUND: Final = {Part.TARGET: "target", Part.CAPACITY: "found"}
"""Parts that come with what is found: what their columns begin with there."""


def told_already(branch: Branch) -> Branch:
    """Return the branch, but what was come upon by finding what a question is about is not looked for again."""
    if branch.part not in _FOUND:
        return branch
    names = [[_named(branch.part, column) for column in columns] for columns in (branch.texts, branch.numbers)]
    texts, numbers = ([f"q.{name}" for name in columns] for columns in names)
    return Branch(branch.part, texts, numbers, f" WHERE {texts[0]} IS NOT NULL")


def _named(part: Part, column: str) -> str:
    """Return what the column of a table is called among what is found."""
    return f"{_FOUND[part]}_{column.partition('.')[2]}"


def expressions(needs: Need) -> Iterator[tuple[str, str]]:
    """Yield the one table that the branches read: a row for each question.

    Where a capacity has several periods on record there is one for each, as sorting them takes longer than all else
    about them; `folding` takes the nearest.
    """
    columns = ["q.*", "p.person_id AS subject_id"]
    sources = [f"{_asked(needs)}{CALLER if needs & Need.CALLER else ''}", "person AS p ON p.niss_hash = q.subject"]
    if needs & Need.CALLER:
        columns += ["w.name AS caller_name", "w.scopes AS caller_scopes"]
    if needs & Need.OTHER:
        sources.append("person AS o ON o.niss_hash = q.other")
    columns.append(f"{'o.person_id' if needs & Need.OTHER else NO_TEXT} AS other_id")
    columns += [f"{side(each) if needs & Need.PARTIES else NO_TEXT} AS {each}_id" for each in ("mandator", "mandatary")]
    capacities, owners = ["q.capacity"] if needs & Need.CAPACITY else [], []
    if needs & Need.TARGET:
        sources.append(f"LATERAL (\n{_TARGET}\n) AS r ON true")
        columns += _told(Part.TARGET, [*RELATION, *RELATION_PERIOD])
        capacities.insert(0, "r.capacity_id")
        owners.append("r.enterprise_id")
    if needs & Need.TECHNICAL_USER:
        led = f"SELECT CASE WHEN q.sender_leads = 1 THEN {OF_SENDER} END AS capacity_id"
        sources.append(f"LATERAL ({led}) AS s ON true")
        capacities.append("s.capacity_id")
    if needs & Need.REQUEST:
        owners.append(newest("enterprise_id", "request AS t", "t.request_id = q.request"))
    if needs & IN_CAPACITY:
        sources.append(f"capacity AS c ON c.capacity_id = {coalesced(capacities)} AND {known('c')}")
        columns += _told(Part.CAPACITY, [*CAPACITY, *CAPACITY_PERIOD])
        owners.append("c.enterprise_id")
    columns += [f"{coalesced(capacities)} AS capacity_id", f"{_enterprise(needs, owners)} AS enterprise_id"]
    found = f"SELECT {', '.join(columns)}\nFROM " + "\nLEFT JOIN ".join(sources)
    yield "resolved", f"{found}\nWHERE {IS_CALLER}" if needs & Need.CALLER else found


def _told(part: Part, columns: Sequence[str]) -> list[str]:
    return [f"{column} AS {_named(part, column)}" for column in columns]


def _asked(needs: Need) -> str:
    """The one question, whose fields are the parameters, or those of a JSON array of objects."""
    kinds = {name: kind for name, (kind, need) in FIELDS.items() if need in needs}
    fields = [(name, f"{kind} {BYTES}" if kind == "text" else kind) for name, kind in kinds.items()]
    if not needs & Need.ALONE:
        return f"json_to_recordset($1::json) AS q({', '.join(f'{name} {kind}' for name, kind in fields)})"
    values = (f"${number}::{kind} AS {name}" for number, (name, kind) in enumerate(fields, start=1))
    return f"(SELECT {', '.join(values)}) AS q"


def _enterprise(needs: Need, owners: Sequence[str]) -> str:
    """The enterprise: whose the target, the request or the capacity is, else the one named.

    In what concerns both parties of a mandate it is the one acted for, wherever the rest may lie.
    """
    if needs & Need.PARTIES and owners:
        owners = [f"CASE WHEN q.is_of_parties = 1 THEN NULL ELSE {coalesced(owners)} END"]
    return coalesced([*owners, *([enterprise_with("enterprise_number")] if needs & Need.NUMBER else [])])
