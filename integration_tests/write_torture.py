"""Writes of every object that are killed at random and run again, while answers get lost and commits come late.

`python -m integration_tests.write_torture` prints one line a run and a summary; it ends with 1 if a record was lost,
is there twice, or if a STATE came back before its records were stored. A run is decided by its seed, but for the
moments at which processes happen to be scheduled.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integration_tests import maesn_records
from integration_tests.connector import LONGEST_SECONDS, Message, killed_after, message_of
from integration_tests.destination import Destination, catalog, committed, records, state
from integration_tests.doubts import is_doubt, remove_doubtful
from integration_tests.every_record import OPTIONS, WRITTEN, stored, type_of
from integration_tests.variations import NOT_READ_HERE
from integration_tests.write_killer import Killer
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from sage_active_sandbox.switches import Switches

STREAMS = {"direct": ("customers", "items"), "maesn": ("customers", "suppliers", "items")}
# Of the others a run writes so many, with those that their records refer to.
DRAWN = 2
# A rule of the server's that the connector does not know: this record is refused, and nothing else.
POISON = "HAS BLANKS"
# How often a person is asked what nobody can tell.
MOST_DOUBTS = 8
COUNT = 40
RECORDS_A_STATE = 10
SETTLE_SECONDS = 1
LATE_SECONDS = 0.4
MOST_KILLS = 8
MOST_TOLD = 5
# Requests with a few keys or records are still allowed.
LOW_COST = 5000
# What runs vary: every switch of the sandbox that a write can meet.
VARIED: Mapping[str, Sequence[Any]] = {
    "mutation_errors": ("own_field", "whole_null", "whole_null_stops"),
    "mutation_transaction": (False, True),
    "error_paths": (True, False),
    "undocumented_errors": ("key", "text"),
    "mutation_milliseconds": (0, 3, 15),
    # Requests of several mutations are sometimes given up in the middle.
    "execution_seconds": (30, 30, 0.05),
    "null_dates": ("null", "0001"),
    "account_code": ("object", "flat"),
    "cursors": ("index", "keyset"),
    "parent_dates_move": (True, False),
    "max_field_cost": (650000, LOW_COST),
    "cost_error_shape": ("fieldCost", "complexity"),
    "fixed_members": ("ignored", "refused"),
    "empty_children": ("accepted", "refused"),
    "default_accounts": (True, False),
    "third_party_codes": ("automatic", "manual"),
    "third_party_numbers_unique": ("object", "organization"),
    "document_id_shape": ("checked", "any"),
    "vies_vat_number": ("recommended", "mandatory"),
    "es_document_id": ("optional", "mandatory"),
    "deletion": ("careful", "free"),
    "access_token_seconds": (28800, 62),
    "clock_offset_seconds": (-600.0, 0.0, 600.0),
    "maesn_dates": ("all", "some", "none"),
    "maesn_filter": ("honoured", "ignored"),
    "maesn_lists_unusable": (False, True),
    "maesn_pagination": ("always", "missing"),
    "maesn_error_shape": ("inside", "beside"),
    "maesn_item_shape": ("array", "object"),
    "maesn_invoice_key": ("invoiceId", "id", "both"),
    "maesn_invoice_number": ("ignored", "kept"),
    "organizations_split": (True, False),
    "credit_note_sign": ("positive", "negative"),
    "credit_note_drafts": ("reserve", "take_nothing"),
    "owned_filters": ("accepted", "refused"),
    "withholding": ("inside", "outside"),
    "days": ("utc", "local"),
    "document_numbers": ("unique", "repeatable"),
    "vat_rounding": ("line", "rate"),
    "sales_abroad": ("home", "exempt"),
    "quote_steps": ("actions", "statuses"),
    "origin_lines": ("used", "pending"),
    "bill_numbers": ("repeatable", "unique"),
    "bill_treatment": ("domestic", "intracommunity"),
    "entry_tax_registers": ("consistent", "never"),
    # A killed run's upload is listed before the next run creates anything: `SETTLE_SECONDS`.
    "scan_seconds": (0, 0.3),
    "uploaded_names": ("without_extension", "as_sent"),
    "overpayments": ("refused", "accepted"),
}
# A process that is killed between the answer with a new token and its file takes the only good token with it.
FIXED: Mapping[str, Any] = {"refresh_rotation": False}
# Switches that no run varies, each with the reason.
NOT_VARIED: Mapping[str, str] = {
    "refresh_rotation": "see `FIXED`; reads vary it",
    "refresh_token_seconds": "no run lasts as long",
    "introspection": "a write does not ask for the schema",
    "sdl": "a write does not ask for the schema",
    "offset_days": "the connector sends days without an offset",
    "replace_all": "the connector does not use it",
    "draft_numbers": "no run gives a draft a number",
    "backdated_closing": "no run closes anything",
    "bank_feed": "a payment that the bank brings as well is held",
    "virus_scan": "what it rejects is never listed, so that each run uploads it anew",
    **dict.fromkeys(NOT_READ_HERE, "none of the objects that a run writes meets it"),
}
# Fault -> its share of the requests that write.
FAULTS: Sequence[tuple[Mapping[str, Any], float]] = (
    ({"action": "answer_lost"}, 0.06),
    ({"action": "answer_lost", "commits": 2}, 0.03),
    ({"action": "late_commit", "seconds": LATE_SECONDS}, 0.04),
    ({"action": "status_after", "status": 500, "body": {"statusCode": 500}}, 0.04),
    ({"action": "status", "status": 429, "headers": {"Retry-After": "0"}}, 0.05),
)
DIRECT_FAULTS: Sequence[tuple[Mapping[str, Any], float]] = (
    ({"action": "whole_null", "commits": 2}, 0.04),
    ({"action": "expire_tokens"}, 0.03),
)


@dataclass
class Balance:
    """What went in, and what must be in the store by the time that a STATE comes back."""

    sandbox: Sandbox
    company: Company
    keys: Mapping[str, Sequence[str]]
    problems: list[str] = field(default_factory=list)
    # Streams and keys that the last write left in doubt, and named; the next one finds them, or writes them.
    doubts: frozenset[tuple[str, str]] = frozenset()
    early: list[tuple[str, int, list[str]]] = field(default_factory=list)
    before: Mapping[str, Counter[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Notes what is there already, such as the accounts of the company."""
        counts = {stream: self._stored(stream) for stream in self.keys}
        self.before = {
            stream: Counter({key: count for key, count in known.items() if key not in self.keys[stream]})
            for stream, known in counts.items()
        }

    def held(self, stream: str) -> Counter[str]:
        """How often each key of a stream is in the store, beside what was there before."""
        return self._stored(stream) - self.before[stream]

    def _stored(self, stream: str) -> Counter[str]:
        with self.sandbox.store.lock:
            return Counter(str(row[WRITTEN[stream].member]) for row in stored(self.sandbox, self.company, stream))

    def returned(self, stream: str, identity: int) -> None:
        """A STATE has come back: its id is the number of records before it."""
        held = self.held(stream)
        ahead = [key for key in self.keys[stream][:identity] if not held[key] and key != POISON]
        if ahead:
            self.early.append((stream, identity, ahead))

    def ended(self, rejected: Sequence[Message]) -> None:
        """A write has ended. `rejected`: what it has not written."""
        unknown = [line["record"] for line in rejected if is_doubt(line)]
        named = ((line["stream"], line["data"].get(WRITTEN[line["stream"]].member)) for line in unknown)
        self.doubts = frozenset((stream, str(key)) for stream, key in named)
        for stream, number, ahead in self.early:
            if missing_keys := [key for key in ahead if (stream, key) not in self.doubts]:
                text = f"STATE {number} of {stream} came back before {len(missing_keys)} records: {missing_keys[:3]}"
                self.problems.append(text)
        self.early.clear()

    def close(self) -> None:
        """After a run that came through: everything is there once but what is in doubt, and nothing else."""
        for stream, keys in self.keys.items():
            held = self.held(stream)
            wanted = {key for key in keys if key != POISON and (held[key] or (stream, key) not in self.doubts)}
            # Payments and entries are rows of one table.
            beside = {key for other in self.keys if type_of(other) == type_of(stream) for key in self.keys[other]}
            lost, others = sorted(wanted - held.keys()), sorted(held.keys() - wanted - (beside - {POISON}))
            twice = sorted(key for key, count in held.items() if count > 1)
            self.problems += [f"{stream}: lost {lost[:3]} ({len(lost)})"] if lost else []
            self.problems += [f"{stream}: there twice {twice[:3]} ({len(twice)})"] if twice else []
            self.problems += [f"{stream}: nobody sent {others[:3]} ({len(others)})"] if others else []


