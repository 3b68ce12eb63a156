"""How the programs are called: the connector as users run it, and the yardsticks."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from benchmarks.heavy_rows import HEAVY
from benchmarks.rows import DIRECT, DIRECT_DATES, MAESN
from benchmarks.targets import BARE, CAREFUL, SPLICE, THREADS, Race
from benchmarks.yardsticks import Read

CONNECTOR_COMMAND: Final = str(Path(sys.executable).parent / "source-sage-active")
# Stream -> root of the direct API.
ROOTS: Final = {"customers": "customers", "suppliers": "suppliers", "items": "products", "invoices": "salesInvoices"}
STREAMS: Final = tuple(ROOTS)
PROGRAMS: Final = {BARE: "bare", CAREFUL: "careful", THREADS: "windows", SPLICE: "splice"}
# The budget is as good as off.
NO_BUDGET: Final = 100_000
CREDENTIALS: Final = {
    "direct": {
        "auth_type": "token",
        "client_id": "bench-client",
        "refresh_token": "bench-refresh-token",
        "access_token": "bench-access-token",
        "subscription_key": "bench-subscription-key",
    },
    "maesn": {"auth_type": "maesn", "api_key": "bench-api-key", "account_key": "bench-account-key"},
}
Columns = Sequence[str] | None


def reads_of(connection: str, kind: str | None = None, columns: Columns = None) -> list[Read]:
    """What a race reads: the four objects or the one of `kind`, everything or these columns of what each object has."""
    if kind:
        heavy = HEAVY[kind]
        return [Read(heavy.stream, heavy.root, _members(heavy.table.sample, columns))]
    tables = {stream: (DIRECT[root] if connection == "direct" else MAESN[stream]) for stream, root in ROOTS.items()}
    return [Read(stream, ROOTS[stream], _members(table.sample, columns)) for stream, table in tables.items()]


def _members(sample: Mapping[str, Any], columns: Columns) -> tuple[str, ...]:
    """Key and dates always come."""
    wanted = None if columns is None else {"id", *DIRECT_DATES, *columns}
    return tuple(name for name in sample if wanted is None or name in wanted)


def yardstick(program: str, connection: str, url: str, rows: int, reads: Sequence[Read]) -> list[str]:
    """One of the yardsticks over `rows` rows of each read."""
    listed = [text for read in reads for text in ("--read", read.stream, read.root, ",".join(read.members))]
    options = ["--url", url, "--connection", connection, "--rows", str(rows), *listed]
    return [sys.executable, "-m", "benchmarks.yardsticks", program, *options]


class Caller:
    """Writes the files that the connector is called with into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def racing(self, program: str, race: Race, url: str) -> list[str]:
        """One of the programs of a race, by its name in the table of targets; None of them is kept by a budget."""
        reads = reads_of(race.connection, race.kind, race.columns)
        if program in PROGRAMS:
            return yardstick(PROGRAMS[program], race.connection, url, race.rows // len(reads), reads)
        columns = {read.stream: read.members for read in reads} if race.columns else {}
        return self.read(race.connection, url, [read.stream for read in reads], columns=columns)

    def read(
        self,
        connection: str,
        url: str,
        streams: Sequence[str] = STREAMS,
        *,
        columns: Mapping[str, Sequence[str]] = MappingProxyType({}),
        settings: Mapping[str, Any] = MappingProxyType({}),
        budget: int | None = NO_BUDGET,
        states: Path | None = None,
    ) -> list[str]:
        """The connector's `read`; beside the budget and `settings` everything is as a user has it.

        `columns`: what the catalog selects of a stream, everything of the others; `states`: of an earlier run.
        """
        catalog = {"streams": [_configured(name, columns.get(name, ())) for name in streams]}
        return [
            CONNECTOR_COMMAND,
            "read",
            "--config",
            str(self.config(connection, url, settings, budget)),
            "--catalog",
            str(self._file("catalog.json", catalog)),
            *(["--state", str(states)] if states else []),
        ]

    def config(
        self, connection: str, url: str, settings: Mapping[str, Any] = MappingProxyType({}), budget: int | None = None
    ) -> Path:
        """The configuration of the source."""
        config = {
            "credentials": {"target_system": "sage-active-de", **CREDENTIALS[connection]},
            "sandbox_url": url,
            **({"requests_per_minute": budget} if budget else {}),
            **settings,
        }
        return self._file(f"config-{connection}.json", config)

    def _file(self, name: str, content: Any) -> Path:
        path = self._folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path


def _configured(name: str, columns: Sequence[str]) -> dict[str, Any]:
    """A stream of the catalog; an empty selection means everything."""
    schema: dict[str, Any] = {"properties": {column: {} for column in columns}} if columns else {}
    stream = {"name": name, "json_schema": schema, "supported_sync_modes": ["full_refresh", "incremental"]}
    return {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
