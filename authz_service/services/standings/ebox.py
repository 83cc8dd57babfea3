"""The e-Box Enterprise (policies/ebox.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.standings import EboxStanding
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action
from authz_service.services.standings.common import (
    asked_by,
    blocked_in_social_security,
    granted_anywhere,
    manages_social_security,
    own_enterprise,
    shared,
)
from authz_service.services.standings.reading import Reading

ACTIONS: Final = (Action.ACTIVATE_EBOX, Action.READ_EBOX)
EBOX_APPLICATION: Final = "EBOX"

_standing: Final = remembered(EboxStanding)


class EboxQuestion:
    """A question about the e-Box."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._enterprise = reading.resource_number()

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(*asked_by(self._reading, all_capacities=True), enterprise_number=self._enterprise)

    def standing(self, facts: QuestionFacts) -> EboxStanding:
        """Return the standing."""
        at, enterprise = self._reading.at, facts.enterprise
        since = enterprise.ebox_active_since if enterprise else None
        return _standing(
            *shared(self._reading, facts, own_enterprise(facts, at), resource_known=enterprise is not None),
            ebox_active=since is not None and since <= at,
            manages_social_security=manages_social_security(facts, at),
            ebox_grant=granted_anywhere(facts, EBOX_APPLICATION, at),
            account_blocked=blocked_in_social_security(facts, at),
        )
