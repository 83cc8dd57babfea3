"""Decisions and searches on their way to the decision log: what was asked, by whom, and what was answered."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from authz_service.decision_api.answers import Answer
from authz_service.decision_api.evaluations import Decides
from authz_service.decision_api.searches import FindsAll
from authz_service.decision_log.records import DecisionRecord, SearchRecord, Told, cut
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import ResourceType, Scope
from authz_service.services.search.sought import Found, Progress, Sought

__all__ = ["Decided", "FoundOnce", "decision_records", "search_record"]

_PERSON: Final = ResourceType.PERSON.value


class Decided:
    """Has the questions of one request decided, and keeps them with their decisions."""

    __slots__ = ("_decisions", "decided")

    def __init__(self, decisions: Decides) -> None:
        self._decisions = decisions
        self.decided: list[tuple[Question, Decision]] = []

    def decide(self, questions: Sequence[Question], scopes: frozenset[Scope]) -> list[Decision]:
        """Return what the decisions are. Raises as they do."""
        decisions = self._decisions.decide(questions, scopes)
        self.decided = list(zip(questions, decisions, strict=True))
        return decisions


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


def decision_records(
    answer: Answer, decided: Sequence[tuple[Question, Decision]], caller: str, request_id: str, started: int
) -> list[DecisionRecord]:
    """Return a record of each decision that the answer tells, in order.

    `started`: when the request came, by `time.perf_counter_ns`. What a batch's semantic leaves out is not told.
    """
    moment, microseconds = time.time_ns(), (time.perf_counter_ns() - started) // 1000
    request_id = cut(request_id)
    items = answer.get("evaluations")
    if items is None:
        [(question, decision)] = decided
        return [_record(answer, question, decision, moment, microseconds, request_id, caller, None)]
    remaining = iter(decided)
    records = []
    for position, item in enumerate(items):
        if "evaluation_id" in item["context"]:
            question, decision = next(remaining)
            records.append(_record(item, question, decision, moment, microseconds, request_id, caller, position))
        else:
            error = item["context"]["error"]["status"]
            records.append(DecisionRecord(moment, microseconds, request_id, caller, position, False, error))  # noqa: FBT003
    return records


def _record(
    answer: Answer,
    question: Question,
    decision: Decision,
    moment: int,
    microseconds: int,
    request_id: str,
    caller: str,
    item: int | None,
) -> DecisionRecord:
    context = answer["context"]
    error = context.get("error")
    return DecisionRecord(
        moment,
        microseconds,
        request_id,
        caller,
        item,
        answer["decision"],
        None if error is None else error["status"],
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
        time.time_ns(),
        (time.perf_counter_ns() - started) // 1000,
        cut(request_id),
        caller,
        sought.kind,
        len(found.names),
        found.onward is not None,
        found.policy,
        found.facts,
        answer["context"].get("at"),
        _told(sought.question, found.subject_id or "", found.other_id or ""),
    )


def _told(question: Question, person_id: str, other_id: str) -> Told:
    properties, context = question.subject_properties, question.context
    return Told(
        cut(question.subject_type),
        cut(question.subject_id),
        person_id,
        cut(question.action),
        cut(question.resource_type),
        cut(question.resource_id),
        other_id if question.resource_type == _PERSON else "",
        cut(properties.get("acting_for")) if properties else "",
        cut(context.get("capacity")) if context else "",
        cut(context.get("known_at")) if context else "",
    )


def _persons_of(decision: Decision) -> tuple[str, str]:
    """Return the opaque ids of the subject and of the other person, "" where the facts know none."""
    basis = decision.basis
    if basis is None:
        return "", ""
    facts = basis.facts
    subject, other = facts.subject, facts.other
    return "" if subject is None else subject.person_id, "" if other is None else other.person_id
