"""The matrix of a large world: cells taken at random are the live decisions, and memory does not grow with the world."""

import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authz_service.domain.questions import Question
from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.matrix.matrix import AuthorityMatrix, EnterpriseMatrix, Wanted
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from tests.model.rules_subjects import LEVELS
from tests.services.search.large_world import (
    Size,
    capacity_id,
    enterprise_number,
    fill,
    national_number,
    person_id,
    staff,
)

SIZE = Size(large=1500, small=24, people=15)
ASKED = 1500
APPLICATIONS = ("DMFA", "DIMONA", "EBOX", "MAHIS_CONSULT")
Cell = tuple[str, str, str, str, str]
"""Person, action, resource, capacity chosen, what is named."""


@pytest.fixture
def database(postgresql_url: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(postgresql_url, ensure_key_file(tmp_path / "keys.json"))
    database.upgrade()
    fill(database, SIZE)
    yield database
    database.close()


@pytest.fixture
def matrices(database: Database, policy: PolicyEngine) -> AuthorityMatrix:
    return AuthorityMatrix(database, DecisionService(FactsReader(database), policy, LEVELS), LEVELS)


def said(matrix: EnterpriseMatrix) -> set[Cell]:
    return {
        (right.person_id, right.action, resource_id, right.target.capacity_id, named)
        for right in matrix.rights()
        if not right.about and right.action in ASKED_FOR
        for resource_id in right.resource_ids
        for named in right.of or ("",)
    }


ASKED_FOR = ("block_user", "delete_user", "export_users", "grant_application", "list_users", "use_application")


def drawn(chance: random.Random, enterprise: int, accounts: list[str]) -> tuple[Cell, Question]:
    """A question of somebody of the enterprise, as likely as not a manager of it."""
    people = staff(SIZE, enterprise)
    number = chance.choice([*people[:16], chance.choice(people)])
    capacity = capacity_id(enterprise, chance.randrange(12 if enterprise == 0 else 2))
    action = chance.choice(ASKED_FOR)
    named, properties, context = "", dict[str, Any](), {"authentication_means": "eid"}
    kind, resource = "capacity", capacity
    if action == "use_application":
        kind, resource, context = "application", chance.choice(APPLICATIONS), {**context, "capacity": capacity}
    elif action not in {"export_users", "list_users"}:
        resource = chance.choice(accounts)
        kind, capacity = "account", resource.partition(" ")[0]
        resource = resource.partition(" ")[2]
        if action == "grant_application":
            named = chance.choice(APPLICATIONS)
            properties = {"application": named}
    acting = {"acting_for": enterprise_number(enterprise)}
    question = Question("person", national_number(number), action, kind, resource, acting, properties, context)
    return (person_id(number), action, resource, capacity, named), question


def accounts_in(matrix: EnterpriseMatrix) -> list[str]:
    """The accounts of the enterprise, each with its capacity."""
    return [
        f"{relation.capacity_id} {relation.relation_id}"
        for held in matrix.around.relations.values()
        for relation in held
        if relation.kind in {"access_manager", "user"}
    ]


@pytest.mark.parametrize("enterprise", [0, 2])
def test_cells_taken_at_random_are_the_live_decisions(matrices: AuthorityMatrix, enterprise: int) -> None:
    chance = random.Random(enterprise)
    (matrix,) = matrices.of(Wanted(enterprise_number=enterprise_number(enterprise)))
    yes, accounts = said(matrix), accounts_in(matrix)
    asked = [drawn(chance, enterprise, accounts) for _ in range(ASKED)]
    decisions = matrices.decisions.decide([question for _, question in asked])
    wrong = [
        cell
        for (cell, _), decision in zip(asked, decisions, strict=True)
        if decision.answer.allowed != (cell in yes) or decision.error
    ]
    assert wrong == []
    assert sum(decision.answer.allowed for decision in decisions) > ASKED // 10


@pytest.mark.slow
def test_only_one_enterprise_is_in_memory_at_a_time(matrices: AuthorityMatrix) -> None:
    numbers, held = [], []
    tracemalloc.start()
    try:
        for matrix in matrices.of(Wanted()):
            numbers.append(matrix.number)
            held.append(tracemalloc.get_traced_memory()[0])
            del matrix
    finally:
        tracemalloc.stop()
    assert len(numbers) == SIZE.small + 1
    later = held[len(held) // 2 :]
    assert max(later) < max(held[0], later[0] + 3_000_000)
