"""How staging models read the columns of raw tables, in whatever type a destination has stored them."""

from collections.abc import Callable, Iterator
from datetime import date

import duckdb
import pytest

from sql.dialects import DUCKDB
from sql.generate import committed

Rows = list[tuple[object, ...]]
SCRIPTS = committed(DUCKDB)


@pytest.fixture
def run() -> Iterator[Callable[[str], Rows]]:
    """A database whose session is behind UTC: midnight in UTC is the day before."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        yield lambda statement: connection.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("TIMESTAMPTZ", "2025-01-01T00:00:00Z"),
        ("TEXT", "2025-01-01T00:00:00.000Z"),
        ("TEXT", "2025-01-01T00:00:00.000+02:00"),
        ("TEXT", "2025-01-01T00:00:00"),
    ],
)
def test_a_day_is_that_of_its_first_ten_characters(run: Callable[[str], Rows], kind: str, value: str) -> None:
    run(
        f'CREATE TABLE fiscal_years (company_id TEXT, id TEXT, exercise BIGINT, "startDate" {kind}, "endDate" {kind}, '
        "status TEXT, periods JSON)"
    )
    periods = f'[{{"id": "p", "startDate": "{value}", "endDate": null, "isClosed": true}}]'
    run(f"INSERT INTO fiscal_years VALUES ('c', 'y', 2025, '{value}', NULL, 'OPEN', '{periods}')")
    run(SCRIPTS["0_stg_fiscal_years.sql"])
    run(SCRIPTS["0_stg_periods.sql"])
    assert run("SELECT year_start, year_end FROM stg_fiscal_years") == [(date(2025, 1, 1), None)]
    assert run("SELECT period_start, period_end, is_period_closed FROM stg_periods") == [(date(2025, 1, 1), None, True)]


@pytest.mark.parametrize("periods", ["NULL", "'null'", "'[]'"])
def test_a_list_without_elements_has_no_rows(run: Callable[[str], Rows], periods: str) -> None:
    run('CREATE TABLE fiscal_years (company_id TEXT, id TEXT, "startDate" TEXT, periods JSON)')
    run(f"INSERT INTO fiscal_years VALUES ('c', 'y', NULL, {periods})")
    run(SCRIPTS["0_stg_periods.sql"])
    assert run("SELECT * FROM stg_periods") == []


@pytest.mark.parametrize("code", ['"4000"', '{"value": "4000"}'])
def test_the_code_of_an_account_is_a_text_or_an_object(run: Callable[[str], Rows], code: str) -> None:
    members = ("name", "accountType", "subAccountType", "accountLevel", "yearEndClosingAccountId")
    columns = ", ".join(f'"{name}" TEXT' for name in members)
    run(f"CREATE TABLE accounts (company_id TEXT, id TEXT, code JSON, {columns})")
    run(f"INSERT INTO accounts (company_id, id, code) VALUES ('c', 'a', '{code}')")
    run(SCRIPTS["0_stg_accounts.sql"])
    assert run("SELECT account_code FROM stg_accounts") == [("4000",)]
