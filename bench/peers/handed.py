"""The facts that a peer without a database is handed: as much as its policy needs, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from bench.questions import Action, Question

__all__ = ["Attributes", "person", "resource"]

Attributes: TypeAlias = dict[str, object]


def person(questions: Iterable[Question]) -> Attributes:
    """Return how one person stands in the enterprises of all of these questions, which are that person's."""
    chief_of: dict[str, None] = {}
    co_chief_of: dict[str, None] = {}
    capacities: dict[str, dict[str, None]] = {"manager_of": {}, "co_manager_of": {}, "user_of": {}, "blocked_in": {}}
    grants: dict[str, dict[str, None]] = {}
    for question in questions:
        facts = question.facts
        if facts.chief:
            chief_of[question.enterprise] = None
        if facts.co_chief:
            co_chief_of[question.enterprise] = None
        for name, held in capacities.items():
            held.update(dict.fromkeys(getattr(facts, name)))
        for capacity, application in facts.grants:
            grants.setdefault(capacity, {})[application] = None
    return {
        "chief_of": list(chief_of),
        "co_chief_of": list(co_chief_of),
        **{name: list(held) for name, held in capacities.items()},
        "grants": {capacity: list(applications) for capacity, applications in grants.items()},
    }


def resource(question: Question) -> Attributes:
    """Return what is known of the capacity asked about, and of whom the action would touch."""
    attributes: Attributes = {"enterprise": question.enterprise, "capacity": question.capacity}
    if question.application:
        attributes["application"] = question.application
        attributes["offered"] = list(question.resource.offered)
    if question.action is Action.CREATE_USER:
        attributes["candidate_linked"] = question.resource.candidate_linked
        attributes["candidate_has_account"] = question.resource.candidate_has_account
    if question.resource.target_kind is not None:
        attributes["target_kind"] = question.resource.target_kind.value
    return attributes
