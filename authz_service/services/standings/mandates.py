"""Mandates in Mahis and SSM: entered, signed, ended, consulted (policies/mandates.polar)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.facts import EnterpriseFact, FactsQuery, MandateFact, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.standings import MandateStanding
from authz_service.domain.states import Side
from authz_service.domain.values import remembered
from authz_service.domain.vocabulary import Action, MandateSystem
from authz_service.services.standings.common import (
    asked_by,
    begun,
    blocked_in_social_security,
    enterprise_standing,
    granted_anywhere,
    manages_social_security,
    own_enterprise,
    shared,
)
from authz_service.services.standings.reading import NOBODY, NamedNumber, Reading

ENTERS: Final = {Action.CREATE_MANDATE: MandateSystem.MAHIS, Action.CREATE_SSM_MANDATE: MandateSystem.SSM}
ACTIONS: Final = (
    *sorted(ENTERS),
    Action.END_MANDATE,
    Action.END_SSM_MANDATE,
    Action.SIGN_MANDATE,
    Action.SIGN_SSM_MANDATE,
    Action.VIEW_MANDATES,
)
SIDES: Final = frozenset({Side.MANDATOR.value, Side.MANDATARY.value})
PROVIDERS: Final = frozenset({"approved_social_secretariat", "social_service_provider"})
MANAGE_APPLICATION: Final = "MAHIS_MANAGE"
CONSULT_APPLICATION: Final = "MAHIS_CONSULT"

_standing: Final = remembered(MandateStanding)


class MandateQuestion:
    """A question about a mandate, or about entering one in a registry."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._mandator = self._mandatary = NOBODY
        self._groups: tuple[str, ...] = ()
        self._side = Side.NEITHER
        properties = reading.question.action_properties
        if reading.action in ENTERS:
            self._mandator = reading.enterprise("mandator", properties)
            self._mandatary = reading.enterprise("mandatary", properties)
            self._groups = reading.codes("groups", properties)
        elif reading.action is Action.SIGN_MANDATE:
            self._side = Side(reading.one_of("for_side", properties, SIDES) or Side.NEITHER)

    def query(self) -> FactsQuery:
        """Return what to read."""
        entering = self._reading.action in ENTERS
        return FactsQuery(
            *asked_by(self._reading, all_capacities=True),
            enterprise_number=self._reading.acting_for.digits,
            mandate="" if entering else self._reading.resource_id,
            mandator_number=self._mandator.digits,
            mandatary_number=self._mandatary.digits,
            mandate_groups=self._groups,
        )

    def standing(self, facts: QuestionFacts) -> MandateStanding:
        """Return the standing."""
        at, mandate = self._reading.at, facts.mandate
        system, known = self._system(mandate)
        acting_side = self._acting_side(facts)
        signing_side = acting_side if self._reading.action in _EITHER_SIDE else self._side
        signing = {Side.MANDATOR: facts.mandator, Side.MANDATARY: facts.mandatary}.get(signing_side, facts.enterprise)
        capacities = {c.type for c in facts.mandator_capacities if begun(c, at)}
        return _standing(
            *shared(self._reading, facts, own_enterprise(facts, at), resource_known=known, of_enterprise=False),
            acting=self._reading.acting_for.named,
            signing_enterprise=enterprise_standing(facts, facts.subject, signing, at),
            system=system,
            acting_side=acting_side,
            signing_side=signing_side,
            already_signed=_signed(mandate, signing_side, at),
            phase=mandate.period.phase(at) if mandate else Phase.BEFORE,
            ended=mandate is not None and mandate.ended_at is not None and mandate.ended_at <= at,
            mandator=self._mandator.named,
            mandator_known=facts.mandator is not None,
            mandator_is_employer="nsso_employer" in capacities,
            mandator_is_administration="nsso_employer_ppl" in capacities,
            mandator_is_without_staff="enterprise_without_staff" in capacities,
            mandatary=self._mandatary.named,
            mandatary_known=facts.mandatary is not None,
            mandatary_is_provider=facts.mandatary is not None and facts.mandatary.kind in PROVIDERS,
            parties_differ=_differ(facts.mandator, facts.mandatary, self._mandator, self._mandatary),
            groups_given=bool(self._groups),
            groups_belong=self._groups_belong(facts),
            manages_social_security=manages_social_security(facts, at),
            manage_grant=granted_anywhere(facts, MANAGE_APPLICATION, at),
            consult_grant=granted_anywhere(facts, CONSULT_APPLICATION, at),
            account_blocked=blocked_in_social_security(facts, at),
        )

    def _system(self, mandate: MandateFact | None) -> tuple[MandateSystem, bool]:
        """Return the system of the mandate or registry, and whether it is known."""
        if self._reading.action not in ENTERS:
            return (mandate.system, True) if mandate else (MandateSystem.NONE, False)
        registry = self._reading.resource_id
        known = registry in {MandateSystem.MAHIS, MandateSystem.SSM}
        return (MandateSystem(registry), True) if known else (MandateSystem.NONE, False)

    def _acting_side(self, facts: QuestionFacts) -> Side:
        acting = self._reading.acting_for.digits
        if not acting:
            return Side.NEITHER
        mandator = facts.mandator.number if facts.mandator else self._mandator.digits
        mandatary = facts.mandatary.number if facts.mandatary else self._mandatary.digits
        if acting == mandator:
            return Side.MANDATOR
        return Side.MANDATARY if acting == mandatary else Side.NEITHER

    def _groups_belong(self, facts: QuestionFacts) -> bool:
        system = ENTERS.get(self._reading.action)
        belonging = {a.mandate_group for a in facts.applications if a.mandate_system is system}
        return bool(self._groups) and all(group in belonging for group in self._groups)


_EITHER_SIDE: Final = frozenset({Action.END_MANDATE, Action.END_SSM_MANDATE, Action.SIGN_SSM_MANDATE})
"""The party that acts is the one whose representative is asked for."""


def _signed(mandate: MandateFact | None, side: Side, at: int) -> bool:
    if mandate is None:
        return False
    signatures = {Side.MANDATOR: mandate.mandator_signed_at, Side.MANDATARY: mandate.mandatary_signed_at}
    signed_at = signatures.get(side)
    return signed_at is not None and signed_at <= at


def _differ(
    mandator: EnterpriseFact | None,
    mandatary: EnterpriseFact | None,
    named_mandator: NamedNumber,
    named_mandatary: NamedNumber,
) -> bool:
    if mandator is not None and mandatary is not None:
        return mandator.enterprise_id != mandatary.enterprise_id
    return named_mandator.digits != named_mandatary.digits
