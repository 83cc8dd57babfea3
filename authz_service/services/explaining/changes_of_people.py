"""Changes about people: who asks and how surely, who is who in the enterprise, whom the question names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from authz_service.domain.facts import CapacityFact, EnterpriseFact, PersonFact, QuestionFacts
from authz_service.domain.moments import Phase
from authz_service.domain.states import ActsFor, Key, LegalFunction, Named
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Domain, RelationKind, SubjectType
from authz_service.services.explaining.cases import Case
from authz_service.services.explaining.changes import (
    Change,
    ChangeCode,
    Provider,
    accounts_of,
    facts_change,
    patch,
    with_relation,
)

__all__ = ["changes_of_candidates", "changes_of_powers", "changes_of_the_subject"]

_STRONGEST = "eid"


def changes_of_the_subject(case: Case) -> Iterator[Change]:
    """Yield what the one who asks can do, or what would make the one known."""
    kind, subject = case.standing.subject.type, case.facts.subject
    yield patch(ChangeCode.CORRECT_MOMENT, Provider.CALLER, 1, ("moment_readable", True))
    yield patch(ChangeCode.COMPLETE_QUESTION, Provider.CALLER, 1, ("readable", True), ("problems", ()))
    yield patch(ChangeCode.ACT_FOR_ENTERPRISE, Provider.PERSON, 2, ("acts_for", ActsFor.THIS))
    if kind is SubjectType.PERSON and _STRONGEST in case.levels:
        key = Key.ACTIVATED if subject is None or _STRONGEST in subject.digital_keys else Key.NOT_ACTIVATED
        yield patch(
            ChangeCode.LOG_IN_STRONGER,
            Provider.PERSON,
            1,
            ("subject.level", case.levels[_STRONGEST]),
            ("subject.eid", True),
            ("subject.key", key),
        )
        yield patch(ChangeCode.ACTIVATE_DIGITAL_KEY, Provider.PERSON, 2, ("subject.key", Key.ACTIVATED))
    if kind in {SubjectType.PERSON, SubjectType.DECLARED_PERSON} and subject is None:
        person = PersonFact("new person", frozenset(case.levels), has_card=True)
        yield facts_change(ChangeCode.RECORD_PERSON, Provider.OPERATOR, 9, lambda facts: replace(facts, subject=person))
    if kind is SubjectType.AGENT:
        yield facts_change(
            ChangeCode.RECOGNISE_AGENT, Provider.OPERATOR, 9, lambda facts: replace(facts, agent_known=True)
        )
    if kind is SubjectType.OPERATOR:
        for name in ("may_administer", "may_sync", "may_audit"):
            yield patch(ChangeCode.GIVE_SCOPE, Provider.OPERATOR, 5, (f"subject.{name}", True))


def changes_of_powers(case: Case) -> Iterator[Change]:
    """Yield what would give the subject another place in the enterprise, and the enterprise its account."""
    at, enterprise = case.at, case.facts.enterprise
    if enterprise is None:
        return
    chief, representative = Provider.CHIEF_ACCESS_MANAGER, Provider.LEGAL_REPRESENTATIVE
    yield _of_enterprise(ChangeCode.ACTIVATE_ACCOUNT, chief, 3, account_active_since=at)
    yield _of_enterprise(ChangeCode.ACTIVATE_EBOX, representative, 3, ebox_active_since=at)
    yield _of_enterprise(
        ChangeCode.APPROVE_ENTERPRISE, Provider.FLEMISH_GOVERNMENT, 9, approved_for_service_vouchers=True
    )
    if case.standing.subject.type in {SubjectType.PERSON, SubjectType.DECLARED_PERSON}:
        yield from _in_the_enterprise(case, enterprise)
        yield from _in_capacities(case, enterprise)


def _in_the_enterprise(case: Case, enterprise: EnterpriseFact) -> Iterator[Change]:
    chief, at = Provider.CHIEF_ACCESS_MANAGER, case.at
    for code, kind, provider, weight in (
        (ChangeCode.DESIGNATE_CHIEF, RelationKind.CHIEF_ACCESS_MANAGER, Provider.LEGAL_REPRESENTATIVE, 8),
        (ChangeCode.DESIGNATE_CO_CHIEF, RelationKind.CO_CHIEF_ACCESS_MANAGER, chief, 7),
        (ChangeCode.DESIGNATE_HEAD_LOCAL_MANAGER, RelationKind.FLEMISH_HEAD_LOCAL_MANAGER, chief, 6),
    ):
        yield _holding(code, provider, weight, kind, enterprise, at)
    code, register = ChangeCode.RECORD_LEGAL_FUNCTION, Provider.ENTERPRISE_REGISTER
    for party in _parties(case.facts):
        yield _holding(code, register, 9, RelationKind.LEGAL_FUNCTION, party, at, state="signing")


def _of_enterprise(code: ChangeCode, provider: Provider, weight: int, **otherwise: Any) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        if facts.enterprise is None:
            return facts
        return replace(facts, enterprise=replace(facts.enterprise, **otherwise))

    return facts_change(code, provider, weight, made)


def _parties(facts: QuestionFacts) -> tuple[EnterpriseFact, ...]:
    """Return the enterprises whose representative the question may ask for, each once."""
    found = [party for party in (facts.enterprise, facts.mandator, facts.mandatary) if party is not None]
    return tuple({party.enterprise_id: party for party in found}.values())


def _holding(
    code: ChangeCode,
    provider: Provider,
    weight: int,
    kind: RelationKind,
    enterprise: EnterpriseFact,
    at: int,
    *,
    state: str = "",
) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        return (
            facts if facts.subject is None else with_relation(facts, facts.subject, enterprise, kind, at, state=state)
        )

    return facts_change(code, provider, weight, made)


def _in_capacities(case: Case, enterprise: EnterpriseFact) -> Iterator[Change]:
    """Yield what would change in the capacity asked about or, where none is, in one of social security."""
    at, asked = case.at, case.facts.capacity
    places = [capacity for capacity in case.facts.capacities if capacity.enterprise_id == enterprise.enterprise_id]
    social = [
        capacity
        for capacity in places
        if capacity.domain is Domain.SOCIAL_SECURITY and capacity.period.phase(at) is Phase.DURING
    ]
    for capacity in [asked] if asked is not None else social[:1]:
        if capacity.enterprise_id == enterprise.enterprise_id:
            yield _appointing(capacity, enterprise, at)
    yield facts_change(ChangeCode.UNBLOCK_ACCOUNT, Provider.ACCESS_MANAGER, 2, lambda facts: _unblocked(facts, asked))


def _appointing(capacity: CapacityFact, enterprise: EnterpriseFact, at: int) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        if facts.subject is None:
            return facts
        return with_relation(
            facts,
            facts.subject,
            enterprise,
            RelationKind.CO_ACCESS_MANAGER,
            at,
            capacity_id=capacity.capacity_id,
            state="active",
            instead_of=accounts_of(facts, facts.subject, capacity.capacity_id, at),
        )

    return facts_change(ChangeCode.APPOINT_ACCESS_MANAGER, Provider.CHIEF_ACCESS_MANAGER, 5, made)


def _unblocked(facts: QuestionFacts, asked: CapacityFact | None) -> QuestionFacts:
    """Return the facts with the subject's blocked records active: here, or everywhere where no capacity is asked of."""
    subject = facts.subject
    if subject is None:
        return facts
    relations = tuple(
        replace(relation, state="active")
        if relation.person_id == subject.person_id
        and relation.kind in ACCOUNT_KINDS
        and relation.state == "blocked"
        and (asked is None or relation.capacity_id == asked.capacity_id)
        else relation
        for relation in facts.relations
    )
    return replace(facts, relations=relations)


