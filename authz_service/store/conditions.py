"""Pieces of SQL that both the finding and the reading of facts are made of. Questions have the alias q."""

# ruff: noqa: S608 - the SQL is put together from constants of these modules; values go as its parameter

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from authz_service.domain.moments import FOREVER
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind

__all__ = [
    "BYTES",
    "CALLER",
    "IS_CALLER",
    "IS_TARGET",
    "KNOWN",
    "NO_TEXT",
    "OF_SENDER",
    "by_nearness",
    "coalesced",
    "enterprise_with",
    "in_force",
    "known",
    "nearest",
    "newest",
    "side",
    "so",
]

NO_TEXT: Final = "CAST(NULL AS text)"
BYTES: Final = 'COLLATE "C"'
KNOWN: Final = "q.known"
"""The moment of knowledge."""
CALLER: Final = " CROSS JOIN caller AS w"
IS_CALLER: Final = f"w.key_sha256 = q.caller_key AND w.revoked_at = {FOREVER} AND w.ends_at > q.caller_now"
"""Without a caller w that has the key and may call, there is no question, and so nothing is looked for."""

_KINDS_OF_ACCOUNT: Final = ", ".join(f"'{kind}'" for kind in sorted(ACCOUNT_KINDS))
IS_TARGET: Final = (
    "r.relation_id = q.target AND (CASE WHEN q.target_is_role = 1"
    f" THEN r.kind = '{RelationKind.ROLE_ASSIGNMENT}' ELSE r.kind IN ({_KINDS_OF_ACCOUNT}) END)"
)
"""The relation r is the account or the role assignment that the question is about."""


def known(row: str) -> str:
    """The row was on record at the moment of knowledge."""
    return f"{row}.recorded_from <= {KNOWN} AND {row}.recorded_to > {KNOWN}"


def in_force(row: str) -> str:
    """The row is valid at the moment asked about."""
    return f"{row}.valid_from <= q.at AND {row}.valid_to > q.at"


def so(row: str) -> str:
    """The row is valid, and on record."""
    return f"{known(row)} AND {in_force(row)}"


def newest(column: str, table: str, condition: str) -> str:
    """One value of the row in force that began last, NULL when there is none. `table`: with an alias of one letter."""
    row = table[-1]
    return (
        f"(SELECT {row}.{column} FROM {table} WHERE {condition} AND {so(row)}"
        f" ORDER BY {row}.valid_from DESC, {row}.{column} LIMIT 1)"
    )


def by_nearness(row: str) -> str:
    """Order rows: the one in force, else the latest begun, else the earliest to come."""
    return (
        f"CASE WHEN {in_force(row)} THEN 0 WHEN {row}.valid_from <= q.at THEN 1 ELSE 2 END,"
        f" CASE WHEN {row}.valid_from <= q.at THEN -{row}.valid_from ELSE {row}.valid_from END,"
        f" {row}.enterprise_id, {row}.capacity_id"
    )


def nearest(column: str, table: str, condition: str) -> str:
    """One value of the row in force, else of the latest begun, else of the earliest to come; NULL when there is none.

    `table`: with an alias of one letter. SQLite knows no column from outside in ORDER BY, hence the inner SELECT.
    """
    row = table[-1]
    return f"""(
    SELECT n.value FROM (
      SELECT
        {row}.{column} AS value,
        CASE WHEN {in_force(row)} THEN 0 WHEN {row}.valid_from <= q.at THEN 1 ELSE 2 END AS phase,
        CASE WHEN {row}.valid_from <= q.at THEN -{row}.valid_from ELSE {row}.valid_from END AS distance,
        {row}.enterprise_id AS enterprise_id,
        {row}.capacity_id AS capacity_id
      FROM {table} WHERE {condition} AND {known(row)}
    ) AS n ORDER BY n.phase, n.distance, n.enterprise_id, n.capacity_id LIMIT 1)"""


def enterprise_with(number: str) -> str:
    """The enterprise that has the number that the question gives under this name."""
    return newest("enterprise_id", "enterprise AS e", f"e.number = q.{number}")


def side(name: str) -> str:
    """The enterprise on one side: of the mandate asked about, else the one with the number given."""
    of_mandate = newest(f"{name}_id", "mandate AS m", "m.mandate_id = q.mandate")
    return coalesced([of_mandate, enterprise_with(f"{name}_number")])


def coalesced(values: Sequence[str]) -> str:
    """The first value that is not NULL."""
    if len(values) > 1:
        return f"coalesce({', '.join(values)})"
    return values[0] if values else NO_TEXT


OF_SENDER: Final = (
    f"(SELECT s.capacity_id FROM sender AS s WHERE s.technical_user = q.technical_user AND {so('s')}"
    " ORDER BY CASE WHEN s.state = 'active' THEN 0 ELSE 1 END, s.valid_from DESC, s.sender_id DESC LIMIT 1)"
)
"""The capacity of the technical user's sender: the active one, else the last."""
