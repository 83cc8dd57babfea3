"""The GAP, co-GAPs, GAs and users, as answers show them."""

from __future__ import annotations

from authz_service.admin_api.fields import Count, Ssin, Text, choice
from authz_service.admin_api.schemas.common import (
    ContactSchema,
    MadeSchema,
    WireSchema,
    boolean,
    codes,
    contact_members,
    instant,
    link,
    listed,
    localized,
    nested,
    number,
    string,
)

__all__ = [
    "AccessManagerSchema",
    "CoChiefAccessManagerSchema",
    "CoChiefAccessManagersSchema",
    "DesignationPreviewSchema",
    "DesignationSchema",
    "DesignationsSchema",
    "PageQuerySchema",
    "UserDetailSchema",
    "UsersFoundSchema",
    "UsersQuerySchema",
    "UsersRequestSchema",
    "UsersSchema",
]

TYPES = ("accessManager", "coAccessManager", "user")
STATUSES = ("active", "blocked")
SORTS = ("familyName", "givenName", "userName", "-familyName", "-givenName", "-userName")


class DesignationSchema(WireSchema):
    """The designation of a GAP."""

    href = link()
    id = string("Its id, to be named by whoever replaces it.")
    given_name = string("First name.")
    family_name = string("Name.")
    since = instant("Since when.")
    until = instant("Until when, when an end is known.", required=False)
    in_force = boolean("Whether it is in force now.")
    contact = nested(ContactSchema, "How the person is reached.", required=False)


class DesignationsSchema(WireSchema):
    """The designations of GAPs there were."""

    self = link()
    items = listed(DesignationSchema, "The latest first.")


class CoChiefAccessManagerSchema(DesignationSchema):
    """The designation of a co-GAP."""


class CoChiefAccessManagersSchema(WireSchema):
    """The co-GAPs."""

    self = link()
    items = listed(CoChiefAccessManagerSchema, "By name.")


class DesignatedSchema(MadeSchema):
    """A designation that was made."""


class EnterpriseBlockSchema(WireSchema):
    """The enterprise that it is about (GGA-DES-06)."""

    enterprise_number = string("Its number.", pattern=r"^[01]\d{9}$")
    name = string("Its name.")


class CandidateRecapSchema(WireSchema):
    """Who would be GAP, by the names of the register."""

    given_name = string("First name.")
    family_name = string("Name.")
    email = string("E-mail address.")
    telephone = string("Telephone number.")


class RequesterRecapSchema(WireSchema):
    """How the requester would be reached."""

    email = string("E-mail address.")
    telephone = string("Telephone number.")


class DeclarationRecapSchema(WireSchema):
    """What is to be confirmed (GGA-DES-15, GGA-DES-16)."""

    version = string("Its version, to be sent with the designation.")
    text = localized("Its text.")


class NoticeSchema(WireSchema):
    """Something to know before confirming."""

    code = codes("Which notice.", ("alreadyRegistered", "personalEmailAddress"))
    message = localized("What is said.")
    current_designation = string("The id of the designation that would be replaced.", required=False)
    given_name = string("First name of the GAP there is.", required=False)
    family_name = string("Name of the GAP there is.", required=False)
    since = instant("Since when there is that GAP.", required=False)


class DesignationPreviewSchema(WireSchema):
    """What is shown for confirmation (GGA-DES-17)."""

    enterprise = nested(EnterpriseBlockSchema, "The enterprise.")
    candidate = nested(CandidateRecapSchema, "Who would be GAP.")
    requester = nested(RequesterRecapSchema, "How the requester would be reached.")
    declaration = nested(DeclarationRecapSchema, "What is to be confirmed.")
    notices = listed(NoticeSchema, "What to know before confirming.")


