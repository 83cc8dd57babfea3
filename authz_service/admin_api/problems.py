"""Answers that say no, as problem documents (RFC 9457) with the types of the Belgif REST guide and our own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from authz_service.services.authority.reports import ConflictCode

__all__ = [
    "OWN_TYPES",
    "Issue",
    "Issues",
    "Problem",
    "ProblemError",
    "ProblemType",
    "bad_request",
    "not_found",
]

MEDIA_TYPE: Final = "application/problem+json"
GUIDE: Final = "https://www.belgif.be/specification/rest/api-guide/"
OWN_PREFIX: Final = "urn:problem-type:authz:accessManagement:"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem. `title` is English and always the same for it (RFC 9457, 3.1.3); `own`: not Belgif's."""

    code: str
    status: HTTPStatus
    title: str
    own: bool = False

    @property
    def urn(self) -> str:
        """The name of the type."""
        return f"{OWN_PREFIX if self.own else 'urn:problem-type:belgif:'}{self.code}"

    def href(self, api_root: str) -> str:
        """Return where the type is told about."""
        return f"{api_root}/refData/problemTypes/{self.code}" if self.own else f"{GUIDE}problems/{self.code}.html"


BAD_REQUEST: Final = ProblemType("badRequest", HTTPStatus.BAD_REQUEST, "Bad Request")
NO_ACCESS_TOKEN: Final = ProblemType("noAccessToken", HTTPStatus.UNAUTHORIZED, "No Access Token")
INVALID_ACCESS_TOKEN: Final = ProblemType("invalidAccessToken", HTTPStatus.UNAUTHORIZED, "Invalid Access Token")
EXPIRED_ACCESS_TOKEN: Final = ProblemType("expiredAccessToken", HTTPStatus.UNAUTHORIZED, "Expired Access Token")
MISSING_PERMISSION: Final = ProblemType("missingPermission", HTTPStatus.FORBIDDEN, "Missing Permission")
RESOURCE_NOT_FOUND: Final = ProblemType("resourceNotFound", HTTPStatus.NOT_FOUND, "Resource Not Found")
PAYLOAD_TOO_LARGE: Final = ProblemType("payloadTooLarge", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Payload Too Large")
INTERNAL_SERVER_ERROR: Final = ProblemType(
    "internalServerError", HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error"
)
SERVICE_UNAVAILABLE: Final = ProblemType("serviceUnavailable", HTTPStatus.SERVICE_UNAVAILABLE, "Service is unavailable")
METHOD_NOT_ALLOWED: Final = ProblemType(
    "methodNotAllowed", HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed", own=True
)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemType(
    "unsupportedMediaType", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", own=True
)
PRECONDITION_REQUIRED: Final = ProblemType(
    "preconditionRequired", HTTPStatus.PRECONDITION_REQUIRED, "Precondition required", own=True
)
STATE_CONFLICT: Final = ProblemType("stateConflict", HTTPStatus.CONFLICT, "State conflict", own=True)
IDEMPOTENCY_KEY_REUSED: Final = ProblemType(
    "idempotencyKeyReused", HTTPStatus.CONFLICT, "Idempotency key reused", own=True
)
_CONFLICT_TITLES: Final = {
    ConflictCode.ACCESS_MANAGER_CHANGED: "Access manager changed",
    ConflictCode.ALREADY_ACCESS_MANAGER: "Already access manager",
    ConflictCode.ALREADY_CO_ACCESS_MANAGER: "Already co-access manager",
    ConflictCode.ALREADY_CO_CHIEF_ACCESS_MANAGER: "Already co-chief access manager",
    ConflictCode.ALREADY_CHIEF_ACCESS_MANAGER: "Already chief access manager",
    ConflictCode.CALLER_EXISTS: "Caller exists",
    ConflictCode.CHIEF_ACCESS_MANAGER_CHANGED: "Chief access manager changed",
    ConflictCode.OUTDATED_DECLARATION: "Outdated declaration",
    ConflictCode.STALE_VERSION: "Stale version",
    ConflictCode.UNKNOWN_CALLER: "Unknown caller",
    ConflictCode.USER_NAME_CHOSEN: "User name chosen",
    ConflictCode.USER_NAME_TAKEN: "User name taken",
}
CONFLICTS: Final[Mapping[ConflictCode, ProblemType]] = MappingProxyType(
    {
        code: ProblemType(
            code.value,
            HTTPStatus.PRECONDITION_FAILED if code is ConflictCode.STALE_VERSION else HTTPStatus.CONFLICT,
            _CONFLICT_TITLES[code],
            own=True,
        )
        for code in ConflictCode
    }
)
"""The type for each way in which things are not as the requester thinks."""
OWN_TYPES: Final[Mapping[str, ProblemType]] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            METHOD_NOT_ALLOWED,
            UNSUPPORTED_MEDIA_TYPE,
            PRECONDITION_REQUIRED,
            STATE_CONFLICT,
            IDEMPOTENCY_KEY_REUSED,
            *CONFLICTS.values(),
        )
    }
)
"""Our own types by their code."""


