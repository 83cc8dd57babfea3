"""The one statement that reads the facts of questions, whatever their number.

It takes one question as its parameters, or several as one JSON text, finds what they are about (`resolved`), and
gives back rows of one form, each tagged with the question it belongs to and the part it is. Every access is by an
index. Parts that no question needs are left out: each costs some microseconds even when it finds nothing. So there is
one constant text for each combination of needs, prepared when it first occurs.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from authz_service.store import joined, located
from authz_service.store.branches import TEXTS, Branch, branches
from authz_service.store.conditions import BYTES, KNOWN, NO_TEXT
from authz_service.store.questions import LATEST, Need

__all__ = ["read_statement"]

_NO_NUMBER: Final = "CAST(NULL AS bigint)"


@cache
def read_statement(dialect: str, needs: int) -> str:
    """Return the statement for a dialect ("sqlite", "postgresql") and the needs of its questions (as in Need)."""
    needs = Need(needs)
    finding = located if dialect == "sqlite" else joined
    expressions = ",\n".join(f"{name} AS MATERIALIZED (\n{text}\n)" for name, text in finding.expressions(needs))
    found = [finding.told_already(branch) for branch in branches(needs, dialect)]
    numbers = max(len(branch.numbers) for branch in found)
    statement = f"WITH\n{expressions}\n" + "\nUNION ALL\n".join(_select(branch, numbers) for branch in found)
    if dialect == "sqlite":
        return statement
    if not needs & Need.THEN:
        statement = statement.replace(KNOWN, str(LATEST))
    # Branches of exactly one type, collation included, are one flat node of the plan.
    return statement.replace(NO_TEXT, f"{NO_TEXT} {BYTES}")


def _select(branch: Branch, numbers: int) -> str:
    """The rows of a branch, with so many number columns."""
    texts = [*branch.texts, *[NO_TEXT] * (TEXTS - len(branch.texts))]
    padded = [*branch.numbers, *[_NO_NUMBER] * (numbers - len(branch.numbers))]
    return f"SELECT q.i, {branch.part.value}, {', '.join([*texts, *padded])}\nFROM resolved AS q{branch.source}"
