"""The OpenAPI document of the administration API: what flask-smorest and marshmallow leave open, by Belgif's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from apispec import APISpec

from authz_service.admin_api.input import JSON, MERGE_PATCH
from authz_service.admin_api.operations import Operation
from authz_service.admin_api.parts import ApiSettings
from authz_service.admin_api.problems import MEDIA_TYPE
from authz_service.admin_api.schemas.problems import PROBLEM_SCHEMAS

__all__ = ["TITLE", "VERSION", "described", "finished", "prepare"]

_Part = dict[str, Any]

TITLE: Final = "accessManagement"
VERSION: Final = "1.0.0"
IDENTIFIER: Final = {"type": "string", "minLength": 1, "maxLength": 200}
TAGS: Final = {
    "Own details": "Oneself.",
    "Enterprises": "An enterprise, and what one may do there.",
    "Chief access managers": "The chief access manager (GAP, formerly RAE) of an enterprise and those beside him.",
    "Capacities": "The capacities (qualités) of an enterprise.",
    "Access managers": "The access manager (GA, formerly GL) of a capacity and those beside him.",
    "Users": "Who has a record in a capacity.",
    "Reference data": "Lists that everybody may read.",
    "Monitoring": "How the service is.",
}
IGNORED_RULES: Final = {
    "cod-design": "codes of actions, reasons, types and domains are those of the decision endpoints and of the sources",
}
PATH_PARAMETERS: Final[dict[str, _Part]] = {
    "enterpriseNumber": {"type": "string", "pattern": r"^[01]\d{9}$", "example": "0999010126"},
    "capacityId": {**IDENTIFIER, "example": "alpha.nsso"},
    "userId": IDENTIFIER,
    "designationId": IDENTIFIER,
    "coChiefAccessManagerId": IDENTIFIER,
    "applicationCode": {**IDENTIFIER, "example": "DMFA"},
    "termCode": {**IDENTIFIER, "example": "chiefAccessManager"},
    "reasonCode": {**IDENTIFIER, "example": "NOT_CONFIRMED"},
    "declarationCode": {**IDENTIFIER, "example": "2018-07"},
    "problemType": {**IDENTIFIER, "example": "stateConflict"},
}
_MEANINGS: Final = {
    "enterpriseNumber": "The number of the enterprise, ten digits.",
    "capacityId": "The id of a capacity of the enterprise.",
    "userId": "The id of a record in the capacity.",
    "designationId": "The id of a designation.",
    "coChiefAccessManagerId": "The id of the designation of a co-chief access manager.",
    "applicationCode": "The code of an application.",
    "termCode": "The code of a term.",
    "reasonCode": "The code of a reason.",
    "declarationCode": "The version of a declaration.",
    "problemType": "The last part of a type of problem.",
}
HEADERS: Final[dict[str, tuple[str, _Part]]] = {
    "Authz-Facts-Revision": ("The facts revision afterwards.", {"type": "integer"}),
    "Location": ("Where what was made is.", {"type": "string", "format": "uri"}),
    "ETag": ("The state that is shown.", {"type": "string"}),
    "Content-Disposition": ("That it is to be kept as a file.", {"type": "string"}),
    "Idempotency-Replayed": ("`true` when this was done before, under the same key.", {"type": "string"}),
    "WWW-Authenticate": ("How to authenticate (RFC 6750).", {"type": "string"}),
}
ERRORS: Final[dict[HTTPStatus, tuple[str, str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("BadRequest", "InputValidationProblem", "The input is not as it should be."),
    HTTPStatus.UNAUTHORIZED: ("Unauthorized", "Problem", "No access token or key, or none that is in force."),
    HTTPStatus.FORBIDDEN: ("Forbidden", "RefusalProblem", "The policy says no."),
    HTTPStatus.NOT_FOUND: ("NotFound", "InputValidationProblem", "The path leads to nothing."),
    HTTPStatus.CONFLICT: ("Conflict", "ConflictProblem", "As things stand, it is not possible."),
    HTTPStatus.PRECONDITION_FAILED: ("PreconditionFailed", "ConflictProblem", "It has changed since it was read."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("PayloadTooLarge", "PayloadProblem", "The body is too large."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("UnsupportedMediaType", "Problem", "The body is not JSON in UTF-8."),
    HTTPStatus.PRECONDITION_REQUIRED: ("PreconditionRequired", "Problem", "If-Match is missing."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Unavailable", "UnavailableProblem", "Nothing can be known at the moment."),
}
DEFAULT: Final = "Anything else that can be the matter."


def prepare(spec: APISpec, settings: ApiSettings) -> None:
    """Put what is said of the API as a whole, and all that operations refer to, into the document."""
    spec.options.update(
        info={
            "description": _description(settings),
            "contact": {"name": "The team that runs this service", "email": "authz@example.org"},
        },
        servers=[{"url": settings.mount, "description": f"Where callers reach the API: {settings.root}"}],
        security=[{"Bearer": []}],
    )
    spec.options["x-ignore-rules"] = IGNORED_RULES
    spec.components.security_scheme(
        "Bearer",
        {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token of a person, an agent or a program, or the key of a registered caller.",
        },
    )
    for name, schema in PROBLEM_SCHEMAS.items():
        spec.components.schema(name, schema)
    for name, schema in PATH_PARAMETERS.items():
        spec.components.parameter(
            _upper(name),
            "path",
            {"name": name, "description": _MEANINGS[name], "required": True, "schema": schema},
        )
    for name, (description, schema) in HEADERS.items():
        spec.components.header(_upper(name), {"description": description, "schema": schema})
    _prepare_conditions(spec)
    _prepare_errors(spec)


def _prepare_conditions(spec: APISpec) -> None:
    """Register the headers that requests may or must have."""
    for name, description, required, schema in (
        ("If-Match", "The ETag of the state that is to be changed, or *.", True, {"type": "string"}),
        ("If-None-Match", "The ETag of a state that is known.", False, {"type": "string"}),
        (
            "Idempotency-Key",
            "A name for the request: when it comes again within a day, it is answered as the first time.",
            False,
            {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x20-\x7e]+$"},
        ),
    ):
        spec.components.parameter(
            _upper(name),
            "header",
            {"name": name, "description": description, "required": required, "schema": schema},
        )


def _prepare_errors(spec: APISpec) -> None:
    for status, (name, schema, description) in ERRORS.items():
        headers = {"WWW-Authenticate": _header("WWW-Authenticate")} if status is HTTPStatus.UNAUTHORIZED else {}
        spec.components.response(name, _problem_answer(description, schema, headers))
    spec.components.response("Default", _problem_answer(DEFAULT, "Problem", {}))


def _problem_answer(description: str, schema: str, headers: _Part) -> _Part:
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content, **({"headers": headers} if headers else {})}


def _header(name: str) -> _Part:
    return {"$ref": f"#/components/headers/{_upper(name)}"}


def _upper(name: str) -> str:
    """Return the name of a component: UpperCamelCase, abbreviations as words."""
    words = {"ETag": "Etag", "WWW-Authenticate": "WwwAuthenticate"}.get(name, name).replace("-", "")
    return words[0].upper() + words[1:]


def described(operation: Operation) -> _Part:
    """Return an operation as the document has it."""
    asked = f" Asks the policy: {', '.join(operation.asks)}." if operation.asks else ""
    description = f"{operation.description}{asked}".strip()
    return {
        "operationId": operation.identifier,
        "summary": operation.summary,
        **({"description": description} if description else {}),
        **({"x-authz-action": [action.value for action in operation.asks]} if operation.asks else {}),
        "parameters": _parameters(operation),
        **({"requestBody": _request_body(operation)} if operation.body else {}),
        "responses": _answers(operation),
        **({"security": []} if operation.public else {}),
    }


def _parameters(operation: Operation) -> list[str | _Part]:
    names = [*operation.parameters]
    if operation.conditional:
        names.append("If-Match")
    if operation.tagged:
        names.append("If-None-Match")
    if operation.writes:
        names.append("Idempotency-Key")
    return [*map(_upper, names), *([{"in": "query", "schema": operation.query}] if operation.query else [])]


def _request_body(operation: Operation) -> _Part:
    media_types = (MERGE_PATCH, JSON) if operation.merges else (JSON,)
    return {"required": True, "content": {media_type: {"schema": operation.body} for media_type in media_types}}


def _answers(operation: Operation) -> _Part:
    answer = operation.answer
    headers = [*answer.headers, *(["ETag"] if operation.tagged else [])]
    if operation.writes:
        headers.append("Idempotency-Replayed")
    content: _Part = {}
    if answer.schema is not None:
        content = {answer.media_type: {"schema": answer.schema}}
    elif answer.media_type != JSON:
        content = {answer.media_type: {"schema": {"type": "string"}}}
    success = {
        "description": answer.description,
        **({"headers": {name: _header(name) for name in headers}} if headers else {}),
        **({"content": content} if content else {}),
    }
    unchanged = {"304": {"description": "It is as it was."}} if operation.tagged else {}
    return {str(answer.status.value): success, **unchanged, **_errors(operation)}


def _errors(operation: Operation) -> _Part:
    """Return the errors that can come: those that follow from what the operation takes, and those of its own."""
    if operation.identifier == "checkHealth":
        down = {"description": "It is down.", "content": {JSON: {"schema": operation.answer.schema}}}
        return {"503": down, "default": {"$ref": "#/components/responses/Default"}}
    statuses = {HTTPStatus.BAD_REQUEST, *operation.statuses}
    if operation.parameters:
        statuses.add(HTTPStatus.NOT_FOUND)
    if not operation.public:
        statuses |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}
    if operation.asks:
        statuses.add(HTTPStatus.FORBIDDEN)
    if operation.body:
        statuses |= {HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    if operation.writes:
        statuses.add(HTTPStatus.CONFLICT)
    if operation.conditional:
        statuses |= {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED}
    listed = {str(status.value): {"$ref": f"#/components/responses/{ERRORS[status][0]}"} for status in sorted(statuses)}
    return {**listed, "default": {"$ref": "#/components/responses/Default"}}


def finished(document: Mapping[str, Any], operations: Iterable[Operation]) -> _Part:
    """Return the document as it is served: with our tags, path parameters once, and nothing that nobody refers to."""
    used = {operation.tag for operation in operations}
    paths = {path: _methods(item) for path, item in document["paths"].items()}
    tags = [{"name": name, "description": description} for name, description in TAGS.items() if name in used]
    return {**_open(document), "tags": tags, "paths": _open(paths)}


def _methods(item: Mapping[str, Any]) -> _Part:
    """Return a path without the parameters that flask-smorest makes of the rule: each operation has its own."""
    return {method: _in_order(operation) for method, operation in item.items() if method != "parameters"}


def _in_order(operation: Mapping[str, Any]) -> _Part:
    """Return an operation with its answers by status, the default last."""
    return {**operation, "responses": dict(sorted(operation["responses"].items()))}


def _open(part: Any) -> Any:
    """Return a part without `additionalProperties: false`: that unknown members are refused is no promise."""
    if isinstance(part, Mapping):
        return {
            name: _open(member)
            for name, member in part.items()
            if not (name == "additionalProperties" and member is False)
        }
    return [_open(member) for member in part] if isinstance(part, list) else part


def _description(settings: ApiSettings) -> str:
    return (
        "Who manages the access of an enterprise, and for whom.\n\n"
        "Every operation asks the policy, and names the actions that it asks in `x-authz-action`. A no is a problem "
        "with its reasons; its `detail` is a sentence for the user in the language of Accept-Language (nl, fr, de, en)."
        "\n\nEvery operation that writes takes an Idempotency-Key and tells the facts revision. A first request of the "
        "chief access manager under an enterprise activates its account (ACC-07).\n\n"
        "A national number stands in `ssin` members and in the exported list only, never in a URL, a header or a "
        "problem.\n\n"
        f"Limits: {settings.body_bytes} bytes a body, {settings.depth} levels of nesting. JSON is read strictly: "
        "unknown members and parameters, a repeated member name, NaN, a lone surrogate or invalid UTF-8 is a 400."
    )