@dataclass(frozen=True)
class Result:
    """What one run came to."""

    seed: int
    connection: str
    kills: int
    records: int
    problems: Sequence[str]
    streams: Sequence[str]

    def __str__(self) -> str:
        summary = "; ".join(problem[:300] for problem in self.problems[:MOST_TOLD]) or "0 lost, 0 twice"
        written = f"{self.records} records of {', '.join(self.streams)}"
        return f"seed {self.seed}, {self.connection}: {self.kills} kills, {written}: {summary}"


def run(
    seed: int,
    folder: Path,
    most_kills: int = MOST_KILLS,
    connection: str | None = None,
    drawn: Sequence[str] | None = None,
) -> Result:
    """One torture: writes with kills and faults, then one that comes through, then one that changes nothing.

    `drawn`: the streams beside those of every run; None: chance decides.
    """
    chance = random.Random(seed)
    connection = connection or chance.choice(("direct", "direct", "maesn"))
    market = chance.choice(("de", "es", "fr"))
    chosen: dict[str, Any] = {name: chance.choice(values) for name, values in VARIED.items()}
    if connection == "maesn":
        # Maesn's creates have no account to name: without defaults every record would be refused.
        chosen["default_accounts"] = True
    with Sandbox(rows=1, companies_per_market=1, seed=seed, switches=Switches(**chosen, **FIXED)) as sandbox:
        company = sandbox.add_company(market)
        lines, keys = _input(sandbox, company, connection, chance, drawn)
        balance = Balance(sandbox, company, keys)
        options = OPTIONS if connection == "direct" else {}
        # An upload without an outcome is named at once, and the next write finds it, or sends it.
        settings = {"settle_seconds": SETTLE_SECONDS, "files_settle_minutes": 0, "max_rejected_percent": 100, **options}
        destination = Destination.over(sandbox, connection, company, folder, **settings)
        for fault, share in (*FAULTS, *(DIRECT_FAULTS if connection == "direct" else ())):
            sandbox.faults.add(**fault, writes=True, times=FOREVER, probability=share, seed=chance.randrange(1 << 30))
        source = folder / "input.jsonl"
        source.write_bytes(b"".join(lines))
        kills = 0
        # One that comes through before its moment leaves nothing to be killed.
        while kills < most_kills and _write(balance, destination, connection, source, chance):
            kills += 1
        if kills == most_kills:
            _write(balance, destination, connection, source)
        sandbox.faults.clear()
        for _ in range(MOST_DOUBTS):
            if not balance.doubts:
                break
            remove_doubtful(sandbox, company, destination)
            _write(balance, destination, connection, source)
        balance.close()
        sandbox.mutations.clear()
        _write(balance, destination, connection, source)
        balance.close()
        if done := committed(sandbox):
            balance.problems.append(f"a run with nothing to do has written {done}")
    count = sum(map(len, keys.values()))
    return Result(seed, connection, kills, count, balance.problems, list(keys))


