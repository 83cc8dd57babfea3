"""How each command is carried out, once the policy has allowed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain import commands, service_commands
from authz_service.services.authority import (
    access_managers,
    bulk,
    callers,
    chief_access_managers,
    details,
    directories,
    facts,
    users,
)
from authz_service.services.authority.reports import Conflict, Effect
from authz_service.services.authority.work import Work

__all__ = ["CARRYING_OUT"]

CARRYING_OUT: Final[Mapping[type[Any], Callable[[Any, Work], Effect | Conflict]]] = MappingProxyType(
    {
        commands.ActivateAccount: chief_access_managers.activate,
        service_commands.AddCaller: callers.add,
        commands.AddCoAccessManager: access_managers.add_co_manager,
        service_commands.ApplyDirectoryPlan: directories.apply_plan,
        service_commands.ApproveDirectoryPlan: directories.approve_plan,
        commands.BlockUser: users.block,
        commands.ChangeAccessManager: access_managers.change_manager,
        commands.CreateUser: users.create,
        commands.DeleteUser: users.delete,
        commands.DesignateChiefAccessManager: chief_access_managers.designate_chief,
        commands.DesignateCoChiefAccessManager: chief_access_managers.designate_co_chief,
        commands.GrantApplication: users.grant,
        commands.RemoveCoAccessManager: access_managers.remove_co_manager,
        commands.RemoveCoChiefAccessManager: chief_access_managers.remove_co_chief,
        commands.RevokeApplication: users.revoke,
        service_commands.RevokeCaller: callers.revoke,
        commands.UnblockUser: users.unblock,
        commands.UpdateCapacity: details.update_capacity,
        commands.UpdateOwnDetails: details.update_own_details,
        facts.LoadFacts: facts.load,
        bulk.LoadLines: bulk.load,
    }
)
"""Command to what carries it out. Each returns what it changes, or why things are not as the requester thinks."""
