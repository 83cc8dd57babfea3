"""Everybody's own record (policies/own_record.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.standings import PersonStanding
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action
from authz_service.services.standings.common import asked_by, own_enterprise, shared
from authz_service.services.standings.reading import Reading

ACTIONS: Final = (Action.CHANGE_OWN_PASSWORD, Action.UPDATE_OWN_DATA, Action.VIEW_OWN_CERTIFICATE)

_standing: Final = remembered(PersonStanding)


class PersonQuestion:
    """A question about somebody's own data."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._person = reading.resource_number()

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(*asked_by(self._reading), other_niss=self._person)

    def standing(self, facts: QuestionFacts) -> PersonStanding:
        """Return the standing."""
        own = facts.subject is not None and facts.other is not None and facts.subject == facts.other
        enterprise = own_enterprise(facts, self._reading.at)
        return _standing(
            *shared(self._reading, facts, enterprise, resource_known=facts.other is not None, of_enterprise=False),
            own_record=own,
        )
