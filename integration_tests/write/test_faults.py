"""Whatever happens to a write on its way, every record is in Sage Active exactly once, and told of as it is."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests import maesn_records
from integration_tests.destination import Destination, committed, records, side_by_side, state, stats
from integration_tests.expected import TYPES
from integration_tests.rich_records import RichRecords, stored
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row
from sage_active_sandbox.switches import Switches

DIRECT = ("customers", "items", "invoices")
MAESN = ("customers", "suppliers", "items")
COUNT = 24
MEMBERS = {"customers": "code", "suppliers": "code", "items": "code", "invoices": "externalReference"}

# What happens to requests that write: the scripted fault, and the switches that go with it.
FAULTS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "an answer is lost after the commit": ({"action": "answer_lost"}, {}),
    "an answer is lost after some of the commits": ({"action": "answer_lost", "commits": 2}, {}),
    "the commit comes after the reset": ({"action": "late_commit", "seconds": 0.6}, {}),
    "some commits come after the reset": ({"action": "late_commit", "seconds": 0.6, "commits": 2}, {}),
    "HTTP 500 after the commit": ({"action": "status_after", "status": 500, "body": {"statusCode": 500}}, {}),
    "HTTP 502 after the commit": ({"action": "status_after", "status": 502, "body": "bad gateway"}, {}),
    "the answer is cut": ({"action": "truncate_json"}, {}),
    "the answer is cut off": ({"action": "reset_mid_body"}, {}),
    "the answer is empty": ({"action": "empty_200"}, {}),
    "a reset before anything": ({"action": "reset_before"}, {}),
    "HTTP 503 before anything": ({"action": "status", "status": 503}, {}),
    "all of data is null after all commits": ({"action": "whole_null"}, {}),
    "all of data is null after some commits": ({"action": "whole_null", "commits": 2}, {}),
    "a token that ends in mid-write": ({"action": "expire_tokens"}, {}),
    "too many requests": ({"action": "status", "status": 429, "headers": {"Retry-After": "0"}}, {}),
}
# Faults that Maesn's answers, which are no GraphQL and have no tokens, cannot have.
ONLY_DIRECT = {name for name, (fault, _) in FAULTS.items() if "commits" in fault or "null" in name or "token" in name}


def lines_of(sandbox: Sandbox, company: Company, connection: str, count: int = COUNT) -> list[bytes]:
    """The records of a connection's streams, each stream closed with a STATE."""
    rich = RichRecords(sandbox, company)
    batches = {
        stream: rich.of(stream, count) if connection == "direct" else maesn_records.of(sandbox, company, stream, count)
        for stream in (DIRECT if connection == "direct" else MAESN)
    }
    return [line for stream, rows in batches.items() for line in (*records(stream, rows), state(stream, count))]


def modes_of(connection: str) -> dict[str, str]:
    return dict.fromkeys(DIRECT, "append_dedup") if connection == "direct" else dict.fromkeys(MAESN, "append")


def assert_once(sandbox: Sandbox, company: Company, connection: str, count: int = COUNT) -> dict[str, dict[str, Row]]:
    """Every record is there once: `stored` fails for a key that is there twice."""
    streams = modes_of(connection)
    held = {stream: stored(sandbox, company, stream, MEMBERS[stream]) for stream in streams}
    assert {stream: len(rows) for stream, rows in held.items()} == dict.fromkeys(streams, count)
    return held


# Each fault strikes one connection; every second one that may strike either strikes Maesn.
EITHER = [name for name in FAULTS if name not in ONLY_DIRECT]


