"""One session with a directory: the door through which everything else reads and writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from authz_service.directory.connecting import connected
from authz_service.directory.filters import encoded
from authz_service.directory.names import Dn, InvalidDnError
from authz_service.directory.operations import (
    Add,
    Change,
    Delete,
    FoundEntry,
    Modify,
    Operation,
    Rename,
    Scope,
    WriteOutcome,
)
from authz_service.directory.reading import Reader
from authz_service.directory.requests import ASSERTION, DOMAIN_SCOPE, PAGED_RESULTS
from authz_service.directory.servers import Endpoint, Features, ServerSettings, Vendor
from authz_service.directory.splitting import Limits
from authz_service.directory.wire import Wire
from authz_service.directory.writing import Writing

__all__ = ["DEFAULT_WINDOW", "Session", "open_session"]

DEFAULT_WINDOW: Final = 32
"""Requests under way at once. OpenLDAP ends a session that has more than 1,000 waiting."""

_ROOT_ATTRIBUTES: Final = (
    "objectClass",
    "vendorName",
    "supportedControl",
    "supportedCapabilities",
    "namingContexts",
    "highestCommittedUSN",
    "lastChangeNumber",
)
_ACTIVE_DIRECTORY: Final = b"1.2.840.113556.1.4.800"


@contextmanager
def open_session(settings: ServerSettings) -> Iterator[Session]:
    """Connect, bind and find out what the server can do; say goodbye at the end.

    Raises PlainRefusedError, CertificateRefusedError (both before the password is sent), BindRefusedError,
    DirectoryUnreachableError, IncompleteReadError.
    """
    wire, endpoint = connected(settings)
    try:
        yield Session(wire, endpoint, settings)
    finally:
        wire.close()


class Session:
    """Reads and writes over one connection. Not for several threads.

    A write never raises for what the server or the connection does: it tells what became of it. Reads raise
    ConnectionLostError and IncompleteReadError. Once the connection is lost, the session is of no more use.
    """

    def __init__(self, wire: Wire, endpoint: Endpoint, settings: ServerSettings) -> None:
        self._wire = wire
        self._limits = Limits(settings.max_request_bytes, settings.max_values)
        self._reader = Reader(wire, settings.page_size)
        self.features = _features(self._root(Features(Vendor.UNKNOWN, endpoint.url)), endpoint.url)

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return self._wire.is_lost

    def search(
        self, base: Dn, search_filter: str, attributes: Sequence[str], scope: Scope = Scope.SUBTREE
    ) -> Iterator[FoundEntry]:
        """Yield every entry that matches, page by page; what was yielded is the whole only when nothing is raised.

        Raises InvalidFilterError at once, IncompleteReadError and ConnectionLostError on the way. A search that is
        begun before another one was read to its end makes that one incomplete; `entry` and writes do not.
        """
        return self._reader.search(base, encoded(search_filter), attributes, scope, self.features)

    def entry(self, dn: Dn, attributes: Sequence[str]) -> FoundEntry | None:
        """Return one entry; None: there is none. Raises IncompleteReadError, ConnectionLostError."""
        return self._reader.entry(dn, attributes, self.features)

    def write_many(self, operations: Iterable[Operation], window: int = DEFAULT_WINDOW) -> Iterator[WriteOutcome]:
        """Yield the outcome of each operation, in their order, with up to `window` requests under way at once.

        An operation waits for those before it that are about the same entry, or one above or below it; what depends on
        another by its values only (a member that has to exist first) belongs in another call. Operations are taken and
        sent as outcomes are asked for. Raises InvalidFilterError for a condition that is no filter,
        ValueError for a window of less than 1.
        """
        if window < 1:
            raise ValueError("at least one request has to be under way")
        return Writing(self._wire, self._limits, window, self.features.assertion).outcomes(operations)

    def add(self, dn: Dn, attributes: Mapping[str, Sequence[bytes]]) -> WriteOutcome:
        """Make an entry; one too big for a request gets the rest of its values by modifies."""
        return self._write(Add(dn, attributes))

    def modify(self, dn: Dn, changes: Sequence[Change], only_if: str | None = None) -> WriteOutcome:
        """Change an entry. `only_if`: a filter it must match, when the first request arrives if one is not enough."""
        return self._write(Modify(dn, changes, only_if))

    def rename(self, dn: Dn, new_dn: Dn, only_if: str | None = None) -> WriteOutcome:
        """Give an entry another name, or another place."""
        return self._write(Rename(dn, new_dn, only_if))

    def delete(self, dn: Dn, only_if: str | None = None) -> WriteOutcome:
        """Take an entry away."""
        return self._write(Delete(dn, only_if))

    def change_token(self, base: Dn) -> str | None:
        """Return what is another text after any change under `base`; None: the server has nothing of the kind.

        A token of AD or 389-ds counts for the server it came from only, and names it. Raises IncompleteReadError,
        ConnectionLostError.
        """
        if self.features.vendor is Vendor.OPENLDAP:
            return self._context_change(base)
        kind = "highestCommittedUSN" if self.features.vendor is Vendor.ACTIVE_DIRECTORY else "lastChangeNumber"
        number = self._root(self.features).get(kind)
        return f"{kind} {number[0].decode('ascii', 'replace')} {self.features.url}" if number else None

    def _context_change(self, base: Dn) -> str | None:
        """Return the newest change of each server that writes this part of the tree (contextCSN)."""
        for context in map(_parsed, self.features.naming_contexts):
            if context is not None and (base == context or base.is_below(context)):
                found = self.entry(context, ["contextCSN"])
                values = found.attributes.get("contextCSN", ()) if found is not None else ()
                return " ".join(sorted(value.decode("ascii", "replace") for value in values)) or None
        return None

    def _write(self, operation: Operation) -> WriteOutcome:
        (outcome,) = self.write_many([operation], 1)
        return outcome

    def _root(self, features: Features) -> Mapping[str, tuple[bytes, ...]]:
        root = self._reader.entry(Dn(), _ROOT_ATTRIBUTES, features)
        return root.attributes if root is not None else {}


def _parsed(text: str) -> Dn | None:
    try:
        return Dn.parse(text)
    except InvalidDnError:
        return None


def _features(root: Mapping[str, tuple[bytes, ...]], url: str) -> Features:
    controls = {value.decode("ascii", "replace") for value in root.get("supportedControl", ())}
    return Features(
        vendor=_vendor(root),
        url=url,
        paged_results=PAGED_RESULTS in controls,
        assertion=ASSERTION in controls,
        domain_scope=DOMAIN_SCOPE in controls,
        naming_contexts=tuple(value.decode("utf-8", "replace") for value in root.get("namingContexts", ())),
    )


def _vendor(root: Mapping[str, tuple[bytes, ...]]) -> Vendor:
    if _ACTIVE_DIRECTORY in root.get("supportedCapabilities", ()):
        return Vendor.ACTIVE_DIRECTORY
    if any(b"389" in value for value in root.get("vendorName", ())):
        return Vendor.DS_389
    if any(value.lower() == b"openldaprootdse" for value in root.get("objectClass", ())):
        return Vendor.OPENLDAP
    return Vendor.UNKNOWN
