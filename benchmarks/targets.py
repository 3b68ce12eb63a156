"""What is measured and what is aimed at: the one table of races, memory bounds, syncs and commands."""

from dataclasses import dataclass
from typing import Final

from benchmarks.written import WRITTEN

CONNECTOR: Final = "connector"
BARE: Final = "bare loop"
CAREFUL: Final = "careful loop"
THREADS: Final = "eight-thread loop"
SPLICE: Final = "splicing loop"
SMALL, LARGE = 200_000, 2_000_000
# What every run must stay below, in MB.
MOST_MB: Final = 150.0


@dataclass(frozen=True)
class Rival:
    """A yardstick of a race. `wall`: how many times as fast as it the connector must be at least.

    `processor`: the least that its processor time may be of the connector's; `aim`: what it should be.
    """

    program: str
    wall: float | None = None
    processor: float | None = None
    aim: float | None = None


@dataclass(frozen=True)
class Race:
    """The connector against yardsticks over the same rows. `rows`: of all four objects, or of the one of `kind`.

    `kind`: rows of `heavy_rows.py`; `columns`: what the catalog selects of each object, None for everything.
    """

    name: str
    connection: str
    rows: int
    latency_ms: int
    rivals: tuple[Rival, ...]
    label: str = ""
    kind: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def title(self) -> str:
        """How tables name it."""
        page = {"direct": "", "maesn": ", 100 rows a page"}[self.connection]
        return f"{self.connection} read{self.label}{page}, {self.latency_ms} ms, {self.rows:,} records"


@dataclass(frozen=True)
class MemoryBound:
    """The connector alone: its peak for few and for many rows, which may grow at most `growth` times."""

    connection: str
    most_mb: float = MOST_MB
    growth: float = 1.2
    sizes: tuple[int, ...] = (SMALL, LARGE)


@dataclass(frozen=True)
class HeavyBound:
    """The connector's peak over rows of one kind (see `heavy_rows.py`), read by a program that takes its time."""

    kind: str
    rows: int
    most_mb: float = MOST_MB
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
    most_mb: float = MOST_MB

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"ids of {self.rows:,} {self.kind}"


@dataclass(frozen=True)
class Sync:
    """One run of the connector in `companies` companies with `rows` rows of each stream.

    `kind` and `streams`: so many streams of one of the lists of `streams.py`, or the streams of these names;
    `known`: how many of the rows an earlier run has read, None for a first run; `budget`: requests a minute, None for
    the connector's default; `has_pace`: the wall clock is held against `bounds.py`. Requests are counted that are in a
    company's name.
    """

    title: str
    streams: int | tuple[str, ...]
    rows: int
    kind: str = "incremental"
    companies: int = 1
    known: int | None = None
    latency_ms: int = 0
    open_documents: bool = True
    budget: int | None = 100_000
    most_requests: int | None = None
    most_per_company: float | None = None
    has_pace: bool = False
    shows_wall: bool = False


@dataclass(frozen=True)
class Check:
    """The command `check`, which tries every stream that there is, with latency."""

    latency_ms: int
    companies: int
    most_seconds: float
    most_requests: int

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"check of all streams, {self.latency_ms} ms"


@dataclass(frozen=True)
class Command:
    """A command against the sandbox, and the seconds that it may take."""

    name: str
    connection: str | None
    most_seconds: float


@dataclass(frozen=True)
class WriteRace:
    """New records (see `WRITTEN`), lookups included. `floor`: records a second."""

    written: str
    records: int
    latency_ms: int
    floor: float | None = None

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"direct write, {self.latency_ms} ms, {self.records:,} {WRITTEN[self.written].label}"


@dataclass(frozen=True)
class WriteMemory:
    """The destination's peak for many new records."""

    written: str
    records: int
    most_mb: float = MOST_MB

    @property
    def title(self) -> str:
        """How tables name it."""
        return f"write of {self.records:,} {WRITTEN[self.written].label}"


RACES: Final = (
    Race("direct", "direct", SMALL, 0, (Rival(BARE, processor=1.15, aim=1.5), Rival(CAREFUL), Rival(SPLICE))),
    Race("direct-latency", "direct", SMALL, 50, (Rival(THREADS, wall=1.0),)),
    Race("maesn-latency", "maesn", 40_000, 50, (Rival(BARE, wall=3.0),)),
    Race("light", "direct", SMALL, 0, (Rival(BARE), Rival(CAREFUL)), " of light rows", "light rows"),
    Race(
        "few-columns",
        "direct",
        SMALL,
        0,
        (Rival(BARE), Rival(CAREFUL)),
        " of three columns",
        columns=("code", "socialName", "status"),
    ),
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
MANY: Final = "1,000 companies of 20 streams"
SYNCS: Final = (
    Sync("501 rows", ("customers",), 501, most_requests=3),
    Sync("20 companies of 10,000 rows", ("customers",), 10_000, companies=20, most_requests=480),
    Sync("first sync of a small company, 40 streams of 20 rows", 40, 20, "all", most_requests=6),
    Sync("idle company, 10 streams", 10, 20, "closed", companies=20, known=20, most_per_company=1.0),
    Sync(
        "idle company, 40 streams, open documents not read again",
        40,
        20,
        companies=20,
        known=20,
        open_documents=False,
        most_per_company=2.0,
    ),
    Sync("idle company, 40 streams and open documents", 40, 20, companies=20, known=20, most_per_company=3.0),
    Sync("50 of 10,000 rows changed, 50 ms", ("customers",), 10_000, known=9_950, latency_ms=50, shows_wall=True),
    Sync(f"{MANY}, full, 50 ms", 20, 5, companies=1000, latency_ms=50, budget=None, has_pace=True),
    Sync(f"{MANY}, idle, 50 ms", 20, 5, companies=1000, known=5, latency_ms=50, budget=None, has_pace=True),
)
CHECK: Final = Check(150, 3, 2.0, 6)
COMMANDS: Final = (
    Command("spec", None, 0.1),
    Command("check", "direct", 2.0),
    Command("check", "maesn", 2.0),
)
# The server alone must be this many times as fast as the connector.
SERVER_HEADROOM: Final = 3.0
WRITE_RACES: Final = (
    WriteRace("customers", 5_000, 150, 400.0),
    WriteRace("drafts", 5_000, 150, 200.0),
    WriteRace("entries", 5_000, 150, 200.0),
    # One after the other, each with its own answers to wait for.
    WriteRace("closing", 100, 150),
)
WRITE_MEMORY: Final = (WriteMemory("customers", 100_000), WriteMemory("entries", 100_000))
