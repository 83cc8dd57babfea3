"""People and how they are reached, as requests say it."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from authz_service.admin_api.fields import Email, Finding, Ssin, StrictBoolean, Telephone, Text, language_choice
from authz_service.admin_api.problems import Issue, Issues, IssueType
from authz_service.admin_api.schemas.common import WireSchema

__all__ = [
    "AccountHolderSchema",
    "CoChiefAccessManagerRequestSchema",
    "DesignationPreviewRequestSchema",
    "DesignationRequestSchema",
    "Findings",
    "NewAccessManagerSchema",
    "NewUserSchema",
    "application_codes",
    "distinct",
]

MOST_APPLICATIONS: Final = 100


class Findings:
    """What is wrong with inputs that are looked at together; told all at once."""

    def __init__(self) -> None:
        self._found: dict[str, list[Any]] = {}

    def add(self, name: str, detail: str, kind: IssueType = Issues.SCHEMA_VIOLATION) -> None:
        """Note what is wrong with one member."""
        self._found.setdefault(name, []).append(Finding(detail, kind))

    def add_several(self, place: str, names: tuple[str, ...], detail: str, kind: IssueType) -> None:
        """Note what is wrong with several members together."""
        self._found.setdefault("_schema", []).append(Issue(kind, place, names[0], detail, names[1:]))

    def tell(self) -> None:
        """Raise ValidationError when there is anything."""
        if self._found:
            raise ValidationError(self._found)


def distinct(findings: Findings, data: dict[str, Any], attribute: str, name: str) -> None:
    """Note when a list holds the same twice."""
    values = data.get(attribute, [])
    if len(set(values)) != len(values):
        findings.add(name, "holds the same twice")


def user_name_twice(findings: Findings, data: dict[str, Any]) -> None:
    """Note when a user name is not there twice, alike (UM-USR-03)."""
    names = ("userName", "userNameConfirmation")
    first, second = data.get("user_name"), data.get("user_name_confirmation")
    if (first is None) is not (second is None):
        findings.add_several("body", names, "belong together", Issues.ZERO_OR_ALL_EXPECTED)
    elif first != second:
        findings.add_several("body", names, "are not the same", Issues.EQUAL_EXPECTED)


def application_codes(**more: Any) -> fields.List[Any]:
    """Return a list of codes of applications."""
    return fields.List(
        Text(100),
        validate=validate.Length(max=MOST_APPLICATIONS, min=1 if more.get("required") else 0),
        metadata={"description": "Codes of applications, each once.", "uniqueItems": True},
        **more,
    )


def given_name() -> Text:
    """Return a first name that is to be the register's (AMB-22)."""
    return Text(metadata={"description": "First name; when it is given it must be that of the register."})


def family_name() -> Text:
    """Return a name that is to be the register's (AMB-22)."""
    return Text(metadata={"description": "Name; when it is given it must be that of the register."})


def ssin() -> Ssin:
    """Return the number of a person."""
    return Ssin(required=True, metadata={"description": "National register or BIS number (AMB-11)."})


class AccountHolderSchema(WireSchema):
    """Somebody who is given a record in a capacity, and how he is reached there (GGA-AM-05)."""

    ssin = ssin()
    email = Email(required=True, metadata={"description": "E-mail address."})
    local_email = Email(metadata={"description": "E-mail address for individual contacts (GGA-AM-06)."})
    telephone = Telephone(metadata={"description": "Telephone number, international."})
    title = Text(20, metadata={"description": "Title."})
    language = language_choice(metadata={"description": "Preferred language."})
    user_name = Text(64, metadata={"description": "User name, of somebody who has none (UM-USR-03, AMB-12)."})
    user_name_confirmation = Text(64, metadata={"description": "The same again."})
    applications = application_codes()

    @validates_schema(skip_on_field_errors=False)
    def check_together(self, data: dict[str, Any], **_more: Any) -> None:
        """Look at the members that depend on one another."""
        findings = Findings()
        user_name_twice(findings, data)
        distinct(findings, data, "applications", "applications")
        findings.tell()


class NewUserSchema(AccountHolderSchema):
    """A user to be (UM-USR-05, UM-USR-06)."""

    given_name = given_name()
    family_name = family_name()


class NewAccessManagerSchema(AccountHolderSchema):
    """The GA to be of a capacity (GGA-AM-05)."""

    replaces = Text(
        200,
        metadata={"description": "The id of the record of the GA, as it was shown; left out when there is none."},
    )


class CandidateSchema(WireSchema):
    """Who is to be GAP: oneself, or another person by number (GGA-DES-07, GGA-DES-10)."""

    ssin = Ssin(metadata={"description": "National register or BIS number of another person."})
    oneself = StrictBoolean(validate=validate.OneOf([True]), metadata={"description": "True for oneself."})
    given_name = given_name()
    family_name = family_name()

    @validates_schema
    def check_together(self, data: dict[str, Any], **_more: Any) -> None:
        """Look at the members of which one is needed."""
        findings = Findings()
        if ("ssin" in data) is ("oneself" in data):
            names = ("candidate.ssin", "candidate.oneself")
            findings.add_several("body", names, "exactly one is needed", Issues.EXACTLY_ONE_EXPECTED)
        findings.tell()


class RequesterSchema(WireSchema):
    """How the legal representative is reached about the request (GGA-DES-09, GGA-DES-13)."""

    email = Email(required=True, metadata={"description": "E-mail address."})
    telephone = Telephone(required=True, metadata={"description": "Telephone number, international."})


class DesignationPreviewRequestSchema(WireSchema):
    """A designation of a GAP before it is confirmed (AMB-22, AMB-23)."""

    candidate = fields.Nested(CandidateSchema, required=True, metadata={"description": "Who is to be GAP."})
    email = Email(required=True, metadata={"description": "E-mail address of the GAP (GGA-DES-11)."})
    telephone = Telephone(required=True, metadata={"description": "Telephone number of the GAP, international."})
    requester = fields.Nested(
        RequesterSchema,
        metadata={"description": "How the requester is reached; needed for another person, not for oneself."},
    )

    @validates_schema
    def check_together(self, data: dict[str, Any], **_more: Any) -> None:
        """Look at the members that depend on one another."""
        findings = Findings()
        another = "ssin" in data["candidate"]
        if another and "requester" not in data:
            findings.add("requester", "is needed when another person is designated", Issues.REQUIRED_INPUT)
        if not another and "requester" in data:
            findings.add("requester", "is not there beside oneself", Issues.REJECTED_INPUT)
        findings.tell()


class DesignationRequestSchema(DesignationPreviewRequestSchema):
    """A designation of a GAP (GGA-DES-01, GGA-DES-14)."""

    confirmed = StrictBoolean(required=True, metadata={"description": "True: yes, I confirm (GGA-DES-14)."})
    declaration = Text(
        20, required=True, metadata={"description": "The version of the text that was confirmed (GGA-DES-15)."}
    )
    replaces = Text(
        200,
        metadata={"description": "The id of the designation in force, as it was shown; left out when there is none."},
    )


class CoChiefAccessManagerRequestSchema(WireSchema):
    """A co-GAP to be (GGA-CAM-02)."""

    ssin = ssin()
    email = Email(metadata={"description": "E-mail address."})
    telephone = Telephone(metadata={"description": "Telephone number, international."})
    language = language_choice(metadata={"description": "Preferred language."})
