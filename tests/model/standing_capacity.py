"""Managing a capacity and the accounts in it."""

from .standing_case import MANAGER_TYPES, Case
from .standing_powers import (
    NO_CANDIDATE,
    has_chief_power,
    is_linked,
    manages,
    need_chief,
    need_eligible,
    need_linked,
    need_manager,
)
from .standing_subject import enter

RMA = frozenset({"finance", "mobility"})


def manage_capacity(case: Case) -> None:
    """Lists, details and export of the own capacity (UM-MGT-01, UM-MGT-03, UM-LST-04)."""
    enter(case)
    need_manager(case)


def list_roles(case: Case) -> None:
    """RMA-ROL-01; AMB-28: a legal representative too, in the role management, by switch."""
    enter(case)
    need_manager(case, representative_too=representative_manages_roles(case))


def representative_manages_roles(case: Case) -> bool:
    """AMB-28: in My eGov role management, which serves finance and mobility (SYS-11)."""
    return case.is_on("representative_manages_roles") and case.capacity["domain"] in RMA


def change_access_manager(case: Case) -> None:
    """GGA-AM-01, GGA-AM-03: GAP or co-GAP replace the titular GA."""
    enter(case)
    need_chief(case, co_chief_too=True)
    need_linked(case)


def add_co_access_manager(case: Case) -> None:
    """GGA-AM-09, AMB-06: GAP or co-GAP add a co-GA; a GA does not."""
    enter(case)
    need_chief(case, co_chief_too=True)
    need_eligible(case)


def create_user(case: Case) -> None:
    """UM-USR-01, UM-USR-08, AMB-40: a linked person without an account in force there."""
    enter(case)
    need_manager(case)
    if need_linked(case) and case.facts["candidate_has_account"]:
        case.findings.fail("ALREADY_A_USER")


def assign_role(case: Case) -> None:
    """RMA-ROL-01, SYS-11: in a domain capacity of RMA, a role of that domain, to a linked person."""
    enter(case)
    need_manager(case, representative_too=representative_manages_roles(case))
    if case.given("candidate", NO_CANDIDATE, also=NO_CANDIDATE) and not is_linked(case):
        case.findings.fail("NOT_LINKED_TO_ENTERPRISE", may=["CANDIDATE_NOT_ELIGIBLE"])
    domain, asked = case.capacity["domain"], case.facts["role_domain"]
    if asked == "none":
        # Missing, unreadable (then that is a problem of the question) or the name of no domain.
        case.findings.fail_one_of("WRONG_DOMAIN", *(case.problems or ["INVALID_INPUT"]))
    elif asked != domain:
        case.findings.fail("WRONG_DOMAIN")
    elif domain not in RMA:
        case.findings.fail_one_of("WRONG_DOMAIN", "UNKNOWN_RESOURCE", "TARGET_STATE")


def _target(case: Case) -> None:
    """A record that is not in force is no target."""
    enter(case)
    if not case.capacity["in_force"]:
        case.findings.fail_one_of("TARGET_STATE", "UNKNOWN_RESOURCE")
    elif case.facts["target_state"] == "not_in_force":
        case.findings.fail("TARGET_STATE")


def _need_user_record(case: Case) -> None:
    """A GA acts on USER records only; GL and Co-GL are for GAP and co-GAP (DRV-03, AMB-06, AMB-37)."""
    if case.facts["target_type"] not in MANAGER_TYPES or has_chief_power(case):
        return
    own, gone = case.facts["own_account"], case.facts["target_state"] == "not_in_force"
    if manages(case) and not own and not gone:
        case.findings.fail("TARGET_IS_MANAGER")
    elif case.findings.denied:
        case.findings.remark("TARGET_IS_MANAGER")
    else:
        case.findings.fail_one_of("TARGET_IS_MANAGER", "OWN_ACCOUNT")


def _need_other(case: Case) -> None:
    """Nobody blocks or deletes his own record (DRV-02, AMB-37)."""
    if case.facts["own_account"]:
        case.findings.fail("OWN_ACCOUNT")


def grant_application(case: Case) -> None:
    """UM-APP-01, UM-APP-05, AMB-39: only what is offered to the capacity; twice is harmless."""
    _need_application(case)
    if case.facts["application_known"] and not case.facts["application_offered"]:
        case.findings.fail("APPLICATION_NOT_IN_CAPACITY")


def revoke_application(case: Case) -> None:
    """UM-APP-03, AMB-39: taking away what is not held is harmless."""
    _need_application(case)


def _need_application(case: Case) -> None:
    _target(case)
    need_manager(case)
    _need_user_record(case)
    if not case.facts["application_known"]:
        # What is missing or unreadable is a problem of the question, which refuses by itself.
        case.findings.fail_one_of("UNKNOWN_APPLICATION", *case.problems)


def block_user(case: Case) -> None:
    """UM-BLK-01, AMB-39: an active record of somebody else; a GL too, by GAP or co-GAP."""
    _change(case, needed="active")


def unblock_user(case: Case) -> None:
    """UM-BLK-03, AMB-39: a blocked record of somebody else."""
    _change(case, needed="blocked")


def _change(case: Case, needed: str) -> None:
    _target(case)
    need_manager(case)
    _need_other(case)
    _need_user_record(case)
    if case.facts["target_state"] != needed:
        case.findings.fail("TARGET_STATE")


def delete_user(case: Case) -> None:
    """UM-DEL-01, DRV-02, DRV-03: a titular GL is replaced, never deleted."""
    _target(case)
    need_manager(case)
    _need_other(case)
    _need_user_record(case)
    if case.facts["target_type"] == "access_manager":
        case.findings.fail("TITULAR_MUST_BE_REPLACED")


def remove_co_access_manager(case: Case) -> None:
    """GGA-AM-11, DRV-03: GAP or co-GAP remove a Co-GL; a GL is replaced, a USER is no co-GA."""
    _target(case)
    need_chief(case, co_chief_too=True)
    kind = case.facts["target_type"]
    if kind == "access_manager":
        case.findings.fail("TITULAR_MUST_BE_REPLACED", may=["TARGET_STATE"])
    elif kind != "co_access_manager":
        case.findings.fail("TARGET_STATE")
    if has_chief_power(case):
        _need_other(case)
        return
    case.findings.remark("TARGET_IS_MANAGER", *["OWN_ACCOUNT"] * case.facts["own_account"])
