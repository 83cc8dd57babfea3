"""What reading answers: frozen values, instants in UTC microseconds, national numbers as values that mask themselves.

`tag` stands for the state of what is shown (`state_tag`): the same as long as it says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from authz_service.domain.commands import ContactDetails
from authz_service.domain.identifiers import Niss
from authz_service.domain.questions import Decision
from authz_service.domain.vocabulary import Action, Domain, RelationKind, ResourceType

__all__ = [
    "AccountDetail",
    "AccountPage",
    "AccountStatus",
    "AccountView",
    "AdministeringSystem",
    "ApplicationView",
    "CapacityView",
    "DesignationPreview",
    "DesignationView",
    "EnterpriseView",
    "GrantView",
    "HeldRole",
    "MyAction",
    "Notice",
    "NoticeCode",
    "OwnCredentials",
    "OwnDetails",
    "OwnEnterprise",
    "Refused",
    "Reminder",
    "ReminderCode",
    "RoleName",
]


@dataclass(frozen=True, slots=True)
class Refused:
    """The policy says no to what was asked, or could not be asked (`decision.error`)."""

    action: Action
    decision: Decision


# --- oneself ----------------------------------------------------------------------------------------------------------


class ReminderCode(StrEnum):
    """What somebody is asked to look at again."""

    CHECK_CAPACITY = "check_capacity"
    """The contact details of a capacity that he manages (UM-MGT-04)."""
    CHECK_OWN_DETAILS = "check_own_details"
    """His own contact details (UM-SELF-04)."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """Contact details that nobody has said to be right for a while.

    `checked_at`: when somebody last did, None when never. The enterprise number and the capacity are "" for oneself.
    """

    code: ReminderCode
    checked_at: int | None
    enterprise_number: str = ""
    capacity_id: str = ""


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """A person's own data (UM-SELF-01). The names and `language` are the register's, `contact` is what he says himself.

    `checked_at`: when he last said that all is right, None when never; `check_due`: it is time to do so again.
    """

    niss: Niss
    first_name: str
    name: str
    language: str
    contact: ContactDetails
    checked_at: int | None
    check_due: bool
    reminders: tuple[Reminder, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class OwnCredentials:
    """Where one's password and certificate are (UM-SELF-02, UM-SELF-03); "" where the installation names no place."""

    password_url: str
    certificate_url: str


class RoleName(StrEnum):
    """A role that a person can hold in an enterprise; those with a capacity are held in that capacity."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    CHIEF_ACCESS_MANAGER = "chief_access_manager"
    CO_CHIEF_ACCESS_MANAGER = "co_chief_access_manager"
    FLEMISH_HEAD_LOCAL_MANAGER = "flemish_head_local_manager"
    ACCESS_MANAGER = "access_manager"
    CO_ACCESS_MANAGER = "co_access_manager"
    USER = "user"


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role in force. `since`: its beginning; the capacity's id, type and domain are "" (NONE) for roles without."""

    role: RoleName
    since: int
    capacity_id: str = ""
    capacity_type: str = ""
    domain: Domain = Domain.NONE
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class OwnEnterprise:
    """An enterprise a person is registered in, with the roles held there and nowhere else (GGA-CAM-10)."""

    number: str
    name: str
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True, slots=True)
class MyAction:
    """What the policy says of one action, asked with all that is known here.

    `resource_id` is "" when the path names no such resource, and for the person himself. `missing` names what the
    question would need besides: properties of the action, or "resource".
    """

    action: Action
    resource_type: ResourceType
    resource_id: str
    decision: Decision
    missing: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool | None:
        """True or False as decided; None when it is not allowed, but may be with what is missing."""
        if self.decision.answer.allowed:
            return True
        return None if self.missing else False


# --- enterprises ------------------------------------------------------------------------------------------------------


