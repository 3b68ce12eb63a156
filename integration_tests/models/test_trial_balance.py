"""The trial balance: against the entries, and against the server's own report."""

from decimal import Decimal

from integration_tests.models.ledger_figures import CLOSURES, Figures, PeriodAccount, trial_balance
from integration_tests.models.world import World

SOURCES = {2021: "none", 2022: "opening", 2023: "opening", 2024: "opening", 2025: "provisional_opening"}


def test_every_account_of_every_period_is_as_its_entries_say(world: World) -> None:
    for company in world.companies:
        rows = world.query(company, "SELECT * FROM trial_balance_computed WHERE company_id = {company}")
        found = {
            PeriodAccount(row["fiscal_year"], row["period_start"], row["account_code"] or ""): Figures(
                row["opening"], row["debit"], row["credit"], row["closing"]
            )
            for row in rows
        }
        assert len(found) == len(rows)
        assert found == trial_balance(world, company)
        sources = {row["fiscal_year"]: row["opening_source"] for row in rows}
        assert sources == {**SOURCES, 2026: "computed", 2027: "computed"}
        assert all(row["preview_debit"] == row["preview_credit"] == 0 for row in rows)


def test_every_period_balances(world: World) -> None:
    rows = world.warehouse.query(
        "SELECT company_id, fiscal_year, period_start, SUM(opening) AS opening, SUM(closing) AS closing, "
        "SUM(debit) AS debit, SUM(credit) AS credit "
        "FROM trial_balance_computed GROUP BY company_id, fiscal_year, period_start"
    )
    assert rows
    assert all(row["opening"] == row["closing"] == 0 and row["debit"] == row["credit"] for row in rows)


def test_the_balance_at_the_end_of_a_year_is_that_of_the_servers_report(world: World) -> None:
    for company in world.companies:
        closing = {
            (row["fiscal_year_id"], row["account_code"]): row["closing"]
            for row in world.query(
                company,
                "SELECT * FROM trial_balance_computed WHERE company_id = {company} "
                "AND EXTRACT(MONTH FROM period_start) = 12 AND opening_source <> 'computed'",
            )
        }
        reported = {
            (year["id"], line["accountCode"]): Decimal(line["balance"])
            for year in world.rows(company, "AccountingExercise").values()
            for line in world.api(company).answer(
                "query($i:AccountingTrialBalanceGLDtoInput!){r:accountingTrialBalance(input:$i){accountCode balance}}",
                i={
                    "exerciseId": year["id"],
                    "startDate": year["startDate"].isoformat(),
                    "endDate": year["endDate"].isoformat(),
                    "showTemporaryCarryForward": True,
                },
            )
        }
        assert closing == reported


def test_the_ledger_is_the_servers_trial_balance(world: World) -> None:
    rows = world.warehouse.query("SELECT * FROM trial_balance_compared")
    assert {row["company_id"] for row in rows} == {company.id for company in world.companies}
    assert [row for row in rows if row["debit_difference"] or row["credit_difference"]] == []
    assert all(row["server_debit"] is not None for row in rows)
    assert sum(row["debit"] for row in rows) == sum(
        line["debitAmount"]
        for company in world.companies
        for entry, line in world.entries(company)
        if entry["entryType"] not in ("TEMPORARY_CARRY_FORWARD", *CLOSURES)
    )


def test_a_line_that_is_missing_is_a_difference(world: World) -> None:
    warehouse = world.warehouse
    (line,) = warehouse.query(
        "SELECT entry_id, account_code, debit FROM general_ledger WHERE debit > 0 AND entry_role = 'movement' "
        "ORDER BY entry_line_id LIMIT 1"
    )
    (entry,) = warehouse.query(f"SELECT * FROM journal_entries WHERE id = '{line['entry_id']}'")
    assert entry
    with world.undone():
        warehouse.execute(f"DELETE FROM journal_entries WHERE id = '{line['entry_id']}'")
        rows = warehouse.query("SELECT * FROM trial_balance_compared WHERE debit_difference <> 0")
    assert line["account_code"] in {row["account_code"] for row in rows}
    assert any(row["debit_difference"] == -line["debit"] for row in rows)
