"""What tests of writes share: a sandbox for each module, and for each test a company of its own with a destination."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.destination import Destination, records
from integration_tests.payment_records import SALES, PaymentRecords, Side
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

INVOICES = 8
# So many invoices of `RichRecords` refer to no more customers and items.
STOCK = 12


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One sandbox for all tests of a module."""
    with Sandbox(rows=1, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The running one, its tokens and counts as new; whatever a test changes but companies is undone."""
    running.reset_tokens()
    running.mutations.clear()
    running.requests.clear()
    switches = running.switches.as_dict()
    yield running
    running.faults.clear()
    running.drift.clear()
    running.rights.replace({})
    running.change_switches(switches)


@pytest.fixture
def market() -> str:
    """That of the company, unless a test names others."""
    return "de"


@pytest.fixture
def company(sandbox: Sandbox, market: str) -> Company:
    """A new one, which has reference data and nothing else."""
    return sandbox.add_company(market)


@pytest.fixture
def destination(sandbox: Sandbox, company: Company, tmp_path: Path) -> Destination:
    """A direct one for the company."""
    return Destination.over(sandbox, "direct", company, tmp_path)


@pytest.fixture
def stock(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    """The company has the customers and items that invoices refer to; any share of records may be rejected."""
    destination.set(settle_seconds=0, max_rejected_percent=100)
    rich = RichRecords(sandbox, company)
    outcome = destination.write(
        [line for stream in ("customers", "items") for line in records(stream, rich.of(stream, STOCK))]
    )
    assert outcome.code == 0, outcome.errors
    sandbox.mutations.clear()


@pytest.fixture
def invoices(sandbox: Sandbox, company: Company) -> list[dict[str, Any]]:
    """Records of eight invoices that the stock is enough for."""
    return RichRecords(sandbox, company).of("invoices", INVOICES)


@pytest.fixture
def side() -> Side:
    """That of the payments, unless a test names others."""
    return SALES


@pytest.fixture
def payments(sandbox: Sandbox, company: Company, destination: Destination, side: Side) -> PaymentRecords:
    """Records for a company whose documents are posted; payments may be made."""
    records = PaymentRecords(sandbox, company, side)
    destination.set(settle_seconds=0, max_rejected_percent=100, **records.options)
    return records
