"""One eGov role assignment (policies/egov_roles.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.standings import RoleStanding
from authz_service.domain.states import RoleState
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, RelationKind
from authz_service.services.standings.common import asked_by, capacity_standing, own_enterprise, shared
from authz_service.services.standings.reading import Reading

ACTIONS: Final = (Action.ACCEPT_ROLE, Action.DECLINE_ROLE, Action.END_ROLE, Action.USE_ROLE)

_standing: Final = remembered(RoleStanding)


class RoleQuestion:
    """A question about a role that was assigned to somebody."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(*asked_by(self._reading), role_assignment=self._reading.resource_id)

    def standing(self, facts: QuestionFacts) -> RoleStanding:
        """Return the standing."""
        at, target = self._reading.at, facts.target
        known = target is not None and target.kind is RelationKind.ROLE_ASSIGNMENT
        enterprise = own_enterprise(facts, at)
        state, phase, addressee = RoleState.ENDED, Phase.AFTER, False
        if known and target is not None:
            state, phase = RoleState(target.state), target.period.phase(at)
            addressee = facts.subject is not None and target.person_id == facts.subject.person_id
        return _standing(
            *shared(self._reading, facts, enterprise, resource_known=known),
            capacity=capacity_standing(facts, enterprise, facts.capacity, at),
            addressee=addressee,
            state=state,
            phase=phase,
        )
