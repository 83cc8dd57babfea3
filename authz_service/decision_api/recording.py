"""Decisions and searches on their way to the decision log: what was asked, by whom, and what was answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from authz_service.decision_api.answers import Answer
from authz_service.decision_api.evaluations import Evaluated
from authz_service.decision_api.searches import FindsAll
from authz_service.decision_log.records import LONGEST, DecisionRecord, Request, SearchRecord, Told, cut
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import ResourceType, Scope
from authz_service.services.search.sought import Found, Progress, Sought

__all__ = ["FoundOnce", "decision_records", "search_record"]

_PERSON: Final = ResourceType.PERSON.value


class FoundOnce:
    """Has the search of one request made, and keeps what was sought and found."""

    def __init__(self, searches: FindsAll) -> None:
        self._searches = searches
        self.sought: Sought | None = None
        self.found: Found | None = None

    @property
    def policy(self) -> str:
        """The revision of the policy that answers."""
        return self._searches.policy

    def page_key(self) -> bytes:
        """Return the key for page tokens. Raises as the searches do."""
        return self._searches.page_key()

    def find(
        self, sought: Sought, caller: str, scopes: frozenset[Scope], limit: int, since: Progress | None = None
    ) -> Found:
        """Return the next page. Raises as the searches do."""
        self.sought = sought
        self.found = self._searches.find(sought, caller, scopes, limit, since)
        return self.found


def decision_records(evaluated: Evaluated, caller: str, request_id: str, started: int) -> list[DecisionRecord]:
    """Return a record of each decision that the answer tells, in order.

    `started`: when the request came, by `time.perf_counter_ns`. What a batch's semantic leaves out is not told.
    """
    answer, decided = evaluated
    request = _request(caller, request_id, started)
    items = answer.get("evaluations")
    if items is None:
        [(question, decision)] = decided
        return [_record(request, None, answer, question, decision)]
    remaining = iter(decided)
    records = []
    for position, item in enumerate(items):
        if "evaluation_id" in item["context"]:
            question, decision = next(remaining)
            records.append(_record(request, position, item, question, decision))
        else:
            records.append(DecisionRecord(request, position, False, item["context"]["error"]["status"]))  # noqa: FBT003
    return records


def _record(
    request: Request, item: int | None, answer: Answer, question: Question, decision: Decision
) -> DecisionRecord:
    context = answer["context"]
    return DecisionRecord(
        request,
        item,
        answer["decision"],
        None if decision.error is None else decision.error_status,
        context["evaluation_id"],
        decision.answer.reasons,
        decision.answer.rules,
        decision.policy,
        decision.facts,
        context.get("at"),
        _told(question, *_persons_of(decision)),
    )


def search_record(
    answer: Mapping[str, Any], sought: Sought, found: Found, caller: str, request_id: str, started: int
) -> SearchRecord:
    """Return the record of a page. `started`: as for decisions."""
    return SearchRecord(
        _request(caller, request_id, started),
        sought.kind,
        len(found.names),
        found.onward is not None,
        found.policy,
        found.facts,
        answer["context"].get("at"),
        _told(sought.question, found.subject_id or "", found.other_id or ""),
    )


def _request(caller: str, request_id: str, started: int) -> Request:
    return Request(time.time_ns(), (time.perf_counter_ns() - started) // 1000, cut(request_id), caller)


def _told(question: Question, person_id: str, other_id: str) -> Told:
    properties, context = question.subject_properties, question.context
    said: tuple[Any, ...] = (
        question.subject_type,
        question.subject_id,
        question.action,
        question.resource_type,
        question.resource_id,
        properties.get("acting_for", ""),
        context.get("capacity", ""),
        context.get("known_at", ""),
    )
    if not _is_short(said):
        said = tuple(map(cut, said))
    subject_type, subject_id, action, resource_type, resource_id, acting_for, capacity, known_at = said
    return Told(
        subject_type,
        subject_id,
        person_id,
        action,
        resource_type,
        resource_id,
        other_id if resource_type == _PERSON else "",
        acting_for,
        capacity,
        known_at,
    )


def _is_short(said: tuple[Any, ...]) -> bool:
    """Tell whether all that was said is text, and none of it too long: most often it is short all together."""
    try:
        return len("".join(said)) <= LONGEST
    except TypeError:
        return False


def _persons_of(decision: Decision) -> tuple[str, str]:
    """Return the opaque ids of the subject and of the other person, "" where the facts know none."""
    basis = decision.basis
    if basis is None:
        return "", ""
    facts = basis.facts
    subject, other = facts.subject, facts.other
    return "" if subject is None else subject.person_id, "" if other is None else other.person_id
