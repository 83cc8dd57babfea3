"""The parts that OpenAPI schemas of the decision endpoints are put together from."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["AUTHZEN_NAMES", "Schema", "described", "reference", "text"]

Schema = dict[str, Any]

AUTHZEN_NAMES: Final = {"jsn-naming": "names are given by AuthZEN Authorization API 1.0 or follow its style"}


def reference(name: str) -> Schema:
    """Return a reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(description: str, **more: Any) -> Schema:
    """Return a string."""
    return {"type": "string", "description": description, **more}


def described(
    description: str, properties: dict[str, Schema], required: tuple[str, ...] = (), /, **more: Any
) -> Schema:
    """Return an object with these members."""
    schema: Schema = {"type": "object", "description": description, "properties": properties, **more}
    return {**schema, "required": list(required)} if required else schema
