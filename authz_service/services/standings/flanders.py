"""Flemish rights and work relations (policies/flanders.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.standings import FlemishStanding
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, Reason, RelationKind
from authz_service.services.standings.common import asked_by, held, in_force, own_enterprise, shared
from authz_service.services.standings.reading import NOBODY, Reading

NAMES_CONTEXT: Final = frozenset({Action.END_FLEMISH_RIGHT, Action.GRANT_FLEMISH_RIGHT})
ACTIONS: Final = (*sorted(NAMES_CONTEXT), Action.LINK_PERSON, Action.USE_FLEMISH_RIGHT)
FLEMISH_RIGHT: Final = frozenset({RelationKind.FLEMISH_RIGHT})
WORK_RELATION: Final = frozenset({RelationKind.WORK_RELATION})

_standing: Final = remembered(FlemishStanding)


class FlemishQuestion:
    """A question about a Flemish right or a work relation."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._enterprise = reading.resource_number()
        action, properties = reading.action, reading.question.action_properties
        names_candidate = action in {Action.GRANT_FLEMISH_RIGHT, Action.LINK_PERSON}
        self._candidate = reading.person("candidate") if names_candidate else NOBODY
        self._target = reading.person("target") if action is Action.END_FLEMISH_RIGHT else NOBODY
        self._right = "" if action is Action.LINK_PERSON else reading.text("right", properties)
        self._context = ""
        if action in NAMES_CONTEXT:
            self._context = reading.text("right_context", properties, missing=Reason.CONTEXT_MISSING)

    def query(self) -> FactsQuery:
        """Return what to read."""
        return FactsQuery(
            *asked_by(self._reading),
            enterprise_number=self._enterprise,
            right=self._right,
            other_niss=self._candidate.digits or self._target.digits,
        )

    def standing(self, facts: QuestionFacts) -> FlemishStanding:
        """Return the standing."""
        at, enterprise = self._reading.at, facts.enterprise
        enterprise_id = enterprise.enterprise_id if enterprise else None
        right = next((right for right in facts.rights if right.code == self._right), None)
        ending = self._reading.action is Action.END_FLEMISH_RIGHT
        holder = facts.other if ending else facts.subject
        rights = [
            relation
            for relation in held(facts, holder, enterprise_id, FLEMISH_RIGHT)
            if relation.object == self._right and (not ending or relation.context == self._context)
        ]
        relations = held(facts, facts.other, enterprise_id, WORK_RELATION)
        return _standing(
            *shared(self._reading, facts, own_enterprise(facts, at), resource_known=enterprise is not None),
            candidate=self._candidate.named,
            candidate_has_work_relation=in_force(relations, at),
            target=self._target.named,
            right_known=right is not None,
            context_allowed=right is not None and self._context in right.contexts,
            approval_required=right is None or right.requires_approved_enterprise,
            enterprise_approved=enterprise is not None and enterprise.approved_for_service_vouchers,
            right_held=any(relation.period.phase(at) is Phase.DURING for relation in rights),
        )
