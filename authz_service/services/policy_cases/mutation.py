"""The mutation test: delete one clause of the policy at a time; some case must notice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from authz_service.policy.clauses import Clause, clauses_of, without
from authz_service.policy.polar import PolicyLoadError
from authz_service.policy.text import PolicyText
from authz_service.services.policy_cases.running import PreparedCase, engines_for, failures_of, prepare
from authz_service.services.policy_cases.tables import CaseTable

__all__ = ["Mutant", "mutants"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The policy without one clause. `noticed_by`: a case that fails, "load" when the engine refuses it, else None."""

    clause: Clause
    noticed_by: str | None


def mutants(tables: Sequence[CaseTable], text: PolicyText, *, processes: int = 2, only: str = "") -> Iterator[Mutant]:
    """Yield what becomes of the policy without each of its clauses (`only`: of one file), in the order of the files.

    Raises as `running.prepare`.
    """
    prepared = prepare(tables, text)
    clauses = [clause for source in text.sources if only in {"", source.name} for clause in clauses_of(source)]
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=(text, prepared)) as pool:
        yield from pool.map(_judge, clauses, chunksize=8)


_text: PolicyText
_prepared: list[PreparedCase]


def _begin(text: PolicyText, prepared: list[PreparedCase]) -> None:
    global _text, _prepared
    _text, _prepared = text, prepared


def _judge(clause: Clause) -> Mutant:
    try:
        engines = engines_for(without(_text, clause), _prepared, checked=False)
    except PolicyLoadError:
        return Mutant(clause, "load")
    # Cases of the action that the clause names are the likely ones: ask them first.
    likely = [each for each in _prepared if each.case.question.action in clause.texts]
    others = [each for each in _prepared if each.case.question.action not in clause.texts]
    first = next(failures_of(engines, itertools.chain(likely, others)), None)
    return Mutant(clause, first.case.id if first else None)
