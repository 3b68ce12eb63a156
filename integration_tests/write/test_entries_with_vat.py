"""Journal entries that touch accounts for VAT: rejected, or created and read back."""

from decimal import Decimal

import pytest

from integration_tests.destination import Destination, committed, received
from integration_tests.entry_records import ALLOWED, EntryRecords
from integration_tests.write.test_journal_entries import CREATE, LINES, Data, parties, reasons, write
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company


@pytest.fixture
def entries(sandbox: Sandbox, company: Company, destination: Destination) -> EntryRecords:
    """Records for a company that has a customer and a supplier; entries may be created."""
    destination.set(final_acts=ALLOWED, settle_seconds=0, max_rejected_percent=100)
    return EntryRecords(sandbox, company, parties(sandbox, company, destination))


@pytest.fixture
def with_vat(sandbox: Sandbox, company: Company, entries: EntryRecords) -> Data:
    """An invoice of 119.00 as an entry: customer, revenue and output tax, or as the market has it."""
    return vat_entry(sandbox, company, entries)


def vat_entry(sandbox: Sandbox, company: Company, entries: EntryRecords) -> Data:
    """An entry of a customer with revenue and the tax of a treatment that fits."""
    groups = {row["groupId"]: row for row in sandbox.store.table(company.id, "Tax").values() if not row["inactive"]}
    accounts = sandbox.store.table(company.id, "AccountingAccount")
    treatment = next(
        row
        for row in sandbox.store.table(company.id, "TaxTreatment").values()
        if row["registerType"] in ("ISSUED", "BOTH")
        and not row["isIntracomunity"]
        and row["_outputAccountingAccountIds"]
        and row["taxGroupId"] in groups
        and groups[row["taxGroupId"]]["percentage"]
    )
    rate = groups[treatment["taxGroupId"]]["percentage"]
    revenue = next(row["code"] for row in accounts.values() if row["subAccountType"] == "REVENUE" and row["applyVat"])
    customer = entries.codes(lambda row: row["subAccountType"] == "CUSTOMER")[0]
    tax = accounts[treatment["_outputAccountingAccountIds"][0]]["code"]
    return entries.entry(0) | {
        LINES: [
            {"subAccountCode": customer, "thirdCode": "20001", "debitAmount": 100 + rate},
            {"subAccountCode": revenue, "creditAmount": Decimal(100)},
            {"subAccountCode": tax, "creditAmount": rate},
        ]
    }


def test_an_entry_with_vat_is_rejected_with_the_advice_where_it_belongs(
    sandbox: Sandbox, destination: Destination, with_vat: Data
) -> None:
    assert write(destination, with_vat).code == 1
    ((code, field),) = reasons(destination)
    assert (code, (field or "")[-14:]) == ("vat", "subAccountCode")
    assert "`invoices` and `bills`" in destination.rejected()[0]["rejected_message"]
    assert received(sandbox) == {}


@pytest.mark.parametrize("registers", ["consistent", "never"])
def test_an_entry_with_vat_that_is_allowed_is_read_back(
    sandbox: Sandbox, destination: Destination, with_vat: Data, registers: str
) -> None:
    sandbox.change_switches({"entry_tax_registers": registers})
    destination.set(entries_with_vat="allow")
    outcome = write(destination, with_vat)
    assert committed(sandbox) == {CREATE: 1}
    if registers == "consistent":
        assert (outcome.code, destination.rejected()) == (0, [])
    else:
        assert outcome.code == 1, "its only record is held"
        assert reasons(destination) == [("held", LINES)]
        assert "was created, without tax register" in destination.rejected()[0]["rejected_message"]
        assert [receipt["action"] for receipt in destination.receipts()] == ["create", "hold"]
    assert write(destination, with_vat).code == 0
    assert destination.counts() == {"unchanged": 1}
    assert committed(sandbox) == {CREATE: 1}
