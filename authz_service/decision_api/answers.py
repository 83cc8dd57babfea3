"""Decisions as they are answered (AuthZEN Authorization API 1.0, 5.5 and 7.2.1; the contract of this service)."""

from __future__ import annotations

import os
import time
from typing import Any, Final, Protocol

from authz_service.decision_api.errors import WireError
from authz_service.domain import moments
from authz_service.domain.questions import Decision, Question

__all__ = ["Answer", "Explains", "answer_of", "asks_why", "new_evaluation_ids", "unanswered"]

Answer = dict[str, Any]
"""The JSON object of one decision."""
_VARIANT: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""Two random bits behind the two of the variant (RFC 9562, 4.1), by a random digit."""


class Explains(Protocol):
    """Who puts decisions into words."""

    def explain(self, question_action: str, decision: Decision) -> dict[str, dict[str, str]]:
        """Return `reason_user` and `reason_admin`, each a sentence by language."""

    def explanation(self, question_action: str, decision: Decision) -> dict[str, Any] | None:
        """Return `explanation`: needs, chain, nearest way to an allow; None when there is nothing to explain."""


def asks_why(question: Question) -> bool:
    """Return True when the question asks for an explanation."""
    return question.context.get("explain") is True


def answer_of(question: Question, decision: Decision, explanations: Explains, evaluation_id: str) -> Answer:
    """Return the answer to a question, explained when the question asks for it."""
    answer = decision.answer
    context: dict[str, Any] = {
        "reasons": answer.reasons,
        "rules": answer.rules,
        "policy": decision.policy,
        "facts": decision.facts,
        "evaluation_id": evaluation_id,
    }
    if question.context:
        if _asks_of_readable_moment(question):
            context["at"] = moments.text_of(decision.at)
        if asks_why(question):
            context.update(explanations.explain(question.action, decision))
            explanation = explanations.explanation(question.action, decision)
            if explanation is not None:
                context["explanation"] = explanation
    if decision.error is not None:
        # What could not be decided is not a "no": it may be asked again.
        error = {"status": decision.error_status, "message": decision.error, "retryable": True}
        return {"decision": False, "context": {**context, "error": error}}
    return {"decision": answer.allowed, "context": context}


def unanswered(error: WireError) -> Answer:
    """Return what stands in a batch for a question that could not be put: a denial that says why."""
    return {"decision": False, "context": {"error": {"status": error.status.value, "message": error.message}}}


def new_evaluation_ids(count: int) -> list[str]:
    """Return ids that no other decisions have and that sort by time: UUIDs of version 7 (RFC 9562, 5.7)."""
    milliseconds = f"{time.time_ns() // 1_000_000 & 0xFFFFFFFFFFFF:012x}"
    begin = f"{milliseconds[:8]}-{milliseconds[8:]}-7"
    random = os.urandom(10 * count).hex()
    return [
        f"{begin}{random[at : at + 3]}-{_VARIANT[random[at + 3]]}{random[at + 4 : at + 7]}-{random[at + 7 : at + 19]}"
        for at in range(0, 20 * count, 20)
    ]


def _asks_of_readable_moment(question: Question) -> bool:
    """True when a moment was asked about. One that cannot be read was not: the policy says so among its reasons."""
    asked = question.context.get("at")
    if not isinstance(asked, str):
        return False
    try:
        moments.moment_of(asked)
    except ValueError:
        return False
    return True
