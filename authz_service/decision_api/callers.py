"""Who calls: the key in the Authorization header, looked up anew for every request (AuthZEN 11.2, 11.3; RFC 6750)."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Final, Protocol, Self
from wsgiref.types import WSGIEnvironment

from authz_service.decision_api.errors import WireError
from authz_service.domain.callers import Caller
from authz_service.domain.vocabulary import Scope

__all__ = ["CallerSought", "FindsCallers", "SeeksCallers", "admitted", "authenticated", "key_of", "lacks_scope"]

_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*) *")
_CHALLENGE: Final = 'Bearer realm="authz"'


class FindsCallers(Protocol):
    """Where callers are looked up."""

    def find(self, key_text: str) -> Caller | None:
        """Return the caller that holds the key or token now, None when nobody does.

        Raises StoreUnavailableError, CallersUnreachableError.
        """


class CallerSought(Protocol):
    """A caller that is read together with the facts of the one question asked within it, and judged before them.

    It is not left without the caller having been judged, which comes before any other error.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...

    def settle(self) -> Caller:
        """Return the caller; where it was not read along, it is looked for now. Raises as `find`, and the judge."""


class SeeksCallers(Protocol):
    """Where callers may be read together with facts."""

    def __call__(self, key_text: str, judge: Callable[[Caller | None], None], /) -> CallerSought | None:
        """Return the caller that holds the key as one to be read along; None: it is to be found by itself.

        `judge` is told who it is before anything else is, and raises what refuses it.
        """


def authenticated(environ: WSGIEnvironment, callers: FindsCallers, scope: Scope) -> Caller:
    """Return the caller, who has the scope.

    Raises WireError: 401 without a key that somebody holds (the same for every key that nobody holds), 403 without the
    scope; StoreUnavailableError, CallersUnreachableError.
    """
    return admitted(callers.find(key_of(environ)), scope)


def key_of(environ: WSGIEnvironment) -> str:
    """Return the key or token that the request carries. Raises WireError (401)."""
    bearer = _BEARER.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
    if bearer is None:
        raise _unknown()
    return bearer[1]


def admitted(caller: Caller | None, scope: Scope) -> Caller:
    """Return the caller that was found, who has the scope. Raises WireError (401, 403)."""
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
