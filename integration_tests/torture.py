"""Reads that are killed at random moments and resumed, while rows are created, changed and deleted.

`python -m integration_tests.torture` prints one line a run and a summary; it ends with 1 if anything was lost.
A run is decided by its seed, but for the moments at which processes happen to be scheduled.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from integration_tests.connector import COMMAND, STREAMS, Connector, Message, cursors_of, message_of, secrets_of
from integration_tests.expected import FINAL_STATUS, TYPES, as_sent, key_of, latest_of, own_change, rows, usable
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row
from sage_active_sandbox.switches import Switches

# Below the cost of a page of 500 rows: pages shrink, so that reads have several pages and windows.
SMALL_PAGES = 9000
CHILDREN = {"customers": "addresses", "suppliers": "addresses", "items": None, "invoices": "lines"}
MOST_KILLS = 6
MOST_MUTATIONS = 400
MOST_TOLD = 5
FEW_ROWS = 8


@dataclass
class Ledger:
    """What a platform has received: records, states, and everything that was not as promised."""

    key: dict[str, str]
    records: dict[tuple[str, str, str], Message] = field(default_factory=dict)
    states: dict[str, Message] = field(default_factory=dict)
    since_state: Counter[str] = field(default_factory=Counter)
    delivered: int = 0
    problems: list[str] = field(default_factory=list)
    covered: dict[tuple[str, str], str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def overhear(self, line: bytes, message: Message | None) -> None:
        """Looks for secrets in a line; a control message is where new ones belong."""
        if message and message["type"] == "CONTROL":
            self.secrets.update(secrets_of(message["control"]["connectorConfig"]["config"]))
        elif any(secret.encode() in line for secret in self.secrets):
            self.problems.append(f"a secret in the output: a line of {len(line)} bytes")

    def begin(self, lookback: timedelta) -> None:
        """A run begins from the last states: notes up to which moment they cover each company.

        Records behind the last state were received and count for nothing: the run delivers them again.
        """
        self.since_state.clear()
        self.covered = {
            (stream, company_id): as_sent(datetime.fromisoformat(cursor) - lookback)[:19]
            for stream in self.states
            for company_id, cursor in cursors_of(list(self.states.values()), stream).items()
            if cursor
        }

    def receive(self, message: Message, untouched: "Untouched") -> None:
        """Takes one message."""
        if message["type"] == "RECORD":
            stream, data = message["record"]["stream"], message["record"]["data"]
            key = (stream, data["company_id"], data[self.key[stream]])
            if self._is_needless(key, data, untouched):
                self.problems.append(f"{stream}: {key[2]} came again although the state covers it")
            self.records[key] = data
            self.since_state[stream] += 1
            self.delivered += 1
        elif message["type"] == "STATE":
            self._receive_state(message["state"], untouched)

    def _is_needless(self, key: tuple[str, str, str], data: Message, untouched: "Untouched") -> bool:
        """Whether a record lies before what the state covers, has not changed, and is final (Maesn may read it all)."""
        covered = self.covered.get(key[:2])
        is_maesn = "creationDate" not in data
        if covered is None or is_maesn or (data.get("status", FINAL_STATUS) != FINAL_STATUS and key[0] == "invoices"):
            return False
        return key[2] in untouched.of(*key[:2]) and (latest_of(data) or "") < covered

    def _receive_state(self, state: Message, untouched: "Untouched") -> None:
        stream = state["stream"]["stream_descriptor"]["name"]
        counted = self.since_state.pop(stream, 0)
        if state["sourceStats"]["recordCount"] != counted:
            self.problems.append(f"{stream}: a state counts {state['sourceStats']['recordCount']}, not {counted}")
        self.states[stream] = {"type": "STREAM", "stream": state["stream"]}
        complete = {each["partition"]["company_id"] for each in state["stream"]["stream_state"]["states"]}
        for company_id in complete:
            ahead = untouched.of(stream, company_id) - {
                key[2] for key in self.records if key[:2] == (stream, company_id)
            }
            if ahead:
                self.problems.append(f"{stream}: a state is ahead of {len(ahead)} records of company {company_id}")


class Untouched:
    """The rows that existed from the beginning and that nobody has changed or deleted since."""

    def __init__(self, sandbox: Sandbox, market: str) -> None:
        self._lock = threading.Lock()
        self._rows = {
            (stream, company.id): set(rows(sandbox, company.id, stream))
            for company in usable(sandbox, market)
            for stream in STREAMS
        }

    def of(self, stream: str, company_id: str) -> set[str]:
        """Ids of one stream in one company."""
        with self._lock:
            return set(self._rows.get((stream, company_id), ()))

    def touch(self, stream: str, company_id: str, row_id: str) -> None:
        """This row is no longer one of them."""
        with self._lock:
            self._rows[stream, company_id].discard(row_id)


class Mutator:
    """Creates, changes and deletes rows at random while a read is under way; bounded in number."""

    def __init__(self, sandbox: Sandbox, market: str, chance: random.Random, untouched: Untouched) -> None:
        self._sandbox = sandbox
        self._companies = [company.id for company in usable(sandbox, market)]
        self._chance = chance
        self._untouched = untouched
        self._stop = threading.Event()
        self._left = MOST_MUTATIONS

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Mutates until the block ends."""
        self._stop.clear()
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        while self._left and not self._stop.wait(self._chance.uniform(0.002, 0.03)):
            self._left -= 1
            self._mutate()

    def _mutate(self) -> None:
        store, company_id = self._sandbox.store, self._chance.choice(self._companies)
        stream = self._chance.choice(STREAMS)
        type_name = TYPES[stream]
        with store.lock:
            known = rows(self._sandbox, company_id, stream)
            row_id = self._chance.choice(list(known))
            action = self._chance.choice(("create", "change", "child", "delete" if len(known) > FEW_ROWS else "change"))
            if action == "create":
                store.insert(company_id, type_name, _copied(known[row_id]))
                return
            self._untouched.touch(stream, company_id, row_id)
            if action == "delete":
                store.delete(company_id, type_name, row_id)
            else:
                child = CHILDREN[stream] if action == "child" else None
                moves = self._sandbox.switches.parent_dates_move
                store.touch(company_id, type_name, row_id, child=child, move_parent_date=moves)


