"""What concerns the person who asks: own data, credentials, registrations, reminders (UM-SELF, GGA-CAM-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from authz_service.domain.actors import Actor
from authz_service.domain.identifiers import InvalidIdentifierError, Niss
from authz_service.domain.moments import now
from authz_service.domain.records import CapacityRecord, ContactRecord, PersonRecord
from authz_service.domain.vocabulary import Action, SubjectType
from authz_service.services.administration.contacts import contacts_of, details_of
from authz_service.services.administration.desk import Desk
from authz_service.services.administration.registrations import registrations
from authz_service.services.administration.views import (
    OwnCredentials,
    OwnDetails,
    OwnEnterprise,
    Refused,
    Reminder,
    ReminderCode,
    RoleName,
)
from authz_service.services.authority.work import state_tag
from authz_service.store.snapshot import Snapshot

__all__ = ["own_credentials", "own_details", "own_enterprises", "own_person_id", "register_names"]

MANAGING = frozenset(
    {
        RoleName.CHIEF_ACCESS_MANAGER,
        RoleName.CO_CHIEF_ACCESS_MANAGER,
        RoleName.ACCESS_MANAGER,
        RoleName.CO_ACCESS_MANAGER,
    }
)


def own_details(desk: Desk, actor: Actor) -> OwnDetails | Refused:
    """Return the actor's own data and what he is reminded of."""
    at = now()
    refused = desk.refusal(actor, Action.UPDATE_OWN_DATA, actor.id, at)
    if refused is not None:
        return refused
    with Snapshot(desk.database, at) as snapshot:
        niss = Niss(actor.id)
        person_id = snapshot.identify(niss) or ""
        person = snapshot.in_force(PersonRecord, person_id=person_id)
        if person is None:
            raise LookupError("what the policy found in force is not in the store")
        contact = snapshot.in_force(ContactRecord, owner_kind="person", owner_id=person_id)
        checked_at = contact.checked_at if contact else None
        due = desk.check_due(checked_at, at)
        own = [Reminder(ReminderCode.CHECK_OWN_DETAILS, checked_at)] if due else []
        return OwnDetails(
            niss=niss,
            first_name=person.first_name,
            name=person.name,
            language=person.language,
            contact=details_of(contact),
            checked_at=checked_at,
            check_due=due,
            reminders=(*own, *_capacities_to_check(desk, snapshot, actor, person_id)),
            tag=state_tag(person, contact),
        )


def own_credentials(desk: Desk, actor: Actor) -> OwnCredentials | Refused:
    """Return where the actor changes the password and sees the certificate that others keep for him."""
    at = now()
    for action in (Action.CHANGE_OWN_PASSWORD, Action.VIEW_OWN_CERTIFICATE):
        refused = desk.refusal(actor, action, actor.id, at)
        if refused is not None:
            return refused
    return OwnCredentials(desk.settings.password_url, desk.settings.certificate_url)


def own_enterprises(desk: Desk, actor: Actor) -> tuple[OwnEnterprise, ...] | Refused:
    """Return where the actor is registered, by name of the enterprise, then its number: his own data, too (AMB-31)."""
    at = now()
    refused = desk.refusal(actor, Action.UPDATE_OWN_DATA, actor.id, at)
    if refused is not None:
        return refused
    with Snapshot(desk.database, at) as snapshot:
        person_id = own_person_id(snapshot, actor)
        found = [] if person_id is None else registrations(snapshot, person_id)
        return tuple(OwnEnterprise(each.enterprise.number, each.enterprise.name, each.roles) for each in found)


def register_names(desk: Desk, niss: Niss) -> tuple[str, str] | None:
    """Return the first name and name that the register has for a number."""
    with Snapshot(desk.database, now()) as snapshot:
        person_id = snapshot.identify(niss)
        person = None if person_id is None else snapshot.in_force(PersonRecord, person_id=person_id)
        return None if person is None else (person.first_name, person.name)


def own_person_id(snapshot: Snapshot, actor: Actor) -> str | None:
    """Return what stands for the actor in the store; None when it is no person, or one who is not known."""
    if actor.type is not SubjectType.PERSON:
        return None
    try:
        return snapshot.identify(Niss.parse(actor.id))
    except InvalidIdentifierError:
        return None


def _capacities_to_check(desk: Desk, snapshot: Snapshot, actor: Actor, person_id: str) -> Iterable[Reminder]:
    """Yield the capacities whose details are to be looked at again by somebody who may change them (UM-MGT-04)."""
    managed = [
        (each.enterprise.number, capacity)
        for each in registrations(snapshot, person_id)
        for capacity in snapshot.all_in_force(CapacityRecord, enterprise_id=each.enterprise.enterprise_id)
        if any(role.role in MANAGING and role.capacity_id in {"", capacity.capacity_id} for role in each.roles)
    ]
    questions = [
        replace(actor, acting_for=number).asks(Action.UPDATE_CAPACITY, capacity.capacity_id, {})
        for number, capacity in managed
    ]
    decisions = desk.decide(actor, questions, snapshot.at)
    contacts = contacts_of(snapshot, "capacity", (capacity.capacity_id for _, capacity in managed))
    for (number, capacity), decision in zip(managed, decisions, strict=True):
        contact = contacts.get(capacity.capacity_id)
        checked_at = contact.checked_at if contact else None
        if decision.answer.allowed and desk.check_due(checked_at, snapshot.at):
            yield Reminder(ReminderCode.CHECK_CAPACITY, checked_at, number, capacity.capacity_id)
