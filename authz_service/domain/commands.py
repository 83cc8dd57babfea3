"""What can be asked to be changed: frozen values, each with the action that the policy is asked about.

Identifiers of what is to be made are chosen by whoever gives the command, so that further commands can name it. No repr
shows a national number: numbers are values that mask themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Protocol

from authz_service.domain.identifiers import Niss
from authz_service.domain.messages import MAIL_LANGUAGES, is_address
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.vocabulary import Action

__all__ = [
    "ActivateAccount",
    "AddCoAccessManager",
    "BlockUser",
    "ChangeAccessManager",
    "Command",
    "ContactDetails",
    "CreateUser",
    "DeleteUser",
    "DesignateChiefAccessManager",
    "DesignateCoChiefAccessManager",
    "GrantApplication",
    "InvalidContactError",
    "RemoveCoAccessManager",
    "RemoveCoChiefAccessManager",
    "RevokeApplication",
    "UnblockUser",
    "UpdateCapacity",
    "UpdateOwnDetails",
]

LONGEST_DETAIL: Final = 254
"""Characters of a contact detail; an e-mail address can have as many (RFC 5321, 4.5.3.1.3)."""


class Command(Protocol):
    """A change that somebody asks for."""

    action: ClassVar[Action]
    """What the policy is asked about it."""

    @property
    def resource_id(self) -> str:
        """What it is asked of."""

    def properties(self) -> Mapping[str, Any]:
        """Return the action's properties, as a portal would send them."""


class _AskedAlone:
    """A command whose action is asked without properties."""

    __slots__ = ()

    def properties(self) -> Mapping[str, Any]:
        return {}


class InvalidContactError(ValueError):
    """A contact detail cannot be right. `name` says which; no text repeats its value."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


@dataclass(frozen=True, slots=True, repr=False)
class ContactDetails:
    """How somebody is reached; "" for what is not given (GGA-DES-08, GGA-DES-09, GGA-AM-05, UM-USR-05, UM-USR-06).

    User names differ in more than case: they are kept in lower case. Raises InvalidContactError for an address that is
    none, a language that is none of ours, a text of more than 254 characters or with control characters, and a national
    number anywhere.
    """

    email: str = ""
    local_email: str = ""
    telephone: str = ""
    title: str = ""
    language: str = ""
    user_name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "user_name", self.user_name.casefold())
        for name in ("email", "local_email", "telephone", "title", "language", "user_name"):
            _check_detail(name, getattr(self, name))


def _check_detail(name: str, text: str) -> None:
    if not text:
        return
    if len(text) > LONGEST_DETAIL or not text.isprintable():
        raise InvalidContactError(name, f"at most {LONGEST_DETAIL} characters, none of them a control character")
    if name in {"email", "local_email"} and not is_address(text):
        raise InvalidContactError(name, "is no e-mail address")
    if name == "language" and text not in MAIL_LANGUAGES:
        raise InvalidContactError(name, "is none of nl, fr, de and en")
    # What begins with a plus is a number to call, however many digits it has.
    if not (name == "telephone" and text.startswith("+")) and holds_national_number(text):
        raise InvalidContactError(name, "holds a national number")


@dataclass(frozen=True, slots=True)
class DesignateChiefAccessManager:
    """A legal representative names the GAP (GGA-DES-01, GGA-DES-14, ACC-13).

    `replaces`: the designation in force that the requester was shown, None when there was none: who names at the same
    time as somebody else replaces nobody unseen. `declaration`: the version of the text confirmed (GGA-DES-15).
    """

    action: ClassVar[Action] = Action.DESIGNATE_CHIEF_ACCESS_MANAGER
    enterprise: str
    candidate: Niss
    confirmed: bool
    declaration: str
    replaces: str | None
    contact: ContactDetails
    requester: ContactDetails
    designation_id: str

    @property
    def resource_id(self) -> str:
        return self.enterprise

    def properties(self) -> Mapping[str, Any]:
        return {"candidate": self.candidate.digits, "confirmed": self.confirmed}


@dataclass(frozen=True, slots=True)
class ActivateAccount(_AskedAlone):
    """The GAP's first login makes the account of the enterprise active (ACC-07)."""

    action: ClassVar[Action] = Action.ACTIVATE_ACCOUNT
    enterprise: str

    @property
    def resource_id(self) -> str:
        return self.enterprise


@dataclass(frozen=True, slots=True)
class DesignateCoChiefAccessManager:
    """The GAP names a co-GAP (GGA-CAM-02)."""

    action: ClassVar[Action] = Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER
    enterprise: str
    candidate: Niss
    contact: ContactDetails
    designation_id: str

    @property
    def resource_id(self) -> str:
        return self.enterprise

    def properties(self) -> Mapping[str, Any]:
        return {"candidate": self.candidate.digits}


