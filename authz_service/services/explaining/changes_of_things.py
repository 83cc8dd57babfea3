"""Changes about things: applications, roles and rights, accounts acted on, senders, mandates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from authz_service.domain.facts import ApplicationFact, CapacityFact, MandateFact, QuestionFacts, RelationFact
from authz_service.domain.moments import FOREVER, Period, Phase
from authz_service.domain.vocabulary import Action, Domain, RelationKind
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

__all__ = ["changes_of_access", "changes_of_choices", "changes_of_mandates", "changes_of_targets"]

_GRANTED_ANYWHERE = {
    Action.READ_EBOX: "EBOX",
    Action.VIEW_MANDATES: "MAHIS_CONSULT",
    Action.CREATE_MANDATE: "MAHIS_MANAGE",
}
"""Where no capacity is chosen, the application that opens what is asked, in some capacity of social security."""


def changes_of_access(case: Case) -> Iterator[Change]:
    """Yield what would open an application to the subject: in the profile, by a role, by a right."""
    capacity, code = case.facts.capacity, case.question.resource_id
    if case.standing.action in _GRANTED_ANYWHERE:
        code = _GRANTED_ANYWHERE[case.standing.action]
        enterprise_id = case.facts.enterprise.enterprise_id if case.facts.enterprise else ""
        capacity = next(
            (
                place
                for place in case.facts.capacities
                if place.domain is Domain.SOCIAL_SECURITY
                and place.enterprise_id == enterprise_id
                and place.period.phase(case.at) is Phase.DURING
            ),
            None,
        )
    if capacity is not None:
        yield _granting(capacity, code, case.at)
        yield _assigning(capacity, code, case.at)
        yield facts_change(
            ChangeCode.ACCEPT_ROLE, Provider.PERSON, 1, lambda facts: _accepted(facts, capacity.capacity_id, code)
        )
        yield facts_change(
            ChangeCode.OFFER_APPLICATION, Provider.CATALOGUE, 9, lambda facts: _offered(facts, capacity.type, code)
        )
    for right in case.facts.rights:
        context = min(right.contexts, default="")
        yield _with_right(right.code, context, case.at)


def _granting(capacity: CapacityFact, code: str, at: int) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        subject, enterprise, place = facts.subject, facts.enterprise, capacity.capacity_id
        if subject is None or enterprise is None:
            return facts
        if not accounts_of(facts, subject, place, at):
            facts = with_relation(facts, subject, enterprise, RelationKind.USER, at, capacity_id=place, state="active")
        kind = RelationKind.APPLICATION_GRANT
        return with_relation(facts, subject, enterprise, kind, at, capacity_id=place, about=code)

    return facts_change(ChangeCode.GRANT_APPLICATION, Provider.ACCESS_MANAGER, 3, made)


def _assigning(capacity: CapacityFact, code: str, at: int) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        if facts.subject is None or facts.enterprise is None:
            return facts
        kind, place = RelationKind.ROLE_ASSIGNMENT, capacity.capacity_id
        return with_relation(
            facts, facts.subject, facts.enterprise, kind, at, capacity_id=place, opens=code, state="accepted"
        )

    return facts_change(ChangeCode.ASSIGN_ROLE, Provider.ACCESS_MANAGER, 3, made)


def _with_right(code: str, context: str, at: int) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        if facts.subject is None or facts.enterprise is None:
            return facts
        kind = RelationKind.FLEMISH_RIGHT
        return with_relation(facts, facts.subject, facts.enterprise, kind, at, about=code, context=context)

    return facts_change(ChangeCode.GRANT_FLEMISH_RIGHT, Provider.CHIEF_ACCESS_MANAGER, 3, made)


def _accepted(facts: QuestionFacts, capacity_id: str, code: str) -> QuestionFacts:
    """Return the facts with the subject's pending roles that open the application accepted."""
    person_id = facts.subject.person_id if facts.subject else None
    relations = tuple(
        replace(relation, state="accepted")
        if relation.person_id == person_id
        and relation.kind is RelationKind.ROLE_ASSIGNMENT
        and relation.state == "pending_acceptance"
        and (relation.capacity_id, relation.opens) == (capacity_id, code)
        else relation
        for relation in facts.relations
    )
    return replace(facts, relations=relations)


def _offered(facts: QuestionFacts, capacity_type: str, code: str) -> QuestionFacts:
    applications = tuple(
        replace(application, offered_to=application.offered_to | {capacity_type})
        if application.code == code
        else application
        for application in facts.applications
    )
    return replace(facts, applications=applications)


def changes_of_targets(case: Case) -> Iterator[Change]:
    """Yield what would be so of the account or role that is acted on."""
    target, at = case.facts.target, case.at
    if target is None:
        return
    if target.kind is not RelationKind.ROLE_ASSIGNMENT:
        yield _target(ChangeCode.UNBLOCK_TARGET, Provider.ACCESS_MANAGER, 2, lambda one: replace(one, state="active"))
        yield _target(ChangeCode.BLOCK_TARGET, Provider.ACCESS_MANAGER, 2, lambda one: replace(one, state="blocked"))
        return
    anew = Period(min(at, target.period.since), FOREVER)
    if target.state == "pending_acceptance":
        yield _target(ChangeCode.ACCEPT_ROLE, Provider.PERSON, 1, lambda one: replace(one, state="accepted"))
    yield _target(
        ChangeCode.REASSIGN_ROLE,
        Provider.ACCESS_MANAGER,
        3,
        lambda one: replace(one, state="pending_acceptance", period=anew),
    )
    yield _target(
        ChangeCode.RENEW_ROLE, Provider.ACCESS_MANAGER, 3, lambda one: replace(one, state="accepted", period=anew)
    )


