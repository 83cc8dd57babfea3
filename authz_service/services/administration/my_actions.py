"""What somebody may do here: every action, put to the policy in one batch of the questions that a portal would ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from authz_service.domain.actions import RESOURCE_OF, SERVICE_ID
from authz_service.domain.actors import Actor
from authz_service.domain.moments import now
from authz_service.domain.records import CapacityRecord, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Action, MandateSystem, ResourceType
from authz_service.services.administration.desk import Desk, enterprise_of
from authz_service.services.administration.views import MyAction
from authz_service.store.snapshot import Snapshot

__all__ = ["REQUIRED", "my_actions"]

REQUIRED: Final[Mapping[Action, tuple[str, ...]]] = MappingProxyType(
    {
        Action.ACTIVATE_POLICY: ("revision",),
        Action.ADD_CHANNEL: ("channel", "certificate"),
        Action.ADD_CO_ACCESS_MANAGER: ("candidate",),
        Action.APPLY_DIRECTORY_PLAN: ("target",),
        Action.APPROVE_DIRECTORY_PLAN: ("target",),
        Action.ASSIGN_ROLE: ("candidate", "role", "role_domain"),
        Action.CHANGE_ACCESS_MANAGER: ("candidate",),
        Action.CREATE_MANDATE: ("mandator", "mandatary", "groups"),
        Action.CREATE_SENDER: ("channel", "contact_person_complete", "certificate"),
        Action.CREATE_SSM_MANDATE: ("mandator", "mandatary", "groups"),
        Action.CREATE_USER: ("candidate",),
        Action.DELETE_ENTERPRISE_ACCOUNT: ("letter",),
        Action.DESIGNATE_CHIEF_ACCESS_MANAGER: ("candidate", "confirmed"),
        Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER: ("candidate",),
        Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER: ("candidate",),
        Action.END_FLEMISH_RIGHT: ("target", "right", "right_context"),
        Action.GRANT_APPLICATION: ("application",),
        Action.GRANT_FLEMISH_RIGHT: ("candidate", "right", "right_context"),
        Action.IMPORT_REGISTER: ("register",),
        Action.LINK_PERSON: ("candidate",),
        Action.PROCESS_EXCEPTIONAL_REQUEST: ("paper",),
        Action.REMOVE_CO_CHIEF_ACCESS_MANAGER: ("target",),
        Action.REMOVE_FLEMISH_HEAD_LOCAL_MANAGER: ("target",),
        Action.REPLACE_CHANNEL_KEYS: ("channel", "certificate"),
        Action.REVOKE_APPLICATION: ("application",),
        Action.SIGN_MANDATE: ("for_side",),
        Action.STOP_CHANNEL: ("channel",),
        Action.SUBMIT_EXCEPTIONAL_REQUEST: ("candidate", "confirmed"),
        Action.USE_FLEMISH_RIGHT: ("right",),
    }
)
"""The properties that an action cannot do without; actions without any are not in it."""
REGISTRIES: Final[Mapping[Action, str]] = MappingProxyType(
    {Action.CREATE_MANDATE: MandateSystem.MAHIS.value, Action.CREATE_SSM_MANDATE: MandateSystem.SSM.value}
)
RESOURCE: Final = "resource"


@dataclass(frozen=True, slots=True)
class _Path:
    """What the path names: an enterprise number, a capacity, an account; "" for what it does not."""

    enterprise: str
    capacity: str = ""
    account: str = ""


def my_actions(desk: Desk, actor: Actor, capacity_id: str, account_id: str) -> tuple[MyAction, ...] | None:
    """Return the decision on every action, in the order of the vocabulary; None when the path leads nowhere.

    An account given without its capacity brings it along.
    """
    at = now()
    with Snapshot(desk.database, at) as snapshot:
        path = _followed(snapshot, actor.acting_for, capacity_id, account_id)
    if path is None:
        return None
    asked = [(action, _resource(action, path, actor)) for action in Action]
    decisions = desk.decide(actor, [actor.asks(action, resource, {}) for action, resource in asked], at)
    return tuple(
        MyAction(
            action=action,
            resource_type=RESOURCE_OF[action],
            # The id of a person is a national number, which is for its own members of an answer only.
            resource_id="" if RESOURCE_OF[action] is ResourceType.PERSON else resource,
            decision=decision,
            missing=(*((RESOURCE,) if not resource else ()), *REQUIRED.get(action, ())),
        )
        for (action, resource), decision in zip(asked, decisions, strict=True)
    )


def _followed(snapshot: Snapshot, number: str, capacity_id: str, account_id: str) -> _Path | None:
    enterprise = enterprise_of(snapshot, number)
    if enterprise is None:
        return None
    within = {"enterprise_id": enterprise.enterprise_id}
    if account_id:
        kinds = tuple(sorted(ACCOUNT_KINDS))
        account = next(iter(snapshot.all_in_force(RelationRecord, relation_id=account_id, kind=kinds, **within)), None)
        if account is None or capacity_id not in {"", account.capacity_id}:
            return None
        capacity_id = account.capacity_id
    if capacity_id and snapshot.in_force(CapacityRecord, capacity_id=capacity_id, **within) is None:
        return None
    return _Path(number, capacity_id, account_id)


def _resource(action: Action, path: _Path, actor: Actor) -> str:
    """Return what the action is asked of; "" when the path does not say."""
    kind = RESOURCE_OF[action]
    return {
        ResourceType.ENTERPRISE: path.enterprise,
        ResourceType.CAPACITY: path.capacity,
        ResourceType.ACCOUNT: path.account,
        ResourceType.PERSON: actor.id,
        ResourceType.MANDATE_REGISTRY: REGISTRIES.get(action, ""),
        ResourceType.SERVICE: SERVICE_ID,
    }.get(kind, "")
