"""What the benchmarks compare delivers the same records."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.connector import Caller
from benchmarks.figures import Figure, rendered
from benchmarks.measure import BenchmarkError, measured, records
from benchmarks.run import PAGE, RESULTS, with_results
from benchmarks.server import PreparedPages
from benchmarks.targets import BARE, CAREFUL, CONNECTOR, SPLICE, THREADS, Race, WriteRace
from benchmarks.wire import Server
from benchmarks.writing import Writing

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


def race(connection: str, columns: tuple[str, ...] | None = None) -> Race:
    """A small race of all programs."""
    return Race("small", connection, TOTAL, 0, (), columns=columns)


@pytest.mark.parametrize(("connection", "programs"), [("direct", (BARE, CAREFUL, THREADS)), ("maesn", (BARE, CAREFUL))])
def test_all_programs_deliver_the_same_records(
    url: str, connection: str, programs: tuple[str, ...], tmp_path: Path
) -> None:
    caller = Caller(tmp_path)
    expected = delivered(caller.racing(CONNECTOR, race(connection), url))
    for program in programs:
        assert delivered(caller.racing(program, race(connection), url)) == expected
    # The splicing loop never looks at a date.
    spliced = delivered(caller.racing(SPLICE, race(connection), url))
    assert spliced == {key: {**row, "updated_at": None} for key, row in expected.items()}


def test_few_columns_are_the_same_ones(url: str, tmp_path: Path) -> None:
    few = race("direct", ("code", "socialName"))
    connector, bare = (delivered(Caller(tmp_path).racing(program, few, url)) for program in (CONNECTOR, BARE))
    assert connector == bare
    dates = {"id", "creationDate", "modificationDate", "company_id", "updated_at"}
    assert {frozenset(row.keys() - dates) for row in bare.values()} == {
        frozenset({"code", "socialName"}),
        frozenset({"code"}),
        frozenset({"socialName"}),
    }


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


def test_an_aim_is_stated_and_fails_nothing() -> None:
    figure = Figure("processor", 1.2, "×", 1.15, aim=1.5)
    assert figure.met
    assert figure.cells == ("processor", "1.2 ×", "≥ 1.15 ×, aim 1.5 ×", "met, aim missed")
    assert Figure("processor", 1.6, "×", 1.15, aim=1.5).cells[3] == "met"
    assert Figure("processor", 1.0, "×", 1.15, aim=1.5).cells[3] == "missed, aim missed"


def test_the_page_shows_the_stored_results() -> None:
    page = PAGE.read_text(encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert rendered(results) in page
    assert with_results(page, results) == page


@pytest.mark.parametrize("name", ["drafts", "closing"])
def test_what_is_written_is_counted_and_closed(name: str, tmp_path: Path) -> None:
    writing = Writing(tmp_path, 1, lambda _: None)
    writing.race(WriteRace(name, 3, 0))
    assert [cost.program for cost in writing.costs] == ["connector"]
