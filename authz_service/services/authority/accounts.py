"""The records of a capacity: how one begins, and what its holder is told."""

from __future__ import annotations

from authz_service.domain.commands import AddCoAccessManager, ChangeAccessManager, CreateUser
from authz_service.domain.messages import MailKind
from authz_service.domain.moments import FOREVER, Period
from authz_service.domain.records import CapacityRecord, ContactRecord, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.authority.reports import Conflict, ConflictCode, Effect
from authz_service.services.authority.work import Work

__all__ = ["ACTIVE", "BLOCKED", "accounts_of", "begin_account", "user_name_conflict"]

ACTIVE = "active"
BLOCKED = "blocked"


def accounts_of(work: Work, capacity: CapacityRecord, person_id: str) -> list[RelationRecord]:
    """Return the records of a person in a capacity that are not over."""
    return [
        record
        for kind in sorted(ACCOUNT_KINDS)
        for record in work.relations(
            kind, capacity.enterprise_id, person_id=person_id, capacity_id=capacity.capacity_id
        )
    ]


def begin_account(
    work: Work,
    command: ChangeAccessManager | AddCoAccessManager | CreateUser,
    capacity: CapacityRecord,
    person_id: str,
    kind: RelationKind,
    mail: MailKind,
) -> Effect | Conflict:
    """Give a person a record in a capacity, active at once (GGA-AM-07, UM-USR-07), in place of any he has there."""
    details = command.contact
    conflict = user_name_conflict(work, person_id, details.user_name)
    if conflict is not None:
        return conflict
    for former in accounts_of(work, capacity, person_id):
        work.end_account(former)
    work.begin(
        RelationRecord(
            relation_id=command.account_id,
            enterprise_id=capacity.enterprise_id,
            person_id=person_id,
            kind=kind.value,
            capacity_id=capacity.capacity_id,
            object="",
            opens="",
            context="",
            state=ACTIVE,
            notes=(("created_by", work.actor_id),),
            valid=Period(work.instant, FOREVER),
        )
    )
    if details.user_name:
        work.change_contact("person", person_id, user_name=details.user_name)
    work.change_contact(
        "account",
        command.account_id,
        email=details.email,
        local_email=details.local_email,
        title=details.title,
        language=details.language,
        telephone=details.telephone,
    )
    person, enterprise = work.person(person_id), work.enterprise_of(capacity)
    # Only who is a user is told a user name: the GAP and GAs are not given one here.
    more = {"user_name": details.user_name} if mail is MailKind.ACCOUNT_CREATED else {}
    work.tell(mail, details, person, enterprise, capacity_name=capacity.capacity_id, **more)
    return work.effect(capacity.enterprise_id, account=command.account_id)


def user_name_conflict(work: Work, person_id: str, user_name: str) -> Conflict | None:
    """Return why a person cannot have a user name: he has another, or somebody else has it (UM-USR-03, AMB-12)."""
    if not user_name:
        return None
    known = work.contact("person", person_id)
    if known is not None and known.user_name not in {"", user_name}:
        return Conflict(ConflictCode.USER_NAME_CHOSEN)
    others = work.recorder.find(ContactRecord, owner_kind="person", user_name=user_name)
    if any(other.owner_id != person_id and other.valid.until > work.instant for other in others):
        return Conflict(ConflictCode.USER_NAME_TAKEN)
    return None
