"""What a person must hold, at least, for an answer to be yes: by this the relation index gives the candidates.

Superset, never a decision. What stands here is what the needs of an action ask of the *subject's relations*, with all
their other conditions left out; whoever holds none of it is refused for that need alone, whatever else is so. By family
(the needs are those of `policies/`; "chief" is GAP or co-GAP, "manager" is GA or co-GA, all of them in force):

- *A capacity and its accounts, setting up senders*: "access manager" (`manage` on the capacity: a manager of that very
  capacity, or by implication a chief of its enterprise) or "chief power" (a chief). Where roles are managed, "role
  manager" lets a legal representative in as well when a switch says so.
- *Designations, the account*: "legal representative" to designate the GAP, "representative or chief power" to see who
  he is, otherwise "Chief Access Manager himself".
- *e-Box*: "legal representative" to activate it; to read it "e-Box access": a chief, a manager of some capacity, or
  whoever has the e-Box in his profile.
- *Applications, one's own or under a mandate*: "access to the application" and "own access under the mandate": it
  stands in one's profile in that capacity, one manages that capacity, is a chief, or holds there a role, or in the
  enterprise a right, that opens it. A mandate gives the mandatary's enterprise the scope, never a person, so these are
  people of the enterprise that acts: that of the capacity chosen.
- *Mandates*: to enter them in Mahis and to consult them "Mahis management" and "Mahis consultation" (a legal
  representative, a chief, a manager of some capacity, or a permission in the profile), otherwise "legal representative"
  or "representative of the signing party"; all in the enterprise acted for, which must be a party.
- *eGov roles*: "addressee" (whose role it is, even before it begins), and to end one also "role manager".
- *Flemish rights*: "right manager" (a chief, the head local manager, by a switch a legal representative), and to use
  one "right held".
- *The public form*: "legal representative".
- *One's own record, the service itself, files of technical users, what agents do*: nothing is held in an enterprise;
  who comes into question there stands in `subjects.py`.

A legal function that an enterprise holds stands in the index under its permanent representative. The tests search over
everything there is and compare with every single answer: a policy that lets others in fails them until it stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from authz_service.domain.facts import QuestionFacts
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, RelationKind
from authz_service.services.standings import (
    accounts,
    applications,
    capacities,
    designation,
    ebox,
    egov_roles,
    flanders,
    mandates,
    senders,
)
from authz_service.store.candidates import Holding

__all__ = ["ROLES", "SIGNERS", "holdings"]

_Holdings = tuple[Holding, ...]
CHIEFS: Final = (RelationKind.CHIEF_ACCESS_MANAGER, RelationKind.CO_CHIEF_ACCESS_MANAGER)
MANAGERS: Final = (RelationKind.ACCESS_MANAGER, RelationKind.CO_ACCESS_MANAGER)
SIGNERS: Final = (Holding((RelationKind.LEGAL_FUNCTION,)),)
"""Those who can represent an enterprise."""
ROLES: Final = Holding((RelationKind.ROLE_ASSIGNMENT,), whenever=True)
"""Roles, whether they have begun or not: they can be accepted before."""
_IN_PROFILE: Final = (RelationKind.APPLICATION_GRANT,)


def holdings(action: Action, question: Question, facts: QuestionFacts) -> _Holdings:
    """Return what a person must hold one of; () when nothing that is held in an enterprise can do."""
    family = _FAMILIES.get(action)
    return () if family is None else family(action, question, facts)


def _managing(facts: QuestionFacts) -> _Holdings:
    """Managers of the capacity asked about (where none is: of some capacity), and chiefs."""
    return Holding(CHIEFS), Holding(MANAGERS, capacity_id=facts.capacity.capacity_id if facts.capacity else "")


def _in_capacity(action: Action, _question: Question, facts: QuestionFacts) -> _Holdings:
    manages_roles = action in {Action.ASSIGN_ROLE, Action.LIST_ROLES}
    return (*_managing(facts), *(SIGNERS if manages_roles else ()))


def _designating(action: Action, _question: Question, _facts: QuestionFacts) -> _Holdings:
    if action is Action.DESIGNATE_CHIEF_ACCESS_MANAGER:
        return SIGNERS
    return (Holding(CHIEFS), *(SIGNERS if action is Action.VIEW_CHIEF_ACCESS_MANAGER else ()))


def _in_the_ebox(action: Action, _question: Question, _facts: QuestionFacts) -> _Holdings:
    if action is Action.ACTIVATE_EBOX:
        return SIGNERS
    return Holding((*CHIEFS, *MANAGERS)), Holding(_IN_PROFILE, objects=(ebox.EBOX_APPLICATION,))


def _opening(_action: Action, question: Question, facts: QuestionFacts) -> _Holdings:
    if facts.capacity is None:
        return ()
    code, capacity_id = question.resource_id, facts.capacity.capacity_id
    rights = tuple(right.code for right in facts.rights if right.opens == code)
    return (
        *_managing(facts),
        Holding(_IN_PROFILE, capacity_id=capacity_id, objects=(code,)),
        Holding((RelationKind.ROLE_ASSIGNMENT,), capacity_id=capacity_id, opens=code),
        *((Holding((RelationKind.FLEMISH_RIGHT,), objects=rights),) if rights else ()),
    )


def _in_roles(action: Action, question: Question, facts: QuestionFacts) -> _Holdings:
    ending = action is Action.END_ROLE
    own = Holding((RelationKind.ROLE_ASSIGNMENT,), relation_id=question.resource_id, whenever=True)
    return (
        *((own,) if question.resource_id else ()),
        *((*_managing(facts), *SIGNERS) if ending else ()),
    )


def _in_flanders(action: Action, question: Question, _facts: QuestionFacts) -> _Holdings:
    if action is Action.USE_FLEMISH_RIGHT:
        right: Any = question.action_properties.get("right")
        return (Holding((RelationKind.FLEMISH_RIGHT,), objects=(right,)),) if isinstance(right, str) else ()
    return Holding((*CHIEFS, RelationKind.FLEMISH_HEAD_LOCAL_MANAGER)), *SIGNERS


def _in_mandates(action: Action, _question: Question, _facts: QuestionFacts) -> _Holdings:
    if action not in {Action.CREATE_MANDATE, Action.VIEW_MANDATES}:
        return SIGNERS
    permissions = (mandates.MANAGE_APPLICATION, mandates.CONSULT_APPLICATION)
    return *SIGNERS, Holding((*CHIEFS, *MANAGERS)), Holding(_IN_PROFILE, objects=permissions)


def _on_paper(_action: Action, _question: Question, _facts: QuestionFacts) -> _Holdings:
    return SIGNERS


_BY_FAMILY: Final[tuple[tuple[tuple[Action, ...], Callable[[Action, Question, QuestionFacts], _Holdings]], ...]] = (
    ((*accounts.ACTIONS, *capacities.ACTIONS, *senders.ACTIONS), _in_capacity),
    (designation.ACTIONS, _designating),
    (ebox.ACTIONS, _in_the_ebox),
    (applications.ACTIONS, _opening),
    (egov_roles.ACTIONS, _in_roles),
    (flanders.ACTIONS, _in_flanders),
    (mandates.ACTIONS, _in_mandates),
    ((Action.SUBMIT_EXCEPTIONAL_REQUEST,), _on_paper),
)
_FAMILIES: Final[Mapping[Action, Callable[[Action, Question, QuestionFacts], _Holdings]]] = {
    action: family for actions, family in _BY_FAMILY for action in actions
}
