"""Records as lines: one JSON object each, persons by opaque ids, nothing in it that could be a national number."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from authz_service.decision_log.records import LONGEST, DecisionRecord, Request, SearchRecord, Told
from authz_service.domain import moments
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.vocabulary import ResourceType, SubjectType

__all__ = ["LARGEST_LINE", "WITHHELD", "Record", "Renderer", "marker"]

Record = DecisionRecord | SearchRecord
WITHHELD: Final = "(withheld)"
LARGEST_LINE: Final = 4096
"""Octets of a line at most, its end included: so many a pipe takes at once or not at all (PIPE_BUF in Linux)."""
_SURELY_SHORT: Final = LARGEST_LINE // 4
"""Characters that are never more octets than a line may have (RFC 3629, 3)."""
_DIGITS_OF_NUMBER: Final = 11
_BY_NUMBER: Final = frozenset({SubjectType.PERSON.value, SubjectType.DECLARED_PERSON.value})
_PERSON: Final = ResourceType.PERSON.value
_REMEMBERED: Final = 4096
_NANOSECONDS: Final = 1_000_000_000
_ENCODER: Final = msgspec.json.Encoder()


def marker(kind: str, moment: int, **members: int) -> bytes:
    """Return a line about the log itself. `moment`: nanoseconds since 1970."""
    return _ENCODER.encode({"time": _stamp(moment), "kind": kind, **members}) + b"\n"


class Renderer:
    """Makes lines. For one thread.

    They are put together from pieces of JSON, as most of what a line says was said by others before it.
    `pseudonym`: what stands for a person that the facts do not know, from what the caller named him by.
    """

    def __init__(self, pseudonym: Callable[[str], str]) -> None:
        self._pseudonym = pseudonym
        self._shown = _Shown()
        self._request: Request | None = None
        self._time = self._asker = self._end = ""

    def lines(self, records: Sequence[Record]) -> bytes:
        """Return a line for each record."""
        return "".join([self._line(record) for record in records]).encode()

    def _line(self, record: Record) -> str:
        line = self._whole(record)
        if len(line) <= _SURELY_SHORT or len(line.encode()) <= LARGEST_LINE:
            return line
        # Texts that are each short enough can be too much together: then none of them is told.
        return self._whole(_bare(record))

    def _whole(self, record: Record) -> str:
        if record.request is not self._request:
            self._turn_to(record.request)
        asked = "" if record.told is None else self._asked(record, record.told)
        if isinstance(record, SearchRecord):
            found = f',"sought":"{record.sought}","found":{record.found},"more":{"true" if record.more else "false"}'
            return f"{self._time}search{self._asker}{found}{asked}{self._end}"
        item = "" if record.item is None else f',"item":{record.item}'
        decision = ',"decision":true' if record.allowed else ',"decision":false'
        if record.error:
            asked = f',"error":{record.error}{asked}'
        if not record.evaluation_id:
            return f"{self._time}decision{self._asker}{item}{decision}{asked}{self._end}"
        return (
            f'{self._time}decision{self._asker},"evaluation_id":"{record.evaluation_id}"{item}{decision}'
            f"{_why(record.reasons, record.rules)}{asked}{self._end}"
        )

    def _turn_to(self, request: Request) -> None:
        """Make what all lines of a request have in common."""
        begin = f'{{"time":"{_stamp(request.moment)}","kind":"'
        asker = f'","caller":{self._shown[request.caller]},"request_id":{_own(request.request_id)}'
        end = f',"microseconds":{request.microseconds}}}\n'
        self._request, self._time, self._asker, self._end = request, begin, asker, end

    # --- what was asked -----------------------------------------------------------------------------------------------

    def _asked(self, record: Record, told: Told) -> str:
        """Return what was asked, and of which policy and facts."""
        shown = self._shown
        subject = action = resource = ""
        if told.subject_type:
            subject = f',"subject":{{"type":{shown[told.subject_type]},"id":{self._subject(told)}}}'
        acting = f',"acting_for":{shown[told.acting_for]}' if told.acting_for else ""
        if told.action:
            action = f',"action":{shown[told.action]}'
        if told.resource_type:
            resource = f',"resource":{{"type":{shown[told.resource_type]},"id":{self._resource(told)}}}'
        capacity = f',"capacity":{shown[told.capacity]}' if told.capacity else ""
        moment = "" if record.at is None and not told.known_at else _moments(record.at, told.known_at)
        return (
            f'{subject}{acting}{action}{resource}{capacity}{moment},"policy":"{record.policy}","facts":{record.facts}'
        )

    def _subject(self, told: Told) -> str:
        if told.subject_type in _BY_NUMBER:
            return self._person(told.person_id, told.subject_id)
        return self._shown[told.subject_id]

    def _resource(self, told: Told) -> str:
        if told.resource_type == _PERSON:
            return self._person(told.resource_person_id, told.resource_id)
        return self._shown[told.resource_id]

    def _person(self, person_id: str, named: str) -> str:
        """Return the opaque id; a pseudonym where there is none; "" where nobody was named."""
        shown = person_id or (named and self._pseudonym(named))
        # Letters, digits and underscores are themselves in JSON.
        return f'"{shown}"' if shown.isidentifier() else _json(shown)


class _Shown(dict[str, str]):
    """Texts of callers in JSON, those remembered that may be told; anything else stands as withheld."""

    def __missing__(self, text: str) -> str:
        if not _is_tellable(text):
            return _json(WITHHELD)
        if len(self) >= _REMEMBERED:
            self.clear()
        shown = self[text] = _json(text)
        return shown


def _json(text: str) -> str:
    return _ENCODER.encode(text).decode()


def _own(text: str) -> str:
    """Return a text that will hardly come again in JSON, or that it is withheld."""
    if text.isascii() and text.isalnum() and _DIGITS_OF_NUMBER < len(text) <= LONGEST:
        return f'"{text}"'  # such are those that we make
    return _json(text if _is_tellable(text) else WITHHELD)


@lru_cache(_REMEMBERED)
def _why(reasons: tuple[str, ...], rules: tuple[str, ...]) -> str:
    """Return reasons and rules. A policy has few different answers."""
    return f',"reasons":{_ENCODER.encode(reasons).decode()},"rules":{_ENCODER.encode(rules).decode()}'


def _moments(at: str | None, known_at: str) -> str:
    known = f',"known_at":{_json(_moment(known_at))}' if known_at else ""
    return known if at is None else f',"at":{_json(at)}{known}'


def _is_tellable(text: str) -> bool:
    if not text.isprintable() or len(text) > LONGEST:
        return False
    # In ASCII, what is too short holds no national number; what is all letters and digits is one as a whole, or none.
    alone = text.isascii() and (len(text) < _DIGITS_OF_NUMBER or (text.isalnum() and len(text) != _DIGITS_OF_NUMBER))
    return alone or not holds_national_number(text)


def _bare(record: Record) -> Record:
    """Return the record without what callers wrote."""
    request = msgspec.structs.replace(record.request, request_id=WITHHELD)
    told = record.told
    if told is None:
        return msgspec.structs.replace(record, request=request)
    withheld = Told(
        subject_type=told.subject_type and WITHHELD,
        subject_id=WITHHELD,
        action=WITHHELD,
        resource_type=told.resource_type and WITHHELD,
        resource_id=WITHHELD,
        acting_for=told.acting_for and WITHHELD,
        capacity=told.capacity and WITHHELD,
        known_at=told.known_at,
    )
    return msgspec.structs.replace(record, request=request, told=withheld)


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
