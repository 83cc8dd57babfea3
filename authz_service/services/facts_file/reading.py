"""Reads the text of a facts file (YAML, JSON or NDJSON) into a tree: only plain values, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import yaml

from authz_service.services.facts_file.errors import Errors, FactsFileError, FileError
from authz_service.services.facts_file.tree import UNREAD, FactsFile, Form, Node, number

__all__ = ["line_of_facts", "read_world"]

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST: Final = 50
_OWN_KIND: Final = {"persons": "person_kind", "enterprises": "enterprise_kind"}


def read_world(file: FactsFile, errors: Errors) -> Node:
    """Return what the file says under `world`: an object with a list for each kind. Other top-level keys are ignored.

    In NDJSON, `kind` names the list in which an object stands; a `kind` of its own is written `person_kind` or
    `enterprise_kind`. What cannot be taken at its word (keys that are there twice, aliases, tags) goes to `errors`.
    Raises FactsFileError when the text cannot be read at all or says no world.
    """
    if file.form is Form.NDJSON:
        return _world_of_lines(file.text, errors)
    # JSON is YAML, but for tabs between its words (inside its strings there are none).
    text = file.text.replace("\t", " ") if file.form is Form.JSON else file.text
    try:
        return _Yaml(text, errors).world()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(line, f"this is no {file.form.upper()}: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable(line, f"this is no {file.form.upper()}: a character that may not be in it") from None


def _unreadable(line: int, message: str) -> FactsFileError:
    return FactsFileError([FileError.told(line, "world", message)])


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


class _Yaml:
    """Builds the tree from the parser's events: PyYAML's own composer crashes on a text that is nested deep enough."""

    def __init__(self, text: str, errors: Errors) -> None:
        self._loader = _LOADER(text)
        self._errors = errors
        self._depth = 0

    def world(self) -> Node:
        """Return what stands under the key `world` of the only document."""
        self._next()
        if not isinstance(self._next(), yaml.DocumentStartEvent) or not isinstance(
            self._next(), yaml.MappingStartEvent
        ):
            raise _unreadable(1, "the file must be an object with the key 'world'")
        world: Node | None = None
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            line = _line(key)
            if not isinstance(key, yaml.ScalarEvent) or key.value != "world":
                self._skip(key)
                self._skip(self._next())
            elif world is None:
                world = self._node(self._next(), "world", line)
            else:
                self._errors.report("world", line, "the key 'world' is there twice: keep one")
                self._skip(self._next())
        self._next()
        end = self._next()
        if not isinstance(end, yaml.StreamEndEvent):
            raise _unreadable(_line(end), "a second document begins: a facts file is one")
        if world is None:
            raise _unreadable(1, "there is no key 'world': the facts stand under it")
        return world

    def _next(self) -> Any:
        event = self._loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise _unreadable(_line(event), "nested too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
        return event

    def _skip(self, event: Any) -> None:
        """Read to the end of the value that begins with the event."""
        if isinstance(event, yaml.CollectionStartEvent):
            outside = self._depth - 1
            while self._depth > outside:
                self._next()

    def _node(self, event: Any, place: str, line: int) -> Node:
        """Return the value that begins with the event; `line` is where it is named."""
        if isinstance(event, yaml.AliasEvent):
            return self._refuse(event, place, line, "aliases (*name) are not read: write the value out")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place, line)
        if event.tag is not None:
            return self._refuse(event, place, line, "a tag (!name) is not read: write a plain value")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._members(place), line)
        items: list[Node] = []
        while not isinstance(item := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(item, f"{place}[{len(items)}]", _line(item)))
        return Node(items, line)

    def _members(self, place: str) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            line = _line(key)
            if not isinstance(key, yaml.ScalarEvent):
                self._refuse(key, place, line, "a key must be a plain text")
                self._skip(self._next())
            elif key.value in members:
                self._refuse(self._next(), f"{place}.{key.value}", line, "the key is there twice: keep one")
            else:
                members[key.value] = self._node(self._next(), f"{place}.{key.value}", line)
        return members

    def _refuse(self, event: Any, place: str, line: int, message: str) -> Node:
        self._errors.report(place, line, message)
        self._skip(event)
        return Node(UNREAD, line)

    def _scalar(self, event: Any, place: str, line: int) -> Node:
        tag = event.tag or self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        match tag.removeprefix("tag:yaml.org,2002:"):
            case "null":
                return Node(None, line)
            case "bool":
                return Node(event.value.lower() in {"true", "yes", "on"}, line)
            case "int" | "float":
                return Node(number(event.value), line)
            case "str" | "timestamp":  # an unquoted date is the text that it looks like
                return Node(event.value, line)
            case _:
                return self._refuse(event, place, line, "a tag (!name), '<<' or '=' is not read: write a plain value")


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object as they stand in the text, twice the same key included."""


_LINE: Final = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=number, parse_float=number, parse_constant=number)


def _world_of_lines(text: str, errors: Errors) -> Node:
    kinds: dict[str, Node] = {}
    for line, row in enumerate(text.split("\n"), start=1):
        read = line_of_facts(row, line, lambda kind: len(kinds[kind].value) if kind in kinds else 0, errors)
        if read is not None:
            kind, node = read
            kinds.setdefault(kind, Node([], line)).value.append(node)
    return Node(kinds, 1)


def line_of_facts(row: str, line: int, position_in: Callable[[str], int], errors: Errors) -> tuple[str, Node] | None:
    """Return the list that a line of NDJSON names and the object to stand in it; None for an empty or unreadable line.

    `position_in`: how many objects stand in a list already. What cannot be taken at its word goes to `errors`.
    """
    if not row.strip():
        return None
    try:
        value = _LINE.decode(row)
    except (ValueError, RecursionError):
        errors.report("world", line, "this is no JSON: NDJSON is one object a line")
        return None
    kind = next((member for key, member in value if key == "kind"), None) if isinstance(value, _Pairs) else None
    if not isinstance(kind, str):
        errors.report("world", line, 'an object with its kind is needed: {"kind": "persons", …}')
        return None
    node = _json_node(value, f"world.{kind}[{position_in(kind)}]", line, errors)
    return kind, _without_list_name(node, kind)


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
