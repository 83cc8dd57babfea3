"""How a subject stands in an enterprise and in a capacity: the facts every family of questions shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypedDict

from authz_service.domain.facts import CapacityFact, EnterpriseFact, FactsQuery, PersonFact, QuestionFacts, RelationFact
from authz_service.domain.moments import Phase
from authz_service.domain.standings import Capacity, Enterprise, Subject
from authz_service.domain.states import AccountState, AccountType, ActsFor, Grant, Key, LegalFunction, Named
from authz_service.domain.vocabulary import (
    ACCOUNT_KINDS,
    Action,
    Domain,
    RelationKind,
    Scope,
    SubjectType,
    told_in_order,
)
from authz_service.services.standings.reading import Reading

MANAGER_KINDS = frozenset({RelationKind.ACCESS_MANAGER, RelationKind.CO_ACCESS_MANAGER})
CHIEF_KINDS = frozenset({RelationKind.CHIEF_ACCESS_MANAGER, RelationKind.CO_CHIEF_ACCESS_MANAGER})


class Shared(TypedDict):
    """The attributes that every standing has."""

    action: Action
    subject: Subject
    moment_readable: bool
    resource_known: bool
    acts_for: ActsFor
    readable: bool
    problems: tuple[str, ...]
    enterprise: Enterprise


def query_of(reading: Reading) -> FactsQuery:
    """Return what every question reads: who asks, and when."""
    question, kind = reading.question, reading.subject_type
    return FactsQuery(
        at=reading.at,
        known_at=reading.known_at,
        subject_niss=reading.subject_niss,
        agent=question.subject_id if kind is SubjectType.AGENT else "",
        technical_user=question.subject_id if kind is SubjectType.TECHNICAL_USER else "",
    )


def shared(reading: Reading, facts: QuestionFacts, *, resource_known: bool, of_enterprise: bool = True) -> Shared:
    """Return what every standing has. `of_enterprise`: the resource belongs to `facts.enterprise`."""
    return Shared(
        action=reading.action,
        subject=subject_standing(reading, facts),
        moment_readable=reading.moment_readable,
        resource_known=resource_known,
        acts_for=_acts_for(reading, facts.enterprise) if of_enterprise else ActsFor.THIS,
        readable=not reading.problems,
        problems=tuple(told_in_order(reading.problems)),
        enterprise=enterprise_standing(facts, facts.subject, facts.enterprise, reading.at),
    )


def _acts_for(reading: Reading, enterprise: EnterpriseFact | None) -> ActsFor:
    if reading.acting_for.named is Named.MISSING:
        return ActsFor.THIS
    same = enterprise is not None and enterprise.number == reading.acting_for.digits
    return ActsFor.THIS if same else ActsFor.ANOTHER


def subject_standing(reading: Reading, facts: QuestionFacts) -> Subject:
    """Return who asks: known or not, and how surely."""
    kind, scopes = reading.subject_type, reading.asker.scopes
    operator = kind is SubjectType.OPERATOR
    known = {
        SubjectType.PERSON: facts.subject is not None,
        SubjectType.DECLARED_PERSON: facts.subject is not None,
        SubjectType.AGENT: facts.agent_known,
        SubjectType.TECHNICAL_USER: facts.sender is not None,
        SubjectType.OPERATOR: True,
        SubjectType.UNKNOWN: False,
    }[kind]
    return Subject(
        type=kind,
        known=known,
        level=reading.asker.levels.get(reading.means, 0) if reading.means is not None else 0,
        key=_key(reading.means, facts.subject),
        eid=reading.means == "eid",
        may_administer=operator and Scope.ADMIN in scopes,
        may_sync=operator and Scope.SYNC in scopes,
        may_audit=operator and Scope.AUDIT in scopes,
    )


def _key(means: str | None, person: PersonFact | None) -> Key:
    if means is None or person is None:
        return Key.ABSENT
    return Key.ACTIVATED if means in person.digital_keys else Key.NOT_ACTIVATED


def held(
    facts: QuestionFacts, person: PersonFact | None, enterprise_id: str | None, kinds: Iterable[RelationKind]
) -> list[RelationFact]:
    """Return the relations of these kinds that a person holds, held or will hold in an enterprise."""
    if person is None or enterprise_id is None:
        return []
    wanted = frozenset(kinds)
    return [
        relation
        for relation in facts.relations
        if relation.person_id == person.person_id
        and relation.enterprise_id == enterprise_id
        and relation.kind in wanted
    ]


def in_force(relations: Iterable[RelationFact], at: int) -> bool:
    """Return True when one of the relations is in force at the instant."""
    return any(relation.period.phase(at) is Phase.DURING for relation in relations)


def _ended(relations: Iterable[RelationFact], at: int) -> bool:
    return any(relation.period.phase(at) is Phase.AFTER for relation in relations)


def legal_function(
    facts: QuestionFacts, person: PersonFact | None, enterprise_id: str | None, at: int
) -> LegalFunction:
    """Return a person's legal function in an enterprise, the strongest one in force."""
    functions = held(facts, person, enterprise_id, {RelationKind.LEGAL_FUNCTION})
    current = [function for function in functions if function.period.phase(at) is Phase.DURING]
    if any(function.state == "signing" for function in current):
        return LegalFunction.SIGNING
    if current:
        return LegalFunction.WITHOUT_SIGNING
    return LegalFunction.NOT_CURRENT if functions else LegalFunction.NONE


def employed(facts: QuestionFacts, person: PersonFact | None, enterprise_id: str | None, at: int) -> bool:
    """Return True when a person is on the payroll of an enterprise."""
    return in_force(held(facts, person, enterprise_id, {RelationKind.EMPLOYMENT}), at)


