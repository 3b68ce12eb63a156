"""A write that is told to end has written down what it has written."""

import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from integration_tests import maesn_records
from integration_tests.connector import killed_after
from integration_tests.destination import DESTINATION, Destination, catalog, committed, records, state
from integration_tests.expected import TYPES
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

COUNT = 120
# When so many are there, requests are under way, others have been answered, and the batch is far from its end.
WRITTEN_BEFORE = 20
ANSWER_SECONDS = 0.3
LONGEST_SECONDS = 60


@pytest.mark.parametrize(
    ("connection", "stream", "number"),
    [
        ("direct", "items", signal.SIGTERM),
        ("direct", "customers", signal.SIGINT),
        ("maesn", "items", signal.SIGTERM),
    ],
)
def test_after_a_signal_the_receipts_list_everything_that_was_written(
    sandbox: Sandbox, company: Company, tmp_path: Path, connection: str, stream: str, number: int
) -> None:
    destination = Destination.over(sandbox, connection, company, tmp_path / "destination")
    is_direct = connection == "direct"
    data = (RichRecords(sandbox, company).of if is_direct else partial(maesn_records.of, sandbox, company))(
        stream, COUNT
    )
    content = b"".join((*records(stream, data), state(stream, COUNT)))
    before = set(sandbox.store.table(company.id, TYPES[stream]))
    sandbox.faults.add("stall_after", writes=True, seconds=ANSWER_SECONDS, times=FOREVER)
    arguments = destination.arguments(catalog({stream: "append"}))
    process = subprocess.Popen([*DESTINATION.command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process, killed_after(LONGEST_SECONDS, process):
        assert process.stdin
        process.stdin.write(content)
        process.stdin.close()
        while sum(committed(sandbox).values()) < WRITTEN_BEFORE and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        stdout = process.stdout.read() if process.stdout else b""
        assert process.wait() == -number
    written = sandbox.store.table(company.id, TYPES[stream]).keys() - before
    assert WRITTEN_BEFORE <= len(written) < COUNT
    receipts = destination.receipts()
    assert {receipt["id"] for receipt in receipts} == written
    assert len(receipts) == len(written)
    assert {receipt["action"] for receipt in receipts} == {"create"}
    assert b'"STATE"' not in stdout
