"""On which line of a TOML text something stands."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.sync.toml_lines import Path, TomlError, read_toml
from tests.sync.mappings import EXAMPLE

TEXT = '''\
# a comment with = and [brackets]
plain = 1
dotted.key = "x # [no.table]" # a comment
[table."quoted.name"]
list = [ 1,
  "2", # ,
  { inner = 3, "other" = [4] },
]
text = """
[not.a.table]
line = "1\\""""
literal = \'\'\'
x = 1\'\'\'\'
when = 1979-05-27T07:32:00Z
[[many]]
first = true
[[many]]
[many.below]
second = 1.5
[[many.deep]]
third = [[], {}]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("plain",), 2),
        (("dotted", "key"), 3),
        (("table", "quoted.name"), 4),
        (("table", "quoted.name", "list", 0), 5),
        (("table", "quoted.name", "list", 1), 6),
        (("table", "quoted.name", "list", 2, "other", 0), 7),
        (("table", "quoted.name", "text"), 9),
        (("table", "quoted.name", "literal"), 12),
        (("table", "quoted.name", "when"), 14),
        (("many", 0, "first"), 16),
        (("many", 1), 17),
        (("many", 1, "below", "second"), 19),
        (("many", 1, "deep", 0, "third", 1), 21),
    ],
)
def test_each_key_and_element_has_its_line(path: Path, line: int) -> None:
    assert read_toml(TEXT).lines[path] == line


def test_what_is_not_there_is_on_the_line_of_what_is_around_it() -> None:
    document = read_toml(TEXT)
    assert document.line_of(("many", 0, "missing", "deeper")) == 15
    assert document.line_of(("nothing",)) == 1


def paths(content: Any, path: Path = ()) -> list[Path]:
    if isinstance(content, dict):
        inside = list(content.items())
    elif isinstance(content, list):
        inside = list(enumerate(content))
    else:
        inside = []
    return [below for key, value in inside for below in [(*path, key), *paths(value, (*path, key))]]


@pytest.mark.parametrize("text", [TEXT, EXAMPLE.read_text(), TEXT.replace("\n", "\r\n")])
def test_everything_in_a_text_has_a_line(text: str) -> None:
    assert sorted(map(str, read_toml(text).lines)) == sorted(map(str, paths(tomllib.loads(text))))


@given(st.lists(st.text("abc[]{}=#\"'\\,. \n", max_size=12), max_size=6))
def test_no_text_in_a_string_is_taken_for_a_key(values: list[str]) -> None:
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for value in values]
    text = "".join(f'key{index} = ["{value}", """{value}"""]\n' for index, value in enumerate(quoted))
    document = read_toml(text)
    assert [document.lines[f"key{index}", 1] for index in range(len(values))] == [*range(1, len(values) + 1)]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\na = 2\n", 2), ("a = \n", 1), ("\n[a\n", 2), ('a = "hidden', 1), ("a = 1\n[b]\n[b]\n", 3)],
)
def test_a_text_that_is_no_toml_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(TomlError, match=r".") as caught:
        read_toml(text)
    assert caught.value.line == line
    assert "hidden" not in str(caught.value)
