"""What is told of a refusal to somebody who may not do the thing at all: nothing about the person he named.

Otherwise anybody could find out of any national number whether its holder works for, or is a user of, any enterprise
(F29). Portals, which are trusted, are told everything by the decision endpoint, and so is the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from authz_service.domain.actors import Actor
from authz_service.domain.questions import Decision
from authz_service.domain.vocabulary import REASON_CLASSES, Action, Reason, ReasonClass
from authz_service.services.decisions import DecisionService

__all__ = ["discreet"]

PERSONS: Final = frozenset({"candidate", "target"})
"""The properties of actions that name a person."""


def discreet(
    decisions: DecisionService,
    actor: Actor,
    action: Action,
    resource_id: str,
    properties: Mapping[str, Any],
    decision: Decision,
) -> Decision:
    """Return a refusal as it is told to the actor: to whom something stands in the way himself, that and no more.

    Reasons and rules are then those of the same question about nobody in particular. Raises StoreUnavailableError.
    """
    answer = decision.answer
    if decision.error is not None or answer.allowed or not PERSONS & properties.keys() or not _own(answer.reasons):
        return decision
    others = {name: value for name, value in properties.items() if name not in PERSONS}
    nobody = decisions.decide([actor.asks(action, resource_id, others)], actor.scopes)[0]
    # Between the two questions the actor may have been given the power; then he is told what stood in his way before.
    reasons = _own(nobody.answer.reasons) or _own(answer.reasons)
    return replace(decision, answer=replace(nobody.answer, allowed=False, reasons=reasons))


def _own(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return the reasons that are about the actor or the enterprise, not about what he named."""
    return tuple(reason for reason in reasons if REASON_CLASSES[reason] is not ReasonClass.TARGET)
