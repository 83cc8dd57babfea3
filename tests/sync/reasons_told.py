"""The reference world in a directory: what is to be done in it, and why."""

from collections.abc import Mapping
from typing import Final

from authz_service.domain import moments
from authz_service.domain.projections import Group, GroupKind, Projection
from authz_service.domain.vocabulary import Domain
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.sync.because import Because
from authz_service.sync.plans import Plan
from authz_service.sync.reasons import Reason
from tests.model.rules_subjects import LEVELS
from tests.services.projection.worlds import NUMBERS, WorldInUse
from tests.services.test_decisions_agree import PROJECT
from tests.sync.offices import Office

DAY: Final = moments.moment_of("2024-03-15")
ALPHA: Final = NUMBERS["alpha"]
DMFA: Final = Group(GroupKind.APPLICATION, ALPHA, "alpha.nsso", Domain.SOCIAL_SECURITY, "DMFA")
USERS: Final = Group(GroupKind.USERS, ALPHA, "alpha.nsso", Domain.SOCIAL_SECURITY)
CO_CHIEFS: Final = Group(GroupKind.CO_CHIEF_ACCESS_MANAGERS, ALPHA)
Reasons = Mapping[str, tuple[Reason, ...]]


def real_policy() -> PolicyEngine:
    return PolicyEngine(read_policy(PROJECT / "policies", levels=LEVELS))


def projected(used: WorldInUse, office: Office, *names: str, at: int = DAY) -> tuple[Projection, ...]:
    return tuple(used.projection(name, at, domains=office.target.domains) for name in names or NUMBERS)


def because(used: WorldInUse, office: Office, plan: Plan, at: int = DAY) -> Reasons:
    remembered = office.directories.remembered(office.target.name)
    return Because(office.target, used.projections).of(plan, remembered, at=at)


def changed(used: WorldInUse, office: Office, name: str = "alpha") -> tuple[Plan, Reasons]:
    """Return the plan for what has changed since, and its reasons."""
    plan = office.plan(*projected(used, office, name))
    return plan, because(used, office, plan)


def lines(used: WorldInUse, reasons: Reasons, key: str) -> list[str]:
    """What is told of a change, with the names of the world instead of ids."""
    told = [reason.told for reason in reasons[key]]
    for person_id, name in used.names.items():
        told = [line.replace(person_id, name) for line in told]
    return told
