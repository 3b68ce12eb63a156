"""Posting of sales invoices: the accounting entries (fact sheet, sections 12 and 15)."""

from collections.abc import Mapping
from typing import Any

from sage_active_sandbox.data.books import open_books
from sage_active_sandbox.data.entries import Heading
from sage_active_sandbox.data.sales_postings import sales_entries
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target

DESCRIPTION_LENGTH = 200


def posted_entries(invoice: Row, sent: Mapping[str, Any], target: Target) -> list[Row]:
    """The balanced entries of a closed invoice, two with an advance deducted; RefusedError if it cannot be posted."""
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
    heading = Heading(
        date=invoice["documentDate"],
        journal=sent["journalTypeId"],
        description=description,
        document_number=invoice["operationalNumber"],
        source="SALES",
        sales_invoice_id=invoice["id"],
        source_entity_id=invoice["id"],
    )
    entries = sales_entries(
        open_books(target.store, target.company.id),
        target.stamped,
        invoice,
        heading,
        customers=target.table("Customer"),
        products=target.table("Product"),
    )
    for entry in entries:
        # What the period of a document has to be is not documented (fact sheet, section 19).
        entry.update(isClosed=False, closeDate=None)
        _number(entry, target)
    return entries


def _number(entry: Row, target: Target) -> None:
    """The next number of the exercise, and in DE the next one of the counter that never begins anew."""
    exercise, others = entry["accountingExerciseId"], target.table("AccountingEntry").values()
    last = max((row["number"] for row in others if row.get("accountingExerciseId") == exercise), default=0)
    entry["number"] = int(target.next_number(f"AccountingEntry {exercise}", set(), "{n}", last + 1))
    if target.company.market == "DE":
        last = max((row.get("tanNumber") or 0 for row in others), default=0)
        entry["tanNumber"] = int(target.next_number("tanNumber", set(), "{n}", last + 1))
