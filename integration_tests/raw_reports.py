"""The rows of the reports, asked for one by one without the connectors."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration_tests.raw_streams import RawApi, Row

EXERCISES = "id status startDate endDate periods{startDate endDate}"
NOT_IN_BALANCE = (
    *("CUSTOMER", "PROVIDER", "EMPLOYEE"),
    *("CAPITAL", "RESULT_BALANCE_SHEET", "BALANCE_CARRIED_FORWARD", "AGGREGATE_CARRIED_FORWARD"),
)
PARTIES = ("CUSTOMER", "EMPLOYEE", "SUPPLIER")


def years(api: RawApi) -> Iterator[Row]:
    """The arguments of each exercise."""
    for year in api.connection("accountingExercises", EXERCISES):
        yield _between(year, year)


def spans(api: RawApi) -> Iterator[Row]:
    """The arguments of each closed exercise and of each period of an open one."""
    for year in api.connection("accountingExercises", EXERCISES):
        for span in [year] if year["status"] == "CLOSED" else year["periods"]:
            yield _between(year, span)


def party_spans(api: RawApi) -> Iterator[Row]:
    """The same for each kind of third party."""
    for arguments in spans(api):
        for kind in PARTIES:
            yield {**arguments, "thirdPartyType": kind}


def booked_accounts(api: RawApi) -> Iterator[Row]:
    """The arguments of each account that has lines, or may have some that no trial balance shows."""
    booked = {line["subAccountId"] for line in api.connection("accountingEntryLines", "subAccountId")}
    for account in api.connection("accountingAccounts", "id accountLevel subAccountType"):
        is_booked = account["id"] in booked or account["subAccountType"] in NOT_IN_BALANCE
        if account["accountLevel"] == "SUB_ACCOUNT" and is_booked:
            yield {"accountId": account["id"]}


# By root: the type of the input, its arguments, those that are not sent, and the member that holds the rows.
REPORTS: Mapping[str, tuple[str, Callable[[RawApi], Iterator[Row]], tuple[str, ...], str]] = {
    "accountingTrialBalance": ("AccountingTrialBalanceGLDtoInput", spans, (), ""),
    "accountingThirdPartyBalance": ("AccountingThirdPartyBalanceGLDtoInput", party_spans, (), ""),
    "accountingBalanceSheet": ("AccountingBalanceSheetGLDtoInput", years, ("exerciseId",), ""),
    "accountingProfitAndLoss": ("AccountingProfitAndLossGLDtoInput", years, ("exerciseId",), ""),
    "accountingReportPositions": ("AccountingReportPositionGLDtoInput", booked_accounts, (), "reportPositions"),
}


def report_rows(api: RawApi, root: str, selection: str, key: tuple[str, ...]) -> Iterator[Row]:
    """All rows of a report, with those of its arguments that are parts of the key."""
    kind, arguments_of, not_sent, within = REPORTS[root]
    content = f"{within}{{{selection}}}" if within else selection
    for arguments in arguments_of(api):
        sent = {name: value for name, value in arguments.items() if name not in not_sent}
        answer: Any = api.answer(f"query($i:{kind}!){{r:{root}(input:$i){{{content}}}}}", i=sent)
        rows = [row for holder in answer for row in holder[within]] if within else answer
        yield from ({**{name: arguments[name] for name in key if name in arguments}, **row} for row in rows)


def _between(year: Row, span: Row) -> Row:
    return {"exerciseId": year["id"], "startDate": span["startDate"], "endDate": span["endDate"]}
