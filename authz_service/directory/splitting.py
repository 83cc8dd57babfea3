"""Cutting what is too big for one request into several, so that each of them is acceptable to a server by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from authz_service.directory.names import Dn
from authz_service.directory.operations import Add, Change, ChangeKind, Delete, Modify, Operation, Rename
from authz_service.directory.requests import add, delete, modify, rename

__all__ = ["Limits", "TooLargeError", "requests_for"]

_ROOM_FOR_ENVELOPE: Final = 32
"""Octets of a message around its operation: tags, lengths, id."""
_ROOM_FOR_VALUE: Final = 8
_ROOM_FOR_CHANGE: Final = 24


class TooLargeError(ValueError):
    """A single value does not fit into a request."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request holds at most: octets, with its controls and its envelope, and values of attributes."""

    octets: int
    values: int


def requests_for(operation: Operation, limits: Limits, room_for_controls: int = 0) -> list[bytes]:
    """Return the requests that together do the operation, to be sent one after the other's success.

    Raises TooLargeError.
    """
    room = Limits(limits.octets - _ROOM_FOR_ENVELOPE - room_for_controls, limits.values)
    match operation:
        case Add(dn, attributes):
            return _adds(dn, attributes, room)
        case Modify(dn, changes):
            return _modifies(dn, changes, room)
        case Rename(dn, new_dn):
            return _fitting([rename(dn, new_dn)], room)
        case Delete(dn):
            return _fitting([delete(dn)], room)


def _fitting(requests: list[bytes], room: Limits) -> list[bytes]:
    if any(len(request) > room.octets for request in requests):
        raise TooLargeError("a value is larger than the largest request")
    return requests


def _adds(dn: Dn, attributes: Mapping[str, Sequence[bytes]], room: Limits) -> list[bytes]:
    if sum(map(len, attributes.values())) <= room.values and len(request := add(dn, attributes)) <= room.octets:
        return [request]
    first: dict[str, Sequence[bytes]] = {}
    rest: list[Change] = []
    # Every attribute has a value in the first request, or the entry would lack what its class asks for.
    left = room.values - len(attributes)
    free = room.octets - len(add(dn, {name: values[:1] for name, values in attributes.items()}))
    free -= _ROOM_FOR_CHANGE * len(attributes)
    for name, values in attributes.items():
        count = 1
        while count < len(values) and left > 0 and free >= len(values[count]) + _ROOM_FOR_VALUE:
            free -= len(values[count]) + _ROOM_FOR_VALUE
            left, count = left - 1, count + 1
        first[name] = values[:count]
        if count < len(values):
            rest.append(Change(ChangeKind.ADD, name, values[count:]))
    return _fitting([add(dn, first), *(_modifies(dn, rest, room) if rest else ())], room)


def _modifies(dn: Dn, changes: Sequence[Change], room: Limits) -> list[bytes]:
    count = sum(len(change.values) for change in changes)
    if count <= room.values and len(request := modify(dn, changes)) <= room.octets:
        return [request]
    parts = _parts(_adds_before_deletes(changes), room, room.octets - len(modify(dn, ())) - _ROOM_FOR_VALUE)
    return _fitting([modify(dn, part) for part in parts], room)


def _parts(changes: Iterable[Change], room: Limits, octets: int) -> Iterator[list[Change]]:
    """Yield what goes into each request, filling one after the other."""
    part: list[Change] = []
    free, left = octets, room.values
    for change in changes:
        position, kind = 0, change.kind
        while True:
            count, size = _how_many(change, position, free, left)
            fits = size <= free and (count > 0 or not change.values)
            if fits:
                part.append(Change(kind, change.attribute, change.values[position : position + count]))
                position, free, left = position + count, free - size, left - count
                # What follows the first values of a replace is added to them.
                kind = ChangeKind.ADD if kind is ChangeKind.REPLACE else kind
            if fits and position >= len(change.values):
                break
            if not part:
                raise TooLargeError("a value is larger than the largest request")
            yield part
            part, free, left = [], octets, room.values
    if part:
        yield part


def _how_many(change: Change, position: int, free: int, left: int) -> tuple[int, int]:
    """Return how many values from this one on still fit into the request, and what they take of it."""
    size, count = _ROOM_FOR_CHANGE + len(change.attribute), 0
    for value in change.values[position : position + left]:
        needed = len(value) + _ROOM_FOR_VALUE
        if size + needed > free:
            break
        size, count = size + needed, count + 1
    return count, size


def _adds_before_deletes(changes: Sequence[Change]) -> list[Change]:
    """Put the deletes of values last where an attribute gains others: a group must not run empty on the way.

    An attribute that holds one value at a time must lose it first, and so must a value that is only spelt anew; those
    keep their order.
    """
    later = {name for name in {change.attribute for change in changes} if _may_wait(name, changes)}
    return sorted(changes, key=lambda change: change.kind is ChangeKind.DELETE and change.attribute in later)


def _may_wait(attribute: str, changes: Sequence[Change]) -> bool:
    added, deleted = (
        [value for change in changes if (change.attribute, change.kind) == (attribute, kind) for value in change.values]
        for kind in (ChangeKind.ADD, ChangeKind.DELETE)
    )
    replaced = any((change.attribute, change.kind) == (attribute, ChangeKind.REPLACE) for change in changes)
    several = max(len(added), len(deleted)) > 1
    return several and not replaced and not {value.lower() for value in added} & {value.lower() for value in deleted}
