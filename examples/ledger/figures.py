"""What the page shows of a company, straight from the models: nothing is worked out here but sums."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

Row = Mapping[str, Any]
Query = Callable[[str], Sequence[Row]]
"""Runs SQL over the raw tables and the models, and returns its rows by the names of the columns."""
ZERO: Final = Decimal(0)
MONTHS: Final = 12
BUCKETS: Final = ("not due", "1-30", "31-60", "61-90", "over 90")


@dataclass(frozen=True)
class Year:
    """The fiscal year that is shown: the latest one with movements."""

    id: str
    name: str
    start: date
    end: date
    opening_source: str


@dataclass(frozen=True)
class TaxLine:
    """VAT of one kind, treatment and rate that has become due in the year."""

    direction: str
    tax_type: str
    treatment: str
    rate: Decimal
    base: Decimal
    vat: Decimal
    surcharge: Decimal
    deductible: Decimal


@dataclass(frozen=True)
class TaxMonth:
    """VAT of one kind that has become due in a month."""

    tax_type: str
    month: date
    output: Decimal
    reverse_charge: Decimal
    deductible: Decimal

    @property
    def balance(self) -> Decimal:
        """What is left after deduction."""
        return self.output + self.reverse_charge - self.deductible


@dataclass(frozen=True)
class Account:
    """An account in the year, with what the server's reports say of it; None where they do not show it."""

    code: str
    name: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal
    server_debit: Decimal | None
    server_credit: Decimal | None
    difference: Decimal


@dataclass(frozen=True)
class Company:
    """One company's figures."""

    id: str
    name: str
    market: str
    year: Year
    sales: Mapping[date, Decimal]
    documents: Mapping[date, int]
    receivables: Mapping[str, Decimal]
    payables: Mapping[str, Decimal]
    tax_months: Sequence[TaxMonth]
    tax_lines: Sequence[TaxLine]
    accounts: Sequence[Account]
    compared_reports: int

    @property
    def difference(self) -> Decimal:
        """How much debits and credits of all accounts differ from the server's reports, signs apart."""
        return sum((account.difference for account in self.accounts), ZERO)


def companies(query: Query, market: str) -> list[Company]:
    """The companies that have movements, by name."""
    names = {row["id"]: row["name"] for row in query("SELECT id, name FROM companies")}
    moved = query("SELECT DISTINCT company_id FROM general_ledger WHERE entry_role = 'movement'")
    ids = [row["company_id"] for row in moved]
    found = [company_figures(query, company_id, names.get(company_id, company_id), market) for company_id in ids]
    return sorted(found, key=lambda company: company.name)


def company_figures(query: Query, company_id: str, name: str, market: str) -> Company:
    """The figures of one company."""
    year = _year(query, company_id)
    months = _months(year)
    sales = _sales(query, company_id, year)
    return Company(
        id=company_id,
        name=name,
        market=market,
        year=year,
        sales={month: sales[month]["net"] if month in sales else ZERO for month in months},
        documents={month: sales[month]["documents"] if month in sales else 0 for month in months},
        receivables=_ageing(query, "ar_ageing_as_of", company_id, year.end),
        payables=_ageing(query, "ap_ageing_as_of", company_id, year.end),
        tax_months=_tax_months(query, company_id, year, months),
        tax_lines=_tax_lines(query, company_id, year),
        accounts=_accounts(query, company_id, year),
        compared_reports=_reports(query, company_id, year),
    )


def _year(query: Query, company_id: str) -> Year:
    (row,) = query(
        "SELECT fiscal_year_id, fiscal_year, year_start, year_end, opening_source FROM fiscal_year_openings "
        f"WHERE company_id = '{company_id}' AND fiscal_year_id IN (SELECT fiscal_year_id FROM general_ledger "
        f"WHERE company_id = '{company_id}' AND entry_role = 'movement') ORDER BY year_start DESC LIMIT 1"
    )
    return Year(
        row["fiscal_year_id"], str(row["fiscal_year"]), row["year_start"], row["year_end"], row["opening_source"]
    )


