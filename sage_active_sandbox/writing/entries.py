"""Entries that are created and deleted (docs/reference/accounting.md, "Creating entries")."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from sage_active_sandbox.data.books import open_books
from sage_active_sandbox.data.entries import Heading, entry_row
from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.entry_lines import BY_CODES, BY_IDS, Naming, entry_lines
from sage_active_sandbox.writing.open_periods import check_open
from sage_active_sandbox.writing.posting import number_entry
from sage_active_sandbox.writing.refusals import Problems, refused
from sage_active_sandbox.writing.target import Operation, Target
from sage_active_sandbox.writing.tax_registers import with_register

Input = Mapping[str, Any]

TEXT_LENGTHS: Final = {"documentNumber": 50, "description": 200}


def create_entry(naming: Naming, target: Target, sent: Input) -> Row:
    """Store a balanced entry and return it; RefusedError names everything that is wrong."""
    problems = Problems()
    books = open_books(target.store, target.company.id)
    journal = naming.find(target, "JournalType", sent[naming.journal])
    if journal is None:
        problems.add("unknownReference", naming.journal, value=sent[naming.journal])
    elif journal["deactivated"]:
        problems.add("wrongReference", naming.journal, value=sent[naming.journal], allowed="active")
    date, document_date = target.day(sent["date"]), target.day(sent.get("documentDate") or sent["date"])
    check_open(date, "date", books, problems)
    check_texts(sent, problems)
    if target.company.market == "DE":
        for name in TEXT_LENGTHS:
            if not (sent.get(name) or "").strip():
                problems.add("required", name)
    lines = entry_lines(naming, sent["accountingEntryLines"], target, problems)
    problems.raise_if_any()
    assert journal is not None
    document = {
        "number": sent.get("documentNumber"),
        "date": document_date,
        "operationDate": None,
        "amends": journal["isCreditNote"],
    }
    heading = Heading(
        date=date,
        journal=journal["id"],
        description=sent.get("description"),
        document_number=sent.get("documentNumber"),
        source="PUBLIC_API",
        document_date=document_date,
    )
    lines = with_register(lines, books, target, document, sent["accountingEntryLines"])
    entry = entry_row(books, target.stamped, heading, lines)
    number_entry(entry, target)
    return target.store.insert(target.company.id, "AccountingEntry", entry)


def delete_entry(target: Target, sent: Input) -> Row:
    """Remove an entry that is not closed; careful deletion also keeps those of documents, payments and the bank."""
    row = target.found("AccountingEntry", sent["id"])
    problems = Problems()
    check_open(row["date"], "date", open_books(target.store, target.company.id), problems)
    problems.raise_if_any()
    if row["isClosed"]:
        raise refused("periodClosed", "date", value=row["date"].date())
    if target.switches.deletion == "careful" and _is_used(row, target):
        raise refused("inUse")
    target.store.delete(target.company.id, "AccountingEntry", row["id"])
    return {"id": row["id"]}


def check_texts(sent: Input, problems: Problems) -> None:
    """Note texts of an entry that are too long."""
    for name, length in TEXT_LENGTHS.items():
        if len(sent.get(name) or "") > length:
            problems.add("tooLong", name, length=length)


def _is_used(entry: Row, target: Target) -> bool:
    linked = (link for move in target.table("BankMovement").values() for link in move["linkedAccountingEntries"])
    return (
        entry["sourceEntityId"] is not None
        or any(line["accountingEntryPayment"] for line in entry["accountingEntryLines"])
        or any(link["accountingEntryId"] == entry["id"] for link in linked)
    )


OPERATIONS: Final[Mapping[str, Operation]] = {
    "createAccountingEntryUsingCodes": partial(create_entry, BY_CODES),
    "createAccountingEntryUsingIds": partial(create_entry, BY_IDS),
    "deleteAccountingEntry": delete_entry,
}
"""What each mutation of entries does."""
