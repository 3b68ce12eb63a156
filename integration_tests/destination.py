"""Drives the destination as a platform does, and says what it told about every record."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from destination_sage_active.destination import launch
from integration_tests.connector import COMMAND as SOURCE_COMMAND
from integration_tests.connector import (
    LONGEST_SECONDS,
    Connector,
    Line,
    Message,
    Outcome,
    Program,
    message_of,
    run_here,
    run_process,
)
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

DESTINATION = Program((SOURCE_COMMAND[0], "-m", "destination_sage_active.run"), launch)
# What a write makes of a record, in the words of `receipts.jsonl`.
ACTIONS = ("create", "update", "unchanged", "reject")
# Numbers go out as they are: 19.990000 stays 19.990000.
ENCODER = msgspec.json.Encoder(decimal_format="number")
SETTLE_SECONDS = 2
# A record with this member is so large that it is written at once.
AT_ONCE = {"junk": "x" * (9 << 20)}
Data = Mapping[str, Any]


def record(stream: str, data: Data, namespace: str | None = None) -> bytes:
    """A RECORD message as a line."""
    message: dict[str, Any] = {"stream": stream, "data": data, "emitted_at": 1}
    if namespace:
        message["namespace"] = namespace
    return ENCODER.encode({"type": "RECORD", "record": message}) + b"\n"


def records(stream: str, rows: Iterable[Data]) -> list[bytes]:
    """RECORD messages of one stream."""
    return [record(stream, row) for row in rows]


def state(stream: str | None, number: int) -> bytes:
    """A STATE message as a line, with the `id` that a platform puts into it; of all streams where `stream` is None."""
    kind: dict[str, Any]
    if stream is None:
        kind = {"type": "GLOBAL", "global": {"shared_state": {"n": number}, "stream_states": []}}
    else:
        kind = {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": {"n": number}}}
    return ENCODER.encode({"type": "STATE", "state": {**kind, "id": number}}) + b"\n"


def catalog(
    modes: Mapping[str, str] | Sequence[str], *, primary_key: Sequence[Sequence[str]] = (("id",),)
) -> dict[str, Any]:
    """A configured catalog: stream -> destination sync mode, upsert where only names are given."""
    chosen = modes if isinstance(modes, Mapping) else dict.fromkeys(modes, "append_dedup")
    return {
        "streams": [
            {
                "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": mode,
                "primary_key": [list(path) for path in primary_key],
            }
            for name, mode in chosen.items()
        ]
    }


@dataclass
class Destination:
    """The destination with one configuration; rotated tokens and reports are kept in its folder."""

    connector: Connector
    report: Path

    @classmethod
    def over(cls, sandbox: Sandbox, connection: str, company: Company, folder: Path, **options: Any) -> "Destination":
        """One that writes to a company of a sandbox; `options` are further members of the configuration."""
        folder.mkdir(exist_ok=True)
        report = folder / "report"
        settings = {
            "companies": [{"company_id": company.id}],
            "settle_seconds": SETTLE_SECONDS,
            "report_path": str(report),
            "token_path": str(folder / "tokens.json"),
            # What most tests are about is not whether documents may become final.
            "final_acts": {"objects": ["invoices"], "pilot": 0},
            "require_totals": False,
            "allow_external_effects": ["shouldSendViaElectronicInvoicing", "canGeneratePaymentLink"],
            **options,
        }
        # The token file keeps what control messages say.
        connector = Connector.over(
            sandbox, connection, company.market.lower(), folder, apply_controls=False, **settings
        )
        return cls(connector, report)

    def set(self, **options: Any) -> None:
        """Changes the configuration; None takes a member out."""
        self.connector.config = {
            name: value for name, value in {**self.connector.config, **options}.items() if value is not None
        }

    def arguments(self, configured: Mapping[str, Any]) -> list[str]:
        """The arguments of a write, whose files are put into the folder."""
        config = self.connector.write("config.json", self.connector.config)
        written = self.connector.write("catalog.json", configured)
        return ["write", "--config", str(config), "--catalog", str(written)]

    def write(
        self,
        lines: Iterable[bytes],
        modes: Mapping[str, str] | Sequence[str] | None = None,
        *,
        real: bool = False,
        primary_key: Sequence[Sequence[str]] = (("id",),),
    ) -> Outcome:
        """Writes the messages, `real` in a process of its own; `modes` as `catalog` takes them, or upsert for all."""
        content = list(lines)
        found = dict.fromkeys(json.loads(line).get("record", {}).get("stream") for line in content if b"RECORD" in line)
        chosen = modes if modes is not None else [name for name in found if name]
        arguments = self.arguments(catalog(chosen, primary_key=primary_key))
        return (run_process if real else run_here)(arguments, DESTINATION, b"".join(content))

    def start(self, configured: Mapping[str, Any], **options: Any) -> "subprocess.Popen[bytes]":
        """Starts a write in a process of its own; `options` are those of Popen."""
        return subprocess.Popen([*DESTINATION.command, *self.arguments(configured)], **options)

    def receipts(self) -> list[Message]:
        """What the last write noted of the records that it has written."""
        return _lines(self.report / "receipts.jsonl")

    def plan(self) -> list[Message]:
        """What the last dry run would have done."""
        return _lines(self.report / "plan.jsonl")

    def rejected(self) -> list[Message]:
        """The records that the last write has rejected, with the reasons."""
        return _lines(self.report / "rejected.jsonl")

    def rejected_lines(self) -> list[bytes]:
        """The same as they can be piped in again."""
        return (self.report / "rejected.jsonl").read_bytes().splitlines(keepends=True)

    def counts(self) -> dict[str, int]:
        """How many records ended in which way in the last write: `ACTIONS`, those that occur."""
        actions = Counter(receipt["action"] for receipt in self.receipts())
        rejected = len(self.rejected())
        return dict(actions) | ({"reject": rejected} if rejected else {})


def side_by_side(destinations: Sequence[Destination], lines: bytes, modes: Sequence[str]) -> list[Outcome]:
    """Writes the same input with several at once, as on machines of their own; their outcomes."""
    processes = []
    for destination in destinations:
        source = destination.connector.folder / "input.jsonl"
        source.write_bytes(lines)
        with source.open("rb") as stdin:
            # Their locks are not the same: each machine has its own directory for temporary files.
            process = destination.start(
                catalog(modes),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "TMPDIR": str(destination.connector.folder)},
            )
        processes.append(process)
    outcomes = []
    for process in processes:
        try:
            outcomes.append(outcome_of(process, *process.communicate(timeout=LONGEST_SECONDS)))
        finally:
            process.kill()
    return outcomes


def outcome_of(process: "subprocess.Popen[bytes]", stdout: bytes, stderr: bytes) -> Outcome:
    """The outcome of a process that has ended."""
    lines = [Line(None, text, message_of(text)) for text in stdout.splitlines()]
    return Outcome(process.returncode, lines, stderr.decode(), 0.0)


def stats(outcome: Outcome) -> list[tuple[Any, int, int]]:
    """Of each STATE that came back: its id, the records written before it, and those rejected."""
    return [
        (
            message.get("id"),
            int(message["destinationStats"]["recordCount"]),
            int(message["destinationStats"]["rejectedRecordCount"]),
        )
        for message in outcome.of_type("STATE")
    ]


def committed(sandbox: Sandbox) -> dict[str, int]:
    """The writes that the sandbox has stored since the counts were cleared."""
    counts: dict[str, int] = sandbox.mutations.as_dict()["committed"]
    return counts


def received(sandbox: Sandbox) -> dict[str, int]:
    """The writes that the sandbox was sent since the counts were cleared."""
    counts: dict[str, int] = sandbox.mutations.as_dict()["received"]
    return counts


def _lines(file: Path) -> list[Message]:
    return [message_of(line) for line in file.read_bytes().splitlines()] if file.exists() else []
