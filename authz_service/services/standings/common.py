"""How a subject stands in an enterprise and in a capacity: the facts every family of questions shares."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TypedDict

from authz_service.domain.facts import CapacityFact, EnterpriseFact, PersonFact, QuestionFacts, RelationFact
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
LEGAL_FUNCTION = frozenset({RelationKind.LEGAL_FUNCTION})
EMPLOYMENT = frozenset({RelationKind.EMPLOYMENT})
OF_ENTERPRISE = frozenset(
    {
        RelationKind.CHIEF_ACCESS_MANAGER,
        RelationKind.CO_CHIEF_ACCESS_MANAGER,
        RelationKind.FLEMISH_HEAD_LOCAL_MANAGER,
        RelationKind.LEGAL_FUNCTION,
    }
)
"""How somebody can stand in an enterprise as a whole."""
OF_PROFILE = ACCOUNT_KINDS | {RelationKind.APPLICATION_GRANT}


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


class Asked(TypedDict):
    """What every question reads: who asks, and when; and how much else its standing looks at."""

    at: int
    known_at: int
    subject_niss: str
    agent: str
    technical_user: str
    all_capacities: bool
    sender_of_capacity: bool


def asked_by(reading: Reading, *, all_capacities: bool = False, sender_of_capacity: bool = False) -> Asked:
    """Return what every question reads.

    `all_capacities`, `sender_of_capacity`: the standing looks at them. Without, they are read for explanations only.
    """
    question, kind, whole = reading.question, reading.subject_type, reading.asker.whole
    return Asked(
        at=reading.at,
        known_at=reading.known_at,
        subject_niss=reading.subject_niss,
        agent=question.subject_id if kind is SubjectType.AGENT else "",
        technical_user=question.subject_id if kind is SubjectType.TECHNICAL_USER else "",
        all_capacities=whole or all_capacities,
        sender_of_capacity=whole or sender_of_capacity,
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
    return Subject(
        type=kind,
        known=_is_known(kind, facts),
        level=reading.asker.levels.get(reading.means, 0) if reading.means is not None else 0,
        key=_key(reading.means, facts.subject),
        eid=reading.means == "eid",
        may_administer=operator and Scope.ADMIN in scopes,
        may_sync=operator and Scope.SYNC in scopes,
        may_audit=operator and Scope.AUDIT in scopes,
    )


def _is_known(kind: SubjectType, facts: QuestionFacts) -> bool:
    match kind:
        case SubjectType.PERSON | SubjectType.DECLARED_PERSON:
            return facts.subject is not None
        case SubjectType.AGENT:
            return facts.agent_known
        case SubjectType.TECHNICAL_USER:
            return facts.sender is not None
        case SubjectType.OPERATOR:
            return True
        case SubjectType.UNKNOWN:
            return False


def _key(means: str | None, person: PersonFact | None) -> Key:
    if means is None or person is None:
        return Key.ABSENT
    return Key.ACTIVATED if means in person.digital_keys else Key.NOT_ACTIVATED


def held(
    facts: QuestionFacts, person: PersonFact | None, enterprise_id: str | None, kinds: Container[RelationKind]
) -> list[RelationFact]:
    """Return the relations of these kinds that a person holds, held or will hold in an enterprise."""
    if person is None or enterprise_id is None:
        return []
    person_id = person.person_id
    return [
        relation
        for relation in facts.relations
        if relation.kind in kinds and relation.person_id == person_id and relation.enterprise_id == enterprise_id
    ]


def current(relations: Iterable[RelationFact], at: int) -> list[RelationFact]:
    """Return the relations that are in force at the instant."""
    return [relation for relation in relations if relation.period.since <= at < relation.period.until]


def in_force(relations: Iterable[RelationFact], at: int) -> bool:
    """Return True when one of the relations is in force at the instant."""
    return bool(current(relations, at))


def _ended(relations: Iterable[RelationFact], at: int) -> bool:
    """Return True when one of the relations has ended and none is in force."""
    ends = [relation.period.until for relation in relations if relation.period.since <= at]
    return bool(ends) and max(ends) <= at


def legal_function(
    facts: QuestionFacts, person: PersonFact | None, enterprise_id: str | None, at: int
) -> LegalFunction:
    """Return a person's legal function in an enterprise, the strongest one in force."""
    return _strongest(held(facts, person, enterprise_id, LEGAL_FUNCTION), at)


