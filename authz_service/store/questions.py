"""Questions as the one JSON parameter of the reading statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from authz_service.domain.facts import FactsQuery
from authz_service.domain.moments import BEGINNING, FOREVER
from authz_service.store.keys import Key
from authz_service.store.rows import storable

__all__ = ["FIELDS", "payload"]

FIELDS: Final[dict[str, str]] = {
    "i": "bigint",
    "at": "bigint",
    "known": "bigint",
    "subject": "text",
    "other": "text",
    "agent": "text",
    "technical_user": "text",
    "enterprise_number": "text",
    "capacity": "text",
    "target": "text",
    "request": "text",
    "mandate": "text",
    "mandator_number": "text",
    "mandatary_number": "text",
    "right_code": "text",
    "applications": "json",
    "mandate_groups": "json",
    "target_is_role": "bigint",
    "is_of_parties": "bigint",
    "is_under_mandate": "bigint",
    "sender_of_capacity": "bigint",
    "sender_leads": "bigint",
    "representatives": "bigint",
}
"""What one question is in the statement, with the SQL type of each field. A field that is not given is NULL."""

_SAME_NAME: Final = (
    "agent",
    "technical_user",
    "enterprise_number",
    "capacity",
    "request",
    "mandate",
    "mandator_number",
    "mandatary_number",
)
_encode: Final = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


def payload(queries: Sequence[FactsQuery], key: Key) -> str:
    """Return the questions as a JSON array. National numbers go as their hash under the key.

    A text that no database can hold goes as NULL, which equals nothing; whether it was given at all goes apart.
    """
    return _encode([_question(position, query, key) for position, query in enumerate(queries)])


def _question(position: int, query: FactsQuery, key: Key) -> dict[str, Any]:
    question: dict[str, Any] = {
        "i": position,
        "at": _instant(query.at),
        # FOREVER is "all that is recorded", and rows that are believed are recorded until FOREVER, not including it.
        "known": _instant(query.known_at),
    }
    for name in _SAME_NAME:
        text: str = getattr(query, name)
        if text and storable(text):
            question[name] = text
    for name, niss in (("subject", query.subject_niss), ("other", query.other_niss)):
        if niss and storable(niss):
            question[name] = key.hash_of(niss)
    target = query.account or query.role_assignment
    if target:
        question["target_is_role"] = int(not query.account)
        if storable(target):
            question["target"] = target
    if query.right and storable(query.right):
        question["right_code"] = query.right
    if query.applications:
        question["applications"] = [code for code in query.applications if code and storable(code)]
    if query.mandate_groups:
        question["mandate_groups"] = [group for group in query.mandate_groups if group and storable(group)]
    if query.mandate or query.mandatary_number:
        question["is_of_parties"] = 1
    elif query.mandator_number:
        question["is_under_mandate"] = 1
    if not query.technical_user:
        question["sender_of_capacity"] = 1
    elif not (target or query.request or query.capacity or query.enterprise_number):
        question["sender_leads"] = 1
    if query.all_representatives:
        question["representatives"] = 1
    return question


def _instant(instant: int) -> int:
    return min(max(instant, BEGINNING), FOREVER - 1)
