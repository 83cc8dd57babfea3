"""Searching on the wire (AuthZEN Authorization API 1.0, 8): what must be there, pages, and how results are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec

from authz_service.decision_api.errors import WireError
from authz_service.decision_api.page_tokens import PageState, PageTokenError, issue, read
from authz_service.decision_api.questions import QuestionForm, converted, refuse_unless_permitted
from authz_service.domain import moments
from authz_service.domain.callers import Caller
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Scope
from authz_service.services.search.sought import Found, Progress, SearchKind, Sought

__all__ = ["FindsAll", "Searcher"]

_SEARCHED: Final = {
    SearchKind.SUBJECT: ("subject", "id"),
    SearchKind.RESOURCE: ("resource", "id"),
    SearchKind.ACTION: ("action", "name"),
}
"""What of the request is sought: it is ignored when it is there (8.4.1, 8.5.1, 8.6.1)."""


class FindsAll(Protocol):
    """Who searches."""

    @property
    def policy(self) -> str:
        """The revision of the policy that answers."""

    def page_key(self) -> bytes:
        """Return the key for page tokens. Raises StoreUnavailableError, KeyFileMismatchError."""

    def find(
        self, sought: Sought, caller: str, scopes: frozenset[Scope], limit: int, since: Progress | None = None
    ) -> Found:
        """Return the next page. Raises StoreUnavailableError, KeyFileMismatchError, SearchUndecidedError."""


class _Page(msgspec.Struct, gc=False):
    limit: int | None = None
    token: str | None = None


class _Request(QuestionForm, gc=False):
    page: _Page | None = None


@dataclass(frozen=True, slots=True)
class Searcher:
    """Answers the bodies of searches. `most`: how many results a page may hold, and does where no limit is named."""

    searches: FindsAll
    most: int

    def search(self, kind: SearchKind, body: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
        """Return the answer to a search. Raises WireError (400, 403), and as `FindsAll.find` does."""
        request = converted(_complete(kind, body), _Request)
        question = request.question()
        refuse_unless_permitted(question, caller.scopes)
        page = request.page or _Page()
        if page.limit is not None and page.limit < 0:
            raise _bad("page.limit must be 0 or more")
        bound_to = _bound(kind, question, caller)
        state = self._state(page, bound_to)
        limit = self._limit(page, state)
        since = state.progress if state else None
        found = self.searches.find(Sought(kind, question), caller.name, caller.scopes, limit, since)
        token = ""
        if found.onward is not None:
            token = issue(PageState(found.onward, found.policy, limit), bound_to, self.searches.page_key())
        return _answer(kind, question, found, token)

    def _state(self, page: _Page, bound_to: object) -> PageState | None:
        if not page.token:
            return None
        try:
            return read(page.token, bound_to, self.searches.page_key(), self.searches.policy, moments.now())
        except PageTokenError:
            raise _bad("page.token is not one of this search, or no longer: begin again without it") from None

    def _limit(self, page: _Page, state: PageState | None) -> int:
        """Return how many results are wanted; with a token it is what it was before (8.2)."""
        named = None if page.limit is None else min(page.limit, self.most)
        if state is None:
            return self.most if named is None else named
        if named not in {None, state.limit}:
            raise _bad("page.limit must be that of the first page, or be left out")
        return state.limit


def _complete(kind: SearchKind, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body as if it named what is sought, so that it is read like any question; what it said is ignored."""
    member, identifier = _SEARCHED[kind]
    sought = body.get(member)
    if kind is SearchKind.ACTION:
        return {**body, member: {identifier: ""}}
    # Anything but an object is left as it is, and refused with everything else that is of a wrong type.
    return {**body, member: {**sought, identifier: ""}} if isinstance(sought, dict) else dict(body)


def _bound(kind: SearchKind, question: Question, caller: Caller) -> list[Any]:
    """Return what a page token is good for: this caller, with these scopes, and everything that shapes an answer."""
    return [
        caller.name,
        sorted(caller.scopes),
        kind,
        [question.subject_type, question.subject_id, dict(question.subject_properties)],
        [question.action, dict(question.action_properties)],
        [question.resource_type, question.resource_id],
        dict(question.context),
    ]


def _answer(kind: SearchKind, question: Question, found: Found, token: str) -> dict[str, Any]:
    context: dict[str, Any] = {"policy": found.policy, "facts": found.facts}
    if question.context.get("at") is not None:
        context["at"] = moments.text_of(found.at)
    results: list[dict[str, str]]
    if kind is SearchKind.ACTION:
        results = [{"name": name} for name in found.names]
    else:
        entity = question.subject_type if kind is SearchKind.SUBJECT else question.resource_type
        results = [{"type": entity, "id": name} for name in found.names]
    return {"page": {"next_token": token, "count": len(results)}, "context": context, "results": results}


def _bad(message: str) -> WireError:
    return WireError(HTTPStatus.BAD_REQUEST, message)
