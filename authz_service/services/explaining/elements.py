"""The facts of a case that may be told, each with how it is taken away.

What a caller may learn ends here: facts about the subject, about the enterprise, capacity or request asked about, and
about the catalogue. Facts about other people are not elements, so that no explanation can name one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from authz_service.domain.facts import ChannelFact, MandateFact, QuestionFacts, RelationFact
from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.domain.states import Key, Side
from authz_service.domain.vocabulary import Scope, SubjectType
from authz_service.services.explaining.cases import Case, State

__all__ = ["Element", "FactKind", "NamedFact", "elements_of", "without"]


class FactKind(StrEnum):
    """What a named fact is about."""

    ACCESS_MANAGER = "access_manager"
    AGENT = "agent"
    APPLICATION = "application"
    APPLICATION_GRANT = "application_grant"
    AUTHENTICATION_MEANS = "authentication_means"
    CAPACITY = "capacity"
    CHANNEL = "channel"
    CHIEF_ACCESS_MANAGER = "chief_access_manager"
    CO_ACCESS_MANAGER = "co_access_manager"
    CO_CHIEF_ACCESS_MANAGER = "co_chief_access_manager"
    DIGITAL_KEY = "digital_key"
    EBOX = "ebox"
    EMPLOYMENT = "employment"
    ENTERPRISE = "enterprise"
    ENTERPRISE_ACCOUNT = "enterprise_account"
    FLEMISH_HEAD_LOCAL_MANAGER = "flemish_head_local_manager"
    FLEMISH_RIGHT = "flemish_right"
    LEGAL_FUNCTION = "legal_function"
    MANDATE = "mandate"
    PERSON = "person"
    REQUEST = "request"
    ROLE_ASSIGNMENT = "role_assignment"
    SCOPE = "scope"
    SENDER = "sender"
    SERVICE_VOUCHERS_APPROVAL = "service_vouchers_approval"
    USER = "user"
    WORK_RELATION = "work_relation"


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A fact as it is told. `since` and `until`: UTC microseconds, None where it has no such bound."""

    kind: FactKind
    id: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A fact, and the state in which it alone is not so."""

    fact: NamedFact
    taken_from: Callable[[State], State]


def without(state: State, elements: Iterable[Element]) -> State:
    """Return the state in which none of these facts is so."""
    for element in elements:
        state = element.taken_from(state)
    return state


def elements_of(case: Case) -> tuple[Element, ...]:
    """Return the facts of the case, those that give wider powers first."""
    # A mandate is told of to its parties only.
    party = getattr(case.standing, "acting_side", None) is not Side.NEITHER
    facts = case.facts if party else replace(case.facts, mandate=None)
    return (*_of_the_question(case), *_of_the_subject(facts), *_of_the_place(facts), *_of_things(facts))


def _fact(kind: FactKind, name: str | None = None, period: Period | None = None, since: int | None = None) -> NamedFact:
    if period is None:
        return NamedFact(kind, name, since)
    begin = None if period.since <= BEGINNING else period.since
    return NamedFact(kind, name, begin, None if period.until >= FOREVER else period.until)


def _facts(kind: NamedFact, change: Callable[[QuestionFacts], QuestionFacts]) -> Element:
    return Element(kind, lambda state: replace(state, facts=change(state.facts)))


def _of_the_question(case: Case) -> Iterator[Element]:
    subject = case.standing.subject
    for scope, path, held in (
        (Scope.ADMIN, "subject.may_administer", subject.may_administer),
        (Scope.SYNC, "subject.may_sync", subject.may_sync),
        (Scope.AUDIT, "subject.may_audit", subject.may_audit),
    ):
        if held:
            yield _patch(_fact(FactKind.SCOPE, scope.value), (path, False))
    means = _means(case)
    if subject.type is SubjectType.PERSON and means is not None:
        yield _patch(
            _fact(FactKind.AUTHENTICATION_MEANS, means),
            ("subject.level", 0),
            ("subject.key", Key.ABSENT),
            ("subject.eid", False),
        )
        if case.facts.subject is not None and means in case.facts.subject.digital_keys:
            yield _facts(_fact(FactKind.DIGITAL_KEY, means), lambda facts: _without_key(facts, means))


def _patch(fact: NamedFact, *patches: tuple[str, object]) -> Element:
    return Element(fact, lambda state: state.patched(*patches))


def _means(case: Case) -> str | None:
    """Return the means of authentication when it is one of those that have a level: nothing else is repeated."""
    places = (case.question.context, case.question.subject_properties)
    given = next((means for place in places if (means := place.get("authentication_means")) is not None), None)
    return given if isinstance(given, str) and given in case.levels else None


def _without_key(facts: QuestionFacts, means: str) -> QuestionFacts:
    if facts.subject is None:
        return facts
    subject = replace(facts.subject, digital_keys=facts.subject.digital_keys - {means})
    return replace(facts, subject=subject, other=subject if facts.other == facts.subject else facts.other)


_WIDER_FIRST = (FactKind.CHIEF_ACCESS_MANAGER, FactKind.CO_CHIEF_ACCESS_MANAGER, FactKind.LEGAL_FUNCTION)


def _of_the_subject(facts: QuestionFacts) -> Iterator[Element]:
    if facts.agent_known:
        yield _facts(_fact(FactKind.AGENT), lambda facts: replace(facts, agent_known=False))
    if facts.subject is None:
        return
    person_id = facts.subject.person_id
    own = {relation: None for relation in facts.relations if relation.person_id == person_id}
    if facts.target is not None and facts.target.person_id == person_id:
        own[facts.target] = None
    ranks = {kind.value: rank for rank, kind in enumerate(_WIDER_FIRST)}
    for relation in sorted(own, key=lambda held: ranks.get(held.kind.value, len(ranks))):
        yield _relation(relation)
    yield _facts(_fact(FactKind.PERSON), lambda facts: replace(facts, subject=None))


def _relation(relation: RelationFact) -> Element:
    name = relation.relation_id
    return _facts(
        _fact(FactKind(relation.kind.value), name, relation.period),
        lambda facts: replace(
            facts,
            relations=tuple(other for other in facts.relations if other != relation),
            target=None if facts.target == relation else facts.target,
        ),
    )


def _of_the_place(facts: QuestionFacts) -> Iterator[Element]:
    enterprise, capacity = facts.enterprise, facts.capacity
    if enterprise is not None:
        number = enterprise.number
        for kind, attribute, since, absent in (
            (FactKind.ENTERPRISE_ACCOUNT, "account_active_since", enterprise.account_active_since, None),
            (FactKind.EBOX, "ebox_active_since", enterprise.ebox_active_since, None),
            (FactKind.SERVICE_VOUCHERS_APPROVAL, "approved_for_service_vouchers", None, False),
        ):
            if getattr(enterprise, attribute):
                yield _of_enterprise(_fact(kind, number, since=since), attribute, absent)
        yield _facts(_fact(FactKind.ENTERPRISE, number), lambda facts: replace(facts, enterprise=None))
    if capacity is not None:
        yield _facts(
            _fact(FactKind.CAPACITY, capacity.capacity_id, capacity.period),
            lambda facts: replace(facts, capacity=None),
        )


def _of_enterprise(fact: NamedFact, attribute: str, absent: object) -> Element:
    def taken(facts: QuestionFacts) -> QuestionFacts:
        if facts.enterprise is None:
            return facts
        otherwise: dict[str, Any] = {attribute: absent}
        return replace(facts, enterprise=replace(facts.enterprise, **otherwise))

    return _facts(fact, taken)


def _of_things(facts: QuestionFacts) -> Iterator[Element]:
    for application in facts.applications:
        yield _facts(
            _fact(FactKind.APPLICATION, application.code),
            lambda facts, gone=application: replace(  # type: ignore[misc]
                facts, applications=tuple(other for other in facts.applications if other != gone)
            ),
        )
    for mandate in facts.mandates:
        yield _mandate(mandate)
    if facts.mandate is not None:
        fact = _fact(FactKind.MANDATE, facts.mandate.mandate_id, facts.mandate.period)
        yield _facts(fact, lambda facts: replace(facts, mandate=None))
    if facts.request is not None:
        fact = _fact(FactKind.REQUEST, facts.request.request_id, since=facts.request.filed_at)
        yield _facts(fact, lambda facts: replace(facts, request=None))
    if facts.sender is not None:
        for channel in facts.sender.channels:
            yield _channel(channel)
        yield _facts(_fact(FactKind.SENDER, facts.sender.sender_id), lambda facts: replace(facts, sender=None))


def _mandate(mandate: MandateFact) -> Element:
    return _facts(
        _fact(FactKind.MANDATE, mandate.mandate_id, mandate.period),
        lambda facts: replace(facts, mandates=tuple(other for other in facts.mandates if other != mandate)),
    )


def _channel(channel: ChannelFact) -> Element:
    def taken(facts: QuestionFacts) -> QuestionFacts:
        if facts.sender is None:
            return facts
        channels = tuple(other for other in facts.sender.channels if other != channel)
        return replace(facts, sender=replace(facts.sender, channels=channels))

    return _facts(_fact(FactKind.CHANNEL, channel.channel), taken)
