"""Posting of sales invoices: the accounting entries; and what all postings have in common.

Source: docs/reference/documents.md, "Posting".
"""

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
    check_posting(sent, "SALES_INVOICE", target, problems)
    if invoice["status"] != "Closed":
        problems.add("wrongStatus", "status", value=invoice["status"], allowed="Closed")
    problems.raise_if_any()
    heading = Heading(
        date=invoice["documentDate"],
        journal=sent["journalTypeId"],
        description=sent["accountingEntryDescription"],
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
        open_entry(entry, target)
    return entries


def check_posting(sent: Mapping[str, Any], journal_type: str, target: Target, problems: Problems) -> None:
    """Note what is wrong with the description and the journal of a posting."""
    description = sent["accountingEntryDescription"]
    if not description.strip():
        problems.add("required", "accountingEntryDescription")
    if len(description) > DESCRIPTION_LENGTH:
        problems.add("tooLong", "accountingEntryDescription", length=DESCRIPTION_LENGTH)
    journal = target.table("JournalType").get(sent["journalTypeId"])
    if journal is None:
        problems.add("unknownReference", "journalTypeId", value=sent["journalTypeId"])
    elif journal["type"] != journal_type:
        problems.add("wrongReference", "journalTypeId", value=journal["code"], allowed=f"of the type {journal_type}")


def open_entry(entry: Row, target: Target) -> None:
    """Leave a new entry open, whatever its period, and number it.

    Which period a document must have is not documented (docs/reference/documents.md, "Posting").
    """
    entry.update(isClosed=False, closeDate=None)
    number_entry(entry, target)


def number_entry(entry: Row, target: Target) -> None:
    """The company's next number (switch entry_numbers), and in DE the next one of the automatic counter."""
    members = ("number", "tanNumber") if target.company.market == "DE" else ("number",)
    counters = target.company.counters
    for name in members:
        series = f"AccountingEntry {name}"
        if series not in counters:
            rows = target.table("AccountingEntry").values()
            counters[series] = max((row.get(name) or 0 for row in rows), default=0) + 1
        entry[name] = counters[series]
        counters[series] += 1
