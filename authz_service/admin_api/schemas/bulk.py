"""Doing the same to several users."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate, validates_schema

from authz_service.admin_api.fields import StrictBoolean, Text
from authz_service.admin_api.schemas.common import WireSchema, codes, listed, number, string
from authz_service.admin_api.schemas.people import Findings, application_codes, distinct

__all__ = ["BulkApplicationsRequestSchema", "BulkOutcomeSchema", "BulkReportSchema", "BulkRequestSchema"]

MOST_USERS = 1000
MOST_PAIRS = 5000


class BulkRequestSchema(WireSchema):
    """To whom (UM-LST-07)."""

    users = fields.List(
        Text(200),
        required=True,
        validate=validate.Length(1, MOST_USERS),
        metadata={"description": "Ids of users of the capacity, each once.", "uniqueItems": True},
    )
    all_or_nothing = StrictBoolean(
        load_default=True,
        metadata={"description": "True: for all of them or, when one cannot be done, for none; false: each by itself."},
    )

    @validates_schema
    def check_together(self, data: dict[str, Any], **_more: Any) -> None:
        """Look whether each is there once."""
        findings = Findings()
        distinct(findings, data, "users", "users")
        findings.tell()


class BulkApplicationsRequestSchema(BulkRequestSchema):
    """To whom, and which applications (UM-APP-01, UM-APP-03)."""

    applications = application_codes(required=True)

    @validates_schema
    def check_applications(self, data: dict[str, Any], **_more: Any) -> None:
        """Look whether each is there once, and whether it is not too much at a time."""
        findings = Findings()
        distinct(findings, data, "applications", "applications")
        if len(data["users"]) * len(data["applications"]) > MOST_PAIRS:
            findings.add("applications", f"no more than {MOST_PAIRS} pairs of a user and an application at a time")
        findings.tell()


class BulkOutcomeSchema(WireSchema):
    """What became of one of them."""

    user = string("The id of the user.")
    application = string("The code of the application.", required=False)
    outcome = codes("What became of it.", ("done", "refused", "conflict", "withdrawn"))
    reasons = fields.List(fields.String(), metadata={"description": "Why not: codes of refData/reasons."})
    rules = fields.List(fields.String(), metadata={"description": "The ids of the rules that refuse."})
    explanation = string("The same as a sentence, in the language asked for.", required=False)


class BulkReportSchema(WireSchema):
    """What became of all of them."""

    results = listed(BulkOutcomeSchema, "One for each user, or for each user and application, in the order asked.")
    facts_revision = number("The facts revision afterwards.")