@pytest.mark.parametrize(
    ("connection", "name"), [("maesn" if name in EITHER[::2] else "direct", name) for name in FAULTS]
)
def test_faults_cost_nothing_but_time(
    sandbox: Sandbox, company: Company, connection: str, name: str, tmp_path: Path
) -> None:
    fault, switches = FAULTS[name]
    sandbox.change_switches(switches)
    # The first and another request of each object that writes.
    for operation in ("createCustomer", "createProduct", "createSalesInvoice") if connection == "direct" else (None,):
        for skip in (0, 2):
            sandbox.faults.add(**fault, writes=True, operation=operation, skip=skip)
    destination = Destination.over(sandbox, connection, company, tmp_path)
    outcome = destination.write(lines_of(sandbox, company, connection), modes_of(connection))
    assert outcome.code == 0, (outcome.errors, outcome.logs("WARN")[:3], outcome.stderr)
    assert [fault.seen > fault.skip for fault in sandbox.faults.scripted()] == [True] * len(sandbox.faults.scripted())
    assert_once(sandbox, company, connection)
    # What was sent once more than it should have been is gone again, and counted as the one record that it is.
    assert destination.counts() == {"create": COUNT * 3}
    assert sorted(stats(outcome)) == [(COUNT, COUNT, 0)] * 3
    sandbox.faults.clear()
    sandbox.mutations.clear()
    assert destination.write(lines_of(sandbox, company, connection), modes_of(connection)).code == 0
    assert destination.counts() == {"unchanged": COUNT * 3}
    assert committed(sandbox) == {}


