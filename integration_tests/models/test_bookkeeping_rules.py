"""Rules of bookkeeping that the sandbox's books give no occasion to break: a raw row is changed, and then undone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from integration_tests.models.warehouse import Row
from integration_tests.models.world import UNALLOCATED, World
from sql.source import read_models

Entries = list[dict[str, Any]]
# PostgreSQL forgets the digits of a decimal where two are added up.
TYPES = {
    "text": ("VARCHAR", "text"),
    "day": ("DATE", "date"),
    "money": ("DECIMAL(38,6)", "numeric(38,6)", "numeric"),
    "whole": ("BIGINT", "INTEGER", "int8", "int4"),
    "flag": ("BOOLEAN", "bool"),
}
VAT = "tax_type, direction, rate, base, vat, surcharge, deductible, due_date, document_date, operation_date"


def test_entries_of_a_process_that_is_not_final_stand_apart(world: World) -> None:
    company = world.companies[0]
    (entry,) = world.query(
        company,
        "SELECT entry_id, fiscal_year_id, SUM(debit) AS debit FROM general_ledger WHERE company_id = {company} "
        "AND entry_role = 'movement' AND account_type = 'INCOME_STATEMENT' AND debit > 0 "
        "GROUP BY entry_id, fiscal_year_id ORDER BY entry_id LIMIT 1",
    )
    balances = (
        "SELECT account_id, SUM(debit - credit) AS moved, SUM(preview_debit - preview_credit) AS preview "
        f"FROM trial_balance_computed WHERE fiscal_year_id = '{entry['fiscal_year_id']}' GROUP BY account_id"
    )
    result = f"SELECT SUM(amount) AS amount FROM {{}} WHERE fiscal_year_id = '{entry['fiscal_year_id']}'"
    before = {row["account_id"]: row for row in world.warehouse.query(balances)}
    (profit,) = world.warehouse.query(result.format("profit_and_loss_computed"))
    with world.undone():
        world.warehouse.execute(
            f"UPDATE journal_entries SET \"sourceType\" = 'YEAR_END_PROCESS_PREVIEW' WHERE id = '{entry['entry_id']}'"
        )
        after = {row["account_id"]: row for row in world.warehouse.query(balances)}
        (later_profit,) = world.warehouse.query(result.format("profit_and_loss_computed"))
        (sheet,) = world.warehouse.query(result.format("balance_sheet_computed"))
    moved = {key: row["moved"] - after[key]["moved"] for key, row in before.items()}
    assert {key: amount for key, amount in moved.items() if amount} == {
        key: row["preview"] for key, row in after.items() if row["preview"]
    }
    assert later_profit["amount"] - profit["amount"] == entry["debit"]
    assert sheet["amount"] == 0


def vat_after(world: World, change: Callable[[dict[str, Any]], None]) -> tuple[list[Row], list[Row]]:
    """The rows of a line in the VAT register, before and after a change to the invoice part of the raw line."""
    company = world.companies[0]
    (line,) = world.query(
        company,
        "SELECT entry_id, entry_line_id FROM vat_register WHERE company_id = {company} AND direction = 'output' "
        "AND NOT is_cash_vat AND vat > 0 ORDER BY entry_line_id LIMIT 1",
    )
    query = f"SELECT {VAT} FROM vat_register WHERE entry_line_id = '{line['entry_line_id']}' ORDER BY rate, tax_type"

    def changed(lines: Entries) -> None:
        (found,) = (row for row in lines if row["id"] == line["entry_line_id"])
        change(found["accountingEntryInvoice"])

    before = world.warehouse.query(query)
    with world.undone():
        world.alter("journal_entries", "accountingEntryLines", line["entry_id"], changed)
        return before, world.warehouse.query(query)


def test_withholding_is_no_vat(world: World) -> None:
    def withheld(part: dict[str, Any]) -> None:
        tax = part["accountingEntryTaxes"][0]
        part["accountingEntryTaxes"].append({**tax, "id": "withheld", "taxType": "IRPF", "taxTreatmentId": None})

    before, after = vat_after(world, withheld)
    assert after == before


@pytest.mark.parametrize("tax_type", ["IGIC", "IPSI"])
def test_taxes_of_the_islands_stand_apart(world: World, tax_type: str) -> None:
    def added(part: dict[str, Any]) -> None:
        tax = part["accountingEntryTaxes"][0]
        part["accountingEntryTaxes"].append(
            {**tax, "id": "apart", "taxType": tax_type, "taxBase": 70, "taxAmount": 7, "equivalenceSurchargeQuota": 0}
        )

    before, after = vat_after(world, added)
    apart = [row for row in after if row["tax_type"] == tax_type]
    assert [(row["base"], row["vat"]) for row in apart] == [(70, 7)]
    assert [row for row in after if row["tax_type"] != tax_type] == before


def test_the_days_of_document_and_operation_are_both_there(world: World) -> None:
    def moved(part: dict[str, Any]) -> None:
        part["operationDate"], part["documentDate"] = "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"

    _, after = vat_after(world, moved)
    assert {(row["operation_date"], row["document_date"]) for row in after} == {(date(2024, 2, 29), date(2024, 3, 1))}


def test_an_invoice_without_a_document_comes_from_its_entry(world: World) -> None:
    company = world.companies[0]
    (item,) = world.query(
        company,
        "SELECT document_id, document_number FROM ar_ageing "
        "WHERE company_id = {company} AND item_kind = 'invoice' AND is_posted ORDER BY item_id LIMIT 1",
    )
    query = (
        "SELECT item_kind, SUM(amount) AS amount, SUM(open_amount) AS open_amount FROM ar_ageing "
        f"WHERE company_id = {{company}} AND document_number = '{item['document_number']}' GROUP BY item_kind"
    )
    (before,) = world.query(company, query)
    with world.undone():
        world.warehouse.execute(f"DELETE FROM invoices WHERE id = '{item['document_id']}'")
        after = world.query(company, query)
    assert after == [{**before, "item_kind": "entry"}]


def test_a_prepayment_is_a_row_of_its_own(world: World) -> None:
    company = world.companies[0]
    (line,) = world.query(
        company,
        "SELECT account_id FROM general_ledger WHERE company_id = {company} AND document_number = 'UNALLOCATED' "
        "AND third_party_id IS NOT NULL",
    )
    with world.undone():
        world.warehouse.execute(
            f"UPDATE accounts SET \"subAccountType\" = 'CUSTOMER_PREPAYMENT' WHERE id = '{line['account_id']}'"
        )
        for source in ("ar_ageing", "ar_ageing_as_of(DATE '2025-05-31')"):
            rows = world.query(
                company,
                f"SELECT open_amount FROM {source} WHERE company_id = {{company}} AND item_kind = 'prepayment'",
            )
            assert rows == [{"open_amount": -UNALLOCATED}]


@pytest.mark.parametrize("regime", ["BA", "BNC"])
def test_the_working_file_is_for_the_general_regime_only(world: World, regime: str) -> None:
    company = world.companies[0]
    query = "SELECT COUNT(*) AS n FROM fec_working_file WHERE company_id = {company}"
    (before,) = world.query(company, query)
    assert bool(before["n"]) is (world.market == "fr")
    with world.undone():
        world.warehouse.execute(f"UPDATE accounting_setup SET \"taxRegime\" = '{regime}'")
        assert world.query(company, query) == [{"n": 0}]


def test_columns_have_the_types_that_they_are_declared_with(world: World) -> None:
    for model in read_models():
        argument = "(DATE '2025-05-31')" if model.parameters else ""
        found = world.warehouse.types(f"SELECT * FROM {model.name}{argument} LIMIT 0") if model.columns else {}
        assert list(found) == [column.name for column in model.columns]
        wrong = [
            (column, found[column.name]) for column in model.columns if found[column.name] not in TYPES[column.type]
        ]
        assert not wrong, model.name
