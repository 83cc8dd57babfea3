"""Who asks: subject types, knowledge of subject and resource, digital keys, levels, the enterprise acted for."""

from collections.abc import Mapping
from types import MappingProxyType

from .standing_case import Case

# The code by which an action refuses a person, for the actions that are for another type.
RESERVED: Mapping[str, str] = MappingProxyType(
    {
        "agent": "BACK_OFFICE_ONLY",
        "technical_user": "NOT_A_TECHNICAL_USER",
        "declared_person": "DECLARED_PERSON_ONLY",
    }
)
# The code by which a type of subject is refused wherever it has no business.
ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "agent": "AGENT_HAS_NO_ENTERPRISE_POWER",
        "technical_user": "TECHNICAL_USER_PORTAL",
        "declared_person": "NOT_AUTHENTICATED",
    }
)
# The vocabulary has no code of its own for what only an operator with the scope may do, or an operator may not.
NO_SCOPE = (
    "AGENT_HAS_NO_ENTERPRISE_POWER",
    "BACK_OFFICE_ONLY",
    "NOT_AUTHENTICATED",
    "NOT_A_MANAGER",
    "TECHNICAL_USER_PORTAL",
    "UNKNOWN_SUBJECT",
    "WRONG_DOMAIN",
)
# What is missing from or unreadable in a person or enterprise that the question names.
NAMED = ("acting", "candidate", "capacity_chosen", "mandatary", "mandator", "signer", "target")


def passes_gates(case: Case, wanted: str, minimum: int) -> bool:
    """Whether the rule of the action can be judged: right type, known subject, readable moment, known resource."""
    kind = case.subject["type"]
    if kind != wanted:
        _refuse_type(case, kind, wanted)
        return False
    case.findings.remark(*case.problems)
    if not case.facts["moment_readable"]:
        case.findings.fail("INVALID_INPUT", may=[] if case.subject["known"] else ["UNKNOWN_SUBJECT"])
        _remark_on_input(case, wanted, minimum)
        return False
    if not case.subject["known"]:
        case.findings.fail("UNKNOWN_SUBJECT", may=[] if case.facts["resource_known"] else ["UNKNOWN_RESOURCE"])
        if case.facts["acts_for"] == "another":
            case.findings.remark("WRONG_ENTERPRISE")
        _remark_on_input(case, wanted, minimum)
        return False
    if not case.facts["resource_known"]:
        need_key(case, wanted, minimum)
        case.findings.fail("UNKNOWN_RESOURCE")
        if case.facts["acts_for"] == "another":
            case.findings.remark("WRONG_ENTERPRISE")
        _remark_on_input(case, wanted, minimum)
        return False
    need_key(case, wanted, minimum)
    if case.problems:
        case.findings.fail(*case.problems)
    return True


def _refuse_type(case: Case, kind: str, wanted: str) -> None:
    """A subject type that an action is not for gives that reason only (DRV-04, DRV-15, GGA-EXC-12)."""
    findings = case.findings
    reserved = RESERVED.get(wanted)
    if case.action == "delete_enterprise_account":
        reserved = "LETTER_REQUIRED"
    own = ELSEWHERE.get(kind)
    if kind == "unknown":
        findings.fail("UNKNOWN_SUBJECT", may=[reserved] if reserved else [])
    elif own and reserved:
        findings.fail_one_of(own, reserved)
    elif own or reserved:
        findings.fail(str(own or reserved))
        if kind == "operator":
            findings.remark("UNKNOWN_SUBJECT", "NOT_AUTHENTICATED", "BACK_OFFICE_ONLY")
    else:
        findings.fail_one_of(*NO_SCOPE)


def _remark_on_input(case: Case, wanted: str, minimum: int) -> None:
    """Behind a shut gate the input, the means and its level may be spoken of, and nothing else."""
    with case.findings.side_remarks():
        need_key(case, wanted, minimum)
        if "minimum_level" in case.facts:
            need_level(case, case.facts["minimum_level"])
        for name in NAMED:
            if name in case.facts:
                case.given(name, ["MISSING_DATA"])
    if case.facts.get("candidate") == "missing":
        case.findings.remark("CANDIDATE_NOT_ELIGIBLE")
    for name, code in (("document_present", "SIGNATURE_MISSING"), ("confirmed", "NOT_CONFIRMED")):
        if case.facts.get(name) is False:
            case.findings.remark(code)
    if case.action == "submit_file" and not case.subject["known"]:
        case.findings.remark("SENDER_NOT_ACTIVE")
    if case.action == "delete_enterprise_account" and not case.facts["document_present"]:
        case.findings.remark("LETTER_REQUIRED")


def need_key(case: Case, wanted: str, minimum: int) -> None:
    """The means is one of the person's digital keys and high enough; of persons only.

    GGA-PRE-01, RMA-AUT-01, ACM-AUT-01, ACM-DES-03, ACM-KEY-01, DRV-05.
    """
    if wanted != "person":
        return
    if case.subject["key"] == "not_activated":
        case.findings.fail("NO_DIGITAL_KEY")
    if case.subject["key"] == "absent":
        case.findings.fail("ASSURANCE_TOO_LOW", may=["NO_DIGITAL_KEY"])
    need_level(case, minimum)


def need_level(case: Case, minimum: int) -> None:
    """The level of the means reaches the minimum (DRV-05, DRV-16)."""
    if case.subject["level"] < minimum:
        case.findings.fail("ASSURANCE_TOO_LOW")


def need_enterprise(case: Case) -> None:
    """One acts for one enterprise at a time, the one of the resource; so does who is only declared (GGA-CAM-10)."""
    if case.facts["acts_for"] == "another":
        case.findings.fail("WRONG_ENTERPRISE")


def need_active_account(case: Case, lr_alone: bool = False) -> None:
    """The portal account is active; never asked of the GAP, nor of an LR in what is his alone (ACC-07, AMB-05)."""
    enterprise = case.enterprise
    if enterprise["account_active"] or enterprise["chief_access_manager"]:
        return
    if not lr_alone:
        case.findings.fail("ACCOUNT_NOT_ACTIVE")
    elif enterprise["legal_function"] == "signing":
        return
    elif case.action == "view_chief_access_manager" and enterprise["co_chief_access_manager"]:
        case.findings.fail("ACCOUNT_NOT_ACTIVE")
    else:
        case.findings.remark("ACCOUNT_NOT_ACTIVE")


def enter(case: Case, lr_alone: bool = False) -> None:
    """What everybody needs who works in an enterprise."""
    need_enterprise(case)
    need_active_account(case, lr_alone)
