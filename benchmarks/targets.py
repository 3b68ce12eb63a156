"""What is measured and what is aimed at: the one table of races, memory bounds and commands."""

from dataclasses import dataclass
from typing import Final

from benchmarks.written import WRITTEN

CONNECTOR: Final = "connector"
BARE: Final = "bare loop"
SPLICE: Final = "splicing loop"
SMALL, LARGE = 200_000, 2_000_000


@dataclass(frozen=True)
class Race:
    """The connector against the yardsticks over the same rows. `floor`: how many times as fast as the bare loop."""

    name: str
    connection: str
    rows: int
    latency_ms: int
    floor: float
    programs: tuple[str, ...] = (CONNECTOR, BARE, SPLICE)

    @property
    def title(self) -> str:
        """How tables name it."""
        page = {"direct": "", "maesn": ", 100 rows a page"}[self.connection]
        return f"{self.connection} read{page}, {self.latency_ms} ms, {self.rows:,} records"


@dataclass(frozen=True)
class MemoryBound:
    """The connector alone: its peak for few and for many rows, which may grow at most `growth` times."""

    connection: str
    most_mb: float = 150.0
    growth: float = 1.2
    sizes: tuple[int, ...] = (SMALL, LARGE)


@dataclass(frozen=True)
class HeavyBound:
    """The connector's peak over rows of one kind (see `heavy_rows.py`), read by a program that takes its time."""

    kind: str
    rows: int
    most_mb: float = 150.0
    mb_per_second: float | None = 30.0

    @property
    def title(self) -> str:
        """How tables name it."""
        reader = f", a reader of {self.mb_per_second:.0f} MB/s" if self.mb_per_second else ""
        return f"{self.rows:,} {self.kind}{reader}"


@dataclass(frozen=True)
class IdsBound:
    """The requests and the peak of a read of nothing but the ids of one object (see `heavy_rows.py`)."""

    kind: str
    rows: int
    most_requests: int
    most_mb: float = 150.0

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"ids of {self.rows:,} {self.kind}"


@dataclass(frozen=True)
class Command:
    """A command against the sandbox, and the seconds that it may take."""

    name: str
    connection: str | None
    most_seconds: float


@dataclass(frozen=True)
class WriteRace:
    """New records of a stream (see `written.py`), lookups included. `floor`: records a second."""

    stream: str
    records: int
    latency_ms: int
    floor: float

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"direct write, {self.latency_ms} ms, {self.records:,} {WRITTEN[self.stream].label}"


@dataclass(frozen=True)
class WriteMemory:
    """The destination's peak for many new records of a stream."""

    stream: str
    records: int
    most_mb: float = 150.0

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"write of {self.records:,} {WRITTEN[self.stream].label}"


RACES: Final = (
    Race("direct", "direct", SMALL, 0, 1.0),
    Race("direct-latency", "direct", SMALL, 50, 4.0, (CONNECTOR, BARE)),
    Race("maesn-latency", "maesn", 40_000, 50, 3.0, (CONNECTOR, BARE)),
)
MEMORY: Final = (MemoryBound("direct"), MemoryBound("maesn"))
HEAVY_BOUNDS: Final = (
    HeavyBound("invoices of 20 KB", 20_000),
    HeavyBound("invoices of 20 KB", 20_000, mb_per_second=None),
    HeavyBound("invoices of 200 KB", 2_000),
    HeavyBound("entries of 60 lines", 20_000),
    HeavyBound("entry lines", 2_000_000, mb_per_second=None),
    HeavyBound("Maesn's invoices of 20 KB", 20_000),
    HeavyBound("Maesn's invoices of 200 KB", 2_000),
)
IDS_BOUND: Final = IdsBound("entry lines", 2_000_000, 4_100)
COMMANDS: Final = (
    Command("spec", None, 0.1),
    Command("check", "direct", 2.0),
    Command("check", "maesn", 2.0),
)
# The server alone must be this many times as fast as the connector.
SERVER_HEADROOM: Final = 3.0
WRITE_RACES: Final = (
    WriteRace("customers", 5_000, 150, 400.0),
    WriteRace("invoices", 5_000, 150, 200.0),
    WriteRace("journal_entries", 5_000, 150, 200.0),
)
WRITE_MEMORY: Final = (WriteMemory("customers", 100_000), WriteMemory("journal_entries", 100_000))
