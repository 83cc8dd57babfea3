"""Managing a capacity and the accounts in it."""

from .question import Question
from .rules_enterprise import need_eligible, need_linked
from .rules_standing import has_chief_power, need_chief, need_manager
from .rules_subjects import need_active_account, need_enterprise
from .world import MANAGER_TYPES, Record, begin_of, in_force, is_blocked


def _enter(question: Question, capacity: Record) -> Record:
    enterprise = question.world.enterprise_of(capacity)
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    return enterprise


def manage_capacity(question: Question, capacity: Record) -> None:
    """Lists, details and export of the own capacity (UM-MGT-01, UM-MGT-03, UM-LST-04, RMA-ROL-01)."""
    _enter(question, capacity)
    need_manager(question, capacity)


def change_access_manager(question: Question, capacity: Record) -> None:
    """GGA-AM-01, GGA-AM-03, GGA-AM-04: GAP or co-GAP replace the titular GA."""
    enterprise = _enter(question, capacity)
    need_chief(question, enterprise, co_chief_too=True)
    need_linked(question, enterprise, question.candidate())


def add_co_access_manager(question: Question, capacity: Record) -> None:
    """GGA-AM-09, AMB-06: GAP or co-GAP add a co-GA; a GA does not."""
    enterprise = _enter(question, capacity)
    need_chief(question, enterprise, co_chief_too=True)
    need_eligible(question, enterprise, question.candidate())


def create_user(question: Question, capacity: Record) -> None:
    """UM-USR-01, UM-USR-08, AMB-40: a linked person without an account in force there."""
    enterprise = _enter(question, capacity)
    need_manager(question, capacity)
    niss = question.candidate()
    need_linked(question, enterprise, niss)
    candidate = question.known(niss) if niss else None
    if candidate is not None and question.world.account(candidate, capacity, question.at):
        question.findings.fail("ALREADY_A_USER")


def _target(question: Question, account: Record) -> tuple[Record, Record]:
    """The capacity and enterprise of a record; one that is not in force is no target."""
    world, at = question.world, question.at
    capacity = world.capacity_by_id[str(account["capacity"])]
    enterprise = _enter(question, capacity)
    if begin_of(capacity.get("created")) > at:
        question.findings.fail_one_of("TARGET_STATE", "UNKNOWN_RESOURCE")
    elif not in_force(account, at):
        question.findings.fail("TARGET_STATE", may=["UNKNOWN_RESOURCE"])
    return capacity, enterprise


def _need_user_record(question: Question, account: Record, capacity: Record, enterprise: Record) -> None:
    """A GA acts on USER records only; GL and Co-GL are for GAP and co-GAP (DRV-03, AMB-06, AMB-37)."""
    if account["type"] not in MANAGER_TYPES or has_chief_power(question, enterprise):
        return
    plain = (
        question.world.manages(question.person, capacity, question.at)
        and in_force(account, question.at)
        and account["person"] != question.person["id"]
    )
    if plain:
        question.findings.fail("TARGET_IS_MANAGER")
    elif question.findings.denied:
        question.findings.remark("TARGET_IS_MANAGER")
    else:
        question.findings.fail_one_of("TARGET_IS_MANAGER", "OWN_ACCOUNT")


def _need_other(question: Question, account: Record) -> None:
    """Nobody blocks or deletes his own record (DRV-02, AMB-37)."""
    if account["person"] == question.person["id"]:
        question.findings.fail("OWN_ACCOUNT")


def grant_application(question: Question, account: Record) -> None:
    """UM-APP-01, UM-APP-05, AMB-39: only what is offered to the capacity; twice is harmless."""
    application = _grant(question, account)
    if application is None:
        return
    capacity = question.world.capacity_by_id[str(account["capacity"])]
    if capacity["type"] not in application["offered_to"]:
        question.findings.fail("APPLICATION_NOT_IN_CAPACITY")


def revoke_application(question: Question, account: Record) -> None:
    """UM-APP-03, AMB-39: taking away what is not held is harmless."""
    _grant(question, account)


def _grant(question: Question, account: Record) -> Record | None:
    capacity, enterprise = _target(question, account)
    need_manager(question, capacity)
    _need_user_record(question, account, capacity, enterprise)
    code = question.text("application")
    if code is None:
        return None
    application = question.world.application_by_id.get(code)
    if application is None:
        question.findings.fail("UNKNOWN_APPLICATION")
    return application


def block_user(question: Question, account: Record) -> None:
    """UM-BLK-01, AMB-39: an active record of somebody else; a GL too, by GAP or co-GAP."""
    _block(question, account, blocked=False)


def unblock_user(question: Question, account: Record) -> None:
    """UM-BLK-03, AMB-39: a blocked record of somebody else."""
    _block(question, account, blocked=True)


def _block(question: Question, account: Record, blocked: bool) -> None:
    capacity, enterprise = _target(question, account)
    need_manager(question, capacity)
    _need_other(question, account)
    _need_user_record(question, account, capacity, enterprise)
    if is_blocked(account) is not blocked:
        question.findings.fail("TARGET_STATE")


def delete_user(question: Question, account: Record) -> None:
    """UM-DEL-01, DRV-02, DRV-03: a titular GL is replaced, never deleted."""
    capacity, enterprise = _target(question, account)
    need_manager(question, capacity)
    _need_other(question, account)
    _need_user_record(question, account, capacity, enterprise)
    if account["type"] == "access_manager":
        question.findings.fail("TITULAR_MUST_BE_REPLACED")


def remove_co_access_manager(question: Question, account: Record) -> None:
    """GGA-AM-11, DRV-03: GAP or co-GAP remove a Co-GL; a GL is replaced, a USER is no co-GA."""
    _, enterprise = _target(question, account)
    need_chief(question, enterprise, co_chief_too=True)
    if account["type"] == "access_manager":
        question.findings.fail("TITULAR_MUST_BE_REPLACED", may=["TARGET_STATE"])
    elif account["type"] != "co_access_manager":
        question.findings.fail("TARGET_STATE")
    own = account["person"] == question.person["id"]
    if own and has_chief_power(question, enterprise):
        question.findings.fail("OWN_ACCOUNT")
    elif own:
        question.findings.remark("OWN_ACCOUNT")
    if not has_chief_power(question, enterprise):
        question.findings.remark("TARGET_IS_MANAGER")
