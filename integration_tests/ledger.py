"""What a platform receives over many reads, and everything about it that is not as promised."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integration_tests.connector import STREAMS, Message, cursors_of, secrets_of
from integration_tests.expected import FINAL_STATUS, all_dates, as_sent, key_of, latest_of, own_change, rows, usable
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row

UNKNOWN = "not in the state"


@dataclass
class Ledger:
    """What a platform has received: records, states, and everything that was not as promised."""

    sandbox: Sandbox
    connection: str
    records: dict[tuple[str, str, str], Message] = field(default_factory=dict)
    states: dict[str, Message] = field(default_factory=dict)
    since_state: Counter[str] = field(default_factory=Counter)
    delivered: int = 0
    problems: list[str] = field(default_factory=list)
    covered: dict[tuple[str, str], str] = field(default_factory=dict)
    begun_with: dict[tuple[str, str], str | None] = field(default_factory=dict)
    closed: set[tuple[str, str]] = field(default_factory=set)
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
        self.closed.clear()
        states = list(self.states.values())
        self.begun_with = {
            (stream, company_id): cursor
            for stream in self.states
            for company_id, cursor in cursors_of(states, stream).items()
        }
        self.covered = {
            key: as_sent(datetime.fromisoformat(cursor) - lookback)[:19]
            for key, cursor in self.begun_with.items()
            if cursor
        }

    def receive(self, message: Message, untouched: "Untouched") -> None:
        """Takes one message."""
        if message["type"] == "RECORD":
            stream, data = message["record"]["stream"], message["record"]["data"]
            key = (stream, data["company_id"], data[key_of(self.connection, stream)])
            if key[:2] in self.closed:
                self.problems.append(f"{stream}: {key[2]} came after the state of its company")
            if self._is_needless(key, data, untouched):
                self.problems.append(f"{stream}: {key[2]} came again although the state covers it")
            self.records[key] = data
            self.since_state[stream] += 1
            self.delivered += 1
        elif message["type"] == "STATE":
            self._receive_state(message["state"], untouched)

    def _is_needless(self, key: tuple[str, str, str], data: Message, untouched: "Untouched") -> bool:
        """Whether a dated record lies before what the state covers, has not changed, and is final.

        Maesn may read it all.
        """
        covered = self.covered.get(key[:2])
        is_maesn = "creationDate" not in data
        if (
            covered is None
            or is_maesn
            or data["updated_at"] is None
            or (data.get("status", FINAL_STATUS) != FINAL_STATUS and key[0] == "invoices")
        ):
            return False
        return key[2] in untouched.of(*key[:2]) and (latest_of(data) or "") < covered

    def _receive_state(self, state: Message, untouched: "Untouched") -> None:
        stream = state["stream"]["stream_descriptor"]["name"]
        counted = self.since_state.pop(stream, 0)
        if state["sourceStats"]["recordCount"] != counted:
            self.problems.append(f"{stream}: a state counts {state['sourceStats']['recordCount']}, not {counted}")
        self.states[stream] = {"type": "STREAM", "stream": state["stream"]}
        done = done_of(state["stream"]["stream_state"])
        for company_id, cursor in cursors_of([self.states[stream]], stream).items():
            due = untouched.of(stream, company_id)
            if company_id in done:
                # Of a read that is not finished, the state stands for what it has finished only.
                created = rows(self.sandbox, company_id, stream)
                due = {row_id for row_id in due if is_within(done[company_id], created[row_id]["creationDate"])}
            elif self.begun_with.get((stream, company_id), UNKNOWN) != cursor:
                self.closed.add((stream, company_id))
            ahead = due - {key[2] for key in self.records if key[:2] == (stream, company_id)}
            ahead |= set(self._overtaken(stream, company_id, cursor))
            if ahead:
                self.problems.append(f"{stream}: a state is ahead of {len(ahead)} records of company {company_id}")

    def _overtaken(self, stream: str, company_id: str, cursor: str | None) -> Iterator[str]:
        """Rows that last changed before the cursor and were not received as they are since then.

        No later read would bring them: a row that changes afterwards gets a date behind the cursor.
        """
        if cursor is None:
            return
        with self.sandbox.store.lock:
            for row_id, row in rows(self.sandbox, company_id, stream).items():
                dates = [own_change(row)] if self.connection == "maesn" else [*all_dates(row)]
                # Records tell milliseconds.
                latest = max((as_sent(date)[:23] for date in dates if date), default="")
                data = self.records.get((stream, company_id, row_id))
                if latest < cursor[:23] and (data is None or not self.is_current(data, row)):
                    yield row_id

    def undelivered(self, market: str) -> Iterator[str]:
        """Rows that exist and were not delivered as they are now."""
        for company in usable(self.sandbox, market):
            for stream in STREAMS:
                for row_id, row in rows(self.sandbox, company.id, stream).items():
                    data = self.records.get((stream, company.id, row_id))
                    if data is None:
                        yield f"{stream} {row_id} is missing"
                    elif not self.is_current(data, row):
                        yield f"{stream} {row_id} was not delivered as it is now"

    def is_current(self, data: Message, row: Row) -> bool:
        """Whether a record shows a row as it is; Maesn shows the row's own date at most."""
        if self.connection == "direct":
            return bool(_dates(data) == _dates(as_sent(row)))
        changed = as_sent(own_change(row))
        return self.sandbox.switches.maesn_dates != "all" or (data["updated_at"] or "")[:19] == (changed or "")[:19]


def done_of(stream_state: Mapping[str, Any]) -> dict[str, list[tuple[datetime, datetime]]]:
    """The creation dates that the reads that are not finished have finished, by company."""
    return {
        entry["partition"]["company_id"]: [
            (datetime.fromisoformat(lower), datetime.fromisoformat(upper)) for lower, upper in entry["resume"]["done"]
        ]
        for entry in stream_state["states"]
        if "resume" in entry
    }


def is_within(spans: Sequence[tuple[datetime, datetime]], created: datetime | None) -> bool:
    """Whether a creation date lies in one of the spans."""
    return created is not None and any(lower <= created < upper for lower, upper in spans)


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


def _dates(value: Any) -> Any:
    """Ids and dates of change of a row and of everything that it owns."""
    if isinstance(value, list):
        return [_dates(item) for item in value if isinstance(item, dict) and "creationDate" in item]
    changed = value.get("modificationDate")
    own_dates = [value.get("id"), None if changed and changed.startswith("0001") else changed]
    return own_dates + [_dates(value[name]) for name in sorted(value) if name[0] != "_" and _is_owned(value[name])]


def _is_owned(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "creationDate" in value[0]
