"""Loads facts files of any size: NDJSON, read once and in its order, with one chunk of it in memory at a time.

The file says the same as the NDJSON that `loading` reads, but whatever an object refers to stands in a line before it,
or in the store. Each object is read and checked by the same code. What has to hold of all of them together is looked
for by the database, which finds the few that may contradict (`Staging`); the code that judges a small file judges them.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from authz_service.domain.identifiers import Niss
from authz_service.domain.person_ids import is_person_id
from authz_service.domain.records import PersonIdentity, Record
from authz_service.services.facts_file.bulk_checks import check_believed, check_staged
from authz_service.services.facts_file.bulk_staging import Staging
from authz_service.services.facts_file.conversion import Converter
from authz_service.services.facts_file.entries import Entry, read_entry
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.kinds import KINDS
from authz_service.services.facts_file.members import InOrder, Reading
from authz_service.services.facts_file.merging import LISTS, thing_of
from authz_service.services.facts_file.people import People
from authz_service.services.facts_file.reading import line_of_facts
from authz_service.store.staged import Found, Mention

__all__ = ["MOST_ERRORS", "READING", "BulkReport", "Stage", "load_lines"]

MOST_ERRORS: Final = 100
"""Errors after which no more are looked for."""
READING: Final = "reading"
LONGEST_LINE: Final = 1_000_000
"""Octets."""
_LINES: Final = 2000
_OCTETS: Final = 4_000_000
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
Name = tuple[str, str]
"""Kind and id."""


@dataclass(frozen=True, slots=True)
class BulkReport:
    """How many records were added and closed and how many were known, how many lines said so, and their digest.

    `digest`: a keyed hash of the whole file, which says whether two loads were of the same.
    """

    added: int
    closed: int
    unchanged: int
    lines: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a load has come: what is being done, and how many lines were read."""

    what: str
    lines: int


class _Ids(AbstractSet[str]):
    """Ids of one kind that are asked for one by one; it never lists them, so nothing near is suggested."""

    def __init__(self, kind: str, known: Callable[[Name], bool]) -> None:
        self._kind = kind
        self._known = known

    def __contains__(self, name: object) -> bool:
        return self._known((self._kind, str(name)))

    def __len__(self) -> int:
        return sys.maxsize

    def __iter__(self) -> Iterator[str]:
        return iter(())


def _ids(known: Callable[[Name], bool]) -> InOrder:
    return InOrder({kind: _Ids(kind, known) for kind in KINDS})


@dataclass(slots=True, repr=False)
class _Object:
    """An object of the chunk, and the names that it refers to."""

    entry: Entry
    position: int
    refers_to: list[Name]


@dataclass(slots=True, repr=False)
class _Chunk:
    """Some lines of the file, read as if all that they refer to were there; and what is known of that."""

    objects: list[_Object] = field(default_factory=list)
    found: Mapping[Name, Found] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """The opaque id of each person who is named."""
    enterprises: dict[str, str] = field(default_factory=dict)
    """The enterprise of each capacity that is named."""
    new: dict[Niss, PersonIdentity] = field(default_factory=dict)


def load_lines(
    staging: Staging,
    file: BinaryIO,
    *,
    means: Collection[str],
    new_person_id: Callable[[], str],
    tell: Callable[[Stage], None],
) -> BulkReport:
    """Make the store believe a file of NDJSON and return what that changed; the same file again changes nothing.

    `means`: the names of means of authentication; `new_person_id` makes up opaque ids; `tell` is told how far it is.
    Raises FactsFileError with the errors that were found (at most about MOST_ERRORS), and what the staging raises.
    """
    errors = Errors()
    reader = _Reader(staging, errors, means, new_person_id)
    for rows in _chunks(file, reader.digest, errors):
        reader.read(rows)
        tell(Stage(READING, rows[-1][0]))
        if len(errors) >= MOST_ERRORS:
            break
    errors.raise_any()
    lines = reader.lines
    tell(Stage("checking the file as a whole", lines))
    staging.settle()
    check_staged(staging, errors, MOST_ERRORS)
    errors.raise_any()
    tell(Stage("merging it with what is believed", lines))
    merged = staging.merge(LISTS)
    tell(Stage("checking all facts together", lines))
    check_believed(staging, errors, MOST_ERRORS)
    errors.raise_any()
    digest = staging.keyed_digest(reader.digest.digest())
    return BulkReport(merged.added, merged.closed, merged.unchanged, lines, digest)


def _chunks(file: BinaryIO, digest: Any, errors: Errors) -> Iterator[list[tuple[int, str]]]:
    """Yield lines with their numbers, so many at a time that they fit into memory."""
    rows: list[tuple[int, str]] = []
    octets = 0
    for line in itertools.count(1):
        row = file.readline(LONGEST_LINE + 1)
        if not row:
            break
        if len(row) > LONGEST_LINE:
            errors.report("world", line, f"the line is longer than {LONGEST_LINE} octets")
            break
        digest.update(row)
        octets += len(row)
        try:
            rows.append((line, (row.removeprefix(_BYTE_ORDER_MARK) if line == 1 else row).decode()))
        except UnicodeDecodeError:
            errors.report("world", line, "the file must be UTF-8 text")
            break
        if len(rows) == _LINES or octets >= _OCTETS:
            yield rows
            rows, octets = [], 0
    if rows:
        yield rows


