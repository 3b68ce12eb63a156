"""Key figures of accounting and sales: the names are published, formulas are not.

They are those of the last exercise that has begun on the server's day.

Source: docs/reference/accounting.md, "Reports".
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports import positions
from sage_active_sandbox.graphql_api.reports.inputs import current_exercise
from sage_active_sandbox.graphql_api.reports.postings import Selection, Sums, postings
from sage_active_sandbox.graphql_api.reports.statements import Figures, figures
from sage_active_sandbox.store import Row

CURRENCY = "EUR"

ACCOUNTING: Mapping[str, tuple[tuple[int, str], ...]] = {
    "ASSETS": ((1, positions.TOTAL_ASSETS),),
    "EQUITY": ((1, positions.EQUITY), (1, positions.RESULT)),
    "EXCEPTIONAL_RESULT": ((1, "R.9"),),
    "FINANCIAL_RESULT": ((1, "R.8"),),
    "NET_RESULT": ((1, positions.NET_RESULT),),
    "OTHER_EXPENSES": ((-1, positions.OTHER_EXPENSES),),
    "PURCHASES": ((-1, "R.3"),),
    "RESULT": ((1, "R.7"),),
    "STAFF_COST": ((-1, "R.4"),),
    "TAXES": ((-1, "R.10"),),
    "TRADE_MARGIN": ((1, "R.1"), (1, "R.3")),
    "TREASURY_BALANCE": ((1, "A.5"),),
    "TURNOVER": ((1, "R.1"),),
    "WORKING_CAPITAL": (
        *((1, code) for code in ("A.2", "A.3", "A.4", "A.5", positions.OTHER_ASSETS)),
        *((-1, code) for code in ("L.4", "L.5", "L.6", positions.OTHER_LIABILITIES)),
    ),
}
"""Each figure as a sum of lines of the statements, in which expenses are negative."""


def accounting_kpis(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """The figures that are asked for, in their order."""
    selection = _current(call)
    result = Figures() if selection is None else figures(call, selection)
    return [_kpi(name, _sum(result, ACCOUNTING[name])) for name in sent["kpiTypes"]]


def sales_kpis(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """The figures that are asked for, in their order."""
    return [_kpi(name, SALES[name](call)) for name in sent["kpiTypes"]]


def _current(call: Call) -> Selection | None:
    exercise = current_exercise(call)
    if exercise is None:
        return None
    first, last = exercise["startDate"].date(), exercise["endDate"].date()
    return Selection(first=first, last=last, exercise=exercise, carry_forward=True)


def _kpi(name: str, value: Decimal) -> Row:
    return {"type": name, "value": value, "currency": CURRENCY}


def _sum(result: Figures, terms: Iterable[tuple[int, str]]) -> Decimal:
    total = ZERO
    for sign, code in terms:
        total = EXACT.add(total, EXACT.multiply(Decimal(sign), result.total(code)))
    return total


def _money(call: Call) -> Sums:
    """What went in and out of bank and cash accounts."""
    sums, selection = Sums(), _current(call)
    for posting in postings(call, selection) if selection else ():
        carried = posting.entry.get("entryType") in ("OPENING", "TEMPORARY_CARRY_FORWARD")
        if posting.account.get("subAccountType") in ("BANK", "CASH") and not carried:
            sums.add(posting.line)
    return sums


def _related_quotes(call: Call) -> Decimal:
    used = {row.get("originId") for row in call.scope.rows("RelatedSalesDocument")}
    return Decimal(sum(row["id"] in used for row in call.scope.rows("SalesQuote")))


def _open_quotes(call: Call) -> Decimal:
    total = ZERO
    for row in call.scope.rows("SalesQuote"):
        if row.get("status") == "Pending":
            total = EXACT.add(total, row.get("totalLiquid") or ZERO)
    return total


SALES: Mapping[str, Callable[[Call], Decimal]] = {
    "MONEY_IN": lambda call: _money(call).debit,
    "MONEY_OUT": lambda call: _money(call).credit,
    "QUOTES_WITH_RELATED_DOCUMENTS": _related_quotes,
    "TOTAL_CUSTOMERS": lambda call: Decimal(sum(1 for _ in call.scope.rows("Customer"))),
    "TOTAL_FROM_OPEN_QUOTES": _open_quotes,
}
"""How each figure of sales is worked out."""
