"""Mandates: entering, signing, ending, viewing."""

from .standing_case import Case
from .standing_powers import has_chief_power, need_representative
from .standing_subject import need_active_account

PARTIES = frozenset({"mandator", "mandatary"})


def _represents(case: Case) -> None:
    need_representative(case, case.enterprise["legal_function"])


def _acting_party(case: Case, lr_alone: bool) -> bool:
    """The person acts for a party (MAN-SOC-05), with its account active (MAN-SOC-11)."""
    if not case.given("acting", ["MISSING_DATA"]):
        return False
    if case.facts["acting_side"] in PARTIES:
        need_active_account(case, lr_alone)
        return True
    # Of an enterprise that is not known it is true that its account is not active and that nobody represents it.
    case.findings.fail("NOT_A_PARTY", may=["WRONG_ENTERPRISE", "UNKNOWN_RESOURCE", "NOT_LEGAL_REPRESENTATIVE"])
    _remark_on_acting(case)
    return False


def _remark_on_acting(case: Case) -> None:
    with case.findings.side_remarks():
        need_active_account(case)
        _represents(case)


def _need_system(case: Case, system: str) -> None:
    """A mandate, or a registry, of the other system is outside (MAN-SSM-01)."""
    if case.facts["system"] != system:
        case.findings.fail("OUTSIDE_MANDATE")


def _need_alive(case: Case) -> None:
    """An ended or expired mandate is neither signed nor ended again."""
    if case.facts["phase"] == "after":
        case.findings.fail("MANDATE_EXPIRED")
    if case.facts["ended"]:
        case.findings.fail("MANDATE_ENDED")


def sign_mandate(case: Case) -> None:
    """MAN-SOC-10, ACC-05: an LR of the signing party, where its signature is still missing."""
    facts, findings = case.facts, case.findings
    acting = _acting_party(case, lr_alone=True)
    side, function = facts["signing_side"], facts["signing_enterprise"]["legal_function"]
    if acting and side == facts["acting_side"]:
        need_representative(case, function)
    elif acting and side in PARTIES:
        # One acts for one enterprise at a time, and signs for that one only (GGA-CAM-10).
        findings.fail_one_of("WRONG_ENTERPRISE", "NOT_LEGAL_REPRESENTATIVE")
        findings.remark("NOT_A_PARTY")
        with findings.side_remarks():
            need_representative(case, function)
            _represents(case)
    else:
        # Which party would sign, or for whom he acts, is not known.
        if side not in PARTIES:
            findings.fail_one_of("MISSING_DATA", "INVALID_INPUT")
        with findings.side_remarks():
            need_representative(case, function)
    _need_system(case, "mahis")
    _need_alive(case)
    if facts["already_signed"]:
        findings.fail("ALREADY_SIGNED")


def sign_ssm_mandate(case: Case) -> None:
    """DRV-10: an LR of a party accepts for the side he acts for."""
    if _acting_party(case, lr_alone=True):
        _represents(case)
        if case.facts["already_signed"]:
            case.findings.fail("ALREADY_SIGNED")
    _need_system(case, "ssm")
    _need_alive(case)


def end_mandate(case: Case) -> None:
    """MAN-SOC-13, ACC-05, AMB-43: an LR of the mandator only."""
    if _acting_party(case, lr_alone=True):
        if case.facts["acting_side"] == "mandator":
            _represents(case)
        else:
            case.findings.fail("MANDATOR_ONLY", may=["WRONG_ENTERPRISE"])
            with case.findings.side_remarks():
                _represents(case)
    _need_system(case, "mahis")
    _need_alive(case)


def end_ssm_mandate(case: Case) -> None:
    """DRV-10, AMB-43: an LR of either party."""
    if _acting_party(case, lr_alone=True):
        _represents(case)
    _need_system(case, "ssm")
    _need_alive(case)


def view_mandates(case: Case) -> None:
    """MAN-SOC-05, DRV-12: whoever manages or consults in Mahis for a party; both systems."""
    if _acting_party(case, lr_alone=False):
        _need_mahis(case, "manage_grant", "consult_grant")
    else:
        case.findings.remark("NO_MAHIS_ACCESS")
        with case.findings.side_remarks():
            _need_mahis(case, "manage_grant", "consult_grant")


