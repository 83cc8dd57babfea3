"""Lists that everybody may read, and the health of the service."""

from __future__ import annotations

from authz_service.admin_api.schemas.common import WireSchema, codes, link, listed, localized, number, string

__all__ = [
    "DeclarationSchema",
    "DeclarationsSchema",
    "HealthStatusSchema",
    "ProblemTypeSchema",
    "ProblemTypesSchema",
    "ReasonSchema",
    "ReasonsSchema",
    "TermSchema",
    "TermsSchema",
]


class TermSchema(WireSchema):
    """A term, by its new and its old name (SYS-06 to SYS-09)."""

    href = link()
    code = string("Its code.")
    new_term = localized("What it is called.")
    old_term = localized("What it was called; left out for a term that kept its name.", required=False)


class TermsSchema(WireSchema):
    """The terms."""

    self = link()
    items = listed(TermSchema, "By code.")


class ReasonSchema(WireSchema):
    """A reason for a no."""

    href = link()
    code = string("Its code, as answers hold it.")
    meaning = localized("What it says to the person who asked.")


class ReasonsSchema(WireSchema):
    """The reasons."""

    self = link()
    items = listed(ReasonSchema, "By code.")


class DeclarationSchema(WireSchema):
    """A text that a legal representative confirms (GGA-DES-15, GGA-DES-16)."""

    href = link()
    code = string("Its version.")
    text = localized("The text; the French one is the source.")


class DeclarationsSchema(WireSchema):
    """The declarations."""

    self = link()
    items = listed(DeclarationSchema, "By version.")


class ProblemTypeSchema(WireSchema):
    """A type of problem of this API."""

    href = link()
    code = string("The last part of the type.")
    type = string("The type, as answers hold it.", format="uri")
    title = string("Its title, as answers hold it.")
    status = number("The HTTP status that it comes with.")
    description = localized("What it means.")


class ProblemTypesSchema(WireSchema):
    """The types of problems of this API."""

    self = link()
    items = listed(ProblemTypeSchema, "By code.")


class HealthStatusSchema(WireSchema):
    """How the service is."""

    status = codes("UP or DOWN.", ("UP", "DOWN"))
