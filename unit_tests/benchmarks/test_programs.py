"""What the benchmarks compare delivers the same records."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.figures import Figure, rendered
from benchmarks.measure import BenchmarkError, measured, records
from benchmarks.reading import Reading
from benchmarks.run import PAGE, RESULTS, with_results
from benchmarks.server import PreparedPages, Server
from benchmarks.targets import BARE, CONNECTOR, SPLICE

pytestmark = pytest.mark.slow

TOTAL = 6000


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Server(PreparedPages(TOTAL).answer)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server.url
    server.close()
    thread.join()


def delivered(command: Sequence[str]) -> dict[tuple[str, str], dict[str, object]]:
    """The records of a program by stream and key; each key comes once."""
    output = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    found = [message["record"] for message in messages if message["type"] == "RECORD"]
    by_key = {(record["stream"], record["data"].get("id") or record["data"]["invoiceId"]): record for record in found}
    assert len(by_key) == len(found) == TOTAL
    return {key: record["data"] for key, record in by_key.items()}


@pytest.mark.slow
@pytest.mark.parametrize("connection", ["direct", "maesn"])
def test_all_programs_deliver_the_same_rows(url: str, connection: str, tmp_path: Path) -> None:
    reading = Reading(tmp_path, 1, lambda _: None)
    rows = [delivered(reading.command(program, connection, url, TOTAL)) for program in (CONNECTOR, BARE, SPLICE)]
    # The yardsticks spare themselves the common notation of dates.
    assert all(str(row["updated_at"]).endswith("000Z") for row in rows[0].values())
    for program in rows:
        for row in program.values():
            del row["updated_at"]
    assert rows[0] == rows[1] == rows[2]


def test_a_run_is_measured() -> None:
    run = measured([sys.executable, "-c", "print('x' * 99_999)"])
    assert run.written == 100_000
    assert run.seconds >= run.processor / 4 > 0
    assert run.peak_mb > 1


def test_a_program_that_fails_is_not_a_result() -> None:
    with pytest.raises(BenchmarkError, match="ends with 3"):
        measured([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(BenchmarkError, match="ends with 3"):
        records([sys.executable, "-c", "raise SystemExit(3)"])


def test_targets_are_lower_or_upper_bounds() -> None:
    assert Figure("speed", 4.0, "×", 4.0).met
    assert not Figure("speed", 3.9, "×", 4.0).met
    assert Figure("memory", 150.0, "MB", 150.0, at_least=False).met
    assert not Figure("memory", 151.0, "MB", 150.0, at_least=False).met
    assert Figure("no target", 1.0, "×").met


def test_the_page_shows_the_stored_results() -> None:
    page = PAGE.read_text(encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert rendered(results) in page
    assert with_results(page, results) == page