def _strongest(functions: Sequence[RelationFact], at: int) -> LegalFunction:
    if not functions:
        return LegalFunction.NONE
    states = [function.state for function in current(functions, at)]
    if "signing" in states:
        return LegalFunction.SIGNING
    return LegalFunction.WITHOUT_SIGNING if states else LegalFunction.NOT_CURRENT


def employed(facts: QuestionFacts, person: PersonFact | None, enterprise_id: str | None, at: int) -> bool:
    """Return True when a person is on the payroll of an enterprise."""
    return in_force(held(facts, person, enterprise_id, EMPLOYMENT), at)


def enterprise_standing(
    facts: QuestionFacts, person: PersonFact | None, enterprise: EnterpriseFact | None, at: int
) -> Enterprise:
    """Return how a person stands in an enterprise (in none: as nobody, in an account that is not active)."""
    enterprise_id = enterprise.enterprise_id if enterprise else None
    active_since = enterprise.account_active_since if enterprise else None
    own = held(facts, person, enterprise_id, OF_ENTERPRISE)
    functions = _of(own, RelationKind.LEGAL_FUNCTION)
    chiefs, co_chiefs = _of(own, RelationKind.CHIEF_ACCESS_MANAGER), _of(own, RelationKind.CO_CHIEF_ACCESS_MANAGER)
    heads = _of(own, RelationKind.FLEMISH_HEAD_LOCAL_MANAGER)
    return Enterprise(
        legal_function=_strongest(functions, at),
        chief_access_manager=in_force(chiefs, at),
        co_chief_access_manager=in_force(co_chiefs, at),
        head_local_manager=in_force(heads, at),
        former_chief_access_manager=_ended([*chiefs, *co_chiefs], at),
        former_head_local_manager=_ended(heads, at),
        account_active=active_since is not None and active_since <= at,
    )


def _of(relations: Sequence[RelationFact], kind: RelationKind) -> list[RelationFact]:
    return [relation for relation in relations if relation.kind is kind]


def begun(capacity: CapacityFact | None, at: int) -> bool:
    """Return True when the capacity is known and exists at the instant."""
    return capacity is not None and capacity.period.since <= at < capacity.period.until


def account_in_force(accounts: Iterable[RelationFact], at: int) -> tuple[AccountType, AccountState]:
    """Return the type and state of the account in force among a person's records in one capacity."""
    records = current(accounts, at)
    if not records:
        return AccountType.NONE, AccountState.NOT_IN_FORCE
    account = min(records, key=lambda record: (record.kind is RelationKind.USER, record.relation_id))
    # `deleted` says only how a record ended: in its period it was in force.
    state = AccountState.BLOCKED if account.state == "blocked" else AccountState.ACTIVE
    return AccountType(account.kind.value), state


def capacity_standing(facts: QuestionFacts, enterprise: Enterprise, capacity: CapacityFact | None, at: int) -> Capacity:
    """Return how the subject stands in a capacity (in none: as nobody)."""
    capacity_id = capacity.capacity_id if capacity else ""
    accounts = held(facts, facts.subject, capacity.enterprise_id if capacity else None, ACCOUNT_KINDS)
    account_type, account_state = account_in_force([a for a in accounts if a.capacity_id == capacity_id], at)
    manager_records = [account for account in accounts if account.kind in MANAGER_KINDS]
    here = [record for record in manager_records if record.capacity_id == capacity_id]
    elsewhere = [record for record in manager_records if record.capacity_id != capacity_id]
    return Capacity(
        enterprise=enterprise,
        in_force=begun(capacity, at),
        domain=capacity.domain if capacity else Domain.NONE,
        account_type=account_type,
        account_state=account_state,
        manages_another=in_force([record for record in elsewhere if record.state != "blocked"], at),
        former_manager=_ended(here, at),
        former_manager_of_another=_ended(elsewhere, at),
    )


def in_profile(facts: QuestionFacts, capacity: CapacityFact | None, application: str, at: int) -> bool:
    """Return True when the application stands in the subject's profile in a capacity, in an account in force."""
    if capacity is None:
        return False
    records = held(facts, facts.subject, capacity.enterprise_id, OF_PROFILE)
    here = [record for record in current(records, at) if record.capacity_id == capacity.capacity_id]
    granted = [
        record for record in here if record.kind is RelationKind.APPLICATION_GRANT and record.object == application
    ]
    return bool(granted) and any(record.kind in ACCOUNT_KINDS for record in here)


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
