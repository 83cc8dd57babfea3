"""Calls a WSGI application in this process the way a server does, checked against PEP 3333 both ways."""

import dataclasses
import io
import json
from collections.abc import Mapping
from typing import Any, Final
from wsgiref.types import WSGIApplication
from wsgiref.validate import validator

JSON: Final = "application/json"
EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"


@dataclasses.dataclass(frozen=True)
class Reply:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        assert self.headers["content-type"] == JSON, self
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The message of an error, whose form is checked."""
        content = self.json()
        assert content.keys() == {"code", "message"}
        assert content["code"] == self.status
        message: str = content["message"]
        return message


@dataclasses.dataclass(frozen=True)
class Wire:
    """An application and the key that requests carry ("" for none)."""

    application: WSGIApplication
    key: str = ""

    def with_key(self, key: str) -> "Wire":
        return dataclasses.replace(self, key=key)

    def evaluate(self, content: object, **headers: str) -> Reply:
        """Ask one question; `content` is its JSON value, or the body as it stands when it is bytes."""
        return self.send(EVALUATION, content, **headers)

    def evaluations(self, content: object, **headers: str) -> Reply:
        """Ask a batch."""
        return self.send(EVALUATIONS, content, **headers)

    def send(self, path: str, content: object, **headers: str) -> Reply:
        """POST JSON. Headers: `x_request_id` is X-Request-ID."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.request("POST", path, body, {"content_type": JSON, **headers})

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        environ: Mapping[str, Any] | None = None,
        *,
        honest: bool = True,
    ) -> Reply:
        """Send anything. `environ` comes last, and None takes a name away.

        `honest`: the request is one that PEP 3333 allows; when it is not, nobody looks at what goes in and out.
        """
        sent: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.key:
            sent["HTTP_AUTHORIZATION"] = f"Bearer {self.key}"
        for name, value in (headers or {}).items():
            variable = name.upper()
            sent[variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
        sent = {name: value for name, value in {**sent, **(environ or {})}.items() if value is not None}
        return _answered(self.application, sent, honest=honest)


def _answered(application: WSGIApplication, environ: dict[str, Any], *, honest: bool) -> Reply:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /) -> Any:
        started.append((status, headers))
        return lambda _: None

    parts = (validator(application) if honest else application)(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    [(status, headers)] = started
    names = {name.lower(): value for name, value in headers}
    assert len(names) == len(headers), "a header is there twice"
    if environ["REQUEST_METHOD"] != "HEAD":
        assert int(names["content-length"]) == len(body)
    return Reply(int(status.split(" ")[0]), names, body)
