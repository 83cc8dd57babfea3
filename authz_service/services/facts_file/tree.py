"""Reads the text of a facts file (YAML, JSON or NDJSON) into a tree that knows the line of everything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

import yaml

from authz_service.services.facts_file.errors import Errors, FactsFileError, FileError

__all__ = ["UNREAD", "FactsFile", "Form", "Node", "read_world"]

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST: Final = 20
_SMALL_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_OWN_KIND: Final = {"persons": "person_kind", "enterprises": "enterprise_kind"}


class _Unread:
    """Stands for what was not read; its error has been reported."""


UNREAD: Final = _Unread()


class Form(StrEnum):
    """How a facts file is written."""

    YAML = "yaml"
    JSON = "json"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True, repr=False)
class FactsFile:
    """The text of a facts file and its form. It holds national numbers, so its repr shows nothing."""

    text: str
    form: Form = Form.YAML

    @classmethod
    def at(cls, path: Path) -> Self:
        """Read a file; the form follows from the suffix: `.ndjson`, `.json`, and YAML for any other.

        Raises FactsFileError when it is not UTF-8, OSError when it cannot be read.
        """
        form = {".ndjson": Form.NDJSON, ".json": Form.JSON}.get(path.suffix.lower(), Form.YAML)
        octets = path.read_bytes()
        try:
            return cls(octets.decode("utf-8-sig"), form)
        except UnicodeDecodeError as error:
            line = octets.count(b"\n", 0, error.start) + 1
            raise FactsFileError([FileError(line, "world", "the file must be UTF-8 text")]) from None


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """A value of the file with its line (of a member: the line of its key).

    `value` is a text, a number, a boolean, None, a list of nodes, a dictionary of nodes, or UNREAD. A number that no
    fact can have (a fraction, more than nine digits) is NaN: only that it is a number matters.
    """

    value: Any
    line: int


def read_world(file: FactsFile, errors: Errors) -> Node:
    """Return what the file says under `world`: an object with a list for each kind. Other top-level keys are ignored.

    Keys that are there twice go to `errors`. Raises FactsFileError when the text cannot be read or says no world.
    """
    if file.form is Form.NDJSON:
        return _world_of_lines(file.text, errors)
    # JSON is YAML, but for tabs between its words (inside its strings there are none).
    text = file.text.replace("\t", " ") if file.form is Form.JSON else file.text
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(line, f"this is no {file.form.upper()}: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable(line, f"this is no {file.form.upper()}: a character that may not be in it") from None
    except RecursionError:
        raise _unreadable(1, "the file is nested too deep") from None
    if not isinstance(root, yaml.MappingNode):
        raise _unreadable(1, "the file must be an object with the key 'world'")
    worlds = [(key, value) for key, value in root.value if key.value == "world"]
    if not worlds:
        raise _unreadable(root.start_mark.line + 1, "there is no key 'world': the facts stand under it")
    for key, _ in worlds[1:]:
        errors.report("world", key.start_mark.line + 1, "the key 'world' is there twice: keep one")
    return _YamlConversion(errors).node(worlds[0][1], "world", worlds[0][0].start_mark.line + 1)


def _unreadable(line: int, message: str) -> FactsFileError:
    return FactsFileError([FileError.told(line, "world", message)])


class _YamlConversion:
    def __init__(self, errors: Errors) -> None:
        self._errors = errors
        self._seen: set[int] = set()

    def node(self, raw: yaml.Node, place: str, line: int) -> Node:
        """Return the tree of a YAML node; `line` is where it is named."""
        if id(raw) in self._seen:
            self._errors.report(place, line, "aliases (*name) are not read: write the value out")
            return Node(UNREAD, line)
        self._seen.add(id(raw))
        if isinstance(raw, yaml.MappingNode) and place.count(".") + place.count("[") < _DEEPEST:
            pairs = ((str(key.value), key.start_mark.line + 1, value) for key, value in raw.value)
            return Node(self._members(pairs, place), line)
        if isinstance(raw, yaml.SequenceNode) and place.count(".") + place.count("[") < _DEEPEST:
            items = enumerate(raw.value)
            return Node([self.node(item, f"{place}[{n}]", item.start_mark.line + 1) for n, item in items], line)
        if isinstance(raw, yaml.ScalarNode):
            return Node(self._scalar(raw, place, line), line)
        self._errors.report(place, line, "nested too deep")
        return Node(UNREAD, line)

    def _members(self, pairs: Iterable[tuple[str, int, yaml.Node]], place: str) -> dict[str, Node]:
        members: dict[str, Node] = {}
        for key, line, value in pairs:
            if key in members:
                self._errors.report(f"{place}.{key}", line, "the key is there twice: keep one")
            else:
                members[key] = self.node(value, f"{place}.{key}", line)
        return members

    def _scalar(self, raw: yaml.ScalarNode, place: str, line: int) -> Any:
        text: str = raw.value
        match raw.tag.removeprefix("tag:yaml.org,2002:"):
            case "null":
                return None
            case "bool":
                return text.lower() in {"true", "yes", "on"}
            case "int" | "float":
                return _number(text)
            case "str" | "timestamp":  # an unquoted date is the text that it looks like
                return text
            case _:
                self._errors.report(place, line, "a tag (!name), '<<' or '=' is not read: write a plain value")
                return UNREAD


def _number(text: str) -> float:
    return int(text) if _SMALL_INTEGER.fullmatch(text) else float("nan")


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object as they stand in the text, twice the same key included."""


def _world_of_lines(text: str, errors: Errors) -> Node:
    kinds: dict[str, Node] = {}
    for line, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            value = json.loads(
                row, object_pairs_hook=_Pairs, parse_int=_number, parse_float=_number, parse_constant=_number
            )
        except (ValueError, RecursionError):
            errors.report("world", line, "this is no JSON: NDJSON is one object a line")
            continue
        kind = next((member for key, member in value if key == "kind"), None) if isinstance(value, _Pairs) else None
        if not isinstance(kind, str):
            errors.report("world", line, 'an object with its kind is needed: {"kind": "persons", …}')
            continue
        listed = kinds.setdefault(kind, Node([], line)).value
        node = _json_node(value, f"world.{kind}[{len(listed)}]", line, errors)
        listed.append(_without_list_name(node, kind))
    return Node(kinds, 1)


def _without_list_name(node: Node, kind: str) -> Node:
    """Return the object without the name of its list, a `kind` of its own back in its place."""
    members = {key: member for key, member in node.value.items() if key != "kind"}
    own_kind = _OWN_KIND.get(kind)
    return Node({"kind" if key == own_kind else key: member for key, member in members.items()}, node.line)


def _json_node(value: Any, place: str, line: int, errors: Errors) -> Node:
    if isinstance(value, _Pairs):
        members: dict[str, Node] = {}
        for key, member in value:
            if key in members:
                errors.report(f"{place}.{key}", line, "the key is there twice: keep one")
            else:
                members[key] = _json_node(member, f"{place}.{key}", line, errors)
        return Node(members, line)
    if isinstance(value, list):
        return Node([_json_node(item, f"{place}[{n}]", line, errors) for n, item in enumerate(value)], line)
    return Node(value, line)
