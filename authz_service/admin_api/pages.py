"""The OpenAPI document as the template of the documentation page wants it: references followed, schemas as rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Member", "Operation", "Page"]

METHODS: Final = ("get", "post", "put", "patch", "delete")
PROBLEM: Final = "application/problem+json"
_DEEPEST: Final = 5


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object: `name` is its path from the top, `[]` marks the items of an array."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What can come back: its HTTP status, what that means, and its members."""

    status: str
    description: str
    members: tuple[Member, ...]
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked. `examples`: summary and JSON text of request bodies."""

    method: str
    path: str
    identifier: str
    summary: str
    description: str
    public: bool
    parameters: tuple[Member, ...]
    members: tuple[Member, ...]
    examples: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]


class Page:
    """A document, ready to be shown."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.title: str = document["info"]["title"]
        self.version: str = document["info"]["version"]
        self.paragraphs: list[str] = document["info"]["description"].split("\n\n")
        self.server: str = document["servers"][0]["url"]
        self.tags: list[dict[str, str]] = document["tags"]

    def operations(self, tag: str) -> Iterator[Operation]:
        """Yield the operations of a tag in the order of the document."""
        for path, operations in self._document["paths"].items():
            for method in METHODS:
                operation = operations.get(method)
                if operation is not None and tag in operation["tags"]:
                    yield self._operation(method, path, operation)

    def _operation(self, method: str, path: str, operation: dict[str, Any]) -> Operation:
        members, examples = self._content(operation.get("requestBody", {}))
        return Operation(
            method.upper(),
            path,
            operation["operationId"],
            operation["summary"],
            operation.get("description", ""),
            operation.get("security") == [],
            tuple(self._parameters(operation)),
            members,
            examples,
            tuple(self._answer(status, self._followed(answer)) for status, answer in operation["responses"].items()),
        )

    def _parameters(self, operation: dict[str, Any]) -> Iterator[Member]:
        """Yield what stands in the path and in the query."""
        for parameter in map(self._followed, operation.get("parameters", [])):
            if parameter["in"] in {"path", "query"}:
                kind = self._followed(parameter["schema"]).get("type", "any")
                description = parameter.get("description", "")
                yield Member(parameter["name"], kind, parameter.get("required", False), description)

    def _answer(self, status: str, answer: dict[str, Any]) -> Answer:
        # What problems look like is the same everywhere, and told in the document.
        told = PROBLEM not in answer.get("content", {})
        members, examples = self._content(answer) if told else ((), ())
        return Answer(status, answer["description"], members, examples)

    def _content(self, holder: dict[str, Any]) -> tuple[tuple[Member, ...], tuple[tuple[str, str], ...]]:
        """Return the members of the (JSON) content of a request body or an answer, and its examples."""
        for content in holder.get("content", {}).values():
            examples = tuple(
                (example.get("summary", name), json.dumps(example["value"], ensure_ascii=False, indent=2))
                for name, example in content.get("examples", {}).items()
            )
            return tuple(self._members(content["schema"], "", _DEEPEST)), examples
        return (), ()

    def _members(self, schema: dict[str, Any], prefix: str, depth: int) -> Iterator[Member]:
        followed = self._followed(schema)
        required = followed.get("required", ())
        for name, part in followed.get("properties", {}).items():
            inner = self._followed(part)
            path = f"{prefix}{name}"
            items = self._followed(inner["items"]) if inner.get("type") == "array" else None
            kind = inner.get("type", "any") if items is None else f"array of {items.get('type', 'any')}"
            yield Member(path, kind, name in required, inner.get("description", ""))
            if depth:
                mark = "." if items is None else "[]."
                yield from self._members(inner if items is None else items, path + mark, depth - 1)

    def _followed(self, part: dict[str, Any]) -> dict[str, Any]:
        """Return what a reference into the document means, or the part itself."""
        reference = part.get("$ref")
        if reference is None:
            return self._merged(part) if "allOf" in part else part
        found: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return self._followed(dict(found)) if "allOf" in found else dict(found)

    def _merged(self, part: dict[str, Any]) -> dict[str, Any]:
        """Return what several schemas say together."""
        merged: dict[str, Any] = {}
        for each in [*map(self._followed, part["allOf"]), {k: v for k, v in part.items() if k != "allOf"}]:
            properties = {**merged.get("properties", {}), **each.get("properties", {})}
            required = [*merged.get("required", []), *each.get("required", [])]
            merged = {**merged, **each, "properties": properties, "required": required}
        return merged
