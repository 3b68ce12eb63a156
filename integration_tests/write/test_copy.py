"""One company's customers, items and invoices are copied into another: the source piped into the destination."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import Connector, Outcome
from integration_tests.destination import ACTIONS, Destination, received, stats
from integration_tests.expected import rows, usable
from integration_tests.pipe import KEY, piped
from sage_active_sandbox.data.totals import SUMMED
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sage_active_sandbox.store import Company, Row

STREAMS = ("customers", "items", "invoices")
REFUSED_TYPES = ("PAYMENT_IN_ADVANCE", "CREDIT_NOTE")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One with rows to copy."""
    with Sandbox(rows=25, companies_per_market=1) as sandbox:
        yield sandbox


def source_over(sandbox: Sandbox, company: Company, folder: Path) -> Connector:
    """The source for one company; it shares the tokens with the destination."""
    folder.mkdir()
    options = {"companies": [{"company_id": company.id}], "token_path": str(folder.parent / "tokens.json")}
    return Connector.over(sandbox, "direct", company.market.lower(), folder, apply_controls=False, **options)


def destination_over(sandbox: Sandbox, company: Company, folder: Path) -> Destination:
    """The destination for one company. Nothing was sent before, so there is nothing to wait for."""
    tokens = str(folder.parent / "tokens.json")
    return Destination.over(sandbox, "direct", company, folder, token_path=tokens, settle_seconds=0)


def offered(sandbox: Sandbox, company: Company) -> dict[str, list[Row]]:
    """What of a company can be written to another.

    All but advance invoices and those that deduct them.
    """
    found = {stream: list(rows(sandbox, company.id, stream).values()) for stream in STREAMS}
    found["invoices"] = [row for row in found["invoices"] if is_ordinary(sandbox, company, row)]
    return found


def is_ordinary(sandbox: Sandbox, company: Company, invoice: Row) -> bool:
    """Whether an invoice has neither the type nor a line of an advance payment."""
    products = sandbox.store.table(company.id, "Product")
    concepts = [line for line in invoice["lines"] if products.get(line["productId"], {}).get("category") == "CONCEPT"]
    return invoice["type"] not in REFUSED_TYPES and not concepts


def content(sandbox: Sandbox, company: Company, invoice: Row) -> tuple[Any, ...]:
    """What must be the same in a copy: customer, dates, lines and every total; references by their codes."""
    customer = sandbox.store.table(company.id, "Customer")[invoice["customerId"]]["code"]
    units = sandbox.store.table(company.id, "UnitOfMeasurement")
    lines = tuple(
        (
            line["productCode"],
            line["productName"],
            units[line["unitOfMeasurementId"]]["name"],
            *(str(line[name]) for name in ("totalQuantity", "unitPrice", "firstDiscount", "totalNet", "vatPercentage")),
        )
        for line in invoice["lines"]
    )
    dates = (invoice["documentDate"], invoice["operationDate"])
    return (customer, *dates, *(str(invoice[name]) for name in SUMMED), lines)


def assert_copied(sandbox: Sandbox, origin: Company, copy: Company) -> None:
    """The copy has every customer, item and ordinary invoice of the origin once, the invoices as drafts."""
    expected = offered(sandbox, origin)
    for stream in ("customers", "items"):
        codes = Counter(row["code"] for row in rows(sandbox, copy.id, stream).values())
        assert codes == Counter(row["code"] for row in expected[stream]), stream
    invoices = list(rows(sandbox, copy.id, "invoices").values())
    wanted = Counter(content(sandbox, origin, row) for row in expected["invoices"])
    assert Counter(content(sandbox, copy, row) for row in invoices) == wanted
    assert {(row["status"], row["operationalNumber"]) for row in invoices} == {("Pending", None)}


def assert_accounts(sandbox: Sandbox, origin: Company, destination: Destination, outcome: Outcome, action: str) -> None:
    """Every record of the origin has exactly this outcome, or is an invoice that cannot be written."""
    known = {stream: len(rows(sandbox, origin.id, stream)) for stream in STREAMS}
    good = sum(len(group) for group in offered(sandbox, origin).values())
    counts = destination.counts()
    assert counts == {action: good, **({"reject": sum(known.values()) - good} if sum(known.values()) > good else {})}
    assert set(counts) <= set(ACTIONS)
    assert sum(count + rejected for _, count, rejected in stats(outcome)) == sum(known.values())


@pytest.mark.parametrize("market", MARKETS)
def test_a_copy_through_a_pipe(sandbox: Sandbox, market: str, tmp_path: Path) -> None:
    (origin,) = usable(sandbox, market)[:1]
    copy = sandbox.add_company(market, "Kopie")
    source = source_over(sandbox, origin, tmp_path / "source")
    destination = destination_over(sandbox, copy, tmp_path / "destination")
    outcome = piped(source, destination, STREAMS)
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    assert_copied(sandbox, origin, copy)
    assert_accounts(sandbox, origin, destination, outcome, "create")
    sandbox.mutations.clear()
    again = destination.write([line.text + b"\n" for line in source.read(STREAMS).lines], STREAMS, primary_key=KEY)
    assert again.code == 0, (again.errors, again.stderr)
    assert received(sandbox) == {}
    assert_copied(sandbox, origin, copy)
    assert_accounts(sandbox, origin, destination, again, "unchanged")


@pytest.mark.parametrize("order", ["invoices first", "shuffled"])
def test_invoices_that_come_before_what_they_refer_to(sandbox: Sandbox, order: str, tmp_path: Path) -> None:
    (origin,) = usable(sandbox, "de")[:1]
    copy = sandbox.add_company("de", "Kopie")
    source = source_over(sandbox, origin, tmp_path / "source")
    read = source.read(STREAMS)
    lines = [line.text + b"\n" for line in read.lines if line.type == "RECORD"]
    if order == "shuffled":
        random.Random(1).shuffle(lines)
    else:
        lines.sort(key=lambda line: b'"stream":"invoices"' not in line)
    # The states of a stream come after its records.
    lines += [line.text + b"\n" for line in read.lines if line.type == "STATE"]
    destination = destination_over(sandbox, copy, tmp_path / "destination")
    outcome = destination.write(lines, STREAMS, primary_key=KEY)
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    assert_copied(sandbox, origin, copy)
    assert_accounts(sandbox, origin, destination, outcome, "create")
