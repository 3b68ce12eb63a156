"""What a state says of each company: moments in any spelling, and one bad entry that costs its own company only."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

import msgspec
import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Page
from sage_active.moments import format_utc
from source_sage_active.company_states import CompanyState, company_states
from source_sage_active.cursor import CompanyCursor
from source_sage_active.records import PageMessage

LOOKBACK: Final = timedelta(minutes=60)
NOW: Final = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
MOMENTS: Final = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=timezone.utc)
)
ZONES: Final = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def state_of(*cursors: Any, **members: Any) -> dict[str, Any]:
    """A state with an entry for each company "c0", "c1" …"""
    entries = [
        {"partition": {"company_id": f"c{number}"}, "cursor": {"updated_at": cursor}, **members}
        for number, cursor in enumerate(cursors)
    ]
    return {"connection": "direct", "states": entries}


def new_cursor(state: Mapping[str, Any], **how: Any) -> CompanyCursor:
    """The cursor of a run that begins with this state."""
    return CompanyCursor("invoices", "direct", state, InMemoryMessageRepository(), LOOKBACK, **how)


@given(moment=MOMENTS, zone=ZONES, separator=st.sampled_from("T "))
def test_any_spelling_of_a_moment_gives_the_same_read(moment: datetime, zone: timezone, separator: str) -> None:
    usual, other = (
        new_cursor(state_of(format_utc(moment))),
        new_cursor(state_of(moment.astimezone(zone).isoformat(separator))),
    )
    assert other.state == usual.state
    assert other.since("c0") == usual.since("c0")
    assert other.is_ahead("c0", NOW) == usual.is_ahead("c0", NOW)
    for cursor in (usual, other):
        cursor.observe(PageMessage("invoices", "c0", Page([b"{}"], ["1"], [format_utc(NOW - timedelta(days=1))])))
        cursor.company_complete("c0", NOW)
    assert other.state == usual.state


@pytest.mark.parametrize(
    "bad", ["31.01.2026", "2026-01-31T24:00:00Z", 1767225600, {}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"]
)
def test_an_entry_that_cannot_be_read_costs_its_own_company(bad: Any, caplog: pytest.LogCaptureFixture) -> None:
    good = "2026-01-30T09:30:00.000000Z"
    with caplog.at_level(logging.WARNING, "airbyte"):
        found = company_states(state_of(good, bad, good), "invoices", LOOKBACK)
    assert found == {"c0": CompanyState(good), "c2": CompanyState(good)}
    (warning,) = caplog.messages
    assert "invoices" in warning
    assert "c1" in warning


@pytest.mark.parametrize("states", [None, "text", {}, 5])
def test_a_state_without_a_list_is_named(states: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert company_states({"connection": "direct", "states": states}, "invoices", LOOKBACK) == {}
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("entry", [None, 5, {}, {"partition": {}}, {"partition": {"company_id": 5}, "cursor": {}}])
def test_an_entry_of_no_company_costs_none(entry: Any, caplog: pytest.LogCaptureFixture) -> None:
    state = state_of("2026-01-30T09:30:00Z")
    state["states"].append(entry)
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert list(company_states(state, "invoices", LOOKBACK)) == ["c0"]
    assert "number 2" in caplog.text or "5" in caplog.text


def test_many_bad_entries_make_one_short_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        company_states(state_of(*["bad"] * 1000), "invoices", LOOKBACK)
    (warning,) = caplog.messages
    assert "1000" in warning
    assert len(warning) < 600


def test_of_two_entries_of_one_company_the_earlier_one_counts(caplog: pytest.LogCaptureFixture) -> None:
    state = state_of("2026-01-30T00:00:00Z", "2026-01-30T00:00:00Z")
    state["states"] += state_of("2026-01-29T23:30:00-01:00")["states"]
    state["states"] += state_of("2026-01-29T23:30:00Z")["states"]
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert company_states(state, "invoices", LOOKBACK)["c0"].updated_at == "2026-01-29T23:30:00.000000Z"
    (warning,) = caplog.messages
    assert "invoices" in warning
    assert "1 of its companies" in warning
    assert "c0" in warning
    assert "c1" not in warning


@given(entries=st.permutations([None, "2026-01-29T00:00:00Z", "2026-01-30T00:00:00Z"]))
def test_an_entry_without_a_moment_is_the_earliest(entries: list[str | None]) -> None:
    state = {"states": [entry for cursor in entries for entry in state_of(cursor)["states"]]}
    assert company_states(state, "invoices", LOOKBACK) == {"c0": CompanyState()}


@given(days=st.permutations([None, "2020-01-01", "2024-01-01"]))
def test_of_two_entries_with_one_moment_the_later_start_date_counts(days: list[str | None]) -> None:
    entries = [state_of(format_utc(NOW)), *(state_of(format_utc(NOW), start_date=day) for day in days)]
    state = {"states": [entry for of_day in entries for entry in of_day["states"]]}
    assert company_states(state, "invoices", LOOKBACK)["c0"].start_date == date(2024, 1, 1)


# --- counted rows, and reads that are not finished ---

EXISTING: Final = {"at": "2026-01-31T09:30:00Z", "count": 501}
RESUME: Final = {
    "request": "5f2b",
    "since": None,
    "started_at": "2026-01-31T09:30:00.000000Z",
    "latest": "2026-01-30T00:00:00.000000Z",
    "done": [["0001-01-01T00:00:00.000000Z", "2025-06-01T00:00:00.000000Z"]],
}


def test_counted_rows_stay_until_they_are_counted_again() -> None:
    members = {"existing": EXISTING}
    state = state_of(format_utc(NOW - timedelta(days=1)), format_utc(NOW), **members, unknown=5)
    cursor = new_cursor(state)
    assert cursor.since("c0") == NOW - timedelta(days=1) - LOOKBACK
    cursor.company_complete("c1", NOW)
    assert cursor.state == state_of(format_utc(NOW - timedelta(days=1)), format_utc(NOW), **members)


def test_what_a_read_has_finished_stays_until_its_company_is_complete() -> None:
    state = state_of(None, format_utc(NOW), resume=RESUME)
    cursor = new_cursor(state)
    cursor.company_complete("c1", NOW)
    other, complete = cursor.state["states"]
    assert other == state["states"][0]
    assert "resume" not in complete


@given(moment=MOMENTS, zone=ZONES)
def test_any_spelling_of_the_moments_of_a_read_means_the_same(moment: datetime, zone: timezone) -> None:
    texts = [(moment + timedelta(days=days)).astimezone(zone).isoformat() for days in range(4)]
    resume = {"request": "5f2b", "since": texts[0], "started_at": texts[3], "latest": texts[2], "done": [texts[1:3]]}
    usual = [format_utc(moment + timedelta(days=days)) for days in range(4)]
    (entry,) = new_cursor(state_of(None, resume=resume)).state["states"]
    assert entry["resume"] == {
        "request": "5f2b",
        "since": usual[0],
        "started_at": usual[3],
        "latest": usual[2],
        "done": [usual[1:3]],
    }


def test_of_two_entries_with_one_moment_the_one_that_has_finished_less_counts() -> None:
    entries = [state_of(None, resume=RESUME)["states"][0], state_of(None)["states"][0]]
    for states in (entries, entries[::-1]):
        assert company_states({"states": states}, "invoices", LOOKBACK)["c0"].resume is None


@pytest.mark.parametrize(
    "members",
    [
        {"existing": 5},
        {"existing": {"at": "2026-01-31", "count": "many"}},
        {"existing": {"at": "soon", "count": 5}},
        {"resume": []},
        {"resume": {"request": "5f2b", "started_at": "2026-01-31T09:30:00Z", "done": [["2026-01-31T09:30:00Z"]]}},
        {"resume": RESUME | {"done": [["2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"]]}},
        {"resume": RESUME | {"started_at": "yesterday"}},
        {"resume": RESUME | {"started_at": "0001-01-01T00:00:00Z"}},
    ],
    ids=str,
)
def test_members_of_another_shape_cost_their_company(members: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    state = state_of(format_utc(NOW), **members)
    state["states"] += [{"partition": {"company_id": "well"}, "cursor": {"updated_at": format_utc(NOW)}}]
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert list(company_states(state, "invoices", LOOKBACK)) == ["well"]
    assert len(caplog.messages) == 1


def test_null_means_that_a_member_is_missing() -> None:
    state = state_of(format_utc(NOW), start_date=None, existing=None, resume=None)
    assert company_states(state, "invoices", LOOKBACK) == {"c0": CompanyState(format_utc(NOW))}


# --- start_date ---

DAYS: Final = st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1))


@given(before=DAYS, now=DAYS)
def test_an_earlier_start_date_reads_the_company_from_there(before: date | None, now: date | None) -> None:
    first = new_cursor({}, is_bounded=True, start_date=before)
    first.observe(PageMessage("invoices", "c0", Page([b"{}"], ["1"], [format_utc(NOW)])))
    first.company_complete("c0", NOW)
    state = msgspec.json.decode(msgspec.json.encode(first.state))
    second = new_cursor(state, is_bounded=True, start_date=now)
    is_earlier = before is not None and (now is None or now < before)
    assert (second.since("c0") is None) == is_earlier
    assert second.moved_start("c0") == (before if is_earlier else None)
    assert second.state == first.state, "until the company is complete, its entry stays"
    second.company_complete("c0", NOW)
    assert new_cursor(second.state, is_bounded=True, start_date=now).since("c0") == NOW - LOOKBACK


def test_a_state_without_a_start_date_means_that_it_is_unchanged() -> None:
    state = state_of(format_utc(NOW))
    assert new_cursor(state, is_bounded=True, start_date=date(2020, 1, 1)).since("c0") == NOW - LOOKBACK


def test_streams_that_no_start_date_bounds_know_nothing_of_it() -> None:
    cursor = new_cursor(state_of(format_utc(NOW), start_date="2024-01-01"))
    assert cursor.since("c0") == NOW - LOOKBACK
    cursor.company_complete("c0", NOW)
    assert cursor.state == state_of(format_utc(NOW))


def test_an_unreadable_start_date_costs_its_company() -> None:
    assert company_states(state_of(format_utc(NOW), start_date="soon"), "invoices", LOOKBACK) == {}
