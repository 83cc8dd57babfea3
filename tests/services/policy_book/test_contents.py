"""What the book says of rules, needs and reasons is what the engine answers by them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import pytest

from authz_service.domain.vocabulary import Action, Reason
from authz_service.policy.clauses import clauses_of
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import PolicySource, PolicyText
from authz_service.services.policy_book.book import Book, UntrueBookError, make_book
from authz_service.services.policy_book.contents import RuleEntry
from authz_service.services.policy_book.deriving import derive
from authz_service.services.policy_cases.tables import read_tables
from tests.policy.standing_generation import generated
from tests.services.policy_book.conftest import PROJECT

OUTSIDE_RULES: Final = {Reason.ENGINE_ERROR}
"""What the service says when the policy could not be asked."""


@pytest.fixture(scope="module")
def rules(book: Book) -> Mapping[str, RuleEntry]:
    return {rule.id: rule for rule in book.contents.rules}


@pytest.mark.parametrize("action", Action, ids=str)
def test_every_reason_that_the_engine_gives_is_told_at_a_rule_that_it_names(
    action: Action, policy: PolicyEngine, rules: Mapping[str, RuleEntry]
) -> None:
    for standing in generated(action, 60, seed=5):
        answer = policy.ask(standing)
        for reason in answer.reasons:
            assert any(reason in rules[rule].reasons for rule in answer.rules), (reason, answer)


@pytest.mark.parametrize("action", Action, ids=str)
def test_every_rule_that_the_engine_allows_by_stands_at_the_action(
    action: Action, policy: PolicyEngine, book: Book
) -> None:
    (entry,) = (entry for entry in book.contents.actions if entry.action is action)
    needs = (*entry.needs, *book.contents.common)
    told = {rule for need in needs for rule in (*need.demanded_by, *need.met_by)} | {entry.rule}
    allowed = [answer for answer in map(policy.ask, generated(action, 60, seed=7)) if answer.allowed]
    assert allowed
    assert {rule for answer in allowed for rule in answer.rules} <= told


def test_a_rule_bears_on_every_action_that_a_case_exercises_it_by(book: Book, rules: Mapping[str, RuleEntry]) -> None:
    for table in book.contents.tables:
        for case in table.cases:
            for rule in case.rules:
                entry = rules[rule]
                known = case.question.action in set(Action)
                assert entry.of_every_action or not known or case.question.action in entry.actions, (rule, case.id)


def test_every_reason_has_a_rule_but_what_no_rule_can_say(book: Book) -> None:
    assert {entry.reason for entry in book.contents.reasons if not entry.rules} == OUTSIDE_RULES
    assert {entry.reason for entry in book.contents.reasons} == set(Reason)


def test_a_clause_is_shown_at_each_rule_that_it_cites(book: Book) -> None:
    shown = defaultdict(set)
    for rule in book.contents.rules:
        for excerpt in rule.excerpts:
            shown[excerpt.file, excerpt.line].add(rule.id)
    ids = {rule.id for rule in book.contents.rules}
    for source in book.text.sources:
        for clause in clauses_of(source):
            assert set(clause.texts) & ids <= shown[clause.file, clause.line]


def test_a_clause_in_a_block_is_shown_at_the_rule_that_its_remark_names(rules: Mapping[str, RuleEntry]) -> None:
    shown = [excerpt.text for excerpt in rules["GGA-CAM-03"].excerpts]
    assert '"access_manager" if "chief_power" on "enterprise";' in shown


def test_what_a_variable_hands_on_is_derived_from_where_it_comes_from() -> None:
    text = """
        because("here", reason, rule, standing) if elsewhere(standing.part, reason, rule) and standing.known = true;
        elsewhere("a", "FIRST", "XX-01");
        elsewhere(_, "SECOND", rule) if rule in ["XX-02", "XX-03"];
        because("open", problem, "XX-01", standing) if problem in standing.problems;
    """
    derived = derive(list(clauses_of(PolicySource("some.polar", text))))
    assert derived.of("because") == [
        ("here", "FIRST", "XX-01", None),
        ("here", "SECOND", "XX-02", None),
        ("here", "SECOND", "XX-03", None),
        ("open", None, "XX-01", None),
    ]


def test_clauses_that_ask_one_another_come_to_an_end() -> None:
    text = 'one(x) if other(x); other(x) if one(x); other("a");'
    derived = derive(list(clauses_of(PolicySource("some.polar", text))))
    assert derived.of("one") == derived.of("other") == [("a",)]


def test_a_policy_that_answers_a_case_otherwise_gets_no_book(policy: PolicyEngine) -> None:
    strict = PolicyText(policy.text.sources, {"paper_delivery": "fax"}, policy.text.levels)
    tables = [table for table in read_tables(PROJECT / "policies" / "cases") if not table.switches]
    lenient = tuple(
        PolicySource(
            source.name, source.text.replace("standing.candidate_has_account = false", "standing.readable = true")
        )
        for source in strict.sources
    )
    with pytest.raises(UntrueBookError, match=r"1 cases? .* C577 "):
        make_book(PolicyEngine(PolicyText(lenient, {}, policy.text.levels)), tables, ())
