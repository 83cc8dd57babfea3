"""The matrix as text for people, as CSV and as JSON, written enterprise by enterprise."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TextIO

from authz_service.domain import moments
from authz_service.domain.vocabulary import ResourceType
from authz_service.services.matrix.matrix import EnterpriseMatrix, Granted, Right
from authz_service.services.matrix.page import write_page
from authz_service.services.matrix.telling import HEADS, as_of, because, people_of, place_of, rows_of, shown, title_of

__all__ = ["TEXT_FORMATS", "write_csv", "write_json", "write_text"]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def write_csv(matrices: Iterable[EnterpriseMatrix], out: TextIO) -> None:
    """Write one line for each right, under a line of heads (RFC 4180).

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for matrix in matrices:
        for row in rows_of(matrix):
            writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in row.texts])


def write_json(matrices: Iterable[EnterpriseMatrix], out: TextIO) -> None:
    """Write a JSON array with an object for each enterprise; a right is on a line of its own."""
    separator = "["
    for matrix in matrices:
        around = matrix.around
        head = {
            "enterprise": matrix.number,
            "name": shown(matrix.name),
            "at": moments.text_of(around.at),
            "known_at": moments.text_of(around.last.recorded_at),
            "facts": around.last.revision,
            "policy": matrix.policy,
        }
        out.write(f'{separator}\n{_json(head)[:-1]}, "rights": [')
        comma = "\n"
        for right in matrix.rights():
            out.write(f"{comma}{_json(_document(right))}")
            comma = ",\n"
        out.write("]}")
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _document(right: Right) -> dict[str, Any]:
    target = right.target
    document = {
        "person": right.person_id,
        "person_name": shown(right.person_name),
        "action": right.action.value,
        "resource_type": target.resource_type.value,
        "resources": right.resource_ids,
        "capacity": target.capacity_id,
        "on": place_of(right),
        "for_enterprises": target.mandators,
        "of": right.of,
        "about": right.about,
        "rules": right.rules,
        "granted_by": [_granted(each) for each in right.granted],
    }
    return {name: value for name, value in document.items() if value}


def _granted(granted: Granted) -> dict[str, Any]:
    return {
        "since": None if granted.since is None else moments.text_of(granted.since),
        "records": [
            {"kind": each.kind, "id": each.record_id, "since": each.since or None, "until": each.until or None}
            for each in granted.records
        ],
        "rules": granted.rules,
    }


def write_text(matrices: Iterable[EnterpriseMatrix], out: TextIO) -> None:
    """Write it for reading on a terminal: place by place, person by person, what he may do there and why."""
    for matrix in matrices:
        out.write(f"{title_of(matrix)}\n{as_of(matrix)}\n")
        place = ""
        for where, person, rights in _blocks(matrix):
            if where != place:
                out.write(f"\n  {where}\n")
                place = where
            out.write(f"    {person}\n")
            for granted, may in rights.items():
                out.write(f"      may {', '.join(may)}\n")
                words = ("because", *["also granted by"] * len(granted))
                out.writelines(f"        {word}: {because(each)}\n" for word, each in zip(words, granted, strict=False))
        out.write("\n" if place else "\n  Nobody asked about may do anything.\n\n")


_Block = tuple[str, str, dict[tuple[Granted, ...], list[str]]]


def _blocks(matrix: EnterpriseMatrix) -> Iterator[_Block]:
    """Yield where, who, and what rests on the same; the rights of one place follow one another."""
    place, people = "", dict[str, dict[tuple[Granted, ...], list[str]]]()
    for right in matrix.rights():
        where = _where(right)
        if where != place:
            yield from ((place, person, rights) for person, rights in people.items())
            place, people = where, {}
        person = f"{shown(right.person_name)} ({right.person_id})"
        people.setdefault(person, {}).setdefault(right.granted, []).append(_may(right))
    yield from ((place, person, rights) for person, rights in people.items())


def _where(right: Right) -> str:
    target, kind = right.target, right.target.resource_type
    if kind is ResourceType.APPLICATION:
        return f"applications in {target.capacity_id}{', under a mandate' if target.mandators else ''}"
    if kind in {ResourceType.ENTERPRISE, ResourceType.CAPACITY}:
        return " ".join(filter(None, (kind, target.resource_ids[0], target.told)))
    words = [kind.replace("_", " "), target.capacity_id, target.told]
    return " ".join(filter(None, words))


def _may(right: Right) -> str:
    said = [*right.of, people_of(right), "his own" if right.own else ""]
    if right.target.resource_type is ResourceType.APPLICATION:
        mandators = right.target.mandators
        said = [right.target.resource_ids[0], f"for {', '.join(mandators)}" if mandators else ""]
    told = ", ".join(filter(None, said))
    return f"{right.action} [{told}]" if told else right.action.value


TEXT_FORMATS: Final[Mapping[str, Callable[[Iterable[EnterpriseMatrix], TextIO], None]]] = {
    "csv": write_csv,
    "html": write_page,
    "json": write_json,
    "table": write_text,
}
"""What writes each format that is text."""
