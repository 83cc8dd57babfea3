"""The Flask applications behind the decision endpoints: their document, and the administration API beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from flask_smorest import Api  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from authz_service.admin_api.decision_document import DocumentedSettings, decision_paths, describe_decisions
from authz_service.admin_api.documentation import documentation
from authz_service.admin_api.security import secured

__all__ = ["Mounted", "create_application"]

TITLE: Final = "authz"
VERSION: Final = "1.0.0"
"""Of the API, not of the program: its major number is the one in the paths of the decision endpoints."""


def create_application(settings: DocumentedSettings) -> Flask:
    """Return the application: `/doc` for people, `/doc/openapi.json` and `/doc/openapi.yaml` for programs.

    `settings`: those of the decision endpoints, whose public URL and limits the document states.
    """
    application = Flask(__name__, static_url_path="/doc/static")
    application.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider, which is in use
    application.config.update(API_TITLE=TITLE, API_VERSION=VERSION, OPENAPI_VERSION="3.0.3")
    api = _Api(application)
    describe_decisions(api.spec, settings)
    application.register_blueprint(documentation(api.spec, decision_paths(settings)))
    application.after_request(secured)
    return application


class _Api(Api):  # type: ignore[misc]  # the library has no types
    """flask-smorest with the same errors as the decision endpoints have: `code` and `message`."""

    def handle_http_exception(self, error: HTTPException) -> tuple[dict[str, object], int, dict[str, str]]:
        """Return the body, status and headers of an error."""
        code = error.code or 500
        headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
        return {"code": code, "message": error.name.lower()}, code, headers


class Mounted:
    """Hands a request to the application whose path its path begins with, and any other to the one behind.

    `applications`: by path, without a slash at its end. An application sees its paths without that (PEP 3333).
    """

    def __init__(self, applications: Mapping[str, WSGIApplication], behind: WSGIApplication) -> None:
        self._applications = dict(applications)
        self._behind = behind

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path: str = environ.get("PATH_INFO", "")
        for mount, application in self._applications.items():
            if path == mount or path.startswith(f"{mount}/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + mount
                environ["PATH_INFO"] = path[len(mount) :]
                return application(environ, start_response)
        return self._behind(environ, start_response)
