"""The GAP, the co-GAPs, the head local manager, the activation of the account (policies/designation.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.standings import ChiefStanding
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, RelationKind
from authz_service.services.standings.common import (
    asked_by,
    employed,
    held,
    in_force,
    legal_function,
    own_enterprise,
    shared,
)
from authz_service.services.standings.reading import NOBODY, Reading

NAMES_CANDIDATE: Final = frozenset(
    {
        Action.DESIGNATE_CHIEF_ACCESS_MANAGER,
        Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER,
        Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER,
    }
)
REMOVES: Final = {
    Action.REMOVE_CO_CHIEF_ACCESS_MANAGER: RelationKind.CO_CHIEF_ACCESS_MANAGER,
    Action.REMOVE_FLEMISH_HEAD_LOCAL_MANAGER: RelationKind.FLEMISH_HEAD_LOCAL_MANAGER,
}
ACTIONS: Final = (
    *sorted(NAMES_CANDIDATE),
    *sorted(REMOVES),
    Action.ACTIVATE_ACCOUNT,
    Action.VIEW_CHIEF_ACCESS_MANAGER,
)
CHIEF: Final = frozenset({RelationKind.CHIEF_ACCESS_MANAGER})

_standing: Final = remembered(ChiefStanding)


class ChiefQuestion:
    """A question about the GAP or those beside him."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._enterprise = reading.resource_number()
        action = reading.action
        self._candidate = reading.person("candidate") if action in NAMES_CANDIDATE else NOBODY
        self._target = reading.person("target") if action in REMOVES else NOBODY
        confirms = action is Action.DESIGNATE_CHIEF_ACCESS_MANAGER
        self._confirmed = confirms and reading.boolean("confirmed", reading.question.action_properties)

    def query(self) -> FactsQuery:
        """Return what to read."""
        other = self._candidate.digits or self._target.digits
        return FactsQuery(*asked_by(self._reading), enterprise_number=self._enterprise, other_niss=other)

    def standing(self, facts: QuestionFacts) -> ChiefStanding:
        """Return the standing."""
        at, known = self._reading.at, facts.enterprise is not None
        enterprise_id = facts.enterprise.enterprise_id if facts.enterprise else None
        chief = held(facts, facts.other, enterprise_id, CHIEF)
        removed = REMOVES.get(self._reading.action)
        roles = held(facts, facts.other, enterprise_id, {removed} if removed else ())
        return _standing(
            *shared(self._reading, facts, own_enterprise(facts, at), resource_known=known),
            candidate=self._candidate.named,
            candidate_function=legal_function(facts, facts.other, enterprise_id, at),
            candidate_employed=employed(facts, facts.other, enterprise_id, at),
            candidate_is_chief=in_force(chief, at),
            confirmed=self._confirmed,
            target=self._target.named,
            target_in_role=in_force(roles, at),
        )
