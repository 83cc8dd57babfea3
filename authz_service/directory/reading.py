"""Reading everything that was asked for, or saying that it was not everything.

A server cuts a search where its limits say so (codes 3, 4, 11), forgets a page, sends elsewhere, or gives a long
attribute in ranges; whoever took the rest for the whole would delete what was left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from authz_service.directory.answers import ENTRY, REFERENCE, SEARCH_DONE, Answer, page_cookie, raw_entry, result
from authz_service.directory.ber import MalformedError
from authz_service.directory.errors import IncompleteReadError
from authz_service.directory.filters import encoded
from authz_service.directory.names import Dn, InvalidDnError
from authz_service.directory.operations import FoundEntry, ResultCode, Scope, named
from authz_service.directory.requests import (
    DOMAIN_SCOPE,
    PAGED_RESULTS,
    control,
    message,
    paged_results_control,
    search,
)
from authz_service.directory.servers import Features
from authz_service.directory.wire import Wire

__all__ = ["Reader"]

_ANYTHING: Final = encoded("(objectClass=*)")
_RANGE: Final = re.compile(r"(.+);range=([0-9]+)-([0-9]+|\*)", re.IGNORECASE)
_Raw = tuple[str, dict[str, tuple[bytes, ...]]]
_Shared = dict[tuple[bytes, ...], tuple[bytes, ...]]
_MOST_SHARED: Final = 4096
_LONGEST_SHARED: Final = 4


class Reader:
    """Searches over one connection, one after the other."""

    def __init__(self, wire: Wire, page_size: int) -> None:
        self._wire = wire
        self._page_size = page_size
        self._latest = 0

    def entry(self, dn: Dn, attributes: Sequence[str], features: Features) -> FoundEntry | None:
        """Return one entry; None: there is none. Raises ConnectionLostError, IncompleteReadError."""
        controls = control(DOMAIN_SCOPE) if features.domain_scope else b""
        request = search(dn, Scope.BASE, _ANYTHING, _asked(attributes, features))
        found, code, _ = self._page(request, controls)
        if code == ResultCode.NO_SUCH_OBJECT:
            return None
        _require_success(code)
        return next((self._finished(raw, attributes, features) for raw in found), None)

    def search(
        self, base: Dn, search_filter: bytes, attributes: Sequence[str], scope: Scope, features: Features
    ) -> Iterator[FoundEntry]:
        """Yield every entry that matches. Raises ConnectionLostError, IncompleteReadError."""
        request = search(base, scope, search_filter, _asked(attributes, features))
        scoped = control(DOMAIN_SCOPE) if features.domain_scope else b""
        pages = self._pages(request, scoped) if features.paged_results else self._at_once(request, scoped)
        shared: _Shared = {}
        for page in pages:
            for raw in page:
                yield self._finished(raw, attributes, features, shared)

    def _at_once(self, request: bytes, controls: bytes) -> Iterator[list[_Raw]]:
        found, code, _ = self._page(request, controls)
        _require_success(code)
        yield found

    def _pages(self, request: bytes, controls: bytes) -> Iterator[list[_Raw]]:
        self._latest += 1
        mine, cookie = self._latest, b""
        while True:
            found, code, answer = self._page(request, controls + paged_results_control(self._page_size, cookie))
            _require_success(code)
            following = self._understood(answer)
            if following is None:
                raise IncompleteReadError("the server leaves out where the next page begins")
            if following and following == cookie and not found:
                raise IncompleteReadError("the server gives the same empty page again")
            yield found
            if not following:
                return
            if mine != self._latest:
                # A server keeps one paged search a connection, and some take up the wrong one.
                raise IncompleteReadError("another search was begun before this one was read to its end")
            cookie = following

    def _page(self, request: bytes, controls: bytes) -> tuple[list[_Raw], int, Answer]:
        """Return the entries of one answer as they came, the result code, and the message that carried it."""
        message_id = self._wire.next_id()
        self._wire.send(message(message_id, request, controls))
        found: list[_Raw] = []
        elsewhere = False
        while True:
            answer = self._wire.receive({message_id})
            try:
                if answer.tag == ENTRY:
                    found.append(raw_entry(answer))
                elif answer.tag == REFERENCE:
                    elsewhere = True
                else:
                    code = _ended(answer)
                    self._wire.answered(message_id)
                    if elsewhere:
                        raise IncompleteReadError("a part of what was asked for is elsewhere", ResultCode.REFERRAL)
                    return found, code, answer
            except MalformedError as error:
                raise self._wire.lose(f"the server sends {error}") from None

    def _understood(self, answer: Answer) -> bytes | None:
        try:
            return page_cookie(answer, PAGED_RESULTS)
        except MalformedError as error:
            raise self._wire.lose(f"the server sends {error}") from None

    def _finished(
        self, raw: _Raw, asked: Sequence[str], features: Features, shared: _Shared | None = None
    ) -> FoundEntry:
        """Put ranges together, and call attributes as they were asked for. `shared`: values that other entries have."""
        name, found = raw
        try:
            dn = Dn.parse(name)
        except InvalidDnError:
            raise IncompleteReadError("the server gives a name that is no name") from None
        if any(";" in kind and _RANGE.fullmatch(kind) for kind in found):
            found = self._whole_ranges(dn, found)
        names = _called(tuple(asked))
        identity = features.entry_id_attribute.lower()
        entry_id = ""
        attributes = {}
        for kind, values in found.items():
            lowered = kind.lower()
            if lowered == identity and values:
                entry_id = features.entry_id(values[0])
                if lowered not in names:
                    continue
            attributes[names.get(lowered, kind)] = values if shared is None else _once(values, shared)
        return FoundEntry(dn, entry_id, attributes)

    def _whole_ranges(self, dn: Dn, found: dict[str, tuple[bytes, ...]]) -> dict[str, tuple[bytes, ...]]:
        """Return the attributes with every range followed to its end."""
        whole = {kind: values for kind, values in found.items() if _RANGE.fullmatch(kind) is None}
        for kind, values in found.items():
            ranged = _RANGE.fullmatch(kind)
            if ranged is not None:
                whole[ranged[1]] = tuple(self._range(dn, ranged, values))
        return whole

    def _range(self, dn: Dn, ranged: re.Match[str], values: tuple[bytes, ...]) -> Iterator[bytes]:
        attribute, expected = ranged[1], 0
        while True:
            first, last = int(ranged[2]), ranged[3]
            if first != expected or (last != "*" and int(last) - first + 1 != len(values)):
                raise IncompleteReadError("the server leaves out some values of a long attribute")
            yield from values
            if last == "*":
                return
            expected = int(last) + 1
            ranged, values = self._next_range(dn, attribute, expected)

    def _next_range(self, dn: Dn, attribute: str, first: int) -> tuple[re.Match[str], tuple[bytes, ...]]:
        request = search(dn, Scope.BASE, _ANYTHING, [f"{attribute};range={first}-*"])
        found, code, _ = self._page(request, b"")
        _require_success(code)
        for _, attributes in found:
            for kind, values in attributes.items():
                ranged = _RANGE.fullmatch(kind)
                if ranged is not None and ranged[1].lower() == attribute.lower():
                    return ranged, values
        raise IncompleteReadError("the server leaves out the rest of a long attribute")


@lru_cache(maxsize=64)
def _called(asked: tuple[str, ...]) -> Mapping[str, str]:
    """Return attributes as they are asked for, by their names in lower case."""
    return MappingProxyType({kind.lower(): kind for kind in asked})


def _once(values: tuple[bytes, ...], shared: _Shared) -> tuple[bytes, ...]:
    """Return these values, as the object that is already there where another entry of the search has the same ones."""
    if len(values) > _LONGEST_SHARED:
        return values
    return shared.setdefault(values, values) if len(shared) < _MOST_SHARED else shared.get(values, values)


def _asked(attributes: Sequence[str], features: Features) -> list[str]:
    return [*attributes, features.entry_id_attribute]


def _require_success(code: int) -> None:
    if code != ResultCode.SUCCESS:
        raise IncompleteReadError(f"the server does not give all that was asked for ({named(code)})", code)


def _ended(answer: Answer) -> int:
    """Return the result code of a search. Raises MalformedError: it is no end of a search."""
    if answer.tag != SEARCH_DONE:
        raise MalformedError("what is no answer to a search")
    return result(answer).code
