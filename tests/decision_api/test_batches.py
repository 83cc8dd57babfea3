"""Batches (AuthZEN 7): defaults, order, the three semantics, and what is wrong with one item only."""

import itertools
from typing import Any

import pytest

from authz_service.domain.vocabulary import Scope
from tests.support.reference import ALLOWED, CARLA, DENIED, Reference
from tests.support.wire import Wire

BROKEN: dict[str, Any] = {"subject": CARLA}


def decided(wire: Wire, items: list[Any], **members: Any) -> list[bool]:
    reply = wire.evaluations({"evaluations": items, **members})
    assert reply.status == 200, reply
    content = reply.json()
    assert content.keys() == {"evaluations"}
    return [answer["decision"] for answer in content["evaluations"]]


def semantic(name: str) -> dict[str, Any]:
    return {"options": {"evaluations_semantic": name}}


def stopped(decisions: list[bool], at: bool) -> list[bool]:
    """The decisions up to and including the first one that is `at`, told the plain way."""
    taken = []
    for decision in decisions:
        taken.append(decision)
        if decision is at:
            break
    return taken


def test_answers_come_in_the_order_of_the_questions(wire: Wire) -> None:
    items = [DENIED, ALLOWED, ALLOWED, DENIED, ALLOWED]
    assert decided(wire, items) == [False, True, True, False, True]


@pytest.mark.parametrize(
    "items",
    [list(items) for length in (1, 2, 3, 4) for items in itertools.product((ALLOWED, DENIED, BROKEN), repeat=length)],
    ids=lambda items: "".join({id(ALLOWED): "A", id(DENIED): "D", id(BROKEN): "x"}[id(item)] for item in items),
)
def test_semantics(wire: Wire, items: list[Any]) -> None:
    """Every batch of up to four: an error counts as a denial, and the item that ends the batch is the last."""
    whole = [item is ALLOWED for item in items]
    assert decided(wire, items) == whole
    assert decided(wire, items, **semantic("execute_all")) == whole
    assert decided(wire, items, **semantic("deny_on_first_deny")) == stopped(whole, at=False)
    assert decided(wire, items, **semantic("permit_on_first_permit")) == stopped(whole, at=True)


@pytest.mark.parametrize("named", ["bogus_value", "", "EXECUTE_ALL", "execute_all ", 1, True, ["execute_all"], {}])
@pytest.mark.parametrize("items", [[ALLOWED], [], None])
def test_an_unknown_semantic_is_400(wire: Wire, named: object, items: object) -> None:
    body = {**ALLOWED, "evaluations": items, "options": {"evaluations_semantic": named}}
    reply = wire.evaluations(body)
    assert reply.status == 400
    assert "options.evaluations_semantic" in reply.message
    assert "bogus" not in reply.message


@pytest.mark.parametrize(
    "options", [None, {}, {"evaluation_semantics": "deny_on_first_deny"}, {"x": [{}]}, {"evaluations_semantic": None}]
)
def test_other_options_are_ignored(wire: Wire, options: object) -> None:
    assert decided(wire, [DENIED, ALLOWED], options=options) == [False, True]


@pytest.mark.parametrize("options", [1, "execute_all", [], True])
def test_options_are_an_object(wire: Wire, options: object) -> None:
    assert wire.evaluations({"evaluations": [ALLOWED], "options": options}).message == "options must be an object"


class TestDefaults:
    """What an item lacks is taken from the top; what it has replaces that as a whole (7.1.1)."""

    def test_fill_what_is_missing(self, wire: Wire) -> None:
        items = [{"resource": ALLOWED["resource"]}, DENIED, {"resource": ALLOWED["resource"]}, {}]
        defaults = {"subject": CARLA, "action": ALLOWED["action"], "resource": DENIED["resource"]}
        assert decided(wire, items, **defaults) == [True, False, True, False]

    def test_are_not_needed(self, wire: Wire) -> None:
        assert decided(wire, [DENIED, ALLOWED]) == [False, True]

    @pytest.mark.parametrize("name", ["subject", "action", "resource"])
    def test_are_replaced_as_a_whole(self, wire: Wire, name: str) -> None:
        """An empty object, half an object or null of an item does not fall back on the default."""
        kept = {"subject": {"id": CARLA["id"]}, "action": {"properties": {}}, "resource": {"id": "alpha.nsso"}}[name]
        for value in ({}, kept, None):
            reply = wire.evaluations({**ALLOWED, "evaluations": [{name: value}, {}]})
            first, second = reply.json()["evaluations"]
            assert (first["decision"], second["decision"]) == (False, True)
            assert first["context"]["error"]["status"] == 400
            assert first["context"]["error"]["message"].startswith(f"evaluations[0]: {name}")

    def test_may_be_incomplete(self, wire: Wire) -> None:
        """An empty object at the top is legal as long as each item brings its own."""
        assert decided(wire, [ALLOWED, {}], subject=CARLA, action=ALLOWED["action"], resource={}) == [True, False]
        assert decided(wire, [ALLOWED, {"subject": CARLA}], subject={"type": "person"}) == [True, False]

    def test_of_null_are_none(self, wire: Wire) -> None:
        assert decided(wire, [ALLOWED, {}], subject=None, action=None, resource=None, context=None) == [True, False]

    @pytest.mark.parametrize("name", ["subject", "action", "resource", "context"])
    @pytest.mark.parametrize("value", ["alice", 1, [], True])
    def test_of_a_wrong_type_are_400(self, wire: Wire, name: str, value: object) -> None:
        reply = wire.evaluations({name: value, "evaluations": [ALLOWED]})
        assert reply.message == f"{name} must be an object"

    def test_of_the_context_are_replaced_too(self, wire: Wire) -> None:
        """Also by null, which says that there is none."""
        subject = {**CARLA, "properties": {"acting_for": "0999010126"}}
        body = {
            **ALLOWED,
            "subject": subject,
            "context": {"authentication_means": "eid"},
            "evaluations": [{}, {"context": {}}, {"context": None}, {"context": {"authentication_means": "eid"}}],
        }
        answers = wire.evaluations(body).json()["evaluations"]
        assert [answer["decision"] for answer in answers] == [True, False, False, True]
        assert answers[1]["context"]["reasons"] == answers[2]["context"]["reasons"] == ["ASSURANCE_TOO_LOW"]