class UserRowSchema(WireSchema):
    """The record of a GA, co-GA or user, as a row of the list (UM-LST-02)."""

    href = link()
    id = string("Its id.")
    type = codes("What the person is there.", TYPES)
    type_label = string("The same as screens have it: GL, Co-GL or USER (UM-LST-05).")
    status = codes("Whether it is blocked (UM-LST-06).", STATUSES)
    given_name = string("First name.")
    family_name = string("Name.")
    user_name = string("User name; left out when there is none.", required=False)
    ssin = string("National register or BIS number.", pattern=r"^\d{11}$")


class UsersFoundSchema(WireSchema):
    """Users that were found."""

    items = listed(UserRowSchema, "By name.")
    total = number("How many there are.")


class UsersSchema(WireSchema):
    """One page of the users of a capacity (UM-LST-03)."""

    self = link()
    items = listed(UserRowSchema, "In the order asked for.")
    page = number("Which page, from 1.")
    page_size = number("The most of a page.")
    total = number("How many there are on all pages.")
    first = link("The first page.")
    last = link("The last page.")
    prev = link("The page before, unless this is the first.", required=False)
    next = link("The next page, unless this is the last.", required=False)


class ProfileApplicationSchema(WireSchema):
    """An application in a profile."""

    href = link("Where it is taken from the profile.")
    code = string("Its code.")
    title = string("What it is called.")
    since = instant("Since when.")


class UserDetailSchema(WireSchema.from_dict(contact_members(), name="UserContact")):  # type: ignore[misc]  # made here
    """The record of a GA, co-GA or user in a capacity, with the profile (GGA-AM-05, UM-USR-07)."""

    self = link()
    id = string("Its id.")
    type = codes("What the person is there.", TYPES)
    type_label = string("The same as screens have it: GL, Co-GL or USER (UM-LST-05).")
    status = codes("Whether it is blocked (UM-LST-06).", STATUSES)
    given_name = string("First name.")
    family_name = string("Name.")
    ssin = string("National register or BIS number.", pattern=r"^\d{11}$")
    since = instant("Since when.")
    applications = listed(ProfileApplicationSchema, "The profile, by code.")


class AccessManagerSchema(WireSchema.from_dict(contact_members(), name="ManagerContact")):  # type: ignore[misc]  # made
    """The GA of a capacity; when none is named, the GAP (GGA-CAM-08)."""

    self = link()
    id = string("The id of the record, to be named by whoever replaces it; left out for the GAP.", required=False)
    implicit = boolean("Whether no GA is named, so that the GAP is it.")
    status = codes("Whether it is blocked.", STATUSES)
    given_name = string("First name.")
    family_name = string("Name.")
    since = instant("Since when.")


class ChangedAccessManagerSchema(MadeSchema):
    """The GA that was named."""


class PageQuerySchema(WireSchema):
    """Which page."""

    page = Count(metadata={"description": "Which page, from 1.", "default": 1})
    page_size = Count(100, metadata={"description": "The most of a page.", "default": 20})


class UsersQuerySchema(PageQuerySchema):
    """Which users, how many at a time, in which order (UM-LST-01)."""

    family_name = Text(metadata={"description": "Found anywhere in the name, whatever the case and the accents."})
    given_name = Text(metadata={"description": "Found anywhere in the first name, likewise."})
    user_name = Text(metadata={"description": "Found anywhere in the user name, likewise."})
    type = choice(TYPES, metadata={"description": "Only of this type."})
    status = choice(STATUSES, metadata={"description": "Only in this state."})
    application = Text(metadata={"description": "Only with this application in the profile."})
    sort = choice(SORTS, metadata={"description": "In which order; - for descending.", "default": "familyName"})


class UsersRequestSchema(WireSchema):
    """Whom to find by number."""

    ssin = Ssin(required=True, metadata={"description": "National register or BIS number."})
    type = choice(TYPES, metadata={"description": "Only of this type."})
    status = choice(STATUSES, metadata={"description": "Only in this state."})
    application = Text(metadata={"description": "Only with this application in the profile."})
