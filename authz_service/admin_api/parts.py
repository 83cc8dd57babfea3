"""What the administration API is put together from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from authz_service.domain.callers import Caller
from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import Principal
from authz_service.services.administration.administration import Administration
from authz_service.services.authority.door import Authority
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations

__all__ = ["BASE", "Addresses", "AdministrationParts", "ApiSettings", "FindsCallers", "ReadsTokens"]

BASE: Final = "/accessManagement/v1"
"""The path of the API below the public URL: its name and its major version."""


class ReadsTokens(Protocol):
    """What says who comes with an access token."""

    def principal(self, token: str, /) -> Principal | str:
        """Return who comes, or in a word of a fixed vocabulary why the token is not accepted ("expired" is one)."""


class FindsCallers(Protocol):
    """Where the callers that hold keys are looked up."""

    def find(self, key_text: str, /) -> Caller | None:
        """Return the caller that holds the key now, None when nobody does."""


class Addresses(Protocol):
    """What the ids in a path stand for, things that are over included: nothing of it is told to anybody."""

    def has_capacity(self, enterprise_number: str, capacity_id: str, /) -> bool:
        """Return True when the enterprise has that capacity now."""

    def strangers(self, enterprise_number: str, capacity_id: str, account_ids: frozenset[str], /) -> frozenset[str]:
        """Return those of the ids that are of no account, present or former, in that capacity of that enterprise."""

    def co_chief(self, enterprise_number: str, designation_id: str, /) -> Niss | None:
        """Return whom the designation, present or former, names co-GAP of that enterprise; None: no such one."""


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """`public_url`: where callers reach the service; `body_bytes`, `depth`: the most of a body and of its nesting."""

    public_url: str
    body_bytes: int
    depth: int

    @property
    def mount(self) -> str:
        """The path of the API as callers see it."""
        return urlsplit(self.public_url).path.rstrip("/") + BASE

    @property
    def root(self) -> str:
        """The URL of the API, without a slash at its end."""
        return self.public_url.rstrip("/") + BASE


@dataclass(frozen=True, slots=True)
class AdministrationParts:
    """What answers the requests.

    `read_json`: makes an object of octets, nested so deep at most; raises ValueError, whose text repeats none of them.
    `readiness`: makes the checks and returns "ok" or a sentence by the name of each. `unavailable`: what is raised when
    nothing can be known at the moment.
    """

    authority: Authority
    administration: Administration
    addresses: Addresses
    decisions: DecisionService
    explanations: Explanations
    access_tokens: ReadsTokens
    callers: FindsCallers
    read_json: Callable[[bytes, int], dict[str, Any]]
    readiness: Callable[[], Mapping[str, str]]
    unavailable: tuple[type[Exception], ...]
    settings: ApiSettings
