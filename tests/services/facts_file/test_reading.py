"""What a facts file may look like: YAML, JSON or NDJSON, read strictly, with the line of everything in it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from authz_service.services.facts_file.errors import FactsFileError
from authz_service.services.facts_file.tree import FactsFile, Form


def refusal(store: Any, text: str, form: Form = Form.YAML) -> list[tuple[int, str, str]]:
    with pytest.raises(FactsFileError) as caught:
        store.check(text, form)
    return [(error.line, error.place, error.message) for error in caught.value.errors]


def objects(small_world: str) -> dict[str, list[dict[str, Any]]]:
    world: dict[str, list[dict[str, Any]]] = yaml.safe_load(small_world)["world"]
    return world


def ndjson(world: dict[str, list[dict[str, Any]]]) -> str:
    own_kind = {"persons": "person_kind", "enterprises": "enterprise_kind"}
    return "".join(
        json.dumps({"kind": kind} | {own_kind[kind] if key == "kind" else key: value for key, value in each.items()})
        + "\n"
        for kind, listed in world.items()
        for each in listed
    )


def test_yaml_json_and_ndjson_say_the_same(store: Any, small_world: str) -> None:
    world = objects(small_world)
    assert store.load(small_world).added == 34

    assert store.load(json.dumps({"world": world}), Form.JSON).unchanged == 34
    assert store.load(json.dumps({"world": world}, indent="\t"), Form.JSON).unchanged == 34
    assert store.load(ndjson(world), Form.NDJSON).unchanged == 34
    assert store.check(small_world).revision == 1


@pytest.mark.parametrize(
    ("suffix", "form"),
    [(".yaml", Form.YAML), (".yml", Form.YAML), (".json", Form.JSON), (".ndjson", Form.NDJSON), ("", Form.YAML)],
)
def test_the_suffix_says_the_form(tmp_path: Path, suffix: str, form: Form) -> None:
    path = tmp_path / f"facts{suffix}"
    path.write_bytes("\N{BYTE ORDER MARK}world: {}".encode())

    file = FactsFile.at(path)

    assert (file.form, file.text) == (form, "world: {}")


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"world:\n  agents: [\xe9]\n")

    with pytest.raises(FactsFileError, match="line 2, world: the file must be UTF-8 text"):
        FactsFile.at(path)


def test_a_file_shows_nothing_of_itself() -> None:
    assert "secret" not in repr(FactsFile("secret"))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file must be an object with the key 'world'"),
        ("- world", 1, "the file must be an object with the key 'world'"),
        ("meta: {}\n", 1, "there is no key 'world': the facts stand under it"),
        ("world:\n  agents: [\n", 3, "this is no YAML: did not find expected node content"),
        ("world: {}\n---\nworld: {}\n", 2, "a second document begins: a facts file is one"),
        ("world:\n  agents: \x01\n", 2, "this is no YAML: "),
        ("world: " + "[" * 1_000_000, 1, "nested too deep"),
        ("meta: " + "{a: " * 1_000_000, 1, "nested too deep"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_at_once(empty_store: Any, text: str, line: int, message: str) -> None:
    ((told_line, place, told),) = refusal(empty_store, text)

    assert (told_line, place) == (line, "world")
    assert told.startswith(message)


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("world: {}\nworld: {}", [(2, "world", "the key 'world' is there twice: keep one")]),
        ("world:\n  agents: []\n  agents: []", [(3, "world.agents", "the key is there twice: keep one")]),
        (
            "world:\n  agents:\n  - id: a\n    service: s\n    id: a",
            [(5, "world.agents[0].id", "the key is there twice: keep one")],
        ),
        (
            "world:\n  agents: &a []\n  persons: *a",
            [(3, "world.persons", "aliases (*name) are not read: write the value out")],
        ),
        (
            "world:\n  agents:\n  - {id: !!python/name:os.system x, service: s}",
            [(3, "world.agents[0].id", "a tag (!name), '<<' or '=' is not read: write a plain value")],
        ),
        ("world: *anchor", [(1, "world", "aliases (*name) are not read: write the value out")]),
        ("world:\n  agents: !!set {a, b}", [(2, "world.agents", "a tag (!name) is not read: write a plain value")]),
        (
            "world:\n  agents:\n  - {[a]: b, id: c, service: d, <<: {x: y}}",
            [
                (3, "world.agents[0]", "a key must be a plain text"),
                (3, "world.agents[0].<<", "unknown key: the members are id, service, valid_from, valid_until"),
            ],
        ),
        (
            "world:\n  agents:\n  - {id: =, service: d}",
            [(3, "world.agents[0].id", "a tag (!name), '<<' or '=' is not read: write a plain value")],
        ),
        ("world: []", [(1, "world", "an object is needed, with a list for each kind of fact")]),
    ],
)
def test_what_could_be_misread_is_an_error(empty_store: Any, text: str, errors: list[tuple[int, str, str]]) -> None:
    assert refusal(empty_store, text) == errors


def test_a_date_needs_no_quotes_but_a_number_does(empty_store: Any, small_world: str) -> None:
    assert empty_store.check(small_world.replace("begin: '2020-02-01'", "begin: 2020-02-01")).added == 34


def test_other_top_level_keys_are_ignored(empty_store: Any, small_world: str) -> None:
    assert empty_store.check("action_table: [{a: &x 1, b: *x}, !!python/none 1]\n" + small_world).added == 34


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            '{"kind": "agents", "id": "a", "service": 1}',
            ("world.agents[1].service", "a text is needed, not a number: put it between quotes"),
        ),
        (
            '{"kind": "agents", "id": "a", "id": "b", "service": "s"}',
            ("world.agents[1].id", "the key is there twice: keep one"),
        ),
        ('{"kind": "agents", "id": "a", "service": ', ("world", "this is no JSON: NDJSON is one object a line")),
        ('{"id": "a", "service": "s"}', ("world", 'an object with its kind is needed: {"kind": "persons", …}')),
        ('["agents"]', ("world", 'an object with its kind is needed: {"kind": "persons", …}')),
        ('{"kind": "agent", "id": "a"}', ("world.agent", "unknown key: the kinds of facts are ")),
        (
            '{"kind": "agents", "id": "a", "service": NaN}',
            ("world.agents[1].service", "a text is needed, not a number: put it between quotes"),
        ),
        (
            '{"kind": "enterprises", "id": "a"}',
            ("world.enterprises[0]", "the key 'approved_for_service_vouchers' is missing"),
        ),
    ],
)
def test_an_error_in_ndjson_names_its_line(empty_store: Any, line: str, error: tuple[str, str]) -> None:
    text = '{"kind": "agents", "id": "first", "service": "s"}\n\n' + line + "\n"

    (told_line, place, message) = refusal(empty_store, text, Form.NDJSON)[0]

    assert (told_line, place) == (3, error[0])
    assert message.startswith(error[1])
