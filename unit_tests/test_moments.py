"""Moments: one notation, fixed width, text order is time order."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.moments import NEVER, format_utc, normalize_utc, parse_utc, whole_second

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
AWARE = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31), timezones=ZONES)
WIDTH = len("2026-01-31T09:30:00.123456Z")


@given(moment=AWARE, timespec=st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_equals_what_datetime_parses(moment: datetime, timespec: str) -> None:
    text = moment.isoformat(timespec=timespec)
    normalized = normalize_utc(text)
    assert normalized is not None
    assert datetime.fromisoformat(normalized) == datetime.fromisoformat(text)
    assert len(normalized) == WIDTH
    assert normalized.endswith("Z")


@given(moment=st.datetimes(min_value=datetime(2, 1, 1)), digits=st.integers(0, 6))
def test_utc_text_keeps_its_moment_with_any_number_of_digits(moment: datetime, digits: int) -> None:
    whole = moment.isoformat(timespec="seconds")
    fraction = f"{moment.microsecond:06d}"[:digits]
    normalized = normalize_utc(f"{whole}.{fraction}Z" if fraction else f"{whole}Z")
    assert normalized is not None
    assert normalized == f"{whole}.{fraction:0<6}Z"


@given(first=AWARE, second=AWARE)
def test_text_order_is_time_order(first: datetime, second: datetime) -> None:
    one, two = normalize_utc(first.isoformat()), normalize_utc(second.isoformat())
    assert one is not None
    assert two is not None
    assert (one < two) == (first < second)
    assert (one == two) == (first == second)


@given(moment=AWARE)
def test_normalizing_again_changes_nothing(moment: datetime) -> None:
    normalized = normalize_utc(moment.isoformat())
    assert normalize_utc(normalized) == normalized


@given(moment=AWARE)
def test_printing_and_parsing_are_each_others_inverse(moment: datetime) -> None:
    assert parse_utc(format_utc(moment)) == moment
    assert whole_second(moment) == f"{format_utc(moment)[:19]}Z"


@pytest.mark.parametrize(
    "text", [None, "", "0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"]
)
def test_null_and_the_year_one_are_not_a_moment(text: str | None) -> None:
    assert normalize_utc(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("2026-01-31T09:30:00", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31T09:30:00.5", "2026-01-31T09:30:00.500000Z"),
        ("2026-01-31T09:30:00.1234567Z", "2026-01-31T09:30:00.123456Z"),
        ("2026-01-31T09:30:00.1234567+01:00", "2026-01-31T08:30:00.123456Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"),
    ],
)
def test_notations_of_the_vendor(text: str, expected: str) -> None:
    assert normalize_utc(text) == expected


@pytest.mark.parametrize("text", ["yesterday", "31.01.2026", "2026-13-45T99:99:99Z", "2026-01-31T", "20"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        normalize_utc(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-01:00", "0001-01-02T00:00:00+14:00"])
def test_moments_at_the_edges_of_the_calendar_are_a_value_error_at_worst(text: str) -> None:
    try:
        normalized = normalize_utc(text)
    except ValueError:
        return
    assert normalized is None or len(normalized) == WIDTH


@given(text=st.from_regex(r"\A[0-9]{4}-[0-9W]{2}.[0-9]{2}[T ][0-9]{2}.[0-9]{2}.[0-9]{2}[.,][0-9]{3}[Z+0]\Z"))
def test_the_quick_way_accepts_no_more_than_the_calendar(text: str) -> None:
    try:
        moment = parse_utc(text)
    except ValueError:
        with pytest.raises(ValueError):
            normalize_utc(text)
    else:
        assert normalize_utc(text) == (None if text.startswith(NEVER) else format_utc(moment))


@pytest.mark.parametrize("text", ["2021-W41-2T04:05:39.003Z", "20211012T04:05:39.00345Z", "0001-01-01T00:00:00.000Z"])
def test_other_notations_of_the_same_length(text: str) -> None:
    assert normalize_utc(text) == (None if text.startswith(NEVER) else format_utc(parse_utc(text)))
