"""Lists that everybody may read: terms, reasons, declarations, types of problems (Belgif rule doc-refdata)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from authz_service.admin_api.desk import Desk
from authz_service.admin_api.operations import Answer, Call, Reply, operation
from authz_service.admin_api.problems import OWN_TYPES
from authz_service.admin_api.schemas import reference_data as schemas
from authz_service.admin_api.texts import DECLARATIONS, TERMS
from authz_service.domain.questions import Answer as PolicyAnswer
from authz_service.domain.questions import Decision
from authz_service.domain.vocabulary import Reason

__all__ = ["ReferenceDataResources"]

TAG: Final = "Reference data"
DAY: Final = 86_400


class ReferenceDataResources:
    """What is under `/refData`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lists = {
            "terms": {code: self._term(code) for code in TERMS},
            "reasons": {reason.value: self._reason(reason) for reason in sorted(Reason)},
            "declarations": {version: self._declaration(version) for version in DECLARATIONS},
            "problemTypes": {code: self._problem_type(code) for code in sorted(OWN_TYPES)},
        }

    @operation(
        "GET /refData/terms",
        tag=TAG,
        summary="List the terms, by their new and old names",
        answer=Answer("The terms.", schemas.TermsSchema),
        public=True,
        cached_seconds=DAY,
    )
    def list_terms(self, _call: Call) -> Reply:
        """Return all terms."""
        return self._all("terms")

    @operation(
        "GET /refData/terms/{termCode}",
        tag=TAG,
        summary="Read a term, by its new and old name",
        answer=Answer("The term.", schemas.TermSchema),
        public=True,
        cached_seconds=DAY,
    )
    def read_term(self, call: Call) -> Reply:
        """Return one term."""
        return self._one(call, "terms", "termCode")

    @operation(
        "GET /refData/reasons",
        tag=TAG,
        summary="List the reasons for a no",
        answer=Answer("The reasons.", schemas.ReasonsSchema),
        public=True,
        cached_seconds=DAY,
    )
    def list_reasons(self, _call: Call) -> Reply:
        """Return all reasons."""
        return self._all("reasons")

    @operation(
        "GET /refData/reasons/{reasonCode}",
        tag=TAG,
        summary="Read a reason for a no",
        answer=Answer("The reason.", schemas.ReasonSchema),
        public=True,
        cached_seconds=DAY,
    )
    def read_reason(self, call: Call) -> Reply:
        """Return one reason."""
        return self._one(call, "reasons", "reasonCode")

    @operation(
        "GET /refData/declarations",
        tag=TAG,
        summary="List the texts that a legal representative confirms",
        answer=Answer("The texts.", schemas.DeclarationsSchema),
        public=True,
        cached_seconds=DAY,
    )
    def list_declarations(self, _call: Call) -> Reply:
        """Return all declarations."""
        return self._all("declarations")

    @operation(
        "GET /refData/declarations/{declarationCode}",
        tag=TAG,
        summary="Read a text that a legal representative confirms",
        answer=Answer("The text.", schemas.DeclarationSchema),
        public=True,
        cached_seconds=DAY,
    )
    def read_declaration(self, call: Call) -> Reply:
        """Return one declaration."""
        return self._one(call, "declarations", "declarationCode")

    @operation(
        "GET /refData/problemTypes",
        tag=TAG,
        summary="List the types of problems of this API",
        description="Beside those of the Belgif REST guide, which are told about there.",
        answer=Answer("The types.", schemas.ProblemTypesSchema),
        public=True,
        cached_seconds=DAY,
    )
    def list_problem_types(self, _call: Call) -> Reply:
        """Return all types of problems."""
        return self._all("problemTypes")

    @operation(
        "GET /refData/problemTypes/{problemType}",
        tag=TAG,
        summary="Read a type of problem of this API",
        answer=Answer("The type.", schemas.ProblemTypeSchema),
        public=True,
        cached_seconds=DAY,
    )
    def read_problem_type(self, call: Call) -> Reply:
        """Return one type of problem."""
        return self._one(call, "problemTypes", "problemType")

    def _all(self, name: str) -> Reply:
        items: Iterable[Any] = self._lists[name].values()
        return Reply({"self": self._desk.links.to("refData", name), "items": list(items)})

    def _one(self, call: Call, name: str, parameter: str) -> Reply:
        return Reply(self._desk.seen(call, self._lists[name].get(call.path[parameter])))

    def _term(self, code: str) -> dict[str, Any]:
        texts, former = self._desk.texts, f"term.{code}.old"
        return {
            "href": self._desk.links.to("refData", "terms", code),
            "code": code,
            "newTerm": texts.localized(f"term.{code}.new"),
            **({"oldTerm": texts.localized(former)} if texts.has(former) else {}),
        }

    def _reason(self, reason: Reason) -> dict[str, Any]:
        alone = Decision(PolicyAnswer(allowed=False, reasons=(reason,), rules=()), "", 0, 0)
        return {
            "href": self._desk.links.to("refData", "reasons", reason.value),
            "code": reason.value,
            "meaning": self._desk.parts.explanations.explain("", alone)["reason_user"],
        }

    def _declaration(self, version: str) -> dict[str, Any]:
        return {
            "href": self._desk.links.to("refData", "declarations", version),
            "code": version,
            "text": self._desk.texts.localized(f"declaration.{version}"),
        }

    def _problem_type(self, code: str) -> dict[str, Any]:
        kind = OWN_TYPES[code]
        return {
            "href": kind.href(self._desk.links.root),
            "code": code,
            "type": kind.urn,
            "title": kind.title,
            "status": kind.status.value,
            "description": self._desk.texts.localized(f"problem.{code}"),
        }
