"""Who may come into question for an action on a resource, by the type of subject.

*Persons and declared persons*: those who hold in the enterprise asked about what the action asks for (`holdings.py`);
for one's own record the person whose record it is ("own record"). *Technical users*: those of active senders with an
open channel that may carry the application, and where a mandator is named those of that enterprise and of its
mandataries ("sender of the technical user", "channel open", "application on the channel", "mandate for another").
*Agents*: all there are. *Operators*: only who asks; whoever comes through another caller has that caller's scopes, of
which nothing is told here (OPS-01). Other types of subject may do nothing (DRV-08).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.vocabulary import Action, ResourceType, SubjectType
from authz_service.services.search.ground import Ground
from authz_service.services.search.holdings import holdings
from authz_service.services.search.portions import NOTHING, Source, in_order, one_of

__all__ = ["PERSONS", "subjects"]

PERSONS: Final = frozenset({SubjectType.PERSON, SubjectType.DECLARED_PERSON})
"""Types of subject whose candidates are person ids."""
_FOR_AGENTS: Final = frozenset({Action.DELETE_ENTERPRISE_ACCOUNT, Action.PROCESS_EXCEPTIONAL_REQUEST})


def subjects(kind: SubjectType, ground: Ground) -> Source:
    """Return the candidates among the subjects of a type."""
    choose = _BY_TYPE.get(kind)
    return NOTHING if choose is None else choose(ground)


def _people(ground: Ground) -> Source:
    facts = ground.facts
    if RESOURCE_OF[ground.action] is ResourceType.PERSON:
        return one_of([facts.other.person_id] if facts.other else [])
    wanted = holdings(ground.action, ground.question, facts)
    # The parties of a mandate bear the number of the enterprise acted for, should another bear it as well.
    near = (facts.enterprise, facts.mandator, facts.mandatary)
    number = facts.enterprise.number if facts.enterprise else ""
    enterprise_ids = [each.enterprise_id for each in near if each is not None and each.number == number]
    return in_order(lambda after, most: ground.candidates.people(enterprise_ids, wanted, after, most))


def _technical_users(ground: Ground) -> Source:
    if ground.action is not Action.SUBMIT_FILE:
        return NOTHING
    context, mandator = ground.question.context, ground.facts.mandator
    channel, named = context.get("channel"), context.get("for_enterprise")
    if not isinstance(channel, str) or (named is not None and mandator is None):
        return NOTHING
    mandator_id = mandator.enterprise_id if mandator else None
    application = ground.question.resource_id
    return in_order(
        lambda after, most: ground.candidates.technical_users(channel, application, mandator_id, after, most)
    )


def _agents(ground: Ground) -> Source:
    return in_order(ground.candidates.agents) if ground.action in _FOR_AGENTS else NOTHING


def _operators(ground: Ground) -> Source:
    return one_of([ground.caller]) if RESOURCE_OF[ground.action] is ResourceType.SERVICE else NOTHING


_BY_TYPE: Final[Mapping[SubjectType, Callable[[Ground], Source]]] = {
    SubjectType.AGENT: _agents,
    SubjectType.DECLARED_PERSON: _people,
    SubjectType.OPERATOR: _operators,
    SubjectType.PERSON: _people,
    SubjectType.TECHNICAL_USER: _technical_users,
}