def _months(year: Year) -> list[date]:
    first, last = (day.year * MONTHS + day.month - 1 for day in (year.start, year.end))
    return [date(number // MONTHS, number % MONTHS + 1, 1) for number in range(first, last + 1)]


def _sales(query: Query, company_id: str, year: Year) -> dict[date, Row]:
    rows = query(
        "SELECT sales_month, SUM(net) AS net, SUM(document_count) AS documents FROM invoiced_sales_by_customer "
        f"WHERE {_in_year(company_id, 'sales_month', year)} GROUP BY sales_month"
    )
    return {row["sales_month"]: row for row in rows}


def _ageing(query: Query, function: str, company_id: str, day: date) -> dict[str, Decimal]:
    rows = query(
        f"SELECT bucket, SUM(open_amount) AS amount FROM {function}(DATE '{day}') "
        f"WHERE company_id = '{company_id}' GROUP BY bucket"
    )
    amounts = {row["bucket"]: row["amount"] for row in rows}
    return {bucket: amounts.get(bucket, ZERO) for bucket in BUCKETS}


def _tax_months(query: Query, company_id: str, year: Year, months: Iterable[date]) -> list[TaxMonth]:
    rows = query(
        "SELECT COALESCE(tax_type, 'other') AS tax_type, due_month, "
        "SUM(CASE WHEN direction = 'output' THEN vat + surcharge ELSE 0 END) AS output, "
        "SUM(CASE WHEN direction = 'reverse_charge' THEN vat ELSE 0 END) AS reverse_charge, "
        "SUM(deductible) AS deductible FROM vat_summary "
        f"WHERE {_in_year(company_id, 'due_month', year)} GROUP BY tax_type, due_month"
    )
    found = {
        (row["tax_type"], row["due_month"]): TaxMonth(
            row["tax_type"], row["due_month"], row["output"], row["reverse_charge"], row["deductible"]
        )
        for row in rows
    }
    kinds = sorted({kind for kind, _ in found})
    return [found.get((kind, month), TaxMonth(kind, month, ZERO, ZERO, ZERO)) for kind in kinds for month in months]


def _tax_lines(query: Query, company_id: str, year: Year) -> list[TaxLine]:
    rows = query(
        "SELECT direction, COALESCE(tax_type, 'other') AS tax_type, COALESCE(tax_treatment, '') AS treatment, "
        "COALESCE(rate, 0) AS rate, SUM(base) AS base, SUM(vat) AS vat, "
        "SUM(surcharge) AS surcharge, SUM(deductible) AS deductible "
        f"FROM vat_summary WHERE {_in_year(company_id, 'due_month', year)} "
        "GROUP BY direction, tax_type, tax_treatment, rate ORDER BY tax_type, direction DESC, rate DESC, treatment"
    )
    return [TaxLine(**row) for row in rows]


def _in_year(company_id: str, month: str, year: Year) -> str:
    # Months begin on the 1st, a fiscal year may not.
    first = year.start.replace(day=1)
    return f"company_id = '{company_id}' AND {month} BETWEEN DATE '{first}' AND DATE '{year.end}'"


def _accounts(query: Query, company_id: str, year: Year) -> list[Account]:
    computed = query(
        "SELECT COALESCE(account_code, '') AS account_code, COALESCE(account_name, '') AS account_name, "
        "period_start, opening, debit, credit, closing FROM trial_balance_computed "
        f"WHERE company_id = '{company_id}' AND fiscal_year_id = '{year.id}' ORDER BY 1, period_start"
    )
    server = {
        row["account_code"] or "": row
        for row in query(
            "SELECT account_code, SUM(server_debit) AS debit, SUM(server_credit) AS credit, "
            "SUM(ABS(debit_difference) + ABS(credit_difference)) AS difference FROM trial_balance_compared "
            f"WHERE company_id = '{company_id}' AND fiscal_year_id = '{year.id}' GROUP BY account_code"
        )
    }
    periods: dict[str, list[Row]] = {}
    for row in computed:
        periods.setdefault(row["account_code"], []).append(row)
    # An account that only the server's report has is a row as well: its entries were lost.
    codes = sorted(periods.keys() | server.keys())
    return [_account(code, periods.get(code, ()), server.get(code, {})) for code in codes]


def _account(code: str, periods: Sequence[Row], server: Row) -> Account:
    return Account(
        code=code,
        name=_name(code, periods),
        opening=periods[0]["opening"] if periods else ZERO,
        debit=sum((row["debit"] for row in periods), ZERO),
        credit=sum((row["credit"] for row in periods), ZERO),
        closing=periods[-1]["closing"] if periods else ZERO,
        server_debit=server.get("debit"),
        server_credit=server.get("credit"),
        difference=server.get("difference", ZERO),
    )


def _name(code: str, periods: Sequence[Row]) -> str:
    if not periods:
        return "Not in the ledger"
    return str(periods[0]["account_name"]) if code else "Result of years that are not carried forward"


def _reports(query: Query, company_id: str, year: Year) -> int:
    """How many reports of the server the year was compared with."""
    (row,) = query(
        "SELECT COUNT(DISTINCT report_start) AS reports FROM trial_balance_compared "
        f"WHERE company_id = '{company_id}' AND fiscal_year_id = '{year.id}' AND server_debit IS NOT NULL"
    )
    return int(row["reports"])
