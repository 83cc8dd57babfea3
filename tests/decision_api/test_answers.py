"""What is in an answer: the contract of this service within the free `context` of AuthZEN (5.5.1, 7.2.1)."""

import re
from typing import Any

import pytest

from authz_service.decision_api.answers import answer_of, new_evaluation_ids
from authz_service.domain.moments import parse_instant
from authz_service.domain.questions import Answer, Decision, Question
from authz_service.domain.vocabulary import Reason
from tests.support.reference import ALLOWED, DENIED, Reference
from tests.support.wire import Wire

ALWAYS = {"reasons", "rules", "policy", "facts", "evaluation_id"}
LANGUAGES = {"nl", "fr", "de", "en"}


def context_of(wire: Wire, question: dict[str, Any], **context: Any) -> dict[str, Any]:
    answer = wire.evaluate({**question, "context": context}).json()
    assert answer.keys() == {"decision", "context"}
    told: dict[str, Any] = answer["context"]
    return told


def test_an_allow_says_what_it_comes_from(reference: Reference, wire: Wire) -> None:
    context = context_of(wire, ALLOWED)
    assert context.keys() == ALWAYS
    assert context["reasons"] == []
    assert "UM-MGT-01" in context["rules"]
    assert context["policy"] == reference.decisions.policy.revision
    assert context["facts"] == 1


def test_a_denial_says_why(wire: Wire) -> None:
    context = context_of(wire, DENIED)
    assert context.keys() == ALWAYS
    assert context["reasons"][0] == "WRONG_ENTERPRISE"
    assert context["rules"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2024-03-15", "2024-03-15T11:00:00Z"),  # noon in Brussels
        ("2024-07-01", "2024-07-01T10:00:00Z"),
        ("2024-03-15T12:00:00+01:00", "2024-03-15T11:00:00Z"),
        ("2024-03-15t11:00:00.25z", "2024-03-15T11:00:00.250000Z"),
    ],
)
def test_the_moment_that_was_asked_about_is_told(wire: Wire, asked: str, told: str) -> None:
    assert context_of(wire, ALLOWED, at=asked)["at"] == told


@pytest.mark.parametrize("context", [{}, {"at": None}, {"at": "2024-02-30"}, {"at": 5}, {"known_at": "2026-11-22"}])
def test_else_none_is(wire: Wire, context: dict[str, Any]) -> None:
    assert "at" not in context_of(wire, ALLOWED, **context)


@pytest.mark.parametrize("question", [ALLOWED, DENIED, {**ALLOWED, "action": {"name": "85091291489"}}])
def test_explanations_are_objects_by_language(wire: Wire, question: dict[str, Any]) -> None:
    context = context_of(wire, question, explain=True)
    assert context.keys() - {"explanation"} == ALWAYS | {"reason_user", "reason_admin"}
    for name in ("reason_user", "reason_admin"):
        assert context[name].keys() == LANGUAGES
        assert all(context[name].values())
        assert not re.search("[0-9]{9}", str(context[name]))


def test_an_explanation_has_needs_and_a_chain_or_a_way_out(wire: Wire) -> None:
    allowed = context_of(wire, ALLOWED, explain=True)["explanation"]
    denied = context_of(wire, DENIED, explain=True)["explanation"]
    assert allowed.keys() == denied.keys() == {"needs", "chain", "nearest"}
    assert [bool(allowed[name]) for name in ("needs", "chain", "nearest")] == [True, True, False]
    assert [bool(denied[name]) for name in ("needs", "chain", "nearest")] == [True, False, True]


def test_what_does_not_exist_is_not_explained(wire: Wire) -> None:
    assert "explanation" not in context_of(wire, {**ALLOWED, "action": {"name": "fly"}}, explain=True)


@pytest.mark.parametrize("explain", [False, None, 1, "true", [True], {}])
def test_no_explanation_unless_asked_for(wire: Wire, explain: object) -> None:
    assert context_of(wire, ALLOWED, explain=explain).keys() == ALWAYS


def test_what_could_not_be_decided_is_no_denial_of_the_subject() -> None:
    """A failed evaluation cannot be let through, and cannot be mistaken for a no either."""
    undecided = Decision(
        Answer(allowed=True, reasons=(Reason.ENGINE_ERROR,), rules=("DRV-08",)), "p", 7, 0, "not decided"
    )

    class Silent:
        def explain(self, question_action: str, decision: Decision) -> dict[str, dict[str, str]]:
            raise AssertionError

        def explanation(self, question_action: str, decision: Decision) -> dict[str, Any] | None:
            raise AssertionError

    question = Question("person", "1", "list_users", "capacity", "c")
    answer = answer_of(question, undecided, Silent(), "e-1")
    assert answer == {
        "decision": False,
        "context": {
            "reasons": (Reason.ENGINE_ERROR,),
            "rules": ("DRV-08",),
            "policy": "p",
            "facts": 7,
            "evaluation_id": "e-1",
            "error": {"status": 500, "message": "not decided", "retryable": True},
        },
    }


def test_evaluation_ids_are_unique_and_sort_by_time() -> None:
    ids = [*new_evaluation_ids(1000), *new_evaluation_ids(1000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)
    milliseconds = [int(one.replace("-", "")[:12], 16) for one in ids]
    assert milliseconds == sorted(milliseconds)
    assert milliseconds[0] * 1000 > parse_instant("2026-01-01T00:00:00Z")


def test_answers_are_not_stored_on_the_way(wire: Wire) -> None:
    assert wire.evaluate(ALLOWED).headers["cache-control"] == "no-store"
    assert wire.evaluate(b"").headers["cache-control"] == "no-store"
