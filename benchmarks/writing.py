"""How fast new records are written, lookups included, and how much memory many of them need."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import requests

from benchmarks.companies import COMPANY
from benchmarks.figures import Cost, Figure
from benchmarks.measure import BenchmarkError, Run, measured, serving
from benchmarks.targets import WriteMemory, WriteRace
from benchmarks.wire import ANNOUNCEMENT
from benchmarks.written import WRITTEN, Written

COMMAND: Final = str(Path(sys.executable).parent / "destination-sage-active")
STATE_EVERY: Final = 1000
CREDENTIALS: Final = {
    "auth_type": "token",
    "target_system": "sage-active-de",
    "client_id": "bench-client",
    "refresh_token": "bench-refresh-token",
    "access_token": "bench-access-token",
    "subscription_key": "bench-subscription-key",
}


class Writing:
    """Measures in a folder of its own, `rounds` times each."""

    def __init__(self, folder: Path, rounds: int, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._rounds = rounds
        self._say = say
        self.figures: list[Figure] = []
        self.costs: list[Cost] = []

    def race(self, race: WriteRace) -> None:
        """New records at the latency of the race, the defaults of the connector, the budget out of the way."""
        runs = [self._run(race.written, race.records, race.latency_ms) for _ in range(self._rounds)]
        speed = median(race.records / run.seconds for run in runs)
        self.figures.append(Figure(f"{race.title}, records a second", speed, "records/s", race.floor))
        self._keep(race.title, race.records, runs)

    def memory(self, bound: WriteMemory) -> None:
        """The peak for many records."""
        run = self._run(bound.written, bound.records, 0)
        self.figures.append(Figure(f"{bound.title}, peak memory", run.peak_mb, "MB", bound.most_mb, at_least=False))
        self._keep(bound.title, bound.records, [run])

    def _run(self, name: str, records: int, latency_ms: int) -> Run:
        """One run against an empty store.

        Raises `BenchmarkError` when a record is missing, there twice, or not closed although it should be.
        """
        written = WRITTEN[name]
        command = [sys.executable, "-m", "benchmarks.record_store", "--latency-ms", str(latency_ms)]
        with serving(command, ANNOUNCEMENT) as url:
            run = measured(self._command(url, written), stdin=self._messages(written, records))
            counts = requests.get(f"{url}/count", timeout=60).json()[written.root]
        if counts != {"created": records, "closed": records * written.closes, "different": records}:
            raise BenchmarkError(f"{records} {written.label} were to be written, and there are {counts}")
        self._say(f"{written.label}, {records:,}, {latency_ms} ms: {run.seconds:.2f} s, peak {run.peak_mb:.0f} MB")
        return run

    def _keep(self, title: str, records: int, runs: list[Run]) -> None:
        seconds = median(run.seconds for run in runs)
        processor = median(run.processor for run in runs) / records * 1e6
        peak = max(run.peak_mb for run in runs)
        self.costs.append(Cost(title, "connector", seconds, records / seconds, processor, peak))

    def _command(self, url: str, written: Written) -> list[str]:
        config = {
            "credentials": CREDENTIALS,
            "companies": [{"company_id": COMPANY}],
            "sandbox_url": url,
            "requests_per_minute": 100_000,
            **written.options,
        }
        catalog = {"streams": [_configured(stream) for stream in (*written.first, written.stream)]}
        config_file, catalog_file = self._folder / "write-config.json", self._folder / "write-catalog.json"
        config_file.write_text(json.dumps(config), encoding="utf-8")
        catalog_file.write_text(json.dumps(catalog), encoding="utf-8")
        return [COMMAND, "write", "--config", str(config_file), "--catalog", str(catalog_file)]

    def _messages(self, written: Written, records: int) -> Path:
        path = self._folder / f"{written.label}-{records}.jsonl"
        if not path.exists():
            with path.open("w", encoding="utf-8") as lines:
                lines.writelines(_record(stream, data) for stream, data in written.first.items())
                for number in range(records):
                    lines.write(_record(written.stream, written.record(number)))
                    if (number + 1) % STATE_EVERY == 0:
                        lines.write(_state(written.stream, number))
        return path


def _configured(stream: str) -> dict[str, Any]:
    offered = {"name": stream, "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    configured = {"stream": offered, "sync_mode": "full_refresh", "destination_sync_mode": "append_dedup"}
    return {**configured, "primary_key": [["id"]]}


def _record(stream: str, data: Mapping[str, Any]) -> str:
    return json.dumps({"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 0}}) + "\n"


def _state(stream: str, number: int) -> str:
    state = {"stream_descriptor": {"name": stream}, "stream_state": {"written": number}}
    return json.dumps({"type": "STATE", "state": {"type": "STREAM", "stream": state, "id": number}}) + "\n"
