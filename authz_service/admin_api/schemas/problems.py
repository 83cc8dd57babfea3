"""Problem documents as the OpenAPI document describes them (RFC 9457; Belgif rules err-problem, prb-defaul)."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["PROBLEM_SCHEMAS"]

_Part = dict[str, Any]


def _text(description: str, **more: Any) -> _Part:
    return {"type": "string", "description": description, **more}


def _reference(name: str) -> _Part:
    return {"$ref": f"#/components/schemas/{name}"}


def _problem(description: str, **members: _Part) -> _Part:
    return {
        "description": description,
        "allOf": [_reference("Problem"), {"type": "object", "properties": members}],
    }


_INPUT: Final = {
    "in": _text("Where the input is.", enum=["body", "header", "path", "query"]),
    "name": _text("Its name; in a body a path such as users[0]."),
}
_DECISION: Final = {
    "reasons": {
        "type": "array",
        "description": "Why not: codes of refData/reasons.",
        "items": {"type": "string"},
    },
    "rules": {"type": "array", "description": "The ids of the rules that refuse.", "items": {"type": "string"}},
    "policy": _text("The policy revision."),
    "factsRevision": {"type": "integer", "description": "The facts revision that was read."},
}
_ISSUES: Final = {
    "issues": {
        "type": "array",
        "description": "What is wrong, all of it.",
        "items": _reference("InputValidationIssue"),
    }
}
_RESULTS: Final = {
    "results": {
        "type": "array",
        "description": "What became of each of several users.",
        "items": _reference("BulkOutcome"),
    }
}
_STATE: Final = {
    "currentDesignation": _text("The id of the designation in force, to be named by whoever replaces it."),
    "givenName": _text("First name of the chief access manager there is."),
    "familyName": _text("Name of the chief access manager there is."),
    "since": _text("Since when there is that chief access manager.", format="date-time"),
    "user": _text("The id of the record that is there."),
    "declaration": _text("The version of the text that is in use."),
}

PROBLEM_SCHEMAS: Final[dict[str, _Part]] = {
    "Problem": {
        "type": "object",
        "description": "Why there is no other answer.",
        "properties": {
            "type": _text("Which type of problem.", format="uri"),
            "href": _text("Where the type is told about.", format="uri"),
            "title": _text("The same for every problem of the type."),
            "status": {
                "type": "integer",
                "format": "int32",
                "description": "The HTTP status.",
                "minimum": 400,
                "maximum": 599,
            },
            "detail": _text("What is the matter this time."),
            "instance": _text("A name for this time.", format="uri"),
        },
        "required": ["type", "title", "status"],
    },
    "InputValidationIssue": {
        "type": "object",
        "description": "What is wrong with one input, or with several together. Values are not told again.",
        "properties": {
            "type": _text("Which type of issue.", format="uri"),
            "href": _text("Where the type is told about.", format="uri"),
            "title": _text("The same for every issue of the type."),
            "detail": _text("What is wrong this time."),
            **_INPUT,
            "value": {"description": "Never told: it could be a national number."},
            "inputs": {
                "type": "array",
                "description": "The inputs that do not go together.",
                "items": _reference("InputReference"),
            },
        },
    },
    "InputReference": {"type": "object", "description": "One of several inputs.", "properties": dict(_INPUT)},
    "InputValidationProblem": _problem(
        "The input is not as it should be, or the path leads to nothing.", **_ISSUES, **_DECISION
    ),
    "RefusalProblem": _problem("The policy says no. `detail` is a sentence for the user.", **_DECISION, **_RESULTS),
    "ConflictProblem": _problem("As things stand, it is not possible.", **_DECISION, **_STATE, **_RESULTS),
    "PayloadProblem": _problem(
        "The body is too large.", limit={"type": "integer", "description": "The most octets of a body."}
    ),
    "UnavailableProblem": _problem(
        "Nothing can be known at the moment; this is no denial.",
        retryAfterSec={"type": "integer", "description": "Seconds to wait."},
    ),
}
"""Schemas by name. Those that build on Problem add members of their own."""
