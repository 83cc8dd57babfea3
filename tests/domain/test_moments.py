"""Instants and periods: half open, in UTC, by the calendar of Brussels (contract: facts in time)."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.domain.moments import (
    BEGINNING,
    FOREVER,
    Period,
    Phase,
    begin_of,
    end_of,
    moment_of,
    parse_instant,
    text_of,
)


@pytest.mark.parametrize(
    ("date", "begin", "noon", "end"),
    [
        ("2024-01-15", "2024-01-14T23:00:00Z", "2024-01-15T11:00:00Z", "2024-01-15T23:00:00Z"),
        ("2024-07-15", "2024-07-14T22:00:00Z", "2024-07-15T10:00:00Z", "2024-07-15T22:00:00Z"),
        ("2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T10:00:00Z", "2024-03-31T22:00:00Z"),
        ("2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T11:00:00Z", "2024-10-27T23:00:00Z"),
        ("2024-02-29", "2024-02-28T23:00:00Z", "2024-02-29T11:00:00Z", "2024-02-29T23:00:00Z"),
    ],
)
def test_a_date_begins_and_ends_at_midnight_in_brussels(date: str, begin: str, noon: str, end: str) -> None:
    assert (text_of(begin_of(date)), text_of(moment_of(date)), text_of(end_of(date))) == (begin, noon, end)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2024-3-15",
        "15-03-2024",
        "2024-03-15T12:00:00",
        "2024-03-15 12:00:00Z",
        "yesterday",
        "",
        "20240315",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    for read in (moment_of, begin_of, end_of):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of the error is the promise
            read(text)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-12:00"])
def test_the_edges_of_the_calendar_are_refused_or_read_but_never_fail_otherwise(text: str) -> None:
    for read in (moment_of, begin_of, end_of):
        try:
            assert BEGINNING <= read(text) <= FOREVER
        except ValueError:
            continue


@given(st.integers(BEGINNING, FOREVER - 1))
def test_an_instant_is_written_and_read_back(instant: int) -> None:
    assert parse_instant(text_of(instant)) == instant


@given(st.datetimes(timezones=st.timezones()))
def test_offsets_do_not_change_an_instant(moment: datetime.datetime) -> None:
    try:
        expected = parse_instant(moment.astimezone(datetime.UTC).isoformat())
    except (OverflowError, ValueError):
        return
    offset = moment.utcoffset()
    if offset is not None and offset.seconds % 60 == 0:
        assert parse_instant(moment.isoformat()) == expected


def test_a_period_holds_its_first_instant_and_not_its_last() -> None:
    period = Period(begin_of("2024-01-01"), end_of("2024-01-31"))
    first_after = begin_of("2024-02-01")
    assert period.phase(period.since - 1) is Phase.BEFORE
    assert period.phase(period.since) is Phase.DURING
    assert period.phase(first_after - 1) is Phase.DURING
    assert period.phase(first_after) is Phase.AFTER


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
def test_periods_overlap_when_they_share_an_instant(
    since: int, length: int, other_since: int, other_length: int
) -> None:
    one, other = Period(since, since + length), Period(other_since, other_since + other_length)
    shared = any(one.phase(i) is Phase.DURING and other.phase(i) is Phase.DURING for i in range(41))
    assert one.overlaps(other) is shared
