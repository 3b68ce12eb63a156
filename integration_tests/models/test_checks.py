"""Findings about the books: none in books that are sound, and one for each row that is spoilt."""

from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.models.world import World
from sage_active_cli.audit.table import CHECKS
from sage_active_sandbox.store import Company

SEVERITIES = {check.name: check.severity.value for check in CHECKS}


def found(world: World, company: Company) -> set[tuple[str, str]]:
    """The checks with findings in a company, and what they are about."""
    rows = world.query(company, "SELECT * FROM checks WHERE company_id = {company}")
    return {(row["check_id"], row["subject_id"]) for row in rows}


def test_sound_books_have_nothing_but_what_is_closed_and_not_posted(world: World) -> None:
    for company in world.companies:
        closed = {
            ("P1", document["id"])
            for document in world.rows(company, "SalesInvoice").values()
            if document["status"] == "Closed"
        }
        assert closed
        assert found(world, company) == closed


# The row that is taken, and the change to it; `{id}` is the row, `{other}` another one.
SPOILT: dict[str, tuple[str, str]] = {
    "E3": (
        "SELECT entry_line_id AS id, account_id AS other FROM general_ledger WHERE company_id = {company} LIMIT 1",
        "DELETE FROM accounts WHERE id = '{other}'",
    ),
    "E4": (
        "SELECT id, id AS other FROM journal_entries WHERE company_id = {company} LIMIT 1",
        "UPDATE journal_entries SET date = '1999-12-31T00:00:00Z' WHERE id = '{id}'",
    ),
    "D1": (
        "SELECT id, id AS other FROM invoices WHERE company_id = {company} AND status = 'Posted' LIMIT 1",
        """UPDATE invoices SET "totalNet" = "totalNet" + 1 WHERE id = '{id}'""",
    ),
    "D9": (
        "SELECT MIN(id) AS id, MAX(id) AS other FROM invoices WHERE company_id = {company} AND status = 'Posted'",
        """UPDATE invoices SET "operationalNumber" = 'TWICE' WHERE id IN ('{id}', '{other}')""",
    ),
    "B2": (
        "SELECT id, id AS other FROM bills WHERE company_id = {company} AND status = 'Paid' LIMIT 1",
        """UPDATE bills SET "pendingAmount" = "pendingAmount" + 1 WHERE id = '{id}'""",
    ),
    "B3": (
        "SELECT MIN(id) AS id, MAX(id) AS other FROM bills WHERE company_id = {company}",
        """UPDATE bills SET "invoiceNumber" = 'TWICE', "supplierId" = 'same', "invoiceDate" = '2024-05-05T00:00:00Z' """
        "WHERE id IN ('{id}', '{other}')",
    ),
}


@pytest.mark.parametrize("check", SPOILT)
def test_a_spoilt_row_is_found(world: World, check: str) -> None:
    company, (picked, change) = world.companies[0], SPOILT[check]
    before = found(world, company)
    (row,) = world.query(company, picked)
    with world.undone():
        world.warehouse.execute(change.format(**row))
        new = found(world, company) - before
        severities = world.query(company, "SELECT DISTINCT check_id, severity FROM checks WHERE company_id = {company}")
    assert (check, row["id"]) in new
    assert {name for name, _ in new} == {check}
    assert {row["check_id"]: row["severity"] for row in severities} == {
        row["check_id"]: SEVERITIES[row["check_id"]] for row in severities
    }


def one_more(item_id: str, member: str) -> Callable[[list[dict[str, Any]]], None]:
    """A change that adds 1 to a member of an element of a list."""

    def change(items: list[dict[str, Any]]) -> None:
        (item,) = [item for item in items if item["id"] == item_id]
        item[member] = float(item[member]) + 1

    return change


def test_an_overpaid_item_is_found(world: World) -> None:
    company = world.companies[0]
    (row,) = world.query(
        company,
        "SELECT document_id, open_item_id FROM stg_invoice_open_items WHERE company_id = {company} "
        "AND item_status = 'COLLECTED' AND paid > 0 ORDER BY open_item_id LIMIT 1",
    )
    before = found(world, company)
    with world.undone():
        change = one_more(row["open_item_id"], "paidAmountAccumulated")
        world.alter("invoices", "openItems", row["document_id"], change)
        assert found(world, company) - before == {("D6", row["document_id"])}


def test_a_spoilt_line_is_found(world: World) -> None:
    """An amount that was altered makes its entry, and its complete match, unequal."""
    company = world.companies[0]
    (row,) = world.query(
        company,
        "SELECT entry_id, entry_line_id, match_id FROM stg_entry_lines WHERE company_id = {company} "
        "AND matching = 'FULL_MATCH' AND entry_type = 'GENERAL' ORDER BY entry_line_id LIMIT 1",
    )
    before = found(world, company)
    with world.undone():
        change = one_more(row["entry_line_id"], "debitAmount")
        world.alter("journal_entries", "accountingEntryLines", row["entry_id"], change)
        new = found(world, company) - before
    assert new == {("E1", row["entry_id"]), ("E6", row["match_id"])}
