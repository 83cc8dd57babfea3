"""Mandates: entering, signing, ending, viewing, and whether one covers what is done."""

from datetime import datetime

from .question import Question
from .rules_standing import has_chief_power, need_representative
from .rules_subjects import need_active_account
from .world import MANAGER_TYPES, Record, has_begun, has_ended, is_blocked, signed, was_ended

ONSS_EMPLOYER = frozenset({"nsso_employer", "nsso_employer_ppl"})
PROVIDER = frozenset({"social_service_provider", "approved_social_secretariat"})
SIDES = ("mandator", "mandatary")


# -- using a mandate ---------------------------------------------------------------------------


def need_mandate(question: Question, mandator: str, mandatary: Record, application: Record) -> None:
    """A mandate of the right system covers the application, is signed by both, in its period, not ended.

    MAN-GEN-01, MAN-SOC-07, MAN-SOC-10, MAN-SSM-01, MAN-SSM-04, DRV-10, DRV-13.
    """
    findings, world = question.findings, question.world
    between = world.mandates_between(mandator, str(mandatary["enterprise_number"]))
    if mandator not in world.enterprise_by_number:
        findings.remark("UNKNOWN_RESOURCE")
    system, group = application.get("mandate_system"), application.get("mandate_group")
    if not system:
        findings.fail("APPLICATION_NOT_MANDATABLE", may=["OUTSIDE_MANDATE"])
        if not between:
            findings.remark("NO_MANDATE")
        return
    if not between:
        findings.fail("NO_MANDATE")
        return
    covering = [row for row in between if row["system"] == system and group in row["groups"]]
    if any(not _flaws(row, question) for row in covering):
        return
    _refuse_mandates(question, between, covering)


def _refuse_mandates(question: Question, between: list[Record], covering: list[Record]) -> None:
    """There are mandates between the two, but none that works for this application."""
    findings, at = question.findings, question.at
    seen = covering or between
    flaws = [_flaws(row, question) for row in seen]
    codes = {code for found in flaws for code in found}
    findings.remark("OUTSIDE_MANDATE", *codes)
    unseen = not any(_has_left_traces(row, at) for row in between)
    if unseen or not covering:
        findings.remark("NO_MANDATE")
    if not covering and all(flaws):
        findings.fail_one_of("OUTSIDE_MANDATE", "NO_MANDATE", *codes)
    elif not covering:
        findings.fail("OUTSIDE_MANDATE")
    elif len(covering) == 1 and not unseen:
        findings.fail(*codes)
    else:
        findings.fail_one_of(*codes, *(["NO_MANDATE"] if unseen else []))


def _has_left_traces(mandate: Record, at: datetime) -> bool:
    """Begun or signed: it was surely entered by then."""
    return has_begun(mandate, at) or any(signed(mandate, side, at) for side in SIDES)


def _flaws(mandate: Record, question: Question) -> set[str]:
    at = question.at
    found = _over(mandate, question)
    if not has_begun(mandate, at):
        found.add("MANDATE_NOT_STARTED")
    if not all(signed(mandate, side, at) for side in SIDES):
        found.add("MANDATE_NOT_SIGNED_BY_BOTH")
    return found


def _over(mandate: Record, question: Question) -> set[str]:
    found: set[str] = set()
    if has_ended(mandate, question.at):
        found.add("MANDATE_EXPIRED")
    if was_ended(mandate, question.at):
        found.add("MANDATE_ENDED")
    return found


# -- the parties -------------------------------------------------------------------------------


def _acting_number(question: Question) -> str | None:
    """The enterprise acted for must be named: a mandate belongs to two."""
    return question.number(question.acting_for)


def _acting_party(question: Question, mandate: Record, lr_alone: bool) -> str | None:
    """The side that the person acts for (MAN-SOC-05), with its account active (MAN-SOC-11)."""
    number = _acting_number(question)
    if number is None:
        return None
    for side in SIDES:
        party = question.world.enterprise_by_id[str(mandate[side])]
        if party["enterprise_number"] == number:
            need_active_account(question, party, lr_alone)
            return side
    # Of an enterprise that is not known it is true that its account is not active and that nobody represents it.
    question.findings.fail("NOT_A_PARTY", may=["WRONG_ENTERPRISE", "UNKNOWN_RESOURCE"])
    question.findings.remark("ACCOUNT_BLOCKED", "ACCOUNT_NOT_ACTIVE", "NOT_LEGAL_REPRESENTATIVE")
    enterprise = question.world.enterprise_by_number.get(number)
    with question.findings.side_remarks():
        if enterprise is not None:
            need_active_account(question, enterprise)
            need_representative(question, question.person, enterprise)
    return None


