"""Putting an explanation into words, in four languages, and into the JSON of `context.explanation`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from babel.dates import format_date

from authz_service.domain.moments import BRUSSELS, EPOCH, MICROSECOND, text_of
from authz_service.domain.questions import RuleText
from authz_service.services.explaining.changes import Change, ChangeCode, Provider
from authz_service.services.explaining.elements import FactKind, NamedFact
from authz_service.services.explaining.explanation import ExplainedNeed, Explanation, Hence, Stated
from authz_service.services.messages import LANGUAGES, Messages, MessagesError

__all__ = ["Telling"]

_LOCALES: Final = {"en": "en_GB"}
Sentences = dict[str, str]


class Telling:
    """Tells explanations with the sentences of the catalogue; nothing a caller sent is in them but known words."""

    def __init__(self, messages: Messages) -> None:
        """Raises MessagesError when a sentence is missing."""
        self._texts: Mapping[str, Mapping[str, str]] = messages.texts
        for language in LANGUAGES:
            for needed in _needed():
                if needed not in self._texts[language]:
                    raise MessagesError(f"{language}.po has no translation of {needed}")

    def tell(self, explanation: Explanation, conclusion: Sentences) -> dict[str, Any]:
        """Return the JSON object. `conclusion`: what is allowed, by language; the last step of a chain."""
        return {
            "needs": [_need(need) for need in explanation.needs],
            "chain": list(self._chain(explanation, conclusion)),
            "nearest": [self._change(change) for change in explanation.nearest],
        }

    def _chain(self, explanation: Explanation, conclusion: Sentences) -> Iterator[dict[str, Any]]:
        if not explanation.granting:
            return
        for stated in explanation.stated:
            yield self._stated(stated)
        for hence in explanation.hence:
            yield self._hence(hence)
        yield {"step": "allowed", "rules": [_rule(rule) for rule in explanation.granting], "sentence": conclusion}

    def _stated(self, stated: Stated) -> dict[str, Any]:
        sentence = {language: self._fact_with_others(language, stated) for language in LANGUAGES}
        told: dict[str, Any] = {"step": "fact", "fact": _fact(stated.fact), "sentence": sentence}
        return told | ({"also": [_fact(fact) for fact in stated.instead]} if stated.instead else {})

    def _fact_with_others(self, language: str, stated: Stated) -> str:
        fact = self._fact(language, stated.fact)
        if not stated.instead:
            return fact
        others = "; ".join(self._fact(language, other) for other in stated.instead)
        return self._texts[language]["fact.also"].replace("{fact}", fact).replace("{others}", others)

    def _fact(self, language: str, fact: NamedFact) -> str:
        texts = self._texts[language]
        said = texts[f"fact.kind.{fact.kind}"].replace("{id}", fact.id or "")
        form = "between" if fact.since is not None and fact.until is not None else "open"
        if form == "open" and (fact.since, fact.until) != (None, None):
            form = "since" if fact.until is None else "until"
        return (
            texts[f"fact.{form}"]
            .replace("{since}", "" if fact.since is None else _day(fact.since, language))
            # the first instant after it: the last day in force is the one before
            .replace("{until}", "" if fact.until is None else _day(fact.until - 1, language))
            .replace("{fact}", said)
        )

    def _hence(self, hence: Hence) -> dict[str, Any]:
        told: dict[str, Any] = {
            "step": "hence",
            "need": hence.need,
            "rules": [_rule(rule) for rule in hence.rules],
            "facts": [_fact(fact) for fact in hence.facts],
        }
        said = [rule.rule for rule in hence.rules if f"hence.{rule.rule}" in self._texts["en"]]
        if said:
            told["sentence"] = {
                language: "; ".join(self._texts[language][f"hence.{rule}"] for rule in said) for language in LANGUAGES
            }
        return told

    def _change(self, change: Change) -> dict[str, Any]:
        return {
            "change": change.code.value,
            "provider": change.provider.value,
            "sentence": {language: self._way(language, "user", change) for language in LANGUAGES},
            "sentence_admin": {language: self._way(language, "admin", change) for language in LANGUAGES},
        }

    def _way(self, language: str, audience: str, change: Change) -> str:
        texts = self._texts[language]
        return (
            texts[f"nearest.{audience}"]
            .replace("{change}", texts[f"change.{change.code}"])
            .replace("{provider}", texts[f"provider.{change.provider}"])
            .replace("{code}", change.code)
        )


def _needed() -> Iterator[str]:
    yield from ("fact.open", "fact.since", "fact.until", "fact.between", "fact.also", "nearest.user", "nearest.admin")
    yield from (f"fact.kind.{kind}" for kind in FactKind)
    yield from (f"change.{code}" for code in ChangeCode)
    yield from (f"provider.{provider}" for provider in Provider)


def _need(explained: ExplainedNeed) -> dict[str, Any]:
    need = explained.need
    return {
        "need": need.name,
        "met": bool(need.met_by),
        "rules": sorted({*need.rules, *(need.met_by or need.refused_by)}),
        "reasons": list(need.reasons),
        "facts": [_fact(fact) for fact in explained.facts],
    }


def _fact(fact: NamedFact) -> dict[str, str]:
    """Return a fact without what it has none of: AuthZEN leaves out members without a value."""
    told = {
        "kind": fact.kind.value,
        "id": fact.id,
        "since": None if fact.since is None else text_of(fact.since),
        "until": None if fact.until is None else text_of(fact.until),
    }
    return {name: value for name, value in told.items() if value is not None}


def _rule(rule: RuleText) -> dict[str, str]:
    return {"rule": rule.rule, "sentence": rule.sentence, "source": rule.source, "place": rule.place}


def _day(instant: int, language: str) -> str:
    """Return the calendar day in Brussels of an instant (UTC microseconds)."""
    day = (EPOCH + instant * MICROSECOND).astimezone(BRUSSELS).date()
    return format_date(day, format="long", locale=_LOCALES.get(language, language))