def _need_mahis(case: Case, *permissions: str) -> None:
    """LR, GAP, co-GAP, GA in social security, or a user with the permission (DRV-12, AMB-18)."""
    facts, findings = case.facts, case.findings
    if case.enterprise["legal_function"] == "signing" or has_chief_power(case) or facts["manages_social_security"]:
        return
    grants = {facts[name] for name in permissions}
    if "active" in grants:
        return
    if "blocked" in grants:
        findings.fail("ACCOUNT_BLOCKED", may=["NO_MAHIS_ACCESS"])
    elif facts["account_blocked"]:
        # A manager whose account is blocked, or a user who had no permission anyway.
        findings.fail_one_of("ACCOUNT_BLOCKED", "NO_MAHIS_ACCESS")
    else:
        findings.fail("NO_MAHIS_ACCESS")
    with findings.side_remarks():
        _represents(case)


def create_mandate(case: Case) -> None:
    """MAN-SOC-11, MAN-SOC-12, MAN-GEN-02, MAN-SOC-04, MAN-SOC-06, DRV-12, AMB-19, AMB-20."""
    facts, findings = case.facts, case.findings
    if _enter(case, "mahis"):
        _need_mahis(case, "manage_grant")
    else:
        findings.remark("NO_MAHIS_ACCESS")
        with findings.side_remarks():
            _need_mahis(case, "manage_grant")
    if case.given("mandator", ["MISSING_DATA"]):
        employer = facts["mandator_is_employer"] or facts["mandator_is_administration"]
        spared = case.is_on("mandates_without_staff") and facts["mandator_is_without_staff"]
        if not (employer or spared):
            findings.fail("MANDATOR_NOT_NSSO_EMPLOYER", may=[] if facts["mandator_known"] else ["UNKNOWN_RESOURCE"])
    if case.given("mandatary", ["MISSING_DATA"]):
        eligible = facts["mandatary_known"] and facts["mandatary_is_provider"] and facts["parties_differ"]
        if not eligible:
            findings.fail("MANDATARY_NOT_ELIGIBLE", may=[] if facts["mandatary_known"] else ["UNKNOWN_RESOURCE"])


def create_ssm_mandate(case: Case) -> None:
    """MAN-SSM-01, DRV-10: an LR of one of the two parties."""
    facts, findings = case.facts, case.findings
    if _enter(case, "ssm"):
        _represents(case)
    readable = [case.given(name, ["MISSING_DATA"]) for name in ("mandator", "mandatary")]
    if not (facts["mandator_known"] and facts["mandatary_known"]):
        if all(readable):
            findings.fail_one_of("UNKNOWN_RESOURCE", "INVALID_INPUT", "MANDATARY_NOT_ELIGIBLE")
        else:
            # That a party cannot be read is told already; the vocabulary has no word of its own for the other.
            findings.remark("UNKNOWN_RESOURCE", "INVALID_INPUT", "MANDATARY_NOT_ELIGIBLE")
    elif not facts["parties_differ"]:
        findings.fail("MANDATARY_NOT_ELIGIBLE")


def _enter(case: Case, system: str) -> bool:
    """The registry is of the system, the acting enterprise a party, and the groups belong to the system."""
    facts, findings = case.facts, case.findings
    _need_system(case, system)
    acting = case.given("acting", ["MISSING_DATA"])
    is_party = acting and facts["acting_side"] in PARTIES
    if is_party:
        need_active_account(case)
    elif acting:
        if facts["mandator"] == facts["mandatary"] == "given":
            findings.fail("NOT_A_PARTY", may=["WRONG_ENTERPRISE", "NOT_LEGAL_REPRESENTATIVE"])
        else:
            findings.remark("NOT_A_PARTY")
        _remark_on_acting(case)
    if facts["groups_given"] and not facts["groups_belong"]:
        findings.fail_one_of("OUTSIDE_MANDATE", "INVALID_INPUT")
    return bool(is_party)
