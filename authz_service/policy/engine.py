"""Asking the policy: allow means that the action has needs and that every one of them is met."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Final

from authz_service.domain.questions import Answer, Need, RuleText
from authz_service.domain.standings import Standing, UnknownStanding
from authz_service.domain.vocabulary import Action, Reason, told_in_order
from authz_service.policy.clauses import headings_of
from authz_service.policy.linter import check
from authz_service.policy.polar import Ask, Polar, PolicyEvaluationError, PolicyLoadError, plain, texts
from authz_service.policy.text import PolicyText

__all__ = ["PolicyEngine"]

REMEMBERED: Final = 50_000
"""Answers kept in memory; an answer is a pure function of (policy, standing), so none of them can go stale."""

EXAMINED: Final = 10_000
"""Standings kept in memory whose unmet needs are known, as far as explanations asked for them."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Need:
    name: str
    rules: frozenset[str]
    """The rules that demand it of this action."""


class PolicyEngine:
    """One loaded policy. It is never changed: a new policy is a new engine."""

    def __init__(self, text: PolicyText, *, checked: bool = True) -> None:
        """Check the policy and load it. Raises PolicyLoadError with everything the linter refuses.

        `checked` False: for the mutation test, which wants to see what the cases say of a policy that is broken.
        """
        findings = check(text) if checked else []
        if findings:
            raise PolicyLoadError("\n".join(map(str, findings)))
        self.text = text
        self.revision = text.revision
        self._polar = Polar(text)
        self._needs = {action: self._needs_of(action) for action in Action}
        gates = self._polar.ask("gate", Ask("order"), Ask("need"))
        beside = self._polar.ask("beside", Ask("order"), Ask("need"))
        self._gates = [
            (
                {need for at, need in gates if at == order},
                {need for at, need in gates | beside if at == order},
            )
            for order in sorted({order for order, _ in gates})
        ]
        self._rule_texts = {
            heading.rule: RuleText(heading.rule, heading.sentence, heading.source, heading.place)
            for source in text.sources
            for heading in headings_of(source)
        }
        self._answer = lru_cache(REMEMBERED)(self._find_answer)
        self._unmet = lru_cache(EXAMINED)(self._find_unmet)

    def _needs_of(self, action: Action) -> tuple[_Need, ...]:
        rules: dict[str, set[str]] = {}
        for need, rule in self._polar.ask("needs", action.value, Ask("need"), Ask("rule")):
            rules.setdefault(need, set()).add(rule)
        return tuple(_Need(need, frozenset(rules[need])) for need in sorted(rules))

    def ask(self, standing: Standing | UnknownStanding) -> Answer:
        """Return the policy's answer. Raises PolicyEvaluationError; then nothing is decided and nothing is kept."""
        return self._answer(standing)

    def _find_answer(self, standing: Standing | UnknownStanding) -> Answer:
        return self._otherwise() if isinstance(standing, UnknownStanding) else self.evaluate(standing)

    def evaluate(self, standing: Standing) -> Answer:
        """Return the answer, evaluated anew. Raises PolicyEvaluationError."""
        needs = self._needs[standing.action]
        if not needs:
            return self._otherwise()
        seen = plain(standing)
        granting: set[str] = set()
        unmet: dict[str, _Need] = {}
        for need in needs:
            met_by = self._met(need.name, seen)
            if met_by:
                granting |= met_by | need.rules
            else:
                unmet[need.name] = need
        if not unmet:
            return Answer(allowed=True, reasons=(), rules=tuple(sorted(granting)))
        return self._denied(self._told(unmet), seen)

    def examine(self, standing: Standing) -> tuple[Need, ...]:
        """Return each need of the standing's action, by name. Raises PolicyEvaluationError."""
        needs, seen = self._needs[standing.action], plain(standing)
        met = {need.name: self._met(need.name, seen) for need in needs}
        judged = self._judged({name for name, rules in met.items() if not rules})
        examined = []
        for need in needs:
            told = set() if met[need.name] else self._polar.ask("because", need.name, Ask("reason"), Ask("rule"), seen)
            examined.append(
                Need(
                    name=need.name,
                    rules=tuple(sorted(need.rules)),
                    met_by=tuple(sorted(met[need.name])),
                    reasons=told_in_order({_reason(reason) for reason, _ in told}),
                    refused_by=tuple(sorted({rule for _, rule in told})),
                    judged=judged is None or need.name in judged,
                )
            )
        return tuple(examined)

    def unmet(self, standing: Standing) -> frozenset[str]:
        """Return the names of the needs that are not met, gates or not. Raises PolicyEvaluationError."""
        return self._unmet(standing)

    def _find_unmet(self, standing: Standing) -> frozenset[str]:
        seen = plain(standing)
        return frozenset(need.name for need in self._needs[standing.action] if not self._met(need.name, seen))

    def rule_text(self, rule: str) -> RuleText | None:
        """Return what the policy says of a rule; None when it has no heading."""
        return self._rule_texts.get(rule)

    def _met(self, need: str, seen: object) -> set[str]:
        return set(texts(self._polar.ask("met", need, Ask("rule"), seen)))

    def _judged(self, unmet: set[str]) -> set[str] | None:
        """Return the needs of which something can be said: behind a gate that is shut, nothing can. None: all."""
        return next((told for gates, told in self._gates if gates & unmet), None)

    def _told(self, unmet: dict[str, _Need]) -> dict[str, _Need]:
        """Return the unmet needs that can be judged."""
        judged = self._judged(set(unmet))
        return unmet if judged is None else {name: need for name, need in unmet.items() if name in judged}

    def _denied(self, unmet: dict[str, _Need], seen: object) -> Answer:
        reasons: set[Reason] = set()
        refusing: set[str] = set()
        for need in unmet.values():
            told = self._polar.ask("because", need.name, Ask("reason"), Ask("rule"), seen)
            if told:
                refusing |= need.rules
            for reason, rule in told:
                reasons.add(_reason(reason))
                refusing.add(rule)
        if not reasons:
            raise PolicyEvaluationError("a need is not met and the policy gives no reason")
        return Answer(
            allowed=False,
            reasons=told_in_order(reasons),
            rules=tuple(sorted(refusing)),
            unmet=tuple(sorted(unmet)),
        )

    def _otherwise(self) -> Answer:
        answers = self._polar.ask("otherwise", Ask("reason"), Ask("rule"))
        if not answers:
            raise PolicyEvaluationError("the policy says nothing of what it does not know")
        return Answer(
            allowed=False,
            reasons=told_in_order({_reason(reason) for reason, _ in answers}),
            rules=tuple(sorted({rule for _, rule in answers})),
        )


def _reason(code: str) -> Reason:
    """Return the reason that a code of the policy stands for. Raises PolicyEvaluationError."""
    try:
        return Reason(code)
    except ValueError:
        raise PolicyEvaluationError("the policy gives a reason that does not exist") from None
