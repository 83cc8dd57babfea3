"""Users: creating, blocking, unblocking and deleting them, and the applications of their profiles (UM)."""

from __future__ import annotations

from authz_service.domain.commands import (
    BlockUser,
    CreateUser,
    DeleteUser,
    GrantApplication,
    RevokeApplication,
    UnblockUser,
)
from authz_service.domain.messages import MailKind
from authz_service.domain.moments import FOREVER, Period
from authz_service.domain.records import RelationRecord
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.authority.accounts import ACTIVE, BLOCKED, begin_account
from authz_service.services.authority.reports import Conflict, Effect
from authz_service.services.authority.work import Work

__all__ = ["block", "create", "delete", "grant", "revoke", "unblock"]


def create(command: CreateUser, work: Work) -> Effect | Conflict:
    """Make a user (UM-USR-07)."""
    capacity = work.capacity(command.capacity)
    candidate = work.person_id(command.candidate)
    return begin_account(work, command, capacity, candidate, RelationKind.USER, MailKind.ACCOUNT_CREATED)


def block(command: BlockUser, work: Work) -> Effect | Conflict:
    """Block an account from this instant (UM-BLK-01)."""
    return _in_state(work, command.account, BLOCKED)


def unblock(command: UnblockUser, work: Work) -> Effect | Conflict:
    """Unblock an account from this instant (UM-BLK-03)."""
    return _in_state(work, command.account, ACTIVE)


def _in_state(work: Work, account_id: str, state: str) -> Effect:
    account = work.account(account_id)
    work.change(account, state=state)
    return work.effect(account.enterprise_id)


def delete(command: DeleteUser, work: Work) -> Effect | Conflict:
    """End an account with its applications at this instant; the same person may be given one again (AMB-40)."""
    account = work.account(command.account)
    work.end_account(account)
    return work.effect(account.enterprise_id)


def grant(command: GrantApplication, work: Work) -> Effect | Conflict:
    """Put an application into a profile; nothing changes where it is there (AMB-39)."""
    account = work.account(command.account)
    held = [grant for grant in work.grants(account) if grant.object == command.application]
    if work.in_force(held) is None:
        work.end(held)
        work.begin(
            RelationRecord(
                relation_id=f"{account.relation_id}/{command.application}",
                enterprise_id=account.enterprise_id,
                person_id=account.person_id,
                kind=RelationKind.APPLICATION_GRANT.value,
                capacity_id=account.capacity_id,
                object=command.application,
                opens="",
                context="",
                state="",
                notes=(("granted_by", work.actor_id),),
                valid=Period(work.instant, FOREVER),
            )
        )
    return work.effect(account.enterprise_id)


def revoke(command: RevokeApplication, work: Work) -> Effect | Conflict:
    """Take an application from a profile; nothing changes where it is not there (AMB-39)."""
    account = work.account(command.account)
    work.end(grant for grant in work.grants(account) if grant.object == command.application)
    return work.effect(account.enterprise_id)
