"""What reading answers, as JSON objects: members that are not known are left out (Belgif rule jsn-null)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from authz_service.admin_api.links import Links
from authz_service.admin_api.schemas.common import camel_case
from authz_service.admin_api.texts import ApiTexts
from authz_service.domain.commands import ContactDetails
from authz_service.domain.moments import text_of
from authz_service.domain.vocabulary import Domain, RelationKind
from authz_service.services.administration.views import (
    AccountDetail,
    AccountView,
    CapacityView,
    DesignationView,
    HeldRole,
    OwnEnterprise,
)

__all__ = [
    "TYPE_LABELS",
    "contact_shown",
    "known",
    "shown_account",
    "shown_capacity",
    "shown_designation",
    "shown_detail",
    "shown_enterprise_of_mine",
    "shown_manager",
    "user_row",
]

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
TYPE_LABELS: Final[Mapping[RelationKind, str]] = {
    RelationKind.ACCESS_MANAGER: "GL",
    RelationKind.CO_ACCESS_MANAGER: "Co-GL",
    RelationKind.USER: "USER",
}
"""What the user list calls the types of records (GGA-AM-13, UM-LST-05)."""


def known(**members: Any) -> dict[str, Any]:
    """Return the members that have a value, by their names on the wire; "" and None are none."""
    return {camel_case(name): value for name, value in members.items() if value not in {"", None}}


def instant_or_none(instant: int | None) -> str | None:
    """Return an instant in UTC microseconds as RFC 3339, None for None."""
    return None if instant is None else text_of(instant)


def contact_shown(contact: ContactDetails) -> dict[str, Any]:
    """Return how somebody is reached."""
    return known(
        email=contact.email,
        local_email=contact.local_email,
        telephone=contact.telephone,
        title=contact.title,
        language=contact.language,
        user_name=contact.user_name,
    )


def shown_capacity(view: CapacityView, links: Links, texts: ApiTexts) -> dict[str, Any]:
    """Return a capacity."""
    day = datetime.datetime.fromisoformat(text_of(view.created_at)).astimezone(BRUSSELS).date()
    return {
        "href": links.capacity(view.enterprise_number, view.capacity_id),
        "id": view.capacity_id,
        "enterpriseNumber": view.enterprise_number,
        "enterpriseName": view.enterprise_name,
        "type": view.type,
        "name": texts.capacity_name(view.type),
        "domain": view.domain.value,
        **({} if view.domain is Domain.NONE else {"domainName": texts.localized(f"domain.{view.domain}")}),
        "identifierScheme": view.identifier_scheme,
        "identifier": view.identifier,
        "createdDate": day.isoformat(),
        **known(email=view.email, telephone=view.telephone, checked_at=instant_or_none(view.checked_at)),
        "checkDue": view.check_due,
        **({} if view.administered_in is None else {"administeredIn": camel_case(view.administered_in)}),
    }


def shown_designation(view: DesignationView, href: str) -> dict[str, Any]:
    """Return the designation of a GAP or co-GAP."""
    contact = contact_shown(view.contact)
    return {
        "href": href,
        "id": view.designation_id,
        "givenName": view.first_name,
        "familyName": view.name,
        "since": text_of(view.since),
        **known(until=instant_or_none(view.until)),
        "inForce": view.in_force,
        **({"contact": contact} if contact else {}),
    }


def shown_account(view: AccountView) -> dict[str, Any]:
    """Return what every answer tells of a record in a capacity."""
    return {
        "type": camel_case(view.kind),
        "typeLabel": TYPE_LABELS[view.kind],
        "status": view.status.value,
        "givenName": view.first_name,
        "familyName": view.name,
        "ssin": view.niss.digits,
    }


def user_row(view: AccountView, href: str) -> dict[str, Any]:
    """Return a row of the user list."""
    return {"href": href, "id": view.account_id, **shown_account(view), **known(user_name=view.contact.user_name)}


def shown_detail(detail: AccountDetail, number: str, capacity_id: str, links: Links) -> dict[str, Any]:
    """Return a record in a capacity with its profile."""
    view = detail.account
    return {
        "self": links.user(number, capacity_id, view.account_id),
        "id": view.account_id,
        **shown_account(view),
        "since": text_of(view.since),
        **contact_shown(view.contact),
        "applications": [
            {
                "href": links.user(number, capacity_id, view.account_id, "applications", grant.code),
                "code": grant.code,
                "title": grant.label,
                "since": text_of(grant.since),
            }
            for grant in detail.applications
        ],
    }


def shown_manager(view: AccountView, href: str) -> dict[str, Any]:
    """Return the GA of a capacity, or the GAP in his place (GGA-CAM-08)."""
    return {
        "self": href,
        **({} if view.implicit else {"id": view.account_id}),
        "implicit": view.implicit,
        "status": view.status.value,
        "givenName": view.first_name,
        "familyName": view.name,
        "since": text_of(view.since),
        **contact_shown(view.contact),
    }


def shown_enterprise_of_mine(view: OwnEnterprise, links: Links, texts: ApiTexts) -> dict[str, Any]:
    """Return an enterprise that somebody is registered in."""
    return {
        "href": links.enterprise(view.number),
        "enterpriseNumber": view.number,
        "title": view.name,
        "roles": [_shown_role(role, texts) for role in view.roles],
    }


def _shown_role(role: HeldRole, texts: ApiTexts) -> dict[str, Any]:
    term = camel_case(role.role)
    former = f"term.{term}.old"
    in_capacity = {
        "capacity": role.capacity_id,
        "capacityName": texts.capacity_name(role.capacity_type),
        "domain": role.domain.value,
    }
    return {
        "role": term,
        "label": texts.localized(f"term.{term}.new"),
        **({"formerLabel": texts.localized(former)} if texts.has(former) else {}),
        "since": text_of(role.since),
        **(in_capacity if role.capacity_id else {}),
        "blocked": role.blocked,
    }
