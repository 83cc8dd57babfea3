"""Instants as the dates of a facts file: the reverse of moments.begin_of and moments.end_of."""

from __future__ import annotations

from authz_service.domain.moments import BRUSSELS, EPOCH, FOREVER, MICROSECOND, begin_of, end_of, text_of

__all__ = ["begin_text", "end_text"]


def begin_text(instant: int) -> str:
    """Return the date that begins at the instant (UTC microseconds), or the timestamp when none does."""
    date = _day_of(instant)
    return date if begin_of(date) == instant else text_of(instant)


def end_text(instant: int) -> str | None:
    """Return the date whose last instant lies just before `instant`, or the timestamp; None for FOREVER."""
    if instant == FOREVER:
        return None
    date = _day_of(instant - 1)
    return date if end_of(date) == instant else text_of(instant)


def _day_of(instant: int) -> str:
    return (EPOCH + instant * MICROSECOND).astimezone(BRUSSELS).date().isoformat()
