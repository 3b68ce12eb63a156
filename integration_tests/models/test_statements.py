"""Balance sheet and profit and loss: by the server's own mapping, against its reports and against the entries."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from integration_tests.models.ledger_figures import trial_balance
from integration_tests.models.world import World
from sage_active_sandbox.graphql_api.reports.statements import position_of


def test_every_line_is_that_of_the_servers_report(world: World) -> None:
    rows = world.warehouse.query("SELECT * FROM statements_compared")
    assert [row for row in rows if row["difference"]] == []
    assert all(row["line_description"] for row in rows)
    for statement in ("balance_sheet", "profit_and_loss"):
        codes = {row["line_code"] for row in rows if row["statement"] == statement and row["amount"]}
        assert len(codes) > 5


def test_profit_and_loss_of_every_month(world: World) -> None:
    for company in world.companies:
        accounts = {row["code"]: row for row in world.rows(company, "AccountingAccount").values()}
        expected: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
        for key, figures in trial_balance(world, company).items():
            account = accounts.get(key.account)
            if account is not None and account["accountType"] == "INCOME_STATEMENT":
                position = position_of(account, company.market)
                assert position is not None
                expected[key.period, position.code] += figures.credit - figures.debit
        found: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
        for row in world.query(company, "SELECT * FROM profit_and_loss_computed WHERE company_id = {company}"):
            found[row["period_start"], row["line_code"]] += row["amount"]
        assert found == expected


def test_the_balance_sheet_of_every_month(world: World) -> None:
    for company in world.companies:
        accounts = {row["code"]: row for row in world.rows(company, "AccountingAccount").values()}
        expected = {
            (key.period, key.account): figures.closing
            for key, figures in trial_balance(world, company).items()
            if key.account and accounts[key.account]["accountType"] != "INCOME_STATEMENT"
        }
        rows = world.query(company, "SELECT * FROM balance_sheet_computed WHERE company_id = {company}")
        of_accounts = [row for row in rows if row["row_kind"] == "account"]
        assert {(row["period_start"], row["account_code"]): row["amount"] for row in of_accounts} == expected
        sums: dict[date, Decimal] = defaultdict(Decimal)
        for row in rows:
            sums[row["period_start"]] += row["amount"]
        assert set(sums.values()) == {0}
        for row in of_accounts:
            position = position_of(accounts[row["account_code"]], company.market)
            assert position is not None
            turned = position.alternative is not None and row["amount"] and (row["amount"] < 0) is position.debit
            assert row["line_code"] == (position.alternative if turned else position.code)


def test_the_result_of_an_open_year_is_marked_until_it_is_carried_forward(world: World) -> None:
    kinds = world.warehouse.query("SELECT DISTINCT fiscal_year, row_kind FROM balance_sheet_computed")
    years = {row["fiscal_year"] for row in kinds if row["row_kind"] == "earlier_result"}
    assert years == {2026, 2027}
