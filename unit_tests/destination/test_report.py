"""What the user is told: rejects in the log and in files, receipts, plans and sums."""

import json
import logging
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.outcome import Outcome
from destination_sage_active.record.stream import Stream
from destination_sage_active.report.report import FEWEST_FOR_PERCENT, LOGGED_REJECTS, Report
from sage_active.errors import SageActiveError
from sage_active.moments import parse_utc

CUSTOMERS: Stream = (None, "customers")
LINE = b'{"type":"RECORD","record":{"stream":"customers","data":{"code":"C1","sum":19.990000},"emitted_at":1}}\n'
LOGGER = logging.getLogger("test.rejects")


def new_report(path: Path | None = None, max_percent: int = 20, *, dry_run: bool = False) -> Report:
    """A report."""
    return Report(str(path) if path else None, max_percent, LOGGER, dry_run=dry_run)


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of JSON."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def reject(to: Report, number: int = 1) -> None:
    """Rejects some records."""
    for index in range(number):
        to.rejected(CUSTOMERS, RecordKey("code", f"C{index}"), "name", "it is too long", LINE)


def test_the_first_rejects_are_logged_and_all_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    report = new_report()
    with caplog.at_level(logging.INFO, LOGGER.name):
        reject(report, LOGGED_REJECTS + 5)
        report.close()
    warnings = [entry.getMessage() for entry in caplog.records if entry.levelno == logging.WARNING]
    assert len(warnings) == LOGGED_REJECTS + 1
    assert warnings[0] == "Rejected: stream `customers`, code C0, field `name`: it is too long"
    assert f"{LOGGED_REJECTS + 5} rejected" in caplog.records[-1].getMessage()


def test_progress_says_nothing_of_streams_that_are_done() -> None:
    report = new_report()
    report.expect([CUSTOMERS, (None, "items")])
    reject(report)
    progress = report.progress()
    assert progress.rows == {"customers": 1}
    # No stream of a write is done before its input ends.
    assert (progress.streams, progress.finished) == (0, ())


@pytest.mark.parametrize(
    ("key", "logged"),
    [
        (RecordKey("code", "C-1"), "code C-1"),
        (RecordKey("vatNumber", "DE123456789"), "vatNumber (not shown)"),
        (RecordKey("documentId", "12345678Z"), "documentId (not shown)"),
        (RecordKey("remarks", "[ref:0123456789abcdef01234567]"), "remarks [ref:0123456789abcdef01234567]"),
        (RecordKey("remarks", "a note"), "remarks (not shown)"),
        (RecordKey("name", "Erika"), "name (not shown)"),
        (RecordKey("code", "x" * 61), "code (not shown)"),
        (RecordKey("code", "a\nb"), "code (not shown)"),
        (RecordKey("id", "0B2F5A10-0000-4000-8000-00000000000a"), "id 0B2F5A10-0000-4000-8000-00000000000a"),
        (RecordKey("id", "erika@example.com"), "id (not shown)"),
        (RecordKey("invoiceId", "erika@example.com"), "invoiceId (not shown)"),
    ],
)
def test_keys_that_may_be_personal_are_not_logged(key: RecordKey, logged: str) -> None:
    assert key.loggable == logged


def test_rejected_records_can_be_piped_in_again(tmp_path: Path) -> None:
    report = new_report(tmp_path / "new" / "folder")
    report.rejected(CUSTOMERS, None, None, "no such country", LINE, code="reference-unresolved")
    content = (tmp_path / "new" / "folder" / "rejected.jsonl").read_bytes()
    # Readable at once, not only after closing: it must be stored before the STATE leaves.
    assert b'"sum":19.990000' in content
    assert json.loads(content) == json.loads(LINE) | {
        "rejected_reason": "reference-unresolved",
        "rejected_field": None,
        "rejected_message": "no such country",
    }
    report.close()


def test_receipts_say_what_was_written(tmp_path: Path) -> None:
    report = new_report(tmp_path)
    report.receipt(CUSTOMERS, RecordKey("code", "C1"), "create", "id-1", "company-1")
    report.receipt(("erp", "x"), RecordKey("vatNumber", "DE1"), "unchanged", "id-2", "company-1")
    receipts = lines(tmp_path / "receipts.jsonl")
    moments = [parse_utc(receipt.pop("at")) for receipt in receipts]
    assert moments == sorted(moments)
    assert receipts == [
        {"stream": "customers", "key": {"code": "C1"}, "action": "create", "id": "id-1", "company_id": "company-1"},
        {
            "stream": "erp.x",
            "key": {"vatNumber": "DE1"},
            "action": "unchanged",
            "id": "id-2",
            "company_id": "company-1",
        },
    ]
    assert not (tmp_path / "plan.jsonl").exists()


