"""An enterprise for those who are registered there, and the first login of its GAP (GGA-CAM-09, ACC-07)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.actors import Actor
from authz_service.domain.commands import ActivateAccount
from authz_service.domain.moments import now
from authz_service.domain.records import EnterpriseRecord
from authz_service.domain.vocabulary import Action, SubjectType
from authz_service.services.administration.capacities import visible_in
from authz_service.services.administration.desk import Desk, enterprise_of
from authz_service.services.administration.own import own_person_id
from authz_service.services.administration.registrations import registrations
from authz_service.services.administration.views import EnterpriseView, Refused
from authz_service.services.authority.door import Authority
from authz_service.store.snapshot import Snapshot

__all__ = ["enterprise", "sign_in"]

SHOWN_TO: Final = Action.VIEW_CHIEF_ACCESS_MANAGER
"""What is asked about somebody who is not registered."""


def enterprise(desk: Desk, actor: Actor) -> EnterpriseView | Refused | None:
    """Return the enterprise acted for to whom holds a role there; to others, why they may not see who manages it."""
    at = now()
    with Snapshot(desk.database, at) as snapshot:
        record = enterprise_of(snapshot, actor.acting_for)
        if record is None:
            return None
        refused = _refusal(desk, snapshot, actor, record)
        if refused is not None:
            return refused
        return EnterpriseView(
            number=record.number,
            name=record.name,
            kind=record.kind,
            registered_at=record.registered_at,
            account_active_since=record.account_active_since,
            capacities=visible_in(desk, snapshot, actor, record),
        )


def sign_in(desk: Desk, authority: Authority, actor: Actor) -> None:
    """Activate the account that waits for its GAP, if the policy says that this is he."""
    if actor.type is not SubjectType.PERSON or not actor.acting_for:
        return
    at = now()
    with Snapshot(desk.database, at) as snapshot:
        record = enterprise_of(snapshot, actor.acting_for)
    if record is None or (record.account_active_since is not None and record.account_active_since <= at):
        return
    # Asked before the door asks again under its lock: others than the GAP wait for no writer and fill no audit log.
    if desk.refusal(actor, Action.ACTIVATE_ACCOUNT, record.number, at) is None:
        authority.carry_out(actor, [ActivateAccount(record.number)])


def _refusal(desk: Desk, snapshot: Snapshot, actor: Actor, record: EnterpriseRecord) -> Refused | None:
    """Return why the actor may not see the enterprise: a login that opens nothing (AMB-31), or no role there."""
    if _registered(snapshot, actor, record):
        return desk.refusal(actor, Action.UPDATE_OWN_DATA, actor.id, snapshot.at)
    return desk.refusal(actor, SHOWN_TO, record.number, snapshot.at)


def _registered(snapshot: Snapshot, actor: Actor, record: EnterpriseRecord) -> bool:
    person_id = own_person_id(snapshot, actor)
    if person_id is None:
        return False
    return any(each.enterprise.enterprise_id == record.enterprise_id for each in registrations(snapshot, person_id))
