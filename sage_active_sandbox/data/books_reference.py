"""Reference tables that bookkeeping needs: chart of accounts, journals, treatments, exercises, sessions, dimensions.

They follow the rows of `reference`, whose ids and order they leave as they are (docs/reference/accounting.md,
"Entries"; docs/reference/objects.md, "Reference data").
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from sage_active_sandbox.data.books_spec import BooksSpec
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import AccountSpec, Market
from sage_active_sandbox.data.reference_rows import account_row, delivered, treatment_row
from sage_active_sandbox.store import Row, Table, Tables

FIRST_YEAR, LAST_YEAR = 2021, 2027
CLOSED_UNTIL = 2023
"""Last closed exercise; the next one is open and carried forward provisionally, the others are open."""

PROVISIONAL_YEAR = CLOSED_UNTIL + 1
CLOSED_MONTHS_OF_PROVISIONAL_YEAR = 6

HEADING_LEVELS = {1: "GROUP", 2: "SUB_GROUP", 3: "ACCOUNT", 4: "BREAKDOWN"}
"""Level of a heading by the length of its code."""


def fill_books(tables: Tables, market: Market, spec: BooksSpec, company_id: str) -> None:
    """Add the rows to the company's reference tables; the accounts of `Market.accounts` must be there."""
    maker = Maker(company_id, "books")
    accounts = tables["AccountingAccount"]
    further = (*spec.accounts, *headings((*market.accounts, *spec.accounts), spec))
    accounts.update(delivered(maker, (account_row(market, account) for account in further)))
    ids = roles(market, spec, accounts)
    groups = {row["taxGroupCode"]: row["id"] for row in tables["TaxGroup"].values()}
    tables["TaxTreatment"].update(
        delivered(maker, (treatment_row(market, treatment, groups, ids) for treatment in spec.treatments))
    )
    tables["JournalType"].update(delivered(maker, _journals(market, spec, ids)))
    tables["AccountingExercise"] = exercises(maker)
    tables["AccountingEntrySession"] = delivered(maker, _sessions(spec))
    tables["PaymentMethod"] = delivered(maker, _payment_methods(market, spec, ids, tables["JournalType"]))
    tables["Dimension"] = delivered(maker, _dimensions(maker, spec))
    _tag_accounts(maker, accounts, ids, tables["Dimension"])


def roles(market: Market, spec: BooksSpec, accounts: Table) -> dict[str, str]:
    """Ids of the market's accounts by role."""
    by_code = {row["code"]: row["id"] for row in accounts.values()}
    known = (*market.accounts, *spec.accounts)
    return {account.role: by_code[account.code] for account in known if account.code in by_code}


def headings(accounts: Iterable[AccountSpec], spec: BooksSpec) -> Iterator[AccountSpec]:
    """The accounts above the sub-accounts, one for each beginning of a code.

    Source: docs/reference/accounting.md, "Accounts".
    """
    sub_accounts = [account for account in accounts if account.level == "SUB_ACCOUNT"]
    taken = {account.code for account in accounts}
    for length, level in HEADING_LEVELS.items():
        for account in sorted(sub_accounts, key=lambda account: account.code):
            code = account.code[:length]
            if code in taken:
                continue
            taken.add(code)
            name = spec.classes.get(code, account.name)
            yield AccountSpec(f"heading {code}", code, name, "UNDEFINED", account.type, level)
    yield from spec.headings


def exercises(maker: Maker) -> Table:
    """Exercises of twelve months, their periods, and what is closed in them."""
    return delivered(maker, (_exercise(maker, year) for year in range(FIRST_YEAR, LAST_YEAR + 1)))


def reopen(exercises: Table) -> None:
    """Open all exercises and their periods, as in a company that begins its books."""
    for exercise in exercises.values():
        exercise["status"] = "OPEN"
        for period in exercise["periods"]:
            period["isClosed"] = False


def _exercise(maker: Maker, year: int) -> Row:
    closed = year <= CLOSED_UNTIL
    closed_months = 12 if closed else CLOSED_MONTHS_OF_PROVISIONAL_YEAR if year == PROVISIONAL_YEAR else 0
    periods = (
        {
            "startDate": datetime(year, month, 1, tzinfo=UTC),
            "endDate": datetime(year, month, calendar.monthrange(year, month)[1], tzinfo=UTC),
            "month": calendar.month_name[month].upper(),
            "isClosed": month <= closed_months,
        }
        for month in range(1, 13)
    )
    return {
        "exercise": year,
        "description": str(year),
        "startDate": datetime(year, 1, 1, tzinfo=UTC),
        "endDate": datetime(year, 12, 31, tzinfo=UTC),
        "numberPeriods": 12,
        "status": "CLOSED" if closed else "OPEN",
        "periods": [*delivered(maker, periods).values()],
    }


def _journals(market: Market, spec: BooksSpec, ids: Mapping[str, str]) -> Iterator[Row]:
    for journal in spec.journals:
        yield {
            "code": journal.code,
            "name": journal.name,
            "deactivated": False,
            "type": journal.type,
            "isCreditNote": journal.credit_reason is not None,
            "creditNoteReason": journal.credit_reason or ("UNDEFINED" if market.code == "ES" else None),
            "accountingAccountId": ids[journal.account] if journal.account else None,
        }


def _sessions(spec: BooksSpec) -> Iterator[Row]:
    names = (("Standard", True), ("Lohn", False)) if spec.sessions else ()
    for number, (name, default) in enumerate(names, start=1):
        yield {"isDefault": default, "name": name, "stamp": f"S{number:02}", "deactivated": False}


def _payment_methods(market: Market, spec: BooksSpec, ids: Mapping[str, str], journals: Table) -> Iterator[Row]:
    by_code = {row["code"]: row["id"] for row in journals.values()}
    bank, second_bank = spec.bank_names[:2]
    for name, kind, role, journal in (
        (bank, "BANK_ACCOUNT", "bank", spec.bank_journal),
        (second_bank, "BANK_ACCOUNT", "second_bank", spec.bank_journal),
        (
            next(account.name for account in market.accounts if account.role == "cash"),
            "CASH",
            "cash",
            spec.cash_journal,
        ),
    ):
        yield {
            "referenceName": name,
            "type": kind,
            "disabled": False,
            "journalTypeId": by_code[journal],
            "subAccountId": ids[role],
        }


def _dimensions(maker: Maker, spec: BooksSpec) -> Iterator[Row]:
    for code, name, tags in spec.dimensions:
        dimension_id = maker.uuid()
        yield {
            "id": dimension_id,
            "code": code,
            "name": name,
            "description": None,
            "isActive": True,
            "dimensionTags": [
                {
                    "id": maker.uuid(),
                    "dimensionId": dimension_id,
                    "tagCode": f"{code}-{tag}"[:20],
                    "name": tag_name,
                    "isActive": True,
                }
                for tag, tag_name in tags
            ],
        }


def _tag_accounts(maker: Maker, accounts: Table, ids: Mapping[str, str], dimensions: Table) -> None:
    dimension = next(iter(dimensions.values()))
    tag = dimension["dimensionTags"][0]
    for role in ("rent", "fees"):
        values = {"dimensionId": dimension["id"], "dimensionTagId": tag["id"]}
        accounts[ids[role]]["accountingAccountDimensionTags"] = [*delivered(maker, [values]).values()]
