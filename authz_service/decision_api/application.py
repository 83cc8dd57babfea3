"""The decision endpoints as one WSGI application, in front of another that has everything else."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog

from authz_service.decision_api.answers import Explains
from authz_service.decision_api.bodies import forget_unread, object_of, read_octets
from authz_service.decision_api.callers import CallerSought, FindsCallers, SeeksCallers, admitted, authenticated, key_of
from authz_service.decision_api.errors import WireError
from authz_service.decision_api.evaluations import Decides, Evaluated, Evaluator, asks_plainly, question_in
from authz_service.decision_api.health import Readiness, liveness, readiness_reply
from authz_service.decision_api.metadata import (
    EVALUATION_PATH,
    EVALUATIONS_PATH,
    LIVENESS_PATH,
    READINESS_PATH,
    SEARCH_PATHS,
    metadata,
    path_of,
    well_known_paths,
)
from authz_service.decision_api.recording import FoundOnce, decision_records, search_record
from authz_service.decision_api.replies import STATUS_LINES, Reply, error_reply, json_reply
from authz_service.decision_api.request_ids import HEADER, request_id_of
from authz_service.decision_api.searches import FindsAll, Searcher
from authz_service.decision_api.settings import DecisionSettings
from authz_service.decision_log.log import DecisionLog
from authz_service.decision_log.rendering import Record
from authz_service.domain.callers import Caller, CallersUnreachableError
from authz_service.domain.vocabulary import Scope
from authz_service.services.search.sought import SearchKind
from authz_service.store.errors import FactsBehindError, StoreError

__all__ = ["DecisionApplication"]

log = structlog.get_logger()
SHORT_BYTES = 16_384
"""A longer body is not read before it is known who sends it."""
METADATA_SECONDS = 300
"""How long clients may keep the metadata (AuthZEN 11.9)."""
CALLER_NAME = "authz.caller"
"""The key in the WSGI environment for the name of the caller, once known."""
REQUEST_ID = "authz.request_id"
"""The key in the WSGI environment for the identifier of the request, for the other application."""
ASKERS_SCOPES = frozenset({Scope.DECIDE})
"""What whoever asks has at least. A plain question looks at no other scope."""
STARTED = "authz.started"
"""The key in the WSGI environment for when the request came, by `time.perf_counter_ns`."""


class _Route(NamedTuple):
    method: str
    reply: Callable[[WSGIEnvironment], Reply]


class DecisionApplication:
    """Answers questions, names its endpoints, says how it is; other paths are for `next_app`, or not found without one.

    Any number of threads may call it. No body, identifier or unknown path is ever logged.
    """

    def __init__(
        self,
        decisions: Decides,
        searches: FindsAll,
        callers: FindsCallers,
        explanations: Explains,
        readiness: Readiness,
        settings: DecisionSettings,
        next_app: WSGIApplication | None = None,
        decision_log: DecisionLog | None = None,
        callers_sought: SeeksCallers | None = None,
    ) -> None:
        """`callers_sought`: where callers can be read together with the facts of a question by itself."""
        self._callers = callers
        self._callers_sought = callers_sought
        self._settings = settings
        self._next_app = next_app
        limits = settings.items, settings.explanations, settings.depth
        self._evaluator = Evaluator(decisions, explanations, *limits)
        self._searches = searches
        self._decision_log = decision_log
        self._metadata = json_reply(
            metadata(settings.public_url), headers=(("Cache-Control", f"public, max-age={METADATA_SECONDS}"),)
        )
        self._readiness = readiness
        self._routes = self._routed()

    def _routed(self) -> dict[str, _Route]:
        routes = {
            EVALUATION_PATH: _Route("POST", self._evaluation),
            EVALUATIONS_PATH: _Route("POST", self._evaluations),
            **{path: _Route("POST", partial(self._search, kind)) for kind, path in SEARCH_PATHS.items()},
            LIVENESS_PATH: _Route("GET", lambda _: liveness()),
            READINESS_PATH: _Route("GET", lambda _: readiness_reply(self._readiness)),
        }
        # With a path in the public URL, some proxies take it away and some do not.
        behind = {path_of(self._settings.public_url) + path: route for path, route in routes.items()}
        known = _Route("GET", lambda _: self._metadata)
        return {**behind, **routes, **dict.fromkeys(well_known_paths(self._settings.public_url), known)}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = environ[STARTED] = time.perf_counter_ns()
        path = environ.get("PATH_INFO", "")
        request_id = environ[REQUEST_ID] = request_id_of(environ)
        route = self._routes.get(path)
        if route is None and self._next_app is not None:
            return self._handed_on(self._next_app, environ, start_response, request_id)
        reply = self._reply(route, environ)
        if reply.status != HTTPStatus.OK:
            forget_unread(environ, self._settings.body_bytes)
        if self._settings.access_log:
            self._log(environ, path if route else "unknown", reply.status, started)
        body = reply.body
        headers = [("Content-Type", "application/json"), (HEADER, request_id), *reply.headers]
        if environ.get("REQUEST_METHOD") == "HEAD":
            body = b""
        else:
            headers.append(("Content-Length", str(len(body))))
        start_response(STATUS_LINES[reply.status], headers)
        return [body]

    def _reply(self, route: _Route | None, environ: WSGIEnvironment) -> Reply:
        try:
            return _asked_rightly(route, environ).reply(environ)
        except WireError as error:
            return error_reply(error)
        except CallersUnreachableError:
            log.warning("caller not known")
            return error_reply(self._unavailable())
        except FactsBehindError:
            return error_reply(self._unavailable("the facts have not come to context.min_facts"))
        except StoreError as error:
            log.error("facts not available", fault=type(error).__name__)  # noqa: TRY400 no trace: it can show values
            return error_reply(self._unavailable())
        except Exception as fault:  # noqa: BLE001 the last line of defence: no decision, and nothing about the inside
            _log_fault(fault)
            return error_reply(_internal())

    def _unavailable(self, why: str = "nothing can be decided at the moment") -> WireError:
        """Nothing can be decided: this is no denial, and only 200 is an answer."""
        again = ("Retry-After", str(self._settings.retry_after_seconds))
        return WireError(HTTPStatus.SERVICE_UNAVAILABLE, why, (again,))

    # --- endpoints ----------------------------------------------------------------------------------------------------

    def _evaluation(self, environ: WSGIEnvironment) -> Reply:
        if self._callers_sought is not None and _is_short(environ):
            sought = self._callers_sought(key_of(environ), partial(_admit, environ))
            if sought is not None:
                return self._answered_within(sought, environ)
        caller, octets = self._asked(environ, Scope.DECIDE)
        return self._told(
            environ, caller, self._evaluator.single(question_in(octets, self._settings.depth), caller.scopes)
        )

    def _answered_within(self, sought: CallerSought, environ: WSGIEnvironment) -> Reply:
        """Answer a question by itself, whose facts are read together with who asks it."""
        with sought:
            question = question_in(read_octets(environ, self._settings.body_bytes), self._settings.depth)
            scopes = ASKERS_SCOPES if asks_plainly(question) else sought.settle().scopes
            evaluated = self._evaluator.single(question, scopes)
        return self._told(environ, sought.settle(), evaluated)

    def _evaluations(self, environ: WSGIEnvironment) -> Reply:
        caller, octets = self._asked(environ, Scope.DECIDE)
        return self._told(environ, caller, self._evaluator.batch(octets, caller.scopes))

    def _told(self, environ: WSGIEnvironment, caller: Caller, evaluated: Evaluated) -> Reply:
        reply = json_reply(evaluated.answer)
        if self._decision_log is not None:
            request = (caller.name, environ[REQUEST_ID], environ[STARTED])
            self._record(self._decision_log, decision_records(evaluated, *request))
        return reply

    def _search(self, kind: SearchKind, environ: WSGIEnvironment) -> Reply:
        caller, octets = self._asked(environ, Scope.SEARCH)
        body = object_of(octets, self._settings.depth)
        searches = FoundOnce(self._searches)
        answer = Searcher(searches, self._settings.items).search(kind, body, caller)
        reply = json_reply(answer)
        if self._decision_log is not None and searches.sought is not None and searches.found is not None:
            request = (caller.name, environ[REQUEST_ID], environ[STARTED])
            self._record(self._decision_log, [search_record(answer, searches.sought, searches.found, *request)])
        return reply

    def _record(self, decision_log: DecisionLog, records: Sequence[Record]) -> None:
        """Record what is about to be told. Raises WireError (503) when it must not be told."""
        if not decision_log.record(records):
            raise self._unavailable("what was decided could not be recorded")

    def _asked(self, environ: WSGIEnvironment, scope: Scope) -> tuple[Caller, bytes]:
        caller = authenticated(environ, self._callers, scope)
        environ[CALLER_NAME] = caller.name
        return caller, read_octets(environ, self._settings.body_bytes)

    # --- beside the endpoints -----------------------------------------------------------------------------------------

    def _handed_on(
        self, next_app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse, request_id: str
    ) -> Iterable[bytes]:
        """Let the other application answer, with the request identifier on whatever it says."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            forget_unread(environ, self._settings.body_bytes)
            others = [(name, value) for name, value in headers if name.lower() != HEADER.lower()]
            return start_response(status, [*others, (HEADER, request_id)], exc_info)

        return next_app(environ, start)

    def _log(self, environ: WSGIEnvironment, path: str, status: int, started: int) -> None:
        log.info(
            "request",
            method=environ.get("REQUEST_METHOD", ""),
            path=path,
            status=status,
            microseconds=(time.perf_counter_ns() - started) // 1000,
            caller=environ.get(CALLER_NAME),
        )


