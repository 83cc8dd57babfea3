"""Questions as the parameters of the reading statement."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntFlag, auto
from functools import cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from authz_service.domain.facts import FactsQuery
from authz_service.domain.moments import BEGINNING, FOREVER
from authz_service.store.keys import Key
from authz_service.store.rows import storable

__all__ = ["FIELDS", "LATEST", "Need", "parameters", "payload"]

LATEST: Final = FOREVER - 1
"""As a moment of knowledge: all that is recorded. What is believed is recorded until FOREVER, not including it."""


class Need(IntFlag):
    """What some question asks for beyond persons, an enterprise and its relations. The statement has no other parts."""

    AGENT = auto()
    ALL_CAPACITIES = auto()
    ALONE = auto()
    """There is one question, and its fields are the parameters, in the order of FIELDS; without it, one JSON text."""
    APPLICATION = auto()
    """One application."""
    APPLICATIONS = auto()
    """Several of them."""
    CALLER = auto()
    """Who asks, by its key: nothing is read for anybody else. Only with ALONE."""
    CAPACITY = auto()
    """A capacity, by its identifier."""
    MANDATE_GROUPS = auto()
    NUMBER = auto()
    """An enterprise, by its number."""
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
    THEN = auto()
    """What was known at some moment, not all that is recorded."""


# Plain numbers: putting flags together by their names takes longer than all the rest.
_AGENT, _ALL_CAPACITIES, _ALONE = Need.AGENT.value, Need.ALL_CAPACITIES.value, Need.ALONE.value
_APPLICATION, _APPLICATIONS, _CAPACITY = Need.APPLICATION.value, Need.APPLICATIONS.value, Need.CAPACITY.value
_CALLER, _NUMBER = Need.CALLER.value, Need.NUMBER.value
_MANDATE_GROUPS, _OTHER, _PARTIES = Need.MANDATE_GROUPS.value, Need.OTHER.value, Need.PARTIES.value
_REPRESENTATIVES, _REQUEST, _RIGHT = Need.REPRESENTATIVES.value, Need.REQUEST.value, Need.RIGHT.value
_SENDER_OF_CAPACITY, _TARGET = Need.SENDER_OF_CAPACITY.value, Need.TARGET.value
_TECHNICAL_USER, _THEN = Need.TECHNICAL_USER.value, Need.THEN.value
_LISTS: Final = _APPLICATIONS | _MANDATE_GROUPS

FIELDS: Final[dict[str, tuple[str, Need]]] = {
    "i": ("bigint", Need(0)),
    "at": ("bigint", Need(0)),
    "known": ("bigint", Need.THEN),
    "subject": ("text", Need(0)),
    "enterprise_number": ("text", Need.NUMBER),
    "capacity": ("text", Need.CAPACITY),
    "all_capacities": ("bigint", Need.ALL_CAPACITIES),
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
    "application": ("text", Need.APPLICATION),
    "applications": ("json", Need.APPLICATIONS),
    "mandate_groups": ("json", Need.MANDATE_GROUPS),
    "caller_key": ("bytea", Need.CALLER),
    "caller_now": ("bigint", Need.CALLER),
}
"""What a question is made of in the statement: the SQL type of each field, and the need without which nobody reads it.

