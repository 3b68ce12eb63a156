"""A dry run sends no mutation, and its plan is what the real run then does."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from integration_tests import maesn_records
from integration_tests.connector import Message
from integration_tests.destination import Destination, received, record, records, state, stats
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

STREAMS = ("customers", "suppliers", "items", "invoices")


@pytest.fixture
def destination(destination: Destination) -> Destination:
    """It does not wait for what was sent before."""
    destination.set(settle_seconds=0)
    return destination


def steps(lines: list[Message]) -> Counter[tuple[str, str, str]]:
    """What was planned or done: stream, key and action."""
    return Counter((line["stream"], str(line["key"]), line["action"]) for line in lines)


def rejects(lines: list[Message]) -> Counter[tuple[str, str | None, str]]:
    """What was rejected: stream, field and reason."""
    return Counter((line["record"]["stream"], line["rejected_field"], line["rejected_reason"]) for line in lines)


def assert_plan_is_kept(sandbox: Sandbox, destination: Destination, lines: list[bytes], modes: Any) -> dict[str, int]:
    """Runs dry, then really; returns how many records ended in which way."""
    sandbox.mutations.clear()
    before = snapshot(sandbox)
    destination.set(dry_run=True)
    dry = destination.write(lines, modes)
    assert dry.code == 0, (dry.errors, dry.stderr)
    assert received(sandbox) == {}
    assert snapshot(sandbox) == before
    # A state that came back would tell the platform that its records are written.
    assert stats(dry) == []
    plan, planned_rejects = destination.plan(), rejects(destination.rejected())
    destination.set(dry_run=None)
    real = destination.write(lines, modes)
    assert real.code == 0, (real.errors, real.stderr)
    written = [line for line in plan if line["action"] != "reject"]
    assert steps(written) == steps(destination.receipts())
    assert planned_rejects == rejects(destination.rejected())
    assert sum(planned_rejects.values()) == len(plan) - len(written)
    assert len(plan) == sum(b'"RECORD"' in line for line in lines)
    return destination.counts()


def snapshot(sandbox: Sandbox) -> dict[str, dict[str, int]]:
    """How many rows of each type each company has."""
    return {
        company.id: {name: len(table) for name, table in company.tables.items()}
        for company in sandbox.store.companies.values()
    }


def test_creates_updates_rejects_and_references_among_them(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rich = RichRecords(sandbox, company)
    rows = {stream: rich.of(stream, 40) for stream in STREAMS}
    # Half of the master data is there, some of it with other content.
    there = [line for stream in STREAMS[:3] for line in records(stream, rows[stream][:20])]
    assert destination.write(there).code == 0
    for number in range(5):
        rows["customers"][number]["tradeName"] = "Neu"
        rows["items"][number]["salesUnitPrice"] = 99
    rows["customers"][30]["socialName"] = "x" * 71
    rows["items"][31]["name"] = None
    rows["invoices"][7]["lines"][0]["product"] = {"code": "NOWHERE"}
    rows["invoices"][8]["type"] = "PAYMENT_IN_ADVANCE"
    lines = [line for stream in STREAMS for line in (*records(stream, rows[stream]), state(stream, 1))]
    counts = assert_plan_is_kept(sandbox, destination, lines, None)
    assert counts == {"create": 58 + 38, "update": 10, "unchanged": 50, "reject": 4}
    assert assert_plan_is_kept(sandbox, destination, lines, None) == {"unchanged": 156, "reject": 4}


def test_the_plan_names_what_an_update_would_change(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    (row,) = RichRecords(sandbox, company).of("customers", 1)
    assert destination.write(records("customers", [row])).code == 0
    row |= {"tradeName": "Neu", "comments": "auch neu"}
    destination.set(dry_run=True)
    assert destination.write(records("customers", [row])).code == 0
    (step,) = destination.plan()
    assert (step["action"], sorted(step["changed"])) == ("update", ["comments", "tradeName"])
    assert step["key"] == {"code": row["code"]}


def test_documents_before_what_they_refer_to(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    rich = RichRecords(sandbox, company)
    lines = [line for stream in reversed(STREAMS) for line in records(stream, rich.of(stream, 20))]
    assert assert_plan_is_kept(sandbox, destination, lines, None) == {"create": 80}


def test_the_same_key_twice(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    (row,) = RichRecords(sandbox, company).of("items", 1)
    lines = [record("items", {**row, "name": name}) for name in ("eins", "zwei", "zwei")]
    assert assert_plan_is_kept(sandbox, destination, lines, None) == {"create": 1, "update": 1, "unchanged": 1}


@pytest.mark.parametrize("connection", ["direct", "maesn"])
@pytest.mark.parametrize("repeated", ["", "erika@example.com", "0b2f5a10-0000-4000-8000-000000000001"])
def test_ids_of_another_system_that_repeat(
    sandbox: Sandbox, company: Company, tmp_path: Path, connection: str, repeated: str
) -> None:
    destination = Destination.over(sandbox, connection, company, tmp_path, settle_seconds=0)
    code, kind = ("code", {}) if connection == "direct" else ("itemNumber", {"type": "PRODUCT"})
    rows = [{"id": repeated, code: f"C{number}", "name": "n", **kind} for number in range(5)]
    lines = records("items", [*rows, rows[0]])
    modes = {"items": "append"}
    assert assert_plan_is_kept(sandbox, destination, lines, modes) == {"create": 5, "unchanged": 1}


def test_the_same_row_by_its_code_and_by_its_id(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    assert destination.write(records("items", RichRecords(sandbox, company).of("items", 2))).code == 0
    first, second = list(sandbox.store.table(company.id, "Product").values())
    lines = [
        record("items", {"code": first["code"], "name": "neu"}),
        record("items", {"id": first["id"], "name": "neu"}),
        record("items", {"id": second["id"].upper(), "name": "anders"}),
        record("items", {"code": second["code"], "name": "anders"}),
    ]
    assert assert_plan_is_kept(sandbox, destination, lines, None) == {"update": 2, "unchanged": 2}


def test_numbers_that_change(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    destination.set(document_key="externalReference")
    rich = RichRecords(sandbox, company)
    assert (
        destination.write([line for stream in STREAMS[:3] for line in records(stream, rich.of(stream, 20))]).code == 0
    )
    there, other, new = rich.of("invoices", 3)
    assert destination.write([record("invoices", {**there, "externalReference": "A"})]).code == 0
    rows = [
        # The number of a document that gets another one in the same sync.
        {**other, "externalReference": "A"},
        {**there, "externalReference": "B"},
        # One record, twice, and then its first number again.
        {**new, "externalReference": "C"},
        {**new, "externalReference": "D"},
        {**other, "externalReference": "C"},
    ]
    expected = {"create": 2, "update": 3}
    assert assert_plan_is_kept(sandbox, destination, records("invoices", rows), None) == expected


@pytest.mark.parametrize("mode", ["append", "update"])
def test_other_modes(sandbox: Sandbox, company: Company, destination: Destination, mode: str) -> None:
    destination.set(max_rejected_percent=100)
    rows = RichRecords(sandbox, company).of("items", 10)
    assert destination.write(records("items", rows[:6])).code == 0
    rows[1]["name"] = "anders"
    counts = assert_plan_is_kept(sandbox, destination, records("items", rows), {"items": mode})
    expected = {
        "append": {"create": 4, "unchanged": 5, "reject": 1},
        "update": {"update": 1, "unchanged": 5, "reject": 4},
    }
    assert counts == expected[mode]


def test_through_maesn(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    destination = Destination.over(sandbox, "maesn", company, tmp_path, settle_seconds=0, document_key="reference")
    rows = {stream: maesn_records.of(sandbox, company, stream, 20) for stream in STREAMS}
    modes = dict.fromkeys(STREAMS, "append")
    there = [line for stream in STREAMS[:3] for line in records(stream, rows[stream][:5])]
    assert destination.write(there, modes).code == 0
    lines = [line for stream in STREAMS for line in records(stream, rows[stream])]
    assert assert_plan_is_kept(sandbox, destination, lines, modes) == {"create": 65, "unchanged": 15}


def test_a_dry_run_in_a_process_of_its_own(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    destination.set(dry_run=True)
    lines = records("items", RichRecords(sandbox, company).of("items", 30))
    outcome = destination.write(lines, real=True)
    assert outcome.code == 0, outcome.stderr
    assert received(sandbox) == {}
    assert len(destination.plan()) == 30
    assert any("nothing was written" in text for text in outcome.logs("INFO"))
