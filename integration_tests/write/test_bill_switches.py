"""Bills under what the published sources leave open: shapes, days, errors, unique numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests import bills
from integration_tests.bills import plain, write
from integration_tests.destination import received
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

SETTINGS: tuple[Mapping[str, Any], ...] = (
    {"account_code": "flat", "days": "local", "null_dates": "0001"},
    {"bill_numbers": "unique", "mutation_errors": "whole_null_stops", "error_paths": False},
    {"parent_dates_move": False, "mutation_transaction": True, "cursors": "keyset"},
)


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: next(iter(settings)))
def test_bills_are_posted_once(sandbox: Sandbox, company: Company, tmp_path: Path, settings: Mapping[str, Any]) -> None:
    sandbox.change_switches(settings)
    destination = bills.over(sandbox, company, tmp_path, *bills.suppliers("DE"), streams=bills.POSTED)
    sent = bills.bills("DE", 12)
    # The server refuses one of them, whatever becomes of those that travel with it.
    refused = plain("REFUSED", operationDate="2026-03-11")
    for _ in range(2):
        outcome = write(destination, *sent, refused)
        assert outcome.code == 0, outcome.errors
        assert len(destination.rejected()) == 1
        statuses = bills.statuses(bills.stored(sandbox, company))
        assert statuses == dict.fromkeys((record["invoiceNumber"] for record in sent), "Posted")
    assert received(sandbox)["postPurchaseInvoice"] == len(sent)
