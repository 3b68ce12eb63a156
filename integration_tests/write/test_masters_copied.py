"""Accounts, journals, payment terms and means, business areas: copied with a company, and what happens on the way."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import Connector
from integration_tests.destination import Destination, catalog, committed, outcome_of, received, record, records, state
from integration_tests.master_records import TYPES, MasterRecords, held, unlike
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

STREAMS = tuple(TYPES)
POLL_SECONDS = 0.003
Data = dict[str, Any]


@pytest.mark.parametrize("shape", ["object", "flat"])
def test_what_the_source_reads_is_what_is_there(
    sandbox: Sandbox, company: Company, destination: Destination, tmp_path: Path, shape: str
) -> None:
    sandbox.change_switches({"account_code": shape})
    folder = tmp_path / "source"
    folder.mkdir()
    options = {"companies": [{"company_id": company.id}], "token_path": destination.connector.config["token_path"]}
    source = Connector.over(sandbox, "direct", "de", folder, apply_controls=False, **options)
    read = source.read(STREAMS)
    assert read.code == 0, read.errors
    lines = [line.text + b"\n" for line in read.lines if line.type == "RECORD"]
    assert len(lines) > 100
    for mode in ("append", "append_dedup"):
        outcome = destination.write(lines, dict.fromkeys(STREAMS, mode), primary_key=(("company_id",), ("id",)))
        assert (outcome.code, destination.counts()) == (0, {"unchanged": len(lines)}), destination.rejected()[:3]
    assert received(sandbox) == {}
    # In another company the ids mean nothing, and the keys lead to what is there, or create it.
    copy = sandbox.add_company("de")
    table = sandbox.store.table(company.id, "AccountingAccount")
    other = Destination.over(sandbox, "direct", copy, tmp_path / "copy", token_path=options["token_path"])
    new = MasterRecords(sandbox, company).of("accounts", 3)
    assert destination.write(records("accounts", new)).code == 0
    lines = [line.text + b"\n" for line in source.read(STREAMS).lines if line.type == "RECORD"]
    outcome = other.write(lines, STREAMS, primary_key=(("company_id",), ("id",)))
    assert (outcome.code, other.counts()) == (0, {"unchanged": len(lines) - 3, "create": 3}), other.rejected()[:3]
    assert {row["code"] for row in table.values()} == set(held(sandbox, copy, "accounts"))


def test_a_copy_of_a_company_brings_them_along(
    sandbox: Sandbox, company: Company, destination: Destination, tmp_path: Path
) -> None:
    masters = MasterRecords(sandbox, company)
    account, area, mean = masters.of("accounts", 1)[0], {"name": "Neuland"}, {"description": "Muscheln"}
    journal = {"code": "NEU", "name": "Neu", "type": "GENERAL", "accountingAccount": {"code": account["code"]}}
    term = {"name": "Neu", "lines": [{"order": 0, "value": 0, "paymentMean": mean}]}
    customer = {
        "code": "20001",
        "socialName": "Neu GmbH",
        "addresses": [{"name": "A", "countryIsoCodeAlpha2": "DE"}],
        "businessArea": area,
        "defaultAccountingAccount": {"code": {"value": masters.existing_account()}},
        "paymentTermLines": term["lines"],
    }
    item = {"code": "ART", "name": "Art", "salesAccountingAccount": {"code": {"value": account["code"]}}}
    # What refers to others comes before them.
    given: dict[str, Data] = {
        "customers": customer,
        "items": item,
        "payment_terms": term,
        "journals": journal,
        "business_areas": area,
        "payment_means": mean,
        "accounts": {**account, "taxTreatment": None},
    }
    lines = [record(stream, {"id": stream, **data}) for stream, data in given.items()]
    outcome = destination.write(lines)
    assert (outcome.code, destination.counts()) == (0, {"create": 7}), (outcome.errors, destination.rejected())
    folder = tmp_path / "source"
    folder.mkdir()
    options = {"companies": [{"company_id": company.id}], "token_path": destination.connector.config["token_path"]}
    source = Connector.over(sandbox, "direct", "de", folder, apply_controls=False, **options)
    read = source.read(given)
    copied = [line.text + b"\n" for line in read.lines if line.type == "RECORD"]
    copy = sandbox.add_company("de")
    other = Destination.over(sandbox, "direct", copy, tmp_path / "copy", token_path=options["token_path"])
    outcome = other.write(copied, list(given), primary_key=(("company_id",), ("id",)))
    counts = other.counts()
    assert (outcome.code, counts.get("create"), counts.get("reject")) == (0, 7, None), other.rejected()[:3]
    (copied_item,) = sandbox.store.table(copy.id, "Product").values()
    assert (
        sandbox.store.table(copy.id, "AccountingAccount")[copied_item["salesAccountingAccountId"]]["code"]
        == (account["code"])
    )
    (copied_customer,) = sandbox.store.table(copy.id, "Customer").values()
    assert sandbox.store.table(copy.id, "BusinessArea")[copied_customer["businessAreaId"]]["name"] == "Neuland"
    outcome = other.write(copied, list(given), primary_key=(("company_id",), ("id",)))
    assert (outcome.code, other.counts()) == (0, {"unchanged": len(copied)})


def test_a_lost_answer_makes_no_second_one(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    masters = MasterRecords(sandbox, company)
    lines = [line for stream in STREAMS for line in records(stream, masters.of(stream, 12))]
    before = {stream: len(held(sandbox, company, stream)) for stream in STREAMS}
    for type_name in TYPES.values():
        sandbox.faults.add("answer_lost", writes=True, operation=f"create{type_name}")
    sandbox.faults.add("late_commit", writes=True, operation="createAccountingAccount", seconds=0.5)
    outcome = destination.write(lines)
    assert (outcome.code, destination.counts()) == (0, {"create": 60}), (outcome.errors, destination.rejected()[:2])
    assert {stream: len(held(sandbox, company, stream)) - 12 for stream in STREAMS} == before
    sandbox.faults.clear()
    sandbox.mutations.clear()
    assert destination.write(lines).code == 0
    assert (destination.counts(), committed(sandbox)) == ({"unchanged": 60}, {})


def test_a_run_that_is_killed_is_run_again(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    stream = "payment_terms"
    rows = MasterRecords(sandbox, company).of(stream, 60)
    before = len(held(sandbox, company, stream))
    sandbox.change_switches({"mutation_milliseconds": 20})
    process = destination.start(
        catalog([stream]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(b"".join([*records(stream, rows), state(stream, 1)]))
    process.stdin.close()
    process.stdin = None
    while not committed(sandbox) and process.poll() is None:
        time.sleep(POLL_SECONDS)
    process.kill()
    outcome = outcome_of(process, *process.communicate())
    assert outcome.of_type("STATE") == []
    sandbox.change_switches({"mutation_milliseconds": 0})
    again = destination.write(records(stream, rows))
    assert again.code == 0, again.errors
    assert len(held(sandbox, company, stream)) == before + 60
    assert set(destination.counts()) <= {"create", "unchanged"}
    assert unlike(sandbox, company, stream, rows) == []


def test_a_dry_run_sends_nothing_and_says_what_would_be_done(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    masters = MasterRecords(sandbox, company)
    account, term = masters.of("accounts", 1)[0], masters.of("payment_terms", 1)[0]
    journal = {"code": "N", "name": "N", "type": "GENERAL", "accountingAccount": {"code": account["code"]}}
    destination.set(dry_run=True)
    lines = [record("journals", journal), record("accounts", account), record("payment_terms", term)]
    outcome = destination.write([*lines, record("accounts", {**account, "name": "Neu"})])
    assert (outcome.code, received(sandbox)) == (0, {}), outcome.errors
    assert sorted((step["stream"], step["action"]) for step in destination.plan()) == [
        ("accounts", "create"),
        ("accounts", "update"),
        ("journals", "create"),
        ("payment_terms", "create"),
    ]
