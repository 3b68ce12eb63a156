"""Runs the connectors against the stand-in and shows what arrives.

`make demo` installs what it needs and calls it. It starts `sage-active-sandbox`, runs spec, check, discover and read
through each connection, changes some records, and reads again with the saved state; then it copies one company into an
empty one, twice. It exits with 1 if anything is not as expected. Every message, configuration and state stays in the
output folder.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from copying import copied
from stand_in import SCRIPTS, SECONDS_FOR_ANYTHING, Stand, UnexpectedError, stand_in
from tables import print_table

MARKER: Final = "made-by-the-demo"
DIRECT: Final = "direct"
CONNECTIONS: Final = (DIRECT, "maesn")
Message = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A change of one record of a stream in each company.

    `type`: the record's type in the stand-in; `child`: the list whose first element is changed instead of the record
    itself; `member`: what receives a new text (None: only the date moves); `never_modified`: whether the record was
    never modified before; `having`: members that it must have.
    """

    stream: str
    type: str
    member: str | None
    child: str | None = None
    never_modified: bool = False
    having: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, record: Mapping[str, Any]) -> bool:
        """Whether a record, as the direct connection delivers it, can be changed like this."""
        return (
            (record["modificationDate"] is None) == self.never_modified
            and (self.child is None or bool(record[self.child]))
            and all(record[name] == value for name, value in self.having.items())
        )


# Invoices that are not paid are read again in any case; paid ones only come again because they changed.
PAID: Final = {"status": "Collected"}
CHANGES: Final = (
    Change("customers", "Customer", "socialName"),
    Change("customers", "Customer", "socialName", never_modified=True),
    Change("customers", "Customer", "city", child="addresses"),
    Change("suppliers", "Supplier", "surname", child="contacts"),
    Change("items", "Product", "name"),
    Change("items", "Product", "name", never_modified=True),
    Change("invoices", "SalesInvoice", "externalReference", having=PAID),
    Change("invoices", "SalesInvoice", "productName", child="lines", having=PAID),
    Change("invoices", "SalesInvoice", None, child="openItems", having=PAID),
)
NEW_TEXT: Final = "Changed by the demo"
Key = tuple[str, ...]
Records = dict[str, dict[Key, Mapping[str, Any]]]
Changed = dict[str, dict[Key, Change]]