def streams(connection: str, chance: random.Random, drawn: Sequence[str] | None = None) -> list[str]:
    """The streams of a run, with all that they refer to."""
    others = sorted(WRITTEN.keys() - set(STREAMS[connection]))
    if drawn is None:
        drawn = chance.sample(others, DRAWN) if connection == "direct" else []
    needed = [name for stream in drawn for name in (*WRITTEN[stream].needs, stream)]
    return [*dict.fromkeys((*STREAMS[connection], *needed))]


def _input(
    sandbox: Sandbox, company: Company, connection: str, chance: random.Random, drawn: Sequence[str] | None
) -> tuple[list[bytes], dict[str, list[str]]]:
    """The messages, streams interleaved in parts that each end with a STATE; and the keys of each stream."""
    parts: list[tuple[float, list[bytes]]] = []
    keys: dict[str, list[str]] = {}
    for stream in streams(connection, chance, drawn):
        written = WRITTEN[stream]
        is_direct = connection == "direct"
        rows = list((written.make if is_direct else maesn_records.of)(sandbox, company, stream, COUNT))
        member = written.member if is_direct else maesn_records.KEYS[stream]
        if stream == "items":
            rows[chance.randrange(20, COUNT)][member] = POISON
        keys[stream] = [str(row[member]) for row in rows]
        positions = sorted(chance.random() for _ in range(COUNT // RECORDS_A_STATE))
        for number, position in enumerate(positions, 1):
            end = number * RECORDS_A_STATE
            parts.append((position, [*records(stream, rows[end - RECORDS_A_STATE : end]), state(stream, end)]))
    return [line for _, part in sorted(parts, key=lambda entry: entry[0]) for line in part], keys


def _write(
    balance: Balance, destination: Destination, connection: str, source: Path, chance: random.Random | None = None
) -> bool:
    """Writes everything; with `chance` kills the process at a random moment. Returns whether it was killed."""
    mode = "append_dedup" if connection == "direct" else "append"
    configured = catalog(dict.fromkeys(balance.keys, mode))
    errors = source.with_name("stderr.txt")
    with source.open("rb") as stdin, errors.open("wb") as stderr:
        process = destination.start(configured, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr)
        killer = Killer(balance.sandbox, process, chance)
        with process, killed_after(LONGEST_SECONDS, process), killer:
            assert process.stdout is not None
            messages = []
            for line in process.stdout:
                # The last line of a killed process may be half a line.
                message: Message = message_of(line) if line.endswith(b"\n") else {"type": ""}
                if message["type"] == "STATE":
                    stream = message["state"]["stream"]["stream_descriptor"]["name"]
                    balance.returned(stream, message["state"]["id"])
                if message["type"] == "TRACE":
                    messages.append(message["trace"]["error"]["message"])
    lines = destination.rejected() if not killer.has_killed else []
    balance.ended(lines)
    if killer.has_killed:
        return True
    if process.returncode:
        causes = messages or [errors.read_text(encoding="utf-8")[-300:]]
        balance.problems.append(f"a write ended with exit code {process.returncode}: {causes[0]}")
    rejected = [line["record"]["data"] for line in lines if not is_doubt(line)]
    others = [data for data in rejected if POISON not in data.values()]
    if others or len(rejected) != 1:
        reasons = [line["rejected_message"] for line in lines]
        balance.problems.append(f"{len(rejected)} records were rejected, not only the one: {reasons[:2]}")
    return False


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="end when so many writes were killed")
    parser.add_argument("--runs", type=int, default=200, help=f"at most so many runs (each kills up to {MOST_KILLS})")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--streams", nargs="+", help="direct runs of these, in place of two by chance")
    options = parser.parse_args()
    kills = failed = 0
    for seed in range(options.first, options.first + options.runs):
        with tempfile.TemporaryDirectory() as folder:
            connection = "direct" if options.streams else None
            result = run(seed, Path(folder), connection=connection, drawn=options.streams)
        print(result, flush=True)
        kills += result.kills
        failed += bool(result.problems)
        if kills >= options.kills:
            break
    print(f"{kills} writes killed and run again, {failed} runs with records lost or there twice")
    return 1 if failed or kills < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
