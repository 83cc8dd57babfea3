"""Marshmallow fields that read strictly: a JSON value is of the type that is documented, or refused.

What is wrong is told as a `Finding`, which knows its kind of issue and repeats no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

from marshmallow import ValidationError, fields, validate

from authz_service.admin_api.problems import Issues, IssueType
from authz_service.domain.identifiers import EnterpriseNumber, InvalidIdentifierError, Niss, NssoNumber
from authz_service.domain.messages import LONGEST_ADDRESS, is_address
from authz_service.domain.national_numbers import holds_national_number
from authz_service.services.messages import LANGUAGES

__all__ = [
    "Count",
    "Email",
    "EmployerId",
    "Enterprise",
    "Finding",
    "Ssin",
    "StrictBoolean",
    "Telephone",
    "Text",
    "choice",
    "language_choice",
]

_COUNT: Final = re.compile(r"[1-9][0-9]{0,8}")


class Finding(str):
    """A sentence on what is wrong with an input, and which kind of issue that is."""

    __slots__ = ("type",)
    type: IssueType

    def __new__(cls, detail: str, kind: IssueType) -> Self:
        made = super().__new__(cls, detail)
        made.type = kind
        return made


def refusal(detail: str, kind: IssueType = Issues.SCHEMA_VIOLATION) -> ValidationError:
    """Return the error for an input."""
    return ValidationError(Finding(detail, kind))


class _Strict(fields.Field[Any]):
    """A field that looks at the value alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:  # noqa: ARG002
        return self.read(value)

    def read(self, value: object) -> Any:
        """Return what the value says. Raises ValidationError."""
        raise TypeError(f"{type(self).__name__} does not say how it is read: {type(value).__name__}")


class Text(_Strict, fields.String):
    """A text of one line, which holds no national number."""

    def __init__(self, most: int = 100, *, least: int = 1, **more: Any) -> None:
        super().__init__(validate=validate.Length(least, most), **more)

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise refusal("must be a text")
        if not value.isprintable():
            raise refusal("must be printable", Issues.INVALID_INPUT)
        if self.may_not_hold_numbers and holds_national_number(value):
            raise refusal("holds a national number, which belongs in no other place", Issues.INVALID_INPUT)
        return value

    may_not_hold_numbers = True


class Email(Text):
    """An e-mail address (GGA-DES-11: it has the form of one)."""

    def __init__(self, **more: Any) -> None:
        super().__init__(LONGEST_ADDRESS, least=3, **more)

    def read(self, value: object) -> str:
        address = super().read(value)
        if not is_address(address):
            raise refusal("must be an e-mail address", Issues.INVALID_INPUT)
        return address


class Telephone(Text):
    """A telephone number in the international form.

    Some numbers look like national numbers by chance; the plus sign says what they are.
    """

    may_not_hold_numbers = False

    def __init__(self, **more: Any) -> None:
        super().__init__(16, least=8, **more)
        self.validators = [_pattern(r"^\+[1-9][0-9]{6,14}$", "must be a plus sign with 7 to 15 digits")]


class _Number(_Strict, fields.String):
    """An identifier with check digits."""

    pattern: str
    shape: str
    parse: Callable[[str], Any]
    name_of_kind: str

    def __init__(self, *, metadata: Mapping[str, Any], **more: Any) -> None:
        super().__init__(metadata={**metadata, "pattern": self.pattern}, **more)

    def read(self, value: object) -> Any:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value, re.ASCII):
            raise refusal(f"must be {self.shape}")
        try:
            return type(self).parse(value)
        except InvalidIdentifierError:
            raise refusal(f"is no valid {self.name_of_kind}", Issues.INVALID_STRUCTURE) from None


class Ssin(_Number):
    """A national register or BIS number (GGA-DES-10, GGA-AM-04, AMB-11)."""

    pattern = r"^\d{11}$"
    shape = "a text of 11 digits"
    parse = staticmethod(Niss.parse)
    name_of_kind = "SSIN"


class Enterprise(_Number):
    """An enterprise number, as a text of ten digits (AMB-10)."""

    pattern = r"^[01]\d{9}$"
    shape = "a text of 10 digits, the first 0 or 1"
    parse = staticmethod(EnterpriseNumber.parse)
    name_of_kind = "enterprise number"


class EmployerId(_Strict, fields.Integer):
    """The number of an employer at the NSSO, in a query: digits only (AMB-10)."""

    def __init__(self, *, metadata: Mapping[str, Any], **more: Any) -> None:
        limits = {"format": "int64", "minimum": 197, "maximum": 5_999_999_999}
        super().__init__(metadata={**metadata, **limits}, **more)

    def read(self, value: object) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"\d{3,10}", value, re.ASCII):
            raise refusal("must be an employer number, digits only")
        try:
            # A matricule is written with the zeros before it.
            return NssoNumber.parse(value.zfill(9))
        except InvalidIdentifierError:
            raise refusal("is no valid employer number", Issues.INVALID_STRUCTURE) from None


class StrictBoolean(_Strict, fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise refusal("must be true or false")
        return value


class Count(_Strict, fields.Integer):
    """A positive number in a query. `most`: the largest there may be."""

    def __init__(self, most: int | None = None, **more: Any) -> None:
        super().__init__(validate=validate.Range(1, most), **more)

    def read(self, value: object) -> int:
        if not isinstance(value, str) or not _COUNT.fullmatch(value):
            raise refusal("must be a positive number")
        return int(value)


def _pattern(pattern: str, detail: str) -> validate.Regexp:
    return validate.Regexp(pattern, error=detail)


def choice(values: Sequence[str], **more: Any) -> Text:
    """Return a field for one of several words."""
    field = Text(**more)
    field.validators = [validate.OneOf(values)]
    return field


def language_choice(**more: Any) -> Text:
    """Return a field for one of the languages that mails are sent in."""
    return choice(LANGUAGES, **more)
