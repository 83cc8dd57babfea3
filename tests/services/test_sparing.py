"""Reading only what a standing looks at: the standing is the same, and whoever wants an explanation has it whole."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Scope
from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from tests.model.questions import random_questions
from tests.model.world import World
from tests.services.test_decisions_agree import REFERENCE, SCOPES, question_of, service_over


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, policy: PolicyEngine) -> Iterator[DecisionService]:
    folder: Path = tmp_path_factory.mktemp("sparing")
    with service_over(REFERENCE, f"sqlite:///{folder / 'authz.db'}", folder, policy) as service:
        yield service


@pytest.fixture(scope="module")
def sparing(whole: DecisionService) -> DecisionService:
    return dataclasses.replace(whole, whole=False)


@pytest.mark.parametrize("seed", range(3))
def test_the_policy_sees_the_same(whole: DecisionService, sparing: DecisionService, seed: int) -> None:
    requests = random_questions(World(REFERENCE), seed, 600, absent_at=0)
    questions = [question_of(request) for request in requests]
    assert sparing.standings(questions, SCOPES) == whole.standings(questions, SCOPES)


def test_how_a_person_stands_has_no_scope_of_the_caller_in_it(sparing: DecisionService) -> None:
    """So a person's plain question can be read before it is known who asks it."""
    questions = [question_of(request) for request in random_questions(World(REFERENCE), 7, 600, absent_at=0)]
    of_persons = [question for question in questions if question.subject_type == "person"]
    assert len(of_persons) > 100
    assert sparing.standings(of_persons, frozenset({Scope.DECIDE})) == sparing.standings(of_persons, frozenset(Scope))


def test_less_is_read_unless_an_explanation_is_asked_for(sparing: DecisionService) -> None:
    asked = Question("person", "", "list_users", "capacity", "alpha.nsso")
    explained = dataclasses.replace(asked, context={"explain": True})
    few, many = (decision.basis for decision in sparing.decide([asked, explained], SCOPES))
    assert few is not None
    assert many is not None
    assert few.facts.capacity == many.facts.capacity
    assert few.facts.capacities == ()
    assert few.facts.capacity in many.facts.capacities
