"""Naming and removing the GA and co-GAs of a capacity (GGA-AM)."""

from __future__ import annotations

from authz_service.domain.commands import AddCoAccessManager, ChangeAccessManager, RemoveCoAccessManager
from authz_service.domain.messages import MailKind
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.authority.accounts import accounts_of, begin_account
from authz_service.services.authority.reports import Conflict, ConflictCode, Effect
from authz_service.services.authority.work import Work

__all__ = ["add_co_manager", "change_manager", "remove_co_manager"]


def change_manager(command: ChangeAccessManager, work: Work) -> Effect | Conflict:
    """Name the GA of a capacity; the record of the one before ends at this instant (GGA-AM-08, AMB-01, AMB-08)."""
    capacity = work.capacity(command.capacity)
    known = work.relations(RelationKind.ACCESS_MANAGER, capacity.enterprise_id, capacity_id=capacity.capacity_id)
    present = work.in_force(known)
    if (present.relation_id if present else None) != command.replaces:
        return Conflict(
            ConflictCode.ACCESS_MANAGER_CHANGED, {} if present is None else {"account": present.relation_id}
        )
    candidate = work.person_id(command.candidate)
    if any(record.person_id == candidate for record in known):
        return Conflict(ConflictCode.ALREADY_ACCESS_MANAGER, {"account": known[0].relation_id})
    for former in known:
        work.end_account(former)
    return begin_account(
        work, command, capacity, candidate, RelationKind.ACCESS_MANAGER, MailKind.ACCESS_MANAGER_DESIGNATED
    )


def add_co_manager(command: AddCoAccessManager, work: Work) -> Effect | Conflict:
    """Name a co-GA beside those there are (GGA-AM-10)."""
    capacity = work.capacity(command.capacity)
    candidate = work.person_id(command.candidate)
    for record in accounts_of(work, capacity, candidate):
        code = {
            RelationKind.ACCESS_MANAGER: ConflictCode.ALREADY_ACCESS_MANAGER,
            RelationKind.CO_ACCESS_MANAGER: ConflictCode.ALREADY_CO_ACCESS_MANAGER,
        }.get(RelationKind(record.kind))
        if code is not None:
            return Conflict(code, {"account": record.relation_id})
    return begin_account(
        work, command, capacity, candidate, RelationKind.CO_ACCESS_MANAGER, MailKind.CO_ACCESS_MANAGER_DESIGNATED
    )


def remove_co_manager(command: RemoveCoAccessManager, work: Work) -> Effect | Conflict:
    """End a co-GA's record at this instant (GGA-AM-11, DRV-07)."""
    account = work.account(command.account)
    work.end_account(account)
    return work.effect(account.enterprise_id)
