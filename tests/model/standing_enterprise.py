"""What is done to an enterprise: GAP and co-GAPs, the exceptional procedure, the account, the e-Box."""

from .standing_case import Case
from .standing_powers import (
    has_chief_power,
    need_chief,
    need_eligible,
    need_linked,
    need_representative,
    once_anything,
)
from .standing_subject import enter, need_active_account, need_enterprise


def designate_chief_access_manager(case: Case) -> None:
    """GGA-PRE-01..05, GGA-DES-01, GGA-DES-04, GGA-DES-14, ACC-02; AMB-03: by switch, the eID and nothing else."""
    enter(case, lr_alone=True)
    if case.is_on("strict_eid") and not case.subject["eid"]:
        case.findings.fail("ASSURANCE_TOO_LOW")
    need_representative(case, case.enterprise["legal_function"])
    if need_eligible(case) and case.facts["candidate_is_chief"]:
        case.findings.fail("ALREADY_CHIEF_ACCESS_MANAGER")
    _need_confirmed(case)


def _need_confirmed(case: Case) -> None:
    if not case.facts["confirmed"]:
        case.findings.fail("NOT_CONFIRMED")


def view_chief_access_manager(case: Case) -> None:
    """GGA-DES-03: the LR, the GAP and the co-GAP of the enterprise see who the GAP is."""
    enter(case, lr_alone=True)
    function = case.enterprise["legal_function"]
    if function == "signing" or has_chief_power(case):
        return
    codes = ["NOT_LEGAL_REPRESENTATIVE", "NOT_CHIEF_ACCESS_MANAGER"]
    if function == "without_signing":
        codes.append("NO_SIGNING_POWER")
    elif function == "not_current":
        codes.append("LEGAL_FUNCTION_NOT_CURRENT")
    case.findings.fail_one_of(*codes)
    if once_anything(case):
        case.findings.remark("ROLE_ENDED")


def activate_account(case: Case) -> None:
    """ACC-07: the GAP's own login activates the account."""
    need_enterprise(case)
    need_chief(case, co_chief_too=False)
    with case.findings.side_remarks():
        need_active_account(case)


def designate_beside_chief(case: Case) -> None:
    """GGA-CAM-02, DRV-01, ACM-RGT-02: the GAP alone names co-GAPs and head local managers."""
    enter(case)
    need_chief(case, co_chief_too=False)
    need_linked(case)


def remove_beside_chief(case: Case) -> None:
    """GGA-CAM-02, DRV-01, ACM-RGT-02: the GAP alone removes one, who must be one."""
    enter(case)
    need_chief(case, co_chief_too=False)
    if case.given("target", ["MISSING_DATA"], also=["TARGET_STATE"]):
        if not case.facts["target_in_role"]:
            case.findings.fail("TARGET_STATE")
    else:
        case.findings.remark("TARGET_STATE")


def submit_exceptional_request(case: Case) -> None:
    """GGA-EXC-01, GGA-EXC-05, GGA-EXC-13, GGA-EXC-14, AMB-04 (no LR at all has a card)."""
    need_enterprise(case)
    need_representative(case, case.enterprise["legal_function"])
    if case.facts["representative_has_card"]:
        case.findings.fail("STANDARD_PROCEDURE_REQUIRED")
    need_eligible(case)
    _need_confirmed(case)


def process_exceptional_request(case: Case) -> None:
    """GGA-EXC-08, GGA-EXC-10, AMB-21: an original by post (or as the switch says), signed by hand by a current LR."""
    facts, findings = case.facts, case.findings
    if not facts["request_open"]:
        findings.fail("TARGET_STATE")
    if not facts["document_present"]:
        findings.fail("SIGNATURE_MISSING", may=["MISSING_DATA", "NOT_LEGAL_REPRESENTATIVE", "PAPER_NOT_ORIGINAL"])
        return
    if facts["delivery"] != case.switches.get("paper_delivery", "post") or not facts["original"]:
        # What could not be read is refused by that; that it is no original is then true, and need not be told.
        if facts["delivery"] == "unknown" or case.problems:
            findings.fail_one_of("PAPER_NOT_ORIGINAL", *case.problems)
        else:
            findings.fail("PAPER_NOT_ORIGINAL")
    _need_signer(case, ["SIGNATURE_MISSING"])


def delete_enterprise_account(case: Case) -> None:
    """ACC-09, AMB-44: on a letter signed by a current LR, executed by an agent."""
    if not case.facts["document_present"]:
        case.findings.fail("LETTER_REQUIRED", may=["MISSING_DATA", "NOT_LEGAL_REPRESENTATIVE", "SIGNATURE_MISSING"])
    elif case.facts["signer"] == "missing":
        case.findings.fail_one_of("LETTER_REQUIRED", "SIGNATURE_MISSING", "MISSING_DATA")
        case.findings.remark("NOT_LEGAL_REPRESENTATIVE")
    else:
        _need_signer(case, [])


def _need_signer(case: Case, missing: list[str]) -> None:
    unread = ["LETTER_REQUIRED"] if case.action == "delete_enterprise_account" else []
    unread += ["NOT_LEGAL_REPRESENTATIVE", "SIGNATURE_MISSING"]
    if case.given("signer", missing, also=unread):
        need_representative(case, case.facts["signer_function"])
    else:
        case.findings.remark("NOT_LEGAL_REPRESENTATIVE")


def activate_ebox(case: Case) -> None:
    """EBX-01: an LR alone activates the e-Box."""
    enter(case, lr_alone=True)
    need_representative(case, case.enterprise["legal_function"])


def read_ebox(case: Case) -> None:
    """DRV-09: GAP, co-GAP, GA in social security, or a user with the e-Box; it must be active."""
    facts, findings = case.facts, case.findings
    enter(case)
    if not facts["ebox_active"]:
        findings.fail("EBOX_NOT_ACTIVE")
    if has_chief_power(case) or facts["manages_social_security"] or facts["ebox_grant"] == "active":
        return
    if facts["ebox_grant"] == "blocked":
        findings.fail("ACCOUNT_BLOCKED", may=["APPLICATION_NOT_GRANTED"])
    elif facts["account_blocked"]:
        findings.fail_one_of("ACCOUNT_BLOCKED", "APPLICATION_NOT_GRANTED")
    else:
        findings.fail("APPLICATION_NOT_GRANTED")
    if once_anything(case):
        findings.remark("ROLE_ENDED")
