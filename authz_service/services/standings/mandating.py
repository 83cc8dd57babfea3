"""Mandates as they stand at an instant: for those who act under one."""

from __future__ import annotations

from authz_service.domain.facts import ApplicationFact, MandateFact, QuestionFacts
from authz_service.domain.standings import Mandate
from authz_service.domain.vocabulary import MandateSystem


def mandate_system(application: ApplicationFact) -> MandateSystem:
    """Return the system in which the application can be mandated, NONE when in none (MAN-SSM-04)."""
    return application.mandate_system if application.mandate_group else MandateSystem.NONE


def covering(facts: QuestionFacts, application: ApplicationFact | None, at: int) -> tuple[Mandate, ...]:
    """Return how the mandates that cover the application stand, each way of standing once."""
    if application is None or not application.mandate_group or not facts.mandates:
        return ()
    standing = {
        _standing(mandate, at)
        for mandate in facts.mandates
        if mandate.system is application.mandate_system and application.mandate_group in mandate.groups
    }
    return tuple(sorted(standing, key=repr))


def _standing(mandate: MandateFact, at: int) -> Mandate:
    return Mandate(
        covers=True,
        mandator_signed=_by(mandate.mandator_signed_at, at),
        mandatary_signed=_by(mandate.mandatary_signed_at, at),
        phase=mandate.period.phase(at),
        ended=_by(mandate.ended_at, at),
    )


def _by(instant: int | None, at: int) -> bool:
    return instant is not None and instant <= at
