"""What candidates are chosen by: the question as far as it goes, and the facts that it names."""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.domain.facts import QuestionFacts
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action
from authz_service.store.candidates import Candidates

__all__ = ["Ground"]


@dataclass(frozen=True, slots=True, repr=False)
class Ground:
    """`facts`: what the decision itself would read of the question, without what is sought. `caller`: its name."""

    action: Action
    question: Question
    facts: QuestionFacts
    candidates: Candidates
    caller: str
