"""The benchmark's facts: the same for everybody, sound, and answered by our service as its oracle answers."""

import datetime
import itertools
import json
from pathlib import Path

import pytest

from authz_service.domain.questions import Question as Asked
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.services.decisions import DecisionService
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from bench.bulk import lines
from bench.dataset import Dataset, national_number
from bench.loading import load
from bench.oracle import is_allowed
from bench.questions import Action, Kind, PersonFacts, Question, ResourceFacts
from bench.requests import Asking
from bench.service import body_of
from tests.model.identifiers import is_enterprise_number, is_niss
from tests.model.rules_subjects import LEVELS

PROJECT = Path(__file__).parents[2]
SIZE = 40
QUESTIONS = 600


def questions(count: int = QUESTIONS, seed: int = 1) -> list[Question]:
    return list(itertools.islice(Asking(Dataset(SIZE), seed).mixed(), count))


def asked(question: Question) -> Asked:
    body = body_of(question)
    return Asked(
        body["subject"]["type"],
        body["subject"]["id"],
        body["action"]["name"],
        body["resource"]["type"],
        body["resource"]["id"],
        body["subject"]["properties"],
        body["action"].get("properties", {}),
        body["context"],
    )


def test_an_enterprise_is_the_same_whatever_the_size() -> None:
    assert list(Dataset(30).enterprises()) == list(Dataset(60).enterprises())[:30]


def test_numbers_have_their_check_digits() -> None:
    today = datetime.date(2024, 3, 15)
    for index in (0, 1, 999, 99_999):
        enterprise = Dataset(100_000).enterprise(index)
        assert is_enterprise_number(enterprise.number)
        assert all(is_niss(national_number(enterprise.person(place)), today) for place in range(enterprise.people))


def test_a_thousand_enterprises_are_about_two_hundred_thousand_facts() -> None:
    assert 195_000 < sum(enterprise.facts() for enterprise in Dataset(1000).enterprises()) < 225_000


def test_about_half_of_the_questions_are_to_be_allowed() -> None:
    assert 0.45 < sum(question.expected for question in questions()) / QUESTIONS < 0.6


def test_the_same_seed_draws_the_same_questions_and_another_does_not() -> None:
    assert questions(seed=1) == questions(seed=1)
    assert questions(seed=1) != questions(seed=2)


def test_questions_of_one_person_are_of_one_person_in_one_enterprise() -> None:
    asking = Asking(Dataset(SIZE), 1)
    assert len({(question.person, question.enterprise) for question in asking.of_one_person(50)}) == 1


def test_all_kinds_of_denials_are_near_misses_or_strangers() -> None:
    denied = [question for question in questions(3000) if not question.expected]
    strangers = [question for question in denied if question.facts == PersonFacts()]
    assert {question.action for question in denied} == set(Action)
    assert 0 < len(strangers) < len(denied) / 4
    assert any(question.capacity in question.facts.blocked_in for question in denied)
    assert any(question.facts.manager_of and question.capacity not in question.facts.manager_of for question in denied)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (PersonFacts(user_of=("c",), grants=(("c", "APP"),)), True),
        (PersonFacts(user_of=("c",), grants=(("c", "APP"),), blocked_in=("c",)), False),
        (PersonFacts(user_of=("c", "d"), grants=(("d", "APP"),)), False),
        (PersonFacts(manager_of=("c",)), True),
        (PersonFacts(manager_of=("d",)), False),
        (PersonFacts(co_chief=True), True),
        (PersonFacts(legal_representative=True), False),
        (PersonFacts(), False),
    ],
)
def test_who_opens_an_application(person: PersonFacts, *, expected: bool) -> None:
    assert is_allowed(Action.USE_APPLICATION, "c", "APP", person, ResourceFacts(("APP",))) is expected
    assert not is_allowed(Action.USE_APPLICATION, "c", "OTHER", person, ResourceFacts(("APP",)))


def test_a_manager_grants_to_users_only_and_a_chief_to_managers_too() -> None:
    manager, chief = PersonFacts(manager_of=("c",)), PersonFacts(chief=True)
    to_user, to_manager = (
        ResourceFacts(("APP",), target_kind=Kind.USER),
        ResourceFacts(("APP",), target_kind=Kind.MANAGER),
    )
    assert is_allowed(Action.GRANT_APPLICATION, "c", "APP", manager, to_user)
    assert not is_allowed(Action.GRANT_APPLICATION, "c", "APP", manager, to_manager)
    assert is_allowed(Action.GRANT_APPLICATION, "c", "APP", chief, to_manager)


def test_our_service_answers_as_the_oracle_does(database_url: str, tmp_path: Path) -> None:
    facts = load(database_url, tmp_path / "service.key", Dataset(SIZE))
    assert facts > sum(enterprise.facts() for enterprise in Dataset(SIZE).enterprises())
    database = Database(database_url, ensure_key_file(tmp_path / "service.key"))
    try:
        policy = PolicyEngine(read_policy(PROJECT / "policies", levels=LEVELS))
        these = questions()
        answers = DecisionService(FactsReader(database), policy, LEVELS).decide([asked(each) for each in these])
    finally:
        database.close()
    assert [decision.answer.allowed for decision in answers] == [question.expected for question in these]


def test_lines_for_the_bulk_load_name_nothing_before_it_is_there() -> None:
    there: set[str] = set()
    for line in lines(Dataset(5)):
        text = json.loads(json.dumps(line))
        references = [text[name] for name in ("enterprise", "person", "capacity", "held_by") if text.get(name)]
        assert there.issuperset(references), text
        there.add(text.get("id", ""))
