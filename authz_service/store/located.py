"""What questions are about, in subqueries: SQLite has no joins that look at what stands before them."""

# ruff: noqa: S608 - the SQL is put together from constants of these modules; values go as its parameter

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from authz_service.store.branches import IN_CAPACITY, Branch
from authz_service.store.conditions import (
    CALLER,
    IS_CALLER,
    IS_TARGET,
    NO_TEXT,
    OF_SENDER,
    coalesced,
    enterprise_with,
    nearest,
    newest,
    side,
)
from authz_service.store.questions import FIELDS, LATEST, Need

__all__ = ["expressions", "told_already"]

_LOCATING: Final = Need.TARGET | Need.TECHNICAL_USER | Need.PARTIES


def told_already(branch: Branch) -> Branch:
    """Return the branch as it is: nothing but identifiers comes with what is found."""
    return branch


def expressions(needs: Need) -> Iterator[tuple[str, str]]:
    """Yield the tables that the branches read, by name, each made from those before it."""
    fields = [name for name, (_, need) in FIELDS.items() if need in needs]
    values = ["?" if needs & Need.ALONE else f"json_extract(j.value, '$.{name}')" for name in fields]
    if not needs & Need.THEN:
        # A column all the same: given statistics, SQLite thinks that a row of a table which is compared with a
        # constant is seldom one, and goes through the whole table first to make a Bloom filter of it.
        fields, values = [*fields, "known"], [*values, str(LATEST)]
    question = "SELECT " + ", ".join(f"{value} AS {name}" for value, name in zip(values, fields, strict=True))
    asked = f"({question}) AS q"
    if not needs & Need.ALONE:
        yield "question", f"{question} FROM json_each(?) AS j"
        asked = "question AS q"
    if needs & Need.CALLER:
        asked += f"{CALLER} WHERE {IS_CALLER}"
    named = enterprise_with("enterprise_number") if needs & Need.NUMBER else NO_TEXT
    if needs & _LOCATING:
        yield "located", f"SELECT q.*, {_located(needs)}, {named} AS named_id FROM {asked}"
        yield "resolved", f"SELECT q.*, {_enterprise(needs, 'q.capacity_id', 'q.named_id')} FROM located AS q"
    else:
        # The number is looked for where it is wanted, and only when nothing else names the enterprise.
        yield "resolved", f"SELECT q.*, {_located(needs)}, {_enterprise(needs, 'q.capacity', named)} FROM {asked}"


def _located(needs: Need) -> str:
    """What can be found by what the questions name, as columns."""
    of_parties, of_target = needs & Need.PARTIES, needs & Need.TARGET
    capacities = ["q.capacity"] if needs & Need.CAPACITY else []
    if of_target:
        capacities.insert(0, nearest("capacity_id", "relation AS r", IS_TARGET))
    if needs & Need.TECHNICAL_USER:
        capacities.append(f"CASE WHEN q.sender_leads = 1 THEN {OF_SENDER} END")
    columns = {
        "subject_id": "(SELECT p.person_id FROM person AS p WHERE p.niss_hash = q.subject)",
        "other_id": "(SELECT p.person_id FROM person AS p WHERE p.niss_hash = q.other)"
        if needs & Need.OTHER
        else NO_TEXT,
        "mandator_id": side("mandator") if of_parties else NO_TEXT,
        "mandatary_id": side("mandatary") if of_parties else NO_TEXT,
        "target_enterprise_id": nearest("enterprise_id", "relation AS r", IS_TARGET) if of_target else NO_TEXT,
        "capacity_id": coalesced(capacities),
    }
    if needs & Need.CALLER:
        columns |= {"caller_name": "w.name", "caller_scopes": "w.scopes"}
    return ", ".join(f"{text} AS {name}" for name, text in columns.items())


def _enterprise(needs: Need, capacity: str, named: str) -> str:
    """The enterprise: whose the target, the request or the capacity is, else the one named.

    In what concerns both parties of a mandate it is the one acted for, wherever the rest may lie.
    """
    owners = ["q.target_enterprise_id"] if needs & Need.TARGET else []
    if needs & Need.REQUEST:
        owners.append(newest("enterprise_id", "request AS t", "t.request_id = q.request"))
    if needs & IN_CAPACITY:
        owners.append(nearest("enterprise_id", "capacity AS c", f"c.capacity_id = {capacity}"))
    enterprise = coalesced([*owners, named])
    if needs & Need.PARTIES:
        enterprise = f"CASE WHEN q.is_of_parties = 1 THEN {named} ELSE {enterprise} END"
    return f"{enterprise} AS enterprise_id"
