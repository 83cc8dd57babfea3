"""Opening an application, for the own enterprise or under a mandate (policies/applications.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.standings import ApplicationStanding, Role
from authz_service.domain.states import AccountType, Named, RoleState
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, Domain, MandateSystem, RelationKind
from authz_service.services.standings.common import (
    application_of,
    asked_by,
    begun,
    capacity_standing,
    held,
    is_granted,
    own_enterprise,
    shared,
)
from authz_service.services.standings.mandating import covering, mandate_system
from authz_service.services.standings.reading import NOBODY, Reading

ACTIONS: Final = (Action.ACT_UNDER_MANDATE, Action.USE_APPLICATION)
ROLE: Final = frozenset({RelationKind.ROLE_ASSIGNMENT})
FLEMISH_RIGHT: Final = frozenset({RelationKind.FLEMISH_RIGHT})

_standing: Final = remembered(ApplicationStanding)


class ApplicationQuestion:
    """May somebody open an application?"""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        context = reading.question.context
        given = context.get("capacity")
        self._capacity = given if isinstance(given, str) else ""
        self._chosen = Named.MISSING if given is None else Named.GIVEN if isinstance(given, str) else Named.WRONG_TYPE
        mandated = reading.action is Action.ACT_UNDER_MANDATE
        self._mandator = reading.enterprise("for_enterprise", context) if mandated else NOBODY

    def query(self) -> FactsQuery:
        """Return what to read."""
        application = self._reading.resource_id
        return FactsQuery(
            *asked_by(self._reading),
            capacity=self._capacity,
            applications=(application,) if application else (),
            mandator_number=self._mandator.digits,
        )

    def standing(self, facts: QuestionFacts) -> ApplicationStanding:
        """Return the standing."""
        at, code = self._reading.at, self._reading.resource_id
        application = application_of(facts, code)
        known = application is not None and (self._chosen is not Named.GIVEN or begun(facts.capacity, at))
        enterprise = own_enterprise(facts, at)
        capacity = capacity_standing(facts, enterprise, facts.capacity, at)
        roles = self._roles(facts)
        mandates = covering(facts, application, at)
        return _standing(
            *shared(self._reading, facts, enterprise, resource_known=known, of_enterprise=bool(self._capacity)),
            capacity_chosen=self._chosen,
            capacity=capacity,
            domain=application.domain if application else Domain.NONE,
            mandate_system=mandate_system(application) if application else MandateSystem.NONE,
            minimum_level=application.minimum_level if application else 0,
            offered=application is not None
            and facts.capacity is not None
            and facts.capacity.type in application.offered_to,
            in_profile=facts.capacity is not None
            and capacity.account_type is not AccountType.NONE
            and is_granted(facts, facts.capacity, code, at),
            role_exists=bool(roles),
            roles=roles,
            rights=self._rights(facts),
            mandator=self._mandator.named,
            mandate_exists=bool(facts.mandates),
            mandate_covers=bool(mandates),
            mandates=mandates,
        )

    def _roles(self, facts: QuestionFacts) -> tuple[Role, ...]:
        """Return how the subject's roles that open the application in this capacity stand, each way once."""
        if facts.capacity is None:
            return ()
        relations = held(facts, facts.subject, facts.capacity.enterprise_id, ROLE)
        if not relations:
            return ()
        roles = {
            Role(RoleState(relation.state), relation.period.phase(self._reading.at))
            for relation in relations
            if relation.capacity_id == facts.capacity.capacity_id and relation.opens == self._reading.resource_id
        }
        return tuple(sorted(roles, key=repr))

    def _rights(self, facts: QuestionFacts) -> tuple[Phase, ...]:
        """Return where the subject's Flemish rights that open the application lie in time."""
        if not facts.rights:
            return ()
        enterprise_id = facts.enterprise.enterprise_id if facts.enterprise else None
        opening = {right.code for right in facts.rights if right.opens == self._reading.resource_id}
        relations = held(facts, facts.subject, enterprise_id, FLEMISH_RIGHT)
        return tuple(
            sorted({relation.period.phase(self._reading.at) for relation in relations if relation.object in opening})
        )