REFUSALS: Mapping[str, Mapping[str, Any]] = {
    "of one among others": {},
    "whole data null": {"mutation_errors": "whole_null"},
    "whole data null, the rest undone": {"mutation_errors": "whole_null_stops"},
    "rolled back": {"mutation_transaction": True},
    "rolled back, whole data null": {"mutation_transaction": True, "mutation_errors": "whole_null"},
    "without paths": {"error_paths": False},
    "rolled back, without paths": {"mutation_transaction": True, "error_paths": False},
    "in words": {"undocumented_errors": "text"},
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_concerns_its_record_alone(
    sandbox: Sandbox, company: Company, destination: Destination, name: str
) -> None:
    sandbox.change_switches(REFUSALS[name])
    rows = RichRecords(sandbox, company).of("items", COUNT)
    # A rule of the server's that the connector does not know.
    rows[4]["code"] = rows[13]["code"] = "HAS BLANKS"
    rows[13]["code"] += " 2"
    outcome = destination.write([*records("items", rows), state("items", 1)])
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    assert set(stored(sandbox, company, "items", "code")) == {row["code"] for row in rows if " " not in row["code"]}
    assert destination.counts() == {"create": COUNT - 2, "reject": 2}
    assert stats(outcome) == [(1, COUNT - 2, 2)]
    assert [line["record"]["data"]["code"] for line in destination.rejected()] == ["HAS BLANKS", "HAS BLANKS 2"]


@pytest.mark.parametrize("refusal", [{"error_paths": True}, {"mutation_transaction": True, "error_paths": False}])
def test_refusals_and_lost_answers_together(
    sandbox: Sandbox, company: Company, destination: Destination, refusal: Mapping[str, Any]
) -> None:
    sandbox.change_switches(refusal)
    rows = RichRecords(sandbox, company).of("items", COUNT)
    rows[4]["code"] = "HAS BLANKS"
    sandbox.faults.add("answer_lost", writes=True, times=3)
    sandbox.faults.add("late_commit", writes=True, seconds=0.5, skip=3)
    outcome = destination.write(records("items", rows))
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    assert len(stored(sandbox, company, "items", "code")) == COUNT - 1
    assert destination.counts() == {"create": COUNT - 1, "reject": 1}


def test_a_record_that_breaks_the_server_is_rejected_alone(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    destination.set(settle_seconds=0)
    rows = RichRecords(sandbox, company).of("items", COUNT)
    body = {"errors": [{"message": "Unexpected Execution Error"}], "data": None}
    sandbox.faults.add("status", writes=True, contains="ART-0007", status=500, body=body, times=FOREVER)
    outcome = destination.write([*records("items", rows), state("items", 1)])
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    assert len(stored(sandbox, company, "items", "code")) == COUNT - 1
    assert destination.counts() == {"create": COUNT - 1, "reject": 1}
    (rejection,) = destination.rejected()
    assert rejection["record"]["data"]["code"] == "ART-0007"
    assert stats(outcome) == [(1, COUNT - 1, 1)]


def test_updates_survive_lost_answers(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    rows = RichRecords(sandbox, company).of("customers", COUNT)
    assert destination.write(records("customers", rows)).code == 0
    for row in rows:
        row["addresses"].append({"name": "Neu", "city": "Ulm", "countryIsoCodeAlpha2": "DE"})
    before = {code: len(row["addresses"]) for code, row in stored(sandbox, company, "customers", "code").items()}
    sandbox.faults.add("answer_lost", writes=True)
    sandbox.faults.add("late_commit", writes=True, seconds=0.5, skip=1)
    sandbox.faults.add("whole_null", writes=True, skip=2, commits=2)
    outcome = destination.write(records("customers", rows))
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    after = {code: len(row["addresses"]) for code, row in stored(sandbox, company, "customers", "code").items()}
    assert after == {code: count + 1 for code, count in before.items()}
    assert destination.counts() == {"update": COUNT}


@pytest.mark.parametrize("empty", ["customers", "products", "salesInvoices"])
def test_a_lookup_that_comes_back_empty_once_is_believed_by_nobody(
    sandbox: Sandbox, company: Company, destination: Destination, empty: str
) -> None:
    lines, modes = lines_of(sandbox, company, "direct"), dict.fromkeys(DIRECT, "update")
    assert destination.write(lines).code == 0
    sandbox.faults.add("empty_page", operation=empty)
    outcome = destination.write(lines, modes)
    assert outcome.code == 0, (outcome.errors, outcome.stderr)
    assert destination.counts() == {"unchanged": COUNT * 3}
    sandbox.faults.add("empty_page", operation=empty, times=FOREVER)
    outcome = destination.write(lines, modes)
    assert outcome.code == 1
    assert any("states" in error["message"] for error in outcome.errors)
    assert destination.rejected() == []


def staying(destination: Destination) -> set[str]:
    """The ids of the receipts, without those that were removed again."""
    receipts = destination.receipts()
    removed = {receipt["id"] for receipt in receipts if receipt["action"] == "remove"}
    return {receipt["id"] for receipt in receipts} - removed


def test_two_runs_on_two_machines_write_everything_once(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    # Slow enough for both to be under way together.
    sandbox.change_switches({"mutation_milliseconds": 15})
    count = 60
    lines = b"".join(lines_of(sandbox, company, "direct", count))
    tokens = str(tmp_path / "tokens.json")
    both = [
        Destination.over(sandbox, "direct", company, tmp_path / name, token_path=tokens) for name in ("one", "other")
    ]
    outcomes = side_by_side(both, lines, DIRECT)
    assert [outcome.code for outcome in outcomes] == [0, 0], [outcome.errors for outcome in outcomes]
    held = assert_once(sandbox, company, "direct", count)
    counts = [Counter(destination.counts()) for destination in both]
    removed = [actions.pop("remove", 0) for actions in counts]
    # What was created and removed again is followed by the receipt of the document that stays.
    assert [actions.total() - gone for actions, gone in zip(counts, removed, strict=True)] == [count * 3] * 2
    assert not any("reject" in actions or "update" in actions for actions in counts), counts
    assert sum(actions["create"] for actions in counts) - sum(removed) == count * 3, counts
    for outcome in outcomes:
        assert sorted(stats(outcome)) == [(count, count, 0)] * 3
    # Both know the documents that stayed.
    ids = {row["id"] for rows in held.values() for row in rows.values()}
    assert [staying(destination) for destination in both] == [ids, ids]


def test_the_types_of_the_streams_are_those_of_the_sandbox() -> None:
    assert {stream: TYPES[stream] for stream in DIRECT} == {
        "customers": "Customer",
        "items": "Product",
        "invoices": "SalesInvoice",
    }
    assert Switches().as_dict().keys() >= {name for settings in REFUSALS.values() for name in settings}
