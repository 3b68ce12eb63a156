"""Reads of all streams that are killed at random moments, while a row of each kind changes now and then.

`python -m integration_tests.torture --all-streams` prints one line a run and a summary. What a read delivered behind
its last STATE is forgotten after a kill, as platforms may do: what is missing in the end was ahead of its records.
"""

import random
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from integration_tests.connector import COMMAND, Connector, Message, Outcome, killed_after
from integration_tests.every_stream import RESOURCES, Rows, World, difference
from integration_tests.raw_streams import OWN_COLUMNS, decoded, key_of
from sage_active.direct.contract import Contract
from sage_active.direct.strategy import strategy_of
from sage_active.markets import DIRECT, MARKETS
from sage_active.resources.resource import Resource, Windowed
from sage_active_sandbox.row_changes import touch
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from sage_active_sandbox.switches import Switches

# Pages of some forty rows: the larger streams have several.
SMALL_PAGES: Final = 5000
VARIED: Final[Mapping[str, Sequence[Any]]] = {
    "null_dates": ("null", "0001"),
    "account_code": ("object", "flat"),
    "cursors": ("index", "keyset"),
    "max_field_cost": (SMALL_PAGES, 650_000),
    "owned_filters": ("accepted", "accepted", "refused"),
    "days": ("utc", "local"),
    "clock_offset_seconds": (-600.0, 0.0, 600.0),
    "organizations_split": (True, False),
}
MOST_KILLS: Final = 12
CHANGES: Final = 40
MOST_SHOWN: Final = 5
LONGEST_SECONDS: Final = 120.0
PartKey = tuple[str, str]


@dataclass
class AllStreamsResult:
    """What one run came to."""

    seed: int
    kills: int = 0
    records: int = 0
    changes: int = 0
    sign_ins: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        summary = "; ".join(problem[:300] for problem in self.problems[:MOST_SHOWN]) or "nothing lost"
        return (
            f"seed {self.seed}: {self.kills} kills, {self.changes} rows changed meanwhile, "
            f"{self.records} records kept: {summary}"
        )


@dataclass
class _Platform:
    """What is kept of the records: those before a STATE of their stream, and those of a read that came through."""

    kept: dict[PartKey, Rows] = field(default_factory=dict)
    states: dict[str, Message] = field(default_factory=dict)
    waiting: dict[str, list[tuple[PartKey, tuple[Any, ...], dict[str, Any]]]] = field(default_factory=dict)

    def receive(self, line: bytes) -> str | None:
        """Takes one line of the source; returns the message of an error."""
        message = decoded(line)
        if message["type"] == "RECORD":
            name, row = message["record"]["stream"], message["record"]["data"]
            content = {member: value for member, value in row.items() if member not in OWN_COLUMNS}
            part = name, str(row["company_id"])
            self.waiting.setdefault(name, []).append((part, key_of(RESOURCES[name], row), content))
        elif message["type"] == "STATE":
            name = message["state"]["stream"]["stream_descriptor"]["name"]
            self.states[name] = {"type": "STREAM", "stream": message["state"]["stream"]}
            self.keep(name)
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            return str(message["trace"]["error"]["message"])
        return None

    def keep(self, name: str) -> None:
        """What has come of a stream is there for good."""
        for part, key, row in self.waiting.pop(name, ()):
            self.kept.setdefault(part, {})[key] = row

    def end(self, *, came_through: bool) -> None:
        """The read has ended."""
        for name in list(self.waiting) if came_through else ():
            self.keep(name)
        self.waiting.clear()


def run(
    seed: int, folder: Path, most_kills: int = MOST_KILLS, streams: Collection[str] = RESOURCES.keys()
) -> AllStreamsResult:
    """One torture: reads that are killed up to `most_kills` times, two that come through, then the comparison."""
    resources = [RESOURCES[name] for name in streams]
    chance = random.Random(seed)
    result = AllStreamsResult(seed)
    market = chance.choice(MARKETS).code.lower()
    chosen = {name: chance.choice(values) for name, values in VARIED.items()}
    # A kill must not take the only good refresh token with it: that is tried elsewhere.
    switches = Switches(**chosen, refresh_rotation=False)
    with Sandbox(rows=chance.randint(10, 30), companies_per_market=2, seed=seed, switches=switches) as sandbox:
        options: dict[str, Any] = {"lookback_minutes": chance.choice((0, 60)), "num_workers": 8}
        connector = Connector.over(sandbox, DIRECT, market, folder, **options)
        world = World(sandbox, market, connector, Outcome(0, [], "", 0.0))
        changes = _changes(world, resources, chance)
        platform = _Platform()
        catalog = connector.write("catalog.json", connector.configured(streams))
        parts = [part for resource in resources for part in _parts(world, resource)]
        expected = sum(len(world.of(resource, company)) for resource, _, company in parts)
        while result.kills < most_kills and _read(platform, connector, catalog, changes, result, chance, expected):
            result.kills += 1
        for _ in range(2):
            _read(platform, connector, catalog, changes, result, chance, None)
        world.held.clear()
        for resource, owner, company in parts:
            if wrong := difference(platform.kept.get((resource.name, owner), {}), world.of(resource, company)):
                result.problems.append(f"{resource.name}: {wrong}")
        result.records = sum(map(len, platform.kept.values()))
    return result


def _parts(world: World, resource: Resource) -> Iterator[tuple[Resource, str, Company]]:
    yield from ((resource, owner, company) for owner, company in world.owners(resource).items())


def _changes(world: World, resources: Sequence[Resource], chance: random.Random) -> Iterator[None]:
    """Changes a row each time that the next one is asked for, of any dated stream and company; few in all."""
    contract, sandbox = Contract(), world.sandbox
    dated = [
        binding
        for resource in resources
        if (binding := resource.direct) and isinstance(strategy_of(contract, binding), Windowed)
    ]
    for _ in range(CHANGES if dated else 0):
        company, binding = chance.choice(world.companies), chance.choice(dated)
        with sandbox.store.lock:
            if table := sandbox.store.table(company.id, binding.type):
                touch(sandbox.store, sandbox.switches, company.id, binding.type, chance.choice(list(table)), {}, "")
        yield


def _read(
    platform: _Platform,
    connector: Connector,
    catalog: Path,
    changes: Iterator[None],
    result: AllStreamsResult,
    chance: random.Random,
    most_lines: int | None,
) -> bool:
    """Reads from the last states on; kills the process after some lines, at most so many. Whether it was killed."""
    arguments = ["read", "--config", str(connector.write("config.json", connector.config)), "--catalog", str(catalog)]
    if platform.states:
        arguments += ["--state", str(connector.write("state.json", list(platform.states.values())))]
    last = chance.randint(1, most_lines) if most_lines else None
    is_killed = False
    with (
        subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
        killed_after(LONGEST_SECONDS, process),
    ):
        assert process.stdout is not None
        for number, line in enumerate(process.stdout, 1):
            if error := platform.receive(line):
                result.problems.append(error)
            if most_lines and chance.random() < CHANGES / (MOST_KILLS * most_lines):
                result.changes += next(changes, CHANGES) is None
            if is_killed := number == last:
                process.kill()
                break
    platform.end(came_through=not is_killed and process.returncode == 0)
    if not is_killed and process.returncode:
        result.problems.append(f"a read ended with exit code {process.returncode}")
    return is_killed
