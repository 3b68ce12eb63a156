"""An object is one declaration for writing as well: each is written, and written again, without a word in an engine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from destination_sage_active.destination import DestinationSageActive
from destination_sage_active.options.final_acts import FINAL_OBJECTS
from sage_active.resources.resource import Resource
from unit_tests.destination.command import catalog_of, record_line, state_line
from unit_tests.growth.fake_objects import ACCOUNTS, AREAS, BILLS, ENTRIES, OBJECTS, ORDERS, tables
from unit_tests.growth.writing_server import LONGEST_SECONDS, Row, WritingServer

# The configuration names the objects that may become final: here documents of another kind have that name.
FINAL_ORDERS, FINAL_BILLS = (replace(resource, name=FINAL_OBJECTS[0]) for resource in (ORDERS, BILLS))
ALLOWED: Final[Row] = {"final_acts": {"objects": list(FINAL_OBJECTS), "pilot": 0}, "require_totals": False}

ORDER: Final[Row] = {
    "id": "o1",
    "customer": {"code": "C1"},
    "externalReference": "A-1",
    "lines": [{"product": {"code": "K1"}, "totalQuantity": 1, "unitPrice": 2}],
}
BILL: Final[Row] = {
    "supplier": {"code": "S1"},
    "invoiceNumber": "R-1",
    "totalLiquid": 119,
    "vatLines": [{"totalVat": 19, "totalVatBase": 100}],
}
ENTRY: Final[Row] = {
    "documentNumber": "D-1",
    "journalTypeCode": "GJ",
    "date": "2026-01-31",
    "description": "Rent",
    "accountingEntryLines": [
        {"subAccountCode": "4000", "debitAmount": 10, "creditAmount": 0},
        {"subAccountCode": "2000", "debitAmount": 0, "creditAmount": 10},
    ],
}


@pytest.fixture
def server() -> Iterator[WritingServer]:
    """A server that has nothing but what the records refer to."""
    with WritingServer(*tables()) as server:
        yield server


def write(
    server: WritingServer,
    resource: Resource,
    *records: Row,
    mode: str = "append_dedup",
    folder: Path | None = None,
    **options: Any,
) -> list[Row]:
    """Writes records; returns the rejected ones."""
    server.mutations.clear()
    states: list[bytes] = []
    catalog = catalog_of(resource.name, mode=mode, primary_key=[["id"]])
    lines = [*(record_line(resource.name, record) for record in records), state_line(resource.name, 1)]
    config = {**server.config, **options, **({"report_path": str(folder)} if folder else {})}
    try:
        DestinationSageActive(resources=(resource, *OBJECTS)).write_lines(config, catalog, lines, states.append)
    except AirbyteTracedException:
        assert folder
    rejected = (folder / "rejected.jsonl").read_bytes().splitlines() if folder else []
    assert folder or json.loads(states[-1])["state"]["destinationStats"]["rejectedRecordCount"] == 0
    return [json.loads(line) for line in rejected]


@pytest.mark.parametrize(
    ("resource", "record", "first"),
    [
        (AREAS, {"name": "North"}, ["createBusinessArea"]),
        (ACCOUNTS, {"code": "1000", "name": "Cash"}, ["createAccountingAccount"]),
        (BILLS, BILL, ["createPurchaseInvoice"]),
        (ENTRIES, ENTRY, ["createAccountingEntryUsingCodes"]),
        (ORDERS, ORDER, ["createSalesOrder"]),
    ],
    ids=lambda value: value.name if isinstance(value, Resource) else "",
)
def test_what_is_written_again_is_unchanged(
    server: WritingServer, resource: Resource, record: Row, first: list[str]
) -> None:
    assert resource.direct
    before = len(server.rows(resource.direct.root))
    write(server, resource, record)
    assert server.mutations == first
    write(server, resource, record)
    assert server.mutations == []
    assert len(server.rows(resource.direct.root)) == before + 1


def test_what_never_changes_is_rejected_where_it_differs(server: WritingServer, tmp_path: Path) -> None:
    write(server, ENTRIES, ENTRY)
    (rejected,) = write(server, ENTRIES, {**ENTRY, "description": "Rents"}, folder=tmp_path)
    assert (rejected["rejected_field"], server.mutations) == ("description", [])
    assert "cannot be changed" in rejected["rejected_message"]


def test_two_members_are_one_key(server: WritingServer) -> None:
    other = {"id": "20000000-0000-4000-8000-000000000000", "code": "S2"}
    server.rows("suppliers").append(other)
    write(server, BILLS, BILL, {**BILL, "supplier": {"code": "S2"}}, {**BILL, "invoiceNumber": "R-2"})
    assert server.mutations == ["createPurchaseInvoice"] * 3
    write(server, BILLS, BILL, {**BILL, "supplier": {"code": "S2"}, "totalLiquid": 120})
    assert server.mutations == ["updatePurchaseInvoice"]
    changed = [row for row in server.rows("purchaseInvoices") if row["totalLiquid"] == 120]
    assert [row["supplierId"] for row in changed] == [other["id"]]


def test_a_key_of_which_a_member_is_missing_is_none(server: WritingServer, tmp_path: Path) -> None:
    (rejected,) = write(server, BILLS, {**BILL, "invoiceNumber": ""}, folder=tmp_path)
    assert "supplierId + invoiceNumber" in rejected["rejected_message"]
    assert server.mutations == []


def test_a_document_is_closed_by_its_update(server: WritingServer) -> None:
    write(server, FINAL_ORDERS, ORDER, invoice_status="closed", **ALLOWED)
    assert server.mutations == ["createSalesOrder", "updateSalesOrder"]
    (order,) = server.rows("salesOrders")
    assert order["status"] == "Closed"
    write(server, FINAL_ORDERS, ORDER, invoice_status="closed", **ALLOWED)
    assert server.mutations == []


def test_the_option_of_invoices_concerns_no_other_document(server: WritingServer) -> None:
    write(server, ORDERS, ORDER, invoice_status="closed", **ALLOWED)
    assert server.mutations == ["createSalesOrder"]


def test_a_line_may_come_from_another_document(server: WritingServer) -> None:
    origin = {"originId": "30000000-0000-4000-8000-000000000000"}
    write(server, ORDERS, {**ORDER, "lines": [{**ORDER["lines"][0], **origin}]})
    assert server.mutations == ["createSalesOrder"]


def test_a_final_step_gets_what_it_needs(server: WritingServer) -> None:
    write(server, FINAL_BILLS, BILL, invoice_status="posted", **ALLOWED)
    assert server.mutations == ["createPurchaseInvoice", "postPurchaseInvoice"]
    (bill,) = server.rows("purchaseInvoices")
    journal = server.rows("journalTypes")[0]["id"]
    assert bill["status"] == "Posted"
    assert (bill["posted with"]["purchaseInvoiceId"], bill["posted with"]["journalTypeId"]) == (bill["id"], journal)
    assert "R-1" in bill["posted with"]["accountingEntryDescription"]
    write(server, FINAL_BILLS, BILL, invoice_status="posted", **ALLOWED)
    assert server.mutations == []


def test_a_final_step_that_nothing_allows_is_held(server: WritingServer, tmp_path: Path) -> None:
    others = {"objects": [name for name in FINAL_OBJECTS if name != FINAL_BILLS.name]}
    (rejected,) = write(server, FINAL_BILLS, BILL, folder=tmp_path, invoice_status="posted", final_acts=others)
    assert server.mutations == ["createPurchaseInvoice"]
    assert "`final_acts` does not allow it" in rejected["rejected_message"]


def test_final_steps_follow_the_days_of_their_documents(server: WritingServer) -> None:
    days = ("2026-01-03", "2026-01-01", "2026-01-02")
    bills = [{**BILL, "invoiceNumber": f"R-{number}", "invoiceDate": day} for number, day in enumerate(days)]
    write(server, FINAL_BILLS, *bills, invoice_status="posted", **ALLOWED)
    assert server.mutations == ["createPurchaseInvoice"] * 3 + ["postPurchaseInvoice"] * 3
    posted = sorted(server.rows("purchaseInvoices"), key=lambda bill: bill["posted at"])
    assert [bill["invoiceDate"][:10] for bill in posted] == sorted(days)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("resource", "name", "record", "state", "answered"),
    [
        (AREAS, AREAS.name, {"name": "North"}, None, 0),
        (BILLS, BILLS.name, BILL, None, 0),
        (ORDERS, FINAL_ORDERS.name, ORDER, "closed", 1),
        (BILLS, FINAL_BILLS.name, BILL, "posted", 1),
    ],
    ids=lambda value: value.name if isinstance(value, Resource) else "",
)
def test_who_is_killed_before_an_answer_comes_has_done_it_once(
    server: WritingServer, resource: Resource, name: str, record: Row, state: str | None, answered: int
) -> None:
    options = {"invoice_status": state, **ALLOWED} if state else {}
    given = {
        "object": resource.name,
        "name": name,
        "config": {**server.config, **options},
        "catalog": catalog_of(name, primary_key=[["id"]]),
        "lines": [record_line(name, record).decode()],
    }
    server.answered = answered
    with subprocess.Popen(
        [sys.executable, "-m", "unit_tests.growth.writing_process"], stdin=subprocess.PIPE
    ) as process:
        assert process.stdin
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
        assert server.frozen.wait(LONGEST_SECONDS)
        process.kill()
    before = [*server.mutations]
    server.answered = None
    server.thawed.set()
    write(server, replace(resource, name=name), record, **options)
    assert resource.direct
    (row,) = server.rows(resource.direct.root)
    assert len({*before, *server.mutations}) == len(before) + len(server.mutations)
    assert row["status"] == {"closed": "Closed", "posted": "Posted"}.get(state or "", row["status"])


def test_what_has_final_steps_has_a_day() -> None:
    assert BILLS.direct
    with pytest.raises(ValueError, match="PurchaseInvoice has final steps"):
        replace(BILLS.direct, numbering=None)


UNBALANCED: Final = [{**ENTRY["accountingEntryLines"][0], "debitAmount": 11}, ENTRY["accountingEntryLines"][1]]
WITH_THIRD: Final = [ENTRY["accountingEntryLines"][0], {**ENTRY["accountingEntryLines"][1], "thirdCode": "C1"}]


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"documentNumber": None}, "documentNumber", "has no value"),
        ({"documentNumber": "1234567890123"}, "documentNumber", "more than 12"),
        ({"journalTypeCode": "gj"}, "journalTypeCode", "two letters"),
        ({"journalTypeCode": "VT"}, "journalTypeCode", "manual entries"),
        ({"accountingEntryLines": UNBALANCED}, "accountingEntryLines[].debitAmount", "not balanced"),
        ({"accountingEntryLines": WITH_THIRD}, "accountingEntryLines[1].thirdCode", "collective accounts"),
    ],
)
def test_a_record_that_breaks_a_rule_is_rejected(
    server: WritingServer, tmp_path: Path, changed: Row, field: str, reason: str
) -> None:
    (rejected,) = write(server, ENTRIES, {**ENTRY, **changed}, folder=tmp_path)
    assert (rejected["rejected_field"].split(" ")[0], server.mutations) == (field, [])
    assert reason in rejected["rejected_message"]


def test_a_condition_or_another_market_is_no_obstacle(server: WritingServer) -> None:
    write(server, ENTRIES, {**ENTRY, "journalTypeCode": "VT", "documentDate": "2026-01-30", "description": None})
    assert server.mutations == ["createAccountingEntryUsingCodes"]


def test_every_mode_that_is_possible_is_discovered(server: WritingServer) -> None:
    catalog = DestinationSageActive(resources=OBJECTS).discover(server.config)
    operations = catalog["destination_catalog"]["operations"]
    offered = {(entry["object_name"], entry["sync_mode"]): entry["matching_keys"] for entry in operations}
    for resource in (AREAS, ENTRIES):
        assert [mode for name, mode in offered if name == resource.name] == ["append", "append_dedup"]
    assert offered[BILLS.name, "update"] == [["supplierId", "invoiceNumber"], ["id"]]
    assert offered[ENTRIES.name, "append_dedup"] == [["documentNumber", "journalTypeCode", "date"]]
