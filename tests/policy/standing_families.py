"""What fits together in the standings of each family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from authz_service.domain.moments import Phase
from authz_service.domain.standings import (
    AccountStanding,
    ApplicationStanding,
    CapacityStanding,
    ChiefStanding,
    EboxStanding,
    FlemishStanding,
    MandateStanding,
    PaperStanding,
    PersonStanding,
    RoleStanding,
    SenderStanding,
    Standing,
    SubmissionStanding,
)
from authz_service.domain.states import (
    AccountState,
    AccountType,
    ActsFor,
    Certificate,
    Grant,
    Named,
    RoleState,
    Side,
)
from authz_service.domain.vocabulary import Action, Domain, MandateSystem, SubjectType
from tests.policy.standing_fixed import ENTERS_MANDATE, NO_ACCOUNT, NO_CANDIDATE, NO_MANDATE, NO_PERSON, NOBODY
from tests.policy.standing_shapes import MANAGERS, Flat, is_any, put

SIGNS_AS_ACTING: Final = frozenset({"end_mandate", "end_ssm_mandate", "sign_ssm_mandate"})
BATCH: Final = frozenset({"ftp", "sftp"})


def unread(flat: Flat, *problems: str) -> None:
    """What cannot be read was found to be a problem."""
    if not set(problems or flat["problems"]) & set(flat["problems"]):
        flat["problems"] = (problems[0] if problems else "INVALID_INPUT",)


def no_enterprise(flat: Flat, prefix: str = "enterprise.") -> None:
    flat |= NOBODY[prefix] | {prefix + "account_active": False}


def _no_capacity(flat: Flat) -> None:
    flat |= NO_ACCOUNT | {"capacity.in_force": False, "capacity.domain": Domain.NONE}


def _settle_own_record(_action: Action, flat: Flat) -> None:
    if flat["own_record"]:
        flat["resource_known"] = True


def _settle_chief(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        no_enterprise(flat)
    named = Named.GIVEN in {flat["candidate"], flat["target"]}
    if not named or not flat["resource_known"]:
        put(flat, NO_CANDIDATE | {"target_in_role": False})


def _settle_paper(action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        no_enterprise(flat)
        flat["representative_has_card"] = flat["request_open"] = False
    if not flat["document_present"]:
        flat |= {"signer": Named.MISSING, "delivery": "unknown", "original": False}
    elif flat["delivery"] == "unknown" and is_any(action, "process_exceptional_request"):
        unread(flat, "INVALID_INPUT", "MISSING_DATA")
    named = Named.GIVEN in {flat["candidate"], flat["signer"]}
    if not named or not flat["resource_known"]:
        put(flat, NO_CANDIDATE)
    if flat["candidate"] is not Named.GIVEN:
        flat["candidate_employed"] = flat["candidate_employed"] and named
    # Whoever is named, candidate or signer, is the one other person that was looked up.
    flat["signer_function"] = flat["candidate_function"]


def _settle_in_capacity(_action: Action, flat: Flat) -> None:
    flat["capacity.in_force"] = flat["resource_known"]
    if flat["candidate"] is not Named.GIVEN:
        put(flat, NO_CANDIDATE)


def _settle_account(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        flat |= {
            "target_type": AccountType.NONE,
            "target_state": AccountState.NOT_IN_FORCE,
            "own_account": False,
            "application_offered": False,
        }
        return
    if flat["target_type"] is AccountType.NONE:
        flat["target_type"] = AccountType.USER
    if not flat["capacity.in_force"]:
        flat["target_state"] = AccountState.NOT_IN_FORCE
    if flat["own_account"] and flat["target_state"] is not AccountState.NOT_IN_FORCE:
        flat |= {"capacity.account_type": flat["target_type"], "capacity.account_state": flat["target_state"]}
        if flat["target_type"] in MANAGERS:
            flat["capacity.former_manager"] = False
    if not flat["application_known"]:
        flat["application_offered"] = False


def _settle_sender(action: Action, flat: Flat) -> None:
    flat["capacity.in_force"] = flat["resource_known"]
    if flat["channel"] == "none":
        flat["channel_active"] = False
        if not is_any(action, "stop_sender"):
            unread(flat, "INVALID_INPUT", "MISSING_DATA")
    if not flat["sender_active"]:
        flat["channel_active"] = False
    if flat["certificate"] is Certificate.UNREADABLE:
        unread(flat, "INVALID_INPUT", "MISSING_DATA")
    if flat["channel"] not in BATCH:
        flat |= {"applications_offered": True, "applications_on_channel": True, "technical_names_agree": False}


def _settle_mandates(flat: Flat) -> None:
    if flat["mandator"] is not Named.GIVEN:
        flat |= NO_MANDATE
    if flat["mandate_system"] is MandateSystem.NONE:
        flat |= {"mandates": ()}
    if flat["mandates"]:
        flat["mandate_exists"] = True
    flat["mandate_covers"] = bool(flat["mandates"])


def _settle_submission(_action: Action, flat: Flat) -> None:
    if flat["subject.type"] is not SubjectType.TECHNICAL_USER or not flat["subject.known"]:
        flat |= {"sender_active": False, "channel_active": False, "enterprise.account_active": False} | NO_MANDATE
    if flat["channel"] == "none":
        unread(flat, "INVALID_INPUT", "MISSING_DATA")
        flat["channel_active"] = False
    if flat["channel"] == "none" or not flat["subject.known"]:
        flat |= {"application_on_channel": False, "registered_certificate": True, "certificate_expired": False}
    if not flat["resource_known"]:
        flat |= {"application_on_channel": False, "mandate_system": MandateSystem.NONE}
    _settle_mandates(flat)


def _settle_application(_action: Action, flat: Flat) -> None:
    if flat["capacity_chosen"] is not Named.GIVEN:
        _no_capacity(flat)
        no_enterprise(flat)
        flat |= {"acts_for": ActsFor.THIS, "offered": False, "in_profile": False, "roles": (), "rights": ()}
        flat |= NO_MANDATE
    else:
        flat["capacity.in_force"] = flat["resource_known"]
    if flat["resource_known"] and flat["domain"] is Domain.NONE:
        flat["domain"] = Domain.FINANCE
    if flat["capacity.account_state"] is AccountState.NOT_IN_FORCE:
        flat["in_profile"] = False
    flat["role_exists"] = bool(flat["roles"])
    _settle_mandates(flat)
    # A capacity not chosen has no domain, whatever the settling of capacities made of it.
    if flat["capacity_chosen"] is not Named.GIVEN:
        flat["capacity.domain"] = Domain.NONE


def _settle_role(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        flat |= {"state": RoleState.ENDED, "phase": Phase.AFTER, "addressee": False}


def _settle_flemish(action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        no_enterprise(flat)
        flat |= {"enterprise_approved": False, "right_held": False, "candidate_has_work_relation": False}
    if Named.GIVEN not in {flat["candidate"], flat["target"]}:
        flat["candidate_has_work_relation"] = False
    if not flat["right_known"]:
        flat |= {"context_allowed": False, "approval_required": True, "right_held": False}
    if is_any(action, "end_flemish_right") and flat["target"] is not Named.GIVEN:
        flat["right_held"] = False
    if is_any(action, "use_flemish_right") and not flat["subject.known"]:
        flat["right_held"] = False


def _settle_ebox(_action: Action, flat: Flat) -> None:
    if not flat["resource_known"]:
        no_enterprise(flat)
        flat |= {"ebox_active": False, "manages_social_security": False, "ebox_grant": Grant.NONE}
        flat["account_blocked"] = False
    if flat["ebox_grant"] is Grant.BLOCKED:
        flat["account_blocked"] = True


def _settle_mandate(action: Action, flat: Flat) -> None:
    if flat["acting"] is Named.WRONG_TYPE:
        unread(flat, "INVALID_INPUT")
    elif flat["acting"] is Named.WRONG_NUMBER:
        unread(flat, "INVALID_IDENTIFIER")
    if action in ENTERS_MANDATE:
        _settle_entering(flat)
    else:
        _settle_existing(action, flat)
    if flat["acting"] is not Named.GIVEN:
        flat["acting_side"] = Side.NEITHER
        no_enterprise(flat)
        put(flat, NO_PERSON)
    if Grant.BLOCKED in {flat["manage_grant"], flat["consult_grant"]}:
        flat["account_blocked"] = True
    if action in SIGNS_AS_ACTING:
        flat["signing_side"] = flat["acting_side"]
    if flat["signing_side"] in {Side.NEITHER, flat["acting_side"]} or action in ENTERS_MANDATE:
        flat |= {"signing_" + path: value for path, value in flat.items() if path.startswith("enterprise.")}
    if flat["signing_side"] is Side.NEITHER:
        flat["already_signed"] = False
        if is_any(action, "sign_mandate"):
            unread(flat, "MISSING_DATA", "INVALID_INPUT")


def _settle_entering(flat: Flat) -> None:
    """A mandate that is to be entered: its parties are those that the question names."""
    flat["resource_known"] = flat["system"] is not MandateSystem.NONE
    for party in ("mandator", "mandatary"):
        if flat[party] is not Named.GIVEN:
            flat[f"{party}_known"] = False
    _settle_parties(flat)
    both = flat["mandator"] is Named.GIVEN and flat["mandatary"] is Named.GIVEN
    neither = flat["mandator"] is not Named.GIVEN and flat["mandatary"] is not Named.GIVEN
    if not both or flat["mandator_known"] is not flat["mandatary_known"]:
        flat["parties_differ"] = not neither
    if flat["acting_side"] is Side.MANDATARY and not (flat["mandatary"] is Named.GIVEN and flat["parties_differ"]):
        flat["acting_side"] = Side.NEITHER
    if flat["acting_side"] is Side.MANDATOR and flat["mandator"] is not Named.GIVEN:
        flat["acting_side"] = Side.NEITHER
    unknown = {Side.MANDATOR: not flat["mandator_known"], Side.MANDATARY: not flat["mandatary_known"]}
    if unknown.get(flat["acting_side"], False):
        no_enterprise(flat)
        put(flat, NO_PERSON)
    if not flat["groups_given"]:
        flat["groups_belong"] = False
        unread(flat, "MISSING_DATA", "INVALID_INPUT")


def _settle_parties(flat: Flat) -> None:
    if not flat["mandator_known"]:
        kinds = ("mandator_is_employer", "mandator_is_administration", "mandator_is_without_staff")
        flat |= dict.fromkeys(kinds, False)
    if not flat["mandatary_known"]:
        flat["mandatary_is_provider"] = False


def _settle_existing(action: Action, flat: Flat) -> None:
    """A mandate that is there: its parties are those of the facts."""
    if not flat["resource_known"]:
        flat |= {"system": MandateSystem.NONE, "phase": Phase.BEFORE, "ended": False, "already_signed": False}
        flat["acting_side"] = Side.NEITHER
        if not is_any(action, "sign_mandate"):
            flat["signing_side"] = Side.NEITHER
    elif flat["system"] is MandateSystem.NONE:
        flat["system"] = MandateSystem.MAHIS
    flat |= {"mandator_known": flat["resource_known"], "mandatary_known": flat["resource_known"]}
    _settle_parties(flat)
    flat["parties_differ"] = flat["resource_known"]


SETTLERS: Final[Mapping[type[Standing], Callable[[Action, Flat], None]]] = {
    PersonStanding: _settle_own_record,
    ChiefStanding: _settle_chief,
    PaperStanding: _settle_paper,
    CapacityStanding: _settle_in_capacity,
    AccountStanding: _settle_account,
    SenderStanding: _settle_sender,
    SubmissionStanding: _settle_submission,
    ApplicationStanding: _settle_application,
    RoleStanding: _settle_role,
    FlemishStanding: _settle_flemish,
    MandateStanding: _settle_mandate,
    EboxStanding: _settle_ebox,
}
