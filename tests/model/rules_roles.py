"""Roles of the eGov role management, Flemish rights, the own record, and the running of the service."""

from .question import Question
from .rules_applications import holds_right, role_flaws
from .rules_standing import has_chief_power, need_flemish_manager, need_manager
from .rules_subjects import need_active_account, need_enterprise, no_scope
from .world import Record, begin_of, has_ended, is_blocked

NOT_RMA = frozenset({"social_security", "flanders"})


# -- roles -------------------------------------------------------------------------------------


def assign_role(question: Question, capacity: Record) -> None:
    """RMA-ROL-01, SYS-11: in a domain capacity of RMA, a role of that domain, to a linked person."""
    findings = question.findings
    enterprise = question.world.enterprise_of(capacity)
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    need_manager(question, capacity)
    niss = question.candidate()
    candidate = question.known(niss) if niss else None
    if niss and not (candidate and question.world.is_linked(candidate, enterprise, question.at)):
        findings.fail("NOT_LINKED_TO_ENTERPRISE", may=["CANDIDATE_NOT_ELIGIBLE"])
    question.text("role")
    domain = question.text("role_domain")
    in_rma = capacity["domain"] not in NOT_RMA
    if domain is not None and domain != capacity["domain"]:
        known = {row["domain"] for row in question.world.capacities} | {"mobility"}
        if domain in known:
            findings.fail("WRONG_DOMAIN", may=[] if in_rma else ["UNKNOWN_RESOURCE", "TARGET_STATE"])
        else:
            findings.fail_one_of("WRONG_DOMAIN", "INVALID_INPUT")
    elif not in_rma:
        findings.fail_one_of("WRONG_DOMAIN", "UNKNOWN_RESOURCE", "INVALID_INPUT", "TARGET_STATE")


def _role(question: Question, role: Record) -> Record:
    """The enterprise and account of a role assignment; before its capacity exists there is none."""
    capacity = question.world.capacity_by_id[str(role["capacity"])]
    enterprise = question.world.enterprise_of(capacity)
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    if begin_of(capacity.get("created")) > question.at:
        question.findings.fail_one_of("UNKNOWN_RESOURCE", "ROLE_NOT_STARTED", "ACCOUNT_NOT_ACTIVE", "ROLE_NOT_PENDING")
    return capacity


def _is_addressee(question: Question, role: Record) -> bool:
    return bool(role["person"] == question.person["id"])


def answer_role(question: Question, role: Record) -> None:
    """RMA-ROL-02, AMB-33: the addressee alone accepts or declines, while it is pending."""
    _role(question, role)
    if not _is_addressee(question, role):
        question.findings.fail("NOT_ADDRESSEE")
    if role["status"] != "pending_acceptance":
        question.findings.fail("ROLE_NOT_PENDING")
        if has_ended(role, question.at):
            question.findings.remark("ROLE_EXPIRED")
    elif has_ended(role, question.at):
        question.findings.fail_one_of("ROLE_EXPIRED", "ROLE_NOT_PENDING", "TARGET_STATE")


def use_role(question: Question, role: Record) -> None:
    """RMA-ROL-02, UM-BLK-05: the addressee alone, accepted, within its period."""
    capacity = _role(question, role)
    if not _is_addressee(question, role):
        question.findings.fail("NOT_ADDRESSEE")
    flaws = role_flaws(role, question)
    if flaws:
        question.findings.fail(*flaws)
    account = question.world.account(question.person, capacity, question.at)
    if account is not None and is_blocked(account):
        question.findings.fail("ACCOUNT_BLOCKED")


def end_role(question: Question, role: Record) -> None:
    """RMA-ROL-01: the managers of the capacity, or the addressee; not ended yet."""
    capacity = _role(question, role)
    world, person, at = question.world, question.person, question.at
    enterprise = world.enterprise_of(capacity)
    manager = has_chief_power(question, enterprise) or world.manages(person, capacity, at)
    if not manager and not _is_addressee(question, role):
        question.findings.fail_one_of(
            "NOT_ADDRESSEE", "NOT_A_MANAGER", "WRONG_CAPACITY", "ROLE_ENDED", "ACCOUNT_BLOCKED"
        )
        question.findings.may -= {"WRONG_CAPACITY", "ROLE_ENDED", "ACCOUNT_BLOCKED"}
        with question.findings.side_remarks():
            need_manager(question, capacity)
    if has_ended(role, at):
        question.findings.fail_one_of("ROLE_EXPIRED", "TARGET_STATE")
    elif role["status"] in ("declined", "ended"):
        question.findings.fail("TARGET_STATE")


