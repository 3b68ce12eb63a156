"""First reads of one large company that are killed at random moments and resumed with the last STATE.

`python -m integration_tests.torture --large` prints one line a run and a summary. The rows come from the server of the
benchmarks, which is fast enough for hundreds of thousands, and stand still: each must arrive, and what a STATE calls
finished must never come again.
"""

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.connector import CREDENTIALS
from benchmarks.measure import RECORD, serving
from benchmarks.rows import DIRECT
from benchmarks.wire import ANNOUNCEMENT
from integration_tests.connector import COMMAND, Connector, killed_after
from sage_active.direct.reading import PAGES_PER_WINDOW, WINDOWS_AT_ONCE
from source_sage_active.cursor import SECONDS_BETWEEN_STATES

STREAM: Final = "customers"
ROWS: Final = 200_000
LATENCY_MS: Final = 200
PAGE: Final = 500
WORKERS: Final = 8
MOST_KILLS: Final = 6
LONGEST_SECONDS: Final = 600.0
# How much later than due a STATE may arrive on a busy machine.
SLACK_SECONDS: Final = 10.0
MOST_SHOWN: Final = 5
STATE: Final = b'{"type":"STATE"'
ERROR: Final = b'"type":"ERROR"'
ROW: Final = re.compile(rb'"id":"([^"]+)","creationDate":"([^"]{19})')
# Second by second, as text: its order is that of time.
Span = tuple[str, str]


@dataclass
class LargeResult:
    """What one run came to. `again`: the records that came again after each kill; nobody signs in anew here."""

    seed: int
    rows: int
    kills: int = 0
    sign_ins: int = 0
    again: list[int] = field(default_factory=list)
    longest_seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        summary = "; ".join(self.problems[:MOST_SHOWN]) or "nothing lost"
        windows = [round(number / rows_of_window(self.rows), 1) for number in self.again]
        return (
            f"seed {self.seed}: {self.kills} kills, {self.rows} rows, windows that came again: {windows}, "
            f"at most {self.longest_seconds:.1f} s since a STATE: {summary}"
        )


@dataclass
class _Platform:
    """What a platform has received of the stream."""

    result: LargeResult
    received: set[bytes] = field(default_factory=set)
    state: Any = None
    done: list[Span] = field(default_factory=list)
    # Of the read that is under way: rows that no STATE calls finished, the rows that came again, the last STATE.
    unfinished: dict[bytes, str] = field(default_factory=dict)
    again: int = 0
    finished_before: list[Span] = field(default_factory=list)
    state_at: float | None = None

    def begin(self) -> None:
        """A read begins from the last state."""
        self.finished_before, self.again, self.state_at = self.done, 0, None
        self.unfinished.clear()

    def receive(self, line: bytes) -> None:
        """Takes one line of the source."""
        if line.startswith(RECORD):
            found = ROW.search(line)
            assert found is not None
            self._receive_row(found[1], found[2].decode())
        elif line.startswith(STATE):
            self._receive_state(json.loads(line)["state"])
        elif ERROR in line:
            self.result.problems.append(line.decode()[:300])

    def _receive_row(self, key: bytes, created: str) -> None:
        if _is_in(self.finished_before, created):
            self.result.problems.append(f"{key.decode()} came again although the state calls its window finished")
        self.again += key in self.received
        self.received.add(key)
        self.unfinished[key] = created
        if self.state_at is not None:
            waited = time.monotonic() - self.state_at
            self.result.longest_seconds = max(self.result.longest_seconds, waited)

    def _receive_state(self, state: Any) -> None:
        self.state, self.state_at = [{"type": "STREAM", "stream": state["stream"]}], time.monotonic()
        (entry,) = state["stream"]["stream_state"]["states"]
        spans = entry.get("resume", {}).get("done", [])
        self.done = [(lower[:19], upper[:19]) for lower, upper in spans]
        if "resume" not in entry:
            return
        self.unfinished = {key: at for key, at in self.unfinished.items() if not _is_in(self.done, at)}
        most = WORKERS * 2 * rows_of_window(self.result.rows)
        if len(self.unfinished) > most:
            self.result.problems.append(f"{len(self.unfinished)} rows before a STATE that does not know them")
        if entry["cursor"]["updated_at"] is not None:
            self.result.problems.append("a cursor of a company that is not complete")


def rows_of_window(rows: int) -> int:
    """How many rows the windows of a company aim at."""
    return max(PAGE, min(PAGES_PER_WINDOW * PAGE, rows // WINDOWS_AT_ONCE))


def run(seed: int, folder: Path, url: str, rows: int = ROWS, most_kills: int = MOST_KILLS) -> LargeResult:
    """One torture: a first read that is killed up to `most_kills` times, and then comes through."""
    chance = random.Random(seed)
    result = LargeResult(seed, rows)
    platform = _Platform(result)
    while _read(platform, folder, url, chance.randint(1, rows) if result.kills < most_kills else None):
        result.kills += 1
    if len(platform.received) != rows:
        result.problems.append(f"{rows - len(platform.received)} rows are missing")
    if platform.done or platform.state is None:
        result.problems.append("the last STATE calls the company unfinished")
    if result.longest_seconds > SECONDS_BETWEEN_STATES + SLACK_SECONDS:
        result.problems.append(f"{result.longest_seconds:.0f} s without a STATE")
    return result


def _read(platform: _Platform, folder: Path, url: str, lines: int | None) -> bool:
    """Reads from the last state on; kills the process after so many lines. Returns whether it was killed."""
    options = {
        "credentials": {"target_system": "sage-active-de", **CREDENTIALS["direct"]},
        "sandbox_url": url,
        "requests_per_minute": 100_000,
        "num_workers": WORKERS,
    }
    stream = {"name": STREAM, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    configured = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
    connector = Connector(folder, options)
    arguments = [
        "read",
        *("--config", str(connector.write("config.json", options))),
        *("--catalog", str(connector.write("catalog.json", {"streams": [configured]}))),
        *(("--state", str(connector.write("state.json", platform.state))) if platform.state else ()),
    ]
    is_resumed = platform.state is not None
    platform.begin()
    with (
        subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
        killed_after(LONGEST_SECONDS, process),
    ):
        assert process.stdout is not None
        is_killed = _received(platform, process.stdout, lines)
        if is_killed:
            process.kill()
    if is_resumed:
        platform.result.again.append(platform.again)
    if not is_killed and process.returncode:
        platform.result.problems.append(f"a read ended with exit code {process.returncode}")
    return is_killed


def _received(platform: _Platform, output: Iterable[bytes], lines: int | None) -> bool:
    for number, line in enumerate(output, 1):
        platform.receive(line)
        if number == lines:
            return True
    return False


def _is_in(spans: Sequence[Span], created: str) -> bool:
    return any(lower <= created < upper for lower, upper in spans)


@contextmanager
def large_server(rows: int, latency_ms: int) -> Iterator[str]:
    """The server with so many customers; yields its address."""
    options = ["--rows", str(rows * len(DIRECT)), "--latency-ms", str(latency_ms)]
    with serving([sys.executable, "-m", "benchmarks.server", *options], ANNOUNCEMENT) as url:
        yield url
