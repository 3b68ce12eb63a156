"""Runs every command of both connectors in containers, against a stand-in on this machine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from integration_tests import maesn_records
from integration_tests.connector import STREAMS, Outcome
from integration_tests.destination import SETTLE_SECONDS, catalog, records, state, stats
from integration_tests.expected import TYPES, key_of, rows, usable
from integration_tests.images.base_image import USER_ID
from integration_tests.images.container import DATA, REPORT, TOKENS, Container, UnexpectedError
from integration_tests.images.engine import Engine
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import CONNECTIONS, Sandbox
from sage_active_sandbox.store import Company

MARKET: Final = "de"
# Records of each stream; the invoices refer to twenty customers and items.
WRITTEN: Final = 20
MODES: Final = {"direct": "append_dedup", "maesn": "append"}
# Connection and stream -> the member that is unique in what is written, and what it is called in the stand-in.
KEYS: Final = {
    "direct": {
        **dict.fromkeys(("customers", "suppliers", "items"), ("code", "code")),
        "invoices": ("externalReference", "externalReference"),
    },
    "maesn": {"customers": ("number", "code")},
}
# Somebody else than the image's user, as `--user "$(id -u):$(id -g)"` makes it.
OTHER_USER_ID: Final = 12345
CATALOG: Final = "DESTINATION_CATALOG"
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One command that did what it should."""

    image: str
    connection: str
    command: str
    seconds: float
    result: str


