"""What several subjects share: names on the wire are in lowerCamelCase, and answers say what each member means."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, fields

from authz_service.services.messages import LANGUAGES

__all__ = [
    "ContactSchema",
    "LocalizedStringSchema",
    "MadeSchema",
    "WireSchema",
    "boolean",
    "camel_case",
    "codes",
    "contact_members",
    "instant",
    "link",
    "listed",
    "localized",
    "nested",
    "number",
    "string",
]

UUID_EXAMPLE: Final = "6a1c64b0-8d4e-4a51-9b57-0b54b1c1d0aa"


def camel_case(words: str) -> str:
    """Return the name on the wire of something that is called `in_this_way` inside."""
    first, *others = words.split("_")
    return first + "".join(word.capitalize() for word in others)


class WireSchema(Schema):
    """Members are on the wire in lowerCamelCase."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give a member its name on the wire."""
        field_obj.data_key = camel_case(field_name)


# --- members of answers -----------------------------------------------------------------------------------------------


def string(description: str, *, required: bool = True, **more: Any) -> fields.String:
    """Return a text. `more`: further members of its schema, such as `example`."""
    return fields.String(required=required, metadata={"description": description, **more})


def codes(description: str, values: tuple[str, ...], *, required: bool = True) -> fields.String:
    """Return a text that is one of these."""
    return string(description, required=required, enum=list(values))


def instant(description: str, *, required: bool = True) -> fields.String:
    """Return an instant: RFC 3339, in UTC."""
    return string(description, required=required, format="date-time")


def link(description: str = "Where it is.", *, required: bool = True) -> fields.String:
    """Return a URL."""
    return string(description, required=required, format="uri")


def boolean(description: str, *, required: bool = True) -> fields.Boolean:
    """Return a truth value."""
    return fields.Boolean(required=required, metadata={"description": description})


def number(description: str, *, required: bool = True) -> fields.Integer:
    """Return a whole number."""
    return fields.Integer(required=required, metadata={"description": description})


def nested(schema: type[Schema], description: str, *, required: bool = True) -> fields.Nested:
    """Return an object."""
    return fields.Nested(schema, required=required, metadata={"description": description})


def listed(schema: type[Schema], description: str, *, required: bool = True) -> fields.List[Any]:
    """Return a list of objects."""
    return fields.List(fields.Nested(schema), required=required, metadata={"description": description})


class LocalizedStringSchema(WireSchema):
    """A text in every language."""

    nl = string("In Dutch.")
    fr = string("In French.")
    de = string("In German.")
    en = string("In English.")


def localized(description: str, *, required: bool = True) -> fields.Nested:
    """Return a text in every language."""
    return nested(LocalizedStringSchema, description, required=required)


# --- shared answers ---------------------------------------------------------------------------------------------------


def contact_members() -> dict[str, fields.Field[Any]]:
    """Return how somebody is reached; members that are not known are left out."""
    return {
        "email": string("E-mail address.", required=False),
        "local_email": string("E-mail address for individual contacts (GGA-AM-06).", required=False),
        "telephone": string("Telephone number.", required=False),
        "title": string("Title.", required=False),
        "language": codes("Preferred language.", LANGUAGES, required=False),
        "user_name": string("User name.", required=False),
    }


class ContactSchema(WireSchema.from_dict(contact_members(), name="ContactMembers")):  # type: ignore[misc]  # made here
    """How somebody is reached."""


class MadeSchema(WireSchema):
    """What a command has made."""

    href = link()
    id = string("Its id.", example=UUID_EXAMPLE)
    facts_revision = number("The facts revision that it is part of.")
