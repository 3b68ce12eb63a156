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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from integration_tests.all_streams_torture import run as run_all_streams
from integration_tests.connector import (
    COMMAND,
    LONGEST_SECONDS,
    STREAMS,
    Connector,
    killed_after,
    message_of,
    secrets_of,
)
from integration_tests.expected import TYPES, rows, selection, usable
from integration_tests.large_torture import LATENCY_MS, ROWS, large_server
from integration_tests.large_torture import run as run_large
from integration_tests.ledger import Ledger, Untouched
from integration_tests.variations import NOT_READ_HERE
from sage_active.auth.token_store import TokenFile
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row
from sage_active_sandbox.switches import Switches

# Pages of some forty rows: reads have several pages and windows, between which rows can move.
SMALL_PAGES = 5000
# What runs vary: every switch of the sandbox that a read can meet.
VARIED: Mapping[str, Sequence[Any]] = {
    "parent_dates_move": (True, False),
    "null_dates": ("null", "0001"),
    "account_code": ("object", "flat"),
    "cursors": ("index", "keyset"),
    "introspection": (False, True),
    "sdl": (False, True),
    "max_field_cost": (SMALL_PAGES, SMALL_PAGES, SMALL_PAGES, 650000),
    "cost_error_shape": ("fieldCost", "complexity"),
    # So short that tokens end within a read: they are renewed a minute early.
    "access_token_seconds": (28800, 62),
    "refresh_rotation": (True, False),
    # Longer than any run: no read survives the end of its refresh token, see test_sign_in.
    "refresh_token_seconds": (2592000, 900),
    "clock_offset_seconds": (-600.0, 0.0, 600.0),
    "maesn_dates": ("all", "all", "some", "none"),
    "maesn_filter": ("honoured", "ignored"),
    "maesn_item_shape": ("array", "object"),
    "maesn_invoice_key": ("invoiceId", "id", "both"),
    "maesn_lists_unusable": (False, True),
    "maesn_pagination": ("always", "always", "missing"),
    "organizations_split": (True, False),
    "credit_note_sign": ("positive", "negative"),
    "owned_filters": ("accepted", "refused"),
    "days": ("utc", "local"),
    "withholding": ("inside", "outside"),
}
ONLY_WRITES = "only requests that write meet it"
NOT_READ = "none of the streams that a run reads meets it"
# Switches that no run varies, each with the reason.
NOT_VARIED: Mapping[str, str] = dict.fromkeys(NOT_READ_HERE, NOT_READ) | dict.fromkeys(
    (
        "backdated_closing",
        "bank_feed",
        "bill_numbers",
        "bill_treatment",
        "credit_note_drafts",
        "default_accounts",
        "deletion",
        "draft_numbers",
        "document_id_shape",
        "document_numbers",
        "entry_tax_registers",
        "empty_children",
        "error_paths",
        "es_document_id",
        "execution_seconds",
        "fixed_members",
        "maesn_error_shape",
        "maesn_invoice_number",
        "mutation_errors",
        "mutation_milliseconds",
        "mutation_transaction",
        "offset_days",
        "origin_lines",
        "overpayments",
        "quote_steps",
        "replace_all",
        "sales_abroad",
        "scan_seconds",
        "third_party_codes",
        "third_party_numbers_unique",
        "undocumented_errors",
        "uploaded_names",
        "vat_rounding",
        "vies_vat_number",
        "virus_scan",
    ),
    ONLY_WRITES,
)
CHILDREN = {"customers": "addresses", "suppliers": "addresses", "items": None, "invoices": "lines"}
MOST_KILLS = 6
MOST_MUTATIONS = 400
MOST_TOLD = 5
FEW_ROWS = 8


class Mutator:
    """Creates, changes and deletes rows at random while a read is under way; bounded in number."""

    def __init__(
        self, sandbox: Sandbox, market: str, chance: random.Random, untouched: Untouched, *, deletes: bool
    ) -> None:
        self._deletes = deletes
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
            last = "delete" if self._deletes and len(known) > FEW_ROWS else "change"
            action = self._chance.choice(("create", "change", "child", last))
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


def _switches(chance: random.Random, connection: str) -> Switches:
    chosen: dict[str, Any] = {name: chance.choice(values) for name, values in VARIED.items()}
    if connection == "maesn":
        # Maesn shows no dates of children: what only they tell can be found directly alone.
        chosen["parent_dates_move"] = True
    return Switches(**chosen)


@dataclass(frozen=True)
class Result:
    """What one run came to."""

    seed: int
    kills: int
    rows: int
    delivered: int
    sign_ins: int
    problems: Sequence[str]

    def __str__(self) -> str:
        summary = "; ".join(problem[:200] for problem in self.problems[:MOST_TOLD]) or "nothing lost"
        again = f", {self.sign_ins} kills within a renewal" if self.sign_ins else ""
        return (
            f"seed {self.seed}: {self.kills} kills{again}, {self.rows} rows, "
            f"{self.delivered} records delivered: {summary}"
        )


