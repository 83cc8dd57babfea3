"""How a subject stands in an enterprise and in a capacity: the facts every family of questions shares."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from authz_service.domain.facts import (
    ApplicationFact,
    CapacityFact,
    EnterpriseFact,
    PersonFact,
    QuestionFacts,
    RelationFact,
)
from authz_service.domain.standings import Capacity, Enterprise, Subject
from authz_service.domain.states import AccountState, AccountType, ActsFor, Grant, Key, LegalFunction, Named
from authz_service.domain.values import remembered
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

Shared: TypeAlias = tuple[Action, Subject, bool, bool, ActsFor, bool, tuple[str, ...], Enterprise]
"""The attributes that every standing has, in the order of `Standing`."""
Asked: TypeAlias = tuple[int, int, str, str, str, bool, bool]
"""What every question reads: the first attributes of a `FactsQuery`, in order."""

# Each of them is looked up in several steps where it is named as a member of its enumeration.
_CHIEF: Final = RelationKind.CHIEF_ACCESS_MANAGER
_CO_CHIEF: Final = RelationKind.CO_CHIEF_ACCESS_MANAGER
_HEAD: Final = RelationKind.FLEMISH_HEAD_LOCAL_MANAGER
_FUNCTION: Final = RelationKind.LEGAL_FUNCTION
_AGENT: Final = SubjectType.AGENT
_OPERATOR: Final = SubjectType.OPERATOR
_TECHNICAL_USER: Final = SubjectType.TECHNICAL_USER

MANAGER_KINDS: Final = frozenset({RelationKind.ACCESS_MANAGER, RelationKind.CO_ACCESS_MANAGER})
LEGAL_FUNCTION: Final = frozenset({_FUNCTION})
EMPLOYMENT: Final = frozenset({RelationKind.EMPLOYMENT})
CHIEFS: Final = frozenset({_CHIEF, _CO_CHIEF})
OF_ENTERPRISE: Final = CHIEFS | {_HEAD, _FUNCTION}
"""How somebody can stand in an enterprise as a whole."""
GRANTS: Final = frozenset({RelationKind.APPLICATION_GRANT})
_PERSONS: Final = frozenset({SubjectType.PERSON, SubjectType.DECLARED_PERSON})
_ACCOUNT_TYPES: Final = {kind: AccountType(kind.value) for kind in ACCOUNT_KINDS}

_NO_ACCOUNT: Final = (AccountType.NONE, AccountState.NOT_IN_FORCE)

_subject: Final = remembered(Subject)
_enterprise: Final = remembered(Enterprise)
_capacity: Final = remembered(Capacity)

_STRANGERS: Final = tuple(
    _enterprise(
        legal_function=LegalFunction.NONE,
        chief_access_manager=False,
        co_chief_access_manager=False,
        head_local_manager=False,
        former_chief_access_manager=False,
        former_head_local_manager=False,
        account_active=active,
    )
    for active in (False, True)
)
"""Somebody who has nothing to do with an enterprise, the account not active and active."""


def asked_by(reading: Reading, *, all_capacities: bool = False, sender_of_capacity: bool = False) -> Asked:
    """Return what every question reads.

    `all_capacities`, `sender_of_capacity`: the standing looks at them. Without, they are read for explanations only.
    """
    kind, whole = reading.subject_type, reading.asker.whole
    return (
        reading.at,
        reading.known_at,
        reading.subject_niss,
        reading.question.subject_id if kind is _AGENT else "",
        reading.question.subject_id if kind is _TECHNICAL_USER else "",
        whole or all_capacities,
        whole or sender_of_capacity,
    )


def shared(
    reading: Reading, facts: QuestionFacts, enterprise: Enterprise, *, resource_known: bool, of_enterprise: bool = True
) -> Shared:
    """Return what every standing has.

    `enterprise`: how the subject stands in `facts.enterprise`; `of_enterprise`: the resource belongs to that one.
    """
    problems = reading.problems
    return (
        reading.action,
        subject_standing(reading, facts),
        reading.moment_readable,
        resource_known,
        _acts_for(reading, facts.enterprise) if of_enterprise else ActsFor.THIS,
        not problems,
        tuple(told_in_order(problems)) if problems else (),
        enterprise,
    )


def _acts_for(reading: Reading, enterprise: EnterpriseFact | None) -> ActsFor:
    acting_for = reading.acting_for
    if acting_for.named is Named.MISSING:
        return ActsFor.THIS
    same = enterprise is not None and enterprise.number == acting_for.digits
    return ActsFor.THIS if same else ActsFor.ANOTHER


def subject_standing(reading: Reading, facts: QuestionFacts) -> Subject:
    """Return who asks: known or not, and how surely."""
    kind, asker, means = reading.subject_type, reading.asker, reading.means
    known = facts.subject is not None if kind in _PERSONS else _is_known(kind, facts)
    level = 0 if means is None else asker.levels.get(means, 0)
    may_administer = may_sync = may_audit = False
    if kind is _OPERATOR:
        may_administer, may_sync = Scope.ADMIN in asker.scopes, Scope.SYNC in asker.scopes
        may_audit = Scope.AUDIT in asker.scopes
    return _subject(kind, known, level, _key(means, facts.subject), means == "eid", may_administer, may_sync, may_audit)


def _is_known(kind: SubjectType, facts: QuestionFacts) -> bool:
    """Tell it of those who are no persons."""
    if kind is _AGENT:
        return facts.agent_known
    return facts.sender is not None if kind is _TECHNICAL_USER else kind is _OPERATOR


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


def own_enterprise(facts: QuestionFacts, at: int) -> Enterprise:
    """Return how the subject stands in the enterprise that the question is about."""
    return enterprise_standing(facts, facts.subject, facts.enterprise, at)


def enterprise_standing(
    facts: QuestionFacts, person: PersonFact | None, enterprise: EnterpriseFact | None, at: int
) -> Enterprise:
    """Return how a person stands in an enterprise (in none: as nobody, in an account that is not active)."""
    active_since = enterprise.account_active_since if enterprise else None
    account_active = active_since is not None and active_since <= at
    own = held(facts, person, enterprise.enterprise_id, OF_ENTERPRISE) if enterprise else []
    if not own:
        return _STRANGERS[account_active]
    begun_kinds = {relation.kind for relation in own if relation.period.since <= at}
    kinds = {relation.kind for relation in current(own, at)}
    return _enterprise(
        legal_function=_strongest([relation for relation in own if relation.kind is _FUNCTION], at),
        chief_access_manager=_CHIEF in kinds,
        co_chief_access_manager=_CO_CHIEF in kinds,
        head_local_manager=_HEAD in kinds,
        former_chief_access_manager=not CHIEFS.isdisjoint(begun_kinds) and CHIEFS.isdisjoint(kinds),
        former_head_local_manager=_HEAD in begun_kinds and _HEAD not in kinds,
        account_active=account_active,
    )


def begun(capacity: CapacityFact | None, at: int) -> bool:
    """Return True when the capacity is known and exists at the instant."""
    return capacity is not None and capacity.period.since <= at < capacity.period.until


def account_in_force(accounts: Iterable[RelationFact], at: int) -> tuple[AccountType, AccountState]:
    """Return the type and state of the account in force among a person's records in one capacity."""
    records = current(accounts, at)
    if not records:
        return _NO_ACCOUNT
    account = records[0]
    if len(records) > 1:
        account = min(records, key=lambda record: (record.kind is RelationKind.USER, record.relation_id))
    # `deleted` says only how a record ended: in its period it was in force.
    return _ACCOUNT_TYPES[account.kind], AccountState.BLOCKED if account.state == "blocked" else AccountState.ACTIVE


