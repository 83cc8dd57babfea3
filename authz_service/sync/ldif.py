"""Writing LDIF (RFC 2849): entries and changes as text that every directory's own tools read."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, ChangeKind, Delete, Modify, Operation, Rename, drops_old_values

__all__ = ["VERSION", "change_record", "comment", "entry_record"]

VERSION: Final = "version: 1\n"
"""The first line of a file."""

_COLUMNS: Final = 76
_SAFE: Final = re.compile(rb"(?:[\x01-\x09\x0b\x0c\x0e-\x1f!-9;=-\x7f][\x01-\x09\x0b\x0c\x0e-\x7f]*)?(?<! )")
"""SAFE-STRING of RFC 2849, and no space at the end (its note 8)."""
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_WORDS: Final = {ChangeKind.ADD: "add", ChangeKind.DELETE: "delete", ChangeKind.REPLACE: "replace"}


def entry_record(dn: Dn, attributes: Mapping[str, Sequence[bytes]], *, hidden: Collection[str] = ()) -> str:
    """Return an entry as it is, ending in an empty line. Of `hidden` attributes (any case) no value is written."""
    return _record([*_line("dn", _octets(dn)), *_attributes(attributes, _lower(hidden))])


def change_record(operation: Operation, *, comments: Iterable[str] = (), hidden: Collection[str] = ()) -> str:
    """Return a change as a record, ending in an empty line, under comments that say what it is for.

    Of `hidden` attributes (any case) no value is written. The filter of `only_if` has no place in LDIF and is left out.
    """
    lines = [*map(comment, comments), *_line("dn", _octets(operation.dn))]
    match operation:
        case Add():
            lines += ["changetype: add", *_attributes(operation.attributes, _lower(hidden))]
        case Delete():
            lines += ["changetype: delete"]
        case Rename():
            lines += _rename(operation)
        case Modify():
            lines += _modify(operation, _lower(hidden))
    return _record(lines)


def comment(text: str) -> str:
    """Return a text as one line that LDIF readers pass over, without the line end."""
    return f"# {_BREAKS.sub(' ', text)}".rstrip()


def _record(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n\n"


def _lower(names: Collection[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _octets(dn: Dn | str) -> bytes:
    return str(dn).encode("utf-8", "surrogateescape")


def _attributes(attributes: Mapping[str, Sequence[bytes]], hidden: frozenset[str]) -> Iterator[str]:
    for name, values in attributes.items():
        yield from _values(name, values, hidden)


def _values(name: str, values: Sequence[bytes], hidden: frozenset[str]) -> Iterator[str]:
    if name.lower() in hidden:
        yield comment(f"{name}: not shown")
        return
    for value in values:
        yield from _line(name, value)


def _modify(operation: Modify, hidden: frozenset[str]) -> Iterator[str]:
    yield "changetype: modify"
    for change in operation.changes:
        yield f"{_WORDS[change.kind]}: {change.attribute}"
        yield from _values(change.attribute, change.values, hidden)
        yield "-"


def _rename(operation: Rename) -> Iterator[str]:
    yield "changetype: modrdn"
    yield from _line("newrdn", _octets(operation.new_dn.rdn))
    yield f"deleteoldrdn: {int(drops_old_values(operation.dn, operation.new_dn))}"
    if operation.new_dn.parent != operation.dn.parent:
        yield from _line("newsuperior", _octets(operation.new_dn.parent))


def _line(name: str, value: bytes) -> Iterator[str]:
    """Yield a name and a value, over several lines when it is long; a text that has to be coded is told above it."""
    if _SAFE.fullmatch(value):
        written = f"{name}: {value.decode('ascii')}"
    else:
        if (told := _told(value)) is not None:
            yield comment(f"{name}: {told}")
        written = f"{name}:: {base64.b64encode(value).decode('ascii')}"
    yield written[:_COLUMNS]
    for start in range(_COLUMNS, len(written), _COLUMNS - 1):
        yield f" {written[start : start + _COLUMNS - 1]}"


def _told(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
