"""What is served over HTTP: the decision endpoints in front of everything else, and whether the service can decide."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Final
from wsgiref.types import WSGIApplication

from authz_service.bootstrap.callers import KeysAndTokens
from authz_service.bootstrap.decision_log import build_decision_log
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.later import Later
from authz_service.bootstrap.service import Service
from authz_service.decision_api.application import DecisionApplication
from authz_service.decision_api.health import OK
from authz_service.decision_api.settings import DecisionSettings
from authz_service.decision_log.log import DecisionLog
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action
from authz_service.store.errors import KeyFileError, SchemaOutdatedError, StoreError

__all__ = ["build_application", "readiness", "worker"]

PR_SET_PDEATHSIG: Final = 1


def readiness(service: Service, decision_log: DecisionLog | None = None) -> Callable[[], dict[str, str]]:
    """Return what makes the checks of the readiness endpoint: by name, "ok" or what is wrong."""
    probe = Question("operator", "readiness", Action.READ_AUDIT, "service", "authz")

    def database() -> str:
        try:
            service.database.check()
        except SchemaOutdatedError:
            return "the database is not of this version"
        except KeyFileError:
            return "the key file is not the one of the database"
        except StoreError:
            return "the database does not answer"
        return OK

    def decisions() -> str:
        try:
            decision = service.decisions.decide([probe])[0]
        except StoreError:
            return "the facts cannot be read"
        return OK if decision.error is None else "the policy does not answer"

    def recording() -> dict[str, str]:
        if decision_log is None:
            return {}
        wrong = decision_log.state()
        if not wrong:
            return {"decision_log": OK}
        # Where records are not required, decisions are made without them, and requests must not be sent elsewhere.
        return {"decision_log": wrong if service.settings.decision_log.required else f"{OK}, but {wrong}"}

    return lambda: {"database": database(), "decisions": decisions(), **recording()}


def build_application(service: Service) -> WSGIApplication:
    """Return the whole of what is served: the decision endpoints in front of everything else. Raises StartError."""
    settings = service.settings
    try:
        decision_settings = DecisionSettings(
            public_url=settings.public_url,
            body_bytes=settings.limits.body_bytes,
            depth=settings.limits.depth,
            items=settings.limits.items,
            explanations=settings.limits.explanations,
            access_log=settings.access_log,
        )
    except ValueError as error:
        raise StartError(str(error)) from None
    decision_log = build_decision_log(settings, service.database)
    checks = readiness(service, decision_log)
    callers = KeysAndTokens(service.servers.callers, service.access_tokens)
    return DecisionApplication(
        decisions=service.fresh_decisions,
        searches=service.searches,
        callers=callers,
        explanations=service.explanations,
        readiness=checks,
        settings=decision_settings,
        next_app=Later(lambda: _administration(service, checks, decision_settings)),
        decision_log=decision_log,
        callers_sought=callers.sought,
    )


def _administration(
    service: Service, checks: Callable[[], dict[str, str]], settings: DecisionSettings
) -> WSGIApplication:
    """Return the administration API and the documentation of both. Raises StartError."""
    # Flask and what comes with it takes as long to import as all the rest, and no decision needs it.
    from authz_service.admin_api.application import create_application  # noqa: PLC0415
    from authz_service.bootstrap.administration import with_administration  # noqa: PLC0415

    return with_administration(service, checks, create_application(settings))


def worker(app: WSGIApplication) -> WSGIApplication:
    """Make a process that `authz serve` has forked a worker, and return the application: the one put together before.

    So all workers answer by the very policy and settings that were checked, and share the memory that holds them. The
    connections of the parent must be closed by then; workers open their own.
    """
    _depend_on_parent()
    # The server hands its environment to every request; the database's password has no business there.
    for name in [name for name in os.environ if name.startswith("AUTHZ_")]:
        del os.environ[name]
    return app


def _depend_on_parent() -> None:
    """Leave interrupts from the keyboard to the parent, which ends its workers; should it be killed, end with it."""
    # Until the server has handlers of its own in place, being told to end is ending: there is nothing under way yet.
    # The handler that a fork brings along would tell only a copy of the parent.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
