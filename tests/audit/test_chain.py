"""How records are chained: anybody can compute it from the documents alone."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from authz_service.audit.chain import GENESIS, canonical, chained, hash_of, link_in
from authz_service.audit.errors import UnrecordableError
from authz_service.domain.actors import Outcome
from tests.audit.logs import ENTRY

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)

AWKWARD_TEXT = st.text('\x00\x01\x1f\x7f\x80\b\t\n\f\r"\\/ aAZ\u00e9\u2028\u2029\ufb33\U0001f600\ud800', max_size=4)
AWKWARD = st.recursive(
    AWKWARD_TEXT | st.booleans() | st.integers(-1, 1) | st.sampled_from([-0.0, 1.0, 1e21, 2**53, -(2**53), 2**53 - 1]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(AWKWARD_TEXT, inner, max_size=4)
    ),
    max_leaves=8,
)
"""What encoders do not agree on: what has to be escaped, the order of names, which numbers are the same."""


def test_a_record_is_its_entry_its_place_and_the_hash_before_it() -> None:
    text, hash_ = chained({"b": 1, "a": "é"}, 1, GENESIS)
    assert text == f'{{"entry":{{"a":"é","b":1}},"previous":"{"0" * 64}","sequence":1}}'
    assert hash_ == hashlib.sha256(text.encode()).digest()
    following, _ = chained({}, 2, hash_)
    assert json.loads(following)["previous"] == hash_.hex()


def test_members_are_ordered_by_utf_16_units_as_rfc_8785_wants() -> None:
    """The example of RFC 8785, 3.2.3."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical(value))) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@given(
    JSON | st.text() | st.integers() | st.floats() | st.dictionaries(st.text(max_size=3), st.text(max_size=3)) | AWKWARD
)
@example({"b": 1, "a": True, "B": -0, "": -0.0, "ab": [1, True, 1.0, None]})
@example([2**53 - 1, -(2**53) + 1, {"a": (Outcome.ALLOWED, ())}])
@example("".join(map(chr, range(256))))
@example({chr(number): number for number in range(256)})
@example({"a": [2**53]})
@example({"a": {"b": ["\ud800"]}})
@example({1: "no text"})
def test_the_canonical_text_is_that_of_the_reference_implementation(value: object) -> None:
    try:
        expected = rfc8785.dumps(value).decode()  # type: ignore[arg-type]
    except ValueError:
        with pytest.raises(UnrecordableError):
            canonical(value)
    else:
        assert canonical(value) == expected


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=3),
    st.integers(1, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_what_was_chained_is_read_back(entry: dict[str, object], sequence: int, previous: bytes) -> None:
    text, hash_ = chained(entry, sequence, previous)
    link = link_in(text)
    assert link is not None
    assert (link.sequence, link.previous, link.entry) == (sequence, previous.hex(), entry)
    assert hash_of(text) == hash_


@pytest.mark.parametrize(
    "value",
    ["\ud800", 2**53, float("nan"), {"\udc00": 1}, object()],
    ids=["surrogate", "large", "nan", "surrogate name", "object"],
)
def test_what_has_no_canonical_form_is_refused_without_repeating_it(value: object) -> None:
    with pytest.raises(UnrecordableError, match="canonical JSON") as refused:
        chained({"value": value}, 1, GENESIS)
    assert refused.value.__cause__ is None


def test_an_entry_tells_who_for_whom_what_on_what_and_why() -> None:
    assert ENTRY.as_json() == {
        "format": 1,
        "at": "2024-03-15T10:53:20Z",
        "actor": {"type": "person", "id": "p_anne"},
        "acting_for": "0999010126",
        "means": "eid",
        "action": "block_user",
        "target": {"type": "account", "id": "acc_carla"},
        "asked": {},
        "outcome": "allowed",
        "reasons": [],
        "rules": ["UM-USR-08"],
        "policy": "abc",
        "facts_read": 0,
        "facts_made": None,
        "changes": [{"kind": "relation", "id": "acc_carla", "old": {"state": "active"}, "new": {"state": "blocked"}}],
        "request_id": "request-1",
        "caller": "portal",
        "origin": "api",
    }
