"""What tests say about results."""

from typing import TypeVar

from authz_service.domain.vocabulary import Reason
from authz_service.services.administration.views import Refused

Told = TypeVar("Told")


def reasons(result: object) -> tuple[Reason, ...]:
    """Return the reasons of a refusal."""
    assert isinstance(result, Refused)
    assert not result.decision.answer.allowed
    return result.decision.answer.reasons


def told(result: Told | Refused | None) -> Told:
    """Return what was told, not refused."""
    assert result is not None
    assert not isinstance(result, Refused), result.decision.answer.reasons
    return result
