"""Changes that could turn a deny into an allow: what they are called, who provides them, what would then be so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from authz_service.domain.facts import EnterpriseFact, PersonFact, QuestionFacts, RelationFact
from authz_service.domain.moments import FOREVER, Period, Phase
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.explaining.cases import State

__all__ = ["Change", "ChangeCode", "Provider", "facts_change", "patch", "with_relation"]


class Provider(StrEnum):
    """Who can bring a change about."""

    ACCESS_MANAGER = "access_manager"
    CALLER = "caller"
    CATALOGUE = "catalogue"
    CHIEF_ACCESS_MANAGER = "chief_access_manager"
    EMPLOYER = "employer"
    ENTERPRISE_REGISTER = "enterprise_register"
    FLEMISH_GOVERNMENT = "flemish_government"
    LEGAL_REPRESENTATIVE = "legal_representative"
    MANDATARY = "mandatary"
    MANDATOR = "mandator"
    OPERATOR = "operator"
    PARTIES = "parties"
    PERSON = "person"


class ChangeCode(StrEnum):
    """What would be otherwise. Each has a sentence `change.<code>` in the catalogue."""

    ACCEPT_ROLE = "accept_role"
    ACT_FOR_ENTERPRISE = "act_for_enterprise"
    ACTIVATE_ACCOUNT = "activate_account"
    ACTIVATE_DIGITAL_KEY = "activate_digital_key"
    ACTIVATE_EBOX = "activate_ebox"
    ADD_APPLICATION_TO_CHANNEL = "add_application_to_channel"
    APPOINT_ACCESS_MANAGER = "appoint_access_manager"
    APPROVE_ENTERPRISE = "approve_enterprise"
    ASSIGN_ROLE = "assign_role"
    BLOCK_TARGET = "block_target"
    CHOOSE_APPLICATION = "choose_application"
    CHOOSE_GROUPS = "choose_groups"
    CHOOSE_RIGHT = "choose_right"
    CHOOSE_RIGHT_CONTEXT = "choose_right_context"
    CHOOSE_ROLE_DOMAIN = "choose_role_domain"
    COMPLETE_QUESTION = "complete_question"
    CONFIRM = "confirm"
    CORRECT_MOMENT = "correct_moment"
    CREATE_SENDER = "create_sender"
    DESIGNATE_CHIEF = "designate_chief"
    DESIGNATE_CO_CHIEF = "designate_co_chief"
    DESIGNATE_HEAD_LOCAL_MANAGER = "designate_head_local_manager"
    EMPLOY_CANDIDATE = "employ_candidate"
    GIVE_MANDATE = "give_mandate"
    GIVE_SCOPE = "give_scope"
    GRANT_APPLICATION = "grant_application"
    GRANT_FLEMISH_RIGHT = "grant_flemish_right"
    HAND_IN_CERTIFICATE = "hand_in_certificate"
    HAND_IN_SSH_KEY = "hand_in_ssh_key"
    LINK_CANDIDATE = "link_candidate"
    LOG_IN_STRONGER = "log_in_stronger"
    NAME_ANOTHER_PERSON = "name_another_person"
    NAME_ELIGIBLE_PERSON = "name_eligible_person"
    NAME_HOLDER = "name_holder"
    OFFER_APPLICATION = "offer_application"
    OPEN_CHANNEL = "open_channel"
    OPEN_REQUEST = "open_request"
    RECOGNISE_AGENT = "recognise_agent"
    RECORD_LEGAL_FUNCTION = "record_legal_function"
    RECORD_PERSON = "record_person"
    REASSIGN_ROLE = "reassign_role"
    RENEW_ROLE = "renew_role"
    REPEAT_TECHNICAL_NAME = "repeat_technical_name"
    REPLACE_CERTIFICATE = "replace_certificate"
    SEND_ORIGINAL = "send_original"
    SIGN_AS_MANDATARY = "sign_as_mandatary"
    SIGN_AS_MANDATOR = "sign_as_mandator"
    SIGN_BY_BOTH = "sign_by_both"
    SIGN_DOCUMENT = "sign_document"
    SIGN_FILE = "sign_file"
    STOP_SENDER = "stop_sender"
    UNBLOCK_ACCOUNT = "unblock_account"
    UNBLOCK_TARGET = "unblock_target"
    USE_REGISTERED_CERTIFICATE = "use_registered_certificate"


@dataclass(frozen=True, slots=True)
class Change:
    """A change. `weight`: how far away it is; what somebody can do at once weighs 1, a register 9."""

    code: ChangeCode
    provider: Provider
    weight: int
    made: Callable[[State], State]


def facts_change(
    code: ChangeCode, provider: Provider, weight: int, change: Callable[[QuestionFacts], QuestionFacts]
) -> Change:
    """Return a change of the facts."""
    return Change(code, provider, weight, lambda state: replace(state, facts=change(state.facts)))


def patch(code: ChangeCode, provider: Provider, weight: int, *patches: tuple[str, Any]) -> Change:
    """Return a change of what the question itself brings."""
    return Change(code, provider, weight, lambda state: state.patched(*patches))


def with_relation(
    facts: QuestionFacts,
    person: PersonFact,
    enterprise: EnterpriseFact,
    kind: RelationKind,
    at: int,
    *,
    capacity_id: str = "",
    about: str = "",
    opens: str = "",
    context: str = "",
    state: str = "",
    instead_of: Iterable[RelationFact] = (),
) -> QuestionFacts:
    """Return the facts with one relation more, from `at` on. `instead_of`: records that it takes the place of."""
    relation = RelationFact(
        relation_id=f"new {kind}",
        enterprise_id=enterprise.enterprise_id,
        person_id=person.person_id,
        kind=kind,
        capacity_id=capacity_id,
        object=about,
        opens=opens,
        context=context,
        state=state,
        period=Period(at, FOREVER),
    )
    gone = frozenset(instead_of)
    kept = tuple(other for other in facts.relations if other not in gone)
    cards = facts.representatives_cards
    if kind is RelationKind.LEGAL_FUNCTION:
        cards = (*cards, (relation, person.has_card))
    target = None if facts.target in gone else facts.target
    return replace(facts, relations=(*kept, relation), representatives_cards=cards, target=target)


def accounts_of(facts: QuestionFacts, person: PersonFact, capacity_id: str, at: int) -> tuple[RelationFact, ...]:
    """Return a person's records in force in a capacity."""
    return tuple(
        relation
        for relation in facts.relations
        if relation.person_id == person.person_id
        and relation.capacity_id == capacity_id
        and relation.kind in ACCOUNT_KINDS
        and relation.period.phase(at) is Phase.DURING
    )