A field that is not given is NULL.
"""

_FIELDS_OF: Final = {
    "enterprise_number": ("enterprise_number", _NUMBER),
    "capacity": ("capacity", _CAPACITY),
    "agent": ("agent", _AGENT),
    "technical_user": ("technical_user", _TECHNICAL_USER),
    "role_assignment": ("target", _TARGET),
    "account": ("target", _TARGET),
    "request": ("request", _REQUEST),
    "right": ("right_code", _RIGHT),
    "mandate": ("mandate", _PARTIES),
    "mandator_number": ("mandator_number", _PARTIES),
    "mandatary_number": ("mandatary_number", _PARTIES),
}
"""For each text that a query can give: the field it goes to, and what that needs."""
_given: Final = attrgetter(*_FIELDS_OF)
_FIELDS_GIVEN: Final = tuple(_FIELDS_OF.values())
_encoder: Final = msgspec.json.Encoder()
Question = dict[str, Any]


def parameters(
    queries: Sequence[FactsQuery], key: Key, caller: tuple[bytes, int] | None = None
) -> tuple[tuple[Any, ...], int]:
    """Return the parameters of the reading statement for these questions, and what they need together (as in Need).

    National numbers go as their hash under the key. A text that no database can hold goes as NULL, which equals
    nothing; whether it was given at all goes apart. `caller`: of one question, the hash of the caller's key and the
    present (UTC microseconds), to have the caller read along.
    """
    if len(queries) != 1:
        questions, needs = payload(queries, key)
        return (questions,), needs
    question, needs = _question(0, queries[0], _Hashes(key))
    if caller is not None:
        question["caller_key"], question["caller_now"] = caller
        needs |= _CALLER
    if needs & _LISTS:
        question = {name: _encode(field) if type(field) is list else field for name, field in question.items()}
    return tuple(map(question.get, _names(needs))), needs | _ALONE


def payload(queries: Sequence[FactsQuery], key: Key) -> tuple[str, int]:
    """Return any number of questions as a JSON array, and what they need together."""
    needs = 0
    questions = []
    hashes = _Hashes(key)
    for position, query in enumerate(queries):
        question, own = _question(position, query, hashes)
        needs |= own
        questions.append(question)
    if needs & _THEN:
        for question in questions:
            question.setdefault("known", LATEST)
    return _encode(questions), needs


def _encode(content: object) -> str:
    return _encoder.encode(content).decode()


class _Hashes(dict[str, str]):
    """Keyed hashes of numbers, each made once: the questions of a request are often about the same person."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self._hash_of = key.hash_of

    def __missing__(self, digits: str) -> str:
        self[digits] = found = self._hash_of(digits)
        return found


@cache
def _names(needs: int) -> tuple[str, ...]:
    return tuple(name for name, (_, need) in FIELDS.items() if need in Need(needs))


def _question(position: int, query: FactsQuery, hashes: _Hashes) -> tuple[Question, int]:
    """Return what a question gives, and what it needs."""
    at = query.at
    question: Question = {"i": position, "at": at if BEGINNING <= at <= FOREVER else min(max(at, BEGINNING), FOREVER)}
    needs = 0
    if query.known_at < LATEST:
        needs |= _THEN
        question["known"] = max(query.known_at, BEGINNING)
    for text, (name, need) in zip(_given(query), _FIELDS_GIVEN, strict=True):
        if text:
            needs |= need
            if storable(text):
                question[name] = text
    if query.subject_niss and storable(query.subject_niss):
        question["subject"] = hashes[query.subject_niss]
    if query.other_niss:
        needs |= _OTHER
        if storable(query.other_niss):
            question["other"] = hashes[query.other_niss]
    if query.applications or query.mandate_groups:
        needs |= _put_lists(question, query)
    return question, needs | _put_circumstances(question, query, needs)


def _put_lists(question: Question, query: FactsQuery) -> int:
    needs = 0
    if len(query.applications) == 1:
        needs |= _APPLICATION
        if storable(query.applications[0]):
            question["application"] = query.applications[0]
    elif query.applications:
        needs |= _APPLICATIONS
        question["applications"] = [code for code in query.applications if code and storable(code)]
    if query.mandate_groups:
        needs |= _MANDATE_GROUPS
        question["mandate_groups"] = [group for group in query.mandate_groups if group and storable(group)]
    return needs


def _put_circumstances(question: Question, query: FactsQuery, needs: int) -> int:
    """Note what the question is, by what it names. `needs`: what is known by now."""
    more = 0
    if needs & _TARGET and not query.account:
        question["target_is_role"] = 1
    if query.mandate or query.mandatary_number:
        question["is_of_parties"] = 1
    elif query.mandator_number:
        question["is_under_mandate"] = 1
    if query.technical_user:
        if not (needs & (_TARGET | _REQUEST) or query.capacity or query.enterprise_number):
            question["sender_leads"] = 1
    elif query.sender_of_capacity and (query.capacity or needs & _TARGET):
        more |= _SENDER_OF_CAPACITY
        question["sender_of_capacity"] = 1
    if query.all_capacities:
        more |= _ALL_CAPACITIES
        question["all_capacities"] = 1
    if query.all_representatives:
        more |= _REPRESENTATIVES
        question["representatives"] = 1
    return more
