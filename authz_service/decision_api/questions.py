"""Members of a request as a question: which must be there, of which type, and that all others are ignored.

AuthZEN Authorization API 1.0, 5 (entities), 6.1 (request), 10.1.1 (missing members, unknown members).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

import msgspec
from msgspec import UnsetType

from authz_service.decision_api.callers import lacks_scope
from authz_service.decision_api.errors import WireError
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Scope
from authz_service.services.freshness import MIN_FACTS, MinFactsError, min_facts_of

__all__ = ["LOOKED_AT", "NOTHING", "QuestionForm", "converted", "question_of", "refuse_unless_permitted"]

AnyForm = TypeVar("AnyForm")
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""Properties or a context of a question that has none."""
LOOKED_AT: Final = frozenset({"at", "known_at", "explain", MIN_FACTS})
"""Members of a context that not every caller may have there, or that are looked at before the question is put."""
_PROBLEM: Final = re.compile(
    r"(?:Object missing required field `(?P<missing>\w+)`|Expected `(?P<type>\w+)[^`]*`, got `[^`]*`)"
    r"(?: - at `\$\.(?P<path>[\w.]+)`)?"
)
_TYPES: Final = {"str": "a string", "object": "an object"}


Members = Mapping[str, Any] | UnsetType | None
"""Properties or a context as a request has them, or not."""


class Entity(Protocol):
    """A subject or a resource in some form."""

    @property
    def type(self) -> str: ...

    @property
    def id(self) -> str: ...

    @property
    def properties(self) -> Members: ...


class NamedAction(Protocol):
    """An action in some form."""

    @property
    def name(self) -> str: ...

    @property
    def properties(self) -> Members: ...


class _Entity(msgspec.Struct, gc=False):
    """A subject or a resource. Clients send null for properties that they do not have."""

    type: str
    id: str
    properties: dict[Any, Any] | None = None


class _Action(msgspec.Struct, gc=False):
    name: str
    properties: dict[Any, Any] | None = None


class QuestionForm(msgspec.Struct, gc=False):
    """A question as it stands on the wire (AuthZEN 6.1)."""

    subject: _Entity
    action: _Action
    resource: _Entity
    context: dict[Any, Any] | None = None

    def question(self) -> Question:
        """Return the question that this asks."""
        return asked_of(self.subject, self.action, self.resource, self.context)


def asked_of(subject: Entity, action: NamedAction, resource: Entity, context: Members) -> Question:
    """Return the question whose members, in whatever form, these are. What is not there is as what is empty."""
    return Question(
        subject.type,
        subject.id,
        action.name,
        resource.type,
        resource.id,
        subject.properties or NOTHING,
        action.properties or NOTHING,
        context or NOTHING,
    )


def question_of(members: Mapping[str, Any]) -> Question:
    """Return the question that the members ask. Raises WireError (400), which names what is missing or wrong."""
    return converted(members, QuestionForm).question()


def converted(members: Mapping[str, Any], form: type[AnyForm]) -> AnyForm:
    """Return the members in a form. Raises WireError (400), which names what is missing or wrong."""
    try:
        return msgspec.convert(members, form)
    except msgspec.ValidationError as error:
        raise WireError(HTTPStatus.BAD_REQUEST, _problem(str(error))) from None


def refuse_unless_permitted(question: Question, scopes: frozenset[Scope]) -> None:
    """Make sure that the caller may ask of another moment, and may have explanations, where it does so.

    Also that it asks for a facts revision where it asks for one. Raises WireError (403, 400).
    """
    context = question.context
    if LOOKED_AT.isdisjoint(context):
        return
    asks_of_then = context.get("at") is not None or context.get("known_at") is not None
    if asks_of_then and Scope.AS_OF not in scopes:
        raise lacks_scope(Scope.AS_OF, "context.at or context.known_at")
    if context.get("explain") is True and Scope.EXPLAIN not in scopes:
        raise lacks_scope(Scope.EXPLAIN, "context.explain")
    try:
        min_facts_of(question)
    except MinFactsError as error:
        raise WireError(HTTPStatus.BAD_REQUEST, str(error)) from None


def _problem(text: str) -> str:
    """Return what msgspec says of the members in the words of the wire. It names members and types, never values."""
    found = _PROBLEM.fullmatch(text)
    if found is None:
        return "the request has a member of a wrong type"
    path = found["path"] or ""
    if found["missing"]:
        return f"{path}.{found['missing']} is missing".lstrip(".")
    return f"{path} must be {_TYPES.get(found['type'], 'of another type')}"
