"""A day has one form, whatever the notation, and a zone only where a moment in UTC leaves it open."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.days import day_of, day_or_moment
from sage_active.markets import MARKETS

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = st.dates(date(1900, 1, 2), date(2100, 12, 30))
TIMES = st.times().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
OFFSETS = st.integers(-14 * 60, 14 * 60).filter(bool).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def text(given_: str, zone: ZoneInfo = BERLIN) -> str | None:
    """The day of a text."""
    day = day_of(given_, zone)
    return day.text if day else None


@given(DAYS, TIMES, OFFSETS, st.sampled_from("T "), st.booleans())
def test_a_day_with_an_offset_or_without_is_the_day_as_written(
    day: date, at: time, offset: timezone, between: str, is_bare: bool
) -> None:
    moment = datetime.combine(day, at, None if is_bare else offset)
    assert text(moment.isoformat(between)) == day.isoformat()
    assert text(moment.isoformat(between).lower()) == day.isoformat()


@given(DAYS, st.sampled_from(["Z", "z", "+00:00", "-00:00", "+0000", "+00", " UTC"]))
def test_midnight_in_utc_is_the_day_as_written(day: date, utc: str) -> None:
    for at in ("00:00:00", "00:00", "00:00:00.000", "00:00:00.0000000"):
        assert text(f"{day}T{at}{utc}") == day.isoformat()


@given(DAYS, st.sampled_from([market.time_zone for market in MARKETS]))
def test_local_midnight_as_a_moment_in_utc_is_the_local_day(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    moment = datetime.combine(day, time(), zone).astimezone(timezone.utc)
    assert text(moment.isoformat(), zone) == day.isoformat()
    assert text(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), zone) == day.isoformat()


@given(st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30), timezones=st.just(timezone.utc)))
def test_the_form_of_a_day_is_its_own_form(moment: datetime) -> None:
    form = day_or_moment(moment.isoformat())
    assert form is not None
    assert text(form) == text(moment.isoformat())
    assert day_or_moment(form) == form
    day = text(form)
    assert day is not None
    assert day_or_moment(day) == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-04-01", "2026-04-01"),
        (" 20260401 ", "2026-04-01"),
        ("20260401T000000Z", "2026-04-01"),
        ("2026-04-01T00:00:00+02:00", "2026-04-01"),
        ("2026-04-01 00:00:00+02", "2026-04-01"),
        ("2026-03-31T22:00:00Z", "2026-04-01"),
        ("2026-03-31T22:00:00.000+0000", "2026-04-01"),
        ("2026-03-31 22:00:00 UTC", "2026-04-01"),
        ("2026-01-31T23:00:00Z", "2026-02-01"),
        ("2026-01-31T22:59:59,999Z", "2026-01-31"),
        ("2026-04-01T00:00:00.5Z", "2026-04-01"),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_days(written: str, day: str | None) -> None:
    assert text(written) == day


@pytest.mark.parametrize(
    "written",
    [
        *("", "31.01.2026", "2026-02-30", "2026-1-31", "01/04/2026", "2026-04-01T25:00Z", "2026-04-01T00:00:00+99:00"),
        *("2026-04-01T00:00:00+01:75", "9999-12-31T23:30:00Z", "2026-04", "today", "２０２６-04-01", "2026-04-01X"),
    ],
)
def test_what_is_not_a_day(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day_of(written, BERLIN)


def test_another_month_is_noticed() -> None:
    def moved(written: str) -> bool:
        day = day_of(written, BERLIN)
        return day is not None and day.is_in_another_month

    assert moved("2026-03-31T22:00:00Z")
    assert moved("2025-12-31T23:00:00Z")
    assert not moved("2026-03-30T22:00:00Z")
    assert not moved("2026-04-01T00:00:00+02:00")
