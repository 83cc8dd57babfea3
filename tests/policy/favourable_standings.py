"""Standings in which everything speaks for the action, of everybody who might be allowed it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from authz_service.domain.moments import Phase
from authz_service.domain.standings import ApplicationStanding, Mandate, ServiceStanding
from authz_service.domain.states import (
    AccountState,
    AccountType,
    ActsFor,
    Certificate,
    Grant,
    Key,
    LegalFunction,
    Named,
    RoleState,
    Side,
)
from authz_service.domain.vocabulary import Action, Domain, MandateSystem, SubjectType
from tests.policy.standing_settling import settled
from tests.policy.standing_shapes import ACTIONS_OF, MANAGERS, Flat, members_of, put, values_of

SUBJECT_OF: Final[Mapping[str, SubjectType]] = {
    "delete_enterprise_account": SubjectType.AGENT,
    "process_exceptional_request": SubjectType.AGENT,
    "submit_exceptional_request": SubjectType.DECLARED_PERSON,
    "submit_file": SubjectType.TECHNICAL_USER,
} | {action.value: SubjectType.OPERATOR for action in ACTIONS_OF[ServiceStanding]}
"""The type of subject that an action is for, a person where nothing is said."""

_WORKING: Final = Mandate(covers=True, mandator_signed=True, mandatary_signed=True, phase=Phase.DURING, ended=False)
_FAVOURS: Final[Flat] = {
    "subject.known": True,
    "subject.level": 500,
    "subject.key": Key.ACTIVATED,
    "subject.eid": True,
    "subject.may_administer": True,
    "subject.may_sync": True,
    "subject.may_audit": True,
    "moment_readable": True,
    "resource_known": True,
    "acts_for": ActsFor.THIS,
    "problems": (),
    "enterprise.account_active": True,
    "own_record": True,
    "candidate": Named.GIVEN,
    "candidate_employed": True,
    "candidate_has_work_relation": True,
    "confirmed": True,
    "target": Named.GIVEN,
    "target_in_role": True,
    "request_open": True,
    "document_present": True,
    "delivery": "post",
    "original": True,
    "signer": Named.GIVEN,
    "signer_function": LegalFunction.SIGNING,
    "capacity.in_force": True,
    "target_type": AccountType.USER,
    "target_state": AccountState.ACTIVE,
    "application_known": True,
    "application_offered": True,
    "sender_active": True,
    "channel": "sftp",
    "channel_active": True,
    "certificate": Certificate.VALID,
    "ssh_public_key": True,
    "applications_offered": True,
    "applications_on_channel": True,
    "technical_names_agree": True,
    "application_on_channel": True,
    "file_signed": True,
    "registered_certificate": True,
    "capacity_chosen": Named.GIVEN,
    "offered": True,
    "right_known": True,
    "context_allowed": True,
    "enterprise_approved": True,
    "right_held": True,
    "acting": Named.GIVEN,
    "signing_enterprise.account_active": True,
    "phase": Phase.DURING,
    "mandator": Named.GIVEN,
    "mandator_known": True,
    "mandator_is_employer": True,
    "mandatary": Named.GIVEN,
    "mandatary_known": True,
    "mandatary_is_provider": True,
    "parties_differ": True,
    "groups_given": True,
    "groups_belong": True,
    "ebox_active": True,
    "mandate_exists": True,
    "mandate_covers": True,
    "mandates": (_WORKING,),
}
_CASES: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    "create_sender": {"sender_active": (False,), "channel": ("sftp", "ftp", "webservice")},
    "add_channel": {"channel": ("sftp", "ftp", "webservice")},
    "replace_channel_keys": {"channel": ("sftp", "ftp", "webservice")},
    "block_user": {"target_type": (*sorted(MANAGERS), AccountType.USER)},
    "unblock_user": {
        "target_type": (*sorted(MANAGERS), AccountType.USER),
        "target_state": (AccountState.BLOCKED,),
    },
    "delete_user": {"target_type": (AccountType.USER, AccountType.CO_ACCESS_MANAGER)},
    "remove_co_access_manager": {"target_type": (AccountType.CO_ACCESS_MANAGER,)},
    "assign_role": {"capacity.domain": (Domain.FINANCE,), "role_domain": (Domain.FINANCE,)},
    "accept_role": {"state": (RoleState.PENDING,), "phase": (Phase.BEFORE, Phase.DURING)},
    "decline_role": {"state": (RoleState.PENDING,), "phase": (Phase.BEFORE, Phase.DURING)},
    "use_role": {"state": (RoleState.ACCEPTED,)},
    "end_role": {"state": (RoleState.ACCEPTED, RoleState.PENDING), "capacity.domain": (Domain.FINANCE,)},
    "list_roles": {"capacity.domain": (Domain.FINANCE, Domain.SOCIAL_SECURITY)},
    "use_application": {
        "domain": tuple(domain for domain in Domain if domain is not Domain.NONE),
        "minimum_level": (0, 400, 500),
    },
    "act_under_mandate": {
        "domain": tuple(domain for domain in Domain if domain is not Domain.NONE),
        "mandate_system": (MandateSystem.MAHIS, MandateSystem.SSM),
    },
    "submit_file": {
        "mandator": (Named.MISSING, Named.GIVEN),
        "mandate_system": (MandateSystem.MAHIS, MandateSystem.SSM),
    },
    "create_mandate": {"system": (MandateSystem.MAHIS,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "create_ssm_mandate": {"system": (MandateSystem.SSM,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "sign_mandate": {
        "system": (MandateSystem.MAHIS,),
        "acting_side": (Side.MANDATOR, Side.MANDATARY),
        "signing_side": (Side.MANDATOR, Side.MANDATARY),
    },
    "end_mandate": {"system": (MandateSystem.MAHIS,), "acting_side": (Side.MANDATOR,)},
    "sign_ssm_mandate": {"system": (MandateSystem.SSM,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "end_ssm_mandate": {"system": (MandateSystem.SSM,), "acting_side": (Side.MANDATOR, Side.MANDATARY)},
    "view_mandates": {
        "system": (MandateSystem.MAHIS, MandateSystem.SSM),
        "acting_side": (Side.MANDATOR, Side.MANDATARY),
    },
}
"""What an action wants otherwise than the others, each with its possibilities."""

_WORKING_ROLE: Final = members_of(get_args(get_type_hints(ApplicationStanding)["roles"])[0])
_POWERS: Final[tuple[Flat, ...]] = (
    {"enterprise.chief_access_manager": True},
    {"enterprise.chief_access_manager": True, "enterprise.account_active": False},
    {"enterprise.co_chief_access_manager": True},
    {"enterprise.legal_function": LegalFunction.SIGNING, "signing_enterprise.legal_function": LegalFunction.SIGNING},
    {
        "enterprise.legal_function": LegalFunction.SIGNING,
        "signing_enterprise.legal_function": LegalFunction.SIGNING,
        "enterprise.account_active": False,
    },
    {"enterprise.head_local_manager": True},
    {"capacity.account_type": AccountType.ACCESS_MANAGER, "capacity.account_state": AccountState.ACTIVE},
    {"capacity.account_type": AccountType.CO_ACCESS_MANAGER, "capacity.account_state": AccountState.ACTIVE},
    {"capacity.account_type": AccountType.USER, "capacity.account_state": AccountState.ACTIVE, "in_profile": True},
    {"addressee": True},
    {"rights": (Phase.DURING,)},
    {"roles": tuple(role for role in _WORKING_ROLE if (role.state, role.phase) == (RoleState.ACCEPTED, Phase.DURING))},
    {"manages_social_security": True},
    {"manage_grant": Grant.ACTIVE, "ebox_grant": Grant.ACTIVE},
    {"consult_grant": Grant.ACTIVE},
)
"""Ways to be somebody."""


_MIGHT: Final[Flat] = {
    **{path: value for power in _POWERS for path, value in power.items()},
    "enterprise.account_active": True,
    "capacity.account_type": AccountType.ACCESS_MANAGER,
}
"""To be everybody at once: then nothing but the target can be wrong."""


@cache
def mighty(action: Action) -> tuple[Flat, ...]:
    return tuple(_favoured(action, [_MIGHT]))


@cache
def favourable(action: Action) -> tuple[Flat, ...]:
    """Return standings in which everything speaks for the action: of who is everybody at once, then of each somebody.

    Not all of them are allowed: a power that the action is not for is a near miss.
    """
    return (*mighty(action), *_favoured(action, _POWERS))


def _favoured(action: Action, powers: Sequence[Flat]) -> list[Flat]:
    values, cases = values_of(action), _CASES.get(action.value, {})
    base = {path: _FAVOURS.get(path, _least(path, some)) for path, some in values.items()}
    base["subject.type"] = SUBJECT_OF.get(action.value, SubjectType.PERSON)
    if base["subject.type"] is not SubjectType.PERSON:
        base["enterprise.legal_function"] = LegalFunction.SIGNING
    if "signer" in base:
        base["candidate_function"] = LegalFunction.SIGNING
    found: list[Flat] = []
    for power, combination in itertools.product(powers, itertools.product(*cases.values())):
        flat = base | dict(zip(cases, combination, strict=True))
        put(flat, power)
        flat = settled(action, flat)
        if flat not in found:
            found.append(flat)
    return found


def _least(path: str, values: Sequence[Any]) -> Any:
    """The value that says the least: nobody, nothing, no."""
    for least in ("none", "missing", "not_in_force", "neither"):
        if least in values:
            return values[values.index(least)]
    return Domain.SOCIAL_SECURITY if path.endswith("domain") else values[0]