def capacity_standing(facts: QuestionFacts, enterprise: Enterprise, capacity: CapacityFact | None, at: int) -> Capacity:
    """Return how the subject stands in a capacity (in none: as nobody)."""
    if capacity is None:
        return _nowhere(enterprise)
    capacity_id = capacity.capacity_id
    accounts = held(facts, facts.subject, capacity.enterprise_id, ACCOUNT_KINDS)
    kind, state = account_in_force([account for account in accounts if account.capacity_id == capacity_id], at)
    manages_another = former_manager = former_manager_of_another = False
    managing = [account for account in accounts if account.kind in MANAGER_KINDS]
    if managing:
        elsewhere = [record for record in managing if record.capacity_id != capacity_id]
        manages_another = any(record.state != "blocked" for record in current(elsewhere, at))
        former_manager = _ended([record for record in managing if record.capacity_id == capacity_id], at)
        former_manager_of_another = _ended(elsewhere, at)
    return _capacity(
        enterprise,
        begun(capacity, at),
        capacity.domain,
        kind,
        state,
        manages_another,
        former_manager,
        former_manager_of_another,
    )


def _nowhere(enterprise: Enterprise) -> Capacity:
    account_type, account_state = _NO_ACCOUNT
    return _capacity(
        enterprise,
        in_force=False,
        domain=Domain.NONE,
        account_type=account_type,
        account_state=account_state,
        manages_another=False,
        former_manager=False,
        former_manager_of_another=False,
    )


def is_granted(facts: QuestionFacts, capacity: CapacityFact, application: str, at: int) -> bool:
    """Return True when the application is granted to the subject in a capacity. Whether in an account is not asked."""
    grants = held(facts, facts.subject, capacity.enterprise_id, GRANTS)
    here = [grant for grant in grants if grant.object == application and grant.capacity_id == capacity.capacity_id]
    return in_force(here, at)


def application_of(facts: QuestionFacts, code: str) -> ApplicationFact | None:
    """Return the application with this code, None when the catalogue has none."""
    for application in facts.applications:
        if application.code == code:
            return application
    return None


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
        if is_granted(facts, capacity, application, at)
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
