"""What must be there when a section has been followed. Each raises `AssertionError` where it is not."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from integration_tests.expected import rows, usable
from integration_tests.recipes.grounds import MARKET, RECIPE_TEST
from integration_tests.recipes.workshop import Workshop

SCHEMA: Final = "sage_active"
COPIED: Final = "Copy"
CODES: Final = {"customers": "code", "items": "code", "invoices": "externalReference"}


def maesn_reads(workshop: Workshop) -> str:
    """The first read has every row, the second one fewer records."""
    return _two_reads(workshop, workshop.repository, ("customers", "items", "invoices"))


def copied_company(workshop: Workshop) -> str:
    """The rows of the company are in the empty one, once each, and the run that cron made is logged."""
    folder = workshop.folder / "sage"
    log = (folder / "sync.log").read_text(encoding="utf-8")
    assert (folder / "sync.ok").exists(), log
    assert "states acknowledged" in log
    assert _states(folder / "state.json") == {"customers", "items", "invoices"}
    return f"{_copied(workshop, ('customers', 'items', 'invoices'))} rows copied"


def units(workshop: Workshop) -> str:
    """Nothing is left behind: systemd itself has read the units."""
    return "systemd takes the units"


def duckdb_tables(workshop: Workshop) -> str:
    """Each table has the rows of the stand-in, once each."""
    with duckdb.connect(str(workshop.repository / "sage.duckdb"), read_only=True) as database:
        found = {
            stream: [key for (key,) in database.sql(f"SELECT id FROM {SCHEMA}.{stream}").fetchall()]
            for stream in ("customers", "invoices")
        }
    return f"{_compared(workshop, found)} rows in DuckDB"


def meltano_files(workshop: Workshop) -> str:
    """Each file has the rows of the stand-in; the second run brought some of them again and no others."""
    files = {stream: workshop.folder / "meltano" / "output" / f"{stream}.jsonl" for stream in CODES}
    times = {stream: Counter(row["id"] for row in _lines(path)) for stream, path in files.items()}
    number = _compared(workshop, {stream: list(keys) for stream, keys in times.items()})
    again = sum(keys.total() - len(keys) for keys in times.values())
    assert again < number, "the second run was not incremental"
    return f"{number} rows in files"


def docker_copy(workshop: Workshop) -> str:
    """Two reads, and a copy of the rows in the empty company."""
    reads = _two_reads(workshop, workshop.repository / "data", ("customers", "items"))
    return f"{reads}, {_copied(workshop, ('customers', 'items'))} rows copied"


def banking_rules(workshop: Workshop) -> str:
    """The test of the page has said it."""
    return f"{RECIPE_TEST} passes"


def _two_reads(workshop: Workshop, folder: Path, streams: Iterable[str]) -> str:
    first, second = (
        [message["record"] for message in _lines(folder / f"{name}.jsonl") if message["type"] == "RECORD"]
        for name in ("first", "second")
    )
    keys = {"invoices": "invoiceId"} if "invoiceId" in json.dumps(first[-1]) else {}
    found = {
        stream: [
            record["data"].get(keys.get(stream, "id"), record["data"].get("id"))
            for record in first
            if record["stream"] == stream
        ]
        for stream in streams
    }
    _compared(workshop, found)
    assert len(second) < len(first), "the second read was not incremental"
    return f"{len(first)} records, then {len(second)}"


def _compared(workshop: Workshop, found: Mapping[str, list[str]]) -> int:
    """The number of rows, which are those of the companies that are read, once each."""
    companies = [company for company in usable(workshop.sandbox, MARKET) if company.name != COPIED]
    for stream, keys in found.items():
        held = [key for company in companies for key in rows(workshop.sandbox, company.id, stream)]
        assert sorted(map(str, keys)) == sorted(held), f"{stream}: {len(keys)} rows, {len(held)} in the stand-in"
    return sum(map(len, found.values()))


def _copied(workshop: Workshop, streams: Iterable[str]) -> int:
    """The number of rows in the empty company. A company may refuse a customer without any address."""
    original, target = (
        next(company for company in usable(workshop.sandbox, MARKET) if (company.name == COPIED) is is_copy)
        for is_copy in (False, True)
    )
    number = 0
    for stream in streams:
        copied = rows(workshop.sandbox, target.id, stream).values()
        assert copied, f"no {stream} were copied"
        if stream != "invoices":
            codes = [row["code"] for row in copied]
            wanted = rows(workshop.sandbox, original.id, stream).values()
            assert len(codes) == len(set(codes)), f"{stream} are there twice"
            assert {row["code"] for row in wanted if row.get("addresses", True)} <= set(codes), stream
        number += len(copied)
    return number


def _states(path: Path) -> set[str]:
    return {state["stream"]["stream_descriptor"]["name"] for state in json.loads(path.read_text(encoding="utf-8"))}


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