def run(seed: int, folder: Path, most_kills: int = MOST_KILLS) -> Result:
    """One torture: reads with kills under mutations until one comes through, then reads in peace, then the balance."""
    chance = random.Random(seed)
    connection = chance.choice(("direct", "direct", "maesn"))
    market = chance.choice(("de", "es", "fr"))
    switches = _switches(chance, connection)
    sandbox = Sandbox(rows=chance.randint(20, 60), companies_per_market=2, seed=seed, switches=switches)
    with sandbox:
        options: dict[str, Any] = {
            "lookback_minutes": chance.choice((0, 60)),
            "num_workers": 8,
            "token_path": str(folder / "tokens.json"),
            # A company that Maesn lists although it cannot be used fails its streams: then the others are named.
            "companies": selection(sandbox, market) if switches.maesn_lists_unusable else [],
        }
        connector = Connector.over(sandbox, connection, market, folder, **options)
        lookback = timedelta(minutes=options["lookback_minutes"])
        ledger = Ledger(sandbox, connection)
        ledger.secrets.update(secrets_of(connector.config))
        untouched = Untouched(sandbox, market)
        # Where Maesn states no count, a row that is deleted between two pages hides another one: a limit that the
        # documentation names.
        deletes = connection == "direct" or switches.maesn_pagination == "always"
        mutator = Mutator(sandbox, market, chance, untouched, deletes=deletes)
        catalog = connector.write("catalog.json", connector.configured(STREAMS))
        config = connector.write("config.json", connector.config)
        kills = sign_ins = 0
        with mutator.at_work():
            expected = sum(
                len(untouched.of(stream, company.id)) for company in usable(sandbox, market) for stream in STREAMS
            )
            while kills < most_kills and _read(
                ledger, untouched, lookback, config, catalog, chance.randint(1, expected)
            ):
                kills += 1
                if _signed_in_again(sandbox, connector.config):
                    sign_ins += 1
                    config = connector.write("config.json", connector.config)
                    ledger.secrets.update(secrets_of(connector.config))
        for _ in range(2):
            if _read(ledger, untouched, lookback, config, catalog, None):
                ledger.problems.append("a read in peace did not come through")
        ledger.problems += ledger.undelivered(market)
        known = sum(len(rows(sandbox, company.id, stream)) for company in usable(sandbox, market) for stream in STREAMS)
    return Result(seed, kills, known, ledger.delivered, sign_ins, ledger.problems)


def _signed_in_again(sandbox: Sandbox, config: dict[str, Any]) -> bool:
    """Signs in anew where the kill has taken the only good refresh token with it.

    Nobody can help that: the server had replaced the token, and its answer was not yet in the file.
    """
    if not sandbox.wait_until_idle(LONGEST_SECONDS):
        raise TimeoutError("the sandbox still answers a process that is gone")
    configured = config["credentials"].get("refresh_token")
    kept = TokenFile(config["token_path"]).read(configured) if configured else None
    if configured is None or sandbox.sign_in.renews(kept.refresh_token if kept else configured):
        return False
    # A grant of its own: what the killed process has sent may still arrive, and uses up the one that it had.
    config["credentials"]["refresh_token"] = sandbox.sign_in.issue_refresh_token()
    Path(config["token_path"]).unlink(missing_ok=True)
    return True


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
        killed_after(LONGEST_SECONDS, process),
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


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help=f"how many runs (each kills up to {MOST_KILLS} reads)")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--kills", type=int, default=200, help="end when so many reads were killed")
    parser.add_argument("--large", action="store_true", help="kill first reads of one large company instead")
    parser.add_argument("--all-streams", action="store_true", help="kill reads of all streams instead")
    parser.add_argument("--rows", type=int, default=ROWS, help="the rows of the large company")
    parser.add_argument("--latency-ms", type=int, default=LATENCY_MS, help="how long its server takes for an answer")
    options = parser.parse_args()
    kills = failed = sign_ins = 0
    with large_server(options.rows, options.latency_ms) if options.large else nullcontext("") as url:
        for seed in range(options.first, options.first + options.runs):
            with tempfile.TemporaryDirectory() as folder:
                large = (url, options.rows) if options.large else None
                torture = run_all_streams if options.all_streams else run
                result = run_large(seed, Path(folder), *large) if large else torture(seed, Path(folder))
            print(result, flush=True)
            kills += result.kills
            sign_ins += result.sign_ins
            failed += bool(result.problems)
            if kills >= options.kills:
                break
    print(f"{kills} reads killed and resumed ({sign_ins} within a renewal), {failed} runs with losses")
    return 1 if failed or kills < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