def _party(question: Question, mandate: Record, side: str) -> Record:
    return question.world.enterprise_by_id[str(mandate[side])]


def _need_system(question: Question, mandate: Record, system: str) -> None:
    """A mandate of the other system is outside (MAN-SSM-01)."""
    if mandate["system"] != system:
        question.findings.fail("OUTSIDE_MANDATE")


def _need_alive(question: Question, mandate: Record) -> None:
    """An ended or expired mandate is neither signed nor ended again."""
    over = _over(mandate, question)
    if over:
        question.findings.fail(*over)


# -- signing and ending ------------------------------------------------------------------------


def sign_mandate(question: Question, mandate: Record) -> None:
    """MAN-SOC-10, ACC-05: an LR of the signing party, where its signature is still missing."""
    findings = question.findings
    acting = _acting_party(question, mandate, lr_alone=True)
    side = question.choice("for_side", SIDES)
    if side is None:
        if acting is not None:
            with findings.side_remarks():
                need_representative(question, question.person, _party(question, mandate, acting))
    elif acting is None or acting == side:
        if acting is None:
            with findings.side_remarks():
                need_representative(question, question.person, _party(question, mandate, side))
        else:
            need_representative(question, question.person, _party(question, mandate, side))
    else:
        _refuse_other_side(question, mandate, acting, side)
    _need_system(question, mandate, "mahis")
    _need_alive(question, mandate)
    if side is not None and signed(mandate, side, question.at):
        findings.fail("ALREADY_SIGNED")


def _refuse_other_side(question: Question, mandate: Record, acting: str, side: str) -> None:
    """One acts for one enterprise at a time, and signs for that one only (GGA-CAM-10)."""
    world, person, at = question.world, question.person, question.at
    question.findings.remark("NOT_A_PARTY", "NOT_LEGAL_REPRESENTATIVE")
    if any(world.is_representative(person, _party(question, mandate, one), at) for one in SIDES):
        question.findings.fail_one_of("WRONG_ENTERPRISE", "NOT_LEGAL_REPRESENTATIVE")
    else:
        question.findings.fail_one_of(
            "WRONG_ENTERPRISE", "NOT_LEGAL_REPRESENTATIVE", "NO_SIGNING_POWER", "LEGAL_FUNCTION_NOT_CURRENT"
        )
    with question.findings.side_remarks():
        need_representative(question, person, _party(question, mandate, side))
        need_representative(question, person, _party(question, mandate, acting))


def sign_ssm_mandate(question: Question, mandate: Record) -> None:
    """DRV-10: an LR of a party accepts for the side he acts for."""
    acting = _acting_party(question, mandate, lr_alone=True)
    if acting is not None:
        need_representative(question, question.person, _party(question, mandate, acting))
        if signed(mandate, acting, question.at):
            question.findings.fail("ALREADY_SIGNED")
    _need_system(question, mandate, "ssm")
    _need_alive(question, mandate)


def end_mandate(question: Question, mandate: Record) -> None:
    """MAN-SOC-13, ACC-05, AMB-43: an LR of the mandator only."""
    acting = _acting_party(question, mandate, lr_alone=True)
    mandator = _party(question, mandate, "mandator")
    if acting == "mandator":
        need_representative(question, question.person, mandator)
    elif acting == "mandatary":
        question.findings.fail("MANDATOR_ONLY", may=["WRONG_ENTERPRISE"])
        with question.findings.side_remarks():
            need_representative(question, question.person, mandator)
            need_representative(question, question.person, _party(question, mandate, "mandatary"))
    _need_system(question, mandate, "mahis")
    _need_alive(question, mandate)


def end_ssm_mandate(question: Question, mandate: Record) -> None:
    """DRV-10, AMB-43: an LR of either party."""
    acting = _acting_party(question, mandate, lr_alone=True)
    if acting is not None:
        need_representative(question, question.person, _party(question, mandate, acting))
    _need_system(question, mandate, "ssm")
    _need_alive(question, mandate)


# -- entering and viewing ----------------------------------------------------------------------


def view_mandates(question: Question, mandate: Record) -> None:
    """MAN-SOC-05, DRV-12: whoever manages or consults in Mahis for a party; both systems."""
    acting = _acting_party(question, mandate, lr_alone=False)
    if acting is not None:
        _need_mahis(question, _party(question, mandate, acting), {"MAHIS_MANAGE", "MAHIS_CONSULT"})
    else:
        question.findings.remark("NO_MAHIS_ACCESS")


