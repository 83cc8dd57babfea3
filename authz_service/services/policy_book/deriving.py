"""What the clauses of the policy can ever say: which action needs what by which rule, and why a need is refused.

The text is read as if every condition could hold, so nothing that the engine can answer is left out. A variable that
the text never gives a value (the problems of a question) stands as None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from authz_service.policy.clauses import Clause, Kind, Token

__all__ = ["Derived", "derive"]

Row = tuple[str | None, ...]
Binding = dict[str, str | None]
_OPENING: Final = frozenset("([{")
_OF_THE_ENGINE: Final = frozenset({"has_permission", "has_relation", "has_role"})
"""Predicates that resource blocks answer as well: what the clauses alone say of them is not all."""
_CLOSING: Final = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Derived:
    """Every answer that a predicate can have, each a tuple of texts, None for what only a standing can tell."""

    answers: Mapping[str, frozenset[Row]]

    def of(self, predicate: str) -> list[Row]:
        """Return the answers of a predicate in a fixed order."""
        return sorted(self.answers.get(predicate, frozenset()), key=lambda row: tuple(part or "" for part in row))


@dataclass(frozen=True, slots=True)
class _Term:
    """An argument: `text` of a literal, or `name` of a variable, or neither when it is something else."""

    text: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Choice:
    """`name in ["…", "…"]`."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Call:
    """`predicate(…, …)`."""

    predicate: str
    terms: tuple[_Term, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    head: _Call
    body: tuple[_Call | _Choice, ...]


def derive(clauses: Sequence[Clause]) -> Derived:
    """Return what the clauses can say. Clauses inside resource blocks say nothing here."""
    rules = [rule for rule in map(_rule, clauses) if rule is not None]
    known: dict[str, frozenset[Row]] = {rule.head.predicate: frozenset() for rule in rules}
    growing = True
    while growing:
        growing = False
        for rule in rules:
            found = known[rule.head.predicate] | frozenset(_answers(rule, known))
            if found != known[rule.head.predicate]:
                known[rule.head.predicate] = found
                growing = True
    return Derived(known)


def _answers(rule: _Rule, known: Mapping[str, frozenset[Row]]) -> Iterator[Row]:
    bindings: list[Binding] = [{}]
    for goal in rule.body:
        bindings = _once(wider for binding in bindings for wider in _met(goal, binding, known))
    for binding in bindings:
        yield tuple(binding.get(term.name) if term.name else term.text for term in rule.head.terms)


def _once(bindings: Iterator[Binding]) -> list[Binding]:
    return list({tuple(sorted(binding.items(), key=lambda part: part[0])): binding for binding in bindings}.values())


def _met(goal: _Call | _Choice, binding: Binding, known: Mapping[str, frozenset[Row]]) -> Iterator[Binding]:
    if isinstance(goal, _Choice):
        bound = binding.get(goal.name)
        yield from ({**binding, goal.name: text} for text in goal.texts if bound in {None, text})
    elif goal.predicate not in known or goal.predicate in _OF_THE_ENGINE:
        yield binding
    else:
        for row in known[goal.predicate]:
            wider = _matched(goal.terms, row, binding)
            if wider is not None:
                yield wider


def _matched(terms: Sequence[_Term], row: Row, binding: Binding) -> Binding | None:
    """Return the binding with what the row adds to it, None when the two contradict each other."""
    wider = dict(binding)
    for term, value in zip(terms, row, strict=True):
        has = wider.get(term.name) if term.name else term.text
        if value is not None and has is not None and has != value:
            return None
        if term.name and has is None and value is not None:
            wider[term.name] = value
    return wider


# --- from tokens to rules --------------------------------------------------------------------------------------------


def _rule(clause: Clause) -> _Rule | None:
    if not clause.name:
        return None
    tokens = clause.tokens
    end = next((place for place, token in enumerate(tokens) if _is_word(token, "if")), len(tokens))
    head = _call(tokens[:end])
    if head is None:
        return None
    goals = (_goal(part) for part in _split(tokens[end + 1 :], "and"))
    return _Rule(head, tuple(goal for goal in goals if goal is not None))


def _goal(tokens: Sequence[Token]) -> _Call | _Choice | None:
    if len(tokens) > 3 and _is_word(tokens[1], "in") and tokens[2].text == "[" and tokens[0].kind is Kind.WORD:
        return _Choice(tokens[0].text, tuple(token.text for token in tokens[3:-1] if token.kind is Kind.TEXT))
    return _call(tokens)


def _call(tokens: Sequence[Token]) -> _Call | None:
    if len(tokens) < 3 or tokens[0].kind is not Kind.WORD or tokens[1].text != "(" or tokens[-1].text != ")":
        return None
    return _Call(tokens[0].text, tuple(map(_term, _split(tokens[2:-1], ","))))


def _term(tokens: Sequence[Token]) -> _Term:
    if len(tokens) == 1 and tokens[0].kind in {Kind.TEXT, Kind.NUMBER}:
        return _Term(text=tokens[0].text)
    if len(tokens) == 1 and tokens[0].kind is Kind.WORD and tokens[0].text != "_":
        return _Term(name=tokens[0].text)
    return _Term()


def _is_word(token: Token, word: str) -> bool:
    return token.kind is Kind.WORD and token.text == word


def _split(tokens: Sequence[Token], separator: str) -> list[Sequence[Token]]:
    """Return the parts between separators that stand in no bracket."""
    parts: list[Sequence[Token]] = []
    start = depth = 0
    for place, token in enumerate(tokens):
        if token.kind is Kind.SYMBOL and token.text in _OPENING:
            depth += 1
        elif token.kind is Kind.SYMBOL and token.text in _CLOSING:
            depth -= 1
        elif not depth and token.kind in {Kind.SYMBOL, Kind.WORD} and token.text == separator:
            parts.append(tokens[start:place])
            start = place + 1
    if tokens[start:]:
        parts.append(tokens[start:])
    return parts
