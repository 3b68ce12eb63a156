"""A company is copied into an empty one, and the books of the two are compared by the server's own reports."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from integration_tests.destination import received
from integration_tests.moving.copying import CompanyCopy
from integration_tests.moving.examination import examine
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sage_active_sandbox.store import Company

TYPES = ("SalesQuote", "SalesOrder", "SalesDeliveryNote")
# What a copy cannot have, by the beginning of what is said of it.
EXPECTED = {
    "de": ("TEMPORARY_CARRY_FORWARD",),
    "es": ("CLOSURE_", "TEMPORARY_CARRY_FORWARD"),
    "fr": ("TEMPORARY_CARRY_FORWARD",),
}


@pytest.mark.parametrize("market", MARKETS)
def test_the_books_of_a_copy_are_those_of_the_original(market: str, tmp_path: Path) -> None:
    with Sandbox(rows=6, companies_per_market=1) as sandbox:
        pair = CompanyCopy(sandbox, market, tmp_path)
        outcome = pair.run()
        assert (outcome.code, pair.destination.rejected()) == (0, []), (outcome.errors, outcome.stderr)
        found = examine(sandbox, pair)
        assert found.problems == []
        kinds = {reason for reason, _ in found.missing_entries}
        assert kinds
        assert [kind for kind in kinds if not kind.startswith(EXPECTED[market])] == []
        assert statuses(sandbox, pair.copy) == statuses(sandbox, pair.origin)
        sandbox.mutations.clear()
        assert pair.run_here().code == 0
        assert (received(sandbox), set(pair.destination.counts())) == ({}, {"unchanged"})
        # A cent is seen, in the trial balance as well as in the entries.
        entry = next(iter(sandbox.store.table(pair.copy.id, "AccountingEntry").values()))
        entry["accountingEntryLines"][0]["debitAmount"] += Decimal("0.01")
        begins = {problem.split()[0] for problem in examine(sandbox, pair).problems}
        assert begins == {"nothing", "only", str(entry["date"].year)}


def statuses(sandbox: Sandbox, company: Company) -> dict[str, Counter[str]]:
    """How many orders, quotes and notes have each status."""
    tables = {name: sandbox.store.table(company.id, name).values() for name in TYPES}
    return {name: Counter(row["status"] for row in rows) for name, rows in tables.items()}