class TestBrokenItems:
    """What is wrong with one item is told in its place, and the others are answered (7.2.1)."""

    @pytest.mark.parametrize(
        ("item", "message"),
        [
            ({}, "subject is missing"),
            (None, "it must be an object"),
            (7, "it must be an object"),
            ("85091291489", "it must be an object"),
            ([], "it must be an object"),
            ([ALLOWED], "it must be an object"),
            ({**ALLOWED, "subject": "85091291489"}, "subject must be an object"),
            ({**ALLOWED, "subject": {"type": "person"}}, "subject.id is missing"),
            ({**ALLOWED, "subject": {"type": "person", "id": 85091291489}}, "subject.id must be a string"),
            ({**ALLOWED, "action": {"name": ["list_users"]}}, "action.name must be a string"),
            ({**ALLOWED, "resource": {"id": "alpha.nsso"}}, "resource.type is missing"),
            ({**ALLOWED, "context": "eid"}, "context must be an object"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_stand_in_place(self, wire: Wire, item: object, message: str) -> None:
        reply = wire.evaluations({"evaluations": [ALLOWED, item, DENIED, ALLOWED]})
        assert reply.status == 200
        answers = reply.json()["evaluations"]
        assert [answer["decision"] for answer in answers] == [True, False, False, True]
        assert answers[1] == {
            "decision": False,
            "context": {"error": {"status": 400, "message": f"evaluations[1]: {message}"}},
        }
        assert b"85091291489" not in reply.body

    def test_even_alone(self, wire: Wire) -> None:
        assert decided(wire, [{}]) == [False]

    def test_what_the_caller_may_not_ask_is_403_of_the_item(self, reference: Reference) -> None:
        wire = reference.wire(reference.add_caller("only decides", [Scope.DECIDE]))
        items = [
            ALLOWED,
            {**ALLOWED, "context": {"at": "2024-03-15"}},
            {**ALLOWED, "context": {"known_at": "2024-03-15"}},
            {**ALLOWED, "context": {"explain": True}},
            {**ALLOWED, "context": {"explain": False, "at": None}},
        ]
        answers = wire.evaluations({"evaluations": items}).json()["evaluations"]
        assert [answer["decision"] for answer in answers] == [True, False, False, False, True]
        assert [answer["context"]["error"]["status"] for answer in answers[1:4]] == [403, 403, 403]
        assert [len(decided(wire, items, **semantic(name))) for name in ("deny_on_first_deny",)] == [2]


@pytest.mark.parametrize("evaluations", [None, []])
def test_without_items_it_is_a_single_question(wire: Wire, evaluations: object) -> None:
    reply = wire.evaluations({**ALLOWED, "evaluations": evaluations})
    assert reply.json().keys() == {"decision", "context"}
    assert wire.evaluations({"evaluations": evaluations}).message == "subject is missing"


@pytest.mark.parametrize("evaluations", [{}, "all", 1, True, {"0": ALLOWED}])
def test_evaluations_are_an_array(wire: Wire, evaluations: object) -> None:
    assert wire.evaluations({**ALLOWED, "evaluations": evaluations}).message == "evaluations must be an array"


def test_a_thousand_items_and_no_more(wire: Wire) -> None:
    assert decided(wire, [{}] * 1000, **ALLOWED) == [True] * 1000
    assert "more than 1000 questions" in wire.evaluations({**ALLOWED, "evaluations": [{}] * 1001}).message


def test_the_single_endpoint_knows_no_batch(wire: Wire) -> None:
    reply = wire.evaluate({**DENIED, "evaluations": [ALLOWED], "options": {"evaluations_semantic": "bogus"}})
    assert reply.json()["decision"] is False
    assert "evaluations" not in reply.json()


def test_a_batch_answers_as_its_questions_do_alone(every_reference: Reference) -> None:
    """The same contexts too, all from one facts revision, duplicates included."""
    wire = every_reference.wire(every_reference.add_caller("one by one"))
    past = {"context": {"at": "2024-03-15", "explain": True}}
    unknown = {**ALLOWED, "action": {"name": "unknown"}}
    questions = [ALLOWED, DENIED, ALLOWED, {**ALLOWED, **past}, unknown, {**DENIED, **past}, DENIED]
    answers = wire.evaluations({"evaluations": questions}).json()["evaluations"]
    ids = {answer["context"].pop("evaluation_id") for answer in answers}
    assert len(ids) == len(questions)
    for question, answer in zip(questions, answers, strict=True):
        alone = wire.evaluate(question).json()
        del alone["context"]["evaluation_id"]
        assert answer == alone
    every_reference.callers.revoke("one by one")


def test_a_batch_may_ask_for_a_hundred_explanations_and_no_more(wire: Wire) -> None:
    explained = {**ALLOWED, "context": {"explain": True}}
    reply = wire.evaluations({"evaluations": [explained] * 101})
    assert reply.status == 400
    assert "more than 100 questions that ask for an explanation" in reply.message
    assert len(wire.evaluations({"evaluations": [explained] * 2 + [ALLOWED] * 99}).json()["evaluations"]) == 101
