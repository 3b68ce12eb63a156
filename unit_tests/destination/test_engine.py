"""Every record that comes in has one outcome, and the states wait for them."""

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.engine import Engine
from destination_sage_active.input.catalog import Mode, Target
from destination_sage_active.input.messages import Record
from destination_sage_active.input.routing import Routing
from destination_sage_active.input.states import StateQueue
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.report.report import Report
from destination_sage_active.write.buffers import FLUSH_RECORDS, HELD_BYTES, HELD_RECORDS
from destination_sage_active.write.company_locks import CompanyLocks
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.writing import Found, Key, Reference
from unit_tests.destination.write_memory import COMPANY, INVOICES, ITEMS, Fate, Memory
from unit_tests.direct.direct_writing import CREDENTIALS

LOGGER = logging.getLogger("airbyte")
LINE = {"product": {"code": "P"}, "totalQuantity": 1, "unitPrice": 5}
PRIMARY_KEY = "0ee741cf-ee1d-449b-a187-c8e43e5421f3"
INVOICE = {"id": "i1", "customer": {"code": "10001"}, "lines": [LINE]}


class Sync:
    """One sync, into one company unless others are given, its options as keywords."""

    def __init__(
        self,
        memory: Memory,
        key: str | None = None,
        mode: Mode = Mode.UPSERT,
        companies: Sequence[Company] = (COMPANY,),
        locks: CompanyLocks | None = None,
        **options: Any,
    ) -> None:
        config = DestinationConfig.model_validate(
            {"credentials": CREDENTIALS, "companies": [{"company_id": COMPANY.id}], "settle_seconds": 0, **options}
        )
        name = memory.model_.resource.name
        self.stream = (None, name)
        self.target = Target(self.stream, memory.model_.resource, mode, (key,) if key else None, (("id",),))
        self.states: list[bytes] = []
        self.queue = StateQueue(self.states.append)
        self.report = Report(None, config.max_rejected_percent, LOGGER, dry_run=config.dry_run)
        routing = Routing(companies, config.company_map)
        self.engine = Engine(memory, config, routing, {self.stream: self.target}, self.queue, self.report, locks)

    def take(self, *records: Mapping[str, Any] | bytes) -> None:
        """Takes records; bytes as they are."""
        for record in records:
            data = record if isinstance(record, bytes) else json.dumps(record).encode()
            line = b'{"type":"RECORD","record":{"stream":"x","data":' + data + b"}}"
            self.engine.record(Record(self.target, msgspec.Raw(data), line), self.queue.arrived(self.stream))

    def state(self) -> None:
        """A STATE arrives."""
        self.queue.state(b'{"type":"STATE","state":{"id":1}}', self.stream)

    def finish(self) -> list[int]:
        """Ends the input; how many were created, updated, unchanged and rejected."""
        try:
            self.engine.finish()
        finally:
            self.engine.close()
        counts = self.report.counts(self.stream)
        assert self.queue.unfinished() == {}
        return [counts[outcome] for outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.REJECTED)]


class Products(Memory):
    """Everything exists; the product `ADVANCE` is the one of advance payments."""

    def resolve(
        self, company: Company, reference: Reference, keys: Collection[Key], *, fresh: bool = False
    ) -> Mapping[Key, Found]:
        return {key: Found("p", {"category": "CONCEPT" if key[0].upper() == "ADVANCE" else "PRODUCT"}) for key in keys}


@pytest.fixture
def items() -> Memory:
    """An empty server for items."""
    return Memory(ITEMS, unique="code")


