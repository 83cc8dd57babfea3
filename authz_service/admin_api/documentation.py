"""`/doc`: the OpenAPI document as JSON, as YAML, and as a page for people that loads nothing from elsewhere."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from apispec import APISpec
from flask import Blueprint, Response, render_template

from authz_service.admin_api.pages import Page

__all__ = ["documentation"]


def documentation(
    spec: APISpec, paths: Mapping[str, Any], finish: Callable[[dict[str, Any]], dict[str, Any]] = dict
) -> Blueprint:
    """Return the views of the document: `paths`, and those of the specification as they are at the first request.

    `finish`: has the last word on the document.
    """
    views = Blueprint("documentation", __name__, url_prefix="/doc")

    @functools.cache
    def document() -> dict[str, Any]:
        described: dict[str, Any] = spec.to_dict()
        return _without_unused_schemas(finish({**described, "paths": {**paths, **described["paths"]}}))

    @views.get("")
    def page() -> str:
        return render_template("documentation.html", page=Page(document()))

    @views.get("/openapi.json")
    def as_json() -> Response:
        text = json.dumps(document(), ensure_ascii=False, indent=1)
        return Response(text + "\n", content_type="application/json")

    @views.get("/openapi.yaml")
    def as_yaml() -> Response:
        # Without aliases: parts that are shared in memory are written out, for readers that know no anchors.
        text = yaml.dump(json.loads(json.dumps(document())), sort_keys=False, allow_unicode=True, width=120)
        return Response(text, content_type="application/yaml")

    return views


def _without_unused_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without schemas that nothing in it refers to: flask-smorest always registers its own."""
    components = document["components"]
    kept: dict[str, Any] = components["schemas"]
    while True:
        text = json.dumps({**document, "components": {**components, "schemas": kept}})
        used = {name: schema for name, schema in kept.items() if f'"#/components/schemas/{name}"' in text}
        if len(used) == len(kept):
            return {**document, "components": {**components, "schemas": kept}}
        kept = used
