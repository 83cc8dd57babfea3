"""The administration API over the reference world, in this process, and clients that come as somebody.

    with administered(url, directory) as administered:
        reply = administered.client("carla", "alpha").get("/capacities/alpha.nsso/users")

Paths of a client are below its enterprise when it has one; `anywhere` sends to any path of the API.
"""

import dataclasses
import functools
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit
from wsgiref.types import WSGIApplication
from wsgiref.validate import validator

import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from authz_service.admin_api.administration import create_administration
from authz_service.admin_api.application import Mounted
from authz_service.admin_api.parts import BASE, AdministrationParts, ApiSettings
from authz_service.audit.log import AuditLog
from authz_service.audit.signing import ensure_signing_key
from authz_service.decision_api.strict_json import read_object
from authz_service.domain.actors import Actor
from authz_service.domain.identifiers import Niss
from authz_service.domain.vocabulary import Scope, SubjectType
from authz_service.identity.development import DevelopmentIssuer
from authz_service.identity.failures import IssuerUnreachableError
from authz_service.identity.tokens import AccessTokens
from authz_service.services.administration.addresses import PathAddresses
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.settings import AdministrationSettings
from authz_service.services.authority.door import Authority
from authz_service.store.errors import StoreError
from tests.model.identifiers import niss_check_digits
from tests.support.contract import Contract
from tests.support.reference import PUBLIC_URL, WORLD, Reference, load_reference
from tests.support.wire import Reply, Wire

ROOT: Final = PUBLIC_URL + BASE
"""The URL of the API."""
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
PROBLEM: Final = "application/problem+json"
SETTINGS: Final = AdministrationSettings(180, "https://password.example.org", "https://certificate.example.org")
API_SETTINGS: Final = ApiSettings(PUBLIC_URL, body_bytes=65_536, depth=16)
LIFETIME_SECONDS: Final = 3600


@functools.cache
def reference_world() -> Mapping[str, Any]:
    """Return the reference world as its file says it."""
    world: Mapping[str, Any] = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["world"]
    return world


def number_of(person: str) -> str:
    """Return the national number of a person of the reference world."""
    [digits] = [each["niss"] for each in reference_world()["persons"] if each["id"] == person]
    return str(digits)


def enterprise_number(enterprise: str) -> str:
    """Return the number of an enterprise of the reference world."""
    [digits] = [each["enterprise_number"] for each in reference_world()["enterprises"] if each["id"] == enterprise]
    return str(digits)


@dataclasses.dataclass(frozen=True)
class Response(Reply):
    """What came back from the administration API."""

    def json(self) -> Any:
        assert self.headers["content-type"] == JSON, self
        return json.loads(self.body)

    def problem(self, status: int, kind: str) -> Any:
        """Return the problem, whose status and type are looked at (`badRequest`, or `stateConflict`, our own)."""
        assert self.status == status, (self.status, self.body)
        assert self.headers["content-type"] == PROBLEM
        content = json.loads(self.body)
        assert content["status"] == status
        assert content["type"].rsplit(":", 1)[-1] == kind, content
        return content


@dataclasses.dataclass(frozen=True)
class Client:
    """Somebody who sends requests. `below`: what the paths begin with."""

    wire: Wire = dataclasses.field(repr=False)
    below: str = ""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    contract: Contract | None = dataclasses.field(default=None, repr=False)
    """What every answer is held to, None for nothing."""

    @property
    def anywhere(self) -> Self:
        """The same, with paths from the root of the API."""
        return dataclasses.replace(self, below="")

    def under(self, path: str) -> Self:
        """Return the same, with paths below another one."""
        return dataclasses.replace(self, below=self.below + path)

    def speaking(self, languages: str) -> Self:
        """Return the same, wanting these languages (Accept-Language)."""
        return self.sending(accept_language=languages)

    def sending(self, **headers: str) -> Self:
        """Return the same, with these headers on every request: `if_match` is If-Match."""
        return dataclasses.replace(self, headers={**self.headers, **headers})

    def get(self, path: str = "", **headers: str) -> Response:
        return self.request("GET", path, **headers)

    def follow(self, href: str, **headers: str) -> Response:
        """GET a link of the API."""
        assert href.startswith(ROOT), href
        return self.anywhere.get(href.removeprefix(ROOT), **headers)

    def post(self, path: str, content: object, **headers: str) -> Response:
        return self.request("POST", path, content, **headers)

    def put(self, path: str, content: object = None, **headers: str) -> Response:
        return self.request("PUT", path, content, **headers)

    def patch(self, path: str, content: object, **headers: str) -> Response:
        return self.request("PATCH", path, content, **{"content_type": MERGE_PATCH, **headers})

    def delete(self, path: str, **headers: str) -> Response:
        return self.request("DELETE", path, **headers)

    def request(self, method: str, path: str, content: object = None, **headers: str) -> Response:
        """Send a request; `content` is its JSON value, or the body as it stands when it is bytes, None for none."""
        body = b"" if content is None else content if isinstance(content, bytes) else json.dumps(content).encode()
        media_type = {} if content is None else {"content_type": JSON}
        where = urlsplit(path)
        reply = self.wire.request(
            method,
            BASE + self.below + where.path,
            body,
            {**media_type, **self.headers, **headers},
            {"QUERY_STRING": where.query, "wsgi.input": io.BytesIO(body)},
        )
        if self.contract is not None:
            self.contract.check(method, self.below + where.path, reply.status, reply.headers, reply.body)
        return Response(reply.status, reply.headers, reply.body)


