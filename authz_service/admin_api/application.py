"""The Flask application behind the decision endpoints."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response
from flask_smorest import Api  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from authz_service.admin_api.decision_document import DocumentedSettings, decision_paths, describe_decisions
from authz_service.admin_api.documentation import documentation

__all__ = ["create_application"]

TITLE: Final = "authz"
VERSION: Final = "1.0.0"
"""Of the API, not of the program: its major number is the one in the paths of the decision endpoints."""
_SECURITY_HEADERS: Final = {
    # The pages are text and one stylesheet of our own: nothing else may be loaded, run, framed or sent.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


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
    application.after_request(_secured)
    return application


class _Api(Api):  # type: ignore[misc]  # the library has no types
    """flask-smorest with the same errors as the decision endpoints have: `code` and `message`."""

    def handle_http_exception(self, error: HTTPException) -> tuple[dict[str, object], int, dict[str, str]]:
        """Return the body, status and headers of an error."""
        code = error.code or 500
        headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
        return {"code": code, "message": error.name.lower()}, code, headers


def _secured(response: Response) -> Response:
    response.headers.extend(_SECURITY_HEADERS)
    return response
