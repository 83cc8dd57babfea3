"""Records as lines: one JSON object each, persons by opaque ids, nothing in it that could be a national number."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from authz_service.decision_log.records import LONGEST, DecisionRecord, SearchRecord, Told
from authz_service.domain import moments
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.vocabulary import ResourceType, SubjectType

__all__ = ["LARGEST_LINE", "WITHHELD", "Record", "Renderer", "marker"]

Record = DecisionRecord | SearchRecord
WITHHELD: Final = "(withheld)"
LARGEST_LINE: Final = 4096
"""Octets of a line at most, its end included: so many a pipe takes at once or not at all (PIPE_BUF in Linux)."""
_BY_NUMBER: Final = frozenset({SubjectType.PERSON.value, SubjectType.DECLARED_PERSON.value})
_REMEMBERED: Final = 4096
_NANOSECONDS: Final = 1_000_000_000
_ENCODER: Final = msgspec.json.Encoder()


class _Party(msgspec.Struct, gc=False):
    type: str
    id: str


class _Line(msgspec.Struct, omit_defaults=True, gc=False):
    """A line, in the order of its members; what does not apply is left out."""

    time: str
    kind: str
    caller: str
    request_id: str
    evaluation_id: str | UnsetType = UNSET
    item: int | UnsetType = UNSET
    decision: bool | UnsetType = UNSET
    reasons: tuple[str, ...] | UnsetType = UNSET
    rules: tuple[str, ...] | UnsetType = UNSET
    error: int | UnsetType = UNSET
    sought: str | UnsetType = UNSET
    found: int | UnsetType = UNSET
    more: bool | UnsetType = UNSET
    subject: _Party | UnsetType = UNSET
    acting_for: str | UnsetType = UNSET
    action: str | UnsetType = UNSET
    resource: _Party | UnsetType = UNSET
    capacity: str | UnsetType = UNSET
    at: str | UnsetType = UNSET
    known_at: str | UnsetType = UNSET
    policy: str | UnsetType = UNSET
    facts: int | UnsetType = UNSET
    microseconds: int | UnsetType = UNSET


def marker(kind: str, moment: int, **members: int) -> bytes:
    """Return a line about the log itself. `moment`: nanoseconds since 1970."""
    return _ENCODER.encode({"time": _stamp(moment), "kind": kind, **members}) + b"\n"


class Renderer:
    """Makes lines. For one thread.

    `pseudonym`: what stands for a person that the facts do not know, from what the caller named him by.
    """

    def __init__(self, pseudonym: Callable[[str], str]) -> None:
        self._pseudonym = pseudonym
        self._tellable: set[str] = set()
        self._last = (0, "", "", "")

    def lines(self, records: Sequence[Record]) -> bytes:
        """Return a line for each record."""
        return b"".join([self._line(record) for record in records])

    def _line(self, record: Record) -> bytes:
        line = _ENCODER.encode(self._members(record)) + b"\n"
        if len(line) <= LARGEST_LINE:
            return line
        # Texts that are each short enough can be too much together: then none of them is told.
        return _ENCODER.encode(_bare(self._members(record))) + b"\n"

    def _members(self, record: Record) -> _Line:
        # The records of a batch have their moment and their request in common.
        moment, request_id, stamp, shown = self._last
        if moment != record.moment or request_id != record.request_id:
            stamp, shown = _stamp(record.moment), _own(record.request_id)
            self._last = (record.moment, record.request_id, stamp, shown)
        if isinstance(record, SearchRecord):
            line = _Line(stamp, "search", self._text(record.caller), shown)
            line.sought, line.found, line.more = record.sought, record.found, record.more
        else:
            line = _Line(
                stamp,
                "decision",
                self._text(record.caller),
                shown,
                record.evaluation_id or UNSET,
                UNSET if record.item is None else record.item,
                record.allowed,
                record.reasons if record.evaluation_id else UNSET,
                record.rules if record.evaluation_id else UNSET,
                record.error or UNSET,
            )
        line.microseconds = record.microseconds
        if record.told is not None:
            line.policy, line.facts = record.policy, record.facts
            if record.at is not None:
                line.at = record.at
            self._tell(line, record.told)
        return line

    def _tell(self, line: _Line, told: Told) -> None:
        text = self._text
        if told.subject_type:
            line.subject = _Party(text(told.subject_type), self._subject(told))
        if told.action:
            line.action = text(told.action)
        if told.resource_type:
            line.resource = _Party(text(told.resource_type), self._resource(told))
        if told.acting_for:
            line.acting_for = text(told.acting_for)
        if told.capacity:
            line.capacity = text(told.capacity)
        if told.known_at:
            line.known_at = _moment(told.known_at)

    def _subject(self, told: Told) -> str:
        if told.subject_type in _BY_NUMBER:
            return self._person(told.person_id, told.subject_id)
        return self._text(told.subject_id)

    def _resource(self, told: Told) -> str:
        if told.resource_type == ResourceType.PERSON:
            return self._person(told.resource_person_id, told.resource_id)
        return self._text(told.resource_id)

    def _person(self, person_id: str, named: str) -> str:
        """Return the opaque id; a pseudonym where there is none; "" where nobody was named."""
        return person_id or (named and self._pseudonym(named))

    def _text(self, text: str) -> str:
        """Return a text of the caller, or that it is withheld."""
        if text in self._tellable:
            return text
        if not _is_tellable(text):
            return WITHHELD
        if len(self._tellable) >= _REMEMBERED:
            self._tellable.clear()
        self._tellable.add(text)
        return text


def _own(text: str) -> str:
    """Return a text that will hardly come again, or that it is withheld."""
    return text if _is_tellable(text) else WITHHELD


def _is_tellable(text: str) -> bool:
    if not text.isprintable() or len(text) > LONGEST:
        return False
    # What is all letters and digits is a national number as a whole, or holds none.
    alone = text.isascii() and text.isalnum() and len(text) != 11
    return alone or not holds_national_number(text)


def _bare(line: _Line) -> _Line:
    """Return the line without what callers wrote."""
    line.request_id = line.action = WITHHELD
    for party in (line.subject, line.resource):
        if isinstance(party, _Party):
            party.type = party.id = WITHHELD
    if line.acting_for is not UNSET:
        line.acting_for = WITHHELD
    if line.capacity is not UNSET:
        line.capacity = WITHHELD
    return line


def _moment(text: str) -> str:
    try:
        return moments.text_of(moments.moment_of(text))
    except ValueError:
        return WITHHELD


def _stamp(moment: int) -> str:
    """Return nanoseconds since 1970 as an RFC 3339 timestamp in UTC, to the microsecond."""
    seconds, rest = divmod(moment, _NANOSECONDS)
    return f"{_second(seconds)}.{rest // 1000:06d}Z"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
