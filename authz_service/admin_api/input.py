"""The input of a request, read strictly: whatever is wrong is told, all of it, and what is unknown is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from flask import Request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import BadRequest, ClientDisconnected, UnsupportedMediaType

from authz_service.admin_api.fields import Enterprise, Finding
from authz_service.admin_api.problems import Issue, Issues, bad_request, not_found

__all__ = ["Given", "ReadsJson", "idempotency_key", "read_body", "read_input"]

ReadsJson = Callable[[bytes], dict[str, Any]]
"""Makes an object of octets; raises ValueError, whose text repeats none of them."""
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
UNKNOWN: Final = "Unknown field."
_IDENTIFIER: Final = re.compile(r"[^\s\x00-\x1f\x7f-\x9f/\ud800-\udfff]{1,200}")
_SEVERAL_DIGITS: Final = 6
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Given:
    """What came: path parameters, query parameters and the members of the body, as the schemas make them."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def read_input(
    path: Mapping[str, str],
    query: Iterable[tuple[str, str]],
    octets: bytes | None,
    schemas: tuple[Schema | None, Schema | None],
    read_json: ReadsJson,
) -> Given:
    """Return the input of a request; `schemas`: of the query and of the body, None where there is nothing to say.

    Raises ProblemError: 404 for a path parameter that no id can look like, else 400 with all issues.
    """
    query_schema, body_schema = schemas
    issues = list(_path_issues(path))
    asked, found = _query(query, query_schema)
    issues.extend(found)
    said: Mapping[str, Any] = {}
    if body_schema is not None:
        said, found = _body(octets or b"", body_schema, read_json)
        issues.extend(found)
    if issues:
        raise bad_request(issues)
    return Given(path, asked, said)


def read_body(request: Request, most: int, media_types: frozenset[str]) -> bytes:
    """Return the octets of the body. Raises UnsupportedMediaType, RequestEntityTooLarge, BadRequest."""
    coding = request.headers.get("Content-Encoding", "identity").lower()
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in media_types or charset != "utf-8" or coding not in {"identity", ""}:
        raise UnsupportedMediaType
    request.max_content_length = most
    try:
        return request.get_data(cache=False)
    except ClientDisconnected:
        raise BadRequest from None


def idempotency_key(given: str | None) -> str | None:
    """Return the Idempotency-Key, None without one. Raises ProblemError for one that is none."""
    if given is not None and not re.fullmatch(r"[\x20-\x7e]{1,255}", given):
        detail = "must be 1 to 255 printable ASCII characters"
        raise bad_request([Issue(Issues.SCHEMA_VIOLATION, "header", "Idempotency-Key", detail)])
    return given


def _path_issues(path: Mapping[str, str]) -> Iterator[Issue]:
    for name, value in path.items():
        if name == "enterpriseNumber":
            try:
                Enterprise(metadata={}).deserialize(value)
            except ValidationError as error:
                yield from _issues("path", error.messages, name)
        elif not _IDENTIFIER.fullmatch(value):
            raise not_found(name)


def _query(given: Iterable[tuple[str, str]], schema: Schema | None) -> tuple[Mapping[str, Any], list[Issue]]:
    known = set() if schema is None else {member.data_key for member in schema.load_fields.values()}
    values: dict[str, str] = {}
    issues = []
    for name, value in given:
        if name not in known:
            issues.append(_unknown("query", name))
        elif name in values:
            issues.append(Issue(Issues.SCHEMA_VIOLATION, "query", name, "is there twice"))
        else:
            values[name] = value
    if schema is None:
        return {}, issues
    loaded, found = _loaded("query", schema, values, "exclude")
    return loaded, issues + found


def _body(octets: bytes, schema: Schema, read_json: ReadsJson) -> tuple[Mapping[str, Any], list[Issue]]:
    if not octets:
        return {}, [Issue(Issues.SCHEMA_VIOLATION, "body", "", "the body is empty")]
    try:
        content = read_json(octets)
    except ValueError as error:
        return {}, [Issue(Issues.SCHEMA_VIOLATION, "body", "", str(error))]
    return _loaded("body", schema, content, "raise")


def _loaded(
    place: str, schema: Schema, values: Mapping[str, Any], unknown: Literal["exclude", "raise"]
) -> tuple[Mapping[str, Any], list[Issue]]:
    try:
        loaded: Mapping[str, Any] = schema.load(values, unknown=unknown)
    except ValidationError as error:
        return {}, list(_issues(place, error.messages, ""))
    return loaded, []


def _issues(place: str, found: Any, name: str) -> Iterator[Issue]:
    """Yield an issue for each message in what marshmallow found: texts in lists in objects by member or position."""
    if isinstance(found, Mapping):
        for member, inner in found.items():
            yield from _issues(place, inner, _path_to(name, member))
    elif isinstance(found, list):
        for each in found:
            yield from _issues(place, each, name)
    elif isinstance(found, Issue):
        yield found
    elif found == UNKNOWN:
        yield _unknown(place, name)
    else:
        kind = found.type if isinstance(found, Finding) else Issues.SCHEMA_VIOLATION
        yield Issue(kind, place, name, str(found))


def _path_to(name: str, member: object) -> str:
    if isinstance(member, int):
        return f"{name}[{member}]"
    step = "" if member == "_schema" else _shown(str(member))
    return f"{name}.{step}" if name and step else name or step


def _unknown(place: str, name: str) -> Issue:
    return Issue(Issues.UNKNOWN_INPUT, place, _shown(name), "is not known here")


def _shown(name: str) -> str:
    """Return a name as it may be told: callers make names up, and a number can be one."""
    digits = sum(character.isdecimal() for character in name)
    shown = name.encode("ascii", "replace").decode()
    return shown if digits < _SEVERAL_DIGITS and len(name) <= _LONGEST_NAME else "(not shown)"