class _Reader:
    """Reads, checks and stages one chunk after the other."""

    def __init__(
        self, staging: Staging, errors: Errors, means: Collection[str], new_person_id: Callable[[], str]
    ) -> None:
        self.digest = hashlib.sha256()
        self.lines = 0
        self._staging = staging
        self._errors = errors
        self._means = tuple(sorted(means))
        self._new_person_id = new_person_id
        self._positions: Counter[str] = Counter()

    def read(self, rows: list[tuple[int, str]]) -> None:
        """Stage what the lines say. What is wrong is reported; then nothing more is staged but names."""
        chunk = _Chunk(list(self._objects(rows)))
        self.lines = rows[-1][0]
        self._look_up(chunk)
        self._identify(chunk)
        said: list[tuple[Mention, tuple[Record, ...]]] = []
        converter = Converter(People(chunk.ids, ()), chunk.enterprises)
        defined: set[Name] = set()
        for each in chunk.objects:
            entry = self._checked(each, chunk, defined)
            if entry.kind == "capacities":
                chunk.enterprises[entry.name] = entry.values.get("enterprise", "")
            records = tuple(dict.fromkeys(converter.records(entry))) if entry.sound else ()
            if entry.name or records:
                said.append((self._mention(entry, each.position, records, chunk), records))
            defined.add((entry.kind, entry.name))
        records_of_all = () if len(self._errors) else itertools.chain.from_iterable(records for _, records in said)
        self._staging.stage(tuple(chunk.new.values()), [mention for mention, _ in said], records_of_all)

    def _objects(self, rows: Iterable[tuple[int, str]]) -> Iterator[_Object]:
        asked: list[Name] = []

        def noted(name: Name) -> bool:
            asked.append(name)
            return True

        # Whatever is referred to is noted and taken to be there, so that all of it can be looked up at once.
        reading = Reading(self._errors, _ids(noted), self._means)
        for line, row in rows:
            read = line_of_facts(row, line, self._positions.__getitem__, self._errors)
            if read is None:
                continue
            kind, node = read
            position = self._positions[kind]
            self._positions[kind] += 1
            if kind not in KINDS:
                message = f"unknown key: the kinds of facts are {', '.join(KINDS)}"
                self._errors.report(f"world.{kind}", line, message)
                continue
            entry = read_entry(kind, node, f"world.{kind}[{position}]", reading)
            yield _Object(entry, position, list(asked))
            asked.clear()

    def _look_up(self, chunk: _Chunk) -> None:
        wanted = {name for each in chunk.objects for name in each.refers_to}
        own = ((each.entry.kind, each.entry.name) for each in chunk.objects)
        wanted.update(name for name in own if name[1] and name[0] in {"persons", "capacities"})
        chunk.found = self._staging.before(wanted)
        for (kind, name), found in chunk.found.items():
            if kind == "persons":
                chunk.ids[name] = found.detail
            elif kind == "capacities":
                chunk.enterprises[name] = found.detail

    def _identify(self, chunk: _Chunk) -> None:
        """Find out who the persons of the chunk are, as `people.identify_people` does for a whole file."""
        entries: dict[str, Entry] = {}
        for each in chunk.objects:
            found = chunk.found.get(("persons", each.entry.name))
            if each.entry.kind == "persons" and each.entry.name and (found is None or found.stored):
                entries.setdefault(each.entry.name, each.entry)
        numbers = {name: entry.values["niss"] for name, entry in entries.items() if "niss" in entry.values}
        known = self._staging.identified(numbers.values())
        for name, entry in entries.items():
            niss: Niss | None = numbers.get(name)
            if niss is None:
                chunk.ids[name] = name
                continue
            person_id = known.get(niss)
            if is_person_id(name) and ("persons", name) in chunk.found and name != person_id:
                message = "in the store this id is a person's with another number: leave the id to him and take another"
                entry.complain(self._errors, message, "id")
                continue
            if person_id is None:
                own = name if is_person_id(name) else self._new_person_id()
                person_id = chunk.new.setdefault(niss, PersonIdentity(own, niss)).person_id
            chunk.ids[name] = person_id

    def _checked(self, each: _Object, chunk: _Chunk, defined: Collection[Name]) -> Entry:
        """Return the entry, read again when something that it refers to is not there."""
        entry = each.entry
        if any(name not in defined and name not in chunk.found for name in each.refers_to):
            known = _ids(lambda name: name in defined or name in chunk.found)
            entry = read_entry(entry.kind, entry.node, entry.place, Reading(self._errors, known, self._means))
        if entry.kind == "capacities":
            found = chunk.found.get(("capacities", entry.name))
            if found is not None and found.stored and entry.values.get("enterprise", found.detail) != found.detail:
                message = "in the store the capacity is another enterprise's: a file of YAML or JSON can move it"
                entry.complain(self._errors, message, "enterprise")
        return entry

    def _mention(self, entry: Entry, position: int, records: tuple[Record, ...], chunk: _Chunk) -> Mention:
        kind, values = entry.kind, entry.values
        thing = thing_of(records[0])[1] if records else chunk.ids.get(entry.name, entry.name)
        detail = ""
        if kind == "persons":
            detail = chunk.ids.get(entry.name, entry.name)
            niss: Niss | None = values.get("niss")
            same = "" if niss is None else self._staging.keyed_digest(niss.digits.encode())
        else:
            # No text of a file holds this sign.
            same = "\x1f".join(values.get(name) or "" for name in KINDS[kind].same)
            if kind == "capacities":
                detail = chunk.enterprises[entry.name]
        valid, line = entry.valid, entry.node.line
        return Mention(
            kind, entry.name or thing, bool(entry.name), thing, line, position, valid.since, valid.until, same, detail
        )
