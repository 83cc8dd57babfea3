"""The decision endpoints in the OpenAPI document. They are answered elsewhere; tests hold the two together."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from apispec import APISpec

from authz_service.admin_api import decision_examples as examples
from authz_service.admin_api.decision_schemas import schemas

__all__ = ["DocumentedSettings", "decision_paths", "describe_decisions"]

_Part = dict[str, Any]

JSON: Final = "application/json"
IGNORED_RULES: Final = {
    "uri-format": "the paths are the default ones of AuthZEN Authorization API 1.0, 10.1; clients expect them",
    "uri-notat": "AuthZEN gives /.well-known/authzen-configuration; orchestrators ask /livez and /readyz",
    "uri-extens": "/.well-known is given by RFC 8615",
    "err-problem": "clients of AuthZEN read code and message in application/json",
    "prb-defaul": "as err-problem; every status that can come is listed instead of a default",
    "hlth-res": "/livez and /readyz tell apart what /health would mix: restart the process, or send it no requests",
    "hdr-case": "X-Request-ID is given by AuthZEN, 10.1.3",
    "sec-req": "metadata and health are public on purpose; clients read the metadata before they have credentials",
}


class DocumentedSettings(Protocol):
    """What the document states of how the decision endpoints are set up."""

    @property
    def public_url(self) -> str:
        """Where callers reach the service."""

    @property
    def body_bytes(self) -> int:
        """The most bytes of a request body."""

    @property
    def depth(self) -> int:
        """The deepest nesting of a request body."""

    @property
    def items(self) -> int:
        """The most questions in a batch, and results of a search in one answer."""


def describe_decisions(spec: APISpec, settings: DocumentedSettings) -> None:
    """Put what is said of the decision endpoints as a whole, and all that they refer to, into the document."""
    spec.options.update(
        info={"description": _description(settings), "contact": {"name": "The team that runs this service"}},
        servers=[{"url": settings.public_url, "description": "Where callers reach this service."}],
        tags=[
            {"name": "Decisions", "description": "May this subject do this action on this resource?"},
            {"name": "Monitoring", "description": "How the service is."},
        ],
        externalDocs={
            "description": "AuthZEN Authorization API 1.0, the standard that the decision endpoints follow",
            "url": "https://openid.net/specs/authorization-api-1_0.html",
        },
        security=[{"Bearer": []}],
    )
    spec.options["x-limits"] = {"bodyBytes": settings.body_bytes, "depth": settings.depth, "items": settings.items}
    spec.options["x-ignore-rules"] = IGNORED_RULES
    _describe_components(spec, settings)


def decision_paths(settings: DocumentedSettings) -> dict[str, _Part]:
    """Return the decision endpoints by path, for the document: flask-smorest adds no path that is not its own."""
    public = urlsplit(settings.public_url)
    path = public.path.rstrip("/")
    # The well-known part stands between the host and the path of the public URL (AuthZEN 9.2).
    host = {"servers": [{"url": f"{public.scheme}://{public.netloc}"}]} if path else {}
    return {
        "/access/v1/evaluation": {"post": _evaluation()},
        "/access/v1/evaluations": {"post": _evaluations()},
        **{f"/access/v1/search/{kind}": {"post": _search(kind)} for kind in _SEARCHES},
        f"/.well-known/authzen-configuration{path}": {"get": {**_metadata(), **host}},
        "/livez": {"get": _liveness()},
        "/readyz": {"get": _readiness()},
    }


def _description(settings: DocumentedSettings) -> str:
    return (
        "Questions about access, answered by a policy from facts. Administration has a document of its own: "
        "`/accessManagement/v1/doc`.\n\n"
        "A denial is a 200 with decision false; every other status is about the request, the caller or the service, "
        "and means that nothing was decided. Members that are not described are ignored. Every answer carries the "
        "X-Request-ID of its request, unchanged, or one of its own.\n\n"
        f"Limits: {settings.body_bytes} bytes a body (else 413), {settings.depth} levels of nesting and "
        f"{settings.items} questions a batch (else 400), {settings.items} results a page. JSON is read strictly: a "
        "repeated member name, NaN, a lone surrogate or invalid UTF-8 is a 400."
    )


def _describe_components(spec: APISpec, settings: DocumentedSettings) -> None:
    for name, schema in schemas(settings.items).items():
        spec.components.schema(name, schema)
    spec.components.security_scheme(
        "Bearer", {"type": "http", "scheme": "bearer", "description": "The key of a registered caller."}
    )
    spec.components.parameter(
        "RequestId",
        "header",
        {
            "name": "X-Request-ID",
            "description": "Comes back unchanged in the answer.",
            "schema": {"type": "string"},
            "required": False,
        },
    )
    spec.components.header(
        "RequestId", {"description": "That of the request, or a new one.", "schema": {"type": "string"}}
    )
    for status, (name, description, headers) in _ERRORS.items():
        spec.components.response(name, _answer(description, "RequestError", headers=headers, examples=_error(status)))


def _text_header(description: str) -> _Part:
    return {"description": description, "schema": {"type": "string"}}


_CHALLENGE: Final = {"WWW-Authenticate": _text_header("How to authenticate (RFC 6750).")}
_AGAIN: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_ERRORS: Final[dict[HTTPStatus, tuple[str, str, _Part]]] = {
    HTTPStatus.BAD_REQUEST: ("BadRequest", "Not strict JSON, or a member is missing or of a wrong type.", {}),
    HTTPStatus.UNAUTHORIZED: ("Unauthorized", "No key, or none that is in force.", _CHALLENGE),
    HTTPStatus.FORBIDDEN: ("Forbidden", "The caller lacks a scope. Says nothing about the subject.", _CHALLENGE),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("TooLarge", "The body is larger than the limit.", {}),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("UnsupportedMediaType", "The body is not application/json in UTF-8.", {}),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("InternalFault", "A fault of the service; nothing was decided.", {}),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Unavailable", "Nothing can be decided at the moment; this is no denial.", _AGAIN),
}


def _error(status: HTTPStatus) -> _Part:
    return {"error": {"value": {"code": status.value, "message": "what is wrong"}}}


def _answer(description: str, schema: str, *, headers: _Part | None = None, examples: _Part | None = None) -> _Part:
    content: _Part = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {
        "description": description,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}, **(headers or {})},
        "content": {JSON: {**content, "examples": examples} if examples else content},
    }


def _operation(identifier: str, tag: str, summary: str, description: str, answers: _Part) -> _Part:
    return {
        "operationId": identifier,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "parameters": [{"$ref": "#/components/parameters/RequestId"}],
        "responses": answers,
    }


def _question(request: str, questions: _Part, answer: _Part, **operation: str) -> _Part:
    errors = {str(status.value): {"$ref": f"#/components/responses/{_ERRORS[status][0]}"} for status in _ERRORS}
    body = {"schema": {"$ref": f"#/components/schemas/{request}"}, "examples": questions}
    return {
        **_operation(tag="Decisions", answers={"200": answer, **errors}, **operation),
        "requestBody": {"required": True, "content": {JSON: body}},
    }


def _evaluation() -> _Part:
    return _question(
        "EvaluationRequest",
        examples.QUESTIONS,
        _answer("The answer, yes or no.", "Decision", examples=examples.ANSWERS),
        identifier="evaluateAccess",
        summary="Ask a question",
        description="Needs the scope decide; with `context.at` or `context.known_at` also the scope as_of, with "
        "`context.explain` the scope explain.",
    )


def _evaluations() -> _Part:
    return _question(
        "EvaluationsRequest",
        examples.BATCHES,
        _answer("The answers.", "EvaluationsAnswer", examples=examples.BATCH_ANSWERS),
        identifier="evaluateAccesses",
        summary="Ask several questions at once",
        description="All are answered from the same facts. Needs the scopes of a single question; an item that asks "
        "for more than the caller may is a denial with an error of status 403.",
    )


_SEARCHES: Final = {
    "subject": ("searchSubjects", "Who may do this?"),
    "resource": ("searchResources", "To what may this be done?"),
    "action": ("searchActions", "What may be done here?"),
}
"""The searches by what they seek: their name and what they answer."""


def _search(kind: str) -> _Part:
    identifier, summary = _SEARCHES[kind]
    return _question(
        f"{kind.title()}SearchRequest",
        {"now": examples.SEARCHES[kind]},
        _answer("What was found, a page of it.", f"{kind.title()}SearchAnswer", examples=examples.SEARCH_ANSWERS[kind]),
        identifier=identifier,
        summary=summary,
        description="What is found is what an evaluation with the same members would allow. All pages are answered as "
        "of the moment of the first one. Needs the scope search; with `context.at` or `context.known_at` also as_of.",
    )


def _metadata() -> _Part:
    return {
        **_operation(
            "readMetadata",
            "Decisions",
            "Find the endpoints",
            "AuthZEN metadata. Public; may be kept for some minutes.",
            {"200": _answer("Where the endpoints are.", "Metadata")},
        ),
        "security": [],
    }


def _liveness() -> _Part:
    answers = {"200": _answer("The process answers.", "Liveness", examples={"up": {"value": {"status": "UP"}}})}
    return {
        **_operation("checkLiveness", "Monitoring", "Is the process alive?", "Checks nothing else.", answers),
        "security": [],
    }


def _readiness() -> _Part:
    answers = {
        "200": _answer("Questions can be decided.", "HealthStatus", examples={"up": {"value": examples.READY}}),
        "503": _answer("They cannot.", "HealthStatus", examples={"down": {"value": examples.NOT_READY}}),
    }
    description = "Whether the policy is loaded, and the database reachable, of this version and of this key file."
    return {
        **_operation("checkReadiness", "Monitoring", "Can questions be decided?", description, answers),
        "security": [],
    }