def test_a_dry_run_writes_a_plan_and_no_receipts(tmp_path: Path) -> None:
    report = new_report(tmp_path, dry_run=True)
    report.simulated(CUSTOMERS, RecordKey("code", "C1"), Outcome.UPDATED, ["name", "contacts"])
    reject(report)
    assert lines(tmp_path / "plan.jsonl") == [
        {"stream": "customers", "key": {"code": "C1"}, "action": "update", "changed": ["name", "contacts"]},
        {"stream": "customers", "key": {"code": "C0"}, "action": "reject", "changed": ["name"]},
    ]
    assert len(lines(tmp_path / "rejected.jsonl")) == 1
    assert not (tmp_path / "receipts.jsonl").exists()
    assert report.counts(CUSTOMERS)[Outcome.UPDATED] == 1


def test_a_dry_run_says_so_in_its_summary(caplog: pytest.LogCaptureFixture) -> None:
    report = new_report(dry_run=True)
    report.simulated(CUSTOMERS, None, Outcome.CREATED, [])
    with caplog.at_level(logging.INFO, LOGGER.name):
        report.close()
    assert "nothing was written: `customers` would have 1 created, 0 updated, 0 unchanged, 0 rejected" in caplog.text


def test_the_summary_has_every_stream_and_the_time_it_took(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 103.0, 107.5])
    monkeypatch.setattr("destination_sage_active.report.report.time.monotonic", lambda: next(clock))
    report = new_report()
    report.expect([CUSTOMERS, ("erp", "x")])
    for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
        report.started(CUSTOMERS)
        report.written(CUSTOMERS, None, outcome)
    with caplog.at_level(logging.INFO, LOGGER.name):
        report.close()
    assert [entry.getMessage() for entry in caplog.records] == [
        "`customers`: 1 created, 0 updated, 1 unchanged, 0 rejected, 7.5 seconds.",
        "`erp.x`: 0 created, 0 updated, 0 unchanged, 0 rejected, 0.0 seconds.",
    ]


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        (tmp_path / "rejected.jsonl").touch(0o666)
        report = new_report(tmp_path / "made")
        new_report(tmp_path).close()
    finally:
        os.umask(before)
    report.close()
    for path in (
        tmp_path / "made" / "rejected.jsonl",
        tmp_path / "made" / "receipts.jsonl",
        tmp_path / "rejected.jsonl",
    ):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700


def test_a_run_loses_nothing_of_earlier_ones(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        report = new_report(tmp_path)
        reject(report, number)
        report.close()
    assert len(lines(tmp_path / "rejected.jsonl")) == 3
    kept = sorted(len(lines(path)) for path in tmp_path.glob("rejected-*.jsonl"))
    assert kept == [1, 2]
    assert not list(tmp_path.glob("receipts-*.jsonl"))


def test_rejects_of_a_run_can_be_the_input_of_the_next(tmp_path: Path) -> None:
    first = new_report(tmp_path)
    reject(first, 3)
    first.close()
    with (tmp_path / "rejected.jsonl").open("rb") as stdin:
        second = new_report(tmp_path)
        again = 0
        for line in stdin:
            second.rejected(CUSTOMERS, None, None, "still wrong", line)
            again += 1
            assert again <= 3, "a run reads its own rejects"
    assert again == 3
    assert lines(tmp_path / "rejected.jsonl")[0]["rejected_message"] == "still wrong"


def test_a_folder_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SageActiveError, match="report_path"):
        new_report(tmp_path / "file" / "below")


def test_a_disk_that_is_full_is_reported(tmp_path: Path) -> None:
    (tmp_path / "rejected.jsonl").symlink_to("/dev/full")
    with pytest.raises(SageActiveError, match=r"rejected\.jsonl .*cannot be written"):
        reject(new_report(tmp_path))


def test_small_streams_are_not_judged() -> None:
    report = new_report(max_percent=0)
    reject(report, FEWEST_FOR_PERCENT - 1)
    assert not report.too_many(CUSTOMERS, FEWEST_FOR_PERCENT - 1)
    reject(report)
    assert report.too_many(CUSTOMERS, FEWEST_FOR_PERCENT)
    assert not report.too_many(("other", "stream"), 0)


@given(
    written=st.integers(0, 200),
    rejected=st.integers(0, 200),
    under_way=st.integers(0, 200),
    percent=st.integers(0, 100),
)
def test_more_than_the_share_is_too_many(written: int, rejected: int, under_way: int, percent: int) -> None:
    quiet = logging.Logger("quiet")
    report = Report(None, percent, quiet)
    for _ in range(written):
        report.written(CUSTOMERS, None, Outcome.CREATED)
    for _ in range(rejected):
        report.rejected(CUSTOMERS, None, None, "", b"")
    total, arrived = written + rejected, written + rejected + under_way
    assert report.too_many(CUSTOMERS, arrived) == (total >= 20 and rejected / arrived > percent / 100)
    assert report.counts(CUSTOMERS)[Outcome.REJECTED] == rejected
