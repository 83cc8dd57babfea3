"""Running the service itself (policies/service.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.actions import SERVICE_ID
from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.standings import ServiceStanding
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action
from authz_service.services.standings.common import asked_by, own_enterprise, shared
from authz_service.services.standings.reading import Reading

NAMES: Final = {
    Action.ACTIVATE_POLICY: "revision",
    Action.APPLY_DIRECTORY_PLAN: "target",
    Action.APPROVE_DIRECTORY_PLAN: "target",
    Action.IMPORT_REGISTER: "register",
}
ACTIONS: Final = (*sorted(NAMES), Action.LOAD_FACTS, Action.MANAGE_CALLERS, Action.READ_AUDIT)

_standing: Final = remembered(ServiceStanding)


class ServiceQuestion:
    """A question of an operator."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        if reading.action in NAMES:
            reading.text(NAMES[reading.action], reading.question.action_properties)

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(*asked_by(self._reading))

    def standing(self, facts: QuestionFacts) -> ServiceStanding:
        """Return the standing."""
        known = self._reading.resource_id == SERVICE_ID
        enterprise = own_enterprise(facts, self._reading.at)
        return _standing(*shared(self._reading, facts, enterprise, resource_known=known, of_enterprise=False))
