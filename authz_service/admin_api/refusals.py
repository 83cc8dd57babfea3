"""A no of the policy, or of how things stand, as a problem: 403, 404, 409, 412, 400 or 503."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from authz_service.admin_api.problems import (
    BAD_REQUEST,
    CONFLICTS,
    MISSING_PERMISSION,
    SERVICE_UNAVAILABLE,
    STATE_CONFLICT,
    Issue,
    Issues,
    Problem,
    ProblemError,
    not_found,
)
from authz_service.admin_api.texts import ApiTexts
from authz_service.domain.actors import Outcome
from authz_service.domain.questions import Answer, Decision
from authz_service.domain.vocabulary import Action, Reason, told_in_order
from authz_service.services.authority.reports import CommandResult, Conflict
from authz_service.services.explanations import Explanations

__all__ = ["INPUT_REASONS", "RETRY_AFTER", "STATE_REASONS", "Refusals"]

RETRY_AFTER: Final = {"Retry-After": "5"}
STATE_REASONS: Final = frozenset(
    {
        Reason.ALREADY_A_USER,
        Reason.ALREADY_CHIEF_ACCESS_MANAGER,
        Reason.ALREADY_SIGNED,
        Reason.CHANNEL_NOT_ACTIVE,
        Reason.EBOX_NOT_ACTIVE,
        Reason.MANDATE_ENDED,
        Reason.MANDATE_EXPIRED,
        Reason.MANDATE_NOT_SIGNED_BY_BOTH,
        Reason.MANDATE_NOT_STARTED,
        Reason.NO_SENDER,
        Reason.ROLE_EXPIRED,
        Reason.ROLE_NOT_ACCEPTED,
        Reason.ROLE_NOT_PENDING,
        Reason.ROLE_NOT_STARTED,
        Reason.SENDER_EXISTS,
        Reason.SENDER_NOT_ACTIVE,
        Reason.TARGET_STATE,
    }
)
"""Reasons that say how things stand, and nothing about who asks."""
INPUT_REASONS: Final = {
    Reason.BAD_TECHNICAL_NAME: "",
    Reason.CONTEXT_MISSING: "",
    Reason.INVALID_IDENTIFIER: "ssin",
    Reason.INVALID_INPUT: "",
    Reason.MISSING_DATA: "",
    Reason.NOT_CONFIRMED: "confirmed",
    Reason.UNKNOWN_APPLICATION: "applications",
}
"""Reasons that are about the input, and the member that each is about, "" when that is not known."""
APPLICATION: Final = "applicationCode"
"""The path parameter that is a property of an action, not what it is asked of."""
CONFLICT_MEMBERS: Final = {
    "account": "user",
    "declaration": "declaration",
    "designation": "currentDesignation",
    "first_name": "givenName",
    "name": "familyName",
    "since": "since",
}
"""What conflicts tell, by its name inside and on the wire."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Makes problems. Sentences are in the language asked for."""

    explanations: Explanations
    texts: ApiTexts

    def sentence(self, action: Action, decision: Decision, language: str) -> str:
        """Return what a decision says to whoever asked."""
        return self.explanations.explain(action.value, decision)["reason_user"][language]

    def of_decision(
        self, action: Action, decision: Decision, language: str, path_names: Sequence[str] = ()
    ) -> ProblemError:
        """Return the error for a no. `path_names`: the parameters of the path, the last of which may lead nowhere."""
        if decision.error is not None:
            return unavailable()
        reasons = decision.answer.reasons
        asked_of = [name for name in path_names if name != APPLICATION]
        if Reason.UNKNOWN_RESOURCE in reasons and asked_of:
            return not_found(asked_of[-1])
        if reasons == (Reason.UNKNOWN_APPLICATION,) and APPLICATION in path_names:
            return not_found(APPLICATION)
        detail = self.sentence(action, decision, language)
        kind, more = MISSING_PERMISSION, told(decision)
        if reasons and all(reason in STATE_REASONS for reason in reasons):
            kind = STATE_CONFLICT
        elif reasons and all(reason in INPUT_REASONS for reason in reasons):
            kind = BAD_REQUEST
            more = {"issues": [issue.as_json() for issue in self._issues(decision, language)], **more}
        return ProblemError(Problem(kind, detail, language, more))

    def of_conflict(self, conflict: Conflict, language: str) -> ProblemError:
        """Return the error for things that are not as the requester thinks."""
        members = {CONFLICT_MEMBERS[name]: value for name, value in conflict.facts.items()}
        kind = CONFLICTS[conflict.code]
        return ProblemError(Problem(kind, self.texts.text(f"problem.{kind.code}", language), language, members))

    def of_results(
        self, results: Sequence[CommandResult], language: str, path_names: Sequence[str] = ()
    ) -> ProblemError:
        """Return the error for a group of which the first that was not carried out says why."""
        first = next(result for result in results if result.outcome in {Outcome.REFUSED, Outcome.CONFLICT})
        if first.conflict is not None:
            return self.of_conflict(first.conflict, language)
        return self.of_decision(first.command.action, first.decision, language, path_names)

    def of_group(
        self, results: Sequence[CommandResult], outcomes: Iterable[dict[str, Any]], language: str
    ) -> ProblemError:
        """Return the error for the same done to several: why, of each of them."""
        failed = [result for result in results if result.outcome in {Outcome.REFUSED, Outcome.CONFLICT}]
        decisions = [result.decision for result in failed]
        if any(decision.error is not None for decision in decisions):
            return unavailable()
        answer = together(decision.answer for decision in decisions)
        about_state = all(
            result.conflict is not None or set(result.decision.answer.reasons) <= STATE_REASONS for result in failed
        )
        first = decisions[0]
        members = {**told(Decision(answer, first.policy, first.facts, first.at)), "results": list(outcomes)}
        kind = STATE_CONFLICT if about_state else MISSING_PERMISSION
        return ProblemError(Problem(kind, self.texts.text("problem.bulkRefused", language), language, members))

    def _issues(self, decision: Decision, language: str) -> Iterable[Issue]:
        for reason in decision.answer.reasons:
            alone = Decision(Answer(allowed=False, reasons=(reason,), rules=()), decision.policy, 0, 0)
            sentence = self.explanations.explain("", alone)["reason_user"][language]
            yield Issue(Issues.INVALID_INPUT, "body", INPUT_REASONS[reason], sentence)


def told(decision: Decision) -> dict[str, Any]:
    """Return what a refusal tells beside the sentence."""
    return {
        "reasons": [reason.value for reason in decision.answer.reasons],
        "rules": list(decision.answer.rules),
        "policy": decision.policy,
        "factsRevision": decision.facts,
    }


def together(answers: Iterable[Answer]) -> Answer:
    """Return the reasons and rules of several noes, each once."""
    given = list(answers)
    reasons = told_in_order({reason for answer in given for reason in answer.reasons})
    rules = tuple(dict.fromkeys(rule for answer in given for rule in answer.rules))
    return Answer(allowed=False, reasons=reasons, rules=rules)


def unavailable() -> ProblemError:
    """Return the error for when nothing can be decided: this is no denial."""
    members = {"retryAfterSec": int(RETRY_AFTER["Retry-After"])}
    detail = "Nothing can be decided at the moment"
    return ProblemError(Problem(SERVICE_UNAVAILABLE, detail, members=members, headers=RETRY_AFTER))
