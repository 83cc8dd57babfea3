"""Tags of states, and the conditions that requests make of them (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

import re
from typing import Final

from authz_service.admin_api.problems import (
    CONFLICTS,
    PRECONDITION_REQUIRED,
    Issue,
    Issues,
    Problem,
    ProblemError,
    ProblemType,
    bad_request,
)
from authz_service.admin_api.texts import ApiTexts
from authz_service.services.authority.reports import ConflictCode

__all__ = ["expected_tag", "is_known", "quoted"]

ANY: Final = "*"
_TAG: Final = re.compile(r'(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"')


def quoted(tag: str) -> str:
    """Return a tag as it stands in an ETag header."""
    return f'"{tag}"'


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Return True when the client has what is tagged so, and needs it no second time."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == ANY or tag in {each["tag"] for each in _TAG.finditer(if_none_match)}


def expected_tag(if_match: str | None, texts: ApiTexts, language: str) -> str | None:
    """Return the state that is to be changed, None when any will do.

    Raises ProblemError: 428 without a condition, 412 for a weak tag, which never is the same (RFC 9110, 13.1.1), 400
    for none and for several: only one can have been shown.
    """
    if if_match is None:
        raise _problem(PRECONDITION_REQUIRED, texts, language)
    if if_match.strip() == ANY:
        return None
    given = _TAG.fullmatch(if_match.strip())
    if given is None:
        raise bad_request([Issue(Issues.SCHEMA_VIOLATION, "header", "If-Match", "must be one entity tag, or *")])
    if given["weak"]:
        raise _problem(CONFLICTS[ConflictCode.STALE_VERSION], texts, language)
    return given["tag"]


def _problem(kind: ProblemType, texts: ApiTexts, language: str) -> ProblemError:
    return ProblemError(Problem(kind, texts.text(f"problem.{kind.code}", language), language))
