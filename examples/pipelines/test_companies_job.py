"""The Dagster job over 60 companies of a stand-in, run in this process: `make orchestration-test`.

The connectors and the stand-in run from the folder that the variable `SCRIPTS` names: Dagster's virtual environment
does not need them.
"""

# mypy: disable-error-code="import-not-found, untyped-decorator, misc"
# Dagster is not installed where types are checked.

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import dagster as dg
import pytest
from companies_job import AT_ONCE, Copying, copy_all
from select_streams import select_streams
from stand_in import SECONDS_FOR_ANYTHING, Stand, stand_in

HERE = Path(__file__).resolve().parent
SCRIPTS = Path(os.environ["SCRIPTS"])
NUMBER = 60
STREAMS = {"customers": "Customer", "invoices": "SalesInvoice"}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    log = tmp_path_factory.mktemp("stand-in") / "log"
    with stand_in(log, "--companies", str(NUMBER), "--rows", "3", scripts=SCRIPTS) as running:
        yield running


def copying(stand: Stand, folder: Path) -> Copying:
    """The job's resource, reading the stand-in's companies into files."""
    (folder / "source.json").write_text(json.dumps(stand.get("configuration")["direct-de"]), encoding="utf-8")
    template = {"folder": str(folder / "data" / "{company_id}")}
    (folder / "destination.json").write_text(json.dumps(template), encoding="utf-8")
    offered = [{"name": name, "json_schema": {}, "supported_sync_modes": ["incremental"]} for name in STREAMS]
    catalog = select_streams([json.dumps({"type": "CATALOG", "catalog": {"streams": offered}})], [])
    (folder / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    return Copying(
        source_config=str(folder / "source.json"),
        destination_config=str(folder / "destination.json"),
        catalog=str(folder / "catalog.json"),
        folder=str(folder / "kept"),
        source=str(SCRIPTS / "source-sage-active"),
        destination=f"{sys.executable} {HERE / 'to_files.py'}",
        at_once=AT_ONCE,
    )


def narrowed(job: Copying, company_ids: Sequence[str]) -> Copying:
    """The same job for some companies."""
    file = Path(job.source_config)
    chosen = {"companies": [{"company_id": company_id} for company_id in company_ids]}
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | chosen), encoding="utf-8")
    return job


def run(job: Copying) -> Any:
    """Runs the job in this process; companies that fail are tried once more at once."""
    return copy_all(AT_ONCE, retries=1, seconds=0.01).execute_in_process(
        resources={"copying": job}, raise_on_error=False
    )


def copied(folder: Path, company_id: str, stream: str) -> Counter[str]:
    """How often each record of a company was delivered, by id."""
    file = folder / "data" / company_id / f"{stream}.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    assert {row["company_id"] for row in rows} <= {company_id}
    return Counter(row["id"] for row in rows)


def held(stand: Stand, company_id: str, stream: str) -> set[str]:
    """The ids of what the stand-in holds of a stream; credit notes are not invoices."""
    rows = stand.get("snapshot", company_id=company_id, type=STREAMS[stream])[STREAMS[stream]]
    return {row["id"] for row in rows if row.get("type") != "CREDIT_NOTE"}


def sign_ins(stand: Stand) -> list[dict[str, Any]]:
    """The requests for new tokens."""
    return [request for request in stand.get("requests") if request["path"] == "/connect/token"]


def forget(stand: Stand, what: str) -> None:
    """Lets the stand-in forget its faults, or its tokens."""
    with urlopen(Request(f"{stand.url}/admin/{what}", method="DELETE"), timeout=SECONDS_FOR_ANYTHING):
        pass


def key(company_id: str) -> str:
    """The key of a company's step."""
    return f"copy_company[{company_id.replace('-', '_')}]"


def test_companies_are_copied_each_for_itself(stand: Stand, tmp_path: Path) -> None:
    job = copying(stand, tmp_path)
    usable = sorted(stand.usable_companies("de"))
    assert len(usable) == NUMBER
    failing, flaky = usable[7], usable[11]
    # One company fails for good; one does not answer its first requests, one for each stream.
    refusal = {"action": "status", "path": "/graphql", "status": 403}
    stand.post("faults", refusal | {"company_id": failing, "times": -1})
    stand.post("faults", refusal | {"company_id": flaky, "times": len(STREAMS)})

    first = run(job)

    assert not first.success
    assert [event.step_key for event in first.all_events if event.is_step_failure] == [key(failing)]
    again = Counter(event.step_key for event in first.all_events if event.is_step_restarted)
    assert again == {key(failing): 1, key(flaky): 1}
    done = {event.step_key for event in first.all_events if event.is_step_success}
    assert done == {"companies"} | {key(company_id) for company_id in usable if company_id != failing}
    assert len(sign_ins(stand)) == 1
    for company_id in usable:
        for stream in STREAMS:
            arrived = copied(tmp_path, company_id, stream)
            assert set(arrived) == (held(stand, company_id, stream) if company_id != failing else set())
            assert company_id == flaky or set(arrived.values()) <= {1}

    # The company has recovered; of the others, only what changed arrives, and what the lookback covers.
    forget(stand, "faults")
    (touched,) = stand.post("touch", {"company_id": usable[0], "type": "Customer", "changes": {"socialName": "New"}})
    chosen = [usable[0], failing, flaky]
    before = copied(tmp_path, usable[0], "customers")

    second = run(narrowed(job, chosen))

    assert second.success
    assert len(sign_ins(stand)) == 1
    assert set(copied(tmp_path, failing, "invoices")) == held(stand, failing, "invoices")
    arrived = copied(tmp_path, usable[0], "customers") - before
    assert touched["id"] in arrived
    assert len(arrived) < len(before)


def test_no_more_companies_than_allowed_run_side_by_side(stand: Stand, tmp_path: Path) -> None:
    forget(stand, "faults")
    forget(stand, "tokens")
    job = copying(stand, tmp_path)
    chosen = sorted(stand.usable_companies("de"))[:8]
    narrowed(job, chosen)
    variables = {
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "SOURCE_CONFIG": job.source_config,
        "DESTINATION_CONFIG": job.destination_config,
        "CATALOG": job.catalog,
        "FOLDER": job.folder,
        "SOURCE": job.source,
        "DESTINATION": job.destination,
    }
    command = [sys.executable, "-m", "dagster", "job", "execute", "-d", str(HERE), "-f", str(HERE / "companies_job.py")]

    ended = subprocess.run(
        command, env=os.environ | variables, capture_output=True, timeout=SECONDS_FOR_ANYTHING, check=False
    )

    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        (record,) = instance.get_run_records()
        steps = [
            step for step in instance.get_run_step_stats(record.dagster_run.run_id) if step.step_key != "companies"
        ]
    assert len(steps) == len(chosen)
    side_by_side = [sum(other.start_time <= step.start_time < other.end_time for other in steps) for step in steps]
    assert 1 < max(side_by_side) <= AT_ONCE
    for company_id in chosen:
        assert set(copied(tmp_path, company_id, "customers")) == held(stand, company_id, "customers")
