"""Requests that are plain: read in one go, and never to anything else than what the strict reading makes of them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.decision_api import batches
from authz_service.decision_api.bodies import object_of
from authz_service.decision_api.errors import WireError
from authz_service.decision_api.plain import plain_batch, plain_question
from authz_service.decision_api.questions import question_of
from authz_service.domain.questions import Question

DEPTH = 32
MOST = 4
SUBJECT = {"type": "person", "id": "85073003328", "properties": {"acting_for": "0999010126"}}
QUESTION: dict[str, Any] = {
    "subject": SUBJECT,
    "action": {"name": "list_users"},
    "resource": {"type": "capacity", "id": "alpha.nsso", "properties": {}},
    "context": {"at": "2024-03-15", "explain": True, "min_facts": 7, "names": ["x"], "more": {"of": None}},
}

scalars = st.sampled_from(
    [None, True, 0, -1, 1.0, 0.5, 2**63 - 1, 2**63, -(2**63) - 1, 10**310, "", "x", ": {", '"', "\\", "é", "\u2028"]
)
names = st.sampled_from(["type", "id", "name", "properties", "at", "x", ":", "é", '"'])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2), max_leaves=4
)
members = st.none() | st.dictionaries(names, values, max_size=3)
entities = st.fixed_dictionaries(
    {"type": st.just("person"), "id": st.text(max_size=3)}, optional={"properties": members, "x": values}
)
actions = st.fixed_dictionaries({"name": st.just("list_users")}, optional={"properties": members})
questions = st.fixed_dictionaries(
    {"subject": entities, "action": actions, "resource": entities}, optional={"context": members, "x": values}
)
items = st.lists(
    st.fixed_dictionaries(
        {}, optional={"subject": entities, "action": actions, "resource": entities | values, "context": members}
    ),
    max_size=MOST + 1,
)
batched = st.fixed_dictionaries(
    {"evaluations": items | values},
    optional={
        "subject": entities | values,
        "action": actions,
        "resource": entities,
        "context": members,
        "options": members,
    },
)


@st.composite
def written(draw: st.DrawFn, contents: st.SearchStrategy[dict[str, Any]]) -> bytes:
    """JSON as clients write it, and as they should not: with blanks, with escapes, with members that are there twice."""
    content = draw(contents)
    indent, blank, ascii_only = draw(st.sampled_from([None, 1])), draw(st.booleans()), draw(st.booleans())
    separators = (", ", ": ") if blank else (",", ":")
    text = json.dumps(content, indent=indent, separators=separators, ensure_ascii=ascii_only)
    if draw(st.booleans()):
        name = draw(st.sampled_from(["subject", "type", "properties", "x"]))
        before, found, after = text.partition(f'"{name}"{separators[1]}')
        text = (
            f"{before}{found}{draw(st.sampled_from(['1', 'null', '[]']))}{separators[0]}{found}{after}"
            if found
            else text
        )
    return text.encode("utf-8", "surrogatepass")


def asked_closely(octets: bytes, depth: int) -> Question | None:
    try:
        return question_of(object_of(octets, depth))
    except WireError:
        return None


@given(written(questions), st.integers(1, 8))
def test_a_question_is_the_one_that_the_strict_reading_finds(octets: bytes, depth: int) -> None:
    plain = plain_question(octets, depth)
    assert plain is None or plain == asked_closely(octets, depth)


def told(octets: bytes, depth: int) -> Any:
    """What a batch is read to, or what is wrong with it."""
    try:
        batch = batches.batch_in(octets, MOST, depth)
    except WireError as error:
        return error.status, error.message
    if isinstance(batch, Question):
        return batch
    return batch.semantic, [str(each) if isinstance(each, WireError) else each for each in batch.questions]


@given(written(batched), st.integers(1, 8))
def test_so_is_a_batch_and_so_is_what_is_wrong_with_it(octets: bytes, depth: int) -> None:
    read = told(octets, depth)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batches, "plain_batch", lambda _octets, _depth: None)
        assert read == told(octets, depth)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "with blanks"])
def test_what_clients_send_is_plain(separators: tuple[str, str]) -> None:
    def sent(content: object) -> bytes:
        return json.dumps(content, separators=separators, ensure_ascii=False).encode()

    asked = question_of(QUESTION)
    assert plain_question(sent(QUESTION), DEPTH) == asked
    item = {name: QUESTION[name] for name in ("action", "resource", "context")}
    plain = plain_batch(sent({"subject": SUBJECT, "evaluations": [item, QUESTION], "options": {"x": 1}}), DEPTH)
    assert plain is not None
    assert (plain.questions, plain.options) == ([asked, asked], {"x": 1})


@pytest.mark.parametrize(
    "octets",
    [
        b'{"subject":{"type":"a","id":"b"},"action":{"name":"c"},"resource":{"type":"d","id":"e"},"action":{"name":"c"}}',
        b'{"subject":{"type":"a","id":"b"},"action":{"name":"c"},"resource":{"type":"d","id":"e"},"x":1}',
        b'{"subject":{"type":"a","id":"b"},"action":{"name":"c"},"resource":{"type":"d","id":"\\u0065"}}',
        b'{"subject":{"type":"a","id":"b"},"action":{"name":"c"},"resource":{"type":"d","id":"e"},"context":{"x":1.0}}',
        b'{"subject":{"type":"a","id":"b"},"action":{"name":"c"},"resource":{"type":"d","id":"e"},"context":{"x":[[1]]}}',
        b'{"subject":{"type":"a","id":"b" },"action":{"name":"c"},"resource":{"type":"d","id":"e"},"context":{"x":1,"x":1}}',
    ],
    ids=["a member twice", "another member", "an escape", "a fraction", "nested deeper", "twice, and a blank"],
)
def test_what_takes_a_closer_look(octets: bytes) -> None:
    assert plain_question(octets, DEPTH) is None
