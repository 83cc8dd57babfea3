"""The policy and an independent reading of the same rules give the same answers, standing by standing (F16)."""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

import pytest

from authz_service.domain.questions import Answer
from authz_service.domain.standings import ServiceStanding, Standing
from authz_service.domain.vocabulary import Action
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import SWITCHES, read_policy
from tests.model import standing_judge
from tests.model.standing_judge import judge
from tests.model.verdict import Verdict
from tests.policy.favourable_standings import favourable
from tests.policy.standing_generation import constrained_size, everything, generated
from tests.policy.standing_settling import settled
from tests.policy.standing_shapes import ACTIONS_OF, STANDING_OF, build, flat_of

ROOT: Final = Path(__file__).parents[2]
POLICIES: Final = ROOT / "policies"
QUICK: Final = 450
"""Standings of each action in the quick suite."""
FAMILY: Final = 100_000
"""Standings of each family in the slow suite, unless all of them are fewer."""
PART: Final = 10_000
BY_SWITCH: Final = "eID where it is demanded"
"""A need that is always met as long as its switch is off."""
OF_NO_OPERATOR: Final = frozenset({"known subject", "readable question"})
"""Needs that an operator always meets, where nothing but a name is to be read."""
EXHAUSTED: Final = 200_000
"""An action with no more consistent standings than this is compared on all of them."""
SWITCHED: Final[Mapping[str, tuple[Action, ...]]] = {
    "strict_eid": (Action.DESIGNATE_CHIEF_ACCESS_MANAGER, Action.ACTIVATE_EBOX, Action.VIEW_CHIEF_ACCESS_MANAGER),
    "representative_manages_roles": (Action.ASSIGN_ROLE, Action.END_ROLE, Action.LIST_ROLES, Action.LIST_USERS),
    "representative_manages_rights": (
        Action.END_FLEMISH_RIGHT,
        Action.GRANT_FLEMISH_RIGHT,
        Action.LINK_PERSON,
        Action.DESIGNATE_FLEMISH_HEAD_LOCAL_MANAGER,
    ),
    "mandates_without_staff": (Action.CREATE_MANDATE, Action.CREATE_SSM_MANDATE),
    "paper_delivery": (Action.PROCESS_EXCEPTIONAL_REQUEST, Action.DELETE_ENTERPRISE_ACCOUNT),
}
"""The actions on which a switch is tried: those that it changes first, then neighbours that it must leave alone."""


@pytest.fixture(scope="module")
def engine() -> PolicyEngine:
    """The policy as it stands."""
    return PolicyEngine(read_policy(POLICIES))


def _plain(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, Enum) else value for name, value in items}


def _verdict(standing: Standing, switches: Mapping[str, str]) -> Verdict:
    return judge(standing.action.value, dataclasses.asdict(standing, dict_factory=_plain), switches)


def _differ(standing: Standing, answer: Answer, verdict: Verdict) -> str:
    """Say how the two differ, and in what standing: what it has other than the nearest in which all is favourable."""
    flat = flat_of(standing)
    near = min(favourable(standing.action), key=lambda other: sum(flat[path] != value for path, value in other.items()))
    own = {path: str(value) for path, value in flat.items() if near[path] != value}
    return (
        f"{standing.action} {'allowed' if answer.allowed else 'denied'} for {sorted(answer.reasons)}, the model "
        f"{'allows' if verdict.decision else 'denies'}: must {sorted(verdict.must)}, may {sorted(verdict.reasons)}, "
        f"one of {[sorted(group) for group in verdict.one_of]}\n  {own} beside {near}"
    )


def _compare(engine: PolicyEngine, standings: Iterable[Standing]) -> tuple[int, int, set[str]]:
    """Compare on each of the standings; return how many were allowed and denied, and the needs that were not met."""
    allowed = denied = 0
    unmet: set[str] = set()
    found: list[str] = []
    for standing in standings:
        answer, verdict = engine.ask(standing), _verdict(standing, engine.text.switches)
        if not verdict.agrees(answer.allowed, [reason.value for reason in answer.reasons]):
            found.append(_differ(standing, answer, verdict))
        allowed += answer.allowed
        denied += not answer.allowed
        unmet.update(answer.unmet)
    assert not found, f"{len(found)} of {allowed + denied} differ, the first ones:\n" + "\n".join(found[:3])
    return allowed, denied, unmet


def _id(action: Action) -> str:
    return action.value


@pytest.mark.parametrize("action", Action, ids=_id)
def test_policy_and_model_agree(engine: PolicyEngine, action: Action) -> None:
    """And what they are compared on is no easy choice: each need of the action is met in some, unmet in others."""
    allowed, denied, unmet = _compare(engine, generated(action, QUICK))
    assert allowed >= QUICK // 10
    assert denied >= QUICK // 10
    needs = {need.name for need in engine._needs[action]} - {BY_SWITCH}
    if action in ACTIONS_OF[ServiceStanding]:
        needs -= OF_NO_OPERATOR
    assert needs <= unmet


@pytest.mark.parametrize(
    ("switch", "value"), [(switch, value) for switch, values in SWITCHES.items() for value in values[1:]]
)
def test_policy_and_model_agree_on_switches(engine: PolicyEngine, switch: str, value: str) -> None:
    switched = PolicyEngine(read_policy(POLICIES, {switch: value}))
    changed: set[Action] = set()
    for action in SWITCHED[switch]:
        standings = list(generated(action, QUICK // 2, seed=7))
        _compare(switched, standings)
        changed |= {action for standing in standings if engine.ask(standing) != switched.ask(standing)}
    assert SWITCHED[switch][0] in changed
    assert SWITCHED[switch][-1] not in changed


def _parts() -> Iterator[tuple[Action, int]]:
    """Yield each action with the parts that its generated standings are compared in; none when it is exhausted."""
    for actions in ACTIONS_OF.values():
        count = -(-FAMILY // len(actions))
        for action in actions:
            if constrained_size(action) > EXHAUSTED:
                yield from ((action, part) for part in range(1, 1 - (-count // PART)))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("action", "part"), list(_parts()))
def test_policy_and_model_agree_far_and_wide(engine: PolicyEngine, action: Action, part: int) -> None:
    count = -(-FAMILY // len(ACTIONS_OF[STANDING_OF[action]]))
    _compare(engine, generated(action, min(PART, count - (part - 1) * PART), seed=part))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("action", [one for one in Action if constrained_size(one) <= EXHAUSTED], ids=_id)
def test_policy_and_model_agree_on_all_there_is(engine: PolicyEngine, action: Action) -> None:
    allowed, denied, _ = _compare(engine, everything(action))
    assert allowed
    assert denied


def test_the_model_judges_every_action_and_no_other() -> None:
    assert standing_judge.ACTIONS.keys() == {action.value for action in Action}
    assert judge("fly", {}).must == {"UNKNOWN_ACTION"}


@pytest.mark.parametrize("action", Action, ids=_id)
def test_standings_of_the_space_are_settled(action: Action) -> None:
    for standing in generated(action, 50, seed=3):
        assert build(action, settled(action, flat_of(standing))) == standing
    assert list(generated(action, 20, seed=3)) == list(generated(action, 20, seed=3))


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "model").glob("standing_*.py")), ids=lambda path: path.name)
def test_the_model_knows_nothing_of_what_it_is_compared_with(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ".polar" not in text
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            assert {name.name.partition(".")[0] for name in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert str(node.module).partition(".")[0] in sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1
        elif isinstance(node, ast.Call):
            assert not (isinstance(node.func, ast.Name) and node.func.id == "open")
