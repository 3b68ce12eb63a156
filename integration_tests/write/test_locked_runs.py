"""Two runs on one machine: the second gives way by name, and goes on where a killed one was, every record once."""

import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from destination_sage_active.write import company_locks
from integration_tests.connector import killed_after
from integration_tests.destination import Destination, catalog, committed, records, state, stats
from integration_tests.expected import TYPES
from integration_tests.rich_records import Data, RichRecords, stored
from integration_tests.write.conftest import INVOICES
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

COUNT = 100
# When so many are there, requests are under way, others have been answered, and the run is far from its end.
WRITTEN_BEFORE = 20
ANSWER_SECONDS = 1.5
LONGEST_SECONDS = 60


def rows_of(sandbox: Sandbox, company: Company, stream: str) -> list[Data]:
    """Records that differ from each other, and refer to nothing that the stock lacks."""
    rich = RichRecords(sandbox, company)
    if stream != "invoices":
        return rich.of(stream, COUNT)
    models = rich.of(stream, INVOICES)
    return [
        {**models[number % INVOICES], "id": f"invoice {number}", "externalReference": f"R-{number}"}
        for number in range(COUNT)
    ]


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(("stream", "key"), [("suppliers", "code"), ("invoices", "externalReference")])
def test_a_second_run_gives_way_and_after_a_kill_every_record_is_there_once(
    sandbox: Sandbox, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str, key: str
) -> None:
    monkeypatch.setattr(company_locks, "LONGEST_WAIT_SECONDS", 0.1)
    tokens = str(tmp_path / "tokens.json")
    first, second = (
        Destination.over(sandbox, "direct", company, tmp_path / name, token_path=tokens) for name in ("first", "second")
    )
    lines = [*records(stream, rows_of(sandbox, company, stream)), state(stream, COUNT)]
    source = tmp_path / "input.jsonl"
    source.write_bytes(b"".join(lines))
    before = len(sandbox.store.table(company.id, TYPES[stream]))
    sandbox.mutations.clear()
    sandbox.faults.add("stall_after", writes=True, seconds=ANSWER_SECONDS, times=FOREVER)
    with source.open("rb") as stdin:
        run = first.start(catalog([stream]), stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with run, killed_after(LONGEST_SECONDS, run):
        while sum(committed(sandbox).values()) < WRITTEN_BEFORE and run.poll() is None:
            time.sleep(0.01)
        outcome = second.write(lines)
        run.kill()
    assert outcome.code == 1
    assert any(f"another run (process {run.pid}, since " in error["message"] for error in outcome.errors), (
        outcome.errors
    )
    assert outcome.of_type("STATE") == []
    assert second.receipts() == []
    written = len(sandbox.store.table(company.id, TYPES[stream])) - before
    assert WRITTEN_BEFORE <= written < COUNT
    sandbox.faults.clear()
    outcome = second.write(lines)
    assert outcome.code == 0, outcome.errors
    assert len(stored(sandbox, company, stream, key)) == before + COUNT
    assert Counter(receipt["action"] for receipt in second.receipts()) == {
        "unchanged": written,
        "create": COUNT - written,
    }
    assert stats(outcome) == [(COUNT, COUNT, 0)]