def _need_mahis(question: Question, enterprise: Record, permissions: set[str]) -> None:
    """LR, GAP, co-GAP, GA in social security, or a user with the permission (DRV-12, AMB-18)."""
    world, person, at, findings = question.world, question.person, question.at, question.findings
    if world.is_representative(person, enterprise, at) or has_chief_power(question, enterprise):
        return
    blocked_power = blocked = False
    for capacity in world.capacities_of(enterprise, at):
        account = world.account(person, capacity, at)
        if account is None or capacity["domain"] != "social_security":
            continue
        power = account["type"] in MANAGER_TYPES or not permissions.isdisjoint(account["applications"])
        if power and not is_blocked(account):
            return
        blocked |= is_blocked(account)
        blocked_power |= power
    if blocked_power:
        findings.fail("ACCOUNT_BLOCKED", may=["NO_MAHIS_ACCESS"])
    else:
        findings.fail("NO_MAHIS_ACCESS", may=["ACCOUNT_BLOCKED"] if blocked else [])
    with findings.side_remarks():
        need_representative(question, person, enterprise)


def create_mandate(question: Question, registry: str) -> None:
    """MAN-SOC-11, MAN-SOC-12, MAN-GEN-02, MAN-SOC-04, MAN-SOC-06, DRV-12, AMB-19, AMB-20."""
    findings, world = question.findings, question.world
    acting, mandator, mandatary = _enter(question, registry, "mahis")
    if acting is not None:
        _need_mahis(question, acting, {"MAHIS_MANAGE"})
    else:
        findings.remark("NO_MAHIS_ACCESS")
    if mandator is not None:
        giver = world.enterprise_by_number.get(mandator)
        kinds = {row["type"] for row in world.capacities_of(giver, question.at)} if giver else set()
        if kinds.isdisjoint(ONSS_EMPLOYER):
            findings.fail("MANDATOR_NOT_NSSO_EMPLOYER", may=[] if giver else ["UNKNOWN_RESOURCE"])
    if mandatary is not None:
        holder = world.enterprise_by_number.get(mandatary)
        if holder is None or holder["kind"] not in PROVIDER or mandatary == mandator:
            findings.fail("MANDATARY_NOT_ELIGIBLE", may=[] if holder else ["UNKNOWN_RESOURCE"])


def create_ssm_mandate(question: Question, registry: str) -> None:
    """MAN-SSM-01, DRV-10: an LR of one of the two parties."""
    findings = question.findings
    acting, mandator, mandatary = _enter(question, registry, "ssm")
    if acting is not None:
        need_representative(question, question.person, acting)
    for number in (mandator, mandatary):
        if number is not None and number not in question.world.enterprise_by_number:
            findings.fail_one_of("UNKNOWN_RESOURCE", "INVALID_INPUT", "MANDATARY_NOT_ELIGIBLE")
    if mandator is not None and mandator == mandatary:
        findings.fail("MANDATARY_NOT_ELIGIBLE")


def _enter(question: Question, registry: str, system: str) -> tuple[Record | None, str | None, str | None]:
    """The acting enterprise is a party, and the groups belong to the system."""
    findings, world = question.findings, question.world
    if registry != system:
        findings.fail("OUTSIDE_MANDATE")
    number = _acting_number(question)
    mandator = question.number(question.properties.get("mandator"))
    mandatary = question.number(question.properties.get("mandatary"))
    acting = world.enterprise_by_number.get(number) if number is not None else None
    is_party = number is not None and number in (mandator, mandatary)
    if number is not None and not is_party:
        findings.remark("ACCOUNT_BLOCKED", "ACCOUNT_NOT_ACTIVE", "NOT_LEGAL_REPRESENTATIVE")
        if mandator is None or mandatary is None:
            findings.remark("NOT_A_PARTY")
        else:
            findings.fail("NOT_A_PARTY", may=["WRONG_ENTERPRISE"])
    with findings.side_remarks():
        if acting is not None and not is_party:
            need_active_account(question, acting)
            need_representative(question, question.person, acting)
    if acting is not None and is_party:
        need_active_account(question, acting)
    elif is_party:
        findings.fail_one_of("UNKNOWN_RESOURCE", "NO_MAHIS_ACCESS", "NOT_LEGAL_REPRESENTATIVE", "ACCOUNT_NOT_ACTIVE")
    for group in question.codes("groups") or ():
        if group in world.groups(system):
            continue
        if any(group in world.groups(other) for other in ("mahis", "ssm")):
            findings.fail("OUTSIDE_MANDATE")
        else:
            findings.fail_one_of("OUTSIDE_MANDATE", "INVALID_INPUT")
    return (acting if is_party else None), mandator, mandatary
