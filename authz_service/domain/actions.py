"""The type of resource that each action is asked of (the action table)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authz_service.domain.vocabulary import Action, ResourceType

__all__ = ["RESOURCE_OF", "SERVICE_ID"]

SERVICE_ID: Final = "authz"
"""What actions on the service are asked of."""
_BY_RESOURCE: Final[Mapping[ResourceType, tuple[Action, ...]]] = {
    ResourceType.ACCOUNT: (
        Action.BLOCK_USER,
        Action.DELETE_USER,
        Action.GRANT_APPLICATION,
        Action.REMOVE_CO_ACCESS_MANAGER,
        Action.REVOKE_APPLICATION,
        Action.UNBLOCK_USER,
    ),
    ResourceType.APPLICATION: (Action.ACT_UNDER_MANDATE, Action.SUBMIT_FILE, Action.USE_APPLICATION),
    ResourceType.CAPACITY: (
        Action.ADD_CHANNEL,
        Action.ADD_CO_ACCESS_MANAGER,
        Action.ASSIGN_ROLE,
        Action.CHANGE_ACCESS_MANAGER,
        Action.CREATE_SENDER,
        Action.CREATE_USER,
        Action.EXPORT_USERS,
        Action.LIST_ROLES,
        Action.LIST_USERS,
        Action.REPLACE_CHANNEL_KEYS,
        Action.STOP_CHANNEL,
        Action.STOP_SENDER,
        Action.UPDATE_CAPACITY,
        Action.VIEW_CAPACITY,
    ),
    ResourceType.ENTERPRISE: (
        Action.ACTIVATE_ACCOUNT,
        Action.ACTIVATE_EBOX,
        Action.DELETE_ENTERPRISE_ACCOUNT,
        Action.DESIGNATE_CHIEF_ACCESS_MANAGER,
        Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER,
        Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER,
        Action.END_FLEMISH_RIGHT,
        Action.GRANT_FLEMISH_RIGHT,
        Action.LINK_PERSON,
        Action.READ_EBOX,
        Action.REMOVE_CO_CHIEF_ACCESS_MANAGER,
        Action.REMOVE_FLEMISH_HEAD_LOCAL_MANAGER,
        Action.SUBMIT_EXCEPTIONAL_REQUEST,
        Action.USE_FLEMISH_RIGHT,
        Action.VIEW_CHIEF_ACCESS_MANAGER,
    ),
    ResourceType.MANDATE: (
        Action.END_MANDATE,
        Action.END_SSM_MANDATE,
        Action.SIGN_MANDATE,
        Action.SIGN_SSM_MANDATE,
        Action.VIEW_MANDATES,
    ),
    ResourceType.MANDATE_REGISTRY: (Action.CREATE_MANDATE, Action.CREATE_SSM_MANDATE),
    ResourceType.PERSON: (Action.CHANGE_OWN_PASSWORD, Action.UPDATE_OWN_DATA, Action.VIEW_OWN_CERTIFICATE),
    ResourceType.REQUEST: (Action.PROCESS_EXCEPTIONAL_REQUEST,),
    ResourceType.ROLE_ASSIGNMENT: (Action.ACCEPT_ROLE, Action.DECLINE_ROLE, Action.END_ROLE, Action.USE_ROLE),
    ResourceType.SERVICE: (
        Action.ACTIVATE_POLICY,
        Action.APPLY_DIRECTORY_PLAN,
        Action.APPROVE_DIRECTORY_PLAN,
        Action.IMPORT_REGISTER,
        Action.LOAD_FACTS,
        Action.MANAGE_CALLERS,
        Action.READ_AUDIT,
    ),
}
RESOURCE_OF: Final[Mapping[Action, ResourceType]] = MappingProxyType(
    {action: resource for resource, actions in _BY_RESOURCE.items() for action in actions}
)
"""Action to the type of resource it is asked of; of any other type the resource is unknown."""
