"""Reading Polar text as clauses: enough of the language to check it, to cite it and to break it on purpose.

The engine parses the policy for real. This reader only needs to know where a clause begins and ends, which words it
holds, and which comment stands above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from authz_service.policy.text import PolicySource, PolicyText

__all__ = ["Clause", "Heading", "Kind", "Token", "clauses_of", "headings_of", "without"]


class Kind(StrEnum):
    """What a token is."""

    COMMENT = "comment"
    NUMBER = "number"
    SYMBOL = "symbol"
    TEXT = "text"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text (of a TEXT: without quotes) and the line it stands on."""

    kind: Kind
    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement of a policy file, up to its semicolon; a line inside a resource block is one as well.

    `block`: the resource or actor block it stands in, "" outside of any.
    """

    file: str
    line: int
    start: int
    end: int
    tokens: tuple[Token, ...]
    block: str = ""

    @property
    def name(self) -> str:
        """The name of the rule that the clause adds to ("" inside a block)."""
        first = self.tokens[0]
        return first.text if first.kind is Kind.WORD and not self.block else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All string literals, in order."""
        return tuple(token.text for token in self.tokens if token.kind is Kind.TEXT)

    @property
    def place(self) -> str:
        """Where it stands, as `file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the comments say of a rule: its id, a plain sentence, and its source."""

    rule: str
    sentence: str
    source: str
    place: str


_TOKEN: Final = re.compile(
    r"(?P<space>\s+)|(?P<comment>#[^\n]*)|(?P<text>\"(?:[^\"\\\n]|\\.)*\")|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z0-9_]+)*)|(?P<symbol>!=|==|<=|>=|:=|[^\s\w])"
)
_HEADING: Final = re.compile(r"^# (?P<rule>[A-Z]{2,4}(?:-[A-Z]+)?-[0-9]{2})\. (?P<sentence>.+)$")
_SOURCE: Final = re.compile(r"^#   Source: (?P<source>.+)$")
_CONTINUED: Final = re.compile(r"^#\s+(?P<more>\S.*)$")


def tokens_of(source: PolicySource) -> Iterator[Token]:
    """Yield the tokens of a file, comments included. Raises ValueError at a character that begins no token."""
    position, line = 0, 1
    while position < len(source.text):
        found = _TOKEN.match(source.text, position)
        if found is None or found.lastgroup is None:
            raise ValueError(f"{source.name}:{line}: no Polar token begins here")
        text = found.group()
        if found.lastgroup != "space":
            kind = Kind(found.lastgroup)
            yield Token(kind, text[1:-1] if kind is Kind.TEXT else text, line, found.start(), found.end())
        line += text.count("\n")
        position = found.end()


def clauses_of(source: PolicySource) -> Iterator[Clause]:
    """Yield the clauses of a file. Raises ValueError where a clause has no end."""
    collected: list[Token] = []
    block = ""
    depth = 0
    for token in tokens_of(source):
        if token.kind is Kind.COMMENT:
            continue
        if not block and not depth and token.text == "{" and token.kind is Kind.SYMBOL and _opens_block(collected):
            block = collected[-1].text
            collected = []
            continue
        if block and not depth and not collected and token.text == "}" and token.kind is Kind.SYMBOL:
            block = ""
            continue
        collected.append(token)
        if token.kind is Kind.SYMBOL and token.text in "([{":
            depth += 1
        elif token.kind is Kind.SYMBOL and token.text in ")]}":
            depth -= 1
        elif token.kind is Kind.SYMBOL and token.text == ";" and not depth:
            yield Clause(source.name, collected[0].line, collected[0].start, token.end, tuple(collected[:-1]), block)
            collected = []
    if collected or block:
        raise ValueError(f"{source.name}: the last clause has no end")


def _opens_block(collected: list[Token]) -> bool:
    return len(collected) == 2 and collected[0].text in {"actor", "resource"}


def headings_of(source: PolicySource) -> Iterator[Heading]:
    """Yield what the comments say of rules: `# ID. Sentence.` and below it `#   Source: …`, both over several lines."""
    rule, sentence, origin, place = "", "", "", ""
    in_source = False
    for number, line in enumerate([*source.text.splitlines(), ""], start=1):
        head, source_line, more = _HEADING.match(line), _SOURCE.match(line), _CONTINUED.match(line)
        if rule and (head or not line.startswith("#")):
            yield Heading(rule, sentence, origin, place)
            rule = ""
        if head:
            rule, sentence, origin = head["rule"], head["sentence"], ""
            place, in_source = f"{source.name}:{number}", False
        elif source_line:
            origin, in_source = source_line["source"], True
        elif rule and more and in_source and line.startswith("#   "):
            origin += " " + more["more"]
        elif rule and more and not in_source:
            sentence += " " + more["more"]


def without(text: PolicyText, clause: Clause) -> PolicyText:
    """Return the policy without one clause; all else stands as it stood."""
    sources = tuple(
        replace(source, text=source.text[: clause.start] + source.text[clause.end :])
        if source.name == clause.file
        else source
        for source in text.sources
    )
    return replace(text, sources=sources)
