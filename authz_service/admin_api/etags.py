"""Tags of states, and the conditions that requests make of them (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

from typing import Final

from werkzeug.http import parse_etags

from authz_service.admin_api.problems import (
    CONFLICTS,
    PRECONDITION_REQUIRED,
    Issue,
    Issues,
    Problem,
    ProblemError,
    bad_request,
)
from authz_service.admin_api.texts import ApiTexts
from authz_service.services.authority.reports import ConflictCode

__all__ = ["expected_tag", "is_known", "quoted"]

STALE: Final = CONFLICTS[ConflictCode.STALE_VERSION]


def quoted(tag: str) -> str:
    """Return a tag as it stands in an ETag header."""
    return f'"{tag}"'


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Return True when the client has what is tagged so, and needs it no second time."""
    return if_none_match is not None and parse_etags(if_none_match).contains_weak(tag)


def expected_tag(if_match: str | None, texts: ApiTexts, language: str) -> str | None:
    """Return the state that is to be changed, None when any will do.

    Raises ProblemError: 428 without a condition, 412 for a weak tag, which never is the same (RFC 9110, 13.1.1), 400
    for none and for several: only one can have been shown.
    """
    if if_match is None:
        raise _problem(PRECONDITION_REQUIRED.code, texts, language)
    tags = parse_etags(if_match)
    if tags.star_tag:
        return None
    strong = sorted(tags.as_set())
    if len(strong) == 1:
        return strong[0]
    if not strong and tags.as_set(include_weak=True):
        raise _problem(STALE.code, texts, language)
    raise bad_request([Issue(Issues.SCHEMA_VIOLATION, "header", "If-Match", "must be one entity tag, or *")])


def _problem(code: str, texts: ApiTexts, language: str) -> ProblemError:
    kind = {PRECONDITION_REQUIRED.code: PRECONDITION_REQUIRED, STALE.code: STALE}[code]
    return ProblemError(Problem(kind, texts.text(f"problem.{code}", language), language))