def _copied(row: Row) -> Row:
    """A row with the same content and new ids; its dates are set when it is inserted."""
    copied: Row = {}
    for name, value in row.items():
        if name == "id":
            copied[name] = str(uuid.uuid4())
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            copied[name] = [_copied(child) for child in value]
        else:
            copied[name] = deepcopy(value)
    return copied


@dataclass(frozen=True)
class Result:
    """What one run came to."""

    seed: int
    kills: int
    rows: int
    delivered: int
    problems: Sequence[str]

    def __str__(self) -> str:
        told = "; ".join(problem[:200] for problem in self.problems[:MOST_TOLD]) or "nothing lost"
        return f"seed {self.seed}: {self.kills} kills, {self.rows} rows, {self.delivered} records delivered: {told}"


def run(seed: int, folder: Path, most_kills: int = MOST_KILLS) -> Result:
    """One torture: reads with kills under mutations until one comes through, then reads in peace, then the balance."""
    chance = random.Random(seed)
    connection = chance.choice(("direct", "direct", "maesn"))
    market = chance.choice(("de", "es", "fr"))
    switches = Switches(
        max_field_cost=SMALL_PAGES,
        # Maesn shows no dates of children: what only they tell can be found directly alone.
        parent_dates_move=connection == "maesn" or chance.random() < 0.5,
        null_dates=chance.choice(("null", "0001")),
        account_code=chance.choice(("object", "flat")),
        cursors=chance.choice(("index", "keyset")),
        cost_error_shape=chance.choice(("fieldCost", "complexity")),
        clock_offset_seconds=chance.choice((-600.0, 0.0, 600.0)),
        refresh_rotation=chance.random() < 0.5,
        # So short that tokens end within a read: they are renewed a minute early.
        access_token_seconds=chance.choice((28800, 62)),
        sdl=chance.random() < 0.5,
        introspection=chance.random() < 0.5,
        maesn_dates=chance.choice(("all", "all", "some", "none")),
        maesn_filter=chance.choice(("honoured", "ignored")),
    )
    sandbox = Sandbox(rows=chance.randint(20, 60), companies_per_market=2, seed=seed, switches=switches)
    with sandbox:
        options: dict[str, Any] = {
            "lookback_minutes": chance.choice((0, 60)),
            "num_workers": 8,
            "token_path": str(folder / "tokens.json"),
        }
        connector = Connector.over(sandbox, connection, market, folder, **options)
        lookback = timedelta(minutes=options["lookback_minutes"])
        ledger = Ledger({stream: key_of(connection, stream) for stream in STREAMS})
        ledger.secrets.update(secrets_of(connector.config))
        untouched = Untouched(sandbox, market)
        mutator = Mutator(sandbox, market, chance, untouched)
        catalog = connector.write("catalog.json", connector.configured(STREAMS))
        config = connector.write("config.json", connector.config)
        kills = 0
        with mutator.at_work():
            expected = sum(
                len(untouched.of(stream, company.id)) for company in usable(sandbox, market) for stream in STREAMS
            )
            while kills < most_kills and _read(
                ledger, untouched, lookback, config, catalog, chance.randint(1, expected)
            ):
                kills += 1
        for _ in range(2):
            if _read(ledger, untouched, lookback, config, catalog, None):
                ledger.problems.append("a read in peace did not come through")
        ledger.problems += _missing(sandbox, connection, market, ledger)
        known = sum(len(rows(sandbox, company.id, stream)) for company in usable(sandbox, market) for stream in STREAMS)
    return Result(seed, kills, known, ledger.delivered, ledger.problems)


