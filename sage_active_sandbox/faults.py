"""Scripted faults: which requests go wrong, how often, and how."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sage_active_sandbox.http_messages import is_header_text
from sage_active_sandbox.request_log import ReceivedRequest

FOREVER = -1
MOST_SECONDS = 86_400

ACTIONS: dict[str, str] = {
    "status": "answer with `status`, `body`, `headers`, `content_type`, without executing anything",
    "empty_200": "HTTP 200 without a body",
    "html_200": "HTTP 200 with an HTML page",
    "graphql_errors": "answer with `errors` (needed), null fields; with `keep_data` execute and null only their paths",
    "cursor_refused": "the server's refusal of an unreadable cursor (HC0078)",
    "reset_before": "reset the connection before anything is executed or answered",
    "answer_lost": "execute, then reset the connection instead of answering",
    "late_commit": "reset the connection at once, and execute `seconds` later",
    "status_after": "execute, then answer with `status`, `body`, `headers`, `content_type`",
    "stall_after": "execute, then wait `seconds` before answering",
    "whole_null": "execute, then answer with `errors` and null as `data`, without saying what was stored",
    "token_lost": "as answer_lost, for the token endpoint only",
    "reset_mid_body": "answer half of the body, then reset the connection",
    "truncate_json": "a complete HTTP answer with half of the body",
    "gzip_cut": "a complete HTTP answer with half of a gzip stream",
    "stall": "wait `seconds` before executing and answering",
    "drip": "send the body at `bytes_per_second`",
    "null_nodes": "a page whose `nodes` (Maesn: `data`) is null, without an error",
    "empty_page": "a page without rows whose page information is unchanged",
    "wrong_count": "`totalCount` (Maesn: `total`) differs by `delta`",
    "overlap": "the page starts `rows` rows too early",
    "cursor_stuck": "`endCursor` never moves and there is always a next page",
    "expire_tokens": "all access tokens become invalid before this request is judged",
    "run_before": "call `run` before executing (in-process only)",
}
"""Every action with its meaning."""


@dataclass
class Fault:
    """One scripted fault: conditions that must all hold, how often it strikes, and what it does.

    An unknown action raises ValueError.
    """

    action: str
    path: str | None = None
    """Prefix of the request's path."""
    method: str | None = None
    """Method of the request, for example "GET"."""
    operation: str | None = None
    """Name of a GraphQL root field, for example "customers"."""
    company_id: str | None = None
    """Company of the request: header X-OrganizationId, or Maesn's query parameter companyId."""
    writes: bool | None = None
    """Only requests that write (GraphQL mutations, Maesn's POST), or only those that do not."""
    contains: str | None = None
    """Text that occurs in the query string or body."""
    times: int = 1
    """How many matching requests it strikes; -1 for all."""
    skip: int = 0
    """How many matching requests pass before."""
    page: int | None = None
    """Short for the n-th matching request and no other (1 is the first)."""
    probability: float = 1.0
    """Chance of each matching request to be counted at all; the same `seed` gives the same choices."""
    seed: int = 0
    commits: int | None = None
    """How many of the request's mutations are executed; None for all."""
    status: int = 503
    body: Any = ""
    """Text, or a value that is sent as JSON."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    errors: list[dict[str, Any]] = field(default_factory=list)
    keep_data: bool = False
    seconds: float = 0.0
    bytes_per_second: int = 1000
    delta: int = 1
    rows: int = 1
    run: Callable[[], object] | None = None
    seen: int = 0
    """Matching requests so far."""

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        if self.action not in ACTIONS:
            raise ValueError(f"unknown fault {self.action!r}; there are {', '.join(ACTIONS)}")
        if self.action == "graphql_errors" and not self.errors:
            raise ValueError("the fault graphql_errors needs `errors`, a list of GraphQL errors")
        if self.page is not None:
            self.skip, self.times = self.page - 1, 1
        if self.action == "token_lost":
            self.path = self.path or "/connect/token"
        if not 100 <= self.status <= 999:
            raise ValueError("`status` is a whole number of three digits")
        if not self.bytes_per_second > 0 or not 0 <= self.seconds <= MOST_SECONDS:
            raise ValueError(f"`bytes_per_second` is above 0, and `seconds` from 0 to {MOST_SECONDS}")
        for text in (self.content_type, *self.headers, *self.headers.values()):
            if not is_header_text(text):
                raise ValueError(f"{text!a} cannot stand in a header")
        if self.action == "run_before" and self.run is None:
            raise ValueError("the fault run_before needs a callable, so it can only be scripted in-process")

    def strikes(self, request: ReceivedRequest) -> bool:
        """Does this request go wrong; counts the requests that match."""
        if not self._matches(request):
            return False
        if self.probability < 1 and self._rng.random() >= self.probability:
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times == FOREVER or self.seen <= self.skip + self.times)

    def _matches(self, request: ReceivedRequest) -> bool:
        return (
            (self.path is None or request.path.startswith(self.path))
            and (self.method is None or request.method == self.method.upper())
            and (self.operation is None or self.operation in request.operations)
            and (self.company_id is None or (request.company_id or "").lower() == self.company_id.lower())
            and (self.writes is None or self.writes == bool(request.writes))
            and (self.contains is None or self.contains in request.text)
        )

    def as_dict(self) -> dict[str, Any]:
        """The fault, JSON-able."""
        return {member.name: getattr(self, member.name) for member in fields(self) if member.name != "run"}


class FaultScript:
    """The list of scripted faults; all that match a request strike together, in the order of the script."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, action: str, **conditions: Any) -> Fault:
        """Append a fault; the arguments are the members of `Fault`. TypeError or ValueError if they do not fit."""
        fault = Fault(action, **conditions)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def scripted(self) -> list[Fault]:
        """The script."""
        with self._lock:
            return [*self._faults]

    def striking(self, request: ReceivedRequest) -> list[Fault]:
        """The faults that strike this request; counts it for all that match. Admin requests are spared."""
        if request.path.startswith("/admin"):
            return []
        with self._lock:
            return [fault for fault in self._faults if fault.strikes(request)]


def of_kind(faults: list[Fault], *actions: str) -> list[Fault]:
    """Those of the faults that have one of the actions."""
    return [fault for fault in faults if fault.action in actions]
