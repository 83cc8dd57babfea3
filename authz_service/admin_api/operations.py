"""What one operation of the administration API is: said once, for whoever asks and for the document alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final, TypeVar

from marshmallow import Schema

from authz_service.admin_api.input import JSON
from authz_service.domain.actors import Actor
from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Action
from authz_service.services.authority.reports import Idempotency

__all__ = ["Answer", "Call", "Handler", "Operation", "Reply", "operation", "operations_of"]


@dataclass(frozen=True, slots=True)
class Answer:
    """How an operation answers when it succeeds. `schema`: of a JSON object, None for no body or for `media_type` text.

    `headers`: the names of the headers that come with it, as the document's components call them.
    """

    description: str
    schema: type[Schema] | None = None
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[str, ...] = ()
    media_type: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path.

    `path`: below the API's own, with parameters in braces; `asks`: the actions that the policy is asked about, the one
    that the operation is for first; `statuses`: the errors of its own beside those that follow from the rest; `public`:
    anybody may ask; `tagged`: the answer has an ETag; `conditional`: If-Match is needed; `merges`: the body is a JSON
    merge patch (RFC 7396); `cached_seconds`: how long the answer may be kept, None: not at all.
    """

    identifier: str
    method: str
    path: str
    tag: str
    summary: str
    answer: Answer
    description: str = ""
    asks: tuple[Action, ...] = ()
    query: type[Schema] | None = None
    body: type[Schema] | None = None
    statuses: tuple[HTTPStatus, ...] = ()
    public: bool = False
    tagged: bool = False
    conditional: bool = False
    merges: bool = False
    cached_seconds: int | None = None

    @property
    def writes(self) -> bool:
        """Whether facts can change: whether it takes an Idempotency-Key."""
        return "Authz-Facts-Revision" in self.answer.headers

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path parameters, in their order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read. `person`: who acts when it is a person; `language`: of sentences in the answer.

    `matches`: the tag in If-Match, None when any state will do; `known_tags`: those in If-None-Match.
    """

    actor: Actor
    language: str
    person: Niss | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    idempotency: Idempotency | None = None
    matches: str | None = None

    @property
    def enterprise(self) -> str:
        """The enterprise number of the path, "" when it has none."""
        return self.path.get("enterpriseNumber", "")

    def acting_for(self, enterprise_number: str) -> Actor:
        """Return who acts, for an enterprise that the path does not name."""
        return replace(self.actor, acting_for=enterprise_number)


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer: its JSON object, or its text in parts. `tag`: of the state that it shows."""

    content: Mapping[str, Any] | None = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None
    parts: Iterator[bytes] | None = None


Handler = Callable[[Any, Call], Reply]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
_MARK: Final = "operation"


def operation(method_and_path: str, **said: Any) -> Callable[[AnyHandler], AnyHandler]:
    """Make a method of a class of resources an operation: `GET /me` and the members of Operation.

    The operation is called after the method: `read_own_details` is `readOwnDetails`.
    """
    method, path = method_and_path.split(" ")

    def described(handler: AnyHandler) -> AnyHandler:
        first, *others = handler.__name__.split("_")
        identifier = first + "".join(word.capitalize() for word in others)
        handler.__dict__[_MARK] = Operation(identifier=identifier, method=method, path=path, **said)
        return handler

    return described


def operations_of(resources: object) -> Iterator[tuple[Operation, Callable[[Call], Reply]]]:
    """Yield the operations of an instance of such a class, in their order, with what answers them."""
    for name, member in vars(type(resources)).items():
        found = getattr(member, "__dict__", {}).get(_MARK)
        if found is not None:
            yield found, getattr(resources, name)
