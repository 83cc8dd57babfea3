"""The one statement that reads the facts of questions, whatever their number.

It takes one question as its parameters, or several as one JSON text, finds what they are about (`located`, `resolved`),
and gives back rows of one form, each tagged with the question it belongs to and the part it is. Every access is by an
index. Parts that no question needs are left out: each costs some microseconds even when it finds nothing. So there is
one constant text for each combination of needs, prepared when it first occurs.
"""

# ruff: noqa: S608 - the SQL is put together from constants of these modules; values go as its parameter

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from authz_service.domain.moments import FOREVER
from authz_service.store.branches import branches
from authz_service.store.conditions import IS_TARGET, NO_TEXT, coalesced, nearest, newest, so
from authz_service.store.questions import FIELDS, LATEST, Need

__all__ = ["read_statement"]

_OF_SENDER: Final = (
    f"(SELECT s.capacity_id FROM sender AS s WHERE s.technical_user = q.technical_user AND {so('s')}"
    " ORDER BY CASE WHEN s.state = 'active' THEN 0 ELSE 1 END, s.valid_from DESC, s.sender_id DESC LIMIT 1)"
)
"""The capacity of the technical user's sender: the active one, else the last."""
_BYTES: Final = 'COLLATE "C"'
_KNOWN: Final = "q.known"
_OF_CALLER: Final = (
    " CROSS JOIN caller AS w"
    f" WHERE w.key_sha256 = q.caller_key AND w.revoked_at = {FOREVER} AND w.ends_at > q.caller_now"
)
"""Without a caller that has the key and may call, there is no question, and so nothing is looked for."""
_PARTIES: Final = ("enterprise_id", "mandator_id", "mandatary_id")


@cache
def read_statement(dialect: str, needs: int) -> str:
    """Return the statement for a dialect ("sqlite", "postgresql") and the needs of its questions (as in Need)."""
    needs = Need(needs)
    sqlite = dialect == "sqlite"
    two, entries = "= ANY (ARRAY[q.subject_id, q.other_id])", "json_array_elements_text({}) AS j(value)"
    if sqlite:
        two, entries = "IN (q.subject_id, q.other_id)", "json_each({}) AS j"
    parts = branches(needs, two if needs & Need.OTHER else "= q.subject_id", entries, sqlite=sqlite)
    expressions = ",\n".join(f"{name} AS MATERIALIZED (\n{text}\n)" for name, text in _expressions(dialect, needs))
    statement = f"WITH\n{expressions}\n" + "\nUNION ALL\n".join(parts)
    if not needs & Need.THEN:
        statement = statement.replace(_KNOWN, str(LATEST))
    # Branches of exactly one type, collation included, are one flat node of the plan on PostgreSQL.
    return statement if sqlite else statement.replace(NO_TEXT, f"{NO_TEXT} {_BYTES}")


def _expressions(dialect: str, needs: Need) -> Iterator[tuple[str, str]]:
    """Yield the tables that the branches read, by name, each made from those before it."""
    question = (_alone if needs & Need.ALONE else _several)(dialect, needs)
    if needs & Need.ALONE:
        question = f"({question})"
    else:
        yield "question", question
        question = "question"
    asked = f"{question} AS q"
    if needs & Need.CALLER:
        asked += _OF_CALLER
    if needs & (Need.TARGET | Need.TECHNICAL_USER | Need.PARTIES):
        yield "located", f"SELECT q.*, {_located(needs)} FROM {asked}"
        yield "resolved", f"SELECT q.*, {_enterprise(needs, 'q.capacity_id', 'q.named_id')} FROM located AS q"
    else:
        enterprise = _enterprise(needs, "q.capacity", _enterprise_with("enterprise_number"))
        yield "resolved", f"SELECT q.*, {_located(needs)}, {enterprise} FROM {asked}"
    if needs & Need.PARTIES:
        yield "party", _party(needs)


def _alone(dialect: str, needs: Need) -> str:
    """The one question: its fields are the parameters."""
    fields = [(name, kind) for name, (kind, need) in FIELDS.items() if need in needs]
    values = [
        "?" if dialect == "sqlite" else f"CAST(${number} AS {kind}){f' {_BYTES}' if kind == 'text' else ''}"
        for number, (_, kind) in enumerate(fields, start=1)
    ]
    return "SELECT " + ", ".join(f"{value} AS {name}" for value, (name, _) in zip(values, fields, strict=True))


def _several(dialect: str, needs: Need) -> str:
    """Any number of questions: the parameter is a JSON array of objects."""
    fields = {name: kind for name, (kind, need) in FIELDS.items() if need in needs}
    if dialect == "sqlite":
        extracted = ", ".join(f"json_extract(j.value, '$.{name}') AS {name}" for name in fields)
        return f"SELECT {extracted} FROM json_each(?) AS j"
    declared = ", ".join(f"{name} {kind} {_BYTES if kind == 'text' else ''}" for name, kind in fields.items())
    return f"SELECT * FROM json_to_recordset($1::json) AS j({declared})"


def _enterprise_with(number: str) -> str:
    return newest("enterprise_id", "enterprise AS e", f"e.number = q.{number}")


def _side(side: str) -> str:
    """The enterprise on one side: of the mandate asked about, else the one with the number given."""
    of_mandate = newest(f"{side}_id", "mandate AS m", "m.mandate_id = q.mandate")
    return coalesced([of_mandate, _enterprise_with(f"{side}_number")])


def _located(needs: Need) -> str:
    """What can be found by what the questions name, as columns."""
    of_parties, of_target = needs & Need.PARTIES, needs & Need.TARGET
    capacities = ["q.capacity"]
    if of_target:
        capacities.insert(0, nearest("capacity_id", "relation AS r", IS_TARGET))
    if needs & Need.TECHNICAL_USER:
        capacities.append(f"CASE WHEN q.sender_leads = 1 THEN {_OF_SENDER} END")
    columns = {
        "subject_id": "(SELECT p.person_id FROM person AS p WHERE p.niss_hash = q.subject)",
        "other_id": "(SELECT p.person_id FROM person AS p WHERE p.niss_hash = q.other)"
        if needs & Need.OTHER
        else NO_TEXT,
        "named_id": _enterprise_with("enterprise_number"),
        "mandator_id": _side("mandator") if of_parties else NO_TEXT,
        "mandatary_id": _side("mandatary") if of_parties else NO_TEXT,
        "target_enterprise_id": nearest("enterprise_id", "relation AS r", IS_TARGET) if of_target else NO_TEXT,
        "capacity_id": coalesced(capacities),
    }
    if not needs & (Need.TARGET | Need.TECHNICAL_USER | Need.PARTIES):
        # Looked for where it is wanted, and only when nothing else names the enterprise.
        del columns["named_id"], columns["target_enterprise_id"]
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
    owners.append(nearest("enterprise_id", "capacity AS c", f"c.capacity_id = {capacity}"))
    enterprise = coalesced([*owners, named])
    if needs & Need.PARTIES:
        enterprise = f"CASE WHEN q.is_of_parties = 1 THEN {named} ELSE {enterprise} END"
    return f"{enterprise} AS enterprise_id"


def _party(needs: Need) -> str:
    """Each enterprise that a question is about, once."""
    known = f", {_KNOWN}" if needs & Need.THEN else ""
    every = ", q.all_capacities" if needs & Need.ALL_CAPACITIES else ""
    return " UNION ".join(
        f"SELECT q.i, q.at{known}{every}, q.{column} AS enterprise_id, q.subject_id, q.other_id"
        f" FROM resolved AS q WHERE q.{column} IS NOT NULL"
        for column in _PARTIES
    )
