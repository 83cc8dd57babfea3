"""What is told to others because of a commit: e-mails to people, and changes for those who follow the facts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from authz_service.domain.national_numbers import holds_national_number

__all__ = [
    "MAIL_LANGUAGES",
    "PARAMETERS",
    "InvalidMailError",
    "Mail",
    "MailKind",
    "Topic",
    "is_address",
    "masked_address",
]

MAIL_LANGUAGES: Final = ("nl", "fr", "de", "en")
LONGEST_ADDRESS: Final = 254
"""Octets of an address in a mail transaction (RFC 5321 4.5.3.1.3, without the angle brackets)."""
_ATOM: Final = r"[^\s@<>()\[\],;:.\"\\\x00-\x1f\x7f]+"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*")
"""Dot-atoms on both sides, in any script (RFC 5322 3.2.3, RFC 6532): no quoted names, no literal IP addresses."""


class Topic(StrEnum):
    """What kind of message waits in the outbox."""

    MAIL = "mail"
    """To be delivered once; the content is a `Mail`."""
    CHANGE = "change"
    """To be read by whoever follows the facts, as often as they like; the content is the writer's."""


class MailKind(StrEnum):
    """Why a mail is sent."""

    CHIEF_ACCESS_MANAGER_DESIGNATED = "chief_access_manager_designated"
    """To the new GAP: the confirmation with instructions (GGA-DES-19, GGA-DES-21, GGA-EXC-11, ACC-07)."""
    DESIGNATION_CONFIRMED = "designation_confirmed"
    """To the legal representative who asked for the designation (GGA-DES-13, GGA-DES-16)."""
    CHIEF_ACCESS_MANAGER_REPLACED = "chief_access_manager_replaced"
    """To the former GAP (ACC-13)."""
    CO_CHIEF_ACCESS_MANAGER_DESIGNATED = "co_chief_access_manager_designated"
    """To the new co-GAP (GGA-CAM-02)."""
    ACCESS_MANAGER_DESIGNATED = "access_manager_designated"
    """To the new GA of a capacity (GGA-AM-08)."""
    CO_ACCESS_MANAGER_DESIGNATED = "co_access_manager_designated"
    """To the new co-GA of a capacity (GGA-AM-10)."""
    ACCOUNT_CREATED = "account_created"
    """To a new user of a capacity (UM-USR-05)."""
    CHECK_CAPACITY_DETAILS = "check_capacity_details"
    """The reminder to a GA to look at the data of the capacity (UM-MGT-04)."""
    CHECK_OWN_DETAILS = "check_own_details"
    """The reminder to whoever has an account to keep their own data up to date (UM-SELF-04)."""


_ENTERPRISE: Final = ("person_name", "enterprise_name", "enterprise_number")
_CAPACITY: Final = (*_ENTERPRISE, "capacity_name")

PARAMETERS: Final[Mapping[MailKind, tuple[str, ...]]] = MappingProxyType(
    {
        MailKind.CHIEF_ACCESS_MANAGER_DESIGNATED: _ENTERPRISE,
        MailKind.DESIGNATION_CONFIRMED: (*_ENTERPRISE, "chief_access_manager_name"),
        MailKind.CHIEF_ACCESS_MANAGER_REPLACED: _ENTERPRISE,
        MailKind.CO_CHIEF_ACCESS_MANAGER_DESIGNATED: _ENTERPRISE,
        MailKind.ACCESS_MANAGER_DESIGNATED: _CAPACITY,
        MailKind.CO_ACCESS_MANAGER_DESIGNATED: _CAPACITY,
        MailKind.ACCOUNT_CREATED: (*_CAPACITY, "user_name"),
        MailKind.CHECK_CAPACITY_DETAILS: _CAPACITY,
        MailKind.CHECK_OWN_DETAILS: _CAPACITY,
    }
)
"""What each kind of mail is told, by name; `person_name` is the name of whoever receives it."""


class InvalidMailError(ValueError):
    """The mail cannot be sent as it is. The message repeats no address and no other value."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person, before it is put into words.

    `language`: "nl", "fr", "de" or "en"; `to`: the e-mail address; `parameters`: exactly the names that PARAMETERS has
    for the kind, each with its text, the enterprise number as ten digits.
    """

    kind: MailKind
    language: str
    to: str = field(repr=False)
    parameters: tuple[tuple[str, str], ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Raises InvalidMailError: unknown language, no address, other parameters, or a national number in any text."""
        if self.language not in MAIL_LANGUAGES:
            raise InvalidMailError("mail: the language is none of nl, fr, de and en")
        if not is_address(self.to):
            raise InvalidMailError("mail: the e-mail address is none")
        if sorted(name for name, _ in self.parameters) != sorted(PARAMETERS[self.kind]):
            raise InvalidMailError(f"mail {self.kind}: the parameters are not {', '.join(PARAMETERS[self.kind])}")
        if any(holds_national_number(text) for text in (self.to, *(text for _, text in self.parameters))):
            raise InvalidMailError(f"mail {self.kind}: a text holds a national number")

    @classmethod
    def make(cls, kind: MailKind, language: str, to: str, **parameters: str) -> Self:
        """Return the mail with its parameters given by name. Raises InvalidMailError."""
        return cls(kind, language, to, tuple(parameters.items()))

    def as_json(self) -> str:
        """Return the JSON text that the outbox keeps."""
        members = {"kind": self.kind, "language": self.language, "to": self.to, "parameters": dict(self.parameters)}
        return json.dumps(members, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the mail that the text was made from. Raises InvalidMailError."""
        try:
            members = json.loads(text)
            parameters = members["parameters"].items()
            texts = [members["language"], members["to"], *(value for _, value in parameters)]
            kind = MailKind(members["kind"])
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InvalidMailError("mail: the content of the message is no mail of a kind that is known") from None
        if not all(isinstance(value, str) for value in texts):
            raise InvalidMailError("mail: the content of the message holds something else than texts")
        return cls(kind, members["language"], members["to"], tuple(parameters))


def is_address(text: str) -> bool:
    """Return True when the text has the shape of an e-mail address: `name@domain`, without comments or quotes."""
    return bool(_ADDRESS.fullmatch(text)) and len(text.encode("utf-8", "surrogatepass")) <= LONGEST_ADDRESS


def masked_address(address: str) -> str:
    """Return an e-mail address of which only the first letter and the domain can be read: `a***@example.be`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}***@{domain}"
