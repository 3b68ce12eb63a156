"""Rows that arrive with a day of long ago: the count of the rows before a day tells of them, and of those that left."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from graphql import GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st

from unit_tests.growth.company_server import Row, page_of, restricted
from unit_tests.growth.fake_resources import BANK_TRANSACTIONS, FILES
from unit_tests.growth.several_streams import BEGINNING, DAY, ONE_COMPANY, ClockedServer, Sync, sync
from unit_tests.growth.test_by_date import files, movement
from unit_tests.growth.test_deletions import notices

pytestmark = pytest.mark.slow

NAMES: Final = ["bank_transactions"]


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "airbyte"):
        yield


def follow(server: ClockedServer, before: Sync | None = None) -> Sync:
    """An incremental run, after the one before."""
    state = before.states if before else ()
    return sync(server, [BANK_TRANSACTIONS], incremental=NAMES, state=state, **ONE_COMPANY)


def delivered(outcome: Sync) -> set[str]:
    """The ids that came."""
    return {row["id"] for row in outcome.rows["bank_transactions"]}


def test_a_movement_of_last_year_that_arrives_today_is_delivered(caplog: pytest.LogCaptureFixture) -> None:
    rows = [movement(number, f"2026-02-{number:02}T00:00:00Z") for number in range(1, 21)]
    with ClockedServer({"bankMovements": rows}) as server:
        first = follow(server)
        # 31 days of overlap before the minute before the list of companies.
        assert first.existing["bank_transactions"] == {"company-1": {"at": "2026-01-28T00:00:00Z", "count": 0}}
        server.now += 40 * DAY
        rows += [movement(21, "2025-04-01T00:00:00Z")]
        second = follow(server, first)
        assert delivered(second) == {row["id"] for row in rows}
        assert "everything is read: of the rows dated before 2026-01-28 there were 0 and are 1" in caplog.text
        assert second.existing["bank_transactions"]["company-1"] == {"at": "2026-03-09T00:00:00Z", "count": 21}
        server.now += DAY
        third = follow(server, second)
        assert "movement-21" not in delivered(third)
    assert notices(caplog) == []


def test_movements_that_are_gone_are_told(caplog: pytest.LogCaptureFixture) -> None:
    rows = [movement(number, "2025-12-01T00:00:00Z") for number in range(10)]
    with ClockedServer({"bankMovements": rows}) as server:
        first = follow(server)
        server.now += DAY
        del rows[:3]
        second = follow(server, first)
        (notice,) = notices(caplog)
        assert "3 of 10 rows that existed at the last run are gone" in notice
        server.now += DAY
        follow(server, second)
    assert notices(caplog) == []


def test_where_they_were_never_counted_everything_is_read(caplog: pytest.LogCaptureFixture) -> None:
    rows = [movement(1, "2025-12-01T00:00:00Z"), movement(2, "2026-02-28T00:00:00Z")]
    counts_are_refused = True

    def guarded(company: str, **arguments: Any) -> Any:
        del company
        if counts_are_refused and len(arguments.get("order") or ()) != 2:
            raise GraphQLError("not authorized", extensions={"code": "AUTH_NOT_AUTHORIZED"})
        return page_of(rows, arguments)

    with ClockedServer({"bankMovements": guarded}) as server:
        first = follow(server)
        assert first.existing["bank_transactions"] == {"company-1": None}
        server.now += DAY
        second = follow(server, first)
        assert delivered(second) == {"movement-1", "movement-2"}
        assert "the last run has not counted" in caplog.text
        counts_are_refused = False
        server.now += DAY
        third = follow(server, second)
        assert delivered(third) == {"movement-1", "movement-2"}
        server.now += DAY
        fourth = follow(server, third)
        assert delivered(fourth) == {"movement-2"}
        # What cannot be counted once is compared the next time.
        counts_are_refused = True
        rows += [movement(3, "2025-11-01T00:00:00Z")]
        server.now += DAY
        fifth = follow(server, fourth)
        assert fifth.existing == fourth.existing
        counts_are_refused = False
        server.now += DAY
        assert "movement-3" in delivered(follow(server, fifth))


def test_a_restricted_grammar_counts_nothing() -> None:
    with ClockedServer({"files": restricted(files(3))}) as server:
        first = sync(server, [FILES], incremental=["files"], **ONE_COMPANY)
        server.now += DAY
        second = sync(server, [FILES], incremental=["files"], state=first.states, **ONE_COMPANY)
        # What the census asks about the read itself is filtered like the read.
        assert [document for document in server.counting if "uploadDate: { gte" not in document] == []
    assert second.existing["files"] == {"company-1": None}


ARRIVALS: Final = st.lists(
    st.tuples(st.integers(0, 90), st.lists(st.integers(-400, 90), max_size=3)), min_size=2, max_size=5
)


@settings(max_examples=20)
@given(runs=ARRIVALS)
def test_whatever_arrives_between_runs_is_delivered(runs: list[tuple[int, list[int]]]) -> None:
    rows: list[Row] = []
    known: set[str] = set()
    outcome: Sync | None = None
    with ClockedServer({"bankMovements": rows}) as server:
        for pause, days in runs:
            server.now += pause * DAY
            for day in days:
                posted = min(server.now, BEGINNING + timedelta(days=day))
                rows.append(movement(len(rows), f"{posted:%Y-%m-%d}T00:00:00Z"))
            outcome = follow(server, outcome)
            known |= delivered(outcome)
            assert known == {row["id"] for row in rows}
