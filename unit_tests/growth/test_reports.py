"""Reports of the table: which are asked for, how many at once, and what identifies their rows."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, Status
from airbyte_cdk.utils import AirbyteTracedException
from graphql import GraphQLError

from sage_active.resources.report_periods import (
    EXERCISES,
    exercises,
    exercises_or_periods,
    for_each_third_party_type,
)
from sage_active.resources.report_positions import ACCOUNTS, TRIAL_BALANCE, accounts_with_lines
from sage_active.resources.table import RESOURCE_BY_NAME
from source_sage_active.source import SourceSageActive
from unit_tests.growth.company_server import CompanyServer, Content, Row, read, streams

ONE: Final = [{"company_id": "company-1"}]
SPAIN: Final = "ES"
MONTHS: Final = 12


def year(number: int, status: str) -> Row:
    """An exercise with its periods."""
    days = {"startDate": f"{number}-01-01T00:00:00Z", "endDate": f"{number}-12-31T00:00:00Z"}
    months = [
        {
            "id": f"{number}-{month}",
            "startDate": f"{number}-{month:02}-01T00:00:00Z",
            "endDate": f"{number}-{month:02}-28",
        }
        for month in range(1, MONTHS + 1)
    ]
    return {"id": f"year-{number}", "status": status, "periods": months, **days}


YEARS: Final = [year(2025, "CLOSED"), year(2026, "OPEN")]


def account(number: int, **members: Any) -> Row:
    """An account that can be booked."""
    return {"id": f"account-{number}", "code": {"value": str(number)}, "accountLevel": "SUB_ACCOUNT", **members}


def positions(company: str, input: Mapping[str, Any]) -> Sequence[Row]:
    """Two lines for each account."""
    del company
    lines = [{"balanceGuideLineId": f"{input['accountId']}-{side}"} for side in ("main", "other")]
    return [{"id": input["accountId"], "reportPositions": lines}]


def content(accounts: int, **others: Content) -> dict[str, Content]:
    """What the server has, with so many accounts that are booked."""
    rows = [account(number) for number in range(1000, 1000 + accounts)]
    balance = [{"accountCode": row["code"]["value"]} for row in rows]
    dated = {"creationDate": "2026-01-01T00:00:00Z", "modificationDate": None}
    return {
        "accountingExercises": [one | dated for one in YEARS],
        "accountingAccounts": [one | dated for one in (*rows, account(9999))],
        "accountingTrialBalance": lambda _, **__: balance,
        "accountingReportPositions": positions,
        **others,
    }


def requests_of(server: CompanyServer, root: str) -> int:
    """How many requests asked for a root."""
    return sum(root.encode() in request.body for request in server.requests)


# --- what is asked for ---


def test_a_closed_exercise_is_one_report_and_an_open_one_has_one_for_each_period() -> None:
    found = list(exercises_or_periods({EXERCISES: YEARS}))
    assert Counter(arguments["exerciseId"] for arguments in found) == {"year-2025": 1, "year-2026": MONTHS}
    assert found[0]["endDate"] == "2025-12-31T00:00:00Z"
    assert [arguments["startDate"][5:7] for arguments in found[1:]] == [f"{month:02}" for month in range(1, MONTHS + 1)]


@pytest.mark.parametrize("periods", [None, []])
def test_an_exercise_without_periods_is_one_report(periods: Any) -> None:
    assert list(exercises_or_periods({EXERCISES: [YEARS[1] | {"periods": periods}]})) == [
        {"exerciseId": "year-2026", "startDate": "2026-01-01T00:00:00Z", "endDate": "2026-12-31T00:00:00Z"}
    ]


def test_statements_are_those_of_whole_exercises() -> None:
    assert [arguments["exerciseId"] for arguments in exercises({EXERCISES: YEARS})] == ["year-2025", "year-2026"]


def test_third_parties_have_three_kinds() -> None:
    found = list(for_each_third_party_type({EXERCISES: YEARS[:1]}))
    assert [arguments["thirdPartyType"] for arguments in found] == ["CUSTOMER", "SUPPLIER", "EMPLOYEE"]
    assert {arguments["exerciseId"] for arguments in found} == {"year-2025"}


@pytest.mark.parametrize("code", ["1000", {"value": "1000"}])
def test_accounts_that_are_booked_and_those_of_third_parties_have_positions(code: Any) -> None:
    rows = [
        account(1, code=code),
        account(2, code=code, accountLevel="GROUP"),
        account(3),
        account(4, subAccountType="CUSTOMER"),
    ]
    found = accounts_with_lines({ACCOUNTS: rows, TRIAL_BALANCE: [{"accountCode": "1000"}]})
    assert [arguments["accountId"] for arguments in found] == ["account-1", "account-4"]


# --- how it is asked for ---


def test_positions_of_many_accounts_take_few_requests() -> None:
    with CompanyServer(content(60)) as server:
        rows, _ = read(server, RESOURCE_BY_NAME["report_positions"], companies=ONE)
        assert requests_of(server, "accountingReportPositions") == 2
    assert len({(row["accountId"], row["balanceGuideLineId"]) for row in rows}) == len(rows) == 120
    assert rows[0]["accountId"] == "account-1000"


def test_a_field_that_the_server_does_not_have_is_left_out_once(caplog: pytest.LogCaptureFixture) -> None:
    def without_main(company: str, input: Mapping[str, Any]) -> Any:
        (holder,) = positions(company, input)
        for line in holder["reportPositions"]:
            line["isMain"] = refused
        return [holder]

    def refused(*_: Any) -> Any:
        raise GraphQLError("The field `isMain` does not exist on the type `AccountingReportPosition`.")

    with (
        CompanyServer(content(60, accountingReportPositions=without_main)) as server,
        caplog.at_level(logging.WARNING),
    ):
        rows, _ = read(server, RESOURCE_BY_NAME["report_positions"], companies=ONE)
    assert len(rows) == 120
    assert caplog.text.count("AccountingReportPosition.isMain is left out") == 1


def test_one_report_that_is_refused_fails_by_name() -> None:
    def one_refused(company: str, input: Mapping[str, Any]) -> Any:
        if input["accountId"] == "account-1017":
            raise GraphQLError("not authorized", extensions={"code": "AUTH_NOT_AUTHORIZED"})
        return positions(company, input)

    with (
        CompanyServer(content(20, accountingReportPositions=one_refused)) as server,
        pytest.raises(AirbyteTracedException, match="report_positions"),
    ):
        read(server, RESOURCE_BY_NAME["report_positions"], companies=ONE)


def test_a_report_that_is_null_fails() -> None:
    with (
        CompanyServer(content(3, accountingReportPositions=lambda _, **__: None)) as server,
        pytest.raises(AirbyteTracedException),
    ):
        read(server, RESOURCE_BY_NAME["report_positions"], companies=ONE)


@pytest.mark.parametrize("name", ["balance_sheet", "profit_and_loss"])
def test_lines_of_statements_have_their_exercise_which_is_not_sent(name: str) -> None:
    resource = RESOURCE_BY_NAME[name]
    sent: list[Mapping[str, Any]] = []

    def statement(company: str, input: Mapping[str, Any]) -> Any:
        del company
        sent.append(input)
        return [{"order": order, "amountTotal": 1} for order in (1, 2)]

    assert resource.direct
    with CompanyServer(content(1, **{resource.direct.root: statement})) as server:
        rows, _ = read(server, resource, companies=ONE)
        described = streams(server, resource)
    assert [(row["exerciseId"], row["order"]) for row in rows] == [
        ("year-2025", 1),
        ("year-2025", 2),
        ("year-2026", 1),
        ("year-2026", 2),
    ]
    assert [set(arguments) for arguments in sent] == [{"startDate", "endDate"}] * 2
    assert described["key"] == [["company_id"], ["exerciseId"], ["order"]]
    assert described["schema"]["exerciseId"]["type"] == ["null", "string"]


# --- what a market does not have ---


def test_what_a_market_does_not_have_is_not_asked_for() -> None:
    resource = RESOURCE_BY_NAME["irpf_setup"]
    assert resource.direct
    assert resource.direct.is_in(SPAIN)
    with CompanyServer({resource.direct.root: lambda _, **__: None}) as server:
        rows, messages = read(server, resource)
        assert server.calls_of(resource.direct.root) == []
        outcome = SourceSageActive(resources=[resource]).check(logging.getLogger("airbyte"), server.config)
        assert server.calls_of(resource.direct.root) == []
    assert rows == []
    assert outcome.status is Status.SUCCEEDED
    assert "Stream" not in str(outcome.message)
    traces = [message.trace.stream_status for message in messages if message.trace]
    assert [status.status for status in traces if status][-1] is AirbyteStreamStatus.COMPLETE