class AdministeringSystem(StrEnum):
    """Where the access to a domain is managed (SYS-10, SYS-11, SYS-12)."""

    USER_MANAGEMENT = "user_management"
    ROLE_MANAGEMENT = "role_management"
    FLEMISH_USER_MANAGEMENT = "flemish_user_management"


@dataclass(frozen=True, slots=True)
class CapacityView:
    """A capacity (UM-QUA-01, UM-MGT-03). `created_at`: since when it exists; `email`, `telephone`: "" when not known.

    `checked_at`, `check_due` as with OwnDetails (UM-MGT-04). `administered_in`: None for a domain without a system.
    """

    capacity_id: str
    enterprise_number: str
    enterprise_name: str
    type: str
    domain: Domain
    identifier_scheme: str
    identifier: str
    created_at: int
    email: str
    telephone: str
    checked_at: int | None
    check_due: bool
    administered_in: AdministeringSystem | None
    tag: str


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application that is offered to a capacity. `minimum_level`: 0 when it asks no more than others."""

    code: str
    label: str
    domain: Domain
    minimum_level: int


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """An enterprise as its home page shows it (GGA-CAM-09), with the capacities that the person may see.

    `registered_at`, `account_active_since`: None when that has not happened (GGA-DES-18, ACC-07).
    """

    number: str
    name: str
    kind: str
    registered_at: int | None
    account_active_since: int | None
    capacities: tuple[CapacityView, ...]


# --- the GAP and co-GAPs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DesignationView:
    """The designation of a GAP or a co-GAP. `until`: its end, None when none is known.

    `niss` is for naming the person in a further command; `contact` is empty once the designation is over.
    """

    designation_id: str
    niss: Niss
    first_name: str
    name: str
    since: int
    until: int | None
    in_force: bool
    contact: ContactDetails
    tag: str


class NoticeCode(StrEnum):
    """What somebody is told before he confirms a designation."""

    ALREADY_REGISTERED = "already_registered"
    """There is a GAP, who would be replaced (GGA-DES-03)."""
    PERSONAL_EMAIL_ADDRESS = "personal_email_address"
    """The e-mail address of the GAP looks personal; a general address of the firm is advised (GGA-DES-11, AMB-24)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before confirming. `designation`: of the GAP there is, for ALREADY_REGISTERED."""

    code: NoticeCode
    designation: DesignationView | None = None


@dataclass(frozen=True, slots=True)
class DesignationPreview:
    """What is shown for confirmation (GGA-DES-06, GGA-DES-17): the enterprise, the candidate by the register's names.

    `declaration`: the version of the text to confirm (GGA-DES-15).
    """

    enterprise_number: str
    enterprise_name: str
    candidate: Niss
    first_name: str
    name: str
    contact: ContactDetails
    requester: ContactDetails
    declaration: str
    notices: tuple[Notice, ...]


# --- accounts ---------------------------------------------------------------------------------------------------------


class AccountStatus(StrEnum):
    """The state of an account in force (UM-LST-06)."""

    ACTIVE = "active"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class AccountView:
    """The record of a GA, co-GA or user in a capacity (UM-LST-02, GGA-AM-05). `kind`: which of the three.

    `contact.user_name` is the person's, the rest the account's. `since`: its creation; `changed_at`: when its state or
    contact details last became what they are (GGA-AM-07). `implicit`: no GA is named, so that the GAP is shown
    (GGA-CAM-08); then `account_id` is the id of his designation. `tag`: "" in lists.
    """

    account_id: str
    kind: RelationKind
    status: AccountStatus
    niss: Niss
    first_name: str
    name: str
    contact: ContactDetails
    since: int
    changed_at: int
    tag: str
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class GrantView:
    """An application in a profile, and since when."""

    code: str
    label: str
    since: int


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """An account with the applications in its profile, by code. `tag` is of all of it."""

    account: AccountView
    applications: tuple[GrantView, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of a list of accounts. `page` counts from 1; `total`: how many there are on all pages (UM-LST-03)."""

    items: tuple[AccountView, ...]
    total: int
    page: int
    page_size: int
