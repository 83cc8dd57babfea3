"""Reading the conditions of a clause: which attributes they look at, and what they compare them with."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from typing import Any

from authz_service.policy.clauses import Clause, Kind, Token
from authz_service.policy.schema import ROOTS, attribute_types, words_of

__all__ = ["attribute_findings"]

COMPARISONS = frozenset({"=", "==", "<", ">", "<=", ">="})


def attribute_findings(clause: Clause) -> Iterator[tuple[Token, str]]:
    """Yield each token that cannot stand where it stands, with what is wrong."""
    if clause.block:
        return
    tokens = clause.tokens
    for position, token in enumerate(tokens):
        if token.text == "[" and token.kind is Kind.SYMBOL and _text(tokens, position - 1) in COMPARISONS:
            yield token, "lists are not compared: ask with `in`"
        begins = token.kind is Kind.WORD and _text(tokens, position + 1) == "." and _text(tokens, position - 1) != "."
        if begins:
            yield from _path(tokens, position)


def _text(tokens: Sequence[Token], position: int) -> str:
    return tokens[position].text if 0 <= position < len(tokens) and tokens[position].kind is not Kind.TEXT else ""


def _path(tokens: Sequence[Token], start: int) -> Iterator[tuple[Token, str]]:
    root = tokens[start]
    if root.text not in ROOTS:
        yield root, f"unknown variable: {root.text} (attributes are read of {', '.join(sorted(ROOTS))})"
        return
    kinds: set[Any] = set(ROOTS[root.text])
    position = start
    while _text(tokens, position + 1) == ".":
        position += 2
        owners = tuple(kind for kind in kinds if isinstance(kind, type))
        kinds = attribute_types(owners, tokens[position].text)
        if not kinds:
            yield tokens[position], f"unknown attribute: {tokens[position].text}"
            return
    yield from _compared(tokens, start, position, kinds)


def _compared(tokens: Sequence[Token], start: int, end: int, kinds: set[Any]) -> Iterator[tuple[Token, str]]:
    after, before = _text(tokens, end + 1), _text(tokens, start - 1)
    if any(typing.get_origin(kind) is tuple for kind in kinds):
        if before != "in":
            yield tokens[end], f"{tokens[end].text} is a tuple: ask with `in`"
        return
    if after not in COMPARISONS and after != "in":
        return
    words: set[str] = set()
    for kind in kinds:
        words |= words_of(kind) or set()
    enumerated = all(words_of(kind) is not None for kind in kinds)
    for value in _values(tokens, end + 2):
        if value.kind is Kind.TEXT and enumerated and value.text not in words:
            yield value, f"{tokens[end].text} is never {value.text!r}"
        if kinds == {bool} and (value.kind is not Kind.WORD or value.text == "nil"):
            yield value, f"{tokens[end].text} is true or false"
        if kinds == {int} and value.kind is Kind.TEXT:
            yield value, f"{tokens[end].text} is a number"


def _values(tokens: Sequence[Token], position: int) -> Iterator[Token]:
    """Yield the value compared with, or those of a list; none when it is an attribute or a variable."""
    if position >= len(tokens):
        return
    if tokens[position].text == "[" and tokens[position].kind is Kind.SYMBOL:
        for token in tokens[position + 1 :]:
            if token.text == "]" and token.kind is Kind.SYMBOL:
                return
            if token.kind is not Kind.SYMBOL:
                yield token
    elif tokens[position].kind is not Kind.WORD or tokens[position].text in {"true", "false", "nil"}:
        yield tokens[position]
