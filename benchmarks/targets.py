"""What is measured and what is aimed at: the one table of races, memory bounds and commands."""

from dataclasses import dataclass
from typing import Final

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
class Command:
    """A command against the sandbox, and the seconds that it may take."""

    name: str
    connection: str | None
    most_seconds: float


@dataclass(frozen=True)
class WriteRace:
    """New customers, lookups included. `floor`: records a second."""

    records: int
    latency_ms: int
    floor: float

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"direct write, {self.latency_ms} ms, {self.records:,} new customers"


@dataclass(frozen=True)
class WriteMemory:
    """The destination's peak for many new customers."""

    records: int
    most_mb: float = 150.0


RACES: Final = (
    Race("direct", "direct", SMALL, 0, 1.0),
    Race("direct-latency", "direct", SMALL, 50, 4.0, (CONNECTOR, BARE)),
    Race("maesn-latency", "maesn", 40_000, 50, 3.0, (CONNECTOR, BARE)),
)
MEMORY: Final = (MemoryBound("direct"), MemoryBound("maesn"))
COMMANDS: Final = (
    Command("spec", None, 0.1),
    Command("check", "direct", 2.0),
    Command("check", "maesn", 2.0),
)
# The server alone must be this many times as fast as the connector.
SERVER_HEADROOM: Final = 3.0
WRITE_RACE: Final = WriteRace(5_000, 150, 200.0)
WRITE_MEMORY: Final = WriteMemory(100_000)
