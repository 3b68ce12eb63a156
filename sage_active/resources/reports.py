"""What the server works out of the entries (docs/reference/accounting.md, "Reports"): no stream for others to write."""

from typing import Final

from sage_active.resources.report_periods import (
    EXERCISES,
    exercises,
    exercises_or_periods,
    for_each_third_party_type,
)
from sage_active.resources.report_positions import ACCOUNTS, TRIAL_BALANCE, accounts_with_lines
from sage_active.resources.resource import DirectResource, Report, Resource

_PERIOD: Final = ("exerciseId", "startDate", "endDate")
# A balance may have thousands of lines, a statement has about a hundred, an account one or two positions.
_BALANCES_AT_ONCE: Final = 4
_STATEMENTS_AT_ONCE: Final = 10
_POSITIONS_AT_ONCE: Final = 40
_STATEMENT_OF_EACH_EXERCISE: Final = Report(
    needs=(EXERCISES,), inputs=exercises, key=("exerciseId", "order"), at_once=_STATEMENTS_AT_ONCE
)
_BALANCE_OF_EACH_EXERCISE: Final = DirectResource(
    root=TRIAL_BALANCE,
    type="AccountingTrialBalanceLine",
    read=Report(needs=(EXERCISES,), inputs=exercises, key=(*_PERIOD, "accountCode"), at_once=_BALANCES_AT_ONCE),
)

REPORTS: Final = (
    Resource(
        name="trial_balance",
        direct=DirectResource(
            root=TRIAL_BALANCE,
            type="AccountingTrialBalanceLine",
            read=Report(
                needs=(EXERCISES,),
                inputs=exercises_or_periods,
                key=(*_PERIOD, "accountCode"),
                at_once=_BALANCES_AT_ONCE,
            ),
        ),
    ),
    Resource(
        name="third_party_balances",
        direct=DirectResource(
            root="accountingThirdPartyBalance",
            type="AccountingThirdPartyBalanceLine",
            read=Report(
                needs=(EXERCISES,),
                inputs=for_each_third_party_type,
                key=(*_PERIOD, "thirdPartyType", "thirdPartyId"),
                at_once=_BALANCES_AT_ONCE,
            ),
        ),
    ),
    Resource(
        name="balance_sheet",
        direct=DirectResource(
            root="accountingBalanceSheet",
            type="AccountingBalanceSheetLine",
            read=_STATEMENT_OF_EACH_EXERCISE,
        ),
    ),
    Resource(
        name="profit_and_loss",
        direct=DirectResource(
            root="accountingProfitAndLoss",
            type="AccountingProfitAndLossLine",
            read=_STATEMENT_OF_EACH_EXERCISE,
        ),
    ),
    Resource(
        name="report_positions",
        direct=DirectResource(
            root="accountingReportPositions",
            type="AccountingReportPosition",
            read=Report(
                needs=(ACCOUNTS, _BALANCE_OF_EACH_EXERCISE),
                inputs=accounts_with_lines,
                key=("accountId", "balanceGuideLineId"),
                rows="reportPositions",
                at_once=_POSITIONS_AT_ONCE,
            ),
        ),
    ),
)
