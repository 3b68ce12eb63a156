"""Posting of sales invoices: the accounting entry (fact sheet, sections 12 and 15)."""

from collections.abc import Mapping
from typing import Any

from sage_active_sandbox.data.totals import EXACT, ZERO
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target

DESCRIPTION_LENGTH = 200


def posted_entry(invoice: Row, sent: Mapping[str, Any], target: Target) -> Row:
    """The balanced entry of a closed invoice: customer against revenue and tax; RefusedError if it cannot be posted."""
    problems = Problems()
    description = sent["accountingEntryDescription"]
    if not description.strip():
        problems.add("required", "accountingEntryDescription")
    if len(description) > DESCRIPTION_LENGTH:
        problems.add("tooLong", "accountingEntryDescription", length=DESCRIPTION_LENGTH)
    journal = target.table("JournalType").get(sent["journalTypeId"])
    if journal is None:
        problems.add("unknownReference", "journalTypeId", value=sent["journalTypeId"])
    elif journal["type"] != "SALES_INVOICE":
        problems.add("wrongReference", "journalTypeId", value=journal["code"], allowed="of the type SALES_INVOICE")
    if invoice["status"] != "Closed":
        problems.add("wrongStatus", "status", value=invoice["status"], allowed="Closed")
    problems.settle()
    entry = target.stamped(
        {
            "sourceType": "SALES",
            "date": invoice["documentDate"],
            "documentDate": invoice["documentDate"],
            "journalTypeId": sent["journalTypeId"],
            "number": int(target.next_number("AccountingEntry", set(), "{n}", 1)),
            "documentNumber": invoice["operationalNumber"],
            "description": description,
            "isClosed": False,
            "salesInvoiceId": invoice["id"],
        }
    )
    entry["accountingEntryLines"] = [
        target.stamped(
            {
                "accountingEntryId": entry["id"],
                "subAccountId": account_id,
                "order": order,
                "documentNumber": invoice["operationalNumber"],
                "description": description,
                "debitAmount": debit,
                "creditAmount": credit,
            }
        )
        for order, (account_id, debit, credit) in enumerate(_amounts(invoice, target), start=1)
    ]
    return entry


def _amounts(invoice: Row, target: Target) -> list[tuple[str | None, Any, Any]]:
    customer = target.table("Customer").get(invoice["customerId"], {})
    revenue = target.first_id("AccountingAccount", subAccountType="REVENUE")
    amounts: list[tuple[str | None, Any, Any]] = [
        (customer.get("defaultAccountingAccountId"), invoice["totalLiquid"], ZERO)
    ]
    if invoice["totalWithholding"]:
        amounts.append((None, invoice["totalWithholding"], ZERO))
    by_account: dict[str | None, Any] = {}
    for line in invoice["lines"]:
        product = target.table("Product").get(line.get("productId") or "", {})
        account = product.get("salesAccountingAccountId") or revenue
        by_account[account] = EXACT.add(by_account.get(account, ZERO), line["totalNet"])
    amounts += [(account, ZERO, amount) for account, amount in by_account.items()]
    treatment = next(iter(target.table("TaxTreatment").values()), {})
    tax_account = next(iter(treatment.get("_outputAccountingAccountIds") or []), None)
    if invoice["totalVatFee"]:
        amounts.append((tax_account, ZERO, invoice["totalVatFee"]))
    return amounts
