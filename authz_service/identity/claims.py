"""What the claims of a token say, once its signature is right (RFC 7519 section 4.1, RFC 9068 section 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from authz_service.domain.identifiers import InvalidIdentifierError, Niss
from authz_service.domain.principals import AgentPrincipal, MachinePrincipal, PersonPrincipal, Principal, PrincipalKind
from authz_service.domain.vocabulary import Scope
from authz_service.identity.failures import TokenFailure
from authz_service.identity.issuers import Issuer

__all__ = ["SCOPE_PREFIX", "acceptance_failure", "principal_of"]

SCOPE_PREFIX: Final = "authz:"
"""`authz:decide` in a token is the scope `decide` here; scopes without the prefix are meant for others."""
REQUIRED: Final = ("iss", "aud", "exp", "iat", "sub")
_SCOPES: Final = {SCOPE_PREFIX + scope.value: scope for scope in Scope}
_MAX_NAME: Final = 255
_SECOND: Final = 1_000_000
_LAST_SECOND: Final = 253_402_300_800
"""The first of the year 10000: whatever lies further ahead is no date."""

_Claims = Mapping[str, Any]


def acceptance_failure(claims: _Claims, issuer: Issuer, instant: int) -> TokenFailure | None:
    """Return why a token of this issuer is not to be accepted at the instant (UTC microseconds), None when it is."""
    if any(claims.get(name) is None for name in REQUIRED):
        return TokenFailure.MISSING_CLAIM
    if not _is_name(claims["sub"]):
        return TokenFailure.MALFORMED
    if (failure := _audience_failure(claims["aud"], issuer)) is not None:
        return failure
    if "cnf" in claims:
        return TokenFailure.BOUND_TO_KEY
    return _time_failure(claims, issuer, instant)


def _audience_failure(given: object, issuer: Issuer) -> TokenFailure | None:
    audiences = given if isinstance(given, list) else [given]
    if not all(isinstance(audience, str) for audience in audiences):
        return TokenFailure.MALFORMED
    return TokenFailure.WRONG_AUDIENCE if issuer.audiences.isdisjoint(audiences) else None


def _time_failure(claims: _Claims, issuer: Issuer, instant: int) -> TokenFailure | None:
    dates = [claims["exp"], claims["iat"], claims.get("nbf", 0)]
    if not all(_is_date(date) for date in dates):
        return TokenFailure.MALFORMED
    expires, issued, begins = (int(date * _SECOND) for date in dates)
    leeway = issuer.leeway_seconds * _SECOND
    if expires <= instant - leeway:
        return TokenFailure.EXPIRED
    if max(issued, begins) > instant + leeway:
        return TokenFailure.NOT_YET_VALID
    if issued + issuer.max_age_seconds * _SECOND <= instant - leeway:
        return TokenFailure.TOO_OLD
    return None


def _is_date(value: object) -> bool:
    """True for a NumericDate (RFC 7519 section 2): seconds since 1970, as a number, not as a text that holds one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LAST_SECOND


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_NAME and value.isprintable()


def principal_of(claims: _Claims, issuer: Issuer) -> Principal | TokenFailure:
    """Return who the token speaks of: exactly one person, agent or machine, or the failure to say so.

    A claim that is there says so whatever its value: a national number that is null or wrong makes no machine.
    """
    names = issuer.claims
    client = claims.get(names.client, "")
    if names.client in claims and not _is_name(client):
        return TokenFailure.MALFORMED
    said = {
        PrincipalKind.PERSON: names.national_number in claims,
        PrincipalKind.AGENT: names.agent in claims,
        PrincipalKind.MACHINE: client != "" and claims["sub"] == client,
    }
    kinds = {kind for kind, is_said in said.items() if is_said}
    if len(kinds) > 1:
        return TokenFailure.TWO_SUBJECT_KINDS
    if not kinds <= issuer.speaks_of or not kinds:
        return TokenFailure.NO_SUBJECT_KIND
    match kinds.pop():
        case PrincipalKind.PERSON:
            return _person(claims, issuer, client)
        case PrincipalKind.AGENT:
            return _agent(claims, issuer, client)
        case PrincipalKind.MACHINE:
            return _machine(claims, issuer, client)


def _agent(claims: _Claims, issuer: Issuer, client: str) -> AgentPrincipal | TokenFailure:
    agent_id = claims[issuer.claims.agent]
    return AgentPrincipal(agent_id, _means(claims, issuer), client) if _is_name(agent_id) else TokenFailure.MALFORMED


def _person(claims: _Claims, issuer: Issuer, client: str) -> PersonPrincipal | TokenFailure:
    try:
        niss = Niss.parse(claims[issuer.claims.national_number])
    except InvalidIdentifierError:
        return TokenFailure.INVALID_NATIONAL_NUMBER
    return PersonPrincipal(niss, _means(claims, issuer), client)


def _machine(claims: _Claims, issuer: Issuer, name: str) -> MachinePrincipal | TokenFailure:
    """The scopes are a text with spaces (RFC 8693 section 4.2), or the list that some providers make of it."""
    given = claims.get(issuer.claims.scope, "")
    words = given.split(" ") if isinstance(given, str) else given
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return TokenFailure.MALFORMED
    return MachinePrincipal(name, frozenset(_SCOPES[word] for word in words if word in _SCOPES), issuer.url)


def _means(claims: _Claims, issuer: Issuer) -> str | None:
    """Return the means that `acr` and `amr` name; None when they name none that is mapped, or more than one."""
    methods = claims.get("amr")
    values = [claims.get("acr"), *(methods if isinstance(methods, list) else [methods])]
    named = {issuer.means[value] for value in values if isinstance(value, str) and value in issuer.means}
    return named.pop() if len(named) == 1 else None
