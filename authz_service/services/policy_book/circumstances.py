"""The rows of the tables: each action in the circumstances that favour it, once for every circumstance that may matter.

What is said here is about the case alone (a candidate who is eligible, a mandate that covers), never about who asks.
What is not said is the value that says the least: nothing, nobody, no.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain.moments import Phase
from authz_service.domain.standings import Mandate
from authz_service.domain.states import (
    AccountState,
    AccountType,
    ActsFor,
    Certificate,
    Key,
    LegalFunction,
    Named,
    RoleState,
    Side,
)
from authz_service.domain.vocabulary import Action, Domain, MandateSystem, SubjectType

__all__ = ["EVERYWHERE", "OF_ACTION", "VARIANTS"]

Fragment = dict[str, Any]
_MANDATE: Final = Mandate(covers=True, mandator_signed=True, mandatary_signed=True, phase=Phase.DURING, ended=False)
_UNDER_MANDATE: Final[Fragment] = {
    "mandator": Named.GIVEN,
    "mandate_exists": True,
    "mandate_covers": True,
    "mandates": (_MANDATE,),
}
EVERYWHERE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "subject.type": SubjectType.PERSON,
        "subject.known": True,
        "subject.level": 500,
        "subject.key": Key.ACTIVATED,
        "subject.eid": True,
        "moment_readable": True,
        "resource_known": True,
        "acts_for": ActsFor.THIS,
        "readable": True,
        "enterprise.account_active": True,
        "capacity.in_force": True,
        "capacity.domain": Domain.SOCIAL_SECURITY,
        "capacity_chosen": Named.GIVEN,
        "offered": True,
        "acting": Named.GIVEN,
        "signing_enterprise.account_active": True,
    }
)
"""What is so in every row, where the standing has it: a known person, logged in with the eID, in an active account."""

_CANDIDATE: Final[Fragment] = {"candidate": Named.GIVEN, "candidate_employed": True}
_TARGET: Final[Fragment] = {"target": Named.GIVEN, "target_in_role": True}
_RIGHT: Final[Fragment] = {"right_known": True, "context_allowed": True, "approval_required": False}
_ACCOUNT: Final[Fragment] = {"target_state": AccountState.ACTIVE}
_APPLICATION: Final[Fragment] = _ACCOUNT | {"application_known": True, "application_offered": True}
_CHANNEL: Final[Fragment] = {"sender_active": True, "channel": "sftp", "channel_active": True}
_KEYS: Final[Fragment] = {"channel": "sftp", "certificate": Certificate.VALID, "ssh_public_key": True}
_OFFERED: Final[Fragment] = {"applications_offered": True, "applications_on_channel": True}
_PENDING: Final[Fragment] = {"state": RoleState.PENDING, "phase": Phase.DURING}
_ACCEPTED: Final[Fragment] = {"state": RoleState.ACCEPTED, "phase": Phase.DURING}
_SIGNED: Final[Fragment] = {
    "document_present": True,
    "signer": Named.GIVEN,
    "signer_function": LegalFunction.SIGNING,
    "candidate_function": LegalFunction.SIGNING,
}
_PARTIES: Final[Fragment] = {
    "mandator": Named.GIVEN,
    "mandator_known": True,
    "mandator_is_employer": True,
    "mandatary": Named.GIVEN,
    "mandatary_known": True,
    "mandatary_is_provider": True,
    "parties_differ": True,
    "groups_given": True,
    "groups_belong": True,
}
_RUNNING: Final[Fragment] = {
    "phase": Phase.DURING,
    "mandator_known": True,
    "mandatary_known": True,
    "parties_differ": True,
}
_MAHIS: Final[Fragment] = {"system": MandateSystem.MAHIS}
_SSM: Final[Fragment] = {"system": MandateSystem.SSM}
OF_ACTION: Final[Mapping[Action, Fragment]] = MappingProxyType(
    {
        Action.ACCEPT_ROLE: _PENDING,
        Action.ACT_UNDER_MANDATE: _UNDER_MANDATE,
        Action.ADD_CHANNEL: _KEYS | _OFFERED | {"sender_active": True},
        Action.ADD_CO_ACCESS_MANAGER: _CANDIDATE,
        Action.ASSIGN_ROLE: _CANDIDATE,
        Action.BLOCK_USER: _ACCOUNT,
        Action.CHANGE_ACCESS_MANAGER: _CANDIDATE,
        Action.CREATE_MANDATE: _PARTIES | _MAHIS,
        Action.CREATE_SENDER: _KEYS | _OFFERED | {"technical_names_agree": True},
        Action.CREATE_SSM_MANDATE: _PARTIES | _SSM,
        Action.CREATE_USER: _CANDIDATE,
        Action.DECLINE_ROLE: _PENDING,
        Action.DELETE_ENTERPRISE_ACCOUNT: _SIGNED,
        Action.DELETE_USER: _ACCOUNT,
        Action.DESIGNATE_CHIEF_ACCESS_MANAGER: _CANDIDATE | {"confirmed": True},
        Action.DESIGNATE_CO_CHIEF_ACCESS_MANAGER: _CANDIDATE,
        Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER: _CANDIDATE,
        Action.END_FLEMISH_RIGHT: _TARGET | _RIGHT | {"right_held": True},
        Action.END_MANDATE: _RUNNING | _MAHIS,
        Action.END_ROLE: _ACCEPTED | {"capacity.domain": Domain.FINANCE},
        Action.END_SSM_MANDATE: _RUNNING | _SSM,
        Action.GRANT_APPLICATION: _APPLICATION,
        Action.GRANT_FLEMISH_RIGHT: _CANDIDATE | _RIGHT | {"candidate_has_work_relation": True},
        Action.LINK_PERSON: _CANDIDATE | {"approval_required": True},
        Action.PROCESS_EXCEPTIONAL_REQUEST: _SIGNED | {"request_open": True, "original": True},
        Action.READ_EBOX: {"ebox_active": True},
        Action.REMOVE_CO_ACCESS_MANAGER: _ACCOUNT,
        Action.REMOVE_CO_CHIEF_ACCESS_MANAGER: _TARGET,
        Action.REMOVE_FLEMISH_HEAD_LOCAL_MANAGER: _TARGET,
        Action.REPLACE_CHANNEL_KEYS: _CHANNEL | _KEYS | _OFFERED,
        Action.REVOKE_APPLICATION: _APPLICATION,
        Action.SIGN_MANDATE: _RUNNING | _MAHIS,
        Action.SIGN_SSM_MANDATE: _RUNNING | _SSM,
        Action.STOP_CHANNEL: _CHANNEL | _OFFERED,
        Action.STOP_SENDER: _OFFERED | {"sender_active": True, "channel": "none"},
        Action.SUBMIT_EXCEPTIONAL_REQUEST: _CANDIDATE | {"confirmed": True},
        Action.SUBMIT_FILE: _CHANNEL
        | {"application_on_channel": True, "file_signed": True, "registered_certificate": True},
        Action.UNBLOCK_USER: {"target_state": AccountState.BLOCKED},
        Action.USE_FLEMISH_RIGHT: {"right_known": True},
        Action.USE_ROLE: _ACCEPTED | {"capacity.domain": Domain.FINANCE},
        Action.VIEW_MANDATES: _RUNNING | _MAHIS,
    }
)
"""What favours an action beside that."""

_ACCOUNTS: Final = tuple(
    (f"target_type.{kind}", {"target_type": kind})
    for kind in (AccountType.USER, AccountType.CO_ACCESS_MANAGER, AccountType.ACCESS_MANAGER)
)
_DOMAINS: Final = (Domain.SOCIAL_SECURITY, Domain.FINANCE, Domain.MOBILITY, Domain.FLANDERS)
_SIDES: Final = tuple(
    (f"side.{side}", {"acting_side": side, "signing_side": side}) for side in (Side.MANDATOR, Side.MANDATARY)
)
_ENTERING_SIDES: Final = tuple(
    (f"side.{side}", {"acting_side": side, "signing_side": Side.NEITHER}) for side in (Side.MANDATOR, Side.MANDATARY)
)
_ROLE_DOMAINS: Final = tuple(
    (f"domain.{domain}", {"capacity.domain": domain, "role_domain": domain}) for domain in _DOMAINS
)
VARIANTS: Final[Mapping[Action, tuple[tuple[str, Fragment], ...]]] = MappingProxyType(
    {
        Action.ACT_UNDER_MANDATE: (
            ("system.mahis", {"domain": Domain.SOCIAL_SECURITY, "mandate_system": MandateSystem.MAHIS}),
            ("system.ssm", {"domain": Domain.FINANCE, "mandate_system": MandateSystem.SSM}),
        ),
        Action.ASSIGN_ROLE: _ROLE_DOMAINS,
        Action.BLOCK_USER: _ACCOUNTS,
        Action.CHANGE_OWN_PASSWORD: (("own.yes", {"own_record": True}), ("own.no", {"own_record": False})),
        Action.CREATE_MANDATE: _ENTERING_SIDES,
        Action.CREATE_SSM_MANDATE: _ENTERING_SIDES,
        Action.DELETE_USER: _ACCOUNTS,
        Action.END_MANDATE: _SIDES,
        Action.END_SSM_MANDATE: _SIDES,
        Action.GRANT_APPLICATION: _ACCOUNTS,
        Action.LIST_ROLES: tuple((f"domain.{domain}", {"capacity.domain": domain}) for domain in _DOMAINS),
        Action.PROCESS_EXCEPTIONAL_REQUEST: tuple(
            (f"delivery.{way}", {"delivery": way}) for way in ("post", "fax", "email", "scan")
        ),
        Action.REMOVE_CO_ACCESS_MANAGER: _ACCOUNTS,
        Action.REVOKE_APPLICATION: _ACCOUNTS,
        Action.SIGN_MANDATE: _SIDES,
        Action.SIGN_SSM_MANDATE: _SIDES,
        Action.SUBMIT_FILE: (
            ("for.own", {"mandator": Named.MISSING, "mandate_system": MandateSystem.MAHIS}),
            ("for.mandator", {**_UNDER_MANDATE, "mandate_system": MandateSystem.MAHIS}),
        ),
        Action.UNBLOCK_USER: _ACCOUNTS,
        Action.UPDATE_OWN_DATA: (("own.yes", {"own_record": True}), ("own.no", {"own_record": False})),
        Action.USE_APPLICATION: tuple(
            (f"domain.{domain}", {"domain": domain, "capacity.domain": domain}) for domain in _DOMAINS
        ),
        Action.VIEW_MANDATES: _ENTERING_SIDES,
        Action.VIEW_OWN_CERTIFICATE: (("own.yes", {"own_record": True}), ("own.no", {"own_record": False})),
    }
)
"""The circumstances that an action is asked in one by one, each with the id of its label and what it changes."""
