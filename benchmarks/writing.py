"""How fast new customers are written, lookups included, and how much memory many of them need."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import requests

from benchmarks.figures import Cost, Figure
from benchmarks.measure import BenchmarkError, Run, measured, serving
from benchmarks.server import ANNOUNCEMENT, COMPANY
from benchmarks.targets import WRITE_MEMORY, WRITE_RACE, WriteMemory, WriteRace

COMMAND: Final = str(Path(sys.executable).parent / "destination-sage-active")
STREAM: Final = "customers"
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

    def all(self) -> None:
        """Speed with latency, and memory without it."""
        self.race(WRITE_RACE)
        self.memory(WRITE_MEMORY)

    def race(self, race: WriteRace) -> None:
        """New customers at the latency of the race, the defaults of the connector, the budget out of the way."""
        runs = [self._run(race.records, race.latency_ms) for _ in range(self._rounds)]
        speed = median(race.records / run.seconds for run in runs)
        self.figures.append(Figure(f"{race.title}, records a second", speed, "records/s", race.floor))
        self._keep(race.title, race.records, runs)

    def memory(self, bound: WriteMemory) -> None:
        """The peak for many customers."""
        run = self._run(bound.records, 0)
        title = f"write of {bound.records:,} new customers"
        self.figures.append(Figure(f"{title}, peak memory", run.peak_mb, "MB", bound.most_mb, at_least=False))
        self._keep(title, bound.records, [run])

    def _run(self, records: int, latency_ms: int) -> Run:
        """One run against an empty store. Raises `BenchmarkError` when a customer is missing or there twice."""
        messages = self._messages(records)
        command = [sys.executable, "-m", "benchmarks.customer_store", "--latency-ms", str(latency_ms)]
        with serving(command, ANNOUNCEMENT) as url:
            run = measured(self._command(url), stdin=messages)
            counts = requests.get(f"{url}/count", timeout=60).json()
        if counts != {"created": records, "codes": records}:
            raise BenchmarkError(f"{records} customers were to be written, and there are {counts}")
        self._say(f"write of {records:,} customers, {latency_ms} ms: {run.seconds:.2f} s, peak {run.peak_mb:.0f} MB")
        return run

    def _keep(self, title: str, records: int, runs: list[Run]) -> None:
        seconds = median(run.seconds for run in runs)
        processor = median(run.processor for run in runs) / records * 1e6
        peak = max(run.peak_mb for run in runs)
        self.costs.append(Cost(title, "connector", seconds, records / seconds, processor, peak))

    def _command(self, url: str) -> list[str]:
        config = {
            "credentials": CREDENTIALS,
            "companies": [{"company_id": COMPANY}],
            "sandbox_url": url,
            "requests_per_minute": 100_000,
        }
        stream = {"name": STREAM, "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
        catalog = {
            "streams": [
                {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append_dedup"},
            ]
        }
        config_file, catalog_file = self._folder / "write-config.json", self._folder / "write-catalog.json"
        config_file.write_text(json.dumps(config), encoding="utf-8")
        catalog_file.write_text(json.dumps(catalog), encoding="utf-8")
        return [COMMAND, "write", "--config", str(config_file), "--catalog", str(catalog_file)]

    def _messages(self, records: int) -> Path:
        path = self._folder / f"customers-{records}.jsonl"
        if not path.exists():
            with path.open("w", encoding="utf-8") as lines:
                for number in range(records):
                    lines.write(json.dumps(_record(number)) + "\n")
                    if (number + 1) % STATE_EVERY == 0:
                        lines.write(json.dumps(_state(number)) + "\n")
        return path


def _record(number: int) -> dict[str, Any]:
    address = {
        "name": "Zentrale",
        "firstLine": f"Hauptstraße {number % 200}",
        "zipCode": f"{10000 + number % 80000}",
        "city": "Musterstadt",
        "countryIsoCodeAlpha2": "DE",
    }
    contact = {
        "name": "Erika",
        "surname": f"Muster {number}",
        "emails": [{"emailAddress": f"erika{number}@example.com", "usage": "INVOICES"}],
    }
    data = {
        "code": f"C-{number:07d}",
        "socialName": f"Kunde {number} GmbH",
        "comments": "angelegt zur Messung",
        "discount": 2.50,
        "addresses": [address],
        "contacts": [contact],
    }
    return {"type": "RECORD", "record": {"stream": STREAM, "data": data, "emitted_at": 0}}


def _state(number: int) -> dict[str, Any]:
    state = {"stream_descriptor": {"name": STREAM}, "stream_state": {"written": number}}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": state, "id": number}}
