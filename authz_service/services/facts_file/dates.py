"""Instants as the dates of a facts file: the reverse of moments.begin_of and moments.end_of."""

from __future__ import annotations

from collections.abc import Callable

from authz_service.domain.moments import BRUSSELS, EPOCH, FOREVER, MICROSECOND, begin_of, end_of, text_of

__all__ = ["begin_text", "end_text"]


def begin_text(instant: int) -> str:
    """Return the date that begins at the instant (UTC microseconds), or the timestamp when none does."""
    return _date_or_timestamp(instant, instant, begin_of)


def end_text(instant: int) -> str | None:
    """Return the date whose last instant lies just before `instant`, or the timestamp; None for FOREVER."""
    return None if instant == FOREVER else _date_or_timestamp(instant, instant - 1, end_of)


def _date_or_timestamp(instant: int, within: int, read: Callable[[str], int]) -> str:
    """Return the date in which `within` lies when it reads as the instant, else the instant's timestamp."""
    date = (EPOCH + within * MICROSECOND).astimezone(BRUSSELS).date().isoformat()
    try:
        return date if read(date) == instant else text_of(instant)
    except ValueError:  # the first and the last day there are have no midnight in Brussels
        return text_of(instant)
