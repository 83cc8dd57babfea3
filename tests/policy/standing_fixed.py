"""What never varies: the attributes that an action never reads, and what nobody has.

`fixed` holds to what the builders in authz_service/services/standings put in for an action whatever the facts.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from authz_service.domain.moments import Phase
from authz_service.domain.standings import (
    FlemishStanding,
    MandateStanding,
    PaperStanding,
    PersonStanding,
    SenderStanding,
    ServiceStanding,
    Standing,
    SubmissionStanding,
)
from authz_service.domain.states import (
    AccountState,
    AccountType,
    ActsFor,
    Certificate,
    Grant,
    LegalFunction,
    Named,
    Side,
)
from authz_service.domain.vocabulary import Action, Domain
from tests.policy.standing_shapes import STANDING_OF, Flat, is_any, values_of

NAMES_CANDIDATE: Final = frozenset(
    {
        "add_co_access_manager",
        "assign_role",
        "change_access_manager",
        "create_user",
        "designate_chief_access_manager",
        "designate_co_chief_access_manager",
        "designate_flemish_head_local_manager",
        "grant_flemish_right",
        "link_person",
        "submit_exceptional_request",
    }
)
NAMES_TARGET: Final = frozenset(
    {"end_flemish_right", "remove_co_chief_access_manager", "remove_flemish_head_local_manager"}
)
ENTERS_MANDATE: Final = frozenset({"create_mandate", "create_ssm_mandate"})
HANDS_IN_KEYS: Final = frozenset({"add_channel", "create_sender", "replace_channel_keys"})
HANDS_IN_APPLICATIONS: Final = frozenset({"add_channel", "create_sender"})


@cache
def fixed(action: Action) -> Mapping[str, Any]:
    """Return the attributes that have one value in every standing of the action, because it never reads another."""
    found: Flat = {}
    if action not in NAMES_CANDIDATE:
        found["candidate"] = Named.MISSING
    if action not in NAMES_TARGET:
        found |= {"target": Named.MISSING, "target_in_role": False}
    if not is_any(action, "designate_chief_access_manager", "submit_exceptional_request"):
        found["confirmed"] = False
    family = STANDING_OF[action]
    if family in {ServiceStanding, PersonStanding, MandateStanding, SubmissionStanding}:
        found["acts_for"] = ActsFor.THIS
    if family in {ServiceStanding, PersonStanding}:
        found |= dict(NOBODY["enterprise."]) | {"enterprise.account_active": False}
    if family is SubmissionStanding:
        found |= NOBODY["enterprise."]
    found |= _fixed_in_family(action, family)
    return types.MappingProxyType({path: value for path, value in found.items() if path in values_of(action)})


def _fixed_in_family(action: Action, family: type[Standing]) -> Flat:
    found: Flat = {}
    if action not in NAMES_CANDIDATE | NAMES_TARGET and family is not PaperStanding:
        found |= NO_CANDIDATE
    if not is_any(action, "assign_role"):
        found["role_domain"] = Domain.NONE
    if not is_any(action, "grant_application", "revoke_application"):
        found |= {"application_known": False, "application_offered": False}
    if is_any(action, "use_application"):
        found |= NO_MANDATE | {"mandator": Named.MISSING}
    further = {
        PaperStanding: _fixed_on_paper,
        SenderStanding: _fixed_for_sender,
        FlemishStanding: _fixed_in_flanders,
        MandateStanding: _fixed_for_mandates,
    }.get(family)
    return found | (further(action) if further else {})


def _fixed_in_flanders(action: Action) -> Flat:
    found: Flat = {}
    if is_any(action, "link_person"):
        found |= {"right_known": False, "context_allowed": False, "approval_required": True, "right_held": False}
    if is_any(action, "use_flemish_right"):
        found["context_allowed"] = False
    return found


def _fixed_on_paper(action: Action) -> Flat:
    found: Flat = {}
    if not is_any(action, "process_exceptional_request"):
        found |= {"delivery": "unknown", "original": False, "request_open": False}
    if is_any(action, "submit_exceptional_request"):
        found |= {"document_present": False, "signer": Named.MISSING}
    else:
        found["representative_has_card"] = False
    return found


def _fixed_for_sender(action: Action) -> Flat:
    found: Flat = {}
    if is_any(action, "stop_sender"):
        found |= {"channel": "none", "channel_active": False}
    if action not in HANDS_IN_KEYS:
        found |= {"certificate": Certificate.ABSENT, "ssh_public_key": False}
    if action not in HANDS_IN_APPLICATIONS:
        found |= {"applications_offered": True, "applications_on_channel": True}
    if not is_any(action, "create_sender"):
        found["technical_names_agree"] = False
    return found


def _fixed_for_mandates(action: Action) -> Flat:
    found: Flat = {}
    if action in ENTERS_MANDATE:
        found |= {"already_signed": False, "phase": Phase.BEFORE, "ended": False}
    else:
        found |= {"mandator": Named.MISSING, "mandatary": Named.MISSING, "groups_given": False, "groups_belong": False}
    if action in ENTERS_MANDATE or is_any(action, "view_mandates"):
        found |= {"signing_side": Side.NEITHER, "already_signed": False}
    return found


NO_CANDIDATE: Final[Flat] = {
    "candidate_function": LegalFunction.NONE,
    "candidate_employed": False,
    "candidate_is_chief": False,
    "candidate_has_account": False,
    "candidate_has_work_relation": False,
}
NO_MANDATE: Final[Flat] = {"mandate_exists": False, "mandate_covers": False, "mandates": ()}
_NOBODY: Final[Flat] = {
    "legal_function": LegalFunction.NONE,
    "chief_access_manager": False,
    "co_chief_access_manager": False,
    "head_local_manager": False,
    "former_chief_access_manager": False,
    "former_head_local_manager": False,
}
NOBODY: Final[Mapping[str, Flat]] = {
    prefix: {prefix + name: value for name, value in _NOBODY.items()}
    for prefix in ("enterprise.", "signing_enterprise.")
}
NO_ACCOUNT: Final[Flat] = {
    "capacity.account_type": AccountType.NONE,
    "capacity.account_state": AccountState.NOT_IN_FORCE,
    "capacity.manages_another": False,
    "capacity.former_manager": False,
    "capacity.former_manager_of_another": False,
}
NO_PERSON: Final[Flat] = {
    "own_account": False,
    "own_record": False,
    "addressee": False,
    "in_profile": False,
    "roles": (),
    "rights": (),
    "manages_social_security": False,
    "manage_grant": Grant.NONE,
    "consult_grant": Grant.NONE,
    "ebox_grant": Grant.NONE,
    "account_blocked": False,
}
"""What nobody has who is no person known to the facts."""
