"""What the sandbox remembers of the requests it received; secrets only as present."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sage_active_sandbox.acting_queries import ACTING_QUERIES

SECRET_HEADERS = frozenset({"authorization", "x-api-key", "x-account-key"})
"""Headers whose values are not kept, only that they were sent."""
LOGGED_HEADERS = SECRET_HEADERS | {
    "accept",
    "accept-encoding",
    "content-type",
    "user-agent",
    "x-organizationid",
    "x-country-code",
    "x-tenantid",
    "graphql-cost",
    "graphql-preflight",
}
SECRET_FORM_FIELDS = frozenset({"client_secret", "refresh_token", "code", "code_verifier", "token"})

KEPT_REQUESTS: Final = 20_000
KEPT_BYTES: Final = 32 * 1024 * 1024
"""Length of the log, and what its requests weighed on the wire; the oldest entries go first."""
LOGGED_BODY_BYTES: Final = 64 * 1024
"""Of longer requests, the content of the body is not kept."""


@dataclass(frozen=True)
class RootField:
    """One field at the root of a GraphQL operation, with its arguments as they were written."""

    name: str
    alias: str | None
    arguments: str


@dataclass
class ReceivedRequest:
    """One request with the status that it got (None: no answer was sent) and the server's time of receipt."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    time: datetime
    kind: str | None = None
    """GraphQL: query or mutation."""
    root_fields: list[RootField] = field(default_factory=list)
    document: str = ""
    """GraphQL: the text of the query."""
    variables: dict[str, Any] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    body: Any = None
    """Maesn: the decoded JSON body."""
    company_id: str | None = None
    status: int | None = None
    text: str = field(default="", repr=False)
    """Query string and body, for matching; gone once the faults have been chosen."""
    weight: int = 0
    """Bytes of the request line, the logged headers and the body."""
    cut: bool = False
    """Whether the body was too long to be kept."""

    @property
    def operations(self) -> list[str]:
        """Names of the GraphQL root fields."""
        return [root.name for root in self.root_fields]

    @property
    def writes(self) -> list[str]:
        """Names of what the request writes: mutations, queries that act, or for Maesn method and object."""
        if self.kind == "mutation":
            return self.operations
        if self.kind == "query":
            return [name for name in self.operations if name in ACTING_QUERIES]
        if self.path.startswith("/accounting/") and self.method not in ("GET", "HEAD"):
            return [f"{self.method} {self.path.split('/')[2]}"]
        return []

    @property
    def organization(self) -> str | None:
        """Value of the header X-OrganizationId."""
        return self.headers.get("x-organizationid")

    def keep_short(self) -> None:
        """Let go of what served the matching only, and of a long body."""
        self.text = ""
        if self.weight > LOGGED_BODY_BYTES:
            self.cut, self.weight = True, LOGGED_BODY_BYTES
            self.document, self.variables, self.form, self.body = self.document[:LOGGED_BODY_BYTES], {}, {}, None
            self.root_fields = [RootField(root.name, root.alias, "") for root in self.root_fields]

    def as_dict(self) -> dict[str, Any]:
        """The request, JSON-able."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "time": self.time.isoformat(),
            "kind": self.kind,
            "rootFields": [{"name": r.name, "alias": r.alias, "arguments": r.arguments} for r in self.root_fields],
            "document": self.document,
            "variables": self.variables,
            "form": self.form,
            "body": self.body,
            "companyId": self.company_id,
            "status": self.status,
            "cut": self.cut,
        }


class RequestLog:
    """The log as a list, which its readers may empty; bounded in entries and in bytes."""

    def __init__(self, entries: list[ReceivedRequest]) -> None:
        self._entries = entries
        self._weight = 0
        self._lock = threading.Lock()

    def add(self, entry: ReceivedRequest) -> None:
        """Append an entry, and drop the oldest ones where there are too many."""
        with self._lock:
            self._entries.append(entry)
            del self._entries[:-KEPT_REQUESTS]
            self._weight += min(entry.weight, LOGGED_BODY_BYTES)
            if self._weight > KEPT_BYTES:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Keep the newest entries of at most half the weight, so that this is seldom."""
        self._weight = 0
        for position in range(len(self._entries) - 1, -1, -1):
            self._weight += self._entries[position].weight
            if self._weight > KEPT_BYTES // 2:
                del self._entries[:position]
                return


def loggable_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth keeping, by lower-case name, secrets replaced by "present"."""
    kept = {name: value for name, value in headers.items() if name in LOGGED_HEADERS}
    return {name: "present" if name in SECRET_HEADERS else value for name, value in kept.items()}


def loggable_form(form: Mapping[str, list[str]]) -> dict[str, str]:
    """A form's first values, secrets replaced by "present"."""
    return {name: "present" if name in SECRET_FORM_FIELDS else values[0] for name, values in form.items()}
