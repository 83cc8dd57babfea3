"""Decisions as they are answered (AuthZEN Authorization API 1.0, 5.5 and 7.2.1; the contract of this service)."""

from __future__ import annotations

import os
import time
from typing import Any, Protocol

from authz_service.decision_api.errors import WireError
from authz_service.domain import moments
from authz_service.domain.questions import Decision, Question

__all__ = ["Answer", "Explains", "answer_of", "asks_why", "new_evaluation_id", "unanswered"]

Answer = dict[str, Any]
"""The JSON object of one decision."""


class Explains(Protocol):
    """Who puts decisions into words."""

    def explain(self, question_action: str, decision: Decision) -> dict[str, dict[str, str]]:
        """Return `reason_user` and `reason_admin`, each a sentence by language."""

    def explanation(self, question_action: str, decision: Decision) -> dict[str, Any] | None:
        """Return `explanation`: needs, chain, nearest way to an allow; None when there is nothing to explain."""


def asks_why(question: Question) -> bool:
    """Return True when the question asks for an explanation."""
    return question.context.get("explain") is True


def answer_of(question: Question, decision: Decision, explanations: Explains) -> Answer:
    """Return the answer to a question, explained when the question asks for it."""
    answer = decision.answer
    context: dict[str, Any] = {
        "reasons": answer.reasons,
        "rules": answer.rules,
        "policy": decision.policy,
        "facts": decision.facts,
        "evaluation_id": new_evaluation_id(),
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


def new_evaluation_id() -> str:
    """Return an id that no other decision has and that sorts by time: a UUID of version 7 (RFC 9562, 5.7)."""
    random = int.from_bytes(os.urandom(10), "big")
    milliseconds = time.time_ns() // 1_000_000
    number = (
        (milliseconds & 0xFFFFFFFFFFFF) << 80
        | 0x7 << 76
        | (random >> 68) << 64
        | 0b10 << 62
        | (random & 0x3FFFFFFFFFFFFFFF)
    )
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


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