@dataclass(frozen=True)
class Exercise:
    """Both images, the stand-in that they talk to, and a folder for what they mount."""

    engine: Engine
    source: str
    destination: str
    sandbox: Sandbox
    folder: Path

    def steps(self) -> Iterator[Step]:
        """All commands, one after the other. Raises `UnexpectedError` at the first that fails."""
        for connection in CONNECTIONS:
            yield from self._read(connection)
        yield from self._as_another_user()
        yield from self._write_directly()
        yield from self._write_through_maesn()

    def _container(self, image: str, name: str, connection: str, **options: Any) -> Container:
        container = Container(self.engine, image, self.folder / name, USER_ID)
        container.configure(self._configuration(connection, **options))
        return container

    def _configuration(self, connection: str, **options: Any) -> dict[str, Any]:
        tokens = {"token_path": f"{DATA}/{TOKENS}"} if connection == "direct" else {}
        return {**self.sandbox.configuration(connection, MARKET), **tokens, **options}

    def _read(self, connection: str) -> Iterator[Step]:
        source = self._container(self.source, f"source-{connection}", connection)
        yield self._spec(source, connection)
        yield self._check(source, connection)
        discovered = source.run("discover")
        (found,) = discovered.of_type("CATALOG")
        yield Step("source", connection, "discover", discovered.seconds, f"{len(found['streams'])} streams")
        source.write("catalog.json", _configured(found["streams"]))
        for command, options in (("read", []), ("read again", ["state"])):
            outcome = source.run("read", "catalog", *options)
            if not options:
                self._expect_everything(connection, outcome)
            names = {state["stream"]["stream_descriptor"]["name"] for state in outcome.last_states}
            _expect(names == {stream["name"] for stream in found["streams"]}, f"{command}: only {names} have a state")
            source.write("state.json", outcome.last_states)
            yield Step("source", connection, command, outcome.seconds, f"{len(outcome.of_type('RECORD'))} records")
        if connection == "direct":
            _expect_kept(source)

    def _expect_everything(self, connection: str, outcome: Outcome) -> None:
        """Of every company and stream the records are those that the stand-in holds."""
        for company in usable(self.sandbox, MARKET):
            for stream in TYPES:
                held = sorted(rows(self.sandbox, company.id, stream))
                read = outcome.ids(stream, company.id, key_of(connection, stream))
                _expect(read == held, f"{connection}: {len(read)} {stream} of {company.name} instead of {len(held)}")

    def _as_another_user(self) -> Iterator[Step]:
        self.sandbox.reset_tokens()
        name = self.folder / "source-other-user"
        source = Container(self.engine, self.source, name, OTHER_USER_ID, f"{OTHER_USER_ID}:{OTHER_USER_ID}")
        source.configure(self._configuration("direct"))
        step = self._check(source, "direct")
        _expect_kept(source)
        yield replace(step, command="check --user")

    def _write_directly(self) -> Iterator[Step]:
        self.sandbox.reset_tokens()
        company = self.sandbox.add_company(MARKET)
        destination = self._destination("direct", company)
        yield self._spec(destination, "direct")
        rich = RichRecords(self.sandbox, company)
        batches = {stream: list(rich.of(stream, WRITTEN)) for stream in STREAMS}
        yield from self._write(destination, "direct", company, batches)
        _expect_kept(destination)

    def _write_through_maesn(self) -> Iterator[Step]:
        company = self.sandbox.add_company(MARKET)
        batches = {"customers": maesn_records.of(self.sandbox, company, "customers", WRITTEN)}
        yield from self._write(self._destination("maesn", company), "maesn", company, batches)

    def _destination(self, connection: str, company: Company) -> Container:
        return self._container(
            self.destination,
            f"destination-{connection}",
            connection,
            companies=[{"company_id": company.id}],
            settle_seconds=SETTLE_SECONDS,
            report_path=f"{DATA}/{REPORT}",
        )

    def _spec(self, container: Container, connection: str) -> Step:
        outcome = container.run("spec")
        (specification,) = outcome.of_type("SPEC")
        count = len(specification["connectionSpecification"]["properties"])
        return Step(_short(container), connection, "spec", outcome.seconds, f"{count} options")

    def _check(self, container: Container, connection: str) -> Step:
        outcome = container.run("check")
        _expect(outcome.status[0] == "SUCCEEDED", f"check says {outcome.status}")
        return Step(_short(container), connection, "check", outcome.seconds, outcome.status[0])

    def _write(
        self, destination: Container, connection: str, company: Company, batches: Mapping[str, Sequence[Data]]
    ) -> Iterator[Step]:
        """Writes records by stream, each stream closed with a STATE; then every one is in the company once."""
        yield self._check(destination, connection)
        discovered = destination.run("discover")
        (offered,) = [message["destination_catalog"] for message in discovered.messages if message["type"] == CATALOG]
        operations = f"{len(offered['operations'])} operations"
        yield Step("destination", connection, "discover", discovered.seconds, operations)
        destination.write("catalog.json", catalog(dict.fromkeys(batches, MODES[connection])))
        lines = (line for stream, rows_ in batches.items() for line in (*records(stream, rows_), state(stream, 1)))
        outcome = destination.run("write", "catalog", stdin=b"".join(lines))
        returned = [(written, rejected) for _, written, rejected in stats(outcome)]
        _expect(returned == [(WRITTEN, 0)] * len(batches), f"{connection}: the STATEs say {returned}")
        for stream, written in batches.items():
            sent, held = KEYS[connection][stream]
            there = sorted(row[held] for row in rows(self.sandbox, company.id, stream).values())
            expected = sorted(record[sent] for record in written)
            _expect(there == expected, f"{connection}: {stream} written are {expected}, those there {there}")
        receipts = destination.kept(f"{REPORT}/receipts.jsonl").read_bytes().splitlines()
        count = WRITTEN * len(batches)
        _expect(len(receipts) == count, f"{connection}: {len(receipts)} receipts for {count} records")
        yield Step("destination", connection, "write", outcome.seconds, f"{count} records")


def _short(container: Container) -> str:
    return "destination" if "destination" in container.image else "source"


def _configured(streams: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A configured catalog of all streams, incremental where that is offered."""
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": stream["supported_sync_modes"][-1],
                "destination_sync_mode": "append_dedup",
                "primary_key": stream["source_defined_primary_key"],
            }
            for stream in streams
        ]
    }


def _expect_kept(container: Container) -> None:
    """The rotated tokens are in the mounted folder, and only their owner may read them."""
    tokens = container.kept(TOKENS)
    _expect(tokens.is_file(), "no tokens were kept")
    found = tokens.stat()
    _expect(found.st_uid == container.user_id, f"the tokens belong to {found.st_uid}")
    _expect(found.st_mode & 0o077 == 0, "others may read the tokens")


def _expect(truth: bool, problem: str) -> None:
    if not truth:
        raise UnexpectedError(problem)
