"""Whatever is sent is answered by the rules of the wire: no fault of ours, and a batch answers as its items do alone."""

import copy
from typing import Any

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.reference import ALLOWED
from tests.support.wire import Wire

texts = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ["person", "technical_user", "agent", "operator", "85091291489", "0999010126", "alpha.nsso", "create_user", "eid"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
WHOLE: dict[str, Any] = {
    **ALLOWED,
    "action": {"name": "designate_chief_access_manager", "properties": {"candidate": "81122494226", "confirmed": True}},
    "context": {"authentication_means": "eid", "at": "2024-03-15", "explain": True, "capacity": "alpha.nsso"},
}


def places(value: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of all members."""
    if not isinstance(value, dict):
        return []
    inside = [place for name, inner in value.items() for place in places(inner, (*path, name))]
    return [*((*path, name) for name in value), *inside]


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question of which some members are something else, are not there, or have others beside them."""
    question: dict[str, Any] = copy.deepcopy(draw(st.sampled_from([ALLOWED, WHOLE])))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(places(question) or [("subject",)]))
        holder = question
        for name in path[:-1]:
            holder = holder[name]
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                holder[path[-1]] = draw(values)
            case "remove":
                holder.pop(path[-1], None)
            case _:
                holder[draw(texts)] = draw(values)
    return question


in_peace = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@in_peace
@given(questions())
def test_a_question_is_answered_or_it_is_400(wire: Wire, question: dict[str, Any]) -> None:
    with structlog.testing.capture_logs() as logged:
        reply = wire.evaluate(question)
    assert logged == []
    if reply.status == 400:
        assert reply.message
    else:
        answer = reply.json()
        assert reply.status == 200
        assert answer["decision"] in {True, False}
        assert answer["context"]["rules"]
        assert bool(answer["context"]["reasons"]) is not answer["decision"]
        assert "error" not in answer["context"]


@in_peace
@given(st.lists(questions() | values, max_size=5).filter(bool))
def test_an_item_of_a_batch_is_answered_as_it_is_alone(wire: Wire, items: list[Any]) -> None:
    answers = wire.evaluations({"evaluations": items}).json()["evaluations"]
    assert len(answers) == len(items)
    for item, answer in zip(items, answers, strict=True):
        alone = wire.evaluate(item)
        if alone.status == 200:
            expected = alone.json()
            del expected["context"]["evaluation_id"], answer["context"]["evaluation_id"]
            assert answer == expected
        else:
            assert answer["decision"] is False
            assert answer["context"]["error"]["status"] == alone.status == 400
