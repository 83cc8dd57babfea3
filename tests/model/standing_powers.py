"""Who is GAP, co-GAP, GA or legal representative by a standing, and why somebody is not."""

from .standing_case import CURRENT_FUNCTIONS, MANAGER_TYPES, Case


def has_chief_power(case: Case) -> bool:
    """GAP, or co-GAP where he has the same powers (DRV-01)."""
    return bool(case.enterprise["chief_access_manager"] or case.enterprise["co_chief_access_manager"])


def manages(case: Case) -> bool:
    """GA or co-GA of the capacity, with an active record (UM-MGT-01, UM-BLK-05)."""
    return case.capacity["account_type"] in MANAGER_TYPES and case.capacity["account_state"] == "active"


def once_anything(case: Case) -> bool:
    """Held some managing role in the enterprise that ended (DRV-07)."""
    enterprise = case.enterprise
    if enterprise["former_chief_access_manager"] or enterprise["former_head_local_manager"]:
        return True
    capacity = case.facts.get("capacity")
    return bool(capacity and (capacity["former_manager"] or capacity["former_manager_of_another"]))


def need_manager(case: Case, representative_too: bool = False) -> None:
    """GA or co-GA of the capacity, or GAP or co-GAP of its enterprise.

    UM-MGT-01, GGA-CAM-03, GGA-CAM-07, DRV-01, UM-BLK-05 (a block suspends), DRV-07 (an end ends).
    `representative_too`: the switch of AMB-28 lets a legal representative do it as well.
    """
    if has_chief_power(case) or manages(case):
        return
    if representative_too and case.enterprise["legal_function"] == "signing":
        return
    _remark_on_managing(case)
    _refuse_manager(case)


def _remark_on_managing(case: Case) -> None:
    """Whatever is true of somebody who manages nothing there may be told."""
    case.findings.remark("NOT_A_MANAGER")
    if once_anything(case):
        case.findings.remark("ROLE_ENDED")
    if case.capacity["manages_another"]:
        case.findings.remark("WRONG_CAPACITY")
    if case.capacity["account_state"] == "blocked":
        case.findings.remark("ACCOUNT_BLOCKED")


def _refuse_manager(case: Case) -> None:
    """The most telling reason must be among them."""
    findings, capacity, another = case.findings, case.capacity, case.capacity["manages_another"]
    ended = case.enterprise["former_chief_access_manager"] or capacity["former_manager"]
    if capacity["account_state"] == "blocked" and capacity["account_type"] in MANAGER_TYPES:
        findings.fail("ACCOUNT_BLOCKED")
    elif ended and another:
        findings.fail_one_of("ROLE_ENDED", "WRONG_CAPACITY")
    elif ended:
        findings.fail("ROLE_ENDED")
    elif another:
        findings.fail("WRONG_CAPACITY")
    elif once_anything(case):
        findings.fail_one_of("NOT_A_MANAGER", "ROLE_ENDED")
    elif case.enterprise["head_local_manager"]:
        findings.fail_one_of("NOT_A_MANAGER", "WRONG_CAPACITY")
    else:
        findings.fail("NOT_A_MANAGER")


def need_chief(case: Case, co_chief_too: bool) -> None:
    """Reserved to the GAP, or to GAP and co-GAP (GGA-AM-01, GGA-CAM-02, ACC-07, DRV-01)."""
    enterprise = case.enterprise
    if enterprise["chief_access_manager"] or (co_chief_too and enterprise["co_chief_access_manager"]):
        return
    case.findings.fail("NOT_CHIEF_ACCESS_MANAGER", may=["ROLE_ENDED"] if once_anything(case) else [])


def need_representative(case: Case, function: str) -> None:
    """A current legal function with signing power (GGA-PRE-02, GGA-PRE-05, ACC-02, AMB-36, AMB-45)."""
    if function == "signing":
        return
    if function == "without_signing":
        case.findings.fail("NO_SIGNING_POWER", may=["NOT_LEGAL_REPRESENTATIVE"])
    elif function == "not_current":
        case.findings.fail("LEGAL_FUNCTION_NOT_CURRENT", "NOT_LEGAL_REPRESENTATIVE")
    else:
        case.findings.fail("NOT_LEGAL_REPRESENTATIVE")


def need_flemish_manager(case: Case) -> None:
    """Head local manager, GAP or co-GAP (ACM-RGT-02, AMB-29); the LR as such only by a switch (AMB-28)."""
    enterprise = case.enterprise
    if has_chief_power(case) or enterprise["head_local_manager"]:
        return
    if case.is_on("representative_manages_rights") and enterprise["legal_function"] == "signing":
        return
    if once_anything(case):
        case.findings.fail("ROLE_ENDED", may=["NOT_A_MANAGER"])
    else:
        case.findings.fail("NOT_A_MANAGER")


def is_linked(case: Case) -> bool:
    """The candidate is current staff or holds a current legal function (GGA-PRE-03, GGA-EXC-05, AMB-02)."""
    return bool(case.facts["candidate_employed"]) or case.facts["candidate_function"] in CURRENT_FUNCTIONS


NO_CANDIDATE = ("CANDIDATE_NOT_ELIGIBLE", "NOT_LINKED_TO_ENTERPRISE")


def need_eligible(case: Case) -> bool:
    """GGA-PRE-03, RMA-LM-02: the candidate can be read and is linked to the enterprise. Tells whether he can be read."""
    given = case.given("candidate", NO_CANDIDATE, also=NO_CANDIDATE)
    if given and not is_linked(case):
        case.findings.fail("CANDIDATE_NOT_ELIGIBLE", may=["NOT_LINKED_TO_ENTERPRISE"])
    return given


def need_linked(case: Case) -> bool:
    """The same where either code names it (UM-USR-08, GGA-CAM-02, GGA-AM-03)."""
    given = case.given("candidate", NO_CANDIDATE, also=NO_CANDIDATE)
    if given and not is_linked(case):
        case.findings.fail_one_of("NOT_LINKED_TO_ENTERPRISE", "CANDIDATE_NOT_ELIGIBLE")
    return given
