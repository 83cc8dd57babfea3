"""The GAP, the co-GAPs, and what a designation would be (GGA-DES, GGA-CAM)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from authz_service.domain.actors import Actor
from authz_service.domain.commands import DesignateChiefAccessManager
from authz_service.domain.moments import FOREVER, Phase, now
from authz_service.domain.records import EnterpriseRecord, RelationRecord
from authz_service.domain.vocabulary import Action, RelationKind
from authz_service.services.administration.contacts import contacts_of, details_of
from authz_service.services.administration.desk import Desk, enterprise_of
from authz_service.services.administration.discretion import discreet
from authz_service.services.administration.people import Known, known_people
from authz_service.services.administration.text_order import folded
from authz_service.services.administration.views import (
    DesignationPreview,
    DesignationView,
    Notice,
    NoticeCode,
    Refused,
)
from authz_service.services.authority.chief_access_managers import CURRENT_DECLARATION
from authz_service.services.authority.work import state_tag
from authz_service.store.snapshot import Snapshot

__all__ = ["chief", "chief_of", "co_chiefs", "designations", "preview"]

PRIVATE_MAIL: Final = frozenset(
    {"gmail", "hotmail", "icloud", "live", "outlook", "proximus", "skynet", "telenet", "yahoo"}
)
"""Where private persons have their mailboxes, by the first label of the domain."""


def chief(desk: Desk, actor: Actor) -> DesignationView | Refused | None:
    """Return the GAP of the enterprise acted for (GGA-DES-03)."""
    return desk.in_enterprise(actor, Action.VIEW_CHIEF_ACCESS_MANAGER, chief_of)


def designations(desk: Desk, actor: Actor) -> tuple[DesignationView, ...] | Refused:
    """Return all that were, are or will be the GAP, the latest first."""

    def tell(snapshot: Snapshot, enterprise: EnterpriseRecord) -> tuple[DesignationView, ...]:
        found = _views(snapshot, _relations(snapshot, enterprise, RelationKind.CHIEF_ACCESS_MANAGER))
        return tuple(sorted(found, key=lambda view: (-view.since, view.designation_id)))

    return desk.in_enterprise(actor, Action.VIEW_CHIEF_ACCESS_MANAGER, tell)


def co_chiefs(desk: Desk, actor: Actor) -> tuple[DesignationView, ...] | Refused:
    """Return those who are co-GAP now, by name."""

    def tell(snapshot: Snapshot, enterprise: EnterpriseRecord) -> tuple[DesignationView, ...]:
        found = _views(snapshot, _relations(snapshot, enterprise, RelationKind.CO_CHIEF_ACCESS_MANAGER))
        present = [view for view in found if view.in_force]
        return tuple(
            sorted(present, key=lambda view: (folded(view.name), folded(view.first_name), view.designation_id))
        )

    return desk.in_enterprise(actor, Action.VIEW_CHIEF_ACCESS_MANAGER, tell)


def preview(desk: Desk, actor: Actor, command: DesignateChiefAccessManager) -> DesignationPreview | Refused | None:
    """Return what the requester is to confirm (GGA-DES-17); None when it is about another enterprise than his path."""
    if command.enterprise != actor.acting_for:
        return None
    at = now()
    confirmed = replace(command, confirmed=True)
    asked = (command.action, command.enterprise, confirmed.properties())
    refused = desk.refusal(actor, asked[0], asked[1], at, asked[2])
    if refused is not None:
        return replace(refused, decision=discreet(desk.decisions, actor, *asked, refused.decision))
    with Snapshot(desk.database, at) as snapshot:
        enterprise, candidate_id = enterprise_of(snapshot, command.enterprise), snapshot.identify(command.candidate)
        if enterprise is None or candidate_id is None:
            raise LookupError("what the policy found in force is not in the store")
        candidate = known_people(snapshot, [candidate_id])[candidate_id]
        return DesignationPreview(
            enterprise_number=enterprise.number,
            enterprise_name=enterprise.name,
            candidate=candidate.niss,
            first_name=candidate.record.first_name,
            name=candidate.record.name,
            contact=command.contact,
            requester=command.requester,
            declaration=CURRENT_DECLARATION,
            notices=_notices(chief_of(snapshot, enterprise), candidate, command.contact.email),
        )


def chief_of(snapshot: Snapshot, enterprise: EnterpriseRecord) -> DesignationView | None:
    """Return the GAP of an enterprise, None when there is none."""
    relations = _relations(snapshot, enterprise, RelationKind.CHIEF_ACCESS_MANAGER)
    present = [relation for relation in relations if relation.valid.phase(snapshot.at) is Phase.DURING]
    return next(iter(_views(snapshot, present)), None)


def _notices(present: DesignationView | None, candidate: Known, email: str) -> tuple[Notice, ...]:
    notices = [] if present is None else [Notice(NoticeCode.ALREADY_REGISTERED, present)]
    if _looks_personal(email, candidate):
        notices.append(Notice(NoticeCode.PERSONAL_EMAIL_ADDRESS))
    return tuple(notices)


def _looks_personal(email: str, candidate: Known) -> bool:
    """Return True when an address names the person, or is with a provider of private mailboxes (AMB-24)."""
    local, _, domain = folded(email).rpartition("@")
    words = set(re.findall(r"[a-z]+", local))
    names = {word for name in (candidate.record.first_name, candidate.record.name) for word in folded(name).split()}
    return bool(words & names) or domain.partition(".")[0] in PRIVATE_MAIL


def _relations(snapshot: Snapshot, enterprise: EnterpriseRecord, kind: RelationKind) -> list[RelationRecord]:
    return snapshot.find(RelationRecord, enterprise_id=enterprise.enterprise_id, kind=kind.value)


def _views(snapshot: Snapshot, relations: Iterable[RelationRecord]) -> list[DesignationView]:
    records = list(relations)
    people = known_people(snapshot, (record.person_id for record in records))
    contacts = contacts_of(snapshot, "designation", (record.relation_id for record in records))
    views = []
    for record in records:
        person, contact = people[record.person_id], contacts.get(record.relation_id)
        views.append(
            DesignationView(
                designation_id=record.relation_id,
                niss=person.niss,
                first_name=person.record.first_name,
                name=person.record.name,
                since=record.valid.since,
                until=None if record.valid.until == FOREVER else record.valid.until,
                in_force=record.valid.phase(snapshot.at) is Phase.DURING,
                contact=details_of(contact),
                tag=state_tag(record, person.record, contact),
            )
        )
    return views
