"""The bills of one company are copied into another, as the source emits them; rights to post are asked about."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from integration_tests import bills
from integration_tests.connector import Connector, run_here
from integration_tests.destination import DESTINATION, Destination, received, records
from sage_active_cli.run import main
from sage_active_sandbox.rights import ROLE
from sage_active_sandbox.sandbox import MARKETS, Sandbox
from sage_active_sandbox.store import Company

STREAMS = ("suppliers", "bills")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One with bills to copy."""
    with Sandbox(rows=25, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.mark.parametrize("market", [market.lower() for market in MARKETS])
def test_bills_are_copied_as_drafts_once(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    origin = next(
        found for found in sandbox.store.companies.values() if found.usable and found.market == company.market
    )
    tokens = str(tmp_path / "tokens.json")
    options = {"companies": [{"company_id": origin.id}], "token_path": tokens}
    source = Connector.over(
        sandbox, "direct", company.market.lower(), tmp_path / "source", apply_controls=False, **options
    )
    source.folder.mkdir()
    emitted = source.read(STREAMS)
    rows = {stream: emitted.records(stream) for stream in STREAMS}
    destination = Destination.over(
        sandbox, "direct", company, tmp_path / "copy", token_path=tokens, settle_seconds=0, max_rejected_percent=100
    )
    lines = [line for stream in STREAMS for line in records(stream, rows[stream])]
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    reasons = Counter(bills.reasons(destination))
    assert reasons == Counter(), destination.rejected()[:2]
    assert len(bills.stored(sandbox, company)) == len(rows["bills"]) > 0
    sandbox.mutations.clear()
    assert destination.write(lines).code == 0
    assert received(sandbox) == {}


def test_a_missing_right_to_post_is_named_by_check(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    destination = bills.over(sandbox, company, tmp_path)
    sandbox.rights.replace({"postPurchaseInvoice": ROLE})
    for streams, is_named in ((bills.POSTED, True), ([], False)):
        destination.set(streams=streams)
        config = destination.connector.write("config.json", destination.connector.config)
        status, message = run_here(["check", "--config", str(config)], DESTINATION).status
        assert (status, "postPurchaseInvoice" in message) == ("SUCCEEDED", is_named)


@pytest.mark.parametrize("market", [market.lower() for market in MARKETS])
def test_the_books_are_in_order_after_bills_were_posted(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    home = company.market
    journal = bills.JOURNALS[home]
    abroad = bills.supplier(bills.SUPPLIERS, "IT")
    destination = bills.over(
        sandbox, company, tmp_path, *bills.suppliers(home), abroad, streams=bills.posted_to(journal)
    )
    reverse = bills.named(home, 100, bills.ABROAD[home])
    bill = bills.bill("RC-1", reverse, supplier={"code": abroad["code"]}, totalLiquid=100)
    outcome = bills.write(destination, *bills.bills(home, 8), bill)
    assert (outcome.code, destination.rejected()) == (0, [])
    chosen = {"companies": [{"company_id": company.id}], "token_path": str(tmp_path / "tokens.json")}
    config = sandbox.configuration("direct", home.lower()) | chosen
    path = tmp_path / "audit.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    output = io.StringIO()
    with redirect_stdout(output):
        code = main(["audit", "--config", str(path)])
    assert code == 0, output.getvalue()
