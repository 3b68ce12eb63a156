"""Copies one company into an empty one: the source's output is the destination's input."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stand_in import SCRIPTS, SECONDS_FOR_ANYTHING, Stand, UnexpectedError

# Stream -> type in the stand-in; invoices refer to the other two by their codes.
STREAMS: Final = {"customers": "Customer", "items": "Product", "invoices": "SalesInvoice"}
# Why advance invoices, and those that deduct them, are rejected: no program can write them.
UNWRITABLE: Final = "document-type"
KEY: Final = [["company_id"], ["id"]]
# The stand-in answers at once: nothing can arrive later than this.
SETTLE_SECONDS: Final = 2


@dataclass(frozen=True)
class Copied:
    """What became of one stream: in the first copy, and in the second; `refused`: what the API has no way to write."""

    stream: str
    records: int
    refused: int
    created: int
    unchanged: int
    seconds: float


def copied(stand: Stand, market: str, folder: Path, configuration: Path) -> list[Copied]:
    """Copies a market's first company, twice. Raises `UnexpectedError` when something is missing or there twice."""
    folder.mkdir()
    original = sorted(stand.usable_companies(market))[0]
    copy = stand.post("companies", {"market": market, "name": "Copy of the first company"})["id"]
    common = json.loads(configuration.read_text(encoding="utf-8")) | {"token_path": str(folder / "tokens.json")}
    _write(folder / "source.json", common | {"companies": [{"company_id": original}]})
    _write(folder / "source-catalog.json", {"streams": [_stream(name, "overwrite") for name in STREAMS]})
    _write(folder / "destination-catalog.json", {"streams": [_stream(name, "append_dedup") for name in STREAMS]})
    runs = []
    for number in ("first", "second"):
        report = folder / number
        settings = {"companies": [{"company_id": copy}], "settle_seconds": SETTLE_SECONDS, "report_path": str(report)}
        _write(folder / f"destination-{number}.json", common | settings)
        runs.append(_run(folder, number))
    held = {name: len(stand.records(copy, kind)) for name, kind in STREAMS.items()}
    return [_compared(name, held[name], *runs) for name in STREAMS]


Run = tuple[Mapping[tuple[str, str], int], float]


def _run(folder: Path, number: str) -> Run:
    """One copy. Returns how many records of each stream ended in which way, and the seconds."""
    began = time.monotonic()
    with (folder / f"{number}.jsonl").open("wb") as messages, (folder / f"{number}.stderr.txt").open("wb") as stderr:
        source = subprocess.Popen(
            _command("source-sage-active", "read", folder / "source.json", folder / "source-catalog.json"),
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        destination = subprocess.run(
            _command(
                "destination-sage-active",
                "write",
                folder / f"destination-{number}.json",
                folder / "destination-catalog.json",
            ),
            stdin=source.stdout,
            stdout=messages,
            stderr=stderr,
            timeout=SECONDS_FOR_ANYTHING,
            check=False,
        )
        codes = (source.wait(SECONDS_FOR_ANYTHING), destination.returncode)
    if codes != (0, 0):
        raise UnexpectedError(f"the {number} copy ended with {codes}, see {folder}.")
    receipts = [json.loads(line) for line in (folder / number / "receipts.jsonl").read_bytes().splitlines()]
    rejected = [json.loads(line) for line in (folder / number / "rejected.jsonl").read_bytes().splitlines()]
    if others := [record for record in rejected if record["rejected_reason"] != UNWRITABLE]:
        raise UnexpectedError(f"the {number} copy rejected {len(others)} records, see {folder / number}.")
    print(f"  {'copy':<10} {number:<12} {time.monotonic() - began:6.1f} s", flush=True)
    outcomes = Counter((receipt["stream"], receipt["action"]) for receipt in receipts)
    outcomes.update((record["record"]["stream"], "reject") for record in rejected)
    return outcomes, time.monotonic() - began


def _compared(stream: str, held: int, first: Run, second: Run) -> Copied:
    created, unchanged = first[0].get((stream, "create"), 0), second[0].get((stream, "unchanged"), 0)
    refused = first[0].get((stream, "reject"), 0)
    if (
        not created == unchanged == held
        or second[0].get((stream, "reject"), 0) != refused
        or sum(count for (name, _), count in second[0].items() if name == stream) != held + refused
    ):
        raise UnexpectedError(f"{stream}: {created} created, {unchanged} unchanged in the second copy, {held} there.")
    return Copied(stream, held + refused, refused, created, unchanged, first[1])


def _command(script: str, command: str, config: Path, catalog: Path) -> list[str]:
    return [str(SCRIPTS / script), command, "--config", str(config), "--catalog", str(catalog)]


def _stream(name: str, mode: str) -> dict[str, Any]:
    described = {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    return {
        "stream": described,
        "sync_mode": "full_refresh",
        "destination_sync_mode": mode,
        "primary_key": KEY,
    }


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
