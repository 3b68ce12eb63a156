"""How many rows are gone: counted on each root before anything is read, and said once."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from graphql import GraphQLError

from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.resources.resource import DirectResource, Resource, Scope, Windowed
from unit_tests.growth.company_server import CompanyServer, Row, page_of
from unit_tests.growth.fake_resources import JOURNALS, scoped
from unit_tests.growth.several_streams import BEGINNING, DAY, ONE_COMPANY, ClockedServer, created, sync
from unit_tests.source.test_check import ROOTS

pytestmark = pytest.mark.slow

NAMES: Final = ["journals"]


def of_code(name: str, where: dict[str, Any]) -> Resource:
    """Those of the journals that a filter selects."""
    return Resource(name=name, direct=DirectResource(root="journalTypes", type="JournalType", where=where))


SALES: Final = of_code("sales_journals", {"code": {"eq": "S"}})
OTHERS: Final = of_code("other_journals", {"code": {"nin": ["S"]}})


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "airbyte"):
        yield


def notices(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The notices since the last look, without what they advise."""
    lines = [message for message in caplog.messages if "existed at the last run" in message]
    caplog.clear()
    return lines


def test_seven_deleted_and_five_created(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(20)
    with ClockedServer({"journalTypes": rows}) as server:
        first = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
        assert first.existing["journals"] == {"company-1": {"at": "2026-02-28T23:59:00Z", "count": 20}}
        assert notices(caplog) == []
        server.now += DAY
        rows[:] = rows[7:] + created(5, 100, "2026-03-01T12:00:00.000Z")
        second = sync(server, [JOURNALS], incremental=NAMES, state=first.states, **ONE_COMPANY)
        (notice,) = notices(caplog)
        assert "stream journals: 7 of 20 rows that existed at the last run are gone or no longer visible" in notice
        assert notice.endswith("; a full refresh removes them, or read the stream `record_ids`.")
        assert "company-1" in notice
        assert second.existing["journals"] == {"company-1": {"at": "2026-03-01T23:59:00Z", "count": 18}}
        assert len(server.counting) == 2, "what came since is counted apart"
        server.now += DAY
        third = sync(server, [JOURNALS], incremental=NAMES, state=second.states, **ONE_COMPANY)
        assert notices(caplog) == []
        assert third.existing["journals"] == {"company-1": {"at": "2026-03-02T23:59:00Z", "count": 18}}
        assert len(server.counting) == 1


def test_rows_without_a_creation_date_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(3) + [{"id": f"undated-{number}", "creationDate": None} for number in range(4)]
    with ClockedServer({"journalTypes": rows}) as server:
        first = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
        server.now += DAY
        del rows[-2:]
        second = sync(server, [JOURNALS], incremental=NAMES, state=first.states, **ONE_COMPANY)
    assert [line.count("2 of 7 rows") for line in notices(caplog)] == [1]
    assert second.existing["journals"]["company-1"]["count"] == 5


def test_streams_of_one_root_share_a_count_and_a_row_may_move_between_them(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(5, code="S") + created(5, 10, code="P")
    names = ["sales_journals", "other_journals"]
    with ClockedServer({"journalTypes": rows}) as server:
        state = sync(server, [SALES, OTHERS], incremental=names, **ONE_COMPANY)
        assert {name: known["company-1"]["count"] for name, known in state.existing.items()} == dict.fromkeys(names, 10)
        assert [count for document in server.counting if (count := document.count("{ totalCount }"))] == [1]
        server.now += DAY
        rows[0]["code"] = "P"
        state = sync(server, [SALES, OTHERS], incremental=names, state=state.states, **ONE_COMPANY)
        assert notices(caplog) == []
        server.now += DAY
        del rows[1]
        sync(server, [SALES, OTHERS], incremental=names, state=state.states, **ONE_COMPANY)
        (notice,) = notices(caplog)
    assert "streams sales_journals, other_journals: 1 of 10 rows" in notice


def test_what_is_deleted_while_a_run_reads_is_the_next_one_s_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(10)

    def moving(company: str, **arguments: Any) -> Any:
        del company
        page = page_of(rows, arguments)
        # Pages are ordered by two members.
        if server.now > BEGINNING and len(arguments.get("order") or ()) == 2 and len(rows) == 10:
            del rows[0]
        return page

    with ClockedServer({"journalTypes": moving}) as server:
        state = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
        server.now += DAY
        state = sync(server, [JOURNALS], incremental=NAMES, state=state.states, **ONE_COMPANY)
        assert len(rows) == 9
        assert notices(caplog) == []
        server.now += DAY
        sync(server, [JOURNALS], incremental=NAMES, state=state.states, **ONE_COMPANY)
    assert [line.count("1 of 10 rows") for line in notices(caplog)] == [1]


def test_a_company_that_refuses_has_no_notice_and_its_entry_stays(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(10)
    with ClockedServer({"journalTypes": rows}) as server:
        first = sync(server, [JOURNALS], incremental=NAMES)
        server.now += DAY
        del rows[:4]
        server.refused = frozenset({"company-2"})
        second = sync(server, [JOURNALS], incremental=NAMES, state=first.states)
        assert second.statuses == {"journals": "INCOMPLETE"}
        assert second.existing["journals"]["company-2"] == first.existing["journals"]["company-2"]
        assert second.existing["journals"]["company-1"]["count"] == 6
        lines = notices(caplog)
        named = {name for line in lines for name in ("company-1", "company-2", "company-3") if name in line}
        assert (named, len(lines)) == ({"company-1", "company-3"}, 2)
        server.refused = frozenset()
        server.now += DAY
        sync(server, [JOURNALS], incremental=NAMES, state=second.states)
    (notice,) = notices(caplog)
    assert "company-2" in notice
    assert "4 of 10 rows" in notice


def test_a_refused_order_costs_a_request_and_not_the_notice(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(10)

    def unordered(company: str, **arguments: Any) -> Any:
        del company
        if arguments.get("order"):
            raise GraphQLError("The specified input object field does not exist.", extensions={"code": "HC0011"})
        return page_of(rows, arguments)

    with ClockedServer({"journalTypes": unordered}) as server:
        state = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
        server.now += DAY
        del rows[0]
        sync(server, [JOURNALS], incremental=NAMES, state=state.states, **ONE_COMPANY)
    assert [line.count("1 of 10 rows") for line in notices(caplog)] == [1]


def test_a_clock_that_was_put_back_makes_no_false_notice(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(6) + created(4, 10, "2026-02-27T12:00:00.000Z")
    with ClockedServer({"journalTypes": rows}) as server:
        state = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
        server.now -= 3 * DAY
        state = sync(server, [JOURNALS], incremental=NAMES, state=state.states, **ONE_COMPANY)
        assert notices(caplog) == []
        assert state.existing["journals"] == {"company-1": {"at": "2026-02-25T23:59:00Z", "count": 6}}
        del rows[0]
        sync(server, [JOURNALS], incremental=NAMES, state=state.states, **ONE_COMPANY)
    assert [line.count("1 of 6 rows") for line in notices(caplog)] == [1]


@pytest.mark.parametrize("scope", [Scope.MARKET, Scope.SIGN_IN])
def test_rows_that_companies_share_are_counted_once(scope: Scope, caplog: pytest.LogCaptureFixture) -> None:
    rows = created(10)
    shared = scoped(JOURNALS, scope)
    owners = {"DE", "FR"} if scope is Scope.MARKET else {""}
    with ClockedServer({"journalTypes": rows}) as server:
        state = sync(server, [shared], incremental=NAMES)
        assert state.existing["journals"].keys() == owners
        assert len(server.counting) == len(owners)
        server.now += DAY
        del rows[0]
        sync(server, [shared], incremental=NAMES, state=state.states)
    assert len(notices(caplog)) == len(owners)


def test_an_idle_company_costs_two_requests_for_forty_roots(caplog: pytest.LogCaptureFixture) -> None:
    contract = Contract()
    windowed = [
        root
        for root in ROOTS
        if root.direct and root.name != "organizations" and isinstance(strategy_of(contract, root.direct), Windowed)
    ][:40]
    assert len(windowed) == 40
    names = [root.name for root in windowed]
    rows: list[Row] = created(2)
    with ClockedServer({root.name: rows for root in windowed}) as server:
        first = sync(server, windowed, incremental=names, **ONE_COMPANY)
        # Each root is counted and asked about; then the rows of all of them come together.
        assert len(server.counting) == 3
        server.now += DAY
        sync(server, windowed, incremental=names, state=first.states, **ONE_COMPANY)
        assert len(server.counting) == 2
        server.now += DAY
        del rows[0]
        sync(server, windowed, incremental=names, state=first.states, **ONE_COMPANY)
        assert len(server.counting) == 2
    assert len(notices(caplog)) == len(names)


def test_nothing_is_counted_for_who_replaces_everything_every_time() -> None:
    with ClockedServer({"journalTypes": created(3)}) as server:
        state = sync(server, [JOURNALS], full=NAMES, **ONE_COMPANY)
        assert server.counting == []
        assert state.existing["journals"] == {"company-1": None}


def test_a_full_refresh_with_a_state_counts_and_keeps_the_count(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(10)
    with ClockedServer({"journalTypes": rows}) as server:
        state = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
        server.now += DAY
        del rows[:2]
        state = sync(server, [JOURNALS], full=NAMES, state=state.states, **ONE_COMPANY)
        (notice,) = notices(caplog)
        assert notice.endswith("2 of 10 rows that existed at the last run are gone or no longer visible.")
        assert state.existing["journals"]["company-1"]["count"] == 8
        server.now += DAY
        sync(server, [JOURNALS], incremental=NAMES, state=state.states, **ONE_COMPANY)
    assert notices(caplog) == []


def test_what_one_stream_of_a_root_has_counted_serves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(5, code="S") + created(5, 10, code="P")
    with ClockedServer({"journalTypes": rows}) as server:
        state = sync(server, [SALES, OTHERS], incremental=["sales_journals"], **ONE_COMPANY)
        server.now += DAY
        del rows[0]
        both = sync(
            server, [SALES, OTHERS], incremental=["sales_journals", "other_journals"], state=state.states, **ONE_COMPANY
        )
    assert [line.count("1 of 10 rows") for line in notices(caplog)] == [1]
    assert both.existing["sales_journals"] == both.existing["other_journals"]


def test_where_counting_fails_the_read_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    rows = created(3)

    def failing(company: str, **arguments: Any) -> Any:
        del company
        # The count of all rows beside a page has no filter.
        if not arguments.get("order") and arguments.get("where"):
            raise GraphQLError("Unexpected Execution Error", extensions={"code": "HC0012"})
        return page_of(rows, arguments)

    with CompanyServer({"journalTypes": failing}) as server:
        outcome = sync(server, [JOURNALS], incremental=NAMES, **ONE_COMPANY)
    assert outcome.statuses == {"journals": "COMPLETE"}
    assert outcome.existing["journals"] == {"company-1": None}
    assert notices(caplog) == []


def test_a_stream_whose_dates_nobody_can_filter_by_is_not_counted() -> None:
    undated = replace(JOURNALS, direct=DirectResource(root="users", type="User"), name="users")
    with ClockedServer({"journalTypes": created(3), "users": [{"id": "user-1"}]}) as server:
        outcome = sync(server, [JOURNALS, undated], incremental=NAMES, full=["users"], **ONE_COMPANY)
        assert [count for document in server.counting if (count := document.count("{ totalCount }"))] == [1]
    assert outcome.existing["users"] == {"company-1": None}
