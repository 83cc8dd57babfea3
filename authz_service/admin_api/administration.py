"""The administration API as one Flask application, to be mounted at its path."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from authz_service.admin_api.actors import Reception
from authz_service.admin_api.counter import Counter, problem_answered
from authz_service.admin_api.desk import Desk
from authz_service.admin_api.documentation import documentation
from authz_service.admin_api.languages import preferred_language
from authz_service.admin_api.links import Links
from authz_service.admin_api.openapi import TITLE, VERSION, described, finished, prepare
from authz_service.admin_api.operations import Operation, operations_of
from authz_service.admin_api.parts import AdministrationParts
from authz_service.admin_api.problems import (
    INTERNAL_SERVER_ERROR,
    METHOD_NOT_ALLOWED,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    Issue,
    Issues,
    Problem,
    ProblemError,
    bad_request,
    not_found,
)
from authz_service.admin_api.refusals import Refusals, unavailable
from authz_service.admin_api.resources.access_managers import AccessManagerResources
from authz_service.admin_api.resources.bulk import BulkResources
from authz_service.admin_api.resources.capacities import CapacityResources
from authz_service.admin_api.resources.chief_access_managers import ChiefAccessManagerResources
from authz_service.admin_api.resources.enterprises import EnterpriseResources
from authz_service.admin_api.resources.export import ExportResources
from authz_service.admin_api.resources.health import HealthResources
from authz_service.admin_api.resources.own import OwnResources
from authz_service.admin_api.resources.reference_data import ReferenceDataResources
from authz_service.admin_api.resources.users import UserResources
from authz_service.admin_api.security import secured
from authz_service.admin_api.texts import ApiTexts
from authz_service.admin_api.tracing import RELATED_TRACE_ID, TRACE_ID, trace_of
from authz_service.domain.vocabulary import Action

__all__ = ["create_administration"]

log = structlog.get_logger()
FRAMES_LOGGED: Final = 5


def create_administration(parts: AdministrationParts) -> Flask:
    """Return the application. Its paths begin where the path of the API ends. Raises MessagesError."""
    application = Flask(__name__, static_url_path="/doc/static")
    application.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider, which is in use
    application.config.update(
        API_TITLE=TITLE, API_VERSION=VERSION, OPENAPI_VERSION="3.0.3", PROVIDE_AUTOMATIC_OPTIONS=False
    )
    application.url_map.merge_slashes = False  # a path has one spelling
    texts = ApiTexts.load()
    desk = Desk(parts, texts, Refusals(parts.explanations, texts), Links(parts.settings.root))
    errors = _Errors(desk)
    api = Api(application)
    prepare(api.spec, parts.settings)
    operations = _register(api, desk)
    application.register_blueprint(documentation(api.spec, {}, lambda document: finished(document, operations)))
    application.register_error_handler(HTTPException, errors.of_http)
    application.register_error_handler(ProblemError, errors.of_problem)
    application.register_error_handler(Exception, errors.of_fault)
    application.after_request(_traced)
    application.after_request(secured)
    return application


def _register(api: Api, desk: Desk) -> list[Operation]:
    """Register all operations, and return them in their order."""
    counter = Counter(desk, Reception(desk.parts.access_tokens, desk.parts.callers))
    views = Blueprint("administration", __name__)
    ways: dict[Action, Operation] = {}
    groups = (
        OwnResources(desk),
        EnterpriseResources(desk, ways),
        ChiefAccessManagerResources(desk),
        CapacityResources(desk),
        AccessManagerResources(desk),
        UserResources(desk),
        BulkResources(desk),
        ExportResources(desk),
        ReferenceDataResources(desk),
        HealthResources(desk),
    )
    found = [each for group in groups for each in operations_of(group)]
    for operation, handler in found:
        _register_one(views, counter, operation, handler)
        if operation.asks:
            action = operation.asks[0]
            # Where the same action is asked for reading and for writing, it is the name of the writing.
            if action not in ways or (operation.writes and not ways[action].writes):
                ways[action] = operation
    api.register_blueprint(views)
    return [operation for operation, _ in found]


def _register_one(views: Blueprint, counter: Counter, operation: Operation, handler: Any) -> None:
    def view(**path: str) -> Response:
        return counter.answer(operation, handler, request, path)

    rule = operation.path.replace("{", "<").replace("}", ">")
    documented = views.doc(**described(operation))(view)
    views.add_url_rule(
        rule, endpoint=operation.identifier, view_func=documented, methods=[operation.method], tags=[operation.tag]
    )


class _Errors:
    """Whatever ends a request early, as a problem."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of_problem(self, error: ProblemError) -> Response:
        return problem_answered(error.problem, self._desk.links.root)

    def of_http(self, error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        if status == HTTPStatus.NOT_FOUND:
            return self.of_problem(not_found())
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            limit = self._desk.parts.settings.body_bytes
            detail = f"The body is larger than {limit} bytes"
            return self.of_problem(ProblemError(Problem(PAYLOAD_TOO_LARGE, detail, members={"limit": limit})))
        own = {
            HTTPStatus.METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE: UNSUPPORTED_MEDIA_TYPE,
        }
        kind = own.get(HTTPStatus(status))
        if kind is None:
            return self.of_problem(bad_request([Issue(Issues.SCHEMA_VIOLATION, "body", "", "cannot be read")]))
        language = preferred_language(request.accept_languages)
        headers = {name: value for name, value in error.get_headers() if name == "Allow"}
        detail = self._desk.texts.text(f"problem.{kind.code}", language)
        return self.of_problem(ProblemError(Problem(kind, detail, language, headers=headers)))

    def of_fault(self, fault: Exception) -> Response:
        if isinstance(fault, self._desk.parts.unavailable):
            log.error("facts not available", fault=type(fault).__name__)
            return self.of_problem(unavailable())
        # Where the fault came up, without its message: that may hold what a caller sent.
        frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_LOGGED:]
        log.error("request failed", fault=type(fault).__name__, at=[f"{frame.name}:{frame.lineno}" for frame in frames])
        return self.of_problem(ProblemError(Problem(INTERNAL_SERVER_ERROR, "A fault of the service")))


def _traced(response: Response) -> Response:
    trace = trace_of(request)
    response.headers[TRACE_ID] = trace.trace_id
    if trace.related:
        response.headers[RELATED_TRACE_ID] = trace.related
    return response