def changes_of_candidates(case: Case) -> Iterator[Change]:
    """Yield what would be so of the person a question names, or that it names another."""
    at, other, enterprise = case.at, case.facts.other, case.facts.enterprise
    if other is not None and enterprise is not None:
        yield facts_change(
            ChangeCode.EMPLOY_CANDIDATE,
            Provider.EMPLOYER,
            4,
            lambda facts: with_relation(facts, other, enterprise, RelationKind.EMPLOYMENT, at),
        )
        yield facts_change(
            ChangeCode.LINK_CANDIDATE,
            Provider.CHIEF_ACCESS_MANAGER,
            3,
            lambda facts: with_relation(facts, other, enterprise, RelationKind.WORK_RELATION, at),
        )
    eligible = (
        ("candidate_employed", True),
        ("candidate_has_work_relation", True),
        ("candidate_is_chief", False),
        ("candidate_has_account", False),
    )
    named = ("candidate", Named.GIVEN)
    yield patch(ChangeCode.NAME_ELIGIBLE_PERSON, Provider.PERSON, 5, named, *eligible)
    yield patch(ChangeCode.NAME_ANOTHER_PERSON, Provider.PERSON, 4, named, *eligible[2:])
    yield patch(
        ChangeCode.NAME_HOLDER,
        Provider.PERSON,
        3,
        ("target", Named.GIVEN),
        ("target_in_role", True),
        ("right_held", True),
    )
    yield from _of_documents()


def _of_documents() -> Iterator[Change]:
    """Yield what could be ticked, signed or sent."""
    yield patch(ChangeCode.CONFIRM, Provider.PERSON, 1, ("confirmed", True))
    yield patch(
        ChangeCode.SIGN_DOCUMENT,
        Provider.LEGAL_REPRESENTATIVE,
        4,
        ("signer", Named.GIVEN),
        ("signer_function", LegalFunction.SIGNING),
        ("document_present", True),
    )
    for way in ("post", "fax", "email", "scan"):
        yield patch(
            ChangeCode.SEND_ORIGINAL,
            Provider.LEGAL_REPRESENTATIVE,
            3,
            ("document_present", True),
            ("original", True),
            ("delivery", way),
        )
    yield patch(ChangeCode.OPEN_REQUEST, Provider.LEGAL_REPRESENTATIVE, 4, ("request_open", True))
