"""Instants and periods: UTC microseconds inside, dates in force by the calendar of Europe/Brussels outside.

A `begin` date starts at 00:00 in Brussels on that day, an `end` date is the last day in force, and a date as a moment
means 12:00 in Brussels. Periods are half open: the instant `until` is no longer part of them.
"""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from authz_service.domain.values import value

__all__ = [
    "BEGINNING",
    "FOREVER",
    "Period",
    "Phase",
    "begin_of",
    "end_of",
    "moment_of",
    "now",
    "parse_instant",
    "text_of",
]

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND: Final = datetime.timedelta(microseconds=1)
BEGINNING: Final = (datetime.datetime(1, 1, 2, tzinfo=datetime.UTC) - EPOCH) // MICROSECOND
"""The instant before everything: "it was always so"."""
FOREVER: Final = (datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC) - EPOCH) // MICROSECOND
"""The instant after everything: "no end is known"."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6}[0-9]*)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Phase(StrEnum):
    """Where an instant lies in a period."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@value
class Period:
    """A half-open interval of UTC microseconds since 1970: `since` included, `until` not."""

    since: int = BEGINNING
    until: int = FOREVER

    def phase(self, instant: int) -> Phase:
        """Return where the instant (UTC microseconds) lies."""
        if instant < self.since:
            return Phase.BEFORE
        return Phase.DURING if instant < self.until else Phase.AFTER

    def overlaps(self, other: Period) -> bool:
        """Return True when some instant lies in both periods."""
        return self.since < other.until and other.since < self.until


def now() -> int:
    """Return the present instant in UTC microseconds."""
    return (datetime.datetime.now(datetime.UTC) - EPOCH) // MICROSECOND


def _microseconds(moment: datetime.datetime) -> int:
    instant = (moment - EPOCH) // MICROSECOND
    if not BEGINNING <= instant < FOREVER:
        raise ValueError("the moment lies outside the years 1 to 9999")
    return instant


def parse_instant(text: str) -> int:
    """Return the UTC microseconds of an RFC 3339 timestamp. Raises ValueError."""
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError("not an RFC 3339 timestamp with an offset")
    try:
        return _microseconds(datetime.datetime.fromisoformat(text.upper()))
    except OverflowError as error:
        raise ValueError("the moment lies outside the years 1 to 9999") from error


def _date(text: str) -> datetime.date:
    if not _DATE.fullmatch(text):
        raise ValueError("not a date such as 2024-03-15")
    return datetime.date.fromisoformat(text)


def _in_brussels(day: datetime.date, hour: int) -> int:
    return _microseconds(datetime.datetime.combine(day, datetime.time(hour), BRUSSELS))


def moment_of(text: str) -> int:
    """Return the instant a question is asked of: an RFC 3339 timestamp, or a date, meaning noon in Brussels.

    Raises ValueError.
    """
    return _in_brussels(_date(text), 12) if _DATE.fullmatch(text) else parse_instant(text)


def begin_of(text: str) -> int:
    """Return the first instant of a `begin`: a date (midnight in Brussels) or an RFC 3339 timestamp.

    Raises ValueError.
    """
    return _in_brussels(_date(text), 0) if _DATE.fullmatch(text) else parse_instant(text)


def end_of(text: str) -> int:
    """Return the first instant after an `end`: the midnight after that last day, or the timestamp.

    Raises ValueError.
    """
    if not _DATE.fullmatch(text):
        return parse_instant(text)
    try:
        return _in_brussels(_date(text) + datetime.timedelta(days=1), 0)
    except OverflowError as error:
        raise ValueError("the moment lies outside the years 1 to 9999") from error


def text_of(instant: int) -> str:
    """Return the instant as an RFC 3339 timestamp in UTC."""
    moment = EPOCH + instant * MICROSECOND
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
