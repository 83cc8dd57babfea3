"""A search finds exactly what evaluating every subject, resource and action allows, over the reference world and others."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action
from authz_service.policy.engine import PolicyEngine
from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.search.searches import Searches
from tests.model.questions import random_questions
from tests.model.world import World
from tests.services.projection.worlds import fuller, in_use
from tests.services.search.agreement import SCOPES, Everything, disagreements, searched, searches_of
from tests.services.test_decisions_agree import REFERENCE, question_of


@contextmanager
def searching(world: dict[str, Any], url: str, folder: Path, policy: PolicyEngine) -> Iterator[Searches]:
    """Searches over a database that holds the world. Raises FactsFileError when the world cannot be."""
    with in_use(world, url, folder, policy) as used:
        yield Searches(used.database, used.decisions)


def drawn(world: dict[str, Any], seed: int, count: int) -> list[Question]:
    """Questions about anything in the world, most of them nearly as they must be."""
    return [question_of(each) for each in random_questions(World(world), seed, count, absent_at=0)]


def all_disagreements(searches: Searches, world: dict[str, Any], seed: int, count: int) -> list[str]:
    everything, wrong = Everything(world), []
    for question in drawn(world, seed, count):
        for sought in searches_of(question):
            wrong += disagreements(searches, everything, sought)
    return wrong


@pytest.mark.slow
def test_searches_agree_with_evaluations_over_the_reference_world(searches: Searches) -> None:
    assert all_disagreements(searches, REFERENCE, 0, 150) == []


@pytest.mark.slow
def test_searches_on_postgresql_agree_with_evaluations(
    postgresql_url: str, tmp_path: Path, policy: PolicyEngine
) -> None:
    with searching(REFERENCE, postgresql_url, tmp_path, policy) as found:
        assert all_disagreements(found, REFERENCE, 40, 80) == []


@pytest.fixture(scope="module")
def examples(searches: Searches) -> dict[str, Question]:
    """A question of each action that is answered with yes."""
    found: dict[str, Question] = {}
    for seed in range(100, 120):
        if set(found) == set(Action):
            break
        questions = drawn(REFERENCE, seed, 400)
        for question, decision in zip(questions, searches.decisions.decide(questions, SCOPES), strict=True):
            if decision.answer.allowed:
                found.setdefault(question.action, question)
    return found


def allowed_pairs(searches: Searches, everything: Everything, example: Question) -> set[tuple[str, str]]:
    """Every subject and resource of the example's types between which the action is allowed, each pair asked about."""
    subject_ids, resource_ids = everything.subjects(example.subject_type), everything.resources(example.resource_type)
    pairs = list(itertools.product(subject_ids, resource_ids))
    questions = [replace(example, subject_id=subject, resource_id=resource) for subject, resource in pairs]
    allowed: set[tuple[str, str]] = set()
    for start in range(0, len(pairs), 500):
        decisions = searches.decisions.decide(questions[start : start + 500], SCOPES)
        allowed |= {
            pair for pair, each in zip(pairs[start : start + 500], decisions, strict=True) if each.answer.allowed
        }
    return allowed


def test_every_subject_and_every_resource_is_found_for_every_action(
    searches: Searches, examples: dict[str, Question]
) -> None:
    everything = Everything(REFERENCE)
    assert set(examples) == set(Action)
    for action, example in examples.items():
        who, where, _ = searches_of(example)
        by_subject = {
            (found, resource)
            for resource in everything.resources(example.resource_type)
            for found in searched(searches, replace(who, question=replace(who.question, resource_id=resource)))
        }
        by_resource = {
            (subject, found)
            for subject in everything.subjects(example.subject_type)
            for found in searched(searches, replace(where, question=replace(where.question, subject_id=subject)))
        }
        allowed = allowed_pairs(searches, everything, example)
        assert allowed, action
        assert by_subject == allowed, action
        assert by_resource == allowed, action


@pytest.mark.parametrize("limit", [1, 3])
def test_pages_of_every_size_find_the_same(searches: Searches, examples: dict[str, Question], limit: int) -> None:
    everything, wrong = Everything(REFERENCE), []
    for example in examples.values():
        for sought in searches_of(example):
            wrong += disagreements(searches, everything, sought, limit)
            assert searched(searches, sought, limit) == searched(searches, sought)
    assert wrong == []


def agree_over_fuller_worlds(seeds: range, count: int, folder: Path, policy: PolicyEngine) -> int:
    held = 0
    for seed in seeds:
        world = fuller(seed)
        try:
            with searching(world, f"sqlite:///{folder / f'{seed}.db'}", folder, policy) as found:
                assert all_disagreements(found, world, seed, count) == [], f"world {seed}"
                held += 1
        except FactsFileError:
            continue  # two titulars at once, an end before its begin: such a world is refused, and rightly
    return held


@pytest.mark.slow
def test_searches_agree_with_evaluations_over_worlds_with_more_in_them(tmp_path: Path, policy: PolicyEngine) -> None:
    assert agree_over_fuller_worlds(range(9), 25, tmp_path, policy) >= 3


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("part", range(4))
def test_searches_agree_with_evaluations_over_many_worlds(part: int, tmp_path: Path, policy: PolicyEngine) -> None:
    assert agree_over_fuller_worlds(range(1000 * part + 100, 1000 * part + 160), 100, tmp_path, policy) >= 12
