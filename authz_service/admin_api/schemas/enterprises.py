"""Enterprises and their capacities."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from authz_service.admin_api.fields import Email, EmployerId, Enterprise, StrictBoolean, Telephone, Text
from authz_service.admin_api.problems import Issue, Issues
from authz_service.admin_api.schemas.common import (
    WireSchema,
    boolean,
    codes,
    instant,
    link,
    listed,
    localized,
    number,
    string,
)

__all__ = [
    "ApplicationSchema",
    "ApplicationsSchema",
    "CapacitiesQuerySchema",
    "CapacitiesSchema",
    "CapacityPatchSchema",
    "CapacitySchema",
    "EnterpriseSchema",
    "MyActionsQuerySchema",
    "MyActionsSchema",
]

ENTERPRISE_NUMBER = r"^[01]\d{9}$"


class CapacitySchema(WireSchema):
    """A capacity (qualité) of an enterprise (UM-QUA-01, UM-MGT-03)."""

    href = link()
    id = string("Its id.")
    enterprise_number = string("Of the enterprise.", pattern=ENTERPRISE_NUMBER)
    enterprise_name = string("Of the enterprise.")
    type = string("Which type, such as nsso_employer.")
    name = localized("What the type is called.")
    domain = string("The domain that it is in, such as social_security.")
    domain_name = localized("What the domain is called.", required=False)
    identifier_scheme = string("Of which kind the identifier is: enterprise_number or nsso_number.")
    identifier = string("The number that the capacity is known by.")
    created_date = string("Since which day it exists, in Brussels.", format="date")
    email = string("E-mail address.", required=False)
    telephone = string("Telephone number.", required=False)
    checked_at = instant("When its manager last said that all is right; left out when never.", required=False)
    check_due = boolean("Whether it is time to look again (UM-MGT-04).")
    administered_in = codes(
        "Where access to it is managed (SYS-10, SYS-11, SYS-12).",
        ("userManagement", "roleManagement", "flemishUserManagement"),
        required=False,
    )


class CapacitiesSchema(WireSchema):
    """Capacities."""

    self = link()
    items = listed(CapacitySchema, "Those that one may see.")


class CapacityPatchSchema(WireSchema):
    """What changes of the details of a capacity; null takes away what is known."""

    email = Email(allow_none=True, metadata={"description": "E-mail address."})
    telephone = Telephone(allow_none=True, metadata={"description": "Telephone number, international."})
    confirmed = StrictBoolean(
        validate=validate.OneOf([True]), metadata={"description": "True: I have checked that all is right."}
    )


class CapacitiesQuerySchema(WireSchema):
    """Whose capacities: of an enterprise, or of an employer (EMP-04)."""

    enterprise_number = Enterprise(metadata={"description": "Of an enterprise."})
    employer_id = EmployerId(metadata={"description": "Of an employer: its number at the NSSO, digits only (AMB-10)."})

    @validates_schema
    def check_together(self, data: dict[str, object], **_more: object) -> None:
        """Look whether there is one of the two."""
        if len(data) != 1:
            detail = "exactly one is needed"
            issue = Issue(Issues.EXACTLY_ONE_EXPECTED, "query", "enterpriseNumber", detail, ("employerId",))
            raise ValidationError({"_schema": [issue]})


class ApplicationSchema(WireSchema):
    """An application that is offered to a capacity (UM-APP-05)."""

    href = link("Where the capacity's applications are.")
    code = string("Its code.")
    title = string("What it is called.")
    domain = string("The domain that it is in.")
    minimum_level = number("The level of assurance it asks for; left out when no more than others.", required=False)


class ApplicationsSchema(WireSchema):
    """The applications that are offered to a capacity."""

    self = link()
    items = listed(ApplicationSchema, "By code.")


class EnterpriseSchema(WireSchema):
    """An enterprise (GGA-CAM-09)."""

    self = link()
    enterprise_number = string("Its number.", pattern=ENTERPRISE_NUMBER)
    name = string("Its name.")
    registered_at = instant("When it was registered in CSAM; left out when it is not (GGA-DES-18).", required=False)
    account_active_since = instant("When its account became active; left out when it is not (ACC-07).", required=False)
    capacities = listed(CapacitySchema, "The capacities that one may see.")


class MyActionsQuerySchema(WireSchema):
    """What the actions are asked about beside the enterprise."""

    capacity = Text(200, metadata={"description": "The id of a capacity of the enterprise."})
    user = Text(200, metadata={"description": "The id of a user of the enterprise."})


class ActionResourceSchema(WireSchema):
    """What an action is asked of."""

    type = string("Its type, as decisions name it.")
    id = string("Its id; left out when the question names none, and for a person.", required=False)


class ActionOperationSchema(WireSchema):
    """The operation of this API that does it."""

    method = string("The HTTP method.")
    href_template = string("Its URL, with what is not known here in braces (RFC 6570, level 1).")


class MyActionSchema(WireSchema):
    """What the policy says of one action."""

    href = link("Where what it is asked of is, when this API has it.", required=False)
    action = string("The action, as decisions name it.")
    resource = fields.Nested(ActionResourceSchema, required=True, metadata={"description": "What it is asked of."})
    allowed = boolean("Whether it is allowed; left out when that depends on what is missing.", required=False)
    missing = fields.List(
        fields.String(), required=True, metadata={"description": "What the question would need besides."}
    )
    reasons = fields.List(
        fields.String(), required=True, metadata={"description": "Why not: codes of refData/reasons."}
    )
    rules = fields.List(
        fields.String(), required=True, metadata={"description": "The ids of the rules that allow or refuse."}
    )
    explanation = string("The same as a sentence, in the language asked for.")
    operation = fields.Nested(
        ActionOperationSchema, metadata={"description": "How it is done, when this API has an operation for it."}
    )


class MyActionsSchema(WireSchema):
    """What one may do."""

    self = link()
    policy = string("The policy revision.", required=False)
    facts_revision = number("The facts revision that was read.", required=False)
    items = listed(MyActionSchema, "Every action there is.")
