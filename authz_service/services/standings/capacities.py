"""A capacity: its managers, users and details (policies/capacities.polar), and the eGov roles given there."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.standings import CapacityStanding
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action, Domain
from authz_service.services.standings.common import (
    asked_by,
    begun,
    capacity_standing,
    employed,
    held,
    in_force,
    legal_function,
    own_enterprise,
    shared,
)
from authz_service.services.standings.reading import NOBODY, Reading

NAMES_CANDIDATE: Final = frozenset(
    {Action.ADD_CO_ACCESS_MANAGER, Action.ASSIGN_ROLE, Action.CHANGE_ACCESS_MANAGER, Action.CREATE_USER}
)
ACTIONS: Final = (
    *sorted(NAMES_CANDIDATE),
    Action.EXPORT_USERS,
    Action.LIST_ROLES,
    Action.LIST_USERS,
    Action.UPDATE_CAPACITY,
    Action.VIEW_CAPACITY,
)

_standing: Final = remembered(CapacityStanding)


class CapacityQuestion:
    """A question about a capacity."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._candidate = reading.person("candidate") if reading.action in NAMES_CANDIDATE else NOBODY
        self._role_domain = Domain.NONE
        if reading.action is Action.ASSIGN_ROLE:
            properties = reading.question.action_properties
            reading.text("role", properties)
            self._role_domain = _domain(reading.text("role_domain", properties))

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(
            *asked_by(self._reading), capacity=self._reading.resource_id, other_niss=self._candidate.digits
        )

    def standing(self, facts: QuestionFacts) -> CapacityStanding:
        """Return the standing."""
        at = self._reading.at
        enterprise = own_enterprise(facts, at)
        enterprise_id = facts.enterprise.enterprise_id if facts.enterprise else None
        accounts = held(facts, facts.other, enterprise_id, ACCOUNT_KINDS)
        capacity_id = facts.capacity.capacity_id if facts.capacity else None
        return _standing(
            *shared(self._reading, facts, enterprise, resource_known=begun(facts.capacity, at)),
            capacity=capacity_standing(facts, enterprise, facts.capacity, at),
            candidate=self._candidate.named,
            candidate_function=legal_function(facts, facts.other, enterprise_id, at),
            candidate_employed=employed(facts, facts.other, enterprise_id, at),
            candidate_has_account=in_force((a for a in accounts if a.capacity_id == capacity_id), at),
            role_domain=self._role_domain,
        )


def _domain(text: str) -> Domain:
    try:
        return Domain(text)
    except ValueError:
        return Domain.NONE
