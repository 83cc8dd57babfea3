"""Refuses policy text that could answer wrongly, or that a reviewer could not follow. Run at every load.

What is refused, and why, is said by each check. An attribute that is unknown makes `not`, `forall` and `!=` true, which
is how a misspelt word becomes an allow; so these words are out of the language, and every attribute, enumeration word,
action, need, reason and rule id must be one that exists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from authz_service.domain.vocabulary import Action, Reason, SubjectType
from authz_service.policy.clauses import Clause, Kind, Token, clauses_of, headings_of
from authz_service.policy.expressions import attribute_findings
from authz_service.policy.polar import Polar, PolicyLoadError
from authz_service.policy.schema import CLASSES
from authz_service.policy.text import SWITCHES, PolicyText

__all__ = ["Finding", "check"]

FORBIDDEN: Final = {
    "not": "an unknown attribute makes `not` true",
    "forall": "an unknown attribute makes `forall` true",
    "!=": "`!=` is true of what is absent",
    "cut": "`cut` makes the order of clauses matter",
    "print": "`print` shows values",
    "debug": "`debug` shows values",
    "new": "the policy makes no objects",
    ":=": "write `=`",
}
ASKED: Final = frozenset(
    {
        "action",
        "allow",
        "because",
        "beside",
        "gate",
        "has_permission",
        "has_relation",
        "has_role",
        "met",
        "needs",
        "otherwise",
    }
)
"""Predicates that the engine asks, beside those that the policy itself asks."""
_RULE_ID: Final = re.compile(r"[A-Z]{2,4}(-[A-Z]+)?-[0-9]{2}")
_REASON: Final = re.compile(r"[A-Z]+(_[A-Z]+)*")
_AUDIENCES: Final = frozenset(SubjectType) - {SubjectType.UNKNOWN}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something the linter refuses: where (`file:line`), and what is wrong."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def check(text: PolicyText) -> list[Finding]:
    """Return everything that is wrong with the policy, in the order of the files; empty means that it may be loaded."""
    try:
        clauses = [clause for source in text.sources for clause in clauses_of(source)]
    except ValueError as error:
        place, _, message = str(error).rpartition(": ")
        return [Finding(place, message)]
    findings = {finding for one in CHECKS for finding in one(clauses)}
    findings.update(_headings(text, clauses))
    try:
        Polar(text)
    except PolicyLoadError as error:
        findings.add(Finding("engine", str(error).partition("\n")[0]))
    return sorted(findings, key=_in_order)


def _in_order(finding: Finding) -> tuple[str, int, str]:
    file, _, line = finding.place.partition(":")
    return file, int(line) if line.isdigit() else 0, finding.message


def _at(clause: Clause, token: Token) -> str:
    return f"{clause.file}:{token.line}"


def _forbidden(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Words and signs that are out of the language."""
    for clause in clauses:
        for token in clause.tokens:
            if token.kind in {Kind.WORD, Kind.SYMBOL} and token.text in FORBIDDEN:
                yield Finding(_at(clause, token), f"`{token.text}` is not allowed: {FORBIDDEN[token.text]}")
            if token.kind is Kind.SYMBOL and token.text == "{" and not clause.block:
                yield Finding(_at(clause, token), "a dictionary is not allowed: a standing has attributes")


