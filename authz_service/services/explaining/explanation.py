"""What an explanation says, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.domain.questions import Decision, Examines, Need, RuleText
from authz_service.services.explaining.cases import Case
from authz_service.services.explaining.changes import Change
from authz_service.services.explaining.elements import Element, FactKind, NamedFact, elements_of
from authz_service.services.explaining.nearest import nearest_allow
from authz_service.services.explaining.support import Support, blamed, support_of

__all__ = ["ExplainedNeed", "Explanation", "Hence", "Stated", "explain"]

THERE_IS: frozenset[FactKind] = frozenset(
    {
        FactKind.APPLICATION,
        FactKind.CAPACITY,
        FactKind.DIGITAL_KEY,
        FactKind.AUTHENTICATION_MEANS,
        FactKind.ENTERPRISE,
        FactKind.PERSON,
    }
)
"""Facts that say only that something is there, or how somebody logged in: nobody has a power by them."""


@dataclass(frozen=True, slots=True)
class ExplainedNeed:
    """A need as it was judged, and the facts behind that."""

    need: Need
    facts: tuple[NamedFact, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A step of the chain: a fact. `instead`: others that would do in its place."""

    fact: NamedFact
    instead: tuple[NamedFact, ...]


@dataclass(frozen=True, slots=True)
class Hence:
    """A step of the chain: a need that is met by these rules, because of these facts."""

    need: str
    rules: tuple[RuleText, ...]
    facts: tuple[NamedFact, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a decision is what it is.

    `needs`: those of which something can be said. An allow has a chain: the facts it rests on, what follows from them,
    and the rules that grant. A deny has the nearest changes that together give an allow; none where none was found.
    """

    needs: tuple[ExplainedNeed, ...]
    stated: tuple[Stated, ...]
    hence: tuple[Hence, ...]
    granting: tuple[RuleText, ...]
    nearest: tuple[Change, ...]


def explain(decision: Decision) -> Explanation | None:
    """Return why a decision is what it is, from the facts it was made from.

    None when nothing was decided or the action does not exist. Raises PolicyEvaluationError.
    """
    if decision.basis is None or decision.error is not None:
        return None
    case = Case.of(decision.basis, decision.at)
    if case is None:
        return None
    needs = [need for need in case.examined(case.as_it_is) if need.judged]
    elements = elements_of(case)
    support = support_of(case, elements)
    if decision.answer.allowed:
        return _of_an_allow(case.policy, needs, support, decision.answer.rules)
    return _of_a_deny(case, needs, support, elements)


def _of_an_allow(policy: Examines, needs: list[Need], support: Support, granting: tuple[str, ...]) -> Explanation:
    told = tuple(ExplainedNeed(need, _telling(support.behind.get(need.name, ()))) for need in needs)
    hence = [
        Hence(one.need.name, _texts(policy, one.need.met_by), one.facts)
        for one in told
        if any(fact.kind not in THERE_IS for fact in one.facts)
    ]
    stated = sorted(support.facts, key=lambda fact: fact.kind in THERE_IS)
    return Explanation(
        needs=told,
        stated=tuple(Stated(fact, support.instead[fact]) for fact in stated),
        hence=tuple(hence),
        granting=_texts(policy, granting),
        nearest=(),
    )


def _of_a_deny(case: Case, needs: list[Need], support: Support, elements: tuple[Element, ...]) -> Explanation:
    blame = blamed(case, [element for element in elements if element.fact.kind not in THERE_IS])
    told = tuple(
        ExplainedNeed(need, _telling((support.behind if need.met_by else blame).get(need.name, ()))) for need in needs
    )
    return Explanation(needs=told, stated=(), hence=(), granting=(), nearest=nearest_allow(case))


def _telling(facts: tuple[NamedFact, ...]) -> tuple[NamedFact, ...]:
    """Return the facts that tell something: that somebody or something is there does so only by itself."""
    return tuple(fact for fact in facts if fact.kind not in THERE_IS) or facts


def _texts(policy: Examines, rules: tuple[str, ...]) -> tuple[RuleText, ...]:
    return tuple(text for rule in rules if (text := policy.rule_text(rule)) is not None)
