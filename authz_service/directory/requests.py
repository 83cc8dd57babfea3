"""Requests as they are sent (RFC 4511 section 4): each a protocol operation, without its message id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from authz_service.directory.ber import BOOLEAN, ENUMERATED, SEQUENCE, SET, element, integer, octets
from authz_service.directory.names import Dn
from authz_service.directory.operations import Change, Scope, drops_old_values

__all__ = [
    "ASSERTION",
    "DOMAIN_SCOPE",
    "PAGED_RESULTS",
    "add",
    "assertion_control",
    "control",
    "delete",
    "message",
    "modify",
    "paged_results_control",
    "rename",
    "search",
]

PAGED_RESULTS: Final = "1.2.840.113556.1.4.319"
ASSERTION: Final = "1.3.6.1.1.12"
DOMAIN_SCOPE: Final = "1.2.840.113556.1.4.1339"

_SEARCH: Final = 0x63
_MODIFY: Final = 0x66
_ADD: Final = 0x68
_DELETE: Final = 0x4A
_RENAME: Final = 0x6C
_CONTROLS: Final = 0xA0
_NEW_PARENT: Final = 0x80
_TRUE: Final = element(BOOLEAN, b"\xff")
_FALSE: Final = element(BOOLEAN, b"\x00")
_NO_LIMITS_ALL_VALUES: Final = integer(0) + integer(0) + _FALSE
_NEVER_FOLLOW_ALIASES: Final = integer(0, ENUMERATED)


def message(message_id: int, operation: bytes, controls: bytes = b"") -> bytes:
    """Return a whole message. `controls`: any number of them, one after the other."""
    return element(SEQUENCE, integer(message_id) + operation + (element(_CONTROLS, controls) if controls else b""))


def add(dn: Dn, attributes: Mapping[str, Sequence[bytes]]) -> bytes:
    listed = b"".join(_attribute(name, values) for name, values in attributes.items())
    return element(_ADD, _name(dn) + element(SEQUENCE, listed))


def modify(dn: Dn, changes: Iterable[Change]) -> bytes:
    listed = b"".join(
        element(SEQUENCE, integer(change.kind.value, ENUMERATED) + _attribute(change.attribute, change.values))
        for change in changes
    )
    return element(_MODIFY, _name(dn) + element(SEQUENCE, listed))


def rename(dn: Dn, new_dn: Dn) -> bytes:
    content = _name(dn) + octets(_text(new_dn.rdn)) + (_TRUE if drops_old_values(dn, new_dn) else _FALSE)
    if new_dn.parent != dn.parent:
        content += octets(_text(str(new_dn.parent)), _NEW_PARENT)
    return element(_RENAME, content)


def delete(dn: Dn) -> bytes:
    return octets(_text(str(dn)), _DELETE)


def search(base: Dn, scope: Scope, search_filter: bytes, attributes: Iterable[str]) -> bytes:
    """Return a search without limits of its own that follows no alias. `search_filter`: encoded."""
    return element(
        _SEARCH,
        _name(base)
        + integer(scope.value, ENUMERATED)
        + _NEVER_FOLLOW_ALIASES
        + _NO_LIMITS_ALL_VALUES
        + search_filter
        + element(SEQUENCE, b"".join(octets(name.encode()) for name in attributes)),
    )


def control(oid: str, value: bytes | None = None) -> bytes:
    """Return a control that the server must heed or refuse the request for (RFC 4511 section 4.1.11)."""
    return element(SEQUENCE, octets(oid.encode()) + _TRUE + (b"" if value is None else octets(value)))


def paged_results_control(size: int, cookie: bytes) -> bytes:
    """Ask for a page of so many entries, the first where the cookie is empty (RFC 2696)."""
    return control(PAGED_RESULTS, element(SEQUENCE, integer(size) + octets(cookie)))


def assertion_control(search_filter: bytes) -> bytes:
    """Have the request done only when the entry matches the (encoded) filter (RFC 4528)."""
    return control(ASSERTION, search_filter)


def _attribute(name: str, values: Sequence[bytes]) -> bytes:
    return element(SEQUENCE, octets(name.encode()) + element(SET, b"".join(map(octets, values))))


def _name(dn: Dn) -> bytes:
    return octets(_text(str(dn)))


def _text(text: str) -> bytes:
    return text.encode("utf-8")
