"""The API gateway in front of GraphQL: subscription key, token, rate limit, organization, HTTP status by Accept."""

import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from sage_active_sandbox.faults import Fault, of_kind
from sage_active_sandbox.graphql_api.cursors import invalid_cursor
from sage_active_sandbox.graphql_api.engine import GraphQLEngine, GraphQLRequest, Outcome, decode_body
from sage_active_sandbox.graphql_api.file_links import FileLinks, LinkError
from sage_active_sandbox.graphql_api.multipart import decode_multipart, is_multipart
from sage_active_sandbox.http_messages import HttpReply, HttpRequest, json_reply
from sage_active_sandbox.oauth import SignInServer
from sage_active_sandbox.store import Company, Store
from sage_active_sandbox.switches import Switches

SUBSCRIPTION_KEYS = {f"sandbox-key-{market.lower()}": market for market in ("DE", "ES", "FR")}
"""Market of each subscription key."""

WRONG_KEY = (
    "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
)
NO_TOKEN = "JWT not present."
WRONG_TOKEN = "JWT is invalid or has expired."
BAD_REQUEST: dict[str, Any] = {
    "Message": "Bad Request",
    **dict.fromkeys(("Code", "Path", "Locations", "Extensions", "Exception", "SyntaxNode")),
}
"""Bodies as documented; for a wrong token the same shape is assumed.

Source: docs/reference/server-behaviour.md, "Errors of the gateway".
"""

NO_PREFLIGHT = "A multipart request needs the header GraphQL-preflight with the value 1."
"""Refuses an upload that a browser could have been led to send (docs/reference/files.md, "Uploads")."""

UNEXPECTED = {"message": "Unexpected Execution Error"}
"""What a server says of a failure inside of it; names no field."""

GRAPHQL_JSON = "application/graphql-response+json"
SCHEMA_TYPE = "application/graphql; charset=utf-8"
WINDOW_SECONDS = 60.0


class RateLimit:
    """A sliding minute over all requests of the app (docs/reference/server-behaviour.md, "Limits")."""

    def __init__(self, requests_per_minute: int) -> None:
        self.requests_per_minute = requests_per_minute
        self._times: deque[float] = deque()

    def wait_seconds(self) -> int:
        """0 if this request is within the limit, else the whole seconds to wait."""
        now = time.monotonic()
        while self._times and self._times[0] <= now - WINDOW_SECONDS:
            self._times.popleft()
        if len(self._times) >= self.requests_per_minute:
            oldest = self._times[0] if self._times else now
            return int(oldest + WINDOW_SECONDS - now) + 1
        self._times.append(now)
        return 0


