"""The VAT working paper: against the tax registers of the entries, and against the tax accounts."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integration_tests.models.ledger_figures import CLOSURES, OPENINGS
from integration_tests.models.world import World
from sage_active_sandbox.store import Company

WITHHOLDING = "IRPF"
MEMBERS = ("base", "vat", "surcharge", "deductible")
Amounts = list[Decimal]


def registers(world: World, company: Company) -> dict[tuple[str, str, Decimal, date], Amounts]:
    """Base, tax, surcharge and deductible tax by direction, treatment, rate and month of the document."""
    found: dict[Any, Amounts] = defaultdict(lambda: [Decimal(0)] * 4)
    for _, line in world.entries(company):
        part = line["accountingEntryInvoice"]
        for tax in part["accountingEntryTaxes"] if part else ():
            treatment = world.rows(company, "TaxTreatment").get(tax["taxTreatmentId"]) or {}
            if tax["taxType"] == WITHHOLDING:
                continue
            is_bill = line["accountingEntryThirdParty"]["origin"] == "SUPPLIER"
            owed = (line["debitAmount"] - line["creditAmount"]) * (-1 if is_bill else 1)
            sign = -1 if (owed < 0) is not (part["amount"] < 0) else 1
            reverse = bool(treatment.get("isIntracomunity")) and is_bill
            direction = "reverse_charge" if reverse else "input" if tax["deductible"] else "output"
            month = part["documentDate"].date().replace(day=1)
            amounts = found[direction, treatment.get("taxCode"), tax["taxPercentage"], month]
            # Of the two lines of a reverse charge one states base and tax, the other what is deductible.
            if not (reverse and tax["deductible"]):
                amounts[0] += tax["taxBase"] * sign
                amounts[1] += tax["taxAmount"] * sign
                amounts[2] += tax["equivalenceSurchargeQuota"] * sign
            if tax["deductible"]:
                amounts[3] += tax["taxAmount"] * sign
    return found


def balances(world: World, company: Company) -> dict[str, Decimal]:
    """What the entries have booked on each account, by its code; opening and closing entries do not count."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry, line in world.entries(company):
        if entry["entryType"] not in OPENINGS and entry["entryType"] not in CLOSURES:
            code = world.rows(company, "AccountingAccount")[line["subAccountId"]]["code"]
            found[code] += line["debitAmount"] - line["creditAmount"]
    return found


def test_every_treatment_and_rate_of_every_month(world: World) -> None:
    for company in world.companies:
        found: dict[Any, Amounts] = defaultdict(lambda: [Decimal(0)] * 4)
        for row in world.query(company, "SELECT * FROM vat_summary WHERE company_id = {company}"):
            amounts = found[row["direction"], row["tax_code"], row["rate"], row["document_month"]]
            for position, name in enumerate(MEMBERS):
                amounts[position] += row[name]
        assert found == registers(world, company)
        directions = {direction for direction, *_ in found}
        assert {"input", "output"} <= directions


def test_a_reverse_charge_has_one_base(world: World) -> None:
    rows = world.warehouse.query("SELECT * FROM vat_register WHERE direction = 'reverse_charge'")
    assert rows
    assert all(row["vat"] == row["deductible"] for row in rows)
    assert len({row["entry_line_id"] for row in rows}) == len(rows)


def test_what_is_due_is_on_the_tax_accounts(world: World) -> None:
    for company in world.companies:
        accounts = {row["code"]: row for row in world.rows(company, "AccountingAccount").values()}
        booked = balances(world, company)
        kinds = {code: accounts[code]["subAccountType"] or "" for code in booked}
        pending = {code for code in booked if accounts[code]["name"].endswith("en attente")}
        output = -sum(amount for code, amount in booked.items() if kinds[code].endswith("OUTPUT_TAX"))
        inputs = sum(
            amount for code, amount in booked.items() if kinds[code].endswith("INPUT_TAX") and code not in pending
        )
        (row,) = world.query(
            company,
            "SELECT SUM(CASE WHEN direction <> 'input' THEN vat ELSE 0 END) + SUM(surcharge) AS output, "
            "SUM(CASE WHEN due_date IS NOT NULL THEN deductible ELSE 0 END) AS due, "
            "SUM(CASE WHEN due_date IS NULL THEN deductible ELSE 0 END) AS waiting "
            "FROM vat_register WHERE company_id = {company}",
        )
        assert (row["output"], row["due"]) == (output, inputs)
        assert row["waiting"] == sum(booked[code] for code in pending)


def test_cash_vat_is_due_with_its_adjustment_entries(world: World) -> None:
    rows = world.warehouse.query("SELECT * FROM vat_register WHERE is_cash_vat")
    adjustments = {
        entry["date"].date()
        for company in world.companies
        for entry, _ in world.entries(company)
        if entry["entryType"] == "CASH_VAT_ADJUSTMENT"
    }
    assert {row["due_date"] for row in rows if row["due_date"] and row["vat"]} <= adjustments
    assert bool(adjustments) is (world.market == "fr")
    if adjustments:
        paid = {row["entry_line_id"] for row in rows if row["due_date"] and row["vat"]}
        waiting = {row["entry_line_id"] for row in rows if row["due_date"] is None}
        assert paid - waiting
        assert paid & waiting
        assert waiting - paid


def without_rate(tax: Any) -> list[Any]:
    """A register's line whose rate is not stated."""
    return [tax | {"taxPercentage": None}]


def of_two_kinds(tax: Any) -> list[Any]:
    """Two lines without a treatment, of different kinds, with one rate."""
    return [tax | {"taxTreatmentId": None}, tax | {"id": "another", "taxTreatmentId": None, "taxType": "OTHER"}]


@pytest.mark.parametrize("change", [without_rate, of_two_kinds])
def test_the_parts_of_cash_vat_add_up_to_the_register(world: World, change: Callable[[Any], list[Any]]) -> None:
    adjusted = world.warehouse.query(
        "SELECT entry_id, entry_line_id, MIN(tax_type) AS tax_type, SUM(base) AS base, SUM(vat) AS vat "
        "FROM vat_register WHERE is_cash_vat GROUP BY entry_id, entry_line_id "
        "HAVING COUNT(due_date) > 0 AND SUM(vat) <> 0 AND MIN(tax_code) = MAX(tax_code) ORDER BY entry_line_id LIMIT 1"
    )
    assert bool(adjusted) is (world.market == "fr")
    for row in adjusted:

        def replace(lines: Any, line_id: str = row["entry_line_id"]) -> None:
            (part,) = (line["accountingEntryInvoice"] for line in lines if line["id"] == line_id)
            part["accountingEntryTaxes"] = [new for tax in part["accountingEntryTaxes"] for new in change(tax)]

        with world.undone():
            world.alter("journal_entries", "accountingEntryLines", row["entry_id"], replace)
            sums = world.warehouse.query(
                "SELECT tax_type, SUM(base) AS base, SUM(vat) AS vat FROM vat_register "
                f"WHERE entry_line_id = '{row['entry_line_id']}' GROUP BY tax_type"
            )
        assert {row["tax_type"]} <= {part["tax_type"] for part in sums} <= {row["tax_type"], "OTHER"}
        assert {(part["base"], part["vat"]) for part in sums} == {(row["base"], row["vat"])}
