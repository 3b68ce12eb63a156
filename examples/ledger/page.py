"""One HTML page without anything from elsewhere: it works offline, prints, and needs no script."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from .charts import Series, bars, columns
from .figures import Account, Company, TaxMonth
from .formats import FORMATS, Format
from .html_table import Column, html_table

STYLE: Final = Path(__file__).with_name("style.css")
MARKETS: Final = {"DE": "Germany", "ES": "Spain", "FR": "France"}
DIRECTIONS: Final = {"output": "Sales", "input": "Purchases", "reverse_charge": "Reverse charge"}
AGES: Final = {
    "not due": "not due",
    "1-30": "1–30 days",
    "31-60": "31–60 days",
    "61-90": "61–90 days",
    "over 90": "over 90 days",
}
ZERO: Final = Decimal(0)
NONE: Final = "–"
LEAD: Final = """Sales, receivables, payables, VAT and the trial balance, worked out in a warehouse by the views in
<code>sql/duckdb</code>. Companies and amounts are invented. These are working papers: neither books of record nor a tax
return."""
METHOD: Final = """<code>source-sage-active</code> read a local stand-in for Sage Active, and PyAirbyte loaded the rows
into DuckDB. The trial balance is summed from the lines of accounting entries; beside it stand the figures of the
server’s own report, asked for by period. Receivables and payables come from ledger lines and matches dated up to the
day shown. Invoiced sales leave out drafts and advances and count credit notes as negative. VAT comes from the tax
registers of entries."""


def ledger_page(companies: Sequence[Company]) -> str:
    """The page about some companies."""
    links = "".join(
        f'<li><a href="#{_anchor(company)}">{MARKETS[company.market]}<span>{escape(company.name)}</span></a></li>'
        for company in companies
    )
    sections = "".join(_company(company) for company in companies)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Ledger report</title>'
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f'<header class="page"><p class="kicker">Sage Active in a warehouse</p><h1>Ledger report</h1>'
        f'<p class="lead">{LEAD}</p><nav aria-label="Companies"><ul>{links}</ul></nav></header>'
        f"<main>{sections}</main><footer><h2>How the figures come about</h2><p>{METHOD}</p></footer></body></html>\n"
    )


def _company(company: Company) -> str:
    format_, year = FORMATS[company.market], company.year
    name = escape(company.name)
    return (
        f'<section class="company" id="{_anchor(company)}"><header><p class="kicker">{MARKETS[company.market]}</p>'
        f"<h2>{name}</h2><p>Fiscal year {escape(year.name)}, {format_.date(year.start)} to "
        f"{format_.date(year.end)}. Amounts in euro.</p></header>"
        f"{_key_figures(company, format_)}{_sales(company, format_)}{_ageing(company, format_)}"
        f"{''.join(_vat(company, format_))}{_trial_balance(company, format_)}</section>"
    )


def _key_figures(company: Company, format_: Format) -> str:
    proved = company.difference == ZERO
    figures = [
        ("Invoiced sales, net", format_.euro(_sum(company.sales.values())), f"fiscal year {company.year.name}"),
        ("Receivables open", format_.euro(_sum(company.receivables.values())), format_.date(company.year.end)),
        ("Payables open", format_.euro(_sum(company.payables.values())), format_.date(company.year.end)),
        (
            "Difference from the server",
            format_.euro(company.difference),
            f"{len(company.accounts)} accounts, {company.compared_reports} reports compared",
        ),
    ]
    cells = "".join(
        f"<div{' class=proof' if number == len(figures) - 1 and proved else ''}><dt>{label}</dt><dd>{value}</dd>"
        f"<dd class=note>{escape(note)}</dd></div>"
        for number, (label, value, note) in enumerate(figures)
    )
    return f'<dl class="figures">{cells}</dl>'


def _sales(company: Company, format_: Format) -> str:
    months = list(company.sales)
    chart = columns(
        f"{_anchor(company)}-sales",
        f"Invoiced sales by month, {company.name}",
        [_short(month) for month in months],
        [Series("net", "first", list(company.sales.values()))],
        format_,
    )
    rows = [[_long(month), str(company.documents[month]), format_.amount(company.sales[month])] for month in months]
    table = html_table(
        "Invoiced sales by month, credit notes deducted, without VAT",
        [Column("Month", is_number=False), Column("Documents"), Column("Net")],
        rows,
        ["Year", str(sum(company.documents.values())), format_.amount(_sum(company.sales.values()))],
    )
    return _part("Invoiced sales by month", f"<figure>{chart}</figure>{table}")


def _ageing(company: Company, format_: Format) -> str:
    day = format_.date(company.year.end)
    names = [AGES[bucket] for bucket in company.receivables]
    charts = "".join(
        f"<figure><figcaption>{label}</figcaption>"
        + bars(
            f"{_anchor(company)}-{label.lower()}",
            f"{label} by days overdue, {company.name}",
            names,
            Series(label, style, list(amounts.values())),
            format_,
        )
        + "</figure>"
        for label, style, amounts in (
            ("Receivables", "first", company.receivables),
            ("Payables", "second", company.payables),
        )
    )
    rows = [
        [name, format_.amount(receivable), format_.amount(payable)]
        for name, receivable, payable in zip(
            names, company.receivables.values(), company.payables.values(), strict=True
        )
    ]
    table = html_table(
        f"What is open on {day}, by days overdue; payments that are not allocated are deducted",
        [Column("Age", is_number=False), Column("Receivables"), Column("Payables")],
        rows,
        ["All", *(format_.amount(_sum(part.values())) for part in (company.receivables, company.payables))],
    )
    return _part("Receivables and payables by age", f'<div class="pair">{charts}</div>{table}')


def _vat(company: Company, format_: Format) -> Iterator[str]:
    """One part for each kind of tax: kinds are never added up."""
    for kind, group in groupby(company.tax_months, key=lambda month: month.tax_type):
        months: list[TaxMonth] = list(group)
        chart = columns(
            f"{_anchor(company)}-{kind.lower()}",
            f"{kind} by month, {company.name}",
            [_short(month.month) for month in months],
            [
                Series(
                    "on sales and reverse charge", "first", [month.output + month.reverse_charge for month in months]
                ),
                Series("deductible", "second", [month.deductible for month in months]),
            ],
            format_,
        )
        legend = (
            '<figcaption class="legend"><span class="first">on sales and reverse charge</span>'
            '<span class="second">deductible</span></figcaption>'
        )
        amounts = [[month.output, month.reverse_charge, month.deductible, month.balance] for month in months]
        by_month = html_table(
            f"{kind} by the month from which it counts: a working paper, not a return",
            [
                Column("Month", is_number=False),
                *map(Column, ("On sales, with surcharge", "Reverse charge", "Deductible", "Balance")),
            ],
            [[_long(month.month), *map(format_.amount, parts)] for month, parts in zip(months, amounts, strict=True)],
            ["Year", *(format_.amount(_sum(part)) for part in zip(*amounts, strict=True))],
        )
        by_treatment = html_table(
            f"{kind} by tax treatment and rate",
            [
                Column("Tax treatment", is_number=False),
                Column("Direction", is_number=False),
                *map(Column, ("Rate", "Base", "Tax", "Surcharge", "Deductible")),
            ],
            [
                [
                    line.treatment,
                    DIRECTIONS[line.direction],
                    format_.percent(line.rate),
                    *map(format_.amount, (line.base, line.vat, line.surcharge, line.deductible)),
                ]
                for line in company.tax_lines
                if line.tax_type == kind
            ],
        )
        yield _part(f"VAT: {escape(kind)}", f"<figure>{legend}{chart}</figure>{by_month}{by_treatment}")


def _trial_balance(company: Company, format_: Format) -> str:
    opened = (
        " The server’s report counts opening entries among debits and credits; here they are the opening balance."
        if company.year.opening_source == "opening"
        else ""
    )
    verdict = (
        "Every account agrees with the server’s own report."
        if company.difference == ZERO
        else "Some accounts differ from the server’s own report: read again, then run <code>sage-active audit</code>."
    )
    heads = ("Opening", "Debit", "Credit", "Closing", "Server’s debit", "Server’s credit", "Difference")
    table = html_table(
        f"Trial balance of {company.year.name} and the server’s report",
        [Column("Account", is_number=False), Column("Name", is_number=False), *map(Column, heads)],
        [[account.code or NONE, account.name, *_amounts(account, format_)] for account in company.accounts],
        ["All", "", *_amounts(_all(company.accounts), format_)],
    )
    return _part("Trial balance and its proof", f"<p>{verdict}{opened}</p>{table}", "wide")


def _amounts(account: Account, format_: Format) -> list[str]:
    server = (account.server_debit, account.server_credit)
    return [
        *map(format_.amount, (account.opening, account.debit, account.credit, account.closing)),
        *(NONE if amount is None else format_.amount(amount) for amount in server),
        format_.amount(account.difference),
    ]


def _all(accounts: Sequence[Account]) -> Account:
    def total(member: str) -> Decimal:
        return _sum(getattr(account, member) or ZERO for account in accounts)

    members = ("opening", "debit", "credit", "closing", "server_debit", "server_credit", "difference")
    return Account("", "", *map(total, members))


def _part(heading: str, content: str, style: str = "") -> str:
    return f'<section class="part {style}"><h3>{heading}</h3>{content}</section>'


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _short(month: date) -> str:
    return f"{month:%b}"


def _long(month: date) -> str:
    return f"{month:%B %Y}"


def _anchor(company: Company) -> str:
    return f"company-{company.id}"
