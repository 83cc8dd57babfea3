"""Naming and removing the GAP and co-GAPs; activating the account (GGA-DES, GGA-CAM, ACC-07, ACC-13)."""

from __future__ import annotations

from typing import Final

from authz_service.domain.commands import (
    ActivateAccount,
    DesignateChiefAccessManager,
    DesignateCoChiefAccessManager,
    RemoveCoChiefAccessManager,
)
from authz_service.domain.messages import MailKind
from authz_service.domain.moments import FOREVER, Period, text_of
from authz_service.domain.records import EnterpriseRecord, RelationRecord
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.authority.reports import Conflict, ConflictCode, Effect
from authz_service.services.authority.work import Work, full_name

__all__ = ["CURRENT_DECLARATION", "activate", "designate_chief", "designate_co_chief", "remove_co_chief"]

CURRENT_DECLARATION: Final = "2018-07"
"""The version of the text that a legal representative confirms (GGA-DES-15, AMB-25)."""
_REACHED: Final = ("designation", "requester")


def designate_chief(command: DesignateChiefAccessManager, work: Work) -> Effect | Conflict:
    """Name the GAP in place of the present one, at this instant and without acceptance (GGA-DES-18, AMB-48)."""
    if command.declaration != CURRENT_DECLARATION:
        return Conflict(ConflictCode.OUTDATED_DECLARATION, {"declaration": CURRENT_DECLARATION})
    enterprise = work.enterprise(command.enterprise)
    known = work.relations(RelationKind.CHIEF_ACCESS_MANAGER, enterprise.enterprise_id)
    present = work.in_force(known)
    if (present.relation_id if present else None) != command.replaces:
        return Conflict(ConflictCode.CHIEF_ACCESS_MANAGER_CHANGED, _told(work, present))
    candidate = work.person_id(command.candidate)
    work.end(known)
    for former in known:
        _tell_former(work, former, enterprise)
        work.end_contacts(_REACHED, former.relation_id)
    # Whoever becomes the GAP is a co-GAP no more: replaced one day, he would otherwise keep powers (DRV-07).
    co_chief = work.relations(RelationKind.CO_CHIEF_ACCESS_MANAGER, enterprise.enterprise_id, person_id=candidate)
    work.end(co_chief)
    notes = (
        ("declaration", command.declaration),
        ("declared_at", text_of(work.instant)),
        ("designated_by", work.actor_id),
    )
    _begin(work, RelationKind.CHIEF_ACCESS_MANAGER, command.designation_id, enterprise, candidate, notes)
    work.keep_contact("designation", command.designation_id, command.contact)
    work.keep_contact("requester", command.designation_id, command.requester)
    if enterprise.registered_at is None:
        work.correct(enterprise, registered_at=work.instant)
    _tell_designated(work, command, enterprise, candidate)
    return work.effect(enterprise.enterprise_id, designation=command.designation_id)


def activate(command: ActivateAccount, work: Work) -> Effect | Conflict:
    """Make the account active from this instant; without effect where it is (ACC-07)."""
    enterprise = work.enterprise(command.enterprise)
    active_since = enterprise.account_active_since
    if active_since is None or active_since > work.instant:
        work.correct(enterprise, account_active_since=work.instant)
    return work.effect(enterprise.enterprise_id)


def designate_co_chief(command: DesignateCoChiefAccessManager, work: Work) -> Effect | Conflict:
    """Name a co-GAP beside those there are (GGA-CAM-02)."""
    enterprise = work.enterprise(command.enterprise)
    candidate = work.person_id(command.candidate)
    for kind, code in (
        (RelationKind.CHIEF_ACCESS_MANAGER, ConflictCode.ALREADY_CHIEF_ACCESS_MANAGER),
        (RelationKind.CO_CHIEF_ACCESS_MANAGER, ConflictCode.ALREADY_CO_CHIEF_ACCESS_MANAGER),
    ):
        held = work.relations(kind, enterprise.enterprise_id, person_id=candidate)
        if held:
            return Conflict(code, {"designation": held[0].relation_id})
    notes = (("designated_by", work.actor_id),)
    _begin(work, RelationKind.CO_CHIEF_ACCESS_MANAGER, command.designation_id, enterprise, candidate, notes)
    work.keep_contact("designation", command.designation_id, command.contact)
    person = work.person(candidate)
    work.tell(MailKind.CO_CHIEF_ACCESS_MANAGER_DESIGNATED, command.contact, person, enterprise)
    return work.effect(enterprise.enterprise_id, designation=command.designation_id)


def remove_co_chief(command: RemoveCoChiefAccessManager, work: Work) -> Effect | Conflict:
    """End a co-GAP's role at this instant (DRV-07)."""
    enterprise = work.enterprise(command.enterprise)
    target = work.person_id(command.target)
    held = work.relations(RelationKind.CO_CHIEF_ACCESS_MANAGER, enterprise.enterprise_id, person_id=target)
    work.end(held)
    for record in held:
        work.end_contacts(_REACHED, record.relation_id)
    return work.effect(enterprise.enterprise_id)


def _begin(
    work: Work,
    kind: RelationKind,
    relation_id: str,
    enterprise: EnterpriseRecord,
    person_id: str,
    notes: tuple[tuple[str, str], ...],
) -> None:
    work.begin(
        RelationRecord(
            relation_id=relation_id,
            enterprise_id=enterprise.enterprise_id,
            person_id=person_id,
            kind=kind.value,
            capacity_id="",
            object="",
            opens="",
            context="",
            state="",
            notes=notes,
            valid=Period(work.instant, FOREVER),
        )
    )


def _told(work: Work, present: RelationRecord | None) -> dict[str, str]:
    """Return what a representative may know of the GAP there is: who, and since when (GGA-DES-03)."""
    if present is None:
        return {}
    person = work.person(present.person_id)
    return {
        "designation": present.relation_id,
        "first_name": person.first_name,
        "name": person.name,
        "since": text_of(present.valid.since),
    }


def _tell_former(work: Work, former: RelationRecord, enterprise: EnterpriseRecord) -> None:
    contact = work.contact("designation", former.relation_id)
    if contact is not None:
        work.tell(MailKind.CHIEF_ACCESS_MANAGER_REPLACED, contact, work.person(former.person_id), enterprise)


def _tell_designated(
    work: Work, command: DesignateChiefAccessManager, enterprise: EnterpriseRecord, candidate: str
) -> None:
    """Send the GAP the instructions (GGA-DES-19) and the requester the confirmation (GGA-DES-13)."""
    person = work.person(candidate)
    work.tell(MailKind.CHIEF_ACCESS_MANAGER_DESIGNATED, command.contact, person, enterprise)
    requester, name = work.person(work.actor_id), full_name(person)
    work.tell(MailKind.DESIGNATION_CONFIRMED, command.requester, requester, enterprise, chief_access_manager_name=name)