@dataclasses.dataclass(frozen=True)
class Administered:
    """The administration API over a store with the reference world in it."""

    reference: Reference
    parts: AdministrationParts
    issuer: DevelopmentIssuer
    wire: Wire
    contract: Contract | None = dataclasses.field(default=None, repr=False)

    def held_to_document(self) -> "Administered":
        """Return the same, every answer to whose clients is held to the served document."""
        document = self.nobody().get("/doc/openapi.json").json()
        return dataclasses.replace(self, contract=Contract(document))

    def client(self, person: str, enterprise: str | None = None, means: str | None = "eid") -> Client:
        """Return a person of the reference world, logged in; with an enterprise, paths are below it."""
        return self._client(self.issuer.person(Niss(number_of(person)), means, LIFETIME_SECONDS), enterprise)

    def stranger(self, enterprise: str | None = None) -> Client:
        """Return a person whom the service does not know."""
        serial = "700101001"
        niss = Niss.parse(serial + niss_check_digits(serial, born_from_2000=False))
        return self._client(self.issuer.person(niss, "eid", LIFETIME_SECONDS), enterprise)

    def agent(self, agent_id: str, enterprise: str | None = None) -> Client:
        """Return a contact-centre agent."""
        return self._client(self.issuer.agent(agent_id, "eid", LIFETIME_SECONDS), enterprise)

    def machine(self, name: str, scopes: Iterable[Scope] = (), enterprise: str | None = None) -> Client:
        """Return a program with a token."""
        return self._client(self.issuer.machine(name, scopes, LIFETIME_SECONDS), enterprise)

    def caller(self, name: str, enterprise: str | None = None) -> Client:
        """Return a program with the key of a new caller."""
        return self._client(self.reference.add_caller(name), enterprise)

    def nobody(self) -> Client:
        """Return somebody without a token."""
        return self._client("", None)

    def actor(self, person: str, enterprise: str = "", means: str = "eid") -> Actor:
        """Return a person of the reference world as the write door knows him."""
        acting_for = enterprise_number(enterprise) if enterprise else ""
        return Actor(SubjectType.PERSON, number_of(person), acting_for, means)

    def with_parts(self, **parts: Any) -> "Administered":
        """Return the same with other parts of the application."""
        changed = dataclasses.replace(self.parts, **parts)
        return dataclasses.replace(self, parts=changed, wire=_wire(changed))

    def _client(self, token: str, enterprise: str | None) -> Client:
        below = "" if enterprise is None else f"/enterprises/{quote(enterprise_number(enterprise))}"
        return Client(self.wire.with_key(token), below, contract=self.contract)


def _nothing_behind(_environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]


def _measured(application: WSGIApplication) -> WSGIApplication:
    """Return the application with a Content-Length also on what is sent in pieces, as a wire wants it."""

    def whole(environ: Any, start_response: Any) -> Iterable[bytes]:
        started: list[Any] = []

        def start(*said: Any) -> Callable[[bytes], object]:
            started[:] = said
            return lambda _: None

        parts = validator(application)(environ, start)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers, *_ = started
        if environ["REQUEST_METHOD"] != "HEAD" and "content-length" not in {name.lower() for name, _ in headers}:
            headers = [*headers, ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    return whole


def _wire(parts: AdministrationParts) -> Wire:
    return Wire(_measured(Mounted({BASE: create_administration(parts)}, _nothing_behind)))


@contextmanager
def administered(url: str, directory: Path) -> Iterator[Administered]:
    """Load the reference world into an empty database and put the administration API in front of it.

    `directory`: for the key files.
    """
    reference = load_reference(url, directory)
    try:
        yield administration_over(reference, directory)
    finally:
        reference.database.close()


def administration_over(reference: Reference, directory: Path) -> Administered:
    """Return the administration API over a store. `directory`: for the key of the audit log."""
    decisions = reference.decisions
    key = ensure_signing_key(directory / "audit.pem")
    authority = Authority(reference.database, decisions.policy, decisions.levels, AuditLog(key))
    issuer = _issuer(frozenset(decisions.levels))
    parts = AdministrationParts(
        authority=authority,
        administration=Administration(reference.database, decisions, authority, SETTINGS),
        addresses=PathAddresses(reference.database),
        decisions=decisions,
        explanations=reference.explanations,
        access_tokens=AccessTokens([issuer.trusted()]),
        callers=reference.callers,
        read_json=read_object,
        readiness=lambda: {"database": "ok", "decisions": "ok"},
        unavailable=(StoreError, IssuerUnreachableError),
        settings=API_SETTINGS,
    )
    return Administered(reference, parts, issuer, _wire(parts))


@functools.cache
def _issuer(means: frozenset[str]) -> DevelopmentIssuer:
    return DevelopmentIssuer(
        url=f"{PUBLIC_URL}/development",
        audience=PUBLIC_URL,
        means=means,
        key=ec.generate_private_key(ec.SECP256R1()),
    )
