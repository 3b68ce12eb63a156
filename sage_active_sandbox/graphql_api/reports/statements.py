"""Balance sheet, profit and loss, and the positions of accounts in them (docs/reference/accounting.md, "Reports")."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.reports import positions
from sage_active_sandbox.graphql_api.reports.inputs import input_day
from sage_active_sandbox.graphql_api.reports.positions import LINE_TYPES, STATEMENTS, Position
from sage_active_sandbox.graphql_api.reports.postings import Selection, Sums, postings
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import refused


@dataclass
class Amounts:
    """The two columns of a line."""

    first: Decimal = ZERO
    second: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The first column without the second."""
        return EXACT.subtract(self.first, self.second)


@dataclass
class Figures:
    """The amounts of all lines, by code, and whether a line shows any account with an amount."""

    amounts: dict[str, Amounts] = field(default_factory=dict)

    def total(self, code: str) -> Decimal:
        """The amount of one line."""
        return self.amounts[code].total if code in self.amounts else ZERO


def balance_sheet(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """The lines of the balance sheet; the result that is not booked yet stands in a line of its own."""
    selection = _selection(call, sent, carry_forward=bool(sent.get("showTemporaryCarryForward")))
    return _rows(call, positions.BALANCE_SHEET, figures(call, selection), sent)


def profit_and_loss(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """The lines of profit and loss; income is positive, expenses are negative."""
    return _rows(call, positions.PROFIT_AND_LOSS, figures(call, _selection(call, sent)), sent)


def report_positions(call: Call, sent: Mapping[str, Any]) -> list[Row]:
    """The accounts that can be booked, or the one of the input, with the lines of the statements that show them."""
    accounts: Iterable[Row] = call.scope.rows("AccountingAccount")
    if sent.get("accountId") is not None:
        found = call.scope.find("AccountingAccount", sent["accountId"])
        if found is None:
            raise refused("unknownReference", "accountId", value=sent["accountId"])
        accounts = [found]
    return [
        _positioned(call, account, detail=bool(sent.get("isDetail")))
        for account in accounts
        if account.get("accountLevel") == "SUB_ACCOUNT"
    ]


def figures(call: Call, selection: Selection) -> Figures:
    """The amounts of both statements for the entries that are counted."""
    balances: dict[str, Sums] = {}
    accounts: dict[str, Row] = {}
    for posting in postings(call, selection):
        accounts[posting.account["id"]] = posting.account
        balances.setdefault(posting.account["id"], Sums()).add(posting.line)
    result = Figures()
    for account_id, sums in balances.items():
        _count(result, accounts[account_id], sums.balance, _market(call))
    _add_up(result, positions.PROFIT_AND_LOSS)
    result.amounts[positions.RESULT] = Amounts(result.total(positions.NET_RESULT))
    _add_up(result, positions.BALANCE_SHEET)
    return result


def position_of(account: Row, market: str) -> Position | None:
    """The line that shows an account: by the longest prefix of its code, then by its kind, then the rest."""
    statement = STATEMENTS.get(account.get("accountType") or "")
    if statement is None:
        return None
    lengths = [(_matching(position, account, market), position) for position in statement]
    length, position = max(lengths, key=lambda pair: pair[0])
    if length:
        return position
    rest = positions.OTHER_ASSETS if statement is positions.BALANCE_SHEET else positions.OTHER_EXPENSES
    of_kind = (position for position in statement if account.get("subAccountType") in position.kinds)
    return next(of_kind, None) or _by_code(statement, rest)


def _selection(call: Call, sent: Mapping[str, Any], *, carry_forward: bool = False) -> Selection:
    return Selection(
        first=input_day(call, sent["startDate"]), last=input_day(call, sent["endDate"]), carry_forward=carry_forward
    )


def _market(call: Call) -> str:
    return call.usable_company().market


def _matching(position: Position, account: Row, market: str) -> int:
    prefixes = (*position.prefixes.get(market, ()), *position.deducted.get(market, ()))
    return max((len(prefix) for prefix in prefixes if account["code"].startswith(prefix)), default=0)


def _by_code(statement: Sequence[Position], code: str) -> Position:
    return next(position for position in statement if position.code == code)


def _count(result: Figures, account: Row, balance: Decimal, market: str) -> None:
    position = position_of(account, market)
    if position is None:
        return
    if position.alternative is not None and (balance < 0) is position.debit:
        position = _by_code(positions.BALANCE_SHEET, position.alternative)
    amounts = result.amounts.setdefault(position.code, Amounts())
    if any(account["code"].startswith(prefix) for prefix in position.deducted.get(market, ())):
        amounts.second = EXACT.subtract(amounts.second, balance)
    else:
        amounts.first = EXACT.add(amounts.first, balance if position.debit else EXACT.minus(balance))


def _add_up(result: Figures, statement: Sequence[Position]) -> None:
    for position in statement:
        if position.sums:
            total = ZERO
            for code in position.sums:
                total = EXACT.add(total, result.total(code))
            result.amounts[position.code] = Amounts(total)


def _rows(call: Call, statement: Sequence[Position], result: Figures, sent: Mapping[str, Any]) -> list[Row]:
    language = positions.LANGUAGES.index(_market(call))
    numbers = call.switches.report_line_types == "number"
    rows = []
    for order, position in enumerate(statement, start=1):
        amounts = result.amounts.get(position.code, Amounts())
        if sent.get("onlyLinesWithAmount") and amounts.total == 0:
            continue
        title, columns = position.line_type == "TITLE", bool(position.deducted.get(_market(call)))
        rows.append(
            {
                "code": position.code,
                "description": position.labels[language],
                "lineType": str(LINE_TYPES.index(position.line_type)) if numbers else position.line_type,
                "order": order,
                "multiColumn": columns,
                "amountColumn1": None if title else amounts.first,
                "amountColumn2": amounts.second if columns else None,
                "amountTotal": None if title else amounts.total,
            }
        )
    return rows


def _positioned(call: Call, account: Row, *, detail: bool) -> Row:
    market = _market(call)
    main = position_of(account, market)
    lines = [] if main is None else [_position_row(main, market, detail=detail, main=True)]
    if main is not None and main.alternative is not None:
        other = _by_code(positions.BALANCE_SHEET, main.alternative)
        lines.append(_position_row(other, market, detail=detail, main=False))
    return {
        **account,
        "collectiveAccount": account.get("subAccountType") in ("CUSTOMER", "PROVIDER", "EMPLOYEE"),
        "reportPositions": lines,
    }


def _position_row(position: Position, market: str, *, detail: bool, main: bool) -> Row:
    return {
        "balanceGuideLineId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{market} {position.code}")),
        "balanceGuideLineCode": position.code,
        "balanceGuideLineDescription": position.labels[positions.LANGUAGES.index(market)],
        "isDetail": detail,
        "isMain": main,
        "alternativePositionIfNegative": not main,
    }
