"""Holds answers of the administration API to its OpenAPI document: status, headers, body, and nothing beside."""

import dataclasses
import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from openapi_schema_validator import OAS30Validator

from tests.support.national_numbers import national_numbers_in

MAY_HOLD_NUMBERS = {"ssin", "telephone"}
"""Members of answers: what is one, and what can look like one by chance."""
UNLISTED = {405, 500}
"""Statuses that any operation can come to, which stand under `default`."""


@dataclasses.dataclass(frozen=True)
class Contract:
    """An OpenAPI document."""

    document: Any

    def check(self, method: str, path: str, status: int, headers: dict[str, str], body: bytes) -> None:
        """Fail unless an answer is as documented. `path`: below the API's own, without the query."""
        assert national_numbers_in(" ".join(headers.values())) == [], f"{method}: a national number in a header"
        if path.startswith("/doc"):
            return
        found = self._path("GET" if method == "HEAD" else method, path)
        if found is None:
            assert status in {404, 405}, f"{method} {path} is not documented, and answers {status}"
            return
        responses = self._operation(method, found)["responses"]
        assert str(status) in responses or status in UNLISTED, f"{method} {found}: {status} is not documented"
        answer = self._followed(responses.get(str(status), responses["default"]))
        missing = {name.lower() for name in answer.get("headers", {})} - headers.keys() - {"idempotency-replayed"}
        assert not missing, f"{method} {found}: {status} has no {missing}"
        if method != "HEAD":
            self._check_body(f"{method} {found} {status}", answer, headers.get("content-type", ""), body)

    def _operation(self, method: str, path: str) -> Any:
        return self.document["paths"][path]["get" if method == "HEAD" else method.lower()]

    def _check_body(self, where: str, answer: Any, content_type: str, body: bytes) -> None:
        content = answer.get("content")
        if content is None:
            assert body == b"", f"{where} has a body"
            assert content_type == "", f"{where} has a Content-Type"
            return
        media_type = content_type.partition(";")[0]
        assert media_type in content, f"{where} is {media_type}"
        if media_type == "text/csv":
            return
        value, schema = json.loads(body), content[media_type]["schema"]
        problems = [error.message for error in OAS30Validator({**self.document, **schema}).iter_errors(value)]
        assert problems == [], where
        assert list(self._undocumented(schema, value)) == [], where
        assert national_numbers_in(json.dumps(_without_numbers(value))) == [], f"{where} holds a national number"

    def _path(self, method: str, path: str) -> str | None:
        """Return the documented path, those without parameters first."""
        for candidate, pattern in self._patterns:
            if pattern.fullmatch(path) and method.lower() in self.document["paths"][candidate]:
                return candidate
        return None

    @functools.cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        paths = sorted(self.document["paths"], key=lambda path: path.count("{"))
        return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in paths]

    def _followed(self, part: Any) -> Any:
        if "$ref" not in part:
            return part
        found = self.document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def _properties(self, schema: Any) -> dict[str, Any]:
        followed = self._followed(schema)
        own: dict[str, Any] = dict(followed.get("properties", {}))
        for part in followed.get("allOf", ()):
            own.update(self._properties(part))
        return own

    def _undocumented(self, schema: Any, value: object, path: str = "") -> Iterator[str]:
        """Yield the members of an answer that its schema does not know."""
        if isinstance(value, list):
            for item in value:
                yield from self._undocumented(self._followed(schema)["items"], item, f"{path}[]")
        elif isinstance(value, dict):
            properties = self._properties(schema)
            for name, inner in value.items():
                if name in properties:
                    yield from self._undocumented(properties[name], inner, f"{path}.{name}")
                else:
                    yield f"{path}.{name}"


def _without_numbers(value: Any) -> Any:
    """Return a JSON value without the members that may hold national numbers."""
    if isinstance(value, dict):
        return {name: _without_numbers(inner) for name, inner in value.items() if name not in MAY_HOLD_NUMBERS}
    return [_without_numbers(item) for item in value] if isinstance(value, list) else value