@pytest.fixture
def invoices() -> Iterator[Memory]:
    """An empty server for invoices."""
    yield Products(INVOICES)


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        (b'{"code": "A", "name": "n", "salesUnitPrice": 1E+99999999999999999999999}', "too large"),
        (b'{"code": "A", "name": ' + b"[" * 100000 + b"]" * 100000 + b"}", "cannot be read"),
        (b'{"code": "A", "name": "\xff"}', "cannot be read"),
        (b'{"code": "A"}', "is required"),
        (b'{"name": "A"}', "could not be recognised"),
    ],
    ids=["huge", "deep", "no-text", "required", "no-key"],
)
def test_an_odd_record_is_rejected_and_the_others_are_written(
    items: Memory, odd: bytes, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    sync = Sync(items)
    with caplog.at_level(logging.WARNING):
        sync.take({"code": "B", "name": "n"}, odd, {"code": "C", "name": "n"})
        sync.state()
        assert sync.finish() == [2, 0, 0, 1]
    assert named in caplog.text
    assert len(sync.states) == 1


@pytest.mark.parametrize("key", ["externalReference", "salesOrderNumber"])
def test_blanks_around_a_key_make_no_second_document(invoices: Memory, key: str) -> None:
    for expected in ([1, 0, 0, 0], [0, 0, 1, 0]):
        sync = Sync(invoices, key)
        sync.take(INVOICE | {key: "  A 1 \n"})
        assert sync.finish() == expected
    assert [row[key] for row in invoices.rows] == ["A 1"]


def test_a_later_record_with_the_same_key_meets_what_an_earlier_one_wrote(items: Memory) -> None:
    sync = Sync(items)
    sync.take({"code": "A", "name": "one"}, {"code": "B", "name": "n"}, {"code": "A", "name": "two"})
    sync.take({"code": "A", "name": "two"})
    assert sync.finish() == [2, 1, 1, 0]
    assert {row["code"]: row["name"] for row in items.rows} == {"A": "two", "B": "n"}


def test_a_dry_run_plans_for_a_repeated_key_what_then_happens(items: Memory) -> None:
    records = [{"code": "A", "name": "one"}, {"code": "A", "name": "two"}, {"code": "A", "name": "two"}]
    counts = []
    for dry_run in (True, False):
        sync = Sync(items, dry_run=dry_run)
        sync.take(*records)
        sync.state()
        counts.append(sync.finish())
        assert len(sync.states) == (0 if dry_run else 1)
    assert counts == [[1, 1, 1, 0]] * 2


@pytest.mark.parametrize(
    "line",
    [LINE | {"product": {"code": "ADVANCE"}}, LINE | {"productId": "ADVANCE"}, LINE | {"originId": "i0"}],
    ids=["advance", "advance-by-id", "deduction"],
)
def test_advance_invoices_and_deductions_are_rejected_by_name(
    invoices: Memory, line: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    sync = Sync(invoices)
    with caplog.at_level(logging.WARNING):
        sync.take(INVOICE | {"lines": [LINE, line]}, INVOICE | {"id": "i2"})
        assert sync.finish() == [1, 0, 0, 1]
    assert "lines[1]" in caplog.text
    assert "advance" in caplog.text


@pytest.mark.parametrize("early", [True, False], ids=["before-sending", "by-the-api"])
def test_too_many_rejects_hold_the_state_back(items: Memory, early: bool) -> None:
    sync = Sync(items)
    items.fates = [Fate.REFUSED] * 25
    records = [{"code": f"K{index}", **({} if early else {"name": "n"})} for index in range(25)]
    with pytest.raises(SageActiveError, match="25 of 25"):
        sync.take(*records)
        sync.state()
        sync.finish()
    assert sync.states == []


def test_nineteen_rejects_are_not_a_reason_to_stop(items: Memory) -> None:
    sync = Sync(items)
    sync.take({"code": "A", "name": "n"}, *[{"name": "no code"}] * 18)
    sync.state()
    assert sync.finish() == [1, 0, 0, 18]
    assert len(sync.states) == 1


def test_a_copied_document_does_not_carry_the_mark_of_its_original(invoices: Memory) -> None:
    mark = "[ref:0123456789abcdef01234567]"
    sync = Sync(invoices)
    sync.take(INVOICE | {"remarks": f"by hand\n{mark}"})
    assert sync.finish() == [1, 0, 0, 0]
    (row,) = invoices.rows
    assert row["remarks"].startswith("by hand\n[ref:")
    assert mark not in row["remarks"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "most"), [(0, HELD_RECORDS), (HELD_BYTES // 100, 100)], ids=["many-records", "large-records"]
)
def test_however_many_companies_there_are_no_more_is_held(items: Memory, size: int, most: int) -> None:
    companies = [replace(COMPANY, id=f"c{number}") for number in range(40)]
    sync = Sync(items, companies=companies, dry_run=True)
    held = []
    for number in range(most * 3 // 2 // len(companies) + 1):
        for company in companies:
            sync.take({"company_id": company.id, "code": f"K{number}", "name": "n", "junk": "x" * size})
            held.append(sync.queue.unfinished().get(sync.stream, 0))
    assert number < FLUSH_RECORDS
    assert most * 0.9 < max(held) <= most
    # Only as much is written as necessary: a few records of many companies would be many requests.
    assert held[-1] > most / 2
    assert sync.finish() == [len(held), 0, 0, 0]


@pytest.mark.parametrize(
    ("memory", "key", "record", "subject"),
    [
        (ITEMS, None, {"code": "A-1", "name": "x" * 5000}, "code A-1"),
        (ITEMS, None, {"code": "A-1", "company_id": "nobody"}, "code A-1"),
        (INVOICES, "externalReference", {**INVOICE, "id": PRIMARY_KEY}, f"id {PRIMARY_KEY}"),
        (INVOICES, "externalReference", {**INVOICE, "id": "me@example.com"}, "id (not shown)"),
        (ITEMS, None, {"name": "x"}, "without a key"),
        (ITEMS, None, b"[", "without a key"),
    ],
)
def test_a_record_that_cannot_be_written_is_named(
    memory: Any, key: str | None, record: Any, subject: str, caplog: pytest.LogCaptureFixture
) -> None:
    companies = (COMPANY, replace(COMPANY, id="other"))
    with caplog.at_level(logging.WARNING, logger="airbyte"):
        sync = Sync(Memory(memory), key, companies=companies if "company_id" in str(record) else (COMPANY,))
        sync.take(record)
    assert f", {subject}" in caplog.text
