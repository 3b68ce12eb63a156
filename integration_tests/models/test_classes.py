"""Classes of accounts: against the totals of the server's statements, and with classes of the user's own."""

from collections import defaultdict
from decimal import Decimal

from integration_tests.models.world import World
from sage_active_sandbox.graphql_api.reports.positions import NET_RESULT, TOTAL_ASSETS
from sage_active_sandbox.store import Company
from sql.generate import FOLDER

KNOWN = {"asset", "equity", "liability", "income", "expense"}


def server_total(world: World, company: Company, year: int, statement: str, code: str) -> Decimal:
    """The amount of a line in the server's report of a fiscal year, provisional carry-forward included."""
    (row,) = (row for row in world.rows(company, "AccountingExercise").values() if row["exercise"] == year)
    days = {"startDate": row["startDate"].isoformat(), "endDate": row["endDate"].isoformat()}
    carried = {"showTemporaryCarryForward": True} if statement == "BalanceSheet" else {}
    lines = world.api(company).answer(
        f"query($i:Accounting{statement}GLDtoInput!){{r:accounting{statement}(input:$i){{code amountTotal}}}}",
        i={**days, **carried},
    )
    return Decimal(next(line["amountTotal"] for line in lines if line["code"] == code))


def sums(world: World, company: Company, model: str, period: str) -> dict[int, dict[str, Decimal]]:
    """The sums of classes in each fiscal year that the server has a report of."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for row in world.query(
        company,
        f"SELECT fiscal_year, account_class, SUM(amount) AS amount FROM {model} "
        f"WHERE company_id = {{company}} AND fiscal_year < 2026 AND {period} GROUP BY fiscal_year, account_class",
    ):
        found[row["fiscal_year"]][row["account_class"]] = row["amount"]
    return found


def test_classes_of_the_balance_sheet_add_up_to_its_totals(world: World) -> None:
    for company in world.companies:
        years = sums(world, company, "balance_sheet_computed", "EXTRACT(MONTH FROM period_start) = 12")
        assert sorted(years) == [2021, 2022, 2023, 2024, 2025]
        for year, found in years.items():
            assert found.keys() == {"asset", "equity", "liability"}
            total = server_total(world, company, year, "BalanceSheet", TOTAL_ASSETS)
            assert found["asset"] == -(found["equity"] + found["liability"]) == total


def test_classes_of_profit_and_loss_add_up_to_its_result(world: World) -> None:
    for company in world.companies:
        for year, found in sums(world, company, "profit_and_loss_computed", "TRUE").items():
            assert found.keys() == {"income", "expense"}
            assert found["income"] + found["expense"] == server_total(world, company, year, "ProfitAndLoss", NET_RESULT)


def test_the_ledger_has_the_same_classes(world: World) -> None:
    for company in world.companies:
        ledger = sums(world, company, "general_ledger", "entry_role = 'movement'")
        for year, found in sums(world, company, "profit_and_loss_computed", "TRUE").items():
            assert {name: -ledger[year][name] for name in found} == found
        assert {name for year in ledger.values() for name in year} <= KNOWN


def test_the_longest_prefix_and_the_nearest_scope_decide(world: World) -> None:
    first, second = world.companies
    rows = world.query(
        first,
        "SELECT account_code, SUM(amount) AS amount FROM general_ledger "
        "WHERE company_id = {company} AND account_class = 'expense' GROUP BY account_code ORDER BY account_code",
    )
    code = rows[0]["account_code"]
    prefix = code[:1]
    (chart,) = world.warehouse.query("SELECT DISTINCT chart FROM stg_accounting_setup")
    mapped = [
        (None, None, prefix, "everywhere"),
        (None, chart["chart"], prefix, "chart"),
        (first.id, None, prefix, "company"),
        (None, "another", code, "another chart"),
        (None, None, code, "one account"),
        (None, None, code, None),
        (None, None, None, "nothing"),
    ]
    with world.undone():
        for members in mapped:
            values = ", ".join("NULL" if value is None else f"'{value}'" for value in members)
            world.warehouse.execute(f"INSERT INTO group_account_map VALUES ({values})")
        for company, wide in ((first, "company"), (second, "chart")):
            found = world.query(
                company,
                "SELECT account_code, account_class, class_source FROM management_classes WHERE company_id = {company}",
            )
            assert len(found) == len(world.rows(company, "AccountingAccount"))
            for row in found:
                is_mapped = row["account_code"].startswith(prefix)
                assert (row["class_source"] == "group_account_map") is is_mapped
                expected = "one account" if row["account_code"] == code else wide
                assert (row["account_class"] == expected) is is_mapped
        ledger = world.query(
            first,
            "SELECT SUM(amount) AS amount FROM general_ledger WHERE account_class = 'one account'"
            " AND company_id = {company}",
        )
        assert ledger[0]["amount"] == rows[0]["amount"]


def test_without_the_servers_lines_the_kinds_of_accounts_decide(world: World) -> None:
    (path,) = (FOLDER / world.warehouse.dialect.name).glob("0_server_classes.sql")
    with world.undone():
        world.warehouse.execute(path.read_text(encoding="utf-8"))
        rows = world.warehouse.query("SELECT DISTINCT account_class, class_source FROM management_classes")
        found = {(row["class_source"], row["account_class"]) for row in rows}
        banks = world.warehouse.query(
            "SELECT DISTINCT account_class FROM general_ledger WHERE sub_account_type IN ('BANK', 'CASH')"
        )
    assert {source for source, _ in found} == {"sub_account_type", "account_type"}
    assert {name for source, name in found if source == "sub_account_type"} == KNOWN
    assert banks == [{"account_class": "asset"}]