def _asked_rightly(route: _Route | None, environ: WSGIEnvironment) -> _Route:
    """Return the route; raises WireError when there is none (404), or it has another method (405)."""
    if route is None:
        raise WireError(HTTPStatus.NOT_FOUND, "there is nothing at this path")
    if environ.get("REQUEST_METHOD") != route.method:
        message = f"only {route.method} is possible here"
        raise WireError(HTTPStatus.METHOD_NOT_ALLOWED, message, (("Allow", route.method),))
    return route


def _is_short(environ: WSGIEnvironment) -> bool:
    """Tell whether the request says that its body is one that takes next to nothing to read."""
    stated = environ.get("CONTENT_LENGTH") or ""
    return stated.isascii() and stated.isdigit() and len(stated) < 6 and int(stated) <= SHORT_BYTES


def _admit(environ: WSGIEnvironment, caller: Caller | None) -> None:
    """Let the caller ask, and note who it is. Raises WireError (401, 403)."""
    environ[CALLER_NAME] = admitted(caller, Scope.DECIDE).name


def _internal() -> WireError:
    return WireError(HTTPStatus.INTERNAL_SERVER_ERROR, "an internal fault; nothing was decided")


def _log_fault(fault: BaseException) -> None:
    """Log where the fault came up, without its message: that may hold what a caller sent."""
    frames = traceback.extract_tb(fault.__traceback__)
    log.error(
        "request failed", fault=type(fault).__name__, at=[f"{frame.name}:{frame.lineno}" for frame in frames[-5:]]
    )
