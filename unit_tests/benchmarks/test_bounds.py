"""What runs are held against: formulas, states for many companies, and the table of targets itself."""

import json

import pytest

from benchmarks.bounds import Pace
from benchmarks.companies import COMPANY, company_id
from benchmarks.connector import reads_of
from benchmarks.heavy_rows import HEAVY
from benchmarks.measure import Run
from benchmarks.streams import stream_names
from benchmarks.syncs import figures_of, for_companies, last_states, pace_of
from benchmarks.targets import HEAVY_BOUNDS, RACES, SYNCS, Sync
from benchmarks.wire import Answered
from benchmarks.yardsticks import DAYS_PER_WINDOW, ROWS_PER_DAY, Read, windows_of
from sage_active.config import ConnectionConfig
from sage_active.markets import DIRECT
from sage_active.resources.table import RESOURCES
from source_sage_active.streams import stream_names as offered_names

RUN = Run(seconds=20.0, processor=4.0, peak_mb=90.0, written=1)


@pytest.mark.parametrize(
    ("requests", "seconds"),
    [
        (0, 0.0),
        # 160 answers, 8 at once, 50 ms each.
        (160, 1.0),
        # The budget of the first minute is there at once.
        (2700, 16.875),
        # Half a minute's budget more takes half a minute.
        (4050, 30.0),
        (27_000, 540.0),
    ],
)
def test_requests_wait_for_answers_or_for_the_budget(requests: int, seconds: float) -> None:
    pace = Pace(0.05, 8, 2700)
    assert pace.seconds(requests) == pytest.approx(seconds)
    assert pace.most_seconds(requests) == pytest.approx(1.2 * seconds + 2)


def test_pace_is_that_of_the_connectors_defaults() -> None:
    sync = Sync("many", 20, 5, latency_ms=50, budget=None)
    defaults = {name: ConnectionConfig.model_fields[name].default for name in ("num_workers", "requests_per_minute")}
    assert pace_of(sync) == Pace(0.05, defaults["num_workers"], defaults["requests_per_minute"])


def test_requests_are_counted_by_company_where_a_bound_is() -> None:
    idle = Sync("idle", 10, 20, companies=20, most_per_company=1.0)
    assert [figure.cells for figure in figures_of(idle, RUN, Answered(41, 40))] == [
        ("idle, requests", "2 a company", "≤ 1 a company", "missed")
    ]


def test_the_wall_clock_is_held_against_the_requests_that_were_sent() -> None:
    many = Sync("many", 20, 5, companies=1000, latency_ms=50, budget=None, has_pace=True)
    requests, wall, peak = figures_of(many, RUN, Answered(2002, 2000))
    assert requests.cells == ("many, requests", "2,000 requests", "", "")
    assert wall.target == pytest.approx(1.2 * 2002 * 0.05 / 8 + 2)
    assert not wall.met
    assert peak.cells == ("many, peak memory", "90 MB", "≤ 150 MB", "met")


def state(entries: list[dict[str, object]]) -> dict[str, object]:
    """A message as it is written."""
    stream = {"stream_descriptor": {"name": "customers"}, "stream_state": {"connection": "direct", "states": entries}}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": stream}}


def test_the_state_of_one_company_becomes_that_of_all() -> None:
    first, last = state([]), state([{"partition": {"company_id": COMPANY}, "cursor": {"updated_at": "2019"}}])
    lines = [json.dumps(message, separators=(",", ":")) for message in (first, {"type": "LOG"}, last)]
    (found,) = last_states("\n".join(lines).encode()).values()
    entries = for_companies(found, 3)["stream"]["stream_state"]["states"]
    assert [entry["partition"]["company_id"] for entry in entries] == [company_id(number) for number in (1, 2, 3)]
    assert {entry["cursor"]["updated_at"] for entry in entries} == {"2019"}


def test_what_belongs_to_a_market_has_one_entry() -> None:
    entry = {"partition": {"company_id": "DE"}, "cursor": {"updated_at": None}}
    (found,) = last_states(json.dumps(state([entry]), separators=(",", ":")).encode()).values()
    assert for_companies(found, 3)["stream"]["stream_state"]["states"] == [entry]


@pytest.mark.parametrize("rows", [1, ROWS_PER_DAY, 10 * ROWS_PER_DAY, 50_000])
def test_windows_of_the_loop_follow_on_each_other(rows: int) -> None:
    windows = [window.where for window in windows_of(Read("customers", "customers", ("id",)), rows)]
    assert len(windows) == max(1, -(-rows // ROWS_PER_DAY // DAYS_PER_WINDOW))
    lowers = [where.split('gte: "')[1].split('"')[0] for where in windows]
    uppers = [where.split('lt: "')[1].split('"')[0] for where in windows[:-1]]
    assert lowers[1:] == uppers
    assert "lt" not in windows[-1]


def test_targets_name_rows_that_there_are_and_different_titles() -> None:
    kinds = {bound.kind for bound in HEAVY_BOUNDS} | {race.kind for race in RACES if race.kind}
    assert kinds <= HEAVY.keys()
    titles = [race.title for race in RACES] + [sync.title for sync in SYNCS] + [bound.title for bound in HEAVY_BOUNDS]
    assert len(set(titles)) == len(titles)
    assert all(read.members for race in RACES for read in reads_of(race.connection, race.kind, race.columns))


def test_syncs_read_only_what_the_source_offers() -> None:
    names = stream_names()
    assert set(names.closed) < set(names.incremental) < set(names.all) <= set(offered_names(DIRECT, RESOURCES))
    assert all(len(getattr(names, sync.kind)) >= sync.streams for sync in SYNCS if isinstance(sync.streams, int))
