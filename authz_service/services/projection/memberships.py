"""Who is a member of which group: the one table that says so.

A group stands for a question to the policy. Its members are those of whom the decision endpoint answers yes when the
question is asked of them, logged in with the strongest of their own digital keys, for the enterprise of the group.
Nothing else makes anybody a member; where no action tells a group apart, the relation itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.identifiers import Niss
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, RelationKind, SubjectType

__all__ = ["MEMBERSHIPS", "Asked", "Membership", "question_of", "strongest"]

Part = Callable[[Group], str]
ENTERPRISE: Final[Part] = attrgetter("enterprise_number")
CAPACITY: Final[Part] = attrgetter("capacity_id")
OBJECT: Final[Part] = attrgetter("object")
MANDATOR: Final[Part] = attrgetter("mandator_number")


class Own(StrEnum):
    """A resource that each person has of his own."""

    ROLE_ASSIGNMENT = "role_assignment"
    """Those of the group's role in the group's capacity that are addressed to him: one yes is enough."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that a group stands for: which parts of the group go where in it."""

    action: Action
    resource: Part | Own
    properties: Mapping[str, Part] = field(default_factory=dict)
    context: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Membership:
    """What makes a member: a yes to what is asked, a relation that is held; where the table names both, both.

    `held`: in force, not blocked, in the capacity, of the object and with the context of the group.
    """

    asked: Asked | None = None
    held: RelationKind | None = None


MEMBERSHIPS: Final[Mapping[GroupKind, Membership]] = MappingProxyType(
    {
        # Logging in as the GAP activates the account; it is the GAP's alone (ACC-07).
        GroupKind.CHIEF_ACCESS_MANAGER: Membership(Asked(Action.ACTIVATE_ACCOUNT, ENTERPRISE)),
        # Whatever a co-GAP may do, the GAP may too (GGA-CAM-02).
        GroupKind.CO_CHIEF_ACCESS_MANAGERS: Membership(held=RelationKind.CO_CHIEF_ACCESS_MANAGER),
        # The titular GA, the co-GAs, and implicitly the GAP and the co-GAPs (UM-MGT-01, GGA-CAM-03).
        GroupKind.ACCESS_MANAGERS: Membership(Asked(Action.LIST_USERS, CAPACITY)),
        # Whatever a co-GA may do, the titular GA may too (GGA-AM-09).
        GroupKind.CO_ACCESS_MANAGERS: Membership(held=RelationKind.CO_ACCESS_MANAGER),
        # An account alone opens nothing (UM-USR-01).
        GroupKind.USERS: Membership(held=RelationKind.USER),
        # By profile, by eGov role or by Flemish right, as the domain has it (UM-APP-01, RMA-ROL-02, ACM-RGT-01).
        GroupKind.APPLICATION: Membership(Asked(Action.USE_APPLICATION, OBJECT, context={"capacity": CAPACITY})),
        # The question does not name the context, so that is held to the right itself (ACM-RGT-01, ACM-RGT-05).
        GroupKind.FLEMISH_RIGHT: Membership(
            Asked(Action.USE_FLEMISH_RIGHT, ENTERPRISE, properties={"right": OBJECT}), held=RelationKind.FLEMISH_RIGHT
        ),
        # Once accepted, in its period (RMA-ROL-02).
        GroupKind.EGOV_ROLE: Membership(Asked(Action.USE_ROLE, Own.ROLE_ASSIGNMENT)),
        # The mandatary's people, in their own capacity, for the enterprise that gave the mandate (MAN-GEN-01, DRV-06).
        GroupKind.MANDATE_APPLICATION: Membership(
            Asked(Action.ACT_UNDER_MANDATE, OBJECT, context={"capacity": CAPACITY, "for_enterprise": MANDATOR})
        ),
    }
)


def strongest(keys: tuple[str, ...], levels: Mapping[str, int]) -> str | None:
    """Return the means of the highest assurance level among a person's digital keys, None when he has none.

    Without one nobody is in a group that asks for a login (ACM-KEY-01).
    """
    return max(keys, key=lambda means: (levels.get(means, 0), means), default=None)


def question_of(group: Group, niss: Niss, means: str | None, known_at: str, own: str = "") -> Question:
    """Return what is asked of the person with this number.

    `means`: how he is logged in; `known_at`: an RFC 3339 timestamp, what was not known then is left out; `own`: the
    id of his own resource, where the group asks for one. Raises LookupError when the group stands for no question.
    """
    asked = MEMBERSHIPS[group.kind].asked
    if asked is None:
        raise LookupError("no question tells who is in this group")
    context: dict[str, Any] = {name: part(group) for name, part in asked.context.items()} | {"known_at": known_at}
    if means is not None:
        context["authentication_means"] = means
    return Question(
        subject_type=SubjectType.PERSON,
        subject_id=niss.digits,
        subject_properties={"acting_for": group.enterprise_number},
        action=asked.action,
        action_properties={name: part(group) for name, part in asked.properties.items()},
        resource_type=RESOURCE_OF[asked.action],
        resource_id=own if isinstance(asked.resource, Own) else asked.resource(group),
        context=context,
    )
