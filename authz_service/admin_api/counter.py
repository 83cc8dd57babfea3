"""Where requests come in: who acts, what is asked, and how the answer leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import Request, Response
from marshmallow import Schema
from werkzeug.exceptions import BadRequest

from authz_service.admin_api.actors import NOBODY, Reception
from authz_service.admin_api.desk import Desk
from authz_service.admin_api.etags import expected_tag, is_known, quoted
from authz_service.admin_api.input import JSON, MERGE_PATCH, idempotency_key, read_body, read_input
from authz_service.admin_api.languages import preferred_language
from authz_service.admin_api.operations import Call, Operation, Reply
from authz_service.admin_api.problems import MEDIA_TYPE, Issue, Issues, Problem, bad_request
from authz_service.admin_api.tracing import trace_of
from authz_service.domain.vocabulary import SubjectType
from authz_service.services.authority.reports import Idempotency

__all__ = ["Counter", "answered", "problem_answered"]

NEVER_KEPT: Final = "no-store"
ROUTE_KEY: Final = "authz.route"
"""Where the path of the operation is left, parameters in braces, for the application in front to log."""
CALLER_KEY: Final = "authz.caller"
"""Where the name of the program that calls is left, likewise."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Takes requests in."""

    desk: Desk
    reception: Reception

    def answer(
        self, operation: Operation, handler: Callable[[Call], Reply], request: Request, path: dict[str, str]
    ) -> Response:
        """Return the answer of an operation. Raises ProblemError, HTTPException, and what says that nobody knows."""
        request.environ[ROUTE_KEY] = self.desk.parts.settings.mount + operation.path
        call = self._call(operation, request, path)
        if call.actor.type is SubjectType.PERSON and call.enterprise:
            self.desk.parts.administration.sign_in(call.actor)
        return answered(handler(call), request, operation)

    def _call(self, operation: Operation, request: Request, path: dict[str, str]) -> Call:
        language = preferred_language(request.accept_languages)
        actor, person = NOBODY, None
        if not operation.public:
            actor, person = self.reception.actor(
                request.headers.get("Authorization", ""), path.get("enterpriseNumber", ""), trace_of(request).request_id
            )
            request.environ[CALLER_KEY] = actor.caller
        octets = self._octets(operation, request)
        schemas = (_made(operation.query), _made(operation.body))
        given = read_input(path, request.args.items(multi=True), octets, schemas, self._read_json)
        matches = None
        if operation.conditional:
            matches = expected_tag(request.headers.get("If-Match"), self.desk.texts, language)
        key = idempotency_key(request.headers.get("Idempotency-Key")) if operation.writes else None
        return Call(
            actor=actor,
            language=language,
            person=person,
            path=given.path,
            query=given.query,
            body=given.body,
            idempotency=None if key is None else Idempotency(key, _whole(request, octets)),
            matches=matches,
        )

    def _octets(self, operation: Operation, request: Request) -> bytes | None:
        if operation.body is None:
            return None
        try:
            media_types = frozenset({JSON, MERGE_PATCH} if operation.merges else {JSON})
            return read_body(request, self.desk.parts.settings.body_bytes, media_types)
        except BadRequest:
            detail = "the body did not arrive as it was announced"
            raise bad_request([Issue(Issues.SCHEMA_VIOLATION, "body", "", detail)]) from None

    def _read_json(self, octets: bytes) -> dict[str, Any]:
        return self.desk.parts.read_json(octets, self.desk.parts.settings.depth)


def _made(schema: type[Schema] | None) -> Schema | None:
    return None if schema is None else schema()


def _whole(request: Request, octets: bytes | None) -> bytes:
    """Return the octets that make a request the same as another: method, path, state to be changed, body."""
    said = [request.method, request.path, request.headers.get("If-Match", "")]
    return "\0".join(said).encode() + b"\0" + (octets or b"")


def answered(reply: Reply, request: Request, operation: Operation) -> Response:
    """Return a reply as it leaves; of a state that the client has, that it is so still (304)."""
    headers = {"Cache-Control": NEVER_KEPT, **reply.headers}
    if operation.cached_seconds is not None:
        headers["Cache-Control"] = f"public, max-age={operation.cached_seconds}"
    if reply.tag is not None:
        headers["ETag"] = quoted(reply.tag)
        if is_known(request.headers.get("If-None-Match"), reply.tag):
            return _without_body(HTTPStatus.NOT_MODIFIED, headers)
    if reply.parts is not None:
        return Response(reply.parts, reply.status, headers)
    if reply.content is None:
        return _without_body(reply.status, headers)
    return Response(_encoded(reply.content), reply.status, headers, content_type=JSON)


def _without_body(status: HTTPStatus, headers: dict[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]  # Flask takes it for text otherwise
    return response


def problem_answered(problem: Problem, api_root: str) -> Response:
    """Return a problem as it leaves."""
    headers = {"Cache-Control": NEVER_KEPT, "Content-Language": problem.language, **problem.headers}
    content = problem.as_json(api_root)
    return Response(_encoded(content), problem.type.status, headers, content_type=MEDIA_TYPE)


def _encoded(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
