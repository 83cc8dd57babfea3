"""Standings: who is GAP, co-GAP, GA or legal representative, and why somebody is not."""

from .question import Question
from .world import (
    CHIEF,
    CO_CHIEF,
    HEAD_LOCAL_MANAGER,
    MANAGER_TYPES,
    Record,
    in_force,
    is_blocked,
)


def is_chief(question: Question, enterprise: Record) -> bool:
    """GAP by a designation in force; one who left but was not replaced still is (ACC-12, DRV-07)."""
    return question.world.holds(question.person, enterprise, question.at, CHIEF)


def is_co_chief(question: Question, enterprise: Record) -> bool:
    """Co-GAP by a designation in force (GGA-CAM-02)."""
    return question.world.holds(question.person, enterprise, question.at, CO_CHIEF)


def has_chief_power(question: Question, enterprise: Record) -> bool:
    """GAP, or co-GAP where he has the same powers (DRV-01)."""
    return is_chief(question, enterprise) or is_co_chief(question, enterprise)


def once_chief(question: Question, enterprise: Record) -> bool:
    """Was GAP or co-GAP there (DRV-07)."""
    return question.world.once_held(question.person, enterprise, question.at, CHIEF, CO_CHIEF)


def manages_another(question: Question, enterprise: Record, capacity: Record | None = None) -> bool:
    """GA of some (other) capacity of the enterprise."""
    world, at = question.world, question.at
    return any(
        world.manages(question.person, other, at)
        for other in world.capacities_of(enterprise, at)
        if capacity is None or other["id"] != capacity["id"]
    )


def once_anything(question: Question, enterprise: Record) -> bool:
    """Once held some managing role somewhere in the enterprise."""
    world, person, at = question.world, question.person, question.at
    if world.once_held(person, enterprise, at, CHIEF, CO_CHIEF, HEAD_LOCAL_MANAGER):
        return True
    return any(world.once_managed(person, capacity, at) for capacity in world.capacities_of(enterprise, at))


def need_manager(question: Question, capacity: Record) -> None:
    """GA or co-GA of the capacity, or GAP or co-GAP of its enterprise.

    UM-MGT-01, GGA-CAM-03, GGA-CAM-07, DRV-01, UM-BLK-05 (a block suspends), DRV-07 (an end ends).
    """
    world, person, at, findings = question.world, question.person, question.at, question.findings
    enterprise = world.enterprise_of(capacity)
    if has_chief_power(question, enterprise) or world.manages(person, capacity, at):
        return
    account = world.account(person, capacity, at)
    if once_anything(question, enterprise):
        findings.remark("ROLE_ENDED")
    another = manages_another(question, enterprise, capacity)
    if another:
        findings.remark("WRONG_CAPACITY")
    if account is not None and is_blocked(account):
        findings.remark("ACCOUNT_BLOCKED")
        if account["type"] in MANAGER_TYPES:
            findings.fail("ACCOUNT_BLOCKED", may=["NOT_A_MANAGER"])
            return
    ended = once_chief(question, enterprise) or world.once_managed(person, capacity, at)
    if ended and another:
        findings.fail_one_of("ROLE_ENDED", "WRONG_CAPACITY")
    elif ended:
        findings.fail("ROLE_ENDED")
    elif another:
        findings.fail("WRONG_CAPACITY")
    elif world.holds(person, enterprise, at, HEAD_LOCAL_MANAGER):
        findings.fail_one_of("NOT_A_MANAGER", "WRONG_CAPACITY")
    else:
        findings.fail("NOT_A_MANAGER")
    findings.remark("NOT_A_MANAGER")


def need_chief(question: Question, enterprise: Record, co_chief_too: bool) -> None:
    """Reserved to the GAP, or to GAP and co-GAP (GGA-AM-01, GGA-CAM-02, ACC-07, DRV-01)."""
    if is_chief(question, enterprise) or (co_chief_too and is_co_chief(question, enterprise)):
        return
    question.findings.fail("NOT_CHIEF_ACCESS_MANAGER")
    if once_anything(question, enterprise):
        question.findings.remark("ROLE_ENDED")


def need_representative(question: Question, person: Record, enterprise: Record) -> None:
    """A current legal function with signing power (GGA-PRE-02, GGA-PRE-05, ACC-02, AMB-36, AMB-45)."""
    world, at, findings = question.world, question.at, question.findings
    if world.is_representative(person, enterprise, at):
        return
    functions = world.functions(person, enterprise)
    if any(in_force(row, at) for row in functions):
        findings.fail("NO_SIGNING_POWER", may=["NOT_LEGAL_REPRESENTATIVE"])
        if any(not in_force(row, at) for row in functions):
            findings.remark("LEGAL_FUNCTION_NOT_CURRENT")
    elif functions:
        findings.fail("NOT_LEGAL_REPRESENTATIVE", "LEGAL_FUNCTION_NOT_CURRENT")
        if not any(row["signing_power"] for row in functions):
            findings.remark("NO_SIGNING_POWER")
    else:
        findings.fail("NOT_LEGAL_REPRESENTATIVE")


def need_flemish_manager(question: Question, enterprise: Record) -> None:
    """Head local manager, GAP or co-GAP (ACM-RGT-02, AMB-29); the LR as such is not (AMB-28)."""
    world, person, at, findings = question.world, question.person, question.at, question.findings
    if has_chief_power(question, enterprise) or world.holds(person, enterprise, at, HEAD_LOCAL_MANAGER):
        return
    another = manages_another(question, enterprise)
    if another:
        findings.remark("WRONG_CAPACITY", "NOT_CHIEF_ACCESS_MANAGER")
    if world.once_held(person, enterprise, at, CHIEF, CO_CHIEF, HEAD_LOCAL_MANAGER):
        if another:
            findings.fail_one_of("ROLE_ENDED", "NOT_A_MANAGER", "WRONG_CAPACITY")
        else:
            findings.fail("ROLE_ENDED", may=["NOT_A_MANAGER"])
        return
    if once_anything(question, enterprise):
        findings.fail_one_of("NOT_A_MANAGER", "ROLE_ENDED")
    elif another:
        findings.fail_one_of("NOT_A_MANAGER", "WRONG_CAPACITY", "NOT_CHIEF_ACCESS_MANAGER")
    else:
        findings.fail("NOT_A_MANAGER")
