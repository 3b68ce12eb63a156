"""The page of examples/ledger has the figures of the views, to the cent."""

import re
from collections.abc import Iterable
from decimal import Decimal
from html import unescape
from typing import Final

from examples.ledger.figures import companies, company_figures
from examples.ledger.page import ledger_page
from integration_tests.models.world import World
from sage_active_sandbox.store import Company

CENT: Final = Decimal("0.01")
GROUPS: Final = {"DE": ".", "ES": ".", "FR": "\N{NARROW NO-BREAK SPACE}"}
Table = list[list[str]]


def test_the_page_has_the_figures_of_the_views(world: World) -> None:
    market = world.market.upper()
    for company in world.companies[:1]:
        figures = company_figures(world.warehouse.query, company.id, company.name, market)
        sales, ageing, *vat, balance = tables(ledger_page([figures]))
        assert (figures.year.name, figures.compared_reports) == ("2025", 12)
        assert figures.difference == Decimal(0)

        assert total(sales, -1, market) == amount(world, company, "net", "invoiced_sales", "document_date")
        assert total(sales[:-1], 2, market) == total(sales[-1:], 2, market)
        for column, function in ((1, "ar_ageing_as_of"), (2, "ap_ageing_as_of")):
            (row,) = world.query(
                company,
                f"SELECT SUM(open_amount) AS amount FROM {function}(DATE '2025-12-31') WHERE company_id = {{company}}",
            )
            assert total(ageing[:-1], column, market) == row["amount"]
        by_treatment = [line for table in vat if table[0] and table[-1][0] != "Year" for line in table]
        for column, member in ((3, "base"), (4, "vat"), (5, "surcharge"), (6, "deductible")):
            assert total(by_treatment, column, market) == amount(world, company, member, "vat_register", "due_date")

        accounts = world.query(
            company,
            "SELECT account_code, SUM(debit) AS debit, SUM(credit) AS credit FROM trial_balance_computed "
            "WHERE company_id = {company} AND fiscal_year = 2025 GROUP BY account_code ORDER BY account_code",
        )
        assert [(line[0], *numbers(line[3:5], market)) for line in balance[:-1]] == [
            (row["account_code"], cents(row["debit"]), cents(row["credit"])) for row in accounts
        ]
        for line in balance[:-1]:
            opening, debit, credit, closing = numbers(line[2:6], market)
            assert opening + debit - credit == closing
            assert line[3:5] == line[6:8] or line[6:8] == ["–", "–"]
            assert line[8] == "0,00"


def test_an_account_that_only_the_server_knows_is_a_difference(world: World) -> None:
    company = world.companies[0]
    (account,) = world.query(
        company,
        "SELECT account_code, account_id FROM general_ledger WHERE company_id = {company} AND fiscal_year = 2025 "
        "AND entry_role = 'movement' ORDER BY account_code DESC LIMIT 1",
    )
    entries = f"SELECT entry_id FROM general_ledger WHERE account_id = '{account['account_id']}'"
    with world.undone():
        world.warehouse.execute(f"DELETE FROM journal_entries WHERE id IN ({entries})")
        figures = company_figures(world.warehouse.query, company.id, company.name, world.market.upper())
    (lost,) = [row for row in figures.accounts if row.code == account["account_code"]]
    assert not any([lost.opening, lost.debit, lost.credit, lost.closing])
    assert lost.difference == (lost.server_debit or 0) + (lost.server_credit or 0) != 0
    assert figures.difference >= lost.difference
    page = ledger_page([figures])
    assert [account["account_code"], "Not in the ledger"] in [line[:2] for line in tables(page)[-1]]
    assert "Every account agrees" not in page


def test_a_company_without_movements_is_not_shown(world: World) -> None:
    first, *others = world.companies
    with world.undone():
        world.warehouse.execute(
            f"""DELETE FROM journal_entries WHERE company_id = '{first.id}' AND "entryType" <> 'OPENING'"""
        )
        left = world.query(first, "SELECT DISTINCT entry_role FROM general_ledger WHERE company_id = {company}")
        companies_on_page = companies(world.warehouse.query, world.market.upper())
    assert [row["entry_role"] for row in left] == ["opening"]
    assert {company.id for company in companies_on_page} == {company.id for company in others}


def amount(world: World, company: Company, member: str, view: str, day: str) -> Decimal:
    """The sum of a member of a view over the year."""
    (row,) = world.query(
        company,
        f"SELECT SUM({member}) AS amount FROM {view} "
        f"WHERE company_id = {{company}} AND {day} BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'",
    )
    return cents(row["amount"])


def tables(page: str) -> list[Table]:
    """The cells of the rows of each table, without their heads."""
    return [
        [
            [unescape(cell) for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", table.partition("</thead>")[2])
        ]
        for table in re.findall(r"<table>.*?</table>", page)
    ]


def total(table: Table, column: int, market: str) -> Decimal:
    """The sum of a column, or with the column -1 the last cell of the last row."""
    if column < 0:
        return numbers(table[-1][column:], market)[0]
    return sum(numbers([row[column] for row in table], market), Decimal(0))


def numbers(cells: Iterable[str], market: str) -> list[Decimal]:
    """Cells as numbers."""
    return [Decimal(cell.replace(GROUPS[market], "").replace(",", ".").replace("−", "-")) for cell in cells]


def cents(value: Decimal) -> Decimal:
    """An amount as the page rounds it."""
    return value.quantize(CENT)
