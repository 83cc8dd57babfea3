"""Questions as the one JSON parameter of the reading statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import IntFlag, auto
from typing import Any, Final

from authz_service.domain.facts import FactsQuery
from authz_service.domain.moments import BEGINNING, FOREVER
from authz_service.store.keys import Key
from authz_service.store.rows import storable

__all__ = ["FIELDS", "Need", "payload"]


class Need(IntFlag):
    """What some question asks for beyond persons, an enterprise and its relations. The statement has no other parts."""

    AGENT = auto()
    APPLICATIONS = auto()
    MANDATE_GROUPS = auto()
    OTHER = auto()
    """A second person."""
    PARTIES = auto()
    """The two sides of a mandate."""
    REPRESENTATIVES = auto()
    REQUEST = auto()
    RIGHT = auto()
    SENDER_OF_CAPACITY = auto()
    TARGET = auto()
    """An account or a role assignment."""
    TECHNICAL_USER = auto()


FIELDS: Final[dict[str, tuple[str, Need]]] = {
    "i": ("bigint", Need(0)),
    "at": ("bigint", Need(0)),
    "known": ("bigint", Need(0)),
    "subject": ("text", Need(0)),
    "enterprise_number": ("text", Need(0)),
    "capacity": ("text", Need(0)),
    "other": ("text", Need.OTHER),
    "agent": ("text", Need.AGENT),
    "technical_user": ("text", Need.TECHNICAL_USER),
    "sender_leads": ("bigint", Need.TECHNICAL_USER),
    "sender_of_capacity": ("bigint", Need.SENDER_OF_CAPACITY),
    "target": ("text", Need.TARGET),
    "target_is_role": ("bigint", Need.TARGET),
    "request": ("text", Need.REQUEST),
    "mandate": ("text", Need.PARTIES),
    "mandator_number": ("text", Need.PARTIES),
    "mandatary_number": ("text", Need.PARTIES),
    "is_of_parties": ("bigint", Need.PARTIES),
    "is_under_mandate": ("bigint", Need.PARTIES),
    "representatives": ("bigint", Need.REPRESENTATIVES),
    "right_code": ("text", Need.RIGHT),
    "applications": ("json", Need.APPLICATIONS),
    "mandate_groups": ("json", Need.MANDATE_GROUPS),
}
"""What a question is made of in the statement: the SQL type of each field, and the need without which nobody reads it.

A field that is not given is NULL.
"""

_SAME_NAME: Final = (
    ("agent", Need.AGENT),
    ("technical_user", Need.TECHNICAL_USER),
    ("enterprise_number", Need(0)),
    ("capacity", Need(0)),
    ("request", Need.REQUEST),
    ("mandate", Need.PARTIES),
    ("mandator_number", Need.PARTIES),
    ("mandatary_number", Need.PARTIES),
)
_encode: Final = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


def payload(queries: Sequence[FactsQuery], key: Key) -> tuple[str, Need]:
    """Return the questions as a JSON array, and what they need together.

    National numbers go as their hash under the key. A text that no database can hold goes as NULL, which equals
    nothing; whether it was given at all goes apart.
    """
    needs = Need(0)
    questions = []
    for position, query in enumerate(queries):
        question: dict[str, Any] = {
            "i": position,
            "at": min(max(query.at, BEGINNING), FOREVER),
            # FOREVER is "all that is recorded"; rows that are believed are recorded until FOREVER, not including it.
            "known": min(max(query.known_at, BEGINNING), FOREVER - 1),
        }
        needs |= _put_names(question, query)
        needs |= _put_persons(question, query, key)
        needs |= _put_lists(question, query)
        needs |= _put_circumstances(question, query)
        questions.append(question)
    return _encode(questions), needs


def _put_names(question: dict[str, Any], query: FactsQuery) -> Need:
    needs = Need(0)
    for name, need in _SAME_NAME:
        text: str = getattr(query, name)
        if text:
            needs |= need
            if storable(text):
                question[name] = text
    target = query.account or query.role_assignment
    if target:
        needs |= Need.TARGET
        question["target_is_role"] = int(not query.account)
        if storable(target):
            question["target"] = target
    if query.right:
        needs |= Need.RIGHT
        if storable(query.right):
            question["right_code"] = query.right
    return needs


def _put_persons(question: dict[str, Any], query: FactsQuery, key: Key) -> Need:
    if query.subject_niss and storable(query.subject_niss):
        question["subject"] = key.hash_of(query.subject_niss)
    if not query.other_niss:
        return Need(0)
    if storable(query.other_niss):
        question["other"] = key.hash_of(query.other_niss)
    return Need.OTHER


def _put_lists(question: dict[str, Any], query: FactsQuery) -> Need:
    needs = Need(0)
    if query.applications:
        needs |= Need.APPLICATIONS
        question["applications"] = [code for code in query.applications if code and storable(code)]
    if query.mandate_groups:
        needs |= Need.MANDATE_GROUPS
        question["mandate_groups"] = [group for group in query.mandate_groups if group and storable(group)]
    return needs


def _put_circumstances(question: dict[str, Any], query: FactsQuery) -> Need:
    needs = Need(0)
    target = query.account or query.role_assignment
    if query.mandate or query.mandatary_number:
        question["is_of_parties"] = 1
    elif query.mandator_number:
        question["is_under_mandate"] = 1
    if query.technical_user:
        if not (target or query.request or query.capacity or query.enterprise_number):
            question["sender_leads"] = 1
    elif query.capacity or target:
        needs |= Need.SENDER_OF_CAPACITY
        question["sender_of_capacity"] = 1
    if query.all_representatives:
        needs |= Need.REPRESENTATIVES
        question["representatives"] = 1
    return needs