@dataclass(frozen=True, slots=True)
class RemoveCoChiefAccessManager:
    """The GAP removes a co-GAP (GGA-CAM-02)."""

    action: ClassVar[Action] = Action.REMOVE_CO_CHIEF_ACCESS_MANAGER
    enterprise: str
    target: Niss

    @property
    def resource_id(self) -> str:
        return self.enterprise

    def properties(self) -> Mapping[str, Any]:
        return {"target": self.target.digits}


@dataclass(frozen=True, slots=True)
class _NamedInCapacity:
    """Somebody is given a record in a capacity."""

    capacity: str
    candidate: Niss
    contact: ContactDetails
    account_id: str

    @property
    def resource_id(self) -> str:
        return self.capacity

    def properties(self) -> Mapping[str, Any]:
        return {"candidate": self.candidate.digits}


@dataclass(frozen=True, slots=True)
class ChangeAccessManager(_NamedInCapacity):
    """The GAP or a co-GAP names the GA of a capacity; the one before ends at that instant (GGA-AM-03, GGA-AM-08).

    `replaces`: the account that the requester was shown as the GA's, None when there was none.
    """

    action: ClassVar[Action] = Action.CHANGE_ACCESS_MANAGER
    replaces: str | None


@dataclass(frozen=True, slots=True)
class AddCoAccessManager(_NamedInCapacity):
    """The GAP or a co-GAP adds a co-GA to a capacity (GGA-AM-09)."""

    action: ClassVar[Action] = Action.ADD_CO_ACCESS_MANAGER


@dataclass(frozen=True, slots=True)
class CreateUser(_NamedInCapacity):
    """A GA creates a user in his capacity (UM-USR-01)."""

    action: ClassVar[Action] = Action.CREATE_USER


@dataclass(frozen=True, slots=True)
class _OnAccount(_AskedAlone):
    """Something is done to a record in a capacity."""

    account: str

    @property
    def resource_id(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True)
class RemoveCoAccessManager(_OnAccount):
    """The GAP or a co-GAP removes a co-GA; the role ends at once (GGA-AM-11)."""

    action: ClassVar[Action] = Action.REMOVE_CO_ACCESS_MANAGER


@dataclass(frozen=True, slots=True)
class BlockUser(_OnAccount):
    """An account opens nothing until it is unblocked (UM-BLK-01, UM-BLK-05)."""

    action: ClassVar[Action] = Action.BLOCK_USER


@dataclass(frozen=True, slots=True)
class UnblockUser(_OnAccount):
    """A blocked account opens what it opened before (UM-BLK-03)."""

    action: ClassVar[Action] = Action.UNBLOCK_USER


@dataclass(frozen=True, slots=True)
class DeleteUser(_OnAccount):
    """An account ends, and its applications with it (UM-DEL-01, AMB-40)."""

    action: ClassVar[Action] = Action.DELETE_USER


@dataclass(frozen=True, slots=True)
class _ApplicationOfAccount:
    """Something is done to an application of a profile."""

    account: str
    application: str

    @property
    def resource_id(self) -> str:
        return self.account

    def properties(self) -> Mapping[str, Any]:
        return {"application": self.application}


@dataclass(frozen=True, slots=True)
class GrantApplication(_ApplicationOfAccount):
    """An application is put into a profile; without effect where it is there (UM-APP-01, AMB-39)."""

    action: ClassVar[Action] = Action.GRANT_APPLICATION


@dataclass(frozen=True, slots=True)
class RevokeApplication(_ApplicationOfAccount):
    """An application is taken from a profile; without effect where it is not there (UM-APP-03, AMB-39)."""

    action: ClassVar[Action] = Action.REVOKE_APPLICATION


@dataclass(frozen=True, slots=True)
class UpdateCapacity(_AskedAlone):
    """The contact details of a capacity are changed, or said to be right (UM-MGT-03, UM-MGT-04).

    `changes`: by name, the fields of ContactDetails that are to have another value. `expected`: the state that the
    requester was shown, None when any will do. Raises InvalidContactError.
    """

    action: ClassVar[Action] = Action.UPDATE_CAPACITY
    capacity: str
    changes: Mapping[str, str] = field(repr=False)
    checked: bool
    expected: str | None

    def __post_init__(self) -> None:
        ContactDetails(**self.changes)

    @property
    def resource_id(self) -> str:
        return self.capacity


@dataclass(frozen=True, slots=True)
class UpdateOwnDetails(_AskedAlone):
    """Somebody changes his own contact details, or says that they are right (UM-SELF-01, UM-SELF-04).

    `changes` and `expected` as with UpdateCapacity.
    """

    action: ClassVar[Action] = Action.UPDATE_OWN_DATA
    person: Niss
    changes: Mapping[str, str] = field(repr=False)
    checked: bool
    expected: str | None

    def __post_init__(self) -> None:
        ContactDetails(**self.changes)

    @property
    def resource_id(self) -> str:
        return self.person.digits