class Gateway:
    """Everything under /graphql and /files."""

    def __init__(
        self,
        store: Store,
        switches: Switches,
        engine: GraphQLEngine,
        sign_in: SignInServer,
        limit: RateLimit,
        links: FileLinks,
    ) -> None:
        self._store = store
        self._switches = switches
        self._engine = engine
        self._sign_in = sign_in
        self._limit = limit
        self._links = links

    def answer(self, request: HttpRequest, faults: list[Fault]) -> HttpReply:
        """The reply to a request, with the faults that strike inside of GraphQL."""
        with self._store.lock:
            wait = self._limit.wait_seconds()
        if wait:
            text = f"Rate limit is exceeded. Try again in {wait} seconds."
            return json_reply(429, {"statusCode": 429, "message": text}, {"Retry-After": str(wait)})
        market, user = self.signed_in(request)
        if market is None or user is None:
            return _denied(self._problem(request))
        if request.method == "GET":
            return self._schema_file(request)
        if request.path != "/graphql" or request.method != "POST":
            return HttpReply(404)
        return self._graphql(request, market, user, faults)

    def file(self, request: HttpRequest) -> HttpReply:
        """The reply to the link of a file (docs/reference/files.md, "Links to content")."""
        if request.method != "GET":
            return HttpReply(404)
        if self._switches.file_links == "signed_in" and None in self.signed_in(request):
            return _denied(self._problem(request))
        with self._store.lock:
            try:
                media_type, content = self._links.content(request.path)
            except LinkError as problem:
                return HttpReply(404, str(problem).encode(), "text/plain; charset=utf-8")
        return HttpReply(200, content, media_type)

    def signed_in(self, request: HttpRequest) -> tuple[str | None, str | None]:
        """The market of the key and the address of the token's user, None where one is not good."""
        market = SUBSCRIPTION_KEYS.get(request.headers.get("x-api-key", ""))
        return market, self._sign_in.user_of(_token(request) or "")

    def _problem(self, request: HttpRequest) -> str:
        if SUBSCRIPTION_KEYS.get(request.headers.get("x-api-key", "")) is None:
            return WRONG_KEY
        return NO_TOKEN if _token(request) is None else WRONG_TOKEN

    def _schema_file(self, request: HttpRequest) -> HttpReply:
        wanted = request.path == "/graphql/schema.graphql" or "sdl" in request.query
        if not self._switches.sdl or not wanted:
            return HttpReply(404)
        with self._store.lock:
            return HttpReply(200, self._engine.served().sdl().encode(), SCHEMA_TYPE)

    def _graphql(self, request: HttpRequest, market: str, user: str, faults: list[Fault]) -> HttpReply:
        company, refusal = self._company(request.headers.get("x-organizationid"), market)
        if refusal is not None:
            return refusal
        content_type = request.headers.get("content-type", "")
        if is_multipart(content_type) and request.headers.get("graphql-preflight") != "1":
            return self._reply(request, _refused(NO_PREFLIGHT, "SANDBOX_PREFLIGHT_MISSING"))
        try:
            if is_multipart(content_type):
                body = decode_multipart(content_type, request.body)
            else:
                body = decode_body(request.body)
        except ValueError:
            return self._reply(request, _refused("Invalid GraphQL Request.", "HC0012"))
        query, variables = body.get("query"), body.get("variables") or {}
        if not isinstance(query, str) or not query.strip() or not isinstance(variables, dict):
            text = "Either the parameter query or the parameter id has to be set."
            return self._reply(request, _refused(text, "HC0013"))
        outcome = self._engine.execute(
            GraphQLRequest(
                query=query,
                variables=variables,
                operation_name=body.get("operationName"),
                market=market,
                company=company,
                user=user,
                report_cost=request.headers.get("graphql-cost", "").lower() == "report",
                faults=faults,
            )
        )
        for fault in of_kind(faults, "graphql_errors"):
            outcome = _beside_data(outcome, fault)
        for fault in of_kind(faults, "whole_null"):
            outcome = Outcome({"errors": fault.errors or [UNEXPECTED], "data": None}, executed=True)
        for fault in of_kind(faults, "cursor_refused"):
            outcome = _cursor_refused(outcome, fault)
        return self._reply(request, outcome)

    def _company(self, organization: str | None, market: str) -> tuple[Company | None, HttpReply | None]:
        if organization is None:
            return None, None
        company = self._store.company(organization.strip())
        if company is None or not company.onboarded:
            return None, json_reply(400, BAD_REQUEST)
        if company.market != market:
            return None, _denied(WRONG_KEY)
        return company, None

    def _reply(self, request: HttpRequest, outcome: Outcome) -> HttpReply:
        status, content_type = status_and_type(request.headers, outcome)
        return json_reply(status, outcome.payload, content_type=content_type)


def _token(request: HttpRequest) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def status_and_type(headers: Mapping[str, str], outcome: Outcome) -> tuple[int, str]:
    """HTTP status and content type by the Accept header (docs/reference/server-behaviour.md, "HTTP status")."""
    accept = headers.get("accept", "")
    legacy = "application/json" in accept and GRAPHQL_JSON not in accept
    content_type = f"{'application/json' if legacy else GRAPHQL_JSON}; charset=utf-8"
    if legacy:
        return 200, content_type
    if not outcome.executed:
        return 400, content_type
    return (500 if outcome.payload.get("data") is None else 200), content_type


def _denied(message: str) -> HttpReply:
    return json_reply(401, {"statusCode": 401, "message": message})


def _refused(message: str, code: str) -> Outcome:
    return Outcome({"errors": [{"message": message, "extensions": {"code": code}}]}, executed=False)


def _beside_data(outcome: Outcome, fault: Fault) -> Outcome:
    data = outcome.payload.get("data")
    for error in fault.errors:
        _blank(data, error.get("path") or [])
    return Outcome({**outcome.payload, "errors": fault.errors, "data": data}, executed=True)


def _blank(data: Any, path: list[Any]) -> None:
    for step in path[:-1]:
        known = step in data if isinstance(data, dict) else isinstance(data, list) and step < len(data)
        if not known:
            return
        data = data[step]
    if path and isinstance(data, dict) and path[-1] in data:
        data[path[-1]] = None


def _cursor_refused(outcome: Outcome, fault: Fault) -> Outcome:
    data = outcome.payload.get("data") or {}
    error = invalid_cursor("after", "refused")
    names = [name for name in data if fault.operation in (None, name)]
    errors = [{"message": error.message, "path": [name], "extensions": error.extensions} for name in names]
    return Outcome({"errors": errors, "data": {**data, **dict.fromkeys(names)}}, executed=True)
