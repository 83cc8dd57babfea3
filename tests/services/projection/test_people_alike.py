"""People and groups that are alike in all but one thing, each answered as if nobody else were asked about."""

import copy
from itertools import cycle, product
from pathlib import Path
from typing import Final

from authz_service.domain import moments
from authz_service.domain.moments import Period
from authz_service.domain.records import RelationRecord
from authz_service.policy.engine import PolicyEngine
from tests.services.projection.agreement import disagreements
from tests.services.projection.worlds import WorldInUse, in_use
from tests.services.test_decisions_agree import REFERENCE

DAY = "2024-03-15"
OVER, RUNNING, TO_COME = ("2020-01-01", "2023-12-31"), ("2020-01-01", None), ("2030-01-01", None)
KEYS: Final[tuple[list[str], ...]] = (["eid"], ["itsme"], ["totp_app"], ["email_otp"], ["password"], [])
HERE = {each["person"] for each in REFERENCE["accounts"] if each["capacity"].startswith("alpha.")}
OTHERS = [each["id"] for each in REFERENCE["persons"] if each["id"] not in HERE]


def agree(used: WorldInUse, name: str) -> bool:
    return disagreements(used, used.projection(name, moments.moment_of(DAY)), DAY) == []


def test_people_with_other_keys_and_applications_of_other_levels(tmp_path: Path, policy: PolicyEngine) -> None:
    world = copy.deepcopy(REFERENCE)
    for application, level in zip(world["applications"], cycle([None, 400, 450, 500]), strict=False):
        application["min_level"] = level
    codes = [each["id"] for each in world["applications"] if "nsso_employer" in each["offered_to"]]
    period = {"begin": RUNNING[0], "end": RUNNING[1]}
    for person, keys in zip([each for each in world["persons"] if each["id"] in OTHERS], cycle(KEYS), strict=False):
        person["digital_keys"] = keys
        account = {"id": f"acc_{person['id']}_2", "person": person["id"], "type": "user", "applications": codes}
        world["accounts"].append({**account, "capacity": "alpha.nsso", "status": "active", **period})
    with in_use(world, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as used:
        assert agree(used, "alpha")


def test_people_with_roles_in_another_state_or_period(tmp_path: Path, policy: PolicyEngine) -> None:
    world = copy.deepcopy(REFERENCE)
    states = product(["accepted", "pending_acceptance", "declined"], [OVER, RUNNING, TO_COME])
    for name, (status, (begin, end)) in zip(OTHERS, cycle(states), strict=False):
        role = {"id": f"r_{name}_2", "person": name, "capacity": "alpha.finance", "role": "TWIN", "opens": "TAX_ON_WEB"}
        world["role_assignments"].append({**role, "assigned_by": "mia", "status": status, "begin": begin, "end": end})
    with in_use(world, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as used:
        assert agree(used, "alpha")


def test_people_with_applications_in_another_period(tmp_path: Path, policy: PolicyEngine) -> None:
    world, day = copy.deepcopy(REFERENCE), moments.moment_of(DAY)
    for name in OTHERS:
        account = {"id": f"acc_{name}_2", "person": name, "capacity": "alpha.nsso", "type": "user", "status": "active"}
        world["accounts"].append({**account, "applications": [], "begin": "2020-01-01", "end": None})
    with in_use(world, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as used:
        enterprise_id = used.projection("alpha").enterprise.enterprise_id
        for name, valid in zip(OTHERS, cycle([Period(until=day), Period(), Period(day + 1)]), strict=False):
            said = ("application_grant", "alpha.nsso", "DMFA", "", "", "", ())
            used.add(RelationRecord(f"acc_{name}_2", enterprise_id, used.person_id(name), *said, valid))
        assert agree(used, "alpha")


def test_mandators_with_mandates_in_another_state(tmp_path: Path, policy: PolicyEngine) -> None:
    world = copy.deepcopy(REFERENCE)
    signature = {"person": "anne", "date": "2019-12-01"}
    states = product([signature, None], [signature, None], [RUNNING, TO_COME], [None, "2023-12-31"])
    mandators = [each["id"] for each in world["enterprises"] if each["id"] != "sigma"]
    pairs = list(product(states, [signature, None]))
    for position, ((mandator_signs, mandatary_signs, (begin, end), ended), besides) in enumerate(pairs[:30]):
        parties = {"mandator": mandators[position % len(mandators)], "mandatary": "sigma", "system": "mahis"}
        one = {"signatures": {"mandator": mandator_signs, "mandatary": mandatary_signs}, "ended_on": ended}
        other = {"signatures": {"mandator": besides, "mandatary": signature}, "ended_on": None}
        for name, state, group in ((f"m_{position}", one, "dmfa_dimona"), (f"n_{position}", other, "asr_unemployment")):
            world["mandates"].append({"id": name, "groups": [group], "begin": begin, "end": end, **parties, **state})
    with in_use(world, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as used:
        assert agree(used, "sigma")