def _target(
    code: ChangeCode, provider: Provider, weight: int, change: Callable[[RelationFact], RelationFact]
) -> Change:
    def made(facts: QuestionFacts) -> QuestionFacts:
        before = facts.target
        if before is None:
            return facts
        after = change(before)
        relations = tuple(after if relation == before else relation for relation in facts.relations)
        return replace(facts, target=after, relations=relations)

    return facts_change(code, provider, weight, made)


def changes_of_choices(case: Case) -> Iterator[Change]:
    """Yield what the question could choose or hand in instead, and what a sender could be."""
    person, manager = Provider.PERSON, Provider.ACCESS_MANAGER
    yield patch(
        ChangeCode.CHOOSE_APPLICATION,
        person,
        2,
        ("application_known", True),
        ("application_offered", True),
        ("applications_offered", True),
        ("applications_on_channel", True),
    )
    capacity = case.facts.capacity
    if capacity is not None and capacity.domain in {Domain.FINANCE, Domain.MOBILITY}:
        yield patch(ChangeCode.CHOOSE_ROLE_DOMAIN, person, 2, ("role_domain", capacity.domain))
    yield patch(ChangeCode.CHOOSE_RIGHT, person, 2, ("right_known", True))
    yield patch(ChangeCode.CHOOSE_RIGHT_CONTEXT, person, 2, ("context_allowed", True))
    yield patch(ChangeCode.CHOOSE_GROUPS, person, 2, ("groups_given", True), ("groups_belong", True))
    yield patch(ChangeCode.HAND_IN_CERTIFICATE, person, 2, ("certificate", "valid"))
    yield patch(ChangeCode.HAND_IN_SSH_KEY, person, 1, ("ssh_public_key", True))
    yield patch(ChangeCode.REPEAT_TECHNICAL_NAME, person, 1, ("technical_names_agree", True))
    yield patch(ChangeCode.SIGN_FILE, person, 1, ("file_signed", True))
    yield patch(ChangeCode.USE_REGISTERED_CERTIFICATE, person, 1, ("registered_certificate", True))
    yield patch(ChangeCode.REPLACE_CERTIFICATE, manager, 3, ("certificate_expired", False))
    yield patch(ChangeCode.CREATE_SENDER, manager, 4, ("sender_active", True), ("channel_active", True))
    yield patch(ChangeCode.STOP_SENDER, manager, 4, ("sender_active", False), ("channel_active", False))
    yield patch(ChangeCode.OPEN_CHANNEL, manager, 3, ("channel_active", True))
    yield patch(ChangeCode.ADD_APPLICATION_TO_CHANNEL, manager, 3, ("application_on_channel", True))


def changes_of_mandates(case: Case) -> Iterator[Change]:
    """Yield what would let the subject's enterprise act for the other one."""
    mandator, enterprise, at = case.facts.mandator, case.facts.enterprise, case.at
    code = case.question.resource_id
    application = next((one for one in case.facts.applications if one.code == code), None)
    if application is None or application.mandate_group is None or mandator is None or enterprise is None:
        return
    for change, provider, weight, signs in (
        (ChangeCode.SIGN_AS_MANDATOR, Provider.MANDATOR, 3, ("mandator_signed_at",)),
        (ChangeCode.SIGN_AS_MANDATARY, Provider.MANDATARY, 3, ("mandatary_signed_at",)),
        (ChangeCode.SIGN_BY_BOTH, Provider.PARTIES, 5, ("mandator_signed_at", "mandatary_signed_at")),
    ):
        yield _signing(change, provider, weight, signs, application, at)
    given = MandateFact(
        mandate_id="new mandate",
        system=application.mandate_system,
        mandator_id=mandator.enterprise_id,
        mandatary_id=enterprise.enterprise_id,
        groups=frozenset({application.mandate_group}),
        period=Period(at, FOREVER),
        mandator_signed_at=at,
        mandatary_signed_at=at,
        ended_at=None,
    )
    yield facts_change(
        ChangeCode.GIVE_MANDATE,
        Provider.PARTIES,
        7,
        lambda facts: replace(facts, mandates=(*facts.mandates, given)),
    )


def _signing(
    code: ChangeCode, provider: Provider, weight: int, signs: tuple[str, ...], application: ApplicationFact, at: int
) -> Change:
    def signed(mandate: MandateFact) -> MandateFact:
        if mandate.system is not application.mandate_system or application.mandate_group not in mandate.groups:
            return mandate
        given: dict[str, int | None] = {name: getattr(mandate, name) for name in signs}
        missing: dict[str, Any] = {name: at for name, signed_at in given.items() if signed_at is None or signed_at > at}
        return replace(mandate, **missing)

    return facts_change(
        code, provider, weight, lambda facts: replace(facts, mandates=tuple(map(signed, facts.mandates)))
    )