@dataclass
class Connector:
    """The console script `source-sage-active`, run as a platform runs it: files in, messages out."""

    name: str
    folder: Path
    configuration: Mapping[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self._keep(self.configuration)

    def run(self, step: str, command: str, *arguments: str) -> list[Message]:
        """Runs one command; its messages also go into `<step>.jsonl`. Control messages change the configuration."""
        output = self.folder / f"{step}.jsonl"
        given = [] if command == "spec" else ["--config", str(self.folder / "config.json")]
        began = time.monotonic()
        with output.open("wb") as stdout, (self.folder / f"{step}.stderr.txt").open("wb") as stderr:
            ended = subprocess.run(
                [SCRIPTS / "source-sage-active", command, *given, *arguments],
                stdout=stdout,
                stderr=stderr,
                timeout=SECONDS_FOR_ANYTHING,
                check=False,
            )
        self.seconds[step] = time.monotonic() - began
        messages = self._messages(output)
        for message in messages:
            if message["type"] == "CONTROL":
                self._keep(message["control"]["connectorConfig"]["config"])
        if ended.returncode != 0:
            self._fail(f"{command} ended with {ended.returncode}. {_errors(messages)} See {output}.")
        print(f"  {self.name:<10} {step:<12} {self.seconds[step]:6.1f} s", flush=True)
        return messages

    def spec(self) -> None:
        """Asks for the specification."""
        if not _only(self.run("spec", "spec"), "SPEC")["spec"]["connectionSpecification"]["properties"]:
            self._fail("the specification is empty.")

    def check(self, companies: Mapping[str, str]) -> None:
        """Checks the connection; all usable companies must be named."""
        status = _only(self.run("check", "check"), "CONNECTION_STATUS")["connectionStatus"]
        missing_companies = [
            name for company_id, name in companies.items() if company_id not in status.get("message", "")
        ]
        if status["status"] != "SUCCEEDED" or missing_companies:
            self._fail(f"check says {status}, and does not name {missing_companies}.")

    def discover(self) -> None:
        """Asks for the streams and selects them all, incremental where that is offered."""
        streams = _only(self.run("discover", "discover"), "CATALOG")["catalog"]["streams"]
        unknown = {change.stream for change in CHANGES} - {stream["name"] for stream in streams}
        if unknown:
            self._fail(f"discover does not offer {', '.join(sorted(unknown))}.")
        _write(self.folder / "catalog.json", {"streams": [_configured(stream) for stream in streams]})

    def read(self, step: str) -> tuple[Records, dict[str, float]]:
        """Reads everything selected, from the saved state if there is one, and saves the new one.

        Returns the records by stream and key, and the seconds that each stream took.
        """
        state = self.folder / "state.json"
        saved = ["--state", str(state)] if state.exists() else []
        messages = self.run(step, "read", "--catalog", str(self.folder / "catalog.json"), *saved)
        streams = json.loads((self.folder / "catalog.json").read_text(encoding="utf-8"))["streams"]
        keys = {configured["stream"]["name"]: _key(configured) for configured in streams}
        states: dict[str, Any] = {}
        records: Records = {name: {} for name in keys}
        for message in messages:
            if message["type"] == "STATE":
                states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
            elif message["type"] == "RECORD":
                stream, data = message["record"]["stream"], message["record"]["data"]
                records[stream][tuple(data[name] for name in keys[stream])] = data
        if states.keys() != keys.keys():
            self._fail(f"{step} left no state for {', '.join(sorted(keys.keys() - states.keys()))}.")
        _write(state, list(states.values()))
        _write(self.folder / f"{step}.state.json", list(states.values()))
        return records, self._durations(step, messages, keys)

    def _durations(self, step: str, messages: Sequence[Message], streams: Iterable[str]) -> dict[str, float]:
        moments: dict[tuple[str, str], float] = {}
        for message in messages:
            if message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
                status = message["trace"]["stream_status"]
                moments[status["stream_descriptor"]["name"], status["status"]] = message["trace"]["emitted_at"]
        incomplete = [name for name in streams if (name, "COMPLETE") not in moments]
        if incomplete:
            self._fail(f"{step} did not complete {', '.join(incomplete)}.")
        return {name: (moments[name, "COMPLETE"] - moments[name, "STARTED"]) / 1000 for name in streams}

    def _messages(self, output: Path) -> list[Message]:
        try:
            return [json.loads(line) for line in output.read_bytes().splitlines()]
        except ValueError as error:
            self._fail(f"a line is not a message, {error}. See {output}.")

    def _keep(self, configuration: Mapping[str, Any]) -> None:
        _write(self.folder / "config.json", configuration)

    def _fail(self, problem: str) -> NoReturn:
        raise UnexpectedError(f"{self.name}: {problem}")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    connection: str
    stream: str
    records: int
    changed: int
    again: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; the exit code is 0 if all is as expected, else 1."""
    parser = argparse.ArgumentParser(description="Runs the connectors against a local stand-in with invented data.")
    parser.add_argument("--output", type=Path, default=Path(".demo"), help="folder for everything that comes out")
    parser.add_argument("--market", choices=("de", "es", "fr"), default="de")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # An ordinary exit, so that the stand-in is stopped too.
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        _emptied(options.output)
        with stand_in(options.output / "sandbox.log") as stand:
            print(f"A stand-in for Sage Active, its sign-in server and Maesn runs on {stand.url}.")
            print("All data is invented; nothing leaves this machine.\n", flush=True)
            rows = _run(stand, options.market, options.output)
            copies = copied(stand, options.market, options.output / "copy", options.output / DIRECT / "config.json")
    except (UnexpectedError, OSError, subprocess.SubprocessError) as problem:
        print(f"The demo failed: {problem}", file=sys.stderr)
        return 1
    print("\nInvented data, from the stand-in; `changed records` were altered in it after the first read and came with")
    print("the second, incremental one, `read again` is all that came with it (also documents that are not final,")
    print("what the lookback covers, and streams without increments).\n")
    print_table(
        ("connection", "stream", "records", "changed records", "read again", "seconds"),
        [
            (row.connection, row.stream, str(row.records), str(row.changed), str(row.again), f"{row.seconds:.2f}")
            for row in rows
        ],
    )
    print("\nOne company was copied into an empty one (`source-sage-active read | destination-sage-active write`),")
    print("through the direct connection; a second copy found everything there. Refused are advance invoices and those")
    print("that deduct them, which no program can write.\n")
    print_table(
        ("stream", "records", "refused", "created", "then unchanged", "seconds"),
        [
            (
                row.stream,
                str(row.records),
                str(row.refused),
                str(row.created),
                str(row.unchanged),
                f"{row.seconds:.1f}",
            )
            for row in copies
        ],
    )
    print(f"\nMessages, states and configurations are in {options.output}/")
    return 0


def _run(stand: Stand, market: str, output: Path) -> list[Row]:
    companies = stand.usable_companies(market)
    configurations = stand.get("configuration")
    # The stand-in plays what Maesn is today: what it plans is in the catalog and not offered yet.
    configurations[f"maesn-{market}"]["planned_objects"] = "try"
    connectors = [
        Connector(connection, output / connection, configurations[f"{connection}-{market}"])
        for connection in CONNECTIONS
    ]
    first: dict[str, tuple[Records, dict[str, float]]] = {}
    for connector in connectors:
        connector.spec()
        connector.check(companies)
        connector.discover()
        first[connector.name] = connector.read("read")
        _compare_with_held(stand, connector.name, companies, first[connector.name][0])
    # Both connections see the same records, so both must have read them before any is changed.
    changed = _change(stand, first[DIRECT][0])
    rows: list[Row] = []
    for connector in connectors:
        records, seconds = first[connector.name]
        again, _ = connector.read("read-again")
        for stream, of_stream in records.items():
            arrived = changed.get(stream, {})
            _expect_changed(connector.name, stream, arrived, again[stream])
            if arrived and len(again[stream]) >= len(of_stream):
                raise UnexpectedError(f"{connector.name}: {stream} were read whole, not only what changed.")
            row = Row(connector.name, stream, len(of_stream), len(arrived), len(again[stream]), seconds[stream])
            rows.append(row)
    return rows


def _compare_with_held(stand: Stand, connection: str, companies: Mapping[str, str], records: Records) -> None:
    """What was read is what the stand-in holds; of its sales documents, credit notes are not read as invoices."""
    for stream, kind in {change.stream: change.type for change in CHANGES}.items():
        held = {(company_id, row["id"]) for company_id in companies for row in stand.records(company_id, kind)}
        read = set(records[stream])
        unread = held - read if stream != "invoices" else set()
        if unread or read - held or not read:
            raise UnexpectedError(
                f"{connection}: {stream} differ from what the stand-in holds: not read {sorted(unread)}, "
                f"unknown {sorted(read - held)}."
            )


def _change(stand: Stand, records: Records) -> Changed:
    """Makes every change of `CHANGES` to one record of each company; returns them by stream and key."""
    changed: Changed = {change.stream: {} for change in CHANGES}
    for company_id in sorted({company_id for company_id, *_ in records[CHANGES[0].stream]}):
        for change in CHANGES:
            taken = changed[change.stream]
            fitting = (
                key
                for key, record in records[change.stream].items()
                if key[0] == company_id and key not in taken and change.fits(record)
            )
            key = next(fitting, None)
            if key is None:
                raise UnexpectedError(f"The stand-in has no record in company {company_id} for {change}.")
            body = {"company_id": company_id, "type": change.type, "ids": [key[1]], "child": change.child}
            stand.post("touch", body | {"changes": {change.member: NEW_TEXT} if change.member else {}})
            taken[key] = change
    return changed


def _expect_changed(
    connection: str, stream: str, changed: Mapping[Key, Change], again: Mapping[Key, Mapping[str, Any]]
) -> None:
    """Every changed record came again, and shows the change (directly; Maesn's records show less)."""
    for key, change in changed.items():
        if key not in again:
            raise UnexpectedError(f"{connection}: a changed record of {stream} did not come again: {key}, {change}.")
        if connection == DIRECT and change.member and NEW_TEXT not in json.dumps(again[key]):
            raise UnexpectedError(f"{connection}: a changed record of {stream} came without its change: {key}.")


def _emptied(folder: Path) -> None:
    """Makes an empty folder; empties one of an earlier demo, and no other."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise UnexpectedError(f"{folder} holds files that are not the demo's; name another folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()


def _only(messages: Sequence[Message], kind: str) -> Message:
    found = [message for message in messages if message["type"] == kind]
    if len(found) != 1:
        raise UnexpectedError(f"{len(found)} messages {kind} instead of one.")
    return found[0]


def _errors(messages: Sequence[Message]) -> str:
    return " ".join(
        message["trace"]["error"]["message"]
        for message in messages
        if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR"
    )


def _configured(stream: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stream": stream,
        "sync_mode": "incremental" if "incremental" in stream["supported_sync_modes"] else "full_refresh",
        "destination_sync_mode": "append_dedup",
        "cursor_field": stream.get("default_cursor_field"),
        "primary_key": stream.get("source_defined_primary_key"),
    }


def _key(configured: Mapping[str, Any]) -> list[str]:
    """The members of a record that make up its key, such as company and id."""
    return [path[0] for path in configured["primary_key"]]


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
