"""The book of a policy: put together once, and then a page in any language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import PolicyText
from authz_service.services.policy_book.authority_tables import AuthorityTable, authority_tables
from authz_service.services.policy_book.contents import Contents, contents_of
from authz_service.services.policy_book.readings import Reading
from authz_service.services.policy_cases import running
from authz_service.services.policy_cases.tables import CaseTable

__all__ = ["Book", "UntrueBookError", "make_book"]


class UntrueBookError(Exception):
    """The policy answers some case otherwise than its table says, so a book of it would not be true."""


@dataclass(frozen=True, slots=True)
class Book:
    """What the policy `text` says, who may do what under it, and the readings it rests on."""

    text: PolicyText
    contents: Contents
    authority: tuple[AuthorityTable, ...]
    readings: tuple[Reading, ...]

    @property
    def anchors(self) -> Iterator[str]:
        """The ids that entries of the book have: rules, reasons, readings, cases."""
        yield from (rule.id for rule in self.contents.rules)
        yield from (entry.reason for entry in self.contents.reasons)
        yield from (reading.id for reading in self.readings)
        yield from (case.id for table in self.contents.tables for case in table.cases)


def make_book(policy: PolicyEngine, tables: Sequence[CaseTable], readings: Sequence[Reading]) -> Book:
    """Put the policy's cases to it and return its book.

    Raises UntrueBookError, PolicyLoadError (under the switches of some case), PolicyEvaluationError, and what
    `policy_cases.running.run` raises for a world that cannot be loaded.
    """
    failures = running.run(tables, policy.text).failures
    if failures:
        raise UntrueBookError(
            f"{len(failures)} cases are not answered as their tables say, {failures[0].case.id} first "
            "(`authz policy test` tells them); there is no book of such a policy"
        )
    return Book(policy.text, contents_of(policy.text, tables), tuple(authority_tables(policy)), tuple(readings))
