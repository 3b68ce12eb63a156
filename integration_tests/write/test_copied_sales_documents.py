"""Quotes, orders and delivery notes of one company are copied into another, as the source emits them."""

from pathlib import Path

import pytest

from integration_tests.connector import Connector
from integration_tests.destination import Destination, received
from integration_tests.expected import usable
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sage_active_sandbox.store import Company, Row

MASTERS = ("customers", "items")
TYPES = {"quotes": "SalesQuote", "sales_orders": "SalesOrder", "delivery_notes": "SalesDeliveryNote"}
KEY = (("company_id",), ("id",))
AREA = "contactJobAreaId"


@pytest.mark.parametrize("market", MARKETS)
def test_a_copy_has_each_document_open_with_its_amounts(market: str, tmp_path: Path) -> None:
    with Sandbox(rows=8, companies_per_market=1) as full:
        (origin,) = usable(full, market)[:1]
        copy = full.add_company(market, "Copy")
        tokens = str(tmp_path / "tokens.json")
        options = {"companies": [{"company_id": origin.id}], "token_path": tokens}
        source = Connector.over(full, "direct", market, tmp_path, apply_controls=False, **options)
        destination = Destination.over(full, "direct", copy, tmp_path / "copy", token_path=tokens, settle_seconds=0)
        streams = (*MASTERS, *TYPES)
        read = [line for line in source.read(streams).lines if line.type == "RECORD"]
        lines = [line.text + b"\n" for line in read]
        outcome = destination.write(lines, streams, primary_key=KEY)
        assert (outcome.code, destination.rejected()) == (0, []), outcome.errors
        # No row of a quote says what the area of its contact is called.
        has_area = any(line.message["record"]["data"].get(AREA) for line in read)
        left_out = [text for text in outcome.logs("WARN") if f"`{AREA}`" in text]
        assert len(left_out) == has_area
        for stream in TYPES:
            assert totals(full, copy, stream) == totals(full, origin, stream)
            assert {row["status"] for row in documents(full, copy, stream)} <= {"Pending"}
        full.mutations.clear()
        assert destination.write(lines, streams, primary_key=KEY).code == 0
        assert (received(full), set(destination.counts())) == ({}, {"unchanged"})


def documents(sandbox: Sandbox, company: Company, stream: str) -> list[Row]:
    """The documents of a company."""
    return list(sandbox.store.table(company.id, TYPES[stream]).values())


def totals(sandbox: Sandbox, company: Company, stream: str) -> list[tuple[str, int]]:
    """What each document comes to, and how many lines it has."""
    found = documents(sandbox, company, stream)
    assert found
    return sorted((str(row["totalLiquid"]), len(row["lines"])) for row in found)
