"""Strict JSON: what Python's reader takes and I-JSON does not is refused, and nothing else is."""

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authz_service.decision_api.strict_json import StrictJsonError, read_object

DEPTH = 32

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)
objects = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), values, max_size=5)


def nesting(value: object) -> int:
    """The depth of a value, counted the slow way."""
    if isinstance(value, dict):
        return 1 + max(map(nesting, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(nesting, value), default=0)
    return 0


def outcome(octets: bytes, depth: int = DEPTH) -> Any:
    try:
        return read_object(octets, depth)
    except StrictJsonError:
        return StrictJsonError


@given(objects, st.booleans(), st.sampled_from([None, 1]))
def test_reads_what_was_written(value: dict[str, Any], ensure_ascii: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
    assert outcome(text.encode(), 1000) == value


@given(values, st.integers(1, 8))
@example({"a": {"b": [1]}}, 3)
@example({"a": {"b": [1]}}, 2)
@example({"[[[[": "]]}}", "b": '\\"[[[['}, 1)
def test_depth_is_counted_exactly(value: object, depth: int) -> None:
    whole = {"outermost": value}
    octets = json.dumps(whole).encode()
    assert outcome(octets, depth) == (whole if nesting(whole) <= depth else StrictJsonError)


@given(
    st.text(st.characters(codec="utf-8"), max_size=4),
    values,
    values,
    st.booleans(),
    st.lists(st.booleans(), max_size=3),
)
def test_a_member_that_is_there_twice_is_refused_at_any_depth(
    name: str, first: object, second: object, escaped: bool, around: list[bool]
) -> None:
    text = (
        f"{{{json.dumps(name)}: {json.dumps(first)}, {json.dumps(name, ensure_ascii=escaped)}: {json.dumps(second)}}}"
    )
    for in_array in around:
        text = f"[1, {text}]" if in_array else f'{{"a": {text}, "b": 2}}'
    assert outcome(f'{{"outermost": {text}}}'.encode()) is StrictJsonError


@given(
    st.binary(max_size=60)
    | st.text(alphabet='{}[]":,\\ut0aeE+-.NnIify\ud800 \n', max_size=40).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
)
@example(b"\xef\xbb\xbf{}")
@example('{"a": 1}'.encode("utf-16"))
@example(b'{"a": 1} x')
@example(b'{"a": 01}')
@example(b"{'a': 1}")
@example(b'{"a": "\x00"}')
def test_takes_nothing_that_the_standard_reader_refuses(octets: bytes) -> None:
    """And it raises nothing but its own error, whatever comes."""
    result = outcome(octets)
    if result is not StrictJsonError:
        assert result == json.loads(octets.decode())
        assert json.dumps(result, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"a": 1, "\\u0061": 2}', "twice"),
        (b'{"unknown": [{"b": {"c": 1, "c": 2}}]}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": [-Infinity]}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"9" * 400 + b"}", "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too large"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": "\\udc00\\ud800"}', "surrogate"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"", "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b"{} {}", "not JSON"),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "nested deeper"),
        (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested deeper"),
        (b'{"a":' + b"[" * 200_000, "nested deeper"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper"),
    ],
)
def test_refuses(octets: bytes, told: str) -> None:
    with pytest.raises(StrictJsonError, match=told) as raised:
        read_object(octets, DEPTH)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"{}", {}),
        (b' \r\n\t{ "a" : 1 } \n', {"a": 1}),
        (b'{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "\\\\ud800"}', {"a": "\\ud800"}),
        (b'{"a": "\\u0000"}', {"a": "\x00"}),
        (b'{"a": -0, "b": 1E2, "c": 1e-999}', {"a": 0, "b": 100.0, "c": 0.0}),
        (b'{"a": 12345678901234567890123}', {"a": 12345678901234567890123}),
        (b'{"e\xcc\x81": 1, "\xc3\xa9": 2}', {"e\u0301": 1, "é": 2}),
        (b'{"a":' * 32 + b"1" + b"}" * 32, None),
    ],
)
def test_takes(octets: bytes, value: object) -> None:
    read = read_object(octets, DEPTH)
    assert value is None or read == value
    assert not any(isinstance(number, float) and math.isinf(number) for number in read.values())
