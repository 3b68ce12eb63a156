"""A state of this version in the hands of 0.1: it means what was read, or a full read, and never more."""

from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

import msgspec
from airbyte_cdk.sources.message import InMemoryMessageRepository
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Page
from sage_active.moments import format_utc
from source_sage_active.cursor import CompanyCursor
from source_sage_active.records import PageMessage
from unit_tests.source.state_rules_0_1 import since_of_0_1

LOOKBACK: Final = timedelta(minutes=60)
NOW: Final = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
MOMENTS: Final = st.integers(-10_000_000, 0).map(lambda seconds: NOW + timedelta(seconds=seconds))
TEXTS: Final = MOMENTS.map(format_utc)
COMPANIES: Final = st.sampled_from(["a", "b", "c"])
DAYS: Final = st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1))
EXISTING: Final = st.fixed_dictionaries({"at": TEXTS, "count": st.integers(0, 10**6)})
RESUME: Final = st.fixed_dictionaries(
    {
        "request": st.text(),
        "since": st.none() | TEXTS,
        "started_at": TEXTS,
        "latest": st.none() | TEXTS,
        "done": st.lists(st.sets(TEXTS, min_size=2, max_size=2).map(sorted), max_size=3),
    }
)
ENTRIES: Final = st.fixed_dictionaries(
    {
        "partition": st.fixed_dictionaries({"company_id": COMPANIES}),
        "cursor": st.fixed_dictionaries({"updated_at": st.none() | TEXTS}),
    },
    optional={"start_date": DAYS.map(lambda day: day and day.isoformat()), "existing": EXISTING, "resume": RESUME},
)
READS: Final = st.lists(st.tuples(COMPANIES, st.lists(MOMENTS, max_size=3), st.booleans()), max_size=6)


@given(entries=st.lists(ENTRIES, max_size=5), reads=READS, is_bounded=st.booleans(), start=DAYS)
def test_0_1_asks_for_changes_from_the_same_moment_on(
    entries: list[dict[str, Any]],
    reads: list[tuple[str, list[datetime], bool]],
    is_bounded: bool,
    start: date | None,
) -> None:
    cursor = CompanyCursor(
        "invoices",
        "direct",
        {"connection": "direct", "states": entries},
        InMemoryMessageRepository(),
        LOOKBACK,
        is_bounded=is_bounded,
        start_date=start,
    )
    delivered: dict[str, list[str]] = {}
    for company, dates, is_complete in reads:
        texts = [format_utc(moment) for moment in dates]
        cursor.observe(PageMessage("invoices", company, Page([b"{}"] * len(texts), ["1"] * len(texts), texts)))
        delivered.setdefault(company, []).extend(texts)
        if is_complete:
            cursor.company_complete(company, NOW)
    state = msgspec.json.decode(msgspec.json.encode(cursor.state))
    for company in ("a", "b", "c"):
        since = since_of_0_1(state, "direct", company, LOOKBACK)
        company_entries = [entry for entry in entries if entry["partition"]["company_id"] == company]
        known = [entry["cursor"]["updated_at"] for entry in company_entries]
        known += [entry["resume"]["latest"] for entry in company_entries if "resume" in entry]
        latest = max(filter(None, (*known, *delivered.get(company, ()))), default=None)
        assert since is None or format_utc(since + LOOKBACK) <= (latest or "")
        again = CompanyCursor("invoices", "direct", state, InMemoryMessageRepository(), LOOKBACK)
        assert since == again.since(company)
        assert since_of_0_1(state, "maesn", company) is None


def test_a_company_that_is_not_finished_means_to_0_1_what_was_finished_before() -> None:
    entry = {
        "partition": {"company_id": "a"},
        "cursor": {"updated_at": "2026-01-01T00:00:00.000000Z"},
        "resume": {
            "request": "5f2b",
            "since": "2026-01-01T00:00:00.000000Z",
            "started_at": "2026-01-31T09:30:00Z",
            "latest": "2026-01-30T00:00:00Z",
            "done": [["2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z"]],
        },
    }
    state = {"connection": "direct", "states": [entry]}
    assert since_of_0_1(state, "direct", "a") == datetime(2026, 1, 1, tzinfo=timezone.utc)
