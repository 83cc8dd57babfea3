"""A directory server: how it is reached, and what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from authz_service.directory.filters import escape

__all__ = ["Endpoint", "Features", "SecretText", "ServerSettings", "Vendor"]

_PORTS: Final = {"ldap": 389, "ldaps": 636}


@dataclass(frozen=True, slots=True, repr=False)
class SecretText:
    """A secret that does not reach a log by accident."""

    value: str

    def __repr__(self) -> str:
        return "SecretText(masked)"

    def __str__(self) -> str:
        return repr(self)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one server listens. `tls`: TLS from the first octet on (ldaps)."""

    url: str
    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Read `ldap://host:port` or `ldaps://host:port`. Raises ValueError."""
        parts = urlsplit(url)
        port = parts.port  # raises ValueError, and so do the brackets of a broken IPv6 address
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
        if parts.scheme not in _PORTS or not parts.hostname or more:
            raise ValueError("the address of a directory server is ldap://host:port or ldaps://host:port, nothing more")
        return cls(url, parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "ldaps")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How a directory is reached. `urls` are tried in their order; only a server that cannot be reached is passed over.

    `bind_dn`: a name in the form the server wants it (AD takes `user@realm` too). `ca_file`: whose certificates count;
    None: the system's. `start_tls`: for `ldap://`. `plain_allowed`: the password may go unprotected over `ldap://`.
    `receive_timeout_seconds`: how long the server may be silent. `max_request_bytes`, `max_values`: what one request
    holds at most; `page_size`: entries in a page. Raises ValueError for what makes no sense.
    """

    urls: tuple[str, ...]
    bind_dn: str
    secret: SecretText
    ca_file: Path | None = None
    start_tls: bool = False
    plain_allowed: bool = False
    connect_timeout_seconds: float = 5
    receive_timeout_seconds: float = 30
    page_size: int = 1000
    max_request_bytes: int = 1 << 20
    max_values: int = 1000

    def __post_init__(self) -> None:
        if not self.endpoints():
            raise ValueError("a directory needs the address of a server")
        if min(self.connect_timeout_seconds, self.receive_timeout_seconds) <= 0:
            raise ValueError("a time-out is a number of seconds above 0")
        if self.page_size < 1 or self.max_values < 1 or self.max_request_bytes < 1024:
            raise ValueError("a page or a request is too small to hold anything")

    def endpoints(self) -> tuple[Endpoint, ...]:
        return tuple(map(Endpoint.parse, self.urls))


class Vendor(StrEnum):
    """Whose server it is, as far as that changes what to expect of it."""

    OPENLDAP = "openldap"
    DS_389 = "389"
    ACTIVE_DIRECTORY = "ad"
    """Samba included."""
    UNKNOWN = "unknown"


_ENTRY_ID: Final = {Vendor.DS_389: "nsUniqueId", Vendor.ACTIVE_DIRECTORY: "objectGUID"}


@dataclass(frozen=True, slots=True)
class Features:
    """What a server says of itself in its root entry (RFC 4512 section 5.1).

    `paged_results`: RFC 2696. `assertion`: RFC 4528. `domain_scope`: AD's control against references to other domains.
    `url`: the server that was reached.
    """

    vendor: Vendor
    url: str
    paged_results: bool = False
    assertion: bool = False
    domain_scope: bool = False
    naming_contexts: tuple[str, ...] = ()

    @property
    def entry_id_attribute(self) -> str:
        """The attribute that stays when an entry is renamed, and that no other entry ever has."""
        return _ENTRY_ID.get(self.vendor, "entryUUID")

    def entry_id(self, value: bytes) -> str:
        """Return that attribute's value as text."""
        if self.vendor is Vendor.ACTIVE_DIRECTORY and len(value) == 16:
            return str(UUID(bytes_le=value))
        return value.decode("ascii", "replace").lower()

    def entry_id_filter(self, entry_id: str) -> str:
        """Return the filter that finds the entry with this id. Raises ValueError: AD's ids are UUIDs."""
        value = UUID(entry_id).bytes_le if self.vendor is Vendor.ACTIVE_DIRECTORY else entry_id
        return f"({self.entry_id_attribute}={escape(value)})"
