"""Oneself: own details, credentials and enterprises."""

from __future__ import annotations

from marshmallow import fields, validate

from authz_service.admin_api.fields import Email, StrictBoolean, Telephone, Text, language_choice
from authz_service.admin_api.schemas.common import (
    WireSchema,
    boolean,
    codes,
    contact_members,
    instant,
    link,
    listed,
    localized,
    string,
)
from authz_service.domain.vocabulary import Domain
from authz_service.services.messages import LANGUAGES

__all__ = ["OwnCredentialsSchema", "OwnDetailsPatchSchema", "OwnDetailsSchema", "OwnEnterprisesSchema"]

ROLES = (
    "legalRepresentative",
    "chiefAccessManager",
    "coChiefAccessManager",
    "flemishHeadLocalManager",
    "accessManager",
    "coAccessManager",
    "user",
)
DOMAINS = tuple(domain.value for domain in Domain if domain is not Domain.NONE)


class ReminderSchema(WireSchema):
    """Details that nobody has said to be right for a while (UM-SELF-04, UM-MGT-04)."""

    code = codes("What to look at.", ("checkOwnDetails", "checkCapacity"))
    href = link("Where it is.")
    checked_at = instant("When somebody last said so; left out when never.", required=False)
    enterprise_number = string("Of the capacity.", required=False, pattern=r"^[01]\d{9}$")
    capacity = string("The id of the capacity.", required=False)


_CONTACT = {name: member for name, member in contact_members().items() if name != "language"}


class OwnDetailsSchema(WireSchema.from_dict(dict(_CONTACT), name="OwnContact")):  # type: ignore[misc]  # made here
    """Who is logged in: the names are the register's, the rest is what the person says (UM-SELF-01)."""

    self = link()
    ssin = string("National register or BIS number.", pattern=r"^\d{11}$")
    given_name = string("First name.")
    family_name = string("Name.")
    preferred_language = codes("Preferred language.", LANGUAGES, required=False)
    checked_at = instant("When the person last said that all is right; left out when never.", required=False)
    check_due = boolean("Whether it is time to look again (UM-SELF-04).")
    my_reminders = listed(ReminderSchema, "What the person is asked to look at.")


class OwnDetailsPatchSchema(WireSchema):
    """What changes of one's own details; null takes away what is known."""

    email = Email(allow_none=True, metadata={"description": "E-mail address."})
    local_email = Email(allow_none=True, metadata={"description": "E-mail address for individual contacts."})
    telephone = Telephone(allow_none=True, metadata={"description": "Telephone number, international."})
    title = Text(20, allow_none=True, metadata={"description": "Title."})
    preferred_language = language_choice(allow_none=True, metadata={"description": "Preferred language."})
    user_name = Text(64, metadata={"description": "User name, of somebody who has none (AMB-12)."})
    confirmed = StrictBoolean(
        validate=validate.OneOf([True]), metadata={"description": "True: I have checked that all is right."}
    )


class CredentialsPlaceSchema(WireSchema):
    """Where something is done that this service does not do; no URL when the installation names no place."""

    url = link("Where to go.", required=False)


class OwnCredentialsSchema(WireSchema):
    """Where one's password and certificate are: this service holds neither (UM-SELF-02, UM-SELF-03)."""

    self = link()
    password = fields.Nested(
        CredentialsPlaceSchema, required=True, metadata={"description": "Where the password is changed."}
    )
    certificate = fields.Nested(
        CredentialsPlaceSchema, required=True, metadata={"description": "Where the certificate is shown."}
    )


class HeldRoleSchema(WireSchema):
    """A role that is held in this enterprise, with its names (SYS-09)."""

    role = codes("Which role.", ROLES)
    label = localized("What it is called.")
    former_label = localized("What it was called.", required=False)
    since = instant("Since when.", required=False)
    capacity = string("The id of the capacity that it is held in; left out for a role without.", required=False)
    capacity_name = localized("What that capacity is.", required=False)
    domain = string("The domain of that capacity.", required=False)
    blocked = boolean("Whether the account is blocked.")


class OwnEnterpriseSchema(WireSchema):
    """An enterprise that one is registered in, with the roles held there and nowhere else (GGA-CAM-10)."""

    href = link()
    enterprise_number = string("Its number.", pattern=r"^[01]\d{9}$")
    title = string("Its name.")
    roles = listed(HeldRoleSchema, "The roles held there.")


class OwnEnterprisesSchema(WireSchema):
    """The enterprises that one is registered in."""

    self = link()
    items = listed(OwnEnterpriseSchema, "By name.")
