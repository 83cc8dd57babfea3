"""The capacities of an enterprise, and what is offered to them (UM-QUA, UM-MGT)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from authz_service.domain.actors import Actor
from authz_service.domain.moments import now
from authz_service.domain.records import ApplicationRecord, CapacityRecord, EnterpriseRecord
from authz_service.domain.vocabulary import Action, Domain
from authz_service.services.administration.contacts import contacts_of
from authz_service.services.administration.desk import Desk, Place, enterprise_of
from authz_service.services.administration.views import (
    AdministeringSystem,
    ApplicationView,
    CapacityView,
    Refused,
)
from authz_service.services.authority.work import state_tag
from authz_service.store.snapshot import Snapshot

__all__ = ["capacities", "capacity", "offered_applications", "visible_in"]

ADMINISTERED_IN: Final[Mapping[Domain, AdministeringSystem]] = MappingProxyType(
    {
        Domain.SOCIAL_SECURITY: AdministeringSystem.USER_MANAGEMENT,
        Domain.FINANCE: AdministeringSystem.ROLE_MANAGEMENT,
        Domain.MOBILITY: AdministeringSystem.ROLE_MANAGEMENT,
        Domain.FLANDERS: AdministeringSystem.FLEMISH_USER_MANAGEMENT,
    }
)
"""Where the access to a domain is managed (SYS-10, SYS-11, SYS-12)."""


def capacities(desk: Desk, actor: Actor, enterprise_number: str, employer_id: str) -> tuple[CapacityView, ...]:
    """Return the capacities of an enterprise, or of an employer by NSSO number, that the actor may see, by id."""
    at = now()
    with Snapshot(desk.database, at) as snapshot:
        if employer_id:
            found = snapshot.all_in_force(CapacityRecord, identifier_scheme="nsso_number", identifier=employer_id)
        else:
            enterprise = enterprise_of(snapshot, enterprise_number)
            found = [] if enterprise is None else _of(snapshot, enterprise)
        return capacity_views(desk, snapshot, visible(desk, actor, found, at))


def capacity(desk: Desk, actor: Actor, capacity_id: str) -> CapacityView | Refused | None:
    """Return a capacity of the enterprise acted for."""

    def tell(snapshot: Snapshot, place: Place) -> CapacityView:
        return capacity_views(desk, snapshot, [place.capacity])[0]

    return desk.in_capacity(actor, Action.VIEW_CAPACITY, capacity_id, tell)


def offered_applications(desk: Desk, actor: Actor, capacity_id: str) -> tuple[ApplicationView, ...] | Refused | None:
    """Return the applications that can stand in a profile in the capacity, by code (UM-APP-05)."""

    def tell(snapshot: Snapshot, place: Place) -> tuple[ApplicationView, ...]:
        return tuple(
            ApplicationView(application.code, application.label, Domain(application.domain), application.minimum_level)
            for application in snapshot.all_in_force(ApplicationRecord)
            if place.capacity.type in application.offered_to
        )

    return desk.in_capacity(actor, Action.VIEW_CAPACITY, capacity_id, tell)


def visible_in(desk: Desk, snapshot: Snapshot, actor: Actor, enterprise: EnterpriseRecord) -> tuple[CapacityView, ...]:
    """Return the capacities of an enterprise that the actor may see, by id."""
    return capacity_views(desk, snapshot, visible(desk, actor, _of(snapshot, enterprise), snapshot.at))


def visible(desk: Desk, actor: Actor, found: Iterable[CapacityRecord], at: int) -> list[CapacityRecord]:
    """Return those capacities that the policy lets the actor see, all asked at once."""
    wanted = list(found)
    questions = [actor.asks(Action.VIEW_CAPACITY, each.capacity_id, {}) for each in wanted]
    decisions = desk.decide(actor, questions, at)
    return [each for each, decision in zip(wanted, decisions, strict=True) if decision.answer.allowed]


def capacity_views(desk: Desk, snapshot: Snapshot, found: Iterable[CapacityRecord]) -> tuple[CapacityView, ...]:
    """Return what is shown of capacities, by id."""
    records = sorted(found, key=lambda record: record.capacity_id)
    contacts = contacts_of(snapshot, "capacity", (record.capacity_id for record in records))
    owners = tuple(sorted({record.enterprise_id for record in records}))
    enterprises = {
        owner.enterprise_id: owner for owner in snapshot.all_in_force(EnterpriseRecord, enterprise_id=owners)
    }
    views = []
    for record in records:
        contact, enterprise = contacts.get(record.capacity_id), enterprises[record.enterprise_id]
        checked_at = contact.checked_at if contact else None
        views.append(
            CapacityView(
                capacity_id=record.capacity_id,
                enterprise_number=enterprise.number,
                enterprise_name=enterprise.name,
                type=record.type,
                domain=Domain(record.domain),
                identifier_scheme=record.identifier_scheme,
                identifier=record.identifier,
                created_at=record.valid.since,
                email=contact.email if contact else "",
                telephone=contact.telephone if contact else "",
                checked_at=checked_at,
                check_due=desk.check_due(checked_at, snapshot.at),
                administered_in=ADMINISTERED_IN.get(Domain(record.domain)),
                tag=state_tag(record, contact),
            )
        )
    return tuple(views)


def _of(snapshot: Snapshot, enterprise: EnterpriseRecord) -> list[CapacityRecord]:
    return snapshot.all_in_force(CapacityRecord, enterprise_id=enterprise.enterprise_id)
