"""The columns of the tables: everybody who may stand before an action, and what makes them who they are.

Each role is a fragment of a standing: attributes by path, and nothing about the case. An attribute that the standings
of an action do not have is left out, so that a role which an action never looks at stands there like anybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from authz_service.domain.moments import Phase
from authz_service.domain.standings import Role
from authz_service.domain.states import AccountState, AccountType, ActsFor, Grant, Key, LegalFunction, RoleState, Side
from authz_service.domain.vocabulary import Action, SubjectType

__all__ = ["ATTRIBUTES", "IN_ACTION", "OUTSIDER_TO_MANDATE", "BookRole"]

Fragment = dict[str, Any]


class BookRole(StrEnum):
    """Who asks, in the order of the columns."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    FUNCTION_WITHOUT_SIGNING = "function_without_signing"
    CHIEF = "chief_access_manager"
    CO_CHIEF = "co_chief_access_manager"
    FORMER_CHIEF = "former_chief_access_manager"
    FOREIGN_CHIEF = "foreign_chief_access_manager"
    HEAD_LOCAL_MANAGER = "head_local_manager"
    ACCESS_MANAGER = "access_manager"
    CO_ACCESS_MANAGER = "co_access_manager"
    BLOCKED_ACCESS_MANAGER = "blocked_access_manager"
    OTHER_ACCESS_MANAGER = "other_access_manager"
    USER = "user"
    USER_WITH_GRANT = "user_with_grant"
    USER_CONSULTING = "user_consulting"
    HOLDER = "holder"
    OTHER_PERSON = "other_person"
    DECLARED_REPRESENTATIVE = "declared_representative"
    TECHNICAL_USER = "technical_user"
    AGENT = "agent"
    OPERATOR_ADMINISTERING = "operator_administering"
    OPERATOR_SYNCING = "operator_syncing"
    OPERATOR_AUDITING = "operator_auditing"


_SIGNING: Final[Fragment] = {
    "enterprise.legal_function": LegalFunction.SIGNING,
    "signing_enterprise.legal_function": LegalFunction.SIGNING,
}
_MACHINE: Final[Fragment] = {"subject.level": 0, "subject.eid": False, "subject.key": Key.ABSENT}


def _account(kind: AccountType, state: AccountState = AccountState.ACTIVE) -> Fragment:
    return {"capacity.account_type": kind, "capacity.account_state": state}


def _operator(scope: str) -> Fragment:
    return {"subject.type": SubjectType.OPERATOR, f"subject.{scope}": True} | _MACHINE


_OTHER_PERSON: Final[Fragment] = {"subject.type": SubjectType.PERSON}
ATTRIBUTES: Final[Mapping[BookRole, Fragment]] = MappingProxyType(
    {
        BookRole.LEGAL_REPRESENTATIVE: _SIGNING,
        BookRole.FUNCTION_WITHOUT_SIGNING: {
            "enterprise.legal_function": LegalFunction.WITHOUT_SIGNING,
            "signing_enterprise.legal_function": LegalFunction.WITHOUT_SIGNING,
        },
        BookRole.CHIEF: {"enterprise.chief_access_manager": True, "signing_enterprise.chief_access_manager": True},
        BookRole.CO_CHIEF: {
            "enterprise.co_chief_access_manager": True,
            "signing_enterprise.co_chief_access_manager": True,
        },
        BookRole.FORMER_CHIEF: {
            "enterprise.former_chief_access_manager": True,
            "signing_enterprise.former_chief_access_manager": True,
        },
        # In the enterprise that the question is about he is nobody; he acts for his own.
        BookRole.FOREIGN_CHIEF: {"acts_for": ActsFor.ANOTHER},
        BookRole.HEAD_LOCAL_MANAGER: {
            "enterprise.head_local_manager": True,
            "signing_enterprise.head_local_manager": True,
        },
        BookRole.ACCESS_MANAGER: _account(AccountType.ACCESS_MANAGER) | {"manages_social_security": True},
        BookRole.CO_ACCESS_MANAGER: _account(AccountType.CO_ACCESS_MANAGER) | {"manages_social_security": True},
        BookRole.BLOCKED_ACCESS_MANAGER: _account(AccountType.ACCESS_MANAGER, AccountState.BLOCKED)
        | {"account_blocked": True},
        BookRole.OTHER_ACCESS_MANAGER: {"capacity.manages_another": True},
        BookRole.USER: _account(AccountType.USER),
        BookRole.USER_WITH_GRANT: _account(AccountType.USER)
        | {"in_profile": True, "manage_grant": Grant.ACTIVE, "ebox_grant": Grant.ACTIVE},
        BookRole.USER_CONSULTING: _account(AccountType.USER) | {"consult_grant": Grant.ACTIVE},
        BookRole.HOLDER: {
            "addressee": True,
            "role_exists": True,
            "roles": (Role(RoleState.ACCEPTED, Phase.DURING),),
            "rights": (Phase.DURING,),
        },
        BookRole.OTHER_PERSON: _OTHER_PERSON,
        BookRole.DECLARED_REPRESENTATIVE: {"subject.type": SubjectType.DECLARED_PERSON} | _MACHINE | _SIGNING,
        BookRole.TECHNICAL_USER: {"subject.type": SubjectType.TECHNICAL_USER} | _MACHINE,
        BookRole.AGENT: {"subject.type": SubjectType.AGENT} | _MACHINE,
        BookRole.OPERATOR_ADMINISTERING: _operator("may_administer"),
        BookRole.OPERATOR_SYNCING: _operator("may_sync"),
        BookRole.OPERATOR_AUDITING: _operator("may_audit"),
    }
)
"""What each role has, by the path of the attribute in a standing ("enterprise.chief_access_manager")."""

IN_ACTION: Final[Mapping[tuple[BookRole, Action], Fragment]] = MappingProxyType(
    {(BookRole.HOLDER, Action.USE_FLEMISH_RIGHT): {"right_held": True}}
)
"""What a role has beside that where an attribute means the subject in some actions and somebody else in others."""
OUTSIDER_TO_MANDATE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "acting_side": Side.NEITHER,
        "enterprise.chief_access_manager": True,
    }
)
"""The GAP of another enterprise before a mandate: his enterprise acts, and it is no party."""
