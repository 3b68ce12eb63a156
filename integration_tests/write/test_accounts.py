"""Every record is accounted for: in the STATEs, in the reports, and in the errors of streams that fail."""

from pathlib import Path
from typing import Any

import pytest

from integration_tests import maesn_records
from integration_tests.connector import Outcome
from integration_tests.destination import Destination, committed, received, record, records, state, stats
from integration_tests.rich_records import RichRecords, stored
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.rights import EDITION, ROLE
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

MASTERS = ("customers", "suppliers", "items")


def poisoned(rows: list[dict[str, Any]], *positions: int) -> list[dict[str, Any]]:
    """The rows, those at `positions` with a name that is too long."""
    for position in positions:
        rows[position]["name" if "name" in rows[position] else "socialName"] = "x" * 71
    return rows


def errors_by_stream(outcome: Outcome) -> dict[str, str]:
    """The errors that name a stream: stream -> message."""
    return {
        error["stream_descriptor"]["name"]: error["message"]
        for error in outcome.errors
        if error.get("stream_descriptor")
    }


def test_every_state_counts_the_records_before_it(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    rich = RichRecords(sandbox, company)
    batches = {stream: poisoned(rich.of(stream, 40), 3, 17) for stream in MASTERS}
    lines, expected, identity = [], [], 0
    for start in range(0, 40, 10):
        for stream in MASTERS:
            lines += records(stream, batches[stream][start : start + 10])
            identity += 1
            lines.append(state(stream, identity))
            rejected = sum(start <= position < start + 10 for position in (3, 17))
            expected.append((stream, identity, 10 - rejected, rejected))
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    found = [
        (message["stream"]["stream_descriptor"]["name"], message["id"], *stat[1:])
        for message, stat in zip(outcome.of_type("STATE"), stats(outcome), strict=True)
    ]
    for stream in MASTERS:
        # In the order of the stream.
        assert [entry for entry in found if entry[0] == stream] == [entry for entry in expected if entry[0] == stream]
    assert len(found) == len(expected)
    assert destination.counts() == {"create": 38 * 3, "reject": 2 * 3}


def test_global_states_count_the_records_of_all_streams(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rich = RichRecords(sandbox, company)
    batches = {stream: poisoned(rich.of(stream, 30), 5) for stream in MASTERS}
    lines = []
    for identity, start in enumerate(range(0, 30, 10), 1):
        for stream in MASTERS:
            lines += records(stream, batches[stream][start : start + 10])
        lines.append(state(None, identity))
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert stats(outcome) == [(1, 27, 3), (2, 30, 0), (3, 30, 0)]


def test_a_state_comes_back_as_it_went_in(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    line = (
        b'{"type":"STATE","state":{"type":"STREAM","id":7,"stream":{"stream_descriptor":{"name":"items","namespace":'
        b'null},"stream_state":{"big":12345678901234567.890,"text":"\\u00fc\\ud83e\\uddfe"}},"sourceStats":'
        b'{"recordCount":1.0},"unknown":[null]},"extra":{"a":1}}\n'
    )
    outcome = destination.write([record("items", RichRecords(sandbox, company).of("items", 1)[0]), line])
    (reply,) = [candidate for candidate in outcome.lines if candidate.type == "STATE"]
    assert b'"big":12345678901234567.890' in reply.text
    message = reply.message["state"]
    assert message.pop("destinationStats") == {"recordCount": 1, "rejectedRecordCount": 0}
    assert (message["id"], message["unknown"], message["sourceStats"]) == (7, [None], {"recordCount": 1})
    assert message["stream"]["stream_state"]["text"] == "ü🧾"
    assert reply.message["extra"] == {"a": 1}


def test_one_poison_record_among_a_thousand(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    rows = RichRecords(sandbox, company).of("items", 1000)
    # One rule that is checked here, and one that only the server knows.
    rows[444]["code"] = "IT HAS BLANKS"
    outcome = destination.write([*records("items", rows), state("items", 1)])
    assert outcome.code == 0, outcome.errors
    assert len(stored(sandbox, company, "items", "code")) == 999
    assert stats(outcome) == [(1, 999, 1)]
    (rejection,) = destination.rejected()
    assert rejection["record"]["data"]["code"] == "IT HAS BLANKS"
    assert rejection["rejected_field"] == "code"
    assert "codeCannotContainBlankSpaces" in rejection["rejected_message"]
    (warning,) = [text for text in outcome.logs("WARN") if text.startswith("Rejected")]
    assert "`items`" in warning
    assert "field `code`" in warning
    assert committed(sandbox) == {"createProduct": 999}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x" * 51}, "name"),
        ({"name": None}, "name"),
        ({"category": "NONSENSE"}, "category"),
        ({"salesUnitPrice": "many"}, "salesUnitPrice"),
        ({"unitOfMeasurement": {"name": "PARSEC"}}, "unitOfMeasurementId"),
        ({"code": ""}, "code"),
    ],
)
def test_what_is_wrong_is_named(
    sandbox: Sandbox, company: Company, destination: Destination, change: dict[str, Any], field: str
) -> None:
    rows = RichRecords(sandbox, company).of("items", 3)
    rows[1] |= change
    assert destination.write([*records("items", rows), state("items", 1)]).code == 0
    (rejection,) = destination.rejected()
    assert rejection["rejected_field"] == field
    assert rejection["rejected_message"]
    assert destination.counts() == {"create": 2, "reject": 1}
    assert received(sandbox) == {"createProduct": 2}


@pytest.mark.parametrize("reason", [ROLE, EDITION])
def test_a_missing_right_fails_its_stream_and_others_go_on(
    sandbox: Sandbox, company: Company, destination: Destination, reason: str
) -> None:
    sandbox.rights.replace({"createProduct": reason})
    rich = RichRecords(sandbox, company)
    lines = [line for stream in MASTERS for line in (*records(stream, rich.of(stream, 60)), state(stream, 1))]
    outcome = destination.write(lines)
    assert outcome.code == 1
    assert set(errors_by_stream(outcome)) == {"items"}
    assert {error["failure_type"] for error in outcome.errors} == {"config_error"}
    assert not any(error.get("stack_trace") for error in outcome.errors)
    assert {stream: len(stored(sandbox, company, stream, "code")) for stream in MASTERS} == {
        "customers": 60,
        "suppliers": 60,
        "items": 0,
    }
    returned = [reply["stream"]["stream_descriptor"]["name"] for reply in outcome.of_type("STATE")]
    assert sorted(returned) == ["customers", "suppliers"]
    sandbox.rights.replace({})
    assert destination.write(lines).code == 0
    assert destination.counts() == {"create": 60, "unchanged": 120}


@pytest.mark.parametrize(
    ("denied", "reason", "failing"),
    [("products", ROLE, "items"), ("customers", EDITION, "customers"), ("unitOfMeasurements", ROLE, "items")],
)
def test_what_may_not_be_read_fails_the_streams_that_need_it_and_others_go_on(
    sandbox: Sandbox, company: Company, destination: Destination, denied: str, reason: str, failing: str
) -> None:
    rich = RichRecords(sandbox, company)
    streams = (*MASTERS, "invoices")
    lines = [line for stream in streams for line in (*records(stream, rich.of(stream, 20)), state(stream, 1))]
    sandbox.rights.replace({denied: reason})
    outcome = destination.write(lines)
    assert outcome.code == 1
    errors = errors_by_stream(outcome)
    # Invoices refer to all of them.
    assert set(errors) == {failing, "invoices"}
    for stream, message in errors.items():
        assert f"`{stream}`" in message
        assert company.id in message
    written = [stream for stream in MASTERS if stream != failing]
    assert {stream: len(stored(sandbox, company, stream, "code")) for stream in MASTERS} == {
        stream: 20 if stream in written else 0 for stream in MASTERS
    }
    assert {reply["stream"]["stream_descriptor"]["name"] for reply in outcome.of_type("STATE")} == set(written)
    sandbox.rights.replace({})
    assert destination.write(lines).code == 0
    assert destination.counts() == {"create": 40, "unchanged": 40}


def test_what_maesn_does_not_offer_fails_its_stream_and_others_go_on(
    sandbox: Sandbox, company: Company, tmp_path: Path
) -> None:
    destination = Destination.over(sandbox, "maesn", company, tmp_path)
    batches = {stream: maesn_records.of(sandbox, company, stream, 20) for stream in ("items", "customers")}
    lines = [line for stream, rows in batches.items() for line in (*records(stream, rows), state(stream, 1))]
    sandbox.faults.add("status", path="/accounting/items", writes=False, status=404, times=FOREVER)
    outcome = destination.write(lines, dict.fromkeys(batches, "append"))
    assert outcome.code == 1
    assert set(errors_by_stream(outcome)) == {"items"}
    assert "`items`" in errors_by_stream(outcome)["items"]
    assert stats(outcome) == [(1, 20, 0)]
    assert destination.counts() == {"create": 20}


def test_a_missing_right_is_not_asked_for_with_every_record(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    sandbox.rights.replace({"createProduct": ROLE})
    sandbox.faults.add("stall", writes=True, times=FOREVER, seconds=0.15)
    outcome = destination.write(records("items", RichRecords(sandbox, company).of("items", 500)))
    assert outcome.code == 1
    assert set(errors_by_stream(outcome)) == {"items"}
    assert 0 < received(sandbox)["createProduct"] <= 100


@pytest.mark.parametrize("streams", [("invoices", "customers", "items"), ("customers", "items", "invoices")])
def test_documents_of_a_stream_that_has_failed_come_again(
    sandbox: Sandbox, company: Company, destination: Destination, streams: tuple[str, ...]
) -> None:
    rich = RichRecords(sandbox, company)
    destination.write(records("customers", rich.of("customers", 10)))
    sandbox.rights.replace({"createCustomer": ROLE})
    lines = [line for stream in streams for line in (*records(stream, rich.of(stream, 30)), state(stream, 1))]
    # Nothing can be said against any record: none is rejected, whatever the share.
    destination.set(max_rejected_percent=0)
    outcome = destination.write(lines)
    assert outcome.code == 1
    errors = errors_by_stream(outcome)
    assert set(errors) == {"customers", "invoices"}
    assert "`invoices`" in errors["invoices"]
    assert "`customers`" in errors["invoices"]
    known = {row["code"] for row in rich.of("customers", 10)}
    possible = sum(row["customer"]["code"] in known for row in rich.of("invoices", 30))
    assert len(stored(sandbox, company, "items", "code")) == 30
    assert len(stored(sandbox, company, "invoices", "id")) == possible
    assert 0 < possible < 30
    assert destination.rejected() == []
    assert [reply["stream"]["stream_descriptor"]["name"] for reply in outcome.of_type("STATE")] == ["items"]
    # An incremental source sends again what no state covers.
    sandbox.rights.replace({})
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert sorted(stats(outcome)) == [(1, 30, 0)] * 3
    assert len(stored(sandbox, company, "invoices", "id")) == 30


def test_more_rejects_than_allowed_hold_the_state_back(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rows = poisoned(RichRecords(sandbox, company).of("items", 100), *range(50, 80))
    lines = [*records("items", rows[:40]), state("items", 1), *records("items", rows[40:]), state("items", 2)]
    outcome = destination.write(lines)
    assert outcome.code == 1
    (error,) = outcome.errors
    assert error["failure_type"] == "config_error"
    assert "`items`" in error["message"]
    assert "max_rejected_percent" in error["message"]
    # The first may have come back before, with its own count; what covers the rejects must not.
    assert [identity for identity, *_ in stats(outcome) if identity == 2] == []
    destination.set(max_rejected_percent=30)
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert stats(outcome) == [(1, 40, 0), (2, 30, 30)]
    assert len(stored(sandbox, company, "items", "code")) == 70


def test_what_is_still_on_its_way_counts_when_the_share_is_judged(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rich = RichRecords(sandbox, company)
    customers = poisoned(rich.of("customers", 150), *range(25))
    invoices = rich.of("invoices", 150)
    for row in invoices[:25]:
        row["externalReference"] = "x" * 21
    # Large records are written at once, while the customers come together and the other invoices wait for them.
    invoices[-1]["junk"] = "x" * (9 << 20)
    items = rich.of("items", 20)
    items[-1]["junk"] = "x" * (9 << 20)
    lines = [
        *records("invoices", invoices),
        *records("customers", customers),
        *records("items", items),
        *(state(stream, 1) for stream in ("invoices", "customers", "items")),
    ]
    # The first 25 customers are those of all invoices.
    lines += records("customers", rich.of("customers", 25))
    outcome = destination.write(lines)
    assert outcome.code == 0, outcome.errors
    assert destination.counts() == {"create": 150 + 20 + 125, "reject": 50}
    assert sorted(stats(outcome)) == [(1, 20, 0), (1, 125, 25), (1, 125, 25)]


def test_the_share_of_the_whole_stream_is_judged_at_the_end(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rich = RichRecords(sandbox, company)
    masters = [line for stream in ("customers", "items") for line in records(stream, rich.of(stream, 20))]
    invoices = rich.of("invoices", 100)
    # Nobody brings their item, which is known at the end only.
    for row in invoices[:21]:
        row["lines"][0] = {**row["lines"][0], "product": {"code": "NOWHERE"}}
    outcome = destination.write([*records("invoices", invoices), state("invoices", 1), *masters])
    assert outcome.code == 1
    assert "21 of 100" in outcome.errors[-1]["message"]
    assert stats(outcome) == []


def test_rejected_records_can_be_piped_in_again(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    rows = RichRecords(sandbox, company).of("invoices", 10)
    rich = RichRecords(sandbox, company)
    masters = [line for stream in ("customers", "items") for line in records(stream, rich.of(stream, 20))]
    # Nothing that the invoices refer to is there yet.
    first = destination.write([*records("invoices", rows), state("invoices", 1)])
    assert first.code == 1, "nothing but rejected records"
    assert destination.counts() == {"reject": 10}
    again = destination.rejected_lines()
    assert destination.write(masters).code == 0
    second = destination.write(again)
    assert second.code == 0, second.errors
    assert destination.counts() == {"create": 10}
    assert len(stored(sandbox, company, "invoices", "externalReference")) == 10


def test_a_line_that_is_no_message_is_named_without_its_content(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    rows = records("items", RichRecords(sandbox, company).of("items", 3))
    outcome = destination.write([*rows, b'{"type": "secret words\n'])
    assert outcome.code == 1
    (error,) = outcome.errors
    assert "Line 4" in error["message"]
    assert "secret words" not in str(outcome.messages)
