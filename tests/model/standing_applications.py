"""Opening applications, for one's own enterprise or under a mandate."""

from .standing_case import MANAGER_TYPES, Case, Facts
from .standing_powers import has_chief_power, manages, once_anything
from .standing_subject import enter, need_level


def use_application(case: Case) -> None:
    """UM-BLK-05, RMA-LM-05, ACC-07, DRV-16, EMP-02 (a mandate changes nothing here), EMP-08."""
    need_level(case, case.facts["minimum_level"])
    if not case.given("capacity_chosen", ["MISSING_DATA"], also=["UNKNOWN_RESOURCE"]):
        return
    enter(case)
    _need_opening(case, case.facts["domain"])


def act_under_mandate(case: Case) -> None:
    """MAN-GEN-01, MAN-SOC-07, MAN-SSM-01, DRV-06, DRV-16, AMB-41: the mandate and one's own access."""
    need_level(case, case.facts["minimum_level"])
    chosen = case.given("capacity_chosen", ["MISSING_DATA"], also=["UNKNOWN_RESOURCE"])
    mandated = case.given("mandator", ["MISSING_DATA"])
    system = case.facts["mandate_system"]
    if not chosen:
        # Whose mandates they would be is not known; that an application cannot be mandated is.
        if system == "none":
            case.findings.remark("APPLICATION_NOT_MANDATABLE")
        return
    enter(case)
    if mandated:
        need_mandate(case)
    if system == "none":
        case.findings.fail("APPLICATION_NOT_MANDATABLE")
        with case.findings.side_remarks():
            _need_opening(case, case.facts["domain"])
    else:
        _need_opening(case, "social_security" if system == "mahis" else "finance")


def need_mandate(case: Case) -> None:
    """A mandate of the right system covers the application, is signed by both, in its period, not ended.

    MAN-GEN-01, MAN-SOC-07, MAN-SOC-10, MAN-SSM-01, MAN-SSM-04, DRV-10, DRV-13.
    """
    facts, findings = case.facts, case.findings
    if facts["mandate_system"] == "none":
        findings.fail("APPLICATION_NOT_MANDATABLE", may=["OUTSIDE_MANDATE"])
        if not facts["mandate_exists"]:
            findings.remark("NO_MANDATE")
        return
    if not facts["mandate_exists"]:
        findings.fail("NO_MANDATE")
        return
    if not facts["mandate_covers"]:
        findings.fail("OUTSIDE_MANDATE")
        return
    flaws = [_flaws(mandate) for mandate in facts["mandates"]]
    if not all(flaws):
        return
    if len(flaws) == 1:
        findings.fail(*flaws[0])
    else:
        findings.fail_one_of(*{code for found in flaws for code in found})


def _flaws(mandate: Facts) -> set[str]:
    found: set[str] = set()
    if mandate["phase"] == "before":
        found.add("MANDATE_NOT_STARTED")
    elif mandate["phase"] == "after":
        found.add("MANDATE_EXPIRED")
    if mandate["ended"]:
        found.add("MANDATE_ENDED")
    if not (mandate["mandator_signed"] and mandate["mandatary_signed"]):
        found.add("MANDATE_NOT_SIGNED_BY_BOTH")
    if not mandate["covers"]:
        found.add("OUTSIDE_MANDATE")
    return found


def _need_opening(case: Case, domain: str) -> None:
    """The application is offered to the capacity (UM-APP-05) and something opens it there."""
    if case.facts["offered"]:
        _need_access(case, domain)
        return
    case.findings.fail("APPLICATION_NOT_IN_CAPACITY")
    with case.findings.side_remarks():
        _need_access(case, domain)


def _need_access(case: Case, domain: str) -> None:
    if domain == "social_security":
        _need_profile(case)
        return
    if case.capacity["account_state"] == "blocked":
        case.findings.fail("ACCOUNT_BLOCKED")
    if domain != "flanders":
        _need_role(case)
    elif "during" not in case.facts["rights"]:
        case.findings.fail("RIGHT_NOT_HELD")


def _need_profile(case: Case) -> None:
    """In one's profile, or being GA there; the GAP and co-GAP everywhere; not while blocked.

    GGA-CAM-03, RMA-LM-05, EMP-08, UM-BLK-05, AMB-34, AMB-37.
    """
    capacity, findings, in_profile = case.capacity, case.findings, case.facts["in_profile"]
    blocked = capacity["account_state"] == "blocked"
    if has_chief_power(case) or manages(case):
        return
    if in_profile and capacity["account_state"] == "active":
        return
    if blocked and in_profile:
        findings.fail("ACCOUNT_BLOCKED")
    elif blocked and capacity["account_type"] in MANAGER_TYPES:
        findings.fail("ACCOUNT_BLOCKED", may=["APPLICATION_NOT_GRANTED"])
    elif blocked:
        findings.fail("ACCOUNT_BLOCKED", "APPLICATION_NOT_GRANTED")
    else:
        findings.fail("APPLICATION_NOT_GRANTED")
    if once_anything(case):
        findings.remark("ROLE_ENDED")
    if capacity["manages_another"]:
        findings.remark("WRONG_CAPACITY")


def _need_role(case: Case) -> None:
    """An accepted role, in its period, that opens the application there; managers too (AMB-34)."""
    flaws = [role_flaws(role["state"], role["phase"]) for role in case.facts["roles"]]
    if not all(flaws):
        return
    codes = {code for found in flaws for code in found}
    case.findings.remark("ROLE_NOT_HELD", *codes)
    if not flaws:
        case.findings.fail("ROLE_NOT_HELD")
    elif len(flaws) == 1 and len(codes) == 1:
        case.findings.fail(*codes)
    else:
        case.findings.fail_one_of("ROLE_NOT_HELD", *codes)


def role_flaws(state: str, phase: str) -> set[str]:
    """What keeps a role assignment from working (RMA-ROL-02).

    A role that was declined or ended waits for nobody: it is not held, whenever it began and would have ended.
    """
    if state in ("declined", "ended"):
        return {"ROLE_NOT_HELD"}
    found: set[str] = set()
    if state != "accepted":
        found.add("ROLE_NOT_ACCEPTED")
    if phase == "before":
        found.add("ROLE_NOT_STARTED")
    elif phase == "after":
        found.add("ROLE_EXPIRED")
    return found