def enterprise_standing(
    facts: QuestionFacts, person: PersonFact | None, enterprise: EnterpriseFact | None, at: int
) -> Enterprise:
    """Return how a person stands in an enterprise (in none: as nobody, in an account that is not active)."""
    enterprise_id = enterprise.enterprise_id if enterprise else None
    active_since = enterprise.account_active_since if enterprise else None
    chiefs = held(facts, person, enterprise_id, CHIEF_KINDS)
    heads = held(facts, person, enterprise_id, {RelationKind.FLEMISH_HEAD_LOCAL_MANAGER})
    return Enterprise(
        legal_function=legal_function(facts, person, enterprise_id, at),
        chief_access_manager=in_force(_of(chiefs, RelationKind.CHIEF_ACCESS_MANAGER), at),
        co_chief_access_manager=in_force(_of(chiefs, RelationKind.CO_CHIEF_ACCESS_MANAGER), at),
        head_local_manager=in_force(heads, at),
        former_chief_access_manager=_ended(chiefs, at) and not in_force(chiefs, at),
        former_head_local_manager=_ended(heads, at) and not in_force(heads, at),
        account_active=active_since is not None and active_since <= at,
    )


def _of(relations: Iterable[RelationFact], kind: RelationKind) -> list[RelationFact]:
    return [relation for relation in relations if relation.kind is kind]


def begun(capacity: CapacityFact | None, at: int) -> bool:
    """Return True when the capacity is known and exists at the instant."""
    return capacity is not None and capacity.period.phase(at) is Phase.DURING


def account_in_force(accounts: Iterable[RelationFact], at: int) -> tuple[AccountType, AccountState]:
    """Return the type and state of the account in force among a person's records in one capacity."""
    current = [account for account in accounts if account.period.phase(at) is Phase.DURING]
    if not current:
        return AccountType.NONE, AccountState.NOT_IN_FORCE
    account = min(current, key=lambda record: (record.kind is RelationKind.USER, record.relation_id))
    # `deleted` says only how a record ended: in its period it was in force.
    state = AccountState.BLOCKED if account.state == "blocked" else AccountState.ACTIVE
    return AccountType(account.kind.value), state


def capacity_standing(facts: QuestionFacts, enterprise: Enterprise, capacity: CapacityFact | None, at: int) -> Capacity:
    """Return how the subject stands in a capacity (in none: as nobody)."""
    capacity_id = capacity.capacity_id if capacity else ""
    accounts = held(facts, facts.subject, capacity.enterprise_id if capacity else None, ACCOUNT_KINDS)
    account_type, account_state = account_in_force((a for a in accounts if a.capacity_id == capacity_id), at)
    manager_records = [account for account in accounts if account.kind in MANAGER_KINDS]
    here = [record for record in manager_records if record.capacity_id == capacity_id]
    elsewhere = [record for record in manager_records if record.capacity_id != capacity_id]
    return Capacity(
        enterprise=enterprise,
        in_force=begun(capacity, at),
        domain=capacity.domain if capacity else Domain.NONE,
        account_type=account_type,
        account_state=account_state,
        manages_another=in_force((record for record in elsewhere if record.state != "blocked"), at),
        former_manager=_ended(here, at) and not in_force(here, at),
        former_manager_of_another=_ended(elsewhere, at) and not in_force(elsewhere, at),
    )


def in_profile(facts: QuestionFacts, capacity: CapacityFact | None, application: str, at: int) -> bool:
    """Return True when the application stands in the subject's profile in a capacity, in an account in force."""
    if capacity is None:
        return False
    records = held(facts, facts.subject, capacity.enterprise_id, {*ACCOUNT_KINDS, RelationKind.APPLICATION_GRANT})
    here = [record for record in records if record.capacity_id == capacity.capacity_id]
    granted = [
        record for record in here if record.kind is RelationKind.APPLICATION_GRANT and record.object == application
    ]
    return in_force(granted, at) and in_force((record for record in here if record.kind in ACCOUNT_KINDS), at)


def manages_social_security(facts: QuestionFacts, at: int) -> bool:
    """Return True when the subject is active (co-)access manager of a social-security capacity of the enterprise."""
    managers = (AccountType.ACCESS_MANAGER, AccountType.CO_ACCESS_MANAGER)
    return any(
        kind in managers and state is AccountState.ACTIVE for _, kind, state in _social_security_accounts(facts, at)
    )


def blocked_in_social_security(facts: QuestionFacts, at: int) -> bool:
    """Return True when an account of the subject in a social-security capacity of the enterprise is blocked."""
    return any(state is AccountState.BLOCKED for _, _, state in _social_security_accounts(facts, at))


def granted_anywhere(facts: QuestionFacts, application: str, at: int) -> Grant:
    """Return whether an application stands in the subject's profile in some social-security capacity."""
    states = {
        state
        for capacity, _, state in _social_security_accounts(facts, at)
        if in_profile(facts, capacity, application, at)
    }
    if AccountState.ACTIVE in states:
        return Grant.ACTIVE
    return Grant.BLOCKED if states else Grant.NONE


def _social_security_accounts(
    facts: QuestionFacts, at: int
) -> Iterator[tuple[CapacityFact, AccountType, AccountState]]:
    """Yield the subject's accounts in force in social-security capacities of the enterprise."""
    enterprise_id = facts.enterprise.enterprise_id if facts.enterprise else None
    accounts = held(facts, facts.subject, enterprise_id, ACCOUNT_KINDS)
    for capacity in facts.capacities:
        if (
            capacity.enterprise_id == enterprise_id
            and capacity.domain is Domain.SOCIAL_SECURITY
            and begun(capacity, at)
        ):
            kind, state = account_in_force((a for a in accounts if a.capacity_id == capacity.capacity_id), at)
            if kind is not AccountType.NONE:
                yield capacity, kind, state
