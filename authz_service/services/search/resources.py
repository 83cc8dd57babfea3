"""To what a subject may do an action, as far as it may come into question, by the type of resource.

*Enterprises, capacities, accounts, roles of others*: those where the person holds what the action asks for
(`holdings.py`), in the enterprise as a whole or in that very capacity. *Roles of one's own*: all of them.
*Applications*: those offered to the capacity chosen ("application offered here"); for a technical user the whole
catalogue. *Mandates*: those to which the enterprise acted for is a party. *A person*: the subject. *Requests on paper,
and enterprises whose account is deleted by letter*: those for which whoever signed the document holds a legal function.
*Registries, the service*: the few there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from authz_service.domain.actions import RESOURCE_OF, SERVICE_ID
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action, MandateSystem, ResourceType
from authz_service.services.search.ground import Ground
from authz_service.services.search.holdings import ROLES, SIGNERS, holdings
from authz_service.services.search.portions import NOTHING, Candidate, Portion, Source, chained, in_order, one_of
from authz_service.services.search.sought import Position
from authz_service.store.candidates import Holding, Place, Row

__all__ = ["resources"]

_ACCOUNTS: Final = Holding(tuple(sorted(ACCOUNT_KINDS)))


def resources(ground: Ground) -> Source:
    """Return the candidates among the resources of the type that the action is asked of."""
    return _BY_TYPE[RESOURCE_OF[ground.action]](ground)


def _subject_id(ground: Ground) -> str:
    return ground.facts.subject.person_id if ground.facts.subject else ""


def _signer_or_subject_id(ground: Ground) -> str:
    """The person on whose standing it depends: of a letter the one who signed it."""
    if ground.action is Action.DELETE_ENTERPRISE_ACCOUNT:
        return ground.facts.other.person_id if ground.facts.other else ""
    return _subject_id(ground)


def _enterprises(ground: Ground) -> Source:
    person_id = _signer_or_subject_id(ground)
    by_letter = ground.action is Action.DELETE_ENTERPRISE_ACCOUNT
    wanted = SIGNERS if by_letter else holdings(ground.action, ground.question, ground.facts)
    if not person_id or not wanted:
        return NOTHING
    return in_order(lambda after, most: ground.candidates.enterprise_numbers(person_id, wanted, after, most))


def _capacities(ground: Ground) -> Source:
    person_id, wanted = _subject_id(ground), holdings(ground.action, ground.question, ground.facts)
    if not person_id or not wanted:
        return NOTHING
    return in_order(lambda after, most: ground.candidates.capacities(person_id, wanted, after, most))


def _accounts(ground: Ground) -> Source:
    return _held_by_others(ground, _ACCOUNTS)


def _roles(ground: Ground) -> Source:
    person_id = _subject_id(ground)
    if not person_id:
        return NOTHING
    own = in_order(lambda after, most: ground.candidates.own_relations(person_id, ROLES, after, most))
    return chained(own, _held_by_others(ground, ROLES, except_of=person_id))


def _held_by_others(ground: Ground, holding: Holding, except_of: str = "") -> Source:
    person_id, wanted = _subject_id(ground), holdings(ground.action, ground.question, ground.facts)
    if not person_id or not wanted:
        return NOTHING
    places: list[Place] = ground.candidates.places(person_id, wanted)

    def portion(after: Position, most: int) -> Portion:
        begin = Row(*after) if after else Row.before()
        rows, onward = ground.candidates.relations(places, holding, begin, most, except_of=except_of)
        return Portion([Candidate(tuple(row), row.relation_id) for row in rows], tuple(onward) if onward else None)

    return portion


def _applications(ground: Ground) -> Source:
    if ground.action is Action.SUBMIT_FILE:
        return in_order(lambda after, most: ground.candidates.applications(None, after, most))
    capacity = ground.facts.capacity
    if capacity is None:
        return NOTHING
    return in_order(lambda after, most: ground.candidates.applications(capacity.type, after, most))


def _mandates(ground: Ground) -> Source:
    number = ground.facts.enterprise.number if ground.facts.enterprise else ""
    if not number:
        return NOTHING
    return in_order(lambda after, most: ground.candidates.mandates(number, after, most))


def _registries(_ground: Ground) -> Source:
    return one_of(system.value for system in MandateSystem if system is not MandateSystem.NONE)


def _persons(ground: Ground) -> Source:
    return one_of([_subject_id(ground)] if ground.facts.subject else [])


def _requests(ground: Ground) -> Source:
    signer = ground.facts.other
    if signer is None:
        return NOTHING
    return in_order(lambda after, most: ground.candidates.requests(signer.person_id, SIGNERS, after, most))


def _service(_ground: Ground) -> Source:
    return one_of([SERVICE_ID])


_BY_TYPE: Final[Mapping[ResourceType, Callable[[Ground], Source]]] = {
    ResourceType.ACCOUNT: _accounts,
    ResourceType.APPLICATION: _applications,
    ResourceType.CAPACITY: _capacities,
    ResourceType.ENTERPRISE: _enterprises,
    ResourceType.MANDATE: _mandates,
    ResourceType.MANDATE_REGISTRY: _registries,
    ResourceType.PERSON: _persons,
    ResourceType.REQUEST: _requests,
    ResourceType.ROLE_ASSIGNMENT: _roles,
    ResourceType.SERVICE: _service,
}