def _read(
    ledger: Ledger, untouched: Untouched, lookback: timedelta, config: Path, catalog: Path, lines: int | None
) -> bool:
    """Reads from the last states on; kills the process after so many lines. Returns whether it was killed."""
    arguments = ["read", "--config", str(config), "--catalog", str(catalog)]
    ledger.begin(lookback)
    if ledger.states:
        state = Connector(config.parent, {}).write("state.json", list(ledger.states.values()))
        arguments += ["--state", str(state)]
    errors = config.parent / "stderr.txt"
    with (
        errors.open("wb") as stderr,
        subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=stderr) as process,
    ):
        assert process.stdout is not None
        for number, line in enumerate(process.stdout, 1):
            if not line.endswith(b"\n"):
                break
            message = message_of(line)
            ledger.overhear(line, message)
            ledger.receive(message, untouched)
            if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                ledger.problems.append(message["trace"]["error"]["message"])
            if number == lines:
                process.kill()
                return True
    ledger.overhear(errors.read_bytes(), None)
    if process.returncode:
        ledger.problems.append(f"a read ended with exit code {process.returncode}")
    return False


def _missing(sandbox: Sandbox, connection: str, market: str, ledger: Ledger) -> Iterator[str]:
    """Rows that exist and were not delivered as they are now."""
    for company in usable(sandbox, market):
        for stream in STREAMS:
            for row_id, row in rows(sandbox, company.id, stream).items():
                data = ledger.records.get((stream, company.id, row_id))
                if data is None:
                    yield f"{stream} {row_id} is missing"
                elif not _is_current(sandbox, connection, data, row):
                    yield f"{stream} {row_id} was not delivered as it is now"


def _is_current(sandbox: Sandbox, connection: str, data: Message, row: Row) -> bool:
    """Whether a record shows a row as it is; Maesn shows the row's own date at most."""
    if connection == "direct":
        return bool(_dates(data) == _dates(as_sent(row)))
    changed = as_sent(own_change(row))
    return sandbox.switches.maesn_dates != "all" or (data["updated_at"] or "")[:19] == (changed or "")[:19]


def _dates(value: Any) -> Any:
    """Ids and dates of change of a row and of everything that it owns."""
    if isinstance(value, list):
        return [_dates(item) for item in value if isinstance(item, dict) and "creationDate" in item]
    changed = value.get("modificationDate")
    own = [value.get("id"), None if changed and changed.startswith("0001") else changed]
    return own + [_dates(value[name]) for name in sorted(value) if name[0] != "_" and _is_owned(value[name])]


def _is_owned(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "creationDate" in value[0]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help=f"how many runs (each kills up to {MOST_KILLS} reads)")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--kills", type=int, default=200, help="end when so many reads were killed")
    options = parser.parse_args()
    kills = failed = 0
    for seed in range(options.first, options.first + options.runs):
        with tempfile.TemporaryDirectory() as folder:
            result = run(seed, Path(folder))
        print(result, flush=True)
        kills += result.kills
        failed += bool(result.problems)
        if kills >= options.kills:
            break
    print(f"{kills} reads killed and resumed, {failed} runs with losses")
    return 1 if failed or kills < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