def _classes(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Class names that no value has: the engine would only warn, and the clause would never match."""
    for clause in clauses:
        if clause.block and clause.block not in CLASSES:
            yield Finding(clause.place, f"unknown class: {clause.block}")
        if clause.block:
            continue
        for before, token in zip(clause.tokens, clause.tokens[1:], strict=False):
            if before.text == ":" and before.kind is Kind.SYMBOL and token.text not in CLASSES:
                yield Finding(_at(clause, token), f"unknown class: {token.text}")


def _vocabulary(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Actions, reasons and switches that do not exist."""
    known_actions = {action.value for action in Action}
    for clause in clauses:
        if clause.name in {"action", "needs"} and clause.tokens[2].kind is Kind.TEXT:
            action = clause.tokens[2].text
            if action not in known_actions:
                yield Finding(clause.place, f"unknown action: {action}")
        if clause.name == "action" and clause.texts[1:2] and clause.texts[1] not in _AUDIENCES:
            yield Finding(clause.place, f"unknown type of subject: {clause.texts[1]}")
        for token in clause.tokens:
            unknown = token.kind is Kind.TEXT and _REASON.fullmatch(token.text) and token.text not in set(Reason)
            if unknown:
                yield Finding(_at(clause, token), f"unknown reason: {token.text}")
        for position, token in enumerate(clause.tokens):
            if token.text == "switch" and token.kind is Kind.WORD and not clause.block:
                yield from _switch(clause, clause.tokens[position + 2 : position + 5])


def _switch(clause: Clause, arguments: Sequence[Token]) -> Iterator[Finding]:
    name, value = arguments[0].text, arguments[-1]
    if name not in SWITCHES:
        yield Finding(clause.place, f"unknown switch: {name}")
    elif value.kind is Kind.TEXT and value.text not in SWITCHES[name]:
        yield Finding(clause.place, f"the switch {name} has no value {value.text}")


def _actions(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Every action stands in exactly one `action` clause: without it, what every question needs would not be asked."""
    declared = Counter(clause.texts[0] for clause in clauses if clause.name == "action" and clause.texts)
    for action in Action:
        if declared[action.value] != 1:
            yield Finding("policy", f"{action.value}: {declared[action.value]} `action` clauses, one is needed")


def _needs(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """A need that nothing meets denies for ever, one without a reason denies in silence, an unused one says nothing."""
    needed = {clause.texts[-2]: clause for clause in clauses if clause.name == "needs" and len(clause.texts) > 1}
    needed |= {
        clause.texts[0]: clause
        for clause in clauses
        if clause.name == "needs" and len(clause.texts) == 1 and clause.tokens[2].kind is Kind.WORD
    }
    met = {clause.texts[0]: clause for clause in clauses if clause.name == "met" and clause.texts}
    told = {clause.texts[0]: clause for clause in clauses if clause.name == "because" and clause.texts}
    borrowed = set(_borrowed(clauses))
    for need, clause in needed.items():
        if need not in met:
            yield Finding(clause.place, f"the need {need!r} has no `met`")
        if need not in told:
            yield Finding(clause.place, f"the need {need!r} has no `because`")
    for need, clause in {**met, **told}.items():
        if need not in needed and need not in borrowed:
            yield Finding(clause.place, f"unknown need: no action needs {need!r}")
    for clause in clauses:
        if clause.name in {"gate", "beside"} and clause.texts and clause.texts[0] not in needed:
            yield Finding(clause.place, f"unknown need: {clause.texts[0]!r}")


def _borrowed(clauses: Sequence[Clause]) -> Iterator[str]:
    """Yield the needs that other clauses ask for in their bodies."""
    for clause in clauses:
        if clause.block:
            continue
        for position, token in enumerate(clause.tokens[:-2]):
            if position and token.text in {"met", "because"} and token.kind is Kind.WORD:
                yield clause.tokens[position + 2].text


def _used(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """A predicate that nobody asks is most likely a misspelt one."""
    asked = {
        token.text
        for clause in clauses
        if not clause.block
        for token, after in zip(clause.tokens[1:], clause.tokens[2:], strict=False)
        if token.kind is Kind.WORD and after.text == "("
    }
    for clause in clauses:
        if clause.name and clause.name not in asked | ASKED:
            yield Finding(clause.place, f"nothing asks {clause.name}")


def _twice(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """A clause that stands twice hides the deletion of either."""
    seen: dict[tuple[str, ...], Clause] = {}
    for clause in clauses:
        words = (clause.block, *(f"{token.kind}{token.text}" for token in clause.tokens))
        if words in seen:
            yield Finding(clause.place, f"the same clause stands at {seen[words].place}")
        seen[words] = clause


def _attributes(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Attributes that no standing has, words that an enumeration does not hold, tuples and lists that are compared."""
    for clause in clauses:
        for token, message in attribute_findings(clause):
            yield Finding(_at(clause, token), message)


def _headings(text: PolicyText, clauses: Sequence[Clause]) -> Iterator[Finding]:
    """A clause rests on a rule, and every rule that is cited has its id, a sentence and a source above some clause."""
    headed = set()
    for source in text.sources:
        for heading in headings_of(source):
            if heading.rule in headed:
                yield Finding(heading.place, f"{heading.rule} has a heading already")
            if not heading.source:
                yield Finding(heading.place, f"{heading.rule} has no source")
            headed.add(heading.rule)
    for clause in clauses:
        cited = [token for token in clause.tokens if token.kind is Kind.TEXT and _RULE_ID.fullmatch(token.text)]
        for token in cited:
            if token.text not in headed:
                yield Finding(_at(clause, token), f"{token.text} has no heading with its sentence and source")
        handed_on = any(token.text == "rule" and token.kind is Kind.WORD for token in clause.tokens)
        if clause.name in {"action", "needs", "met", "because", "otherwise"} and not cited and not handed_on:
            yield Finding(clause.place, f"`{clause.name}` cites no rule")


CHECKS: Final[tuple[Callable[[Sequence[Clause]], Iterator[Finding]], ...]] = (
    _forbidden,
    _classes,
    _vocabulary,
    _actions,
    _needs,
    _used,
    _twice,
    _attributes,
)
