"""Roles of the eGov role management, Flemish rights, the own record, and the running of the service."""

from collections.abc import Mapping
from types import MappingProxyType

from .standing_applications import role_flaws
from .standing_capacity import representative_manages_roles
from .standing_case import Case
from .standing_powers import NO_CANDIDATE, has_chief_power, manages, need_flemish_manager, need_manager
from .standing_subject import NO_SCOPE, enter

# -- roles -------------------------------------------------------------------------------------


def _role(case: Case) -> None:
    """Before its capacity exists there is no role."""
    enter(case)
    if not case.capacity["in_force"]:
        case.findings.fail_one_of("UNKNOWN_RESOURCE", "ROLE_NOT_STARTED", "ROLE_NOT_PENDING", "TARGET_STATE")


def _need_addressee(case: Case) -> None:
    if not case.facts["addressee"]:
        case.findings.fail("NOT_ADDRESSEE")


def answer_role(case: Case) -> None:
    """RMA-ROL-02, AMB-33: the addressee alone accepts or declines, while it is pending."""
    _role(case)
    _need_addressee(case)
    over = case.facts["phase"] == "after"
    if case.facts["state"] != "pending_acceptance":
        case.findings.fail("ROLE_NOT_PENDING", may=["ROLE_EXPIRED"] if over else [])
    elif over:
        case.findings.fail_one_of("ROLE_EXPIRED", "ROLE_NOT_PENDING", "TARGET_STATE")


def use_role(case: Case) -> None:
    """RMA-ROL-02, UM-BLK-05: the addressee alone, accepted, within its period."""
    _role(case)
    _need_addressee(case)
    flaws = role_flaws(case.facts["state"], case.facts["phase"])
    if flaws:
        case.findings.fail(*flaws, may=["ROLE_EXPIRED"] if case.facts["phase"] == "after" else [])
    if case.capacity["account_state"] == "blocked":
        case.findings.fail("ACCOUNT_BLOCKED")


def end_role(case: Case) -> None:
    """RMA-ROL-01: the managers of the capacity, or the addressee; not ended yet. What was declined has nothing to end."""
    _role(case)
    represents = representative_manages_roles(case) and case.enterprise["legal_function"] == "signing"
    if not (has_chief_power(case) or manages(case) or represents or case.facts["addressee"]):
        with case.findings.side_remarks():
            need_manager(case)
        true = case.findings.may & {"WRONG_CAPACITY", "ROLE_ENDED", "ACCOUNT_BLOCKED"}
        case.findings.fail_one_of("NOT_ADDRESSEE", "NOT_A_MANAGER", *true)
    if case.facts["phase"] == "after":
        case.findings.fail_one_of("ROLE_EXPIRED", "TARGET_STATE")
    elif case.facts["state"] in ("declined", "ended"):
        case.findings.fail("TARGET_STATE")


# -- Flemish rights ----------------------------------------------------------------------------


def _manage_flanders(case: Case) -> None:
    enter(case)
    need_flemish_manager(case)


def grant_flemish_right(case: Case) -> None:
    """ACM-RGT-02, ACM-RGT-05, ACM-REL-01, AMB-32 (a key is needed at use only), AMB-50."""
    facts, findings = case.facts, case.findings
    _manage_flanders(case)
    if case.given("candidate", NO_CANDIDATE, also=NO_CANDIDATE) and not facts["candidate_has_work_relation"]:
        findings.fail("NOT_LINKED_TO_ENTERPRISE", may=["CANDIDATE_NOT_ELIGIBLE"])
    if not facts["right_known"]:
        findings.fail_one_of("INVALID_INPUT", "CONTEXT_MISSING", "RIGHT_NOT_HELD", "UNKNOWN_RESOURCE", *case.problems)
        return
    if not facts["context_allowed"]:
        findings.fail("CONTEXT_MISSING")
    if facts["approval_required"] and not facts["enterprise_approved"]:
        findings.fail("ENTERPRISE_NOT_APPROVED")


def link_person(case: Case) -> None:
    """ACM-REL-01, AMB-11: any valid NISS can be linked."""
    _manage_flanders(case)
    case.given("candidate", NO_CANDIDATE, also=NO_CANDIDATE)


def end_flemish_right(case: Case) -> None:
    """ACM-RGT-02: who grants ends; the right is held, in that context."""
    facts, findings = case.facts, case.findings
    _manage_flanders(case)
    codes = ["RIGHT_NOT_HELD", "TARGET_STATE"]
    if not facts["right_known"]:
        codes.append("INVALID_INPUT")
    if not facts["context_allowed"]:
        codes.append("CONTEXT_MISSING")
    if not case.given("target", ["MISSING_DATA"], also=codes):
        findings.remark(*codes)
    elif not facts["right_held"]:
        findings.fail_one_of(*codes, *case.problems)


def use_flemish_right(case: Case) -> None:
    """ACM-RGT-01, ACM-KEY-01: the right is held for that enterprise."""
    enter(case)
    if case.facts["right_held"]:
        return
    if case.facts["right_known"]:
        case.findings.fail("RIGHT_NOT_HELD")
    else:
        case.findings.fail_one_of("RIGHT_NOT_HELD", "INVALID_INPUT", *case.problems)


# -- the own record ----------------------------------------------------------------------------


def own_record(case: Case) -> None:
    """UM-SELF-01, UM-SELF-02, UM-SELF-03, AMB-37: nobody else's, blocked or not."""
    if not case.facts["own_record"]:
        case.findings.fail("NOT_OWN_RECORD")


# -- the service -------------------------------------------------------------------------------

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "load_facts": "may_administer",
        "import_register": "may_administer",
        "manage_callers": "may_administer",
        "activate_policy": "may_administer",
        "apply_directory_plan": "may_sync",
        "approve_directory_plan": "may_sync",
        "read_audit": "may_audit",
    }
)


def operate(case: Case) -> None:
    """OPS-01: an operator within the scopes of its caller."""
    if not case.subject[SCOPES[case.action]]:
        case.findings.fail_one_of(*NO_SCOPE)
