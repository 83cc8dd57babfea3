"""What the book holds in any language: rules with their clauses, reasons and cases; actions with their needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from authz_service.domain.vocabulary import REASON_CLASSES, Action, Reason, ReasonClass, told_in_order
from authz_service.policy.clauses import Clause, Kind, clauses_of, headings_of
from authz_service.policy.text import PolicySource, PolicyText
from authz_service.services.policy_book.deriving import Derived, derive
from authz_service.services.policy_cases.tables import Case, CaseTable

__all__ = ["ActionEntry", "Chapter", "Contents", "Excerpt", "NeedEntry", "ReasonEntry", "RuleEntry", "contents_of"]

FOUND_WHILE_READING: Final = (
    Reason.CONTEXT_MISSING,
    Reason.INVALID_IDENTIFIER,
    Reason.INVALID_INPUT,
    Reason.MISSING_DATA,
)
"""The problems that reading a question can find: what a clause hands on when it names the reason by a variable."""
_RULE_LINE: Final = re.compile(r"^#(   | [A-Z]{2,4}(?:-[A-Z]+)?-[0-9]{2}\. )")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A clause as it stands in its file, with the remark right above it ("" for none)."""

    file: str
    line: int
    text: str
    remark: str


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule. `reasons`: those it gives; `demanded_reasons`: those of the needs it demands, told with it on a deny.

    `actions`: those that it demands something for, or whose needs it can meet or tell the reason of; `of_every_action`:
    it is about something that every question needs; `heads_action`: some action rests on it.
    """

    id: str
    sentence: str
    source: str
    excerpts: tuple[Excerpt, ...]
    actions: tuple[Action, ...]
    of_every_action: bool
    heads_action: bool
    reasons: tuple[Reason, ...]
    demanded_reasons: tuple[Reason, ...]
    allowed: tuple[Case, ...]
    denied: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one policy file. `title`: its first comment, in English; `lines`: the whole file."""

    file: str
    title: str
    rules: tuple[RuleEntry, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedEntry:
    """What must be met: the rules that demand it and that can meet it, and what is told when none does."""

    name: str
    demanded_by: tuple[str, ...]
    met_by: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """An action: the type of subject it is for, its minimum level, the rule it rests on, and its own needs."""

    action: Action
    audience: str
    level: str
    rule: str
    needs: tuple[NeedEntry, ...]


@dataclass(frozen=True, slots=True)
class ReasonEntry:
    """A reason and the rules that give it; none for what the service says when it can decide nothing."""

    reason: Reason
    kind: ReasonClass
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """All of it, each in the order of the book. `common`: what every question needs."""

    chapters: tuple[Chapter, ...]
    actions: tuple[ActionEntry, ...]
    common: tuple[NeedEntry, ...]
    reasons: tuple[ReasonEntry, ...]
    tables: tuple[CaseTable, ...]

    @property
    def rules(self) -> tuple[RuleEntry, ...]:
        """The rules of all chapters."""
        return tuple(rule for chapter in self.chapters for rule in chapter.rules)


def contents_of(text: PolicyText, tables: Sequence[CaseTable]) -> Contents:
    """Return what a policy that the linter accepts and its cases hold."""
    return _Collecting(text, tables).contents()


class _Collecting:
    def __init__(self, text: PolicyText, tables: Sequence[CaseTable]) -> None:
        self._text = text
        self._tables = tuple(tables)
        self._cases = [case for table in tables for case in table.cases]
        self._clauses = {source.name: tuple(clauses_of(source)) for source in text.sources}
        everything = [clause for clauses in self._clauses.values() for clause in clauses]
        self._derived = derive(everything)
        self._common = {
            clause.texts[0]: None for clause in everything if clause.name == "needs" and not _names_action(clause)
        }
        self._demands = _demands(everything)
        self._reasons = dict(_reasons(self._derived))
        self._order = [heading.rule for source in text.sources for heading in headings_of(source)]

    def contents(self) -> Contents:
        return Contents(
            chapters=tuple(self._chapter(source) for source in self._text.sources),
            actions=tuple(self._action(row) for row in self._derived.of("action") if row[0] is not None),
            common=tuple(self._need(need, ()) for need in self._common),
            reasons=tuple(self._reason(reason) for reason in told_in_order(set(Reason))),
            tables=self._tables,
        )

    def _in_order(self, rules: Iterable[str | None]) -> tuple[str, ...]:
        return tuple(sorted({rule for rule in rules if rule is not None}, key=self._order.index))

    def _chapter(self, source: PolicySource) -> Chapter:
        lines = tuple(source.text.splitlines())
        rules = tuple(self._rule(heading.rule, heading.sentence, heading.source) for heading in headings_of(source))
        return Chapter(source.name, lines[0].lstrip("# "), rules, lines)

    def _rule(self, rule: str, sentence: str, source: str) -> RuleEntry:
        own = {reason for (_, by), reasons in self._reasons.items() if by == rule for reason in reasons}
        demanded = {need for _, need, by in self._demands if by == rule}
        behind = {reason for (need, _), reasons in self._reasons.items() if need in demanded for reason in reasons}
        heads = [row[0] for row in self._derived.of("action") if row[-1] == rule]
        touched = self._needs_touched(rule)
        actions = {action for action, need, by in self._demands if by == rule or need in touched} | set(heads)
        return RuleEntry(
            id=rule,
            sentence=sentence,
            source=source,
            excerpts=tuple(self._excerpts(rule)),
            actions=tuple(action for action in Action if action in actions),
            of_every_action=bool(touched & self._common.keys()),
            heads_action=bool(heads),
            reasons=told_in_order(own),
            demanded_reasons=told_in_order(behind - own),
            allowed=tuple(case for case in self._cases if case.allowed and rule in case.rules),
            denied=tuple(case for case in self._cases if not case.allowed and rule in case.rules),
        )

    def _needs_touched(self, rule: str) -> set[str]:
        """Return the needs that a rule can meet, or gives a reason for."""
        met = {need or "" for need, by, _ in self._derived.of("met") if by == rule}
        return met | {need for need, by in self._reasons if by == rule}

    def _excerpts(self, rule: str) -> Iterator[Excerpt]:
        for source in self._text.sources:
            lines = source.text.splitlines()
            for clause in self._clauses[source.name]:
                remark = _remark(lines, clause.line)
                if rule in clause.texts or rule in remark:
                    text = source.text[clause.start : clause.end]
                    yield Excerpt(source.name, clause.line, text, remark)

    def _need(self, name: str, demanded_by: Iterable[str]) -> NeedEntry:
        met = self._in_order(rule for need, rule, *_ in self._derived.of("met") if need == name)
        told = {reason for (need, _), reasons in self._reasons.items() if need == name for reason in reasons}
        return NeedEntry(name, self._in_order(demanded_by), met, told_in_order(told))

    def _action(self, row: tuple[str | None, ...]) -> ActionEntry:
        name, audience, level, rule = (part or "" for part in row)
        own = dict.fromkeys(need for action, need, _ in self._demands if action == name)
        needs = (self._need(need, [by for of, to, by in self._demands if (of, to) == (name, need)]) for need in own)
        return ActionEntry(Action(name), audience, level, rule, tuple(needs))

    def _reason(self, reason: Reason) -> ReasonEntry:
        rules = {by for (_, by), reasons in self._reasons.items() if reason in reasons}
        rules |= {row[1] or "" for row in self._derived.of("otherwise") if row[0] == reason}
        return ReasonEntry(reason, REASON_CLASSES[reason], self._in_order(rules))


def _names_action(clause: Clause) -> bool:
    return clause.tokens[2].kind is Kind.TEXT


def _demands(clauses: Iterable[Clause]) -> tuple[tuple[str, str, str], ...]:
    """Return (action, need, rule) of every clause that says it of one action, in the order of the text."""
    found = (clause.texts for clause in clauses if clause.name == "needs" and _names_action(clause))
    return tuple((action, need, rule) for action, need, rule in found)


def _reasons(derived: Derived) -> Iterator[tuple[tuple[str, str], frozenset[Reason]]]:
    """Yield what is told of each (need, rule)."""
    by: dict[tuple[str, str], set[Reason]] = {}
    for need, reason, rule, _ in derived.of("because"):
        told = FOUND_WHILE_READING if reason is None else (Reason(reason),)
        by.setdefault((need or "", rule or ""), set()).update(told)
    yield from ((key, frozenset(reasons)) for key, reasons in by.items())


def _remark(lines: Sequence[str], line: int) -> str:
    """Return the comment right above a line, without the headings of rules."""
    said: list[str] = []
    for above in reversed(lines[: line - 1]):
        if not above.strip().startswith("#") or _RULE_LINE.match(above):
            break
        said.append(above.strip().lstrip("# "))
    return " ".join(reversed(said))
