"""A Dagster job that copies every company of a sign-in, some at a time: one step, one state and one retry per company.

    DAGSTER_HOME=/var/lib/dagster dagster dev -d examples/pipelines -f examples/pipelines/companies_job.py

It needs Dagster (`dagster.txt`) and the commands of the connectors. docs/pipelines.md shows its configuration.
"""

# mypy: disable-error-code="import-not-found, untyped-decorator, misc"
# Dagster is not installed where types are checked.

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import dagster as dg
from acknowledged import SyncError
from connector import Connector
from owner_file import replace_json
from sync import synchronise

# Sage Active's quota is for the whole app, so the companies that are copied side by side share it.
REQUESTS_PER_MINUTE: Final = 2700
COMPANIES: Final = {
    "streams": [
        {
            "stream": {"name": "companies", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}


class Copying(dg.ConfigurableResource):
    """What is copied, and how.

    `source_config`, `destination_config`, `catalog`: files as sync.py takes them; `{company_id}` in the destination's
    is replaced. `folder` keeps tokens, and per company configurations and state. `at_once`: companies side by side.
    """

    source_config: str
    destination_config: str
    catalog: str
    folder: str
    source: str = "source-sage-active"
    destination: str = "destination-sage-active"
    at_once: int = 4

    def shared(self) -> dict[str, Any]:
        """The source's configuration; all its processes keep their tokens in one file."""
        config: dict[str, Any] = json.loads(Path(self.source_config).read_text(encoding="utf-8"))
        return {"token_path": str(Path(self.folder, "tokens.json").resolve()), **config}

    def company_ids(self) -> list[str]:
        """The companies that the configuration means. Signs in: the steps find a fresh access token in the file."""
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        replace_json(folder / "source.json", self.shared())
        replace_json(folder / "companies.json", COMPANIES)
        files = ["--config", str(folder / "source.json"), "--catalog", str(folder / "companies.json")]
        listed = subprocess.run([*shlex.split(self.source), "read", *files], stdout=subprocess.PIPE, check=False)
        messages = [json.loads(line) for line in listed.stdout.splitlines()]
        if listed.returncode != 0:
            errors = [
                message["trace"]["error"]["message"] for message in messages if "error" in message.get("trace", {})
            ]
            raise dg.Failure(f"The companies cannot be listed: {' '.join(errors) or listed.returncode}")
        named = {company["company_id"] for company in self.shared().get("companies", [])}
        found = [message["record"]["data"] for message in messages if message["type"] == "RECORD"]
        return [row["id"] for row in found if row["usable"] and (not named or named & {row["id"], row["name"]})]

    def copy_company(self, company_id: str) -> int:
        """Copies what is new in one company; returns the number of records. Raises `SyncError`."""
        folder = Path(self.folder, company_id)
        folder.mkdir(exist_ok=True)
        share = {"requests_per_minute": REQUESTS_PER_MINUTE // self.at_once, "companies": [{"company_id": company_id}]}
        replace_json(folder / "source.json", self.shared() | share)
        template = Path(self.destination_config).read_text(encoding="utf-8")
        replace_json(folder / "destination.json", json.loads(template.replace("{company_id}", company_id)))
        source = Connector(f"{company_id} source", shlex.split(self.source), folder / "source.json")
        destination = Connector(f"{company_id} destination", shlex.split(self.destination), folder / "destination.json")
        records, _ = synchronise(source, destination, Path(self.catalog), folder / "state.json")
        return records


@dg.op(out=dg.DynamicOut(str))
def companies(copying: Copying) -> Iterator[Any]:
    """Signs in once and fans out."""
    for company_id in copying.company_ids():
        yield dg.DynamicOutput(company_id, mapping_key=company_id.replace("-", "_"))


@dg.op
def copy_company(context: dg.OpExecutionContext, company_id: str, copying: Copying) -> None:
    """Copies one company. What fails here stops no other company; the run fails in the end and names it."""
    try:
        context.add_output_metadata({"records": copying.copy_company(company_id)})
    except (SyncError, OSError) as problem:
        raise dg.Failure(f"Company {company_id}: {problem}") from None


def copy_all(at_once: int, retries: int = 2, seconds: float = 60) -> dg.JobDefinition:
    """The job: `at_once` companies side by side, each tried again `retries` times, later each time."""
    retry_policy = dg.RetryPolicy(max_retries=retries, delay=seconds, backoff=dg.Backoff.EXPONENTIAL)

    @dg.job(executor_def=dg.multiprocess_executor.configured({"max_concurrent": at_once}))
    def copy_all_companies() -> None:
        companies().map(copy_company.with_retry_policy(retry_policy))

    return copy_all_companies


AT_ONCE: Final = 4
JOB: Final = copy_all(AT_ONCE)
definitions: Final = dg.Definitions(
    jobs=[JOB],
    schedules=[dg.ScheduleDefinition(job=JOB, cron_schedule="15 * * * *")],
    resources={
        "copying": Copying(
            source_config=dg.EnvVar("SOURCE_CONFIG"),
            destination_config=dg.EnvVar("DESTINATION_CONFIG"),
            catalog=dg.EnvVar("CATALOG"),
            folder=dg.EnvVar("FOLDER"),
            source=os.environ.get("SOURCE", "source-sage-active"),
            destination=os.environ.get("DESTINATION", "destination-sage-active"),
            at_once=AT_ONCE,
        )
    },
)