@dataclass(frozen=True, slots=True)
class _IssueType:
    group: str
    code: str
    title: str

    @property
    def urn(self) -> str:
        return f"urn:problem-type:{self.group}:input-validation:{self.code}"

    @property
    def href(self) -> str:
        return f"{GUIDE}issues/{'ext/' if self.group == 'belgif-ext' else ''}{self.code}.html"


class Issues:
    """The kinds of issues that there are with an input."""

    SCHEMA_VIOLATION: Final = _IssueType("belgif", "schemaViolation", "Input isn't valid with respect to schema")
    UNKNOWN_INPUT: Final = _IssueType("belgif", "unknownInput", "Unknown input")
    INVALID_INPUT: Final = _IssueType("belgif", "invalidInput", "Invalid input")
    REFERENCED_RESOURCE_NOT_FOUND: Final = _IssueType(
        "belgif", "referencedResourceNotFound", "Referenced resource not found"
    )
    INVALID_STRUCTURE: Final = _IssueType("belgif-ext", "invalidStructure", "Input value has invalid structure")
    REQUIRED_INPUT: Final = _IssueType("belgif-ext", "requiredInput", "Input is required in this context")
    REJECTED_INPUT: Final = _IssueType("belgif-ext", "rejectedInput", "Input is not allowed in this context")
    EQUAL_EXPECTED: Final = _IssueType("belgif-ext", "equalExpected", "These inputs must be equal")
    EXACTLY_ONE_EXPECTED: Final = _IssueType(
        "belgif-ext", "exactlyOneOfExpected", "Exactly one of these inputs must be present"
    )
    ZERO_OR_ALL_EXPECTED: Final = _IssueType(
        "belgif-ext", "zeroOrAllOfExpected", "All or none of these inputs must be present"
    )


IssueType = _IssueType


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with one input, or, with `others`, with several together.

    `place`: body, query, path or header; `name`: the input's, a path such as `users[0]` within a body. No value is ever
    told: it could be a national number.
    """

    type: IssueType | None
    place: str
    name: str
    detail: str
    others: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        kind = {} if self.type is None else {"type": self.type.urn, "href": self.type.href, "title": self.type.title}
        if self.others:
            inputs = [{"in": self.place, "name": name} for name in (self.name, *self.others)]
            return {**kind, "detail": self.detail, "inputs": inputs}
        return {**kind, "detail": self.detail, "in": self.place, "name": self.name}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as it is answered. `members`: those beside the standard ones; `language`: of `detail`."""

    type: ProblemType
    detail: str
    language: str = "en"
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, api_root: str) -> dict[str, Any]:
        """Return the JSON object, with a new random `instance`."""
        return {
            "type": self.type.urn,
            "href": self.type.href(api_root),
            "title": self.type.title,
            "status": self.type.status.value,
            "detail": self.detail,
            "instance": uuid.uuid4().urn,
            **self.members,
        }


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.type.code)
        self.problem = problem


def bad_request(issues: Iterable[Issue]) -> ProblemError:
    """Return the error for an input with these issues."""
    members = {"issues": [issue.as_json() for issue in issues]}
    return ProblemError(Problem(BAD_REQUEST, "The input message is incorrect", members=members))


def not_found(*names: str) -> ProblemError:
    """Return the error for a path that leads to nothing; `names`: the path parameters that do not resolve."""
    issues = [Issue(None, "path", name, "There is no such resource").as_json() for name in names]
    return ProblemError(Problem(RESOURCE_NOT_FOUND, "There is nothing at this path", members={"issues": issues}))
