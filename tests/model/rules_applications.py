"""Opening applications, for one's own enterprise or under a mandate, and reading the e-Box."""

from .question import Question
from .rules_mandates import need_mandate
from .rules_standing import has_chief_power, manages_another, once_anything
from .rules_subjects import need_active_account, need_enterprise, need_level
from .world import MANAGER_TYPES, Record, has_begun, has_ended, in_force, is_blocked, since


def use_application(question: Question, application: Record) -> None:
    """UM-BLK-05, RMA-LM-05, ACC-07, DRV-16, EMP-02 (a mandate changes nothing here), EMP-08."""
    need_level(question, application.get("min_level"))
    capacity = question.chosen_capacity()
    if capacity is None:
        return
    enterprise = question.world.enterprise_of(capacity)
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    _need_opening(question, application, capacity, str(application["domain"]))


def act_under_mandate(question: Question, application: Record) -> None:
    """MAN-GEN-01, MAN-SOC-07, MAN-SSM-01, DRV-06, DRV-16, AMB-41: the mandate and one's own access."""
    need_level(question, application.get("min_level"))
    capacity = question.chosen_capacity()
    mandator = question.number(question.context.get("for_enterprise"))
    if capacity is None:
        if not application.get("mandate_system"):
            question.findings.remark("APPLICATION_NOT_MANDATABLE")
        return
    enterprise = question.world.enterprise_of(capacity)
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    if mandator is not None:
        need_mandate(question, mandator, enterprise, application)
    system = application.get("mandate_system")
    if not system:
        question.findings.fail("APPLICATION_NOT_MANDATABLE")
        with question.findings.side_remarks():
            _need_opening(question, application, capacity, str(application["domain"]))
    else:
        domain = "social_security" if system == "mahis" else "finance"
        _need_opening(question, application, capacity, domain)


def _need_opening(question: Question, application: Record, capacity: Record, domain: str) -> None:
    """The application is offered to the capacity (UM-APP-05) and something opens it there."""
    if capacity["type"] in application["offered_to"]:
        _need_access(question, application, capacity, domain)
        return
    question.findings.fail("APPLICATION_NOT_IN_CAPACITY")
    with question.findings.side_remarks():
        _need_access(question, application, capacity, domain)


def _need_access(question: Question, application: Record, capacity: Record, domain: str) -> None:
    if domain == "social_security":
        _need_profile(question, str(application["id"]), [capacity])
    elif domain == "flanders":
        _need_unblocked(question, capacity)
        need_right(question, application, question.world.enterprise_of(capacity))
    else:
        _need_unblocked(question, capacity)
        _need_role(question, application, capacity)


def _need_profile(question: Question, code: str, capacities: list[Record]) -> None:
    """In one's profile, or being GA there; the GAP and co-GAP everywhere; not while blocked.

    GGA-CAM-03, RMA-LM-05, EMP-08, UM-BLK-05, AMB-34, AMB-37, DRV-09.
    """
    world, person, at, findings = question.world, question.person, question.at, question.findings
    enterprise = world.enterprise_of(capacities[0]) if capacities else None
    if enterprise is not None and has_chief_power(question, enterprise):
        return
    found = [account for row in capacities if (account := world.account(person, row, at)) is not None]
    openers = [row for row in found if row["type"] in MANAGER_TYPES or code in row["applications"]]
    if any(not is_blocked(row) for row in openers):
        return
    in_profile = any(code in row["applications"] for row in openers)
    blocked = any(is_blocked(row) for row in found)
    if openers:
        findings.fail("ACCOUNT_BLOCKED", may=[] if in_profile else ["APPLICATION_NOT_GRANTED"])
    elif blocked and len(capacities) == 1:
        findings.fail("ACCOUNT_BLOCKED", "APPLICATION_NOT_GRANTED")
    else:
        findings.fail("APPLICATION_NOT_GRANTED", may=["ACCOUNT_BLOCKED"] if blocked else [])
    if enterprise is not None:
        if once_anything(question, enterprise):
            findings.remark("ROLE_ENDED")
        if manages_another(question, enterprise):
            findings.remark("WRONG_CAPACITY")


def _need_unblocked(question: Question, capacity: Record) -> None:
    """A blocked account opens nothing in its capacity (UM-BLK-05)."""
    account = question.world.account(question.person, capacity, question.at)
    if account is not None and is_blocked(account):
        question.findings.fail("ACCOUNT_BLOCKED")


def _need_role(question: Question, application: Record, capacity: Record) -> None:
    """An accepted role, in its period, that opens the application there; managers too (AMB-34)."""
    roles = [
        row
        for row in question.world.role_assignments
        if row["person"] == question.person["id"]
        and row["capacity"] == capacity["id"]
        and row["opens"] == application["id"]
    ]
    flaws = [role_flaws(row, question) for row in roles]
    if any(not found for found in flaws):
        return
    question.findings.remark("ROLE_NOT_HELD", *(code for found in flaws for code in found))
    if not roles:
        question.findings.fail("ROLE_NOT_HELD")
    elif flaws == [{"ROLE_NOT_ACCEPTED"}]:
        question.findings.fail("ROLE_NOT_ACCEPTED")
    else:
        question.findings.fail_one_of("ROLE_NOT_HELD", *{code for found in flaws for code in found})


def role_flaws(role: Record, question: Question) -> set[str]:
    """What keeps a role assignment from working (RMA-ROL-02)."""
    found: set[str] = set()
    if role["status"] in ("declined", "ended"):
        return {"ROLE_NOT_HELD"}
    if role["status"] != "accepted":
        found.add("ROLE_NOT_ACCEPTED")
    if not has_begun(role, question.at):
        found.add("ROLE_NOT_STARTED")
    if has_ended(role, question.at):
        found.add("ROLE_EXPIRED")
    return found


def need_right(question: Question, application: Record, enterprise: Record) -> None:
    """A Flemish right, in force, for the enterprise, that opens the application (ACM-RGT-01)."""
    openers = {row["id"] for row in question.world.rights_catalogue if row["opens"] == application["id"]}
    if not holds_right(question, question.person, enterprise, openers):
        question.findings.fail("RIGHT_NOT_HELD")


def holds_right(
    question: Question, person: Record, enterprise: Record, rights: set[str], context: str | None = None
) -> bool:
    """Whether one of the rights is held for the enterprise, in the context when one is named."""
    return any(
        row["person"] == person["id"]
        and row["enterprise"] == enterprise["id"]
        and row["right"] in rights
        and bool(row.get("context"))
        and (context is None or row["context"] == context)
        and in_force(row, question.at)
        for row in question.world.flemish_rights
    )


def read_ebox(question: Question, enterprise: Record) -> None:
    """DRV-09: GAP, co-GAP, GA in social security, or a user with the e-Box; it must be active."""
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    if not since(enterprise.get("ebox_active_since"), question.at):
        question.findings.fail("EBOX_NOT_ACTIVE")
    social = [
        row for row in question.world.capacities_of(enterprise, question.at) if row["domain"] == "social_security"
    ]
    if not has_chief_power(question, enterprise):
        _need_profile(question, "EBOX", social)
