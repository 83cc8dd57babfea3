"""Our policy engine, asked inside a Python process beside the others: with its memory of answers, and without.

As for the others, the person is looked up among the facts for every question; what the engine is handed is a standing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from authz_service.domain.standings import (
    AccountStanding,
    ApplicationStanding,
    Capacity,
    CapacityStanding,
    Enterprise,
    Standing,
    Subject,
)
from authz_service.domain.states import AccountState, AccountType, ActsFor, Key, LegalFunction, Named
from authz_service.domain.vocabulary import Action as PolicyAction
from authz_service.domain.vocabulary import Domain, MandateSystem, SubjectType
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from bench.peers.in_process import Facts
from bench.questions import Action, Kind, PersonFacts, Question

__all__ = ["AtHand", "Evaluated", "Remembered"]

_POLICIES: Final = Path(__file__).parents[2] / "policies"
_SUBJECT: Final = Subject(
    type=SubjectType.PERSON,
    known=True,
    level=500,
    key=Key.ACTIVATED,
    eid=True,
    may_administer=False,
    may_sync=False,
    may_audit=False,
)
_ACTIONS: Final = {action: PolicyAction(action.value) for action in Action}
_TYPES: Final = {kind: AccountType(kind.value) for kind in Kind}


class Remembered:
    """Our engine as the service asks it: an answer is remembered by all that it depends on."""

    name = "authz, remembered"
    version = "of this checkout"

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Load the policy."""
        del questions
        self._facts = facts
        self._engine = PolicyEngine(read_policy(_POLICIES))

    def allows(self, question: Question) -> bool:
        """Return its decision."""
        held = self._facts[question.enterprise, question.person_id]
        return self._engine.ask(_standing(question, held)).allowed


class AtHand(Remembered):
    """Only what the engine does: the standings were made before, which is not so for any other."""

    name = "authz, remembered, standings at hand"

    def prepare(self, facts: Facts, questions: Iterable[Question]) -> None:
        """Load the policy and make the standings."""
        asked = list(questions)
        super().prepare(facts, asked)
        held = self._facts
        self._standings = {
            id(question): _standing(question, held[question.enterprise, question.person_id]) for question in asked
        }

    def allows(self, question: Question) -> bool:
        """Return its decision; the question is one of those that `prepare` was given."""
        return self._engine.ask(self._standings[id(question)]).allowed


class Evaluated(Remembered):
    """Our engine without its memory: the policy is evaluated for every question, reasons included."""

    name = "authz, not remembered"

    def allows(self, question: Question) -> bool:
        """Return its decision."""
        held = self._facts[question.enterprise, question.person_id]
        return self._engine.evaluate(_standing(question, held)).allowed


def _standing(question: Question, held: PersonFacts) -> Standing:
    enterprise = Enterprise(
        legal_function=LegalFunction.SIGNING if held.legal_representative else LegalFunction.NONE,
        chief_access_manager=held.chief,
        co_chief_access_manager=held.co_chief,
        head_local_manager=False,
        former_chief_access_manager=False,
        former_head_local_manager=False,
        account_active=True,
    )
    capacity = _capacity(question.capacity, held, enterprise)
    if question.action is Action.USE_APPLICATION:
        return _application_standing(question, held, capacity)
    if question.action is Action.GRANT_APPLICATION:
        return _account_standing(question, capacity)
    return CapacityStanding(
        action=_ACTIONS[question.action],
        subject=_SUBJECT,
        moment_readable=True,
        resource_known=True,
        acts_for=ActsFor.THIS,
        readable=True,
        problems=(),
        enterprise=enterprise,
        capacity=capacity,
        candidate=Named.GIVEN if question.action is Action.CREATE_USER else Named.MISSING,
        candidate_function=LegalFunction.NONE,
        candidate_employed=question.resource.candidate_linked,
        candidate_has_account=question.resource.candidate_has_account,
        role_domain=Domain.NONE,
    )


def _capacity(capacity: str, held: PersonFacts, enterprise: Enterprise) -> Capacity:
    managed = (*held.manager_of, *held.co_manager_of)
    account_type, state = AccountType.NONE, AccountState.NOT_IN_FORCE
    if capacity in held.manager_of:
        account_type = AccountType.ACCESS_MANAGER
    elif capacity in held.co_manager_of:
        account_type = AccountType.CO_ACCESS_MANAGER
    elif capacity in held.user_of:
        account_type = AccountType.USER
    if account_type is not AccountType.NONE:
        state = AccountState.BLOCKED if capacity in held.blocked_in else AccountState.ACTIVE
    return Capacity(
        enterprise=enterprise,
        in_force=True,
        domain=Domain.SOCIAL_SECURITY,
        account_type=account_type,
        account_state=state,
        manages_another=any(other != capacity and other not in held.blocked_in for other in managed),
        former_manager=False,
        former_manager_of_another=False,
    )


def _application_standing(question: Question, held: PersonFacts, capacity: Capacity) -> ApplicationStanding:
    return ApplicationStanding(
        action=_ACTIONS[question.action],
        subject=_SUBJECT,
        moment_readable=True,
        resource_known=True,
        acts_for=ActsFor.THIS,
        readable=True,
        problems=(),
        enterprise=capacity.enterprise,
        capacity_chosen=Named.GIVEN,
        capacity=capacity,
        domain=Domain.SOCIAL_SECURITY,
        mandate_system=MandateSystem.NONE,
        minimum_level=0,
        offered=question.application in question.resource.offered,
        in_profile=(question.capacity, question.application) in held.grants,
        role_exists=False,
        roles=(),
        rights=(),
        mandator=Named.MISSING,
        mandate_exists=False,
        mandate_covers=False,
        mandates=(),
    )


def _account_standing(question: Question, capacity: Capacity) -> AccountStanding:
    kind = question.resource.target_kind
    return AccountStanding(
        action=_ACTIONS[question.action],
        subject=_SUBJECT,
        moment_readable=True,
        resource_known=True,
        acts_for=ActsFor.THIS,
        readable=True,
        problems=(),
        enterprise=capacity.enterprise,
        capacity=capacity,
        target_type=_TYPES[kind] if kind else AccountType.NONE,
        target_state=AccountState.ACTIVE,
        own_account=False,
        application_known=True,
        application_offered=question.application in question.resource.offered,
    )
