"""One write serves several companies: records are routed, redirected, and found in their own company only."""

from pathlib import Path

import pytest

from integration_tests.destination import Destination, record, records, state, stats
from integration_tests.rich_records import RichRecords, stored
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company


def test_company_id_routes_among_several(sandbox: Sandbox, tmp_path: Path) -> None:
    both = [sandbox.add_company("de", name) for name in ("Eins", "Zwei")]
    destination = Destination.over(
        sandbox,
        "direct",
        both[0],
        tmp_path,
        settle_seconds=0,
        max_rejected_percent=100,
        companies=[{"company_id": company.id} for company in both],
    )
    rows = RichRecords(sandbox, both[0]).of("items", 6)
    homes = [both[0].id, both[1].id, both[0].id, "unknown", None, both[1].id]
    sent = [{**row, "company_id": home} for row, home in zip(rows, homes, strict=True)]
    outcome = destination.write([*records("items", sent), state("items", 1)])
    assert outcome.code == 0, outcome.errors
    for company in both:
        codes = {row["code"] for row in sent if row["company_id"] == company.id}
        assert set(stored(sandbox, company, "items", "code")) == codes
    assert stats(outcome) == [(1, 4, 2)]
    assert {line["rejected_reason"] for line in destination.rejected()} == {"company-unknown"}


def test_company_map_redirects(sandbox: Sandbox, tmp_path: Path) -> None:
    both = [sandbox.add_company("de", name) for name in ("Drei", "Vier")]
    destination = Destination.over(
        sandbox,
        "direct",
        both[0],
        tmp_path,
        settle_seconds=0,
        companies=[{"company_id": company.id} for company in both],
        company_map=[
            {"source_company_id": "old-1", "company_id": both[0].id},
            {"source_company_id": "old-2", "company_id": "Vier"},
        ],
    )
    rows = RichRecords(sandbox, both[0]).of("items", 6)
    sent = [{**row, "company_id": f"old-{number % 2 + 1}"} for number, row in enumerate(rows)]
    assert destination.write(records("items", sent)).code == 0
    for number, company in enumerate(both):
        codes = {row["code"] for row in rows[number::2]}
        assert set(stored(sandbox, company, "items", "code")) == codes


def test_the_same_record_in_two_companies_is_two_records(sandbox: Sandbox, tmp_path: Path) -> None:
    both = [sandbox.add_company("de", name) for name in ("Fünf", "Sechs")]
    destination = Destination.over(
        sandbox,
        "direct",
        both[0],
        tmp_path,
        settle_seconds=0,
        companies=[{"company_id": company.id} for company in both],
    )
    rich = RichRecords(sandbox, both[0])
    sent = [
        record(stream, {**row, "company_id": company.id})
        for stream in ("customers", "items", "invoices")
        for row in rich.of(stream, 20)
        for company in both
    ]
    for action in ("create", "unchanged"):
        outcome = destination.write(sent, primary_key=(("company_id",), ("id",)))
        assert outcome.code == 0, outcome.errors
        assert destination.counts() == {action: 120}
    assert {len(stored(sandbox, company, "invoices", "externalReference")) for company in both} == {20}


@pytest.mark.usefixtures("stock")
def test_an_id_counts_only_in_its_own_company(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    known = stored(sandbox, company, "items", "code")
    row = next(iter(known.values()))
    # The id of a row here, said by a record of another company: its code counts.
    foreign = {"company_id": "3f0f2a52-0000-4000-8000-000000000001", "id": row["id"], "code": "NEW-CODE", "name": "Neu"}
    data = {"company_id": company.id, "id": row["id"], "name": "Umbenannt"}
    assert destination.write([record("items", foreign)]).code == 0
    assert destination.counts() == {"create": 1}
    assert destination.write([record("items", data)]).code == 0
    assert destination.counts() == {"update": 1}
    assert sandbox.store.table(company.id, "Product")[row["id"]]["name"] == "Umbenannt"
