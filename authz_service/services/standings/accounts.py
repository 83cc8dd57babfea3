"""The records of access managers, co-access managers and users (policies/accounts.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.standings import AccountStanding
from authz_service.domain.states import AccountState, AccountType
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action
from authz_service.services.standings.common import (
    application_of,
    asked_by,
    begun,
    capacity_standing,
    own_enterprise,
    shared,
)
from authz_service.services.standings.reading import Reading

NAMES_APPLICATION: Final = frozenset({Action.GRANT_APPLICATION, Action.REVOKE_APPLICATION})
ACTIONS: Final = (
    *sorted(NAMES_APPLICATION),
    Action.BLOCK_USER,
    Action.DELETE_USER,
    Action.REMOVE_CO_ACCESS_MANAGER,
    Action.UNBLOCK_USER,
)

_standing: Final = remembered(AccountStanding)


class AccountQuestion:
    """A question about an account."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        names = reading.action in NAMES_APPLICATION
        self._application = reading.text("application", reading.question.action_properties) if names else ""

    def query(self) -> FactsQuery:
        """Return what to read."""
        wanted = (self._application,) if self._application else ()
        return FactsQuery(*asked_by(self._reading), account=self._reading.resource_id, applications=wanted)

    def standing(self, facts: QuestionFacts) -> AccountStanding:
        """Return the standing."""
        at, target = self._reading.at, facts.target
        known = target is not None and target.kind in ACCOUNT_KINDS
        application = application_of(facts, self._application)
        state, kind, own = AccountState.NOT_IN_FORCE, AccountType.NONE, False
        if known and target is not None:
            kind = AccountType(target.kind)
            own = facts.subject is not None and target.person_id == facts.subject.person_id
            if begun(facts.capacity, at) and target.period.phase(at) is Phase.DURING:
                state = AccountState.BLOCKED if target.state == "blocked" else AccountState.ACTIVE
        enterprise = own_enterprise(facts, at)
        return _standing(
            *shared(self._reading, facts, enterprise, resource_known=known),
            capacity=capacity_standing(facts, enterprise, facts.capacity, at),
            target_type=kind,
            target_state=state,
            own_account=own,
            application_known=application is not None,
            application_offered=application is not None
            and facts.capacity is not None
            and facts.capacity.type in application.offered_to,
        )