# -- Flemish rights ----------------------------------------------------------------------------


def _manage_flanders(question: Question, enterprise: Record) -> None:
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    need_flemish_manager(question, enterprise)


def grant_flemish_right(question: Question, enterprise: Record) -> None:
    """ACM-RGT-02, ACM-RGT-05, ACM-REL-01, AMB-32 (a key is needed at use only), AMB-50."""
    world, findings = question.world, question.findings
    _manage_flanders(question, enterprise)
    niss = question.candidate()
    candidate = question.known(niss) if niss else None
    if niss is not None and not (candidate and world.has_work_relation(candidate, enterprise, question.at)):
        linked = candidate is not None and world.is_linked(candidate, enterprise, question.at)
        findings.fail("NOT_LINKED_TO_ENTERPRISE", may=[] if linked else ["CANDIDATE_NOT_ELIGIBLE"])
    code = question.text("right")
    context = question.text("right_context", "CONTEXT_MISSING")
    if code is None:
        findings.remark("CONTEXT_MISSING")
        return
    right = world.right_by_id.get(code)
    if right is None:
        findings.fail_one_of("INVALID_INPUT", "CONTEXT_MISSING", "RIGHT_NOT_HELD", "UNKNOWN_RESOURCE")
        return
    if context is not None and context not in right["contexts"]:
        findings.fail("CONTEXT_MISSING")
    if right["requires_approved_enterprise"] and not enterprise["approved_for_service_vouchers"]:
        findings.fail("ENTERPRISE_NOT_APPROVED")


def link_person(question: Question, enterprise: Record) -> None:
    """ACM-REL-01, AMB-11: any valid NISS can be linked."""
    _manage_flanders(question, enterprise)
    question.candidate()


def end_flemish_right(question: Question, enterprise: Record) -> None:
    """ACM-RGT-02: who grants ends; the right is held, in that context."""
    _manage_flanders(question, enterprise)
    niss = question.target()
    code = question.text("right")
    context = question.text("right_context", "CONTEXT_MISSING")
    if niss is None or code is None or context is None:
        question.findings.remark("RIGHT_NOT_HELD", "TARGET_STATE", "CONTEXT_MISSING", "INVALID_INPUT")
        return
    target = question.known(niss)
    if target is None or not holds_right(question, target, enterprise, {code}, context):
        codes = ["RIGHT_NOT_HELD", "TARGET_STATE"]
        right = question.world.right_by_id.get(code)
        if right is None:
            codes.append("INVALID_INPUT")
        if right is None or context not in right["contexts"]:
            codes.append("CONTEXT_MISSING")
        question.findings.fail_one_of(*codes)


def use_flemish_right(question: Question, enterprise: Record) -> None:
    """ACM-RGT-01, ACM-KEY-01: the right is held for that enterprise."""
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    code = question.text("right")
    if code is None:
        question.findings.remark("RIGHT_NOT_HELD")
    elif code not in question.world.right_by_id:
        question.findings.fail_one_of("RIGHT_NOT_HELD", "INVALID_INPUT")
    elif not holds_right(question, question.person, enterprise, {code}):
        question.findings.fail("RIGHT_NOT_HELD")


# -- the own record ----------------------------------------------------------------------------


def own_record(question: Question, person: Record) -> None:
    """UM-SELF-01, UM-SELF-02, UM-SELF-03, AMB-37: nobody else's, blocked or not."""
    if question.acting_for is not None:
        question.number(question.acting_for)
    if person["id"] != question.person["id"]:
        question.findings.fail("NOT_OWN_RECORD")


# -- the service -------------------------------------------------------------------------------

SCOPES = {
    "load_facts": ("admin", ""),
    "import_register": ("admin", "register"),
    "manage_callers": ("admin", ""),
    "activate_policy": ("admin", "revision"),
    "apply_directory_plan": ("sync", "target"),
    "approve_directory_plan": ("sync", "target"),
    "read_audit": ("audit", ""),
}


def operate(question: Question, service: str) -> None:
    """OPS-01: an operator within the scopes of its caller."""
    scope, name = SCOPES[question.action]
    if scope not in question.scopes:
        no_scope(question)
    if name:
        question.text(name)
