"""Figures of the ledger, worked out from the sandbox's entries without the connector and without SQL."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from integration_tests.models.world import World
from sage_active_sandbox.store import Company

ZERO = Decimal(0)
CLOSURES = ("CLOSURE_ACCOUNTING", "CLOSURE_EXERCISE", "CLOSURE_WORTH")
OPENINGS = {"OPENING": "opening", "TEMPORARY_CARRY_FORWARD": "provisional_opening"}


class PeriodAccount(NamedTuple):
    """A fiscal year, the first day of a period, and the code of an account; an empty one for what has none."""

    year: int
    period: date
    account: str


class Figures(NamedTuple):
    """What stands on an account in a period."""

    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


Balances = dict[str, Decimal]


def turnovers(world: World, company: Company) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Debit and credit of movements by year, period and account; and the opening entries of each year by account."""
    accounts, years = world.rows(company, "AccountingAccount"), world.rows(company, "AccountingExercise")
    moved: dict[PeriodAccount, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    opened: dict[tuple[int, str], Balances] = defaultdict(lambda: defaultdict(Decimal))
    for entry, line in world.entries(company):
        year = years[entry["accountingExerciseId"]]["exercise"]
        account = accounts[line["subAccountId"]]["code"]
        if entry["entryType"] in OPENINGS:
            kind = OPENINGS[entry["entryType"]]
            opened[year, kind][account] += line["debitAmount"] - line["creditAmount"]
        elif entry["entryType"] not in CLOSURES:
            sums = moved[PeriodAccount(year, entry["date"].date().replace(day=1), account)]
            sums[0] += line["debitAmount"]
            sums[1] += line["creditAmount"]
    return moved, opened


def trial_balance(world: World, company: Company) -> dict[PeriodAccount, Figures]:
    """The trial balance of every month of every year that has anything to show."""
    moved, opened = turnovers(world, company)
    found: dict[PeriodAccount, Figures] = {}
    carried: Balances = {}
    for year in sorted(row["exercise"] for row in world.rows(company, "AccountingExercise").values()):
        balances = opened.get((year, "opening")) or opened.get((year, "provisional_opening")) or carried
        balances = defaultdict(Decimal, balances)
        used = {key.account for key in moved if key.year == year} | balances.keys()
        for month in range(1, 13):
            for account in used:
                key = PeriodAccount(year, date(year, month, 1), account)
                debit, credit = moved.get(key, (ZERO, ZERO))
                opening = balances[account]
                balances[account] = opening + debit - credit
                found[key] = Figures(opening, debit, credit, balances[account])
        carried = _carried(world, company, balances)
    return found


def _carried(world: World, company: Company, balances: Mapping[str, Decimal]) -> Balances:
    """What the next year opens with if nobody has opened it; the result has no account yet."""
    by_code = {row["code"]: row for row in world.rows(company, "AccountingAccount").values()}
    by_id = world.rows(company, "AccountingAccount")
    carried: Balances = defaultdict(Decimal)
    for code, balance in balances.items():
        account = by_code.get(code)
        if account is not None and account["accountType"] == "INCOME_STATEMENT":
            carried[""] += balance
        elif account is not None and account["accountType"] == "ECPN":
            carried[by_id[account["yearEndClosingAccountId"]]["code"]] += balance
        else:
            carried[code] += balance
    return carried
