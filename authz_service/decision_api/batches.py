"""The body of a batch: its questions, what stands for all of them, when it ends (AuthZEN Authorization API 1.0, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from authz_service.decision_api.bodies import object_of
from authz_service.decision_api.errors import WireError
from authz_service.decision_api.plain import plain_batch
from authz_service.decision_api.questions import question_of
from authz_service.domain.questions import Question

__all__ = ["Batch", "Semantic", "batch_in"]

_MEMBERS: Final = ("subject", "action", "resource", "context")


class Semantic(StrEnum):
    """When a batch ends (7.1.2.1). An error counts as a denial."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"


_SEMANTICS: Final = {semantic.value: semantic for semantic in Semantic}


class Batch(NamedTuple):
    """The questions of a batch, in order; in the place of one that cannot be put, what is wrong with it."""

    questions: Sequence[Question | WireError]
    semantic: Semantic


def batch_in(octets: bytes, most: int, depth: int) -> Batch | Question:
    """Return the batch that the octets are, or the one question when they hold no `evaluations` (7.1).

    `most`: how many questions it may hold; `depth`: the levels it may have. Raises WireError (400).
    """
    plain = plain_batch(octets, depth)
    if plain is not None:
        semantic = _semantic_of(plain.options)
        _refuse_more(plain.questions, most)
        return Batch(plain.questions, semantic)
    body = object_of(octets, depth)
    semantic = _semantic_of(body.get("options"))
    items = body.get("evaluations")
    if items is None or items == []:
        return question_of(body)
    if not isinstance(items, list):
        raise _bad("evaluations must be an array")
    _refuse_more(items, most)
    return Batch(_questions(_defaults_of(body), items), semantic)


def _semantic_of(options: object) -> Semantic:
    if options is None:
        return Semantic.EXECUTE_ALL
    if not isinstance(options, dict):
        raise _bad("options must be an object")
    named = options.get("evaluations_semantic")
    if named is None:
        return Semantic.EXECUTE_ALL
    semantic = _SEMANTICS.get(named) if isinstance(named, str) else None
    if semantic is None:
        raise _bad(f"options.evaluations_semantic must be one of {', '.join(_SEMANTICS)}")
    return semantic


def _refuse_more(items: Sequence[object], most: int) -> None:
    if len(items) > most:
        raise _bad(f"evaluations holds more than {most} questions")


def _defaults_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands at the top for all questions. Clients send null for what they do not have."""
    defaults = {name: body[name] for name in _MEMBERS if body.get(name) is not None}
    for name, value in defaults.items():
        if not isinstance(value, dict):
            raise _bad(f"{name} must be an object")
    return defaults


def _questions(defaults: Mapping[str, Any], items: Sequence[object]) -> list[Question | WireError]:
    questions: list[Question | WireError] = []
    for item in items:
        try:
            if not isinstance(item, dict):
                raise _bad("it must be an object")
            # What an item has replaces the default as a whole, an empty object or null too (7.1.1).
            questions.append(question_of({**defaults, **item}))
        except WireError as error:
            questions.append(error)
    return questions


def _bad(message: str) -> WireError:
    return WireError(HTTPStatus.BAD_REQUEST, message)
