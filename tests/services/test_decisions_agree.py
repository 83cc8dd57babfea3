"""The service against an independent model of the rules: random questions over the reference world and worlds made from it.

The model (tests/model) was written from the rules alone and imports nothing of the service.
"""

import ast
import copy
import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from authz_service.domain.person_ids import new_person_id
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Scope
from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.loading import load
from authz_service.services.facts_file.tree import FactsFile
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from authz_service.store.writing import Recorder
from tests.model.oracle import decide
from tests.model.questions import random_questions
from tests.model.rules_subjects import LEVELS
from tests.model.world import World
from tests.support.databases import make_tables

PROJECT = Path(__file__).parent.parent.parent
SCOPES = frozenset(Scope)
REFERENCE = yaml.safe_load((PROJECT / "config" / "reference_world.yaml").read_text("utf-8"))["world"]
DATES = ["2019-12-31", "2021-06-01", "2023-12-31", "2024-01-01", "2024-03-14", "2024-03-15", "2024-03-16", "2030-01-01"]


@contextmanager
def service_over(world: dict[str, Any], url: str, folder: Path, policy: PolicyEngine) -> Iterator[DecisionService]:
    """A service over a database that holds the world. Raises FactsFileError when the world cannot be."""
    database = Database(url, ensure_key_file(folder / "keys.json"))
    try:
        make_tables(database)
        with Recorder(database) as recorder:
            file = FactsFile(json.dumps({"world": world}))
            load(recorder, file, means=LEVELS, new_person_id=new_person_id)
        yield DecisionService(FactsReader(database), policy, LEVELS)
    finally:
        database.close()


def question_of(request: dict[str, Any]) -> Question:
    subject, action, resource = request["subject"], request["action"], request["resource"]
    return Question(
        subject_type=subject["type"],
        subject_id=subject["id"],
        subject_properties=subject.get("properties") or {},
        action=action["name"],
        action_properties=action.get("properties") or {},
        resource_type=resource["type"],
        resource_id=resource["id"],
        context=request.get("context") or {},
    )


def disagreements(service: DecisionService, world: dict[str, Any], seed: int, count: int) -> list[str]:
    """Return what the service answers otherwise than the model allows."""
    model, found = World(world), []
    requests = list(random_questions(model, seed, count, absent_at=0))
    for start in range(0, count, 250):
        chunk = requests[start : start + 250]
        for request, decision in zip(chunk, service.decide([question_of(r) for r in chunk], SCOPES), strict=True):
            verdict = decide(model, request, scopes=frozenset(scope.value for scope in SCOPES))
            reasons = [reason.value for reason in decision.answer.reasons]
            if decision.error or not verdict.agrees(decision.answer.allowed, reasons):
                found.append(f"{request}\n  model: {verdict}\n  service: {decision.answer}")
    return found


def new_values(chance: random.Random, kind: str, member: str) -> list[Any]:
    """Return what a member of an object of the world can be changed to."""
    people = [person["id"] for person in REFERENCE["persons"]]
    states = {"accounts": ["active", "blocked"], "role_assignments": ["pending_acceptance", "accepted", "declined"]}
    kinds = {"enterprises": ["private_employer", "social_service_provider", "approved_social_secretariat"]}
    values: dict[str, list[Any]] = {
        "approved_for_service_vouchers": [True, False],
        "begin": [*DATES],
        "digital_keys": [chance.sample(sorted(LEVELS), 3)],
        "ebox_active_since": [None, *DATES],
        "end": [None, *DATES],
        "ended_on": [None, *DATES],
        "has_eid_or_foreigner_card": [True, False],
        "held_by": people,
        "kind": kinds.get(kind, []),
        "min_level": [None, 400, 450, 500],
        "person": people,
        "portal_account_active_since": [None, *DATES],
        "signatures": [{"mandator": sign(chance), "mandatary": sign(chance)}],
        "signing_power": [True, False],
        "status": states.get(kind, []),
        "type": ["access_manager", "co_access_manager", "user"] if kind == "accounts" else [],
    }
    return values.get(member, [])


def sign(chance: random.Random) -> dict[str, str] | None:
    return chance.choice([None, {"person": "anne", "date": chance.choice(DATES)}])


def changed(seed: int) -> dict[str, Any]:
    """Return the reference world with a few things otherwise: other periods, states and people."""
    chance = random.Random(seed)
    world: dict[str, Any] = copy.deepcopy(REFERENCE)
    for _ in range(chance.randint(3, 12)):
        kind = chance.choice(sorted(world))
        thing = chance.choice(world[kind])
        choices = {member: new_values(chance, kind, member) for member in sorted(thing)}
        member = chance.choice(sorted(choices))
        if choices[member] and thing[member] != "deleted":
            thing[member] = chance.choice(choices[member])
    return world


@pytest.mark.parametrize("seed", range(4))
def test_the_service_agrees_with_the_model_over_the_reference_world(
    seed: int, tmp_path: Path, policy: PolicyEngine
) -> None:
    with service_over(REFERENCE, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as service:
        assert disagreements(service, REFERENCE, seed, 2_000) == []


def test_the_service_on_postgresql_agrees_with_the_model(
    postgresql_url: str, tmp_path: Path, policy: PolicyEngine
) -> None:
    with service_over(REFERENCE, postgresql_url, tmp_path, policy) as service:
        assert disagreements(service, REFERENCE, 99, 1_500) == []


def agree_over_changed_worlds(seeds: range, count: int, folder: Path, policy: PolicyEngine) -> int:
    held = 0
    for seed in seeds:
        world = changed(seed)
        try:
            with service_over(world, f"sqlite:///{folder / f'{seed}.db'}", folder, policy) as service:
                assert disagreements(service, world, seed, count) == [], f"world {seed}"
                held += 1
        except FactsFileError:
            continue  # two titulars at once, an end before its begin: such a world is refused, and rightly
    return held


def test_the_service_agrees_with_the_model_over_changed_worlds(tmp_path: Path, policy: PolicyEngine) -> None:
    assert agree_over_changed_worlds(range(24), 300, tmp_path, policy) >= 6


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("part", range(8))
def test_the_service_agrees_with_the_model_on_a_hundred_thousand_questions(
    part: int, tmp_path: Path, policy: PolicyEngine
) -> None:
    with service_over(REFERENCE, f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as service:
        assert disagreements(service, REFERENCE, 1_000 + part, 10_000) == []
    seeds = range(1_000 * (part + 1), 1_000 * (part + 1) + 60)
    assert agree_over_changed_worlds(seeds, 200, tmp_path, policy) >= 15


def test_the_model_imports_nothing_of_what_it_checks() -> None:
    allowed = set(sys.stdlib_module_names) | {"tests"}
    for path in sorted((PROJECT / "tests" / "model").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in allowed, f"{path.name} imports {name}"
                assert not name.startswith("tests.") or name.startswith("tests.model"), f"{path.name} imports {name}"
            assert not (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".polar")
            )
