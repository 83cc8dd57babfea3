"""Who calls: the key in the Authorization header, looked up anew for every request (AuthZEN 11.2, 11.3; RFC 6750)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final, Protocol
from wsgiref.types import WSGIEnvironment

from authz_service.decision_api.errors import WireError
from authz_service.domain.callers import Caller
from authz_service.domain.vocabulary import Scope

__all__ = ["FindsCallers", "authenticated", "lacks_scope"]

_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*) *")
_CHALLENGE: Final = 'Bearer realm="authz"'


class FindsCallers(Protocol):
    """Where callers are looked up."""

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key or token now, None when nobody does.

        Raises StoreUnavailableError, CallersUnreachableError.
        """


def authenticated(environ: WSGIEnvironment, callers: FindsCallers, scope: Scope) -> Caller:
    """Return the caller, who has the scope.

    Raises WireError: 401 without a key that somebody holds (the same for every key that nobody holds), 403 without the
    scope; StoreUnavailableError, CallersUnreachableError.
    """
    bearer = _BEARER.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
    if bearer is None:
        raise _unknown()
    caller = callers.find(bearer[1])
    if caller is None:
        raise _unknown()
    if scope not in caller.scopes:
        raise lacks_scope(scope, "asking questions")
    return caller


def lacks_scope(scope: Scope, purpose: str) -> WireError:
    """Return the error for a caller that does not have the scope which the purpose needs."""
    challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'
    return WireError(HTTPStatus.FORBIDDEN, f"{purpose} needs the scope {scope}", (("WWW-Authenticate", challenge),))


def _unknown() -> WireError:
    message = "a key is needed that is in force: Authorization: Bearer <key>"
    return WireError(HTTPStatus.UNAUTHORIZED, message, (("WWW-Authenticate", _CHALLENGE),))
