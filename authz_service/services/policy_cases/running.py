"""Running the policy's cases over a real store that holds the world: facts, standing and policy are all in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from authz_service.domain.questions import Answer
from authz_service.domain.standings import Standing, UnknownStanding
from authz_service.policy.clauses import headings_of
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.polar import PolicyEvaluationError
from authz_service.policy.text import PolicyText
from authz_service.services.authority.files import fill_empty_database
from authz_service.services.decisions import DecisionService
from authz_service.services.facts_file.tree import FactsFile
from authz_service.services.policy_cases.tables import Case, CaseTable
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader

__all__ = ["Failure", "PreparedCase", "Report", "engines_for", "failures_of", "prepare", "run"]

NOON: Final = 1_710_500_400_000_000
"""The present for cases that name no moment: 2024-03-15, noon in Brussels."""


@dataclass(frozen=True, slots=True)
class PreparedCase:
    """A case with the standing that the policy sees, which no policy text can change."""

    case: Case
    standing: Standing | UnknownStanding
    switches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that was answered otherwise than its table says."""

    case: Case
    answer: Answer | None
    """None: the policy failed instead of answering."""

    def __str__(self) -> str:
        expected = _shown(allowed=self.case.allowed, reasons=self.case.reasons, rules=self.case.rules)
        got = "an error"
        if self.answer is not None:
            got = _shown(allowed=self.answer.allowed, reasons=self.answer.reasons, rules=self.answer.rules)
        return f"{self.case.place}: {self.case.why}\n  expected {expected}\n  got      {got}"


def _shown(*, allowed: bool, reasons: Iterable[str], rules: Iterable[str]) -> str:
    return f"allow by {', '.join(rules)}" if allowed else f"deny for {', '.join(reasons)} by {', '.join(rules)}"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run. `uncovered`: rules of the policy that no case allows by, or none refuses by."""

    passed: int
    failures: tuple[Failure, ...]
    uncovered: tuple[str, ...]

    @property
    def good(self) -> bool:
        """True when every case was answered as its table says and every rule is exercised both ways."""
        return not self.failures and not self.uncovered


@contextmanager
def _decisions_over(world: Path, policy: PolicyEngine, levels: Mapping[str, int]) -> Iterator[DecisionService]:
    with tempfile.TemporaryDirectory(prefix="authz-cases-") as folder:
        keys = ensure_key_file(Path(folder) / "keys.json")
        database = Database(f"sqlite:///{folder}/facts.db", keys)
        try:
            database.upgrade()
            fill_empty_database(database, FactsFile.at(world), levels)
            yield DecisionService(FactsReader(database), policy, levels)
        finally:
            database.close()


def prepare(tables: Sequence[CaseTable], text: PolicyText) -> list[PreparedCase]:
    """Return each case with its standing, read from a store that holds its world.

    Raises PolicyLoadError, FactsFileError for a world that cannot be loaded, and what the store raises.
    """
    prepared = []
    policy = PolicyEngine(text)
    for world in sorted({table.world for table in tables}):
        with _decisions_over(world, policy, text.levels) as decisions:
            for table in tables:
                if table.world == world:
                    switches = tuple(sorted(table.switches.items()))
                    for case in table.cases:
                        (standing,) = decisions.standings([case.question], case.scopes, NOON)
                        prepared.append(PreparedCase(case, standing, switches))
    return prepared


def engines_for(
    text: PolicyText, prepared: Iterable[PreparedCase], *, checked: bool = True
) -> dict[tuple[tuple[str, str], ...], PolicyEngine]:
    """Return an engine for every setting of switches that the cases are asked under. Raises PolicyLoadError."""
    return {
        switches: PolicyEngine(replace(text, switches=dict(switches)), checked=checked)
        for switches in {case.switches for case in prepared}
    }


def failures_of(
    engines: Mapping[tuple[tuple[str, str], ...], PolicyEngine], prepared: Iterable[PreparedCase]
) -> Iterator[Failure]:
    """Yield the cases that are not answered as their tables say."""
    for each in prepared:
        case = each.case
        try:
            answer = engines[each.switches].ask(each.standing)
        except (PolicyEvaluationError, ValueError):
            yield Failure(case, None)
            continue
        if (answer.allowed, answer.reasons, answer.rules) != (case.allowed, case.reasons, case.rules):
            yield Failure(case, answer)


def run(tables: Sequence[CaseTable], text: PolicyText) -> Report:
    """Ask the policy every case. Raises as `prepare`."""
    prepared = prepare(tables, text)
    failures = tuple(failures_of(engines_for(text, prepared), prepared))
    return Report(len(prepared) - len(failures), failures, tuple(_uncovered(text, prepared)))


def _uncovered(text: PolicyText, prepared: Sequence[PreparedCase]) -> Iterator[str]:
    by_answer = {
        allowed: {rule for each in prepared if each.case.allowed is allowed for rule in each.case.rules}
        for allowed in (True, False)
    }
    for source in text.sources:
        for heading in headings_of(source):
            for allowed, word in ((True, "allow"), (False, "deny")):
                if heading.rule not in by_answer[allowed]:
                    yield f"{heading.rule} has no {word} ({heading.place})"
